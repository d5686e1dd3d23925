"""A view as a network with attributes, for programs that draw and count: what GraphML, GEXF and two tables hold.

Nodes and links are those of the view, with the labels, colours, shapes, sizes and places of the page. Every triple
about a node that is no link of the view is an attribute of the node: a column a property, with its language or datatype
where it has one (``schema:name@fr``, ``schema:startDate^^xsd:date``, ``skos:exactMatch^^iri``). Whole numbers, decimal
numbers and truth values are typed when the column holds one for each node. Several values stand in one cell, joined by
`` | ``; a backslash or a bar inside a value has a backslash before it, so the cell can be split again.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg import drawing
from kg.config import find_data
from kg.dossier import read_dossier
from kg.errors import UsageError
from kg.export.built import TYPE, Built, Term
from kg.export.made import Loss, Options, example
from kg.messages import choose
from kg.network import project
from kg.prefixes import XSD, curie
from kg.view import REST, View, load_views

if TYPE_CHECKING:
    from kg.network import Graph

__all__ = ["Cell", "Drawing", "draw", "join", "shown", "split"]

Cell = str | int | float | bool
#: Up to here a float holds every whole number.
EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its IRI, label, look (colour as ``#rrggbb``, y growing upwards) and attributes by name."""

    id: str
    label: str
    color: str
    shape: str
    size: int
    x: int
    y: int
    attributes: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Link:
    """A link with an id that stays the same while its ends and meaning do; ``kind`` tells parallel links apart."""

    id: str
    source: str
    target: str
    label: str
    color: str
    kind: str
    attributes: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A view, its nodes and links, both sorted, and what of the graph is in neither."""

    view: View
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    losses: tuple[Loss, ...]


def join(values: Iterable[str]) -> str:
    r"""Several values as one cell, so that :func:`split` finds them again.

    >>> join(["a|b", "c"])
    'a\\|b | c'
    """
    return " | ".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)


def split(cell: str) -> list[str]:
    r"""The values of a cell that :func:`join` made.

    >>> split("a\\|b | c")
    ['a|b', 'c']
    """
    values, value, place = [], "", 0
    while place < len(cell):
        if cell[place] == "\\":
            value, place = value + cell[place + 1], place + 2
        elif cell.startswith(" | ", place):
            values.append(value)
            value, place = "", place + 3
        else:
            value, place = value + cell[place], place + 1
    return [*values, value]


def draw(built: Built, options: Options) -> Drawing:
    """The view that is asked for; when none is, the one that shows the most.

    Raises:
        UsageError: there is no such view.
        ProductError: a view is wrong.
    """
    view, graph = _chosen(built, options.view)
    dossier = read_dossier(built.store, built.ontology)
    links = ((source, target, data) for source, target, data in graph.edges(data=True) if not data["via"])
    carried = built.plain & {_triple(source, target, data["link"], built) for source, target, data in links}
    columns = _Columns(built, sorted(graph), carried)
    return Drawing(
        view,
        tuple(_nodes(drawing.draw(view, graph, dossier), columns, options.texts)),
        tuple(_links(view, graph, options.texts)),
        tuple(_losses(built, graph)),
    )


def _chosen(built: Built, name: str | None) -> tuple[View, Graph]:
    views = load_views(find_data("views"))
    if name is not None:
        for view in views:
            if view.name == name:
                return view, project(view, built.store, built.ontology)
        names = [view.name for view in views]
        near = difflib.get_close_matches(name, names, n=1, cutoff=0) or names
        raise UsageError("export.no_view", name=name, near=near[0], all=", ".join(names))
    drawn = [(view, project(view, built.store, built.ontology)) for view in views]
    return max(drawn, key=lambda pair: pair[1].number_of_nodes() + pair[1].number_of_edges())


def _triple(source: str, target: str, word: str, built: Built) -> ox.Triple:
    """The triple that a link without a node of its own says, if its word is a property."""
    prefix, _, name = word.partition(":")
    iri = built.ontology.prefixes[prefix] + name if prefix in built.ontology.prefixes else word
    predicate = ox.NamedNode(iri) if ":" in iri else ox.NamedNode(f"urn:word:{iri}")
    return ox.Triple(ox.NamedNode(source), predicate, ox.NamedNode(target))


# ------------------------------------------------------------------ nodes


class _Columns:
    """The attributes of nodes: which columns there are, and which of them are typed."""

    def __init__(self, built: Built, nodes: Sequence[str], carried: frozenset[ox.Triple]) -> None:
        self.built = built
        self.cells: dict[str, dict[str, list[Term]]] = {node: {} for node in nodes}
        for node in nodes:
            for path, terms in built.about.get(node, {}).items():
                for term in terms:
                    triple = ox.Triple(ox.NamedNode(node), ox.NamedNode(path), term)
                    if path != TYPE and triple not in carried:
                        self.cells[node].setdefault(self._column(path, term), []).append(term)
        self.names = sorted({name for cells in self.cells.values() for name in cells})
        self.typed = {name: self._typed(name) for name in self.names}

    def _column(self, path: str, term: Term) -> str:
        name = curie(path, self.built.ontology.prefixes)
        if isinstance(term, ox.NamedNode):
            return f"{name}^^iri"
        if term.language:
            return f"{name}@{term.language}"
        datatype = term.datatype.value
        return name if datatype == XSD + "string" else f"{name}^^{curie(datatype, self.built.ontology.prefixes)}"

    def _typed(self, name: str) -> bool:
        """Whether each node has one value here that a number or truth value of a program means exactly."""
        columns = [cells[name] for cells in self.cells.values() if name in cells]
        return all(len(terms) == 1 and not isinstance(_native(terms[0]), str) for terms in columns)

    def of(self, node: str) -> dict[str, Cell]:
        cells = self.cells[node]
        return {
            name: _native(cells[name][0]) if self.typed[name] else join(term.value for term in cells[name])
            for name in self.names
            if name in cells
        }


def _native(term: Term) -> Cell:
    """A value as Python has it when nothing is lost by that, else its text."""
    if isinstance(term, ox.Literal):
        kind, text = term.datatype.value.removeprefix(XSD), term.value
        if kind == "boolean" and text in ("true", "false"):
            return text == "true"
        if kind == "integer" and text == str(_number(text, int)):
            return int(text)
        if kind == "decimal" and text in (shown(_number(text, float)), str(_number(text, int))):
            return float(text)
    return term.value


def shown(value: Cell | None) -> str:
    """A cell as text, as XML Schema writes it: whole numbers without a point, truth values in small letters."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(text: str, kind: type[int] | type[float]) -> int | float | None:
    try:
        return kind(text)
    except ValueError:
        return None


