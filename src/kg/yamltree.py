"""YAML as a tree of texts with places: nothing is guessed, nothing is merged, nothing is lost.

YAML 1.1 turns ``on``, ``no``, ``2024`` and ``12:30`` into other things than they look like, merges keys and lets
one short file unfold to gigabytes. Here every scalar is the text as written, and what facts have no use for
(anchors, aliases, merge keys, tags, several documents, duplicate keys) is a problem at its place.
The tree is built from the parser's events, so an alias is never followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from kg.errors import Place, Problem

__all__ = ["MAX_BYTES", "ListNode", "MapNode", "Node", "Scalar", "parse_yaml", "read_yaml"]

#: A facts file above this size is refused before it is parsed.
MAX_BYTES = 5_000_000
#: Deeper nesting than any hand would write.
MAX_DEPTH = 60

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_PLAIN_TAGS = ("!",)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; ``plain`` tells whether it stood without quotes."""

    text: str
    place: Place
    plain: bool = True


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class MapNode:
    """Keys and values in the order of the file; keys are unique texts."""

    items: tuple[tuple[Scalar, Node], ...]
    place: Place

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.items if name.text == key), None)


Node = Scalar | ListNode | MapNode


class _Composer:
    """Builds the tree from events; collects problems and goes on."""

    def __init__(self, path: str, events: Iterator[yaml.Event]) -> None:
        self.path = path
        self.events = events
        self.problems: list[Problem] = []
        self.aliases: set[str] = set()

    def place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self.path, mark.line + 1, mark.column + 1) if mark else Place(self.path)

    def fault(self, event: yaml.Event, code: str, **params: object) -> None:
        self.problems.append(Problem(self.place(event), code, params))

    def node(self, event: yaml.Event, depth: int) -> Node:
        place = self.place(event)
        if isinstance(event, yaml.AliasEvent):
            name = event.anchor or ""
            if name not in self.aliases:
                self.aliases.add(name)
                self.fault(event, "Y004", what=f"*{name}")
            return Scalar("", place)
        if getattr(event, "anchor", None):
            self.fault(event, "Y004", what=f"&{event.anchor}")  # type: ignore[attr-defined] # seen the line above
        tag = getattr(event, "tag", None)
        if tag and tag not in _PLAIN_TAGS:
            self.fault(event, "Y007", what=tag)
        if isinstance(event, yaml.ScalarEvent):
            bad = _CONTROL.search(event.value)
            if bad:
                self.fault(event, "Y006", what=f"U+{ord(bad.group()):04X}")
            return Scalar(event.value, place, not event.style)
        if depth > MAX_DEPTH:
            raise _TooDeepError(place)
        if isinstance(event, yaml.SequenceStartEvent):
            return ListNode(tuple(self.sequence(depth)), place)
        return MapNode(tuple(self.mapping(depth)), place)

    def sequence(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            yield self.node(event, depth + 1)

    def mapping(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, Scalar] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(key, Scalar):
                self.problems.append(Problem(key.place, "Y010"))
            elif key.plain and key.text == "<<":
                self.problems.append(Problem(key.place, "Y004", {"what": "<<"}))
            elif key.text in seen:
                first = seen[key.text].place.line
                self.problems.append(Problem(key.place, "Y003", {"name": key.text, "first": first}))
            elif not isinstance(event, yaml.AliasEvent):
                seen[key.text] = key
                yield key, value


class _TooDeepError(Exception):
    def __init__(self, place: Place) -> None:
        self.place = place


def _place_of(text: str, index: int, path: str) -> Place:
    before = text[:index]
    return Place(path, before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


def _mark_place(text: str, path: str, error: yaml.YAMLError) -> Place:
    """Where a syntax error stands; never beyond the end of the file."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return Place(path)
    lines = text.split("\n")
    line = min(mark.line, len(lines) - 1)
    return Place(path, line + 1, min(mark.column, len(lines[line])) + 1)


def parse_yaml(text: str, path: str) -> tuple[Node | None, list[Problem]]:
    """The tree of one YAML document and its problems. The tree is None when there is none to speak of."""
    found = [
        Problem(_place_of(text, match.start(), path), "Y006", {"what": f"U+{ord(match.group()):04X}"})
        for match in _CONTROL.finditer(text)
    ]
    if found:
        return None, found
    events = yaml.parse(text, Loader=yaml.CSafeLoader)
    composer = _Composer(path, events)
    root: Node | None = None
    try:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                composer.fault(event, "Y008")
                break
            if isinstance(event, yaml.NodeEvent):
                root = composer.node(event, 0)
    except yaml.YAMLError as error:
        why = str(getattr(error, "problem", None) or error)
        composer.problems.append(Problem(_mark_place(text, path, error), "Y002", {"why": why}))
        return None, composer.problems
    except _TooDeepError as deep:
        composer.problems.append(Problem(deep.place, "Y009", {"most": MAX_DEPTH}))
        return None, composer.problems
    return root, composer.problems


def read_yaml(file: Path, path: str) -> tuple[Node | None, list[Problem]]:
    """Read a file; ``path`` is how the user calls it in messages.

    A file above :data:`MAX_BYTES` is refused unread; one that is not UTF-8 is placed at the first bad byte.
    """
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            return None, [Problem(Place(path), "Y005", {"size": f"{size / 1e6:.1f}", "most": f"{MAX_BYTES / 1e6:.0f}"})]
        raw = file.read_bytes()
    except OSError as error:
        return None, [Problem(Place(path), "Y011", {"why": error.strerror or type(error).__name__})]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        return None, [Problem(_place_of(before, len(before), path), "Y001", {"byte": f"0x{raw[error.start]:02X}"})]
    return parse_yaml(text, path)
