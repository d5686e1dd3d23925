"""The standing of a value: ``at``, ``inferred``, ``reading``, ``status``, ``quote``.

These five keys mean the same in every facts file whatever the domain. At the level of a thing they hold for all
values in it that have none of their own.
"""

from __future__ import annotations

import re

from kg.errors import Problem
from kg.facts import Selector, Standing, nearest
from kg.values import is_language
from kg.yamltree import ListNode, MapNode, Node, Scalar

__all__ = ["STANDING_KEYS", "STATUS_WORDS", "read_standing"]

STANDING_KEYS = ("at", "inferred", "reading", "status", "quote")
STATUS_WORDS = ("asserted", "inferred", "proposed", "disputed")
_NUMBER = re.compile(r"\d{1,9}")
_POINTER = re.compile(r"(/([^/~]|~[01])*)*")


def read_standing(node: MapNode, outer: Standing) -> tuple[Standing, list[Problem]]:
    """The standing written in ``node``, completed by that of what encloses it.

    Own evidence replaces the outer evidence, and with it the outer inference and reading.
    """
    problems: list[Problem] = []
    written = {key: value for key in STANDING_KEYS if (value := node.get(key)) is not None}
    if not written:
        return outer, []
    base = Standing() if written.keys() & {"at", "quote"} else outer
    at, quoted = base.at, base.quoted
    inferred, reading, status = base.inferred, base.reading, base.status
    if "at" in written:
        at = _selectors(written["at"], problems)
    if "quote" in written:
        quoted = written["quote"].place
    if "inferred" in written:
        inferred = _texts(written["inferred"], "inferred", problems)
    if "reading" in written:
        reading = _texts(written["reading"], "reading", problems)
    if "status" in written:
        word = written["status"]
        status = word.text if isinstance(word, Scalar) else ""
        if status not in STATUS_WORDS:
            near = nearest(status, STATUS_WORDS)
            problems.append(Problem(word.place, "F016", {"word": status, "name": "status", "near": near}))
            status = "asserted"
    return Standing(at, inferred, reading, status, quoted), problems


def _texts(node: Node, name: str, problems: list[Problem]) -> tuple[tuple[str, str], ...]:
    """Texts by language, sorted by language."""
    if not isinstance(node, MapNode):
        problems.append(Problem(node.place, "F022", {"name": name}))
        return ()
    found: list[tuple[str, str]] = []
    for tag, value in node.items:
        if not is_language(tag.text):
            problems.append(Problem(tag.place, "F011", {"tag": tag.text}))
        elif not isinstance(value, Scalar) or not value.text.strip():
            problems.append(Problem(value.place, "F004", {"name": name}))
        else:
            found.append((tag.text, value.text))
    return tuple(sorted(found))


def _selectors(node: Node, problems: list[Problem]) -> tuple[Selector, ...]:
    """``[[s, e], …]``, ``[s, e]``, ``"/json/pointer"`` or ``{row: …, column: …}``, or a list of these."""
    if isinstance(node, ListNode) and not _is_span(node):
        parts: tuple[Node, ...] = node.items
        if not parts:
            problems.append(Problem(node.place, "F004", {"name": "at"}))
    else:
        parts = (node,)
    found = [selector for part in parts if (selector := _selector(part, problems))]
    return tuple(dict.fromkeys(found))


def _is_span(node: Node) -> bool:
    return (
        isinstance(node, ListNode)
        and bool(node.items)
        and all(isinstance(item, Scalar) and item.text.isdecimal() for item in node.items)
    )


def _selector(node: Node, problems: list[Problem]) -> Selector | None:
    if isinstance(node, ListNode) and _is_span(node) and len(node.items) == 2:
        start, end = (_number(item) for item in node.items)
        if start is not None and end is not None and start < end:
            return Selector("text", start, end)
    elif isinstance(node, MapNode) and {key.text for key, _ in node.items} == {"row", "column"}:
        row, column = _number(node.get("row")), _number(node.get("column"))
        if row and column:
            return Selector("cell", row, column)
    elif isinstance(node, Scalar) and node.text.startswith("/") and _POINTER.fullmatch(node.text):
        return Selector("pointer", pointer=node.text)
    problems.append(Problem(node.place, "F023"))
    return None


def _number(node: Node | None) -> int | None:
    return int(node.text) if isinstance(node, Scalar) and _NUMBER.fullmatch(node.text) else None
