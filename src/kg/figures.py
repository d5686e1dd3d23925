"""Marks and links as SVG figures, with the proportions that vis-network gives them in the page.

Sines are rounded before they are used, and coordinates are written with one decimal, so that the last digit of a
machine's arithmetic does not show.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from kg.layout import Position

__all__ = ["FIGURES", "Shift", "curve", "plain"]

#: An element's name and its attributes.
Figure: TypeAlias = tuple[str, dict[str, object]]
#: How far a link stays from the marks at its ends.
CLEAR = 3


@dataclass(frozen=True, slots=True)
class Shift:
    """Where the origin of a drawing stands in the picture."""

    x: int
    y: int


def plain(value: object) -> str:
    """A value as an attribute; numbers with one decimal at most.

    >>> plain(3.0), plain(2.25), plain(-0.01), plain("none")
    ('3', '2.2', '0', 'none')
    """
    if not isinstance(value, float):
        return str(value)
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _corners(x: float, y: float, radii: tuple[float, ...], first: int = 0) -> Figure:
    """A polygon with a corner for each radius; all of them turn once round, from upright on plus ``first`` halves."""
    points = []
    for place, radius in enumerate(radii):
        angle = math.pi * (2 * place + first) / len(radii)
        points.append(
            f"{plain(x + radius * round(math.sin(angle), 6))},{plain(y - radius * round(math.cos(angle), 6))}"
        )
    return "polygon", {"points": " ".join(points)}


def _dot(x: float, y: float, size: float) -> Figure:
    return "circle", {"cx": x, "cy": y, "r": size}


def _square(x: float, y: float, size: float) -> Figure:
    return "rect", {"x": x - size, "y": y - size, "width": 2 * size, "height": 2 * size}


def _diamond(x: float, y: float, size: float) -> Figure:
    return _corners(x, y, (size,) * 4)


def _hexagon(x: float, y: float, size: float) -> Figure:
    return _corners(x, y, (size,) * 6, 1)


def _star(x: float, y: float, size: float) -> Figure:
    return _corners(x, y + 0.082 * size, (1.066 * size, 0.41 * size) * 5)


def _triangle(x: float, y: float, size: float) -> Figure:
    return _corners(x, y + 0.316 * size, (1.328 * size,) * 3)


def _triangle_down(x: float, y: float, size: float) -> Figure:
    return _corners(x, y - 0.316 * size, (1.328 * size,) * 3, 1)


#: The figure of each shape at a place, in a size.
FIGURES: Mapping[str, Callable[[float, float, float], Figure]] = {
    "dot": _dot,
    "diamond": _diamond,
    "square": _square,
    "triangle": _triangle,
    "triangleDown": _triangle_down,
    "star": _star,
    "hexagon": _hexagon,
}


def curve(source: Position, target: Position, sizes: tuple[int, int], bend: float, shift: Shift) -> str:
    """The path of a link from mark to mark, in the ``sizes`` of these marks.

    ``bend`` is as in :class:`kg.drawing.Link`. A link of a node to itself is a loop above it.
    """
    x, y = source.x + shift.x, source.y + shift.y
    size, other = sizes
    across, down = float(target.x - source.x), float(target.y - source.y)
    length = math.sqrt(across * across + down * down)
    if not length:
        top = y - size
        return f"M{x - 4} {top}C{x - 4 * size} {top - 4 * size} {x + 4 * size} {top - 4 * size} {x + 4} {top}"
    # The point that pulls the curve, from the middle of the way to its left.
    pull_x, pull_y = across / 2 + 0.8 * bend * down, down / 2 - 0.8 * bend * across
    start_x, start_y = _toward(pull_x, pull_y, size + CLEAR)
    end_x, end_y = _toward(pull_x - across, pull_y - down, other + CLEAR)
    begin = f"M{plain(x + start_x)} {plain(y + start_y)}"
    end = f"{plain(x + across + end_x)} {plain(y + down + end_y)}"
    return f"{begin}Q{plain(x + pull_x)} {plain(y + pull_y)} {end}" if bend else f"{begin}L{end}"


def _toward(x: float, y: float, far: float) -> tuple[float, float]:
    """The point ``far`` away in the direction of another."""
    length = math.sqrt(x * x + y * y) or 1.0
    return x * far / length, y * far / length
