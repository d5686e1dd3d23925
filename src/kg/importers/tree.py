"""What a reader of a foreign format hands on: a tree of texts, each with its place in the source.

Whatever the format, a record is the same three kinds of node, so one field map serves JSON, YAML, tables, XML,
calendars and pages alike. A leaf remembers whether something was made of it: what nobody took is a loss.

Paths lead through a tree. ``speakers/name`` takes the steps one after the other; a list is walked through without a
step of its own; ``*`` is every child; ``.`` the node itself; ``**`` the node and everything below it; ``^`` the key
under which the node stands. ``/title`` starts at the top of the file, ``day:date`` at an enclosing node that was
given the name ``day``, ``$series`` at what the caller said. ``a | b`` takes the first that yields something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["At", "Branch", "Cell", "Leaf", "Node", "Path", "Scope", "Several", "leaves", "parse_path", "place_of"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table, row and column from 1; ``sheet`` is empty in a file that has but one table."""

    row: int
    column: int
    sheet: str = ""


#: Where a node stands: a JSON Pointer, a span of code points, or a cell.
At = str | tuple[int, int] | Cell


@dataclass(slots=True)
class Leaf:
    """One text. ``raw`` tells that the text is the span itself, letter by letter, so that parts of it can be cited.

    ``taken`` tells that something was made of it, ``partly`` that it was only searched through.
    """

    text: str
    at: At
    raw: bool = False
    taken: bool = False
    partly: bool = False


@dataclass(slots=True)
class Branch:
    """Nodes by key, in the order of the file; ``key`` is the key under which the branch itself stands."""

    at: At
    items: dict[str, Node] = field(default_factory=dict)
    key: str = ""


@dataclass(slots=True)
class Several:
    """A list of nodes."""

    at: At
    items: list[Node] = field(default_factory=list)


Node = Leaf | Branch | Several
#: The key under which an element's own text stands when it has attributes too.
TEXT = "#"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where paths start from: the record, the top of the file, named nodes around the record, what the caller said."""

    node: Node
    top: Node
    named: Mapping[str, Node]
    given: Mapping[str, Node]

    def at(self, node: Node, name: str = "") -> Scope:
        """The same surroundings seen from another node, which may be given a name."""
        return Scope(node, self.top, {**self.named, name: node} if name else self.named, self.given)


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path. ``start`` is empty (the record), ``/``, ``$`` or the name of an enclosing node."""

    text: str
    start: str
    steps: tuple[str, ...]

    def find(self, scope: Scope) -> list[Node]:
        """The nodes that the path leads to, in the order of the file."""
        if self.start == "$":
            node = scope.given.get(self.steps[0])
            return [node] if node is not None else []
        first = {"": scope.node, "/": scope.top}.get(self.start) or scope.named.get(self.start)
        nodes = [first] if first is not None else []
        for step in self.steps:
            nodes = [found for node in nodes for found in _step(node, step)]
        return nodes


_NAMED = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):(?!//)(.*)")


def parse_path(text: str) -> tuple[Path, ...]:
    """The alternatives of a path.

    >>> [(path.start, path.steps) for path in parse_path("day:date | /head/title")]
    [('day', ('date',)), ('/', ('head', 'title'))]
    """
    return tuple(_parse_one(part.strip()) for part in text.split(" | "))


def _parse_one(text: str) -> Path:
    start, rest = "", text
    if text.startswith(("/", "$")):
        start, rest = text[0], text[1:]
    elif match := _NAMED.fullmatch(text):
        start, rest = match.group(1), match.group(2)
    steps = (step.replace("~1", "/").replace("~0", "~") for step in rest.split("/") if step not in ("", "."))
    return Path(text, start, tuple(steps))


def _step(node: Node, step: str) -> Iterator[Node]:
    if isinstance(node, Several):
        for item in node.items:
            yield from [item] if step == "*" else _step(item, step)
    elif step == "**":
        yield from _below(node)
    elif isinstance(node, Branch):
        if step == "*":
            yield from node.items.values()
        elif step == "^":
            yield Leaf(node.key, node.at)
        elif step in node.items:
            yield node.items[step]


def _below(node: Node) -> Iterator[Node]:
    """A node and every branch below it."""
    if isinstance(node, Several):
        for item in node.items:
            yield from _below(item)
    elif isinstance(node, Branch):
        yield node
        for item in node.items.values():
            yield from _below(item)


def leaves(node: Node, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Leaf]]:
    """Every leaf with the steps that lead to it; lists take no step."""
    if isinstance(node, Leaf):
        yield way, node
    elif isinstance(node, Several):
        for item in node.items:
            yield from leaves(item, way)
    else:
        for key, item in node.items.items():
            yield from leaves(item, (*way, key))


def texts_of(node: Node) -> Iterator[Leaf]:
    """The leaves that a value is made of: itself, those of a list, or the own text of an element."""
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Several):
        for item in node.items:
            yield from texts_of(item)
    elif TEXT in node.items:
        yield from texts_of(node.items[TEXT])


def place_of(node: Node) -> At:
    """Where a node stands; for the top of a JSON file, which no pointer names here, where its first part stands."""
    if node.at == "" and isinstance(node, Branch | Several):
        items = list(node.items.values()) if isinstance(node, Branch) else node.items
        if items:
            return place_of(items[0])
    return node.at
