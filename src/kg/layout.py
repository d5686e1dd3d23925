"""Where each node of a drawing stands: rings round a centre, no physics, no chance.

Nodes of the smallest ring stand in the middle. Every other node hangs below one neighbour of an inner ring and gets a
slice of the circle as wide as what hangs below it (a radial tree), then moves outwards until its box, mark and
label together, touches no other. Drawings are wider than high, as screens are.

The result depends on the graph only: not on the order of its facts, nor on the hash seed; and since angles and
positions are rounded at each step, not on how a machine rounds the last digit of a sine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.network import Graph

__all__ = ["Box", "Position", "arrange", "box_of", "overlaps", "text_width", "wrap"]

#: Size of labels, in pixels at zoom 1; the page draws with the same.
FONT = 14
LINE = 17
#: Labels are cut to so many lines of so many pixels; the whole text is one click away.
LINES = 4
WIDTH = 176
#: How much wider than high a drawing is.
STRETCH = 1.5
#: Free space round each box, least distance of two rings, step outwards.
PAD = 7
RING = 84
STEP = 6

_NARROW = frozenset("iljtfrI.,;:!'’|()[]·-‑ ")
_WIDE = frozenset("mwMWÆŒ@%—…")


@dataclass(frozen=True, slots=True)
class Position:
    """The centre of a node's mark, in pixels; y grows downwards."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Box:
    """What a node covers, relative to the centre of its mark: half its width, above, below."""

    half: int
    above: int
    below: int


