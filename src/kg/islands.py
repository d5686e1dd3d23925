"""Where each node of a drawing stands, in groups side by side: no physics, no chance.

What hangs below one node of the smallest ring is a group, and drawn as rings round it. Where there is one ring only,
each community is a group, on an ellipse of its own: nodes that are linked to other groups stand on the side where those
are. The largest group stands in the middle; every other one as near as it can to those that it is linked to; nodes
without any link stand in rows.

The result depends on the graph only, as in :mod:`kg.layout`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kg.layout import PAD, RING, STRETCH, Box, Grid, Position, Tree, arrange, at, spots
from kg.measure import communities, simple

if TYPE_CHECKING:
    from kg.network import Graph

__all__ = ["arrange_groups"]

#: Free space between groups; step and directions of the search for a group's place.
GAP = 36
PACE = 12
WAYS = 48


def arrange_groups(graph: Graph, boxes: Mapping[str, Box]) -> dict[str, Position]:
    """A position for each node, by node in sorted order; no two boxes overlap.

    ``boxes`` has what each node covers, see :func:`kg.layout.box_of`; nodes have a ``ring``, counted from the centre.
    """
    groups, rings = _groups(graph)
    shapes = [_shape(graph, group, boxes, rings) for group in groups]
    centres = _pack(graph, groups, [_extent(shape, boxes) for shape in shapes])
    found = {
        node: Position(centre.x + spot.x, centre.y + spot.y)
        for shape, centre in zip(shapes, centres, strict=True)
        for node, spot in shape.items()
    }
    if not rings:
        fixed = {node: spot for node, spot in found.items() if not graph.degree(node)}
        found = fixed | _turned(graph, groups, centres, boxes, fixed)
    return dict(sorted(found.items()))


def _groups(graph: Graph) -> tuple[list[tuple[str, ...]], bool]:
    """The groups, the largest first and nodes without links as the last one; whether they are rings round a node."""
    alone = tuple(sorted(node for node, degree in graph.degree() if not degree))
    tree = Tree(graph)
    rings = len(set(tree.rings.values())) > 1
    if rings:
        members: dict[str, list[str]] = {}
        for node in sorted(set(graph) - set(alone)):
            root = node
            while (above := tree.parent[root]) is not None:
                root = above
            members.setdefault(root, []).append(node)
        groups = sorted(map(tuple, members.values()), key=lambda group: (-len(group), group))
    else:
        groups = [group for group in communities(simple(graph)) if not set(group) <= set(alone)]
    return [*groups, *([alone] if alone else [])], rings


def _shape(graph: Graph, group: Sequence[str], boxes: Mapping[str, Box], rings: bool) -> dict[str, Position]:
    """A group by itself, round its own centre."""
    if not graph.degree(group[0]):
        return _rows(group, boxes)
    if rings:
        part = graph.__class__()
        part.add_nodes_from((node, graph.nodes[node]) for node in group)
        part.add_edges_from(edge for edge in sorted(graph.edges(keys=True)) if set(edge[:2]) <= set(group))
        return arrange(part, boxes)
    grid = Grid(boxes.values())
    return _round(dict(zip(_slots(len(group)), group, strict=True)), boxes, Position(0, 0), grid)


def _rows(group: Sequence[str], boxes: Mapping[str, Box]) -> dict[str, Position]:
    """Nodes in rows, as wide a block as drawings are."""
    wide = max(2 * boxes[node].half for node in group) + 2 * PAD
    high = max(boxes[node].above + boxes[node].below for node in group) + 2 * PAD
    columns = max(1, round(math.sqrt(len(group) * STRETCH * high / wide)))
    left, top = -wide * (min(columns, len(group)) - 1) // 2, -high * ((len(group) - 1) // columns) // 2
    return {
        node: Position(left + wide * (place % columns), top + high * (place // columns))
        for place, node in enumerate(group)
    }


def _slots(count: int) -> list[float]:
    """Equal angles, the first to the left."""
    return [round(math.pi + 2 * math.pi * place / count, 6) for place in range(count)]


def _round(slots: Mapping[float, str], boxes: Mapping[str, Box], centre: Position, grid: Grid) -> dict[str, Position]:
    """Nodes at their angles round a centre, as near as the grid lets them."""
    across = [2 * boxes[node].half / STRETCH + boxes[node].above + boxes[node].below for node in slots.values()]
    need = sum(PAD + width / 2 for width in across) / (2 * math.pi)
    radius = max(RING if len(slots) > 2 else RING // 2, round(need)) if len(slots) > 1 else 0
    found = {}
    for angle, node in slots.items():
        for spot in spots(radius, angle):
            position = Position(centre.x + spot.x, centre.y + spot.y)
            if grid.free(position, boxes[node]):
                break
        grid.add(position, boxes[node])
        found[node] = position
    return found


def _extent(shape: Mapping[str, Position], boxes: Mapping[str, Box]) -> Box:
    """What a group covers, relative to its centre."""
    return Box(
        max(abs(spot.x) + boxes[node].half for node, spot in shape.items()),
        max(boxes[node].above - spot.y for node, spot in shape.items()),
        max(boxes[node].below + spot.y for node, spot in shape.items()),
    )


def _between(graph: Graph, groups: Sequence[Sequence[str]]) -> dict[tuple[int, int], int]:
    """How many links there are between each two groups."""
    place = {node: number for number, group in enumerate(groups) for node in group}
    found: dict[tuple[int, int], int] = {}
    for source, target in graph.edges():
        ends = (place[source], place[target])
        for pair in (ends, ends[::-1]):
            found[pair] = found.get(pair, 0) + 1
    return found


def _pack(graph: Graph, groups: Sequence[Sequence[str]], extents: Sequence[Box]) -> list[Position]:
    """A centre for each group, in their order: free, near to those it is linked to, and the whole stays compact."""
    links = _between(graph, groups)
    grid = Grid(extents, GAP)
    placed: list[tuple[Position, Box]] = []
    for number, extent in enumerate(extents):
        near = [(links.get((number, other), 0), spot) for other, (spot, _) in enumerate(placed)]
        total = sum(count for count, _ in near)
        middle = Position(0, 0)
        if total:
            x, y = (sum(count * spot.x for count, spot in near), sum(count * spot.y for count, spot in near))
            middle = Position(round(x / total), round(y / total))
        placed.append((_place(middle, extent, placed, grid), extent))
        grid.add(*placed[-1])
    return [spot for spot, _ in placed]


def _place(middle: Position, extent: Box, placed: Sequence[tuple[Position, Box]], grid: Grid) -> Position:
    """The free spot on the smallest ellipse round ``middle`` that has one; the one that keeps the whole compact."""
    radius = 0
    while True:
        ring = [at(radius, round(2 * math.pi * turn / WAYS, 6)) for turn in range(WAYS if radius else 1)]
        spots_of = [Position(middle.x + spot.x, middle.y + spot.y) for spot in ring]
        free = [spot for spot in spots_of if grid.free(spot, extent)]
        if free:
            return min(free, key=lambda spot: _spread(spot, extent, placed))
        radius += max(PACE, radius // WAYS)


def _spread(spot: Position, extent: Box, placed: Sequence[tuple[Position, Box]]) -> tuple[int, int, int, int]:
    """How large the whole is with one more group, in the proportions of a drawing; then how far off that group is."""
    every = [*placed, (spot, extent)]
    wide = max(p.x + box.half for p, box in every) - min(p.x - box.half for p, box in every)
    high = max(p.y + box.below for p, box in every) - min(p.y - box.above for p, box in every)
    return max(round(wide / STRETCH), high), abs(spot.x) + abs(spot.y), spot.y, spot.x


def _turned(
    graph: Graph,
    groups: Sequence[Sequence[str]],
    centres: Sequence[Position],
    boxes: Mapping[str, Box],
    fixed: Mapping[str, Position],
) -> dict[str, Position]:
    """Every group round its centre, its nodes on the side of what they are linked to elsewhere; ``fixed`` stay."""
    place = {node: number for number, group in enumerate(groups) for node in group}
    found: dict[str, Position] = {}
    grid = Grid(boxes.values())
    for node, spot in fixed.items():
        grid.add(spot, boxes[node])
    for group, centre in zip(groups, centres, strict=True):
        if not graph.degree(group[0]):
            continue
        pulls = {}
        for node in group:
            near = {*graph.successors(node), *graph.predecessors(node)}
            far = [centres[place[other]] for other in sorted(near) if place[other] != place[node]]
            if far:
                x, y = (sum(spot.x for spot in far) / len(far), sum(spot.y for spot in far) / len(far))
                pulls[node] = (len(far), round(math.atan2(y - centre.y, (x - centre.x) / STRETCH), 6))
        free = _slots(len(group))
        slots: dict[float, str] = {}
        for node in sorted(pulls, key=lambda node: (-pulls[node][0], node)):
            best = min(free, key=lambda slot: (_turn(slot, pulls[node][1]), slot))
            free.remove(best)
            slots[best] = node
        slots.update(zip(free, (node for node in group if node not in pulls), strict=True))
        found |= _round(dict(sorted(slots.items())), boxes, centre, grid)
    return found


def _turn(one: float, other: float) -> float:
    """The angle between two directions."""
    apart = abs(one - other) % (2 * math.pi)
    return round(min(apart, 2 * math.pi - apart), 6)
