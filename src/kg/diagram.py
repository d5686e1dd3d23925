"""The diagram of the ontology: classes as boxes in the cells that the ontology gives them, links between them.

A node shape says in which cell of the diagram its class stands (``kg:cell "column row"``), a property shape to which
class its key is drawn (``kg:drawnTo``): a diagram of everything would show nothing. Keys between the same two classes
share a link.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from kg.messages import choose
from kg.ontology import Ontology, Shape

__all__ = ["Box", "Diagram", "Link", "diagram"]

#: A cell of the diagram, and the box in the middle of it.
CELL_WIDTH, CELL_HEIGHT, BOX_WIDTH, BOX_HEIGHT = 270, 105, 204, 40


@dataclass(frozen=True, slots=True)
class Box:
    """A class: its name, and its middle in pixels."""

    section: str
    label: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Link:
    """The keys between two classes; from the border of one box to that of the other, the text in the middle."""

    source: str
    target: str
    keys: tuple[str, ...]
    label: str
    start: tuple[int, int]
    end: tuple[int, int]
    middle: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes and links, sorted, and the size of the whole in pixels."""

    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    width: int
    height: int
    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT


def diagram(ontology: Ontology, lang: str) -> Diagram:
    """The diagram with names in ``lang``."""
    drawn = {s.section: s for s in ontology.sections.values() if s.cell}
    boxes = {name: _box(shape, lang) for name, shape in drawn.items()}
    keys: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name, shape in sorted(drawn.items()):
        for field in shape.fields.values():
            if field.drawn_to in drawn:
                keys[(name, field.drawn_to)].append(field.key)
    links = tuple(_link(boxes[a], boxes[b], tuple(dict.fromkeys(found))) for (a, b), found in sorted(keys.items()))
    columns, rows = (max(shape.cell[i] for shape in drawn.values() if shape.cell) + 1 for i in (0, 1))
    return Diagram(tuple(boxes[name] for name in sorted(boxes)), links, columns * CELL_WIDTH, rows * CELL_HEIGHT)


def _box(shape: Shape, lang: str) -> Box:
    column, row = shape.cell or (0, 0)
    x, y = column * CELL_WIDTH + CELL_WIDTH // 2, row * CELL_HEIGHT + CELL_HEIGHT // 2
    return Box(shape.section, choose(shape.labels, lang), x, y)


def _link(a: Box, b: Box, keys: tuple[str, ...]) -> Link:
    start, end = _border(a, b), _border(b, a)
    middle = ((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
    return Link(a.section, b.section, keys, ", ".join(keys), start, end, middle)


def _border(box: Box, other: Box) -> tuple[int, int]:
    """Where the line between two middles leaves a box."""
    dx, dy = other.x - box.x, other.y - box.y
    reach = min(BOX_WIDTH / 2 / abs(dx) if dx else 9.0, BOX_HEIGHT / 2 / abs(dy) if dy else 9.0)
    return round(box.x + dx * reach), round(box.y + dy * reach)
