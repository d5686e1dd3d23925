"""Views: which part of the graph is drawn, measured, and how. A view is data, so the domain stays out of the code.

A view is two files of one name in ``views/``:

* ``NAME.rq`` – a SELECT over the plain graph. Each row is a link ``?source ?link ?target``, or a node alone when
  ``?target`` is unbound. ``?link`` is a word of the view or a property. Where a link stands for a node of the graph
  that has facts of its own, ``?via`` names it; ``?note`` is the link's wording as printed; ``?scope`` names the node
  that the link, or the node alone, holds for (a link between two others that is only true there).
* ``NAME.yaml`` – titles, node types (by class, the first that fits), link types, filters, how it is laid out, and
  what is counted when its network is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import ProductError
from kg.messages import LANGUAGES
from kg.ontology import Ontology

__all__ = ["LAYOUTS", "REST", "Filter", "Kinds", "LinkType", "NodeType", "View", "load_views", "read_view"]

Texts = Mapping[str, str]
#: ``rings``: round one centre; ``groups``: what is closely linked stands together.
LAYOUTS = ("rings", "groups")
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
    """How links of one word are drawn. One without ``arrow`` says the same of both its ends."""

    key: str
    labels: Texts
    color: tuple[str, str]
    dashes: bool
    arrow: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice among the nodes of one type; the chosen one keeps its surroundings.

    Surroundings are the neighbours, and whatever is reached by going on through nodes of the types in ``through``.
    Without a ``type`` the choice is among the scopes of links and nodes; the chosen one keeps what holds for it.
    """

    type: str
    labels: Texts
    through: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kinds:
    """What nodes are a kind of: by node type, the SPARQL property path from a node to its kinds.

    ``labels`` is what these kinds are called, in the plural.
    """

    labels: Texts
    paths: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at the graph.

    ``layout`` is one of :data:`LAYOUTS`. ``among`` has the node types that are measured, ``rank`` those of them whose
    nodes are compared with each other.
    """

    name: str
    order: int
    titles: Texts
    descriptions: Texts
    types: Mapping[str, NodeType]
    links: Mapping[str, LinkType]
    filters: tuple[Filter, ...]
    layout: str
    among: tuple[str, ...]
    rank: tuple[str, ...]
    kinds: Kinds | None
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

    def types(self, key: str, allowed: Sequence[str], default: Sequence[str]) -> tuple[str, ...]:
        """Some of the node types, in the view's order."""
        found = self.words(key) or tuple(default)
        if strangers := sorted(set(found) - set(allowed)):
            raise self.fault(f"{key}: no such type: {', '.join(strangers)}")
        return tuple(word for word in allowed if word in found)

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

    def one_of(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        value = self.data.get(key, default)
        if value not in allowed:
            raise self.fault(f"{key}: one of {', '.join(allowed)} is wanted")
        return str(value)

    def part(self, key: str, allowed: str) -> _Entry | None:
        """The mapping under a key, if there is one."""
        return _Entry(self.file, f"{self.path}/{key}", self.data[key], allowed) if key in self.data else None

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
    return LinkType(
        key, entry.texts("label", key != REST), entry.color(), entry.truth("dashes", False), entry.truth("arrow", True)
    )


def _filters(file: str, data: object, types: Sequence[str]) -> tuple[Filter, ...]:
    found = []
    for place, item in enumerate(data if isinstance(data, list) else []):
        entry = _Entry(file, f"/filters/{place}", item, "type scopes label through")
        chosen = "" if entry.truth("scopes", False) else entry.one_of("type", types)
        found.append(Filter(chosen, entry.texts("label"), entry.types("through", types, ())))
    return tuple(found)


def _measures(
    entry: _Entry | None, types: Mapping[str, NodeType]
) -> tuple[tuple[str, ...], tuple[str, ...], Kinds | None]:
    """The types measured, those compared, and the kinds; without an entry every type is measured and compared."""
    if entry is None:
        return tuple(types), tuple(types), None
    among = entry.types("among", tuple(types), tuple(types))
    rank = entry.types("rank", among, among)
    part = entry.part("kinds", "label paths")
    if part is None:
        return among, rank, None
    paths = part.data.get("paths")
    if not isinstance(paths, Mapping) or not paths or not all(isinstance(path, str) for path in paths.values()):
        raise part.fault("paths: a property path is wanted for each type that has kinds")
    if strangers := sorted(set(map(str, paths)) - set(among)):
        raise part.fault(f"paths: no such type among those measured: {', '.join(strangers)}")
    return among, rank, Kinds(part.texts("label"), {str(key): str(paths[key]) for key in sorted(paths)})


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
    entry = _Entry(file, "", data, "order title description types links filters layout measures")
    shape = "classes label color shape size ring width lines"
    types = {key: _node_type(key, part) for key, part in entry.parts("types", shape).items()}
    if sum(not kind.classes for kind in types.values()) != 1:
        raise entry.fault("types: exactly one type without classes is wanted, for whatever fits no other")
    among, rank, kinds = _measures(entry.part("measures", "among rank kinds"), types)
    return View(
        name=name,
        order=entry.number("order", 50),
        titles=entry.texts("title"),
        descriptions=entry.texts("description"),
        types=types,
        links={key: _link_type(key, part) for key, part in entry.parts("links", "label color dashes arrow").items()},
        filters=_filters(file, entry.data.get("filters", []), tuple(types)),
        layout=entry.one_of("layout", LAYOUTS, LAYOUTS[0]),
        among=among,
        rank=rank,
        kinds=kinds,
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