def _nodes(drawn: drawing.Drawing, columns: _Columns, lang: str) -> Iterable[Node]:
    for node, at in drawn.nodes.items():
        kind = at.kind
        attributes: dict[str, Cell] = {f"label_{tag}": name for tag, name in at.names.items()}
        attributes |= {"kind": kind.key} | {f"kind_{tag}": text for tag, text in sorted(kind.labels.items())}
        types = [curie(iri, columns.built.ontology.prefixes) for iri in columns.built.classes(node)]
        attributes |= {"classes": join(types), "shape": kind.shape} | columns.of(node)
        x, y = at.position.x, -at.position.y
        yield Node(node, choose(at.names, lang), kind.color[0], kind.shape, kind.size, x, y, attributes)


# ------------------------------------------------------------------ links


def _links(view: View, graph: Graph, lang: str) -> Iterable[Link]:
    for source, target, key, data in sorted(graph.edges(keys=True, data=True), key=lambda edge: edge[:3]):
        kind = view.links.get(data["link"]) or view.links[REST]
        attributes: dict[str, Cell] = {"link": data["link"]}
        attributes |= {f"label_{tag}": text for tag, text in sorted(data["labels"].items())}
        lists = {"via": [data["via"]] if data["via"] else [], "notes": data["notes"], "scopes": data["scopes"]}
        attributes |= {name: join(values) for name, values in lists.items() if values}
        digest = hashlib.sha256(f"{source} {key} {target}".encode()).hexdigest()[:16]
        yield Link(f"e{digest}", source, target, choose(data["labels"], lang), kind.color[0], data["link"], attributes)


# ------------------------------------------------------------------ what has no place


def _losses(built: Built, graph: Graph) -> Iterable[Loss]:
    """Triples about things that are no nodes here, and the evidence."""
    rest = sorted((t for t in built.plain if getattr(t.subject, "value", "") not in graph), key=str)
    if rest:
        things = len({t.subject for t in rest})
        params = {"count": len(rest), "things": things, "example": example(rest[0], built)}
        yield Loss("lost_outside", params)
    statements = sum(map(len, built.by_source.values()))
    if statements:
        yield Loss("lost_evidence", {"count": statements})