def text_width(text: str) -> int:
    """The width of a text in pixels at :data:`FONT`, estimated on the safe side from the kind of its letters."""
    units = 0
    for char in text:
        units += 36 if char in _NARROW else 95 if char in _WIDE else 72 if char.isupper() else 60
        units += 42 if ord(char) > 0x2E7F else 0
    return -(-units * FONT // 100)


def wrap(text: str) -> list[str]:
    """The label as at most :data:`LINES` lines of at most :data:`WIDTH` pixels, cut with an ellipsis.

    >>> wrap("Port-Élan")
    ['Port-Élan']
    """
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < LINES:
        line = words.pop(0)
        while words and text_width(f"{line} {words[0]}") <= WIDTH:
            line += f" {words.pop(0)}"
        lines.append(line)
    if words:
        lines[-1] += " …"
    return [line if text_width(line) <= WIDTH else _cut(line) for line in lines]


def _cut(line: str) -> str:
    kept = line.removesuffix(" …")
    while kept and text_width(f"{kept}…") > WIDTH:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def box_of(size: int, labels: Iterable[str]) -> Box:
    """What a mark of ``size`` (half its width) covers with the largest of its labels (one a language) below."""
    wrapped = [wrap(text) for text in labels]
    widest = max((text_width(line) for lines in wrapped for line in lines), default=0)
    most = max((len(lines) for lines in wrapped), default=0)
    mark = size + 3
    return Box(max(mark, widest // 2 + 1), mark, mark + (most * LINE + 5 if most else 0))


def overlaps(positions: Mapping[str, Position], boxes: Mapping[str, Box]) -> list[tuple[str, str]]:
    """All pairs of nodes whose boxes overlap, sorted."""
    nodes = sorted(positions)
    pairs = ((a, b) for place, a in enumerate(nodes) for b in nodes[place + 1 :])
    return [(a, b) for a, b in pairs if _touch(positions[a], boxes[a], positions[b], boxes[b], 0)]


def _touch(a: Position, box_a: Box, b: Position, box_b: Box, pad: int) -> bool:
    return (
        abs(a.x - b.x) < box_a.half + box_b.half + pad
        and a.y - box_a.above < b.y + box_b.below + pad
        and b.y - box_b.above < a.y + box_a.below + pad
    )


class _Tree:
    """Each node's parent: the neighbour of an inner ring, the nearest ring first, then the most links."""

    def __init__(self, graph: Graph) -> None:
        used = sorted({data["ring"] for _, data in graph.nodes(data=True)})
        self.rings = {node: used.index(data["ring"]) for node, data in graph.nodes(data=True)}
        self.parent = {node: self._choose(graph, node) for node in sorted(graph)}
        self.children: dict[str | None, list[str]] = {}
        for node, parent in self.parent.items():
            self.children.setdefault(parent, []).append(node)

    def _choose(self, graph: Graph, node: str) -> str | None:
        near = {*graph.successors(node), *graph.predecessors(node)}
        inner = [other for other in near if self.rings[other] < self.rings[node]]
        links = {other: graph.number_of_edges(node, other) + graph.number_of_edges(other, node) for other in inner}
        return min(inner, key=lambda other: (-self.rings[other], -links[other], other), default=None)

    def below(self, node: str | None) -> list[str]:
        return self.children.get(node, [])


class _Slices:
    """Angles: each node takes a slice as wide as the wider of its own box and of all that hangs below it."""

    def __init__(self, tree: _Tree, boxes: Mapping[str, Box]) -> None:
        self.tree, self.boxes = tree, boxes
        self.need: dict[str, float] = {}
        for node in sorted(tree.parent, key=lambda n: (-tree.rings[n], n)):
            self.need[node] = max(self._own(node), sum(self.need[child] for child in tree.below(node)))
        self.angles: dict[str, float] = {}
        roots = tree.below(None)
        self._share(roots, -math.pi / 2, 2 * math.pi / (sum(self.need[root] for root in roots) or 1))

    def _own(self, node: str) -> float:
        box, ring = self.boxes[node], max(self.tree.rings[node], 1)
        across = (2 * box.half / STRETCH + box.above + box.below) / 2 + PAD
        return round(across / ring, 3)

    def _share(self, nodes: list[str], start: float, unit: float) -> None:
        """Give each node of a row its slice; what hangs below stays inside its parent's."""
        for node in nodes:
            width = self.need[node] * unit
            self.angles[node] = round(start + width / 2, 6)
            below = sum(self.need[child] for child in self.tree.below(node))
            self._share(self.tree.below(node), start + (width - below * unit) / 2, unit)
            start += width


class _Grid:
    """The boxes placed so far, by cell, so that a new one is compared with its surroundings only."""

    CELL = 2 * WIDTH

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], list[tuple[Position, Box]]] = {}

    def free(self, position: Position, box: Box) -> bool:
        column, row = position.x // self.CELL, position.y // self.CELL
        return not any(
            _touch(position, box, other, other_box, PAD)
            for x in (column - 1, column, column + 1)
            for y in (row - 1, row, row + 1)
            for other, other_box in self.cells.get((x, y), ())
        )

    def add(self, position: Position, box: Box) -> None:
        cell = (position.x // self.CELL, position.y // self.CELL)
        self.cells.setdefault(cell, []).append((position, box))


def _at(radius: int, angle: float) -> Position:
    return Position(round(STRETCH * radius * round(math.cos(angle), 6)), round(radius * round(math.sin(angle), 6)))


def arrange(graph: Graph, boxes: Mapping[str, Box]) -> dict[str, Position]:
    """A position for each node, by node in sorted order; no two boxes overlap.

    ``boxes`` has what each node covers, see :func:`box_of`; nodes have a ``ring``, counted from the centre.
    """
    tree = _Tree(graph)
    slices, grid = _Slices(tree, boxes), _Grid()
    found: dict[str, Position] = {}
    innermost = sum(ring == 0 for ring in tree.rings.values())
    floor, reached = 0 if innermost == 1 else RING, 0
    for ring in sorted(set(tree.rings.values())):
        members = sorted((n for n in tree.rings if tree.rings[n] == ring), key=lambda n: (slices.angles[n], n))
        for node in members:
            radius = floor
            while not grid.free(position := _at(radius, slices.angles[node]), boxes[node]):
                radius += STEP
            grid.add(position, boxes[node])
            found[node] = position
            reached = max(reached, radius)
        floor = _next_floor(floor, members, boxes)
    return dict(sorted(found.items()))


def _next_floor(floor: int, members: list[str], boxes: Mapping[str, Box]) -> int:
    """Where the next ring begins: beyond this one's marks, and far enough for its own nodes to fan out."""
    heights = sorted(boxes[node].above + boxes[node].below for node in members)
    return floor + max(RING, heights[len(heights) // 2])
