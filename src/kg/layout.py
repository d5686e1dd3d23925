"""Where each node of a drawing stands, in rings round a centre: no physics, no chance.

Nodes of the smallest ring stand in the middle. Every other node hangs below one neighbour of an inner ring and gets a
slice of the circle as wide as what hangs below it (a radial tree). From there it moves, outwards or along its ring,
to the nearest spot where its box, mark and label together, touches no other. Drawings are wider than high, as screens
are.

The result depends on the graph only: not on the order of its facts, nor on the hash seed; and since angles and
positions are rounded at each step, not on how a machine rounds the last digit of a sine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.network import Graph

__all__ = [
    "Box",
    "Grid",
    "Position",
    "Tree",
    "arrange",
    "at",
    "box_of",
    "overlaps",
    "spots",
    "text_width",
    "touch",
    "wrap",
]

#: Size of labels, in pixels at zoom 1; the page draws with the same.
FONT = 14
LINE = 17
#: How much wider than high a drawing is.
STRETCH = 1.7
#: Free space round each box, least distance of two rings, step of the search for a free spot.
PAD = 6
RING = 70
STEP = 8
#: So many steps from where a node would stand, the search begins to take longer ones.
NEARBY = 16

#: Where a label may be broken: after spaces and hyphens, but not before a mark that French sets off by a space.
_BREAK = re.compile(r"(?<=[\s-])(?=[^\s:;?!»-])")
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
        units += 38 if char in _NARROW else 98 if char in _WIDE else 75 if char.isupper() else 65
        units += 42 if ord(char) > 0x2E7F else 0
    return -(-units * FONT // 100)


def wrap(text: str, width: int, most: int) -> list[str]:
    """The label as at most ``most`` lines of at most ``width`` pixels, cut with an ellipsis.

    >>> wrap("Halle aux voiles", 90, 2)
    ['Halle aux', 'voiles']
    """
    lines: list[str] = []
    words = [part for part in _BREAK.split(text) if part]
    while words and len(lines) < most:
        line = words.pop(0)
        while words and text_width((line + words[0]).rstrip()) <= width:
            line += words.pop(0)
        lines.append(line.strip())
    if words and lines:
        lines[-1] += " …"
    return [line if text_width(line) <= width else _cut(line, width) for line in lines]


def _cut(line: str, width: int) -> str:
    kept = line.removesuffix(" …")
    while kept and text_width(f"{kept}…") > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def box_of(size: int, labels: Iterable[Sequence[str]]) -> Box:
    """What a mark of ``size`` (half its width) covers with the largest of its labels (lines, one label a language)."""
    wrapped = list(labels)
    widest = max((text_width(line) for lines in wrapped for line in lines), default=0)
    most = max((len(lines) for lines in wrapped), default=0)
    mark = size + 3
    return Box(max(mark, widest // 2 + 1), mark, mark + (most * LINE + 5 if most else 0))


def overlaps(positions: Mapping[str, Position], boxes: Mapping[str, Box]) -> list[tuple[str, str]]:
    """All pairs of nodes whose boxes overlap, sorted."""
    nodes = sorted(positions)
    pairs = ((a, b) for place, a in enumerate(nodes) for b in nodes[place + 1 :])
    return [(a, b) for a, b in pairs if touch(positions[a], boxes[a], positions[b], boxes[b], 0)]


def touch(a: Position, box_a: Box, b: Position, box_b: Box, pad: int) -> bool:
    """Whether two boxes are less than ``pad`` apart."""
    return (
        abs(a.x - b.x) < box_a.half + box_b.half + pad
        and a.y - box_a.above < b.y + box_b.below + pad
        and b.y - box_b.above < a.y + box_a.below + pad
    )


class Tree:
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
    """Angles: each node takes a slice as wide as the wider of its own box and of all that hangs below it.

    A node with nothing below it may move outwards, so it needs no more than it would out there. Wide and narrow
    slices alternate, or one side of the drawing would be empty.
    """

    def __init__(self, tree: Tree, boxes: Mapping[str, Box]) -> None:
        self.tree, self.boxes = tree, boxes
        self.last = max(tree.rings.values(), default=0)
        self.need: dict[str, float] = {}
        for node in sorted(tree.parent, key=lambda n: (-tree.rings[n], n)):
            self.need[node] = max(self._own(node), sum(self.need[child] for child in tree.below(node)))
        self.angles: dict[str, float] = {}
        roots = self._alternate(tree.below(None))
        self._share(roots, -math.pi / 2, 2 * math.pi / (sum(self.need[root] for root in roots) or 1))

    def _own(self, node: str) -> float:
        box, ring = self.boxes[node], self.tree.rings[node] if self.tree.below(node) else self.last
        across = (2 * box.half / STRETCH + box.above + box.below) / 2 + PAD
        return round(across / (ring + 1), 3)

    def _alternate(self, nodes: list[str]) -> list[str]:
        ranked = sorted(nodes, key=lambda node: (-self.need[node], node))
        half = -(-len(ranked) // 2)
        wide, narrow = ranked[:half], ranked[half:][::-1]
        return [node for pair in zip(wide, [*narrow, ""], strict=False) for node in pair if node]

    def _share(self, nodes: list[str], start: float, unit: float) -> None:
        """Give each node of a row its slice; what hangs below stays inside its parent's."""
        for node in nodes:
            width = self.need[node] * unit
            self.angles[node] = round(start + width / 2, 6)
            below = self._alternate(self.tree.below(node))
            used = sum(self.need[child] for child in below) * unit
            self._share(below, start + (width - used) / 2, unit)
            start += width


