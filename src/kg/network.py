"""Views: which part of the graph is drawn, and how. A view is data, so the domain stays out of the code.

A view is two files of one name in ``views/``:

* ``NAME.rq`` – a SELECT over the plain graph. Each row is a link ``?source ?link ?target``, or a node alone when
  ``?target`` is unbound. ``?link`` is a word of the view or a property. Where a link stands for a node of the graph
  that has facts of its own, ``?via`` names it; ``?note`` is the link's wording as printed; ``?scope`` names the node
  that the link holds for (a link between two others that is only true there).
* ``NAME.yaml`` – titles, node types (by class, the first that fits), link types, filters.

:func:`project` gives a :class:`networkx.MultiDiGraph`; parallel links are kept, and the same graph gives the same
nodes, links, keys and order on every run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from kg.errors import ProductError
from kg.messages import LANGUAGES
from kg.ontology import Ontology
from kg.prefixes import RDF, curie

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = nx.MultiDiGraph[str]

__all__ = ["Filter", "LinkType", "NodeType", "View", "load_views", "project", "reach"]

Texts = Mapping[str, str]
SHAPES = ("dot", "diamond", "square", "triangle", "triangleDown", "star", "hexagon")
#: The link type that stands for every link the view does not name; its label is that of the property.
REST = "rest"


@dataclass(frozen=True, slots=True)
class NodeType:
    """How nodes of some classes are drawn. ``color`` is for a light page, then for a dark one.

    Labels are cut to ``lines`` lines of ``width`` pixels; without lines there is no label.
    ``classes`` are CURIEs or IRIs; the type without any takes what no other type takes.
    """

    key: str
    classes: tuple[str, ...]
    labels: Texts
    color: tuple[str, str]
    shape: str
    size: int
    ring: int
    width: int
    lines: int


@dataclass(frozen=True, slots=True)
class LinkType:
    """How links of one word are drawn."""

    key: str
    labels: Texts
    color: tuple[str, str]
    dashes: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice among the nodes of one type; the chosen one keeps its surroundings.

    Surroundings are the neighbours, and whatever is reached by going on through nodes of the types in ``through``.
    """

    type: str
    labels: Texts
    through: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at the graph."""

    name: str
    order: int
    titles: Texts
    descriptions: Texts
    types: Mapping[str, NodeType]
    links: Mapping[str, LinkType]
    filters: tuple[Filter, ...]
    query: str

    def type_of(self, classes: Sequence[str], ontology: Ontology) -> NodeType:
        """The first type one of whose classes is among ``classes`` (which are IRIs), else the type without any."""
        for kind in self.types.values():
            if any(_expand(word, ontology) in classes for word in kind.classes):
                return kind
        return next(kind for kind in self.types.values() if not kind.classes)


def _expand(word: str, ontology: Ontology) -> str:
    prefix, _, name = word.partition(":")
    return ontology.prefixes[prefix] + name if prefix in ontology.prefixes else word


# -- reading ------------------------------------------------------------------------------------------------


class _Entry:
    """One mapping of a view file; each question about it raises a ProductError that names file and key."""

    def __init__(self, file: str, path: str, data: object, allowed: str) -> None:
        self.file, self.path = file, path
        if not isinstance(data, Mapping):
            raise self.fault("a mapping is wanted")
        self.data: Mapping[str, object] = data
        if unknown := sorted(set(map(str, data)) - set(allowed.split())):
            raise self.fault(f"unknown key {', '.join(unknown)}")

    def fault(self, why: str) -> ProductError:
        return ProductError("views.bad", file=self.file, where=self.path or "/", why=why)

    def texts(self, key: str, needed: bool = True) -> Texts:
        value = self.data.get(key, {})
        if not isinstance(value, Mapping) or ((value or needed) and set(value) != set(LANGUAGES)):
            raise self.fault(f"{key}: a text is wanted for each of {', '.join(LANGUAGES)}")
        return {lang: str(value[lang]) for lang in sorted(value)}

    def words(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise self.fault(f"{key}: a list of words is wanted")
        return tuple(value)

    def number(self, key: str, default: int, most: int = 99) -> int:
        value = self.data.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise self.fault(f"{key}: a number from 0 to {most} is wanted")
        return value

    def truth(self, key: str, default: bool) -> bool:
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise self.fault(f"{key}: true or false is wanted")
        return value

    def color(self) -> tuple[str, str]:
        found = self.words("color")
        if len(found) != 2 or not all(len(c) == 7 and c[0] == "#" and _is_hex(c[1:]) for c in found):
            raise self.fault('color: ["#rrggbb", "#rrggbb"] is wanted, for a light page and for a dark one')
        return found[0], found[1]

    def one_of(self, key: str, allowed: Sequence[str]) -> str:
        value = self.data.get(key)
        if value not in allowed:
            raise self.fault(f"{key}: one of {', '.join(allowed)} is wanted")
        return str(value)

    def parts(self, key: str, allowed: str) -> dict[str, _Entry]:
        value = self.data.get(key, {})
        if not isinstance(value, Mapping):
            raise self.fault(f"{key}: a mapping is wanted")
        return {str(k): _Entry(self.file, f"{self.path}/{key}/{k}", v, allowed) for k, v in value.items()}


def _is_hex(text: str) -> bool:
    return all(c in "0123456789abcdefABCDEF" for c in text)


def _node_type(key: str, entry: _Entry) -> NodeType:
    return NodeType(
        key=key,
        classes=entry.words("classes"),
        labels=entry.texts("label"),
        color=entry.color(),
        shape=entry.one_of("shape", SHAPES),
        size=entry.number("size", 10),
        ring=entry.number("ring", 0),
        width=entry.number("width", 150, 400),
        lines=entry.number("lines", 3),
    )


def _link_type(key: str, entry: _Entry) -> LinkType:
    return LinkType(key, entry.texts("label", key != REST), entry.color(), entry.truth("dashes", False))


def _filters(file: str, data: object, types: Sequence[str]) -> tuple[Filter, ...]:
    found = []
    for place, item in enumerate(data if isinstance(data, list) else []):
        entry = _Entry(file, f"/filters/{place}", item, "type label through")
        through = entry.words("through")
        if strangers := sorted(set(through) - set(types)):
            raise entry.fault(f"through: no such type: {', '.join(strangers)}")
        found.append(Filter(entry.one_of("type", types), entry.texts("label"), through))
    return tuple(found)


def read_view(text: str, query: str, name: str) -> View:
    """A view from the texts of its two files.

    Raises:
        ProductError: the YAML is not what a view is; the message names file, key and what is wanted.
    """
    import yaml

    file = f"{name}.yaml"
    try:
        data: object = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ProductError("views.bad", file=file, where="/", why=str(error)) from error
    entry = _Entry(file, "", data, "order title description types links filters")
    shape = "classes label color shape size ring width lines"
    types = {key: _node_type(key, part) for key, part in entry.parts("types", shape).items()}
    if sum(not kind.classes for kind in types.values()) != 1:
        raise entry.fault("types: exactly one type without classes is wanted, for whatever fits no other")
    return View(
        name=name,
        order=entry.number("order", 50),
        titles=entry.texts("title"),
        descriptions=entry.texts("description"),
        types=types,
        links={key: _link_type(key, part) for key, part in entry.parts("links", "label color dashes").items()},
        filters=_filters(file, entry.data.get("filters", []), tuple(types)),
        query=query,
    )


def load_views(folder: Path) -> tuple[View, ...]:
    """All views of a folder, in their order.

    Raises:
        ProductError: a file is missing, is not UTF-8, or is not a view.
    """
    views = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            text, query = path.read_text(encoding="utf-8"), path.with_suffix(".rq").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise ProductError("views.bad", file=path.stem, where="/", why=why) from error
        views.append(read_view(text, query, path.stem))
    if not views:
        raise ProductError("views.bad", file=folder.name, where="/", why="there is no view")
    return tuple(sorted(views, key=lambda view: (view.order, view.name)))


# -- projecting ---------------------------------------------------------------------------------------------


def _rows(view: View, store: ox.Store, ontology: Ontology) -> list[dict[str, ox.NamedNode | ox.Literal]]:
    """The rows of the view's query, sorted, so that the store's own order does not show."""
    try:
        solutions = store.query(view.query, prefixes=dict(ontology.prefixes))
    except SyntaxError as error:
        raise ProductError("views.bad", file=f"{view.name}.rq", where="/", why=str(error)) from error
    if not isinstance(solutions, ox.QuerySolutions):
        raise ProductError("views.bad", file=f"{view.name}.rq", where="/", why="a SELECT is wanted")
    names = [v.value for v in solutions.variables]
    if not {"source", "link", "target"} <= set(names):
        raise ProductError("views.bad", file=f"{view.name}.rq", where="/", why="?source ?link ?target are wanted")
    rows = [{n: v for n in names if isinstance(v := row[n], ox.NamedNode | ox.Literal)} for row in solutions]
    for name, term in ((n, row[n]) for row in rows for n in ("source", "target", "via", "scope") if n in row):
        if not isinstance(term, ox.NamedNode):
            why = f"?{name} is the text “{term.value}”, where a node is wanted"
            raise ProductError("views.bad", file=f"{view.name}.rq", where="/", why=why)
    return sorted(rows, key=lambda row: [str(row.get(n, "")) for n in names])


def classes_of(node: str, store: ox.Store, ontology: Ontology) -> list[str]:
    """The classes of a node and all above them, sorted."""
    quads = store.quads_for_pattern(ox.NamedNode(node), ox.NamedNode(RDF + "type"), None, ox.DefaultGraph())
    direct = {q.object.value for q in quads if isinstance(q.object, ox.NamedNode)}
    return sorted(direct.union(*(ontology.superclasses(iri) for iri in direct)))


def project(view: View, store: ox.Store, ontology: Ontology) -> Graph:
    """The part of the store that a view shows.

    Nodes are IRIs with ``type`` (key of the view) and ``ring``; links have ``link`` (a word of the view or a CURIE),
    ``labels`` (by language), ``via`` (IRI or ""), ``notes`` (wordings, sorted) and ``scopes`` (IRIs, sorted). Rows
    that differ only in note or scope are one link.

    Raises:
        ProductError: the query is no SELECT of the agreed variables, or names a link that the view does not.
    """
    import networkx as nx

    graph: Graph = nx.MultiDiGraph(name=view.name)
    rows = _rows(view, store, ontology)
    ends = {row[name].value for row in rows for name in ("source", "target") if name in row}
    for node in sorted(ends):
        kind = view.type_of(classes_of(node, store, ontology), ontology)
        graph.add_node(node, type=kind.key, ring=kind.ring)
    for row in rows:
        if "target" not in row or "link" not in row:
            continue
        word, ends_of = curie(row["link"].value, ontology.prefixes), (row["source"].value, row["target"].value)
        # The word and the node it stands for tell parallel links apart, the same on every run.
        key = f"{word} {row['via'].value}" if "via" in row else word
        if not graph.has_edge(*ends_of, key=key):
            kind_of = view.links.get(word) or view.links.get(REST)
            if kind_of is None:
                raise ProductError("views.bad", file=f"{view.name}.yaml", where="/links", why=f"no link type {word}")
            iri = row["link"].value
            labels = kind_of.labels or {lang: ontology.label(iri, lang) for lang in sorted(LANGUAGES)}
            via = row["via"].value if "via" in row else ""
            graph.add_edge(*ends_of, key=key, link=word, labels=labels, via=via, notes=(), scopes=())
        link = graph.edges[(*ends_of, key)]
        for name, held in (("note", "notes"), ("scope", "scopes")):
            if name in row:
                link[held] = tuple(sorted({*link[held], row[name].value}))
    return graph


def reach(graph: Graph, view_filter: Filter) -> dict[str, list[str]]:
    """For each node of the filter's type, sorted: itself and its surroundings, sorted.

    Beside the neighbours these are the ends of links that hold for the node, and what is reached through nodes of
    the types that the filter lets through.
    """
    found: dict[str, list[str]] = {}
    chosen = sorted(node for node, data in graph.nodes(data=True) if data["type"] == view_filter.type)
    scoped: dict[str, set[str]] = {node: set() for node in chosen}
    for source, target, data in graph.edges(data=True):
        for scope in data["scopes"]:
            scoped.get(scope, set()).update((source, target))
    for start in chosen:
        seen, waiting = {start}, [start]
        while waiting:
            node = waiting.pop()
            for near in {*graph.successors(node), *graph.predecessors(node)} - seen:
                seen.add(near)
                if graph.nodes[near]["type"] in view_filter.through:
                    waiting.append(near)
        found[start] = sorted(seen | scoped[start])
    return found
