"""A view as it is drawn, in the page and in a picture alike: where each node stands, its label, how each link bends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.dossier import Dossier
from kg.islands import arrange_groups
from kg.layout import Box, Position, arrange, box_of, wrap
from kg.messages import LANGUAGES, catalogue, choose
from kg.view import REST, LinkType, NodeType, View

if TYPE_CHECKING:
    from kg.network import Graph

__all__ = ["Drawing", "Link", "Node", "draw", "heading"]

Texts = Mapping[str, str]
#: How far apart the arcs of parallel links are.
ARC = 0.16


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its names and the lines of its label by language, and what both labels cover at its place."""

    iri: str
    kind: NodeType
    names: Texts
    lines: Mapping[str, tuple[str, ...]]
    position: Position
    box: Box


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the view's network with how it is drawn; ``labels`` is what its type is called.

    ``bend`` is 0 for a straight one; a positive one bends to the left of who goes from source to target, by that part
    of the way.
    """

    source: str
    target: str
    word: str
    kind: LinkType
    labels: Texts
    via: str
    notes: tuple[str, ...]
    scopes: tuple[str, ...]
    bend: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """All nodes by IRI, sorted, and all links, sorted by their ends."""

    view: View
    nodes: Mapping[str, Node]
    links: tuple[Link, ...]

    def bounds(self) -> tuple[int, int, int, int]:
        """Left, right, top and bottom of all that is drawn, labels in every language included."""
        spots = [(node.position, node.box) for node in self.nodes.values()] or [(Position(0, 0), Box(0, 0, 0))]
        return (
            min(spot.x - box.half for spot, box in spots),
            max(spot.x + box.half for spot, box in spots),
            min(spot.y - box.above for spot, box in spots),
            max(spot.y + box.below for spot, box in spots),
        )

    def node_types(self) -> dict[str, int]:
        """The node types in use, in the view's order, and how many nodes each has."""
        counts = {key: sum(node.kind.key == key for node in self.nodes.values()) for key in self.view.types}
        return {key: count for key, count in counts.items() if count}

    def link_types(self) -> dict[str, Link]:
        """The words of links in use, those that the view names first and in its order, each with a link of it."""
        named = list(self.view.links)
        used = {link.word: link for link in self.links}
        order = sorted(used, key=lambda word: (named.index(word) if word in named else len(named), word))
        return {word: used[word] for word in order}


def draw(view: View, graph: Graph, dossier: Dossier) -> Drawing:
    """Lay out the network of a view. The same network gives the same drawing on every run, in each language."""
    kinds = {node: view.types[data["type"]] for node, data in sorted(graph.nodes(data=True))}
    names = {node: {tag: choose(dossier.things[node].labels, tag) for tag in sorted(LANGUAGES)} for node in kinds}
    lines = {
        node: {tag: tuple(wrap(names[node][tag], kind.width, kind.lines)) for tag in names[node]}
        for node, kind in kinds.items()
    }
    boxes = {node: box_of(kind.size, lines[node].values()) for node, kind in kinds.items()}
    positions = arrange(graph, boxes) if view.layout == "rings" else arrange_groups(graph, boxes)
    nodes = {
        node: Node(node, kinds[node], names[node], lines[node], positions[node], boxes[node]) for node in sorted(kinds)
    }
    return Drawing(view, nodes, tuple(_links(view, graph)))


def heading(graph: Graph, dossier: Dossier) -> Texts:
    """What all is about: the name of the one node in the middle of a view, else a general title."""
    inner = [node for node, ring in sorted(graph.nodes(data="ring")) if ring == 0]
    if len(inner) == 1 and inner[0] in dossier.things:
        return dossier.things[inner[0]].labels
    return catalogue("page")["title"]


def _links(view: View, graph: Graph) -> list[Link]:
    bends = _bends(graph)
    found = []
    for source, target, key, data in sorted(graph.edges(keys=True, data=True), key=lambda edge: edge[:3]):
        kind = view.links.get(data["link"]) or view.links[REST]
        bend = bends[source, target, key]
        said = (data["labels"], data["via"], data["notes"], data["scopes"])
        found.append(Link(source, target, data["link"], kind, *said, bend))
    return found


def _bends(graph: Graph) -> dict[tuple[str, str, str], float]:
    """How each link bends: a single one is straight, parallel ones fan out to both sides."""
    groups: dict[tuple[str, ...], list[tuple[str, str, str]]] = {}
    for edge in sorted(graph.edges(keys=True)):
        groups.setdefault(tuple(sorted(edge[:2])), []).append(edge)
    found: dict[tuple[str, str, str], float] = {}
    for ends, edges in groups.items():
        for place, edge in enumerate(edges):
            bend = round((place - (len(edges) - 1) / 2) * ARC, 3)
            found[edge] = bend if edge[0] == ends[0] else -bend
    return found