class Grid:
    """The boxes placed so far, by cell, so that a new one is compared with its surroundings only."""

    def __init__(self, boxes: Iterable[Box], pad: int = PAD) -> None:
        self.pad = pad
        # A box reaches from its centre into the neighbouring cells at most.
        self.cell = 2 * max((max(box.half, box.above, box.below) for box in boxes), default=1) + pad
        self.cells: dict[tuple[int, int], list[tuple[Position, Box]]] = {}

    def free(self, position: Position, box: Box) -> bool:
        column, row = position.x // self.cell, position.y // self.cell
        return not any(
            touch(position, box, other, other_box, self.pad)
            for x in (column - 1, column, column + 1)
            for y in (row - 1, row, row + 1)
            for other, other_box in self.cells.get((x, y), ())
        )

    def add(self, position: Position, box: Box) -> None:
        cell = (position.x // self.cell, position.y // self.cell)
        self.cells.setdefault(cell, []).append((position, box))


def at(radius: int, angle: float) -> Position:
    """A place on the ellipse of a radius; the sine is rounded before it is used."""
    return Position(round(STRETCH * radius * round(math.cos(angle), 6)), round(radius * round(math.sin(angle), 6)))


def spots(radius: int, angle: float) -> Iterator[Position]:
    """Where a node may stand, the nearest first: outwards and along the ring, without end.

    The steps are small nearby and grow with the distance, or a crowded ring would cost the square of its nodes.
    """
    away = 0
    while True:
        pace = max(STEP, away // NEARBY)
        for out in range(away, -1, -pace):
            far = radius + out
            turn = round((away - out) / max(far, pace), 6)
            yield at(far, angle + turn)
            if turn:
                yield at(far, angle - turn)
        away += pace


def arrange(graph: Graph, boxes: Mapping[str, Box]) -> dict[str, Position]:
    """A position for each node, by node in sorted order; no two boxes overlap.

    ``boxes`` has what each node covers, see :func:`box_of`; nodes have a ``ring``, counted from the centre.
    """
    tree = Tree(graph)
    slices, grid = _Slices(tree, boxes), Grid(boxes.values())
    found: dict[str, Position] = {}
    innermost = sum(ring == 0 for ring in tree.rings.values())
    floor = 0 if innermost == 1 else RING
    for ring in sorted(set(tree.rings.values())):
        members = sorted((n for n in tree.rings if tree.rings[n] == ring), key=lambda n: (slices.angles[n], n))
        for node in members:
            position = next(spot for spot in spots(floor, slices.angles[node]) if grid.free(spot, boxes[node]))
            grid.add(position, boxes[node])
            found[node] = position
        heights = sorted(boxes[node].above + boxes[node].below for node in members)
        floor += max(RING, heights[len(heights) // 2])
    return dict(sorted(found.items()))
