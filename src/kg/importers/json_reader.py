"""JSON (RFC 8259): places are JSON Pointers (RFC 6901).

A file of ordinary size is read by the standard library, which says where a fault stands; a large one streams. Both
ways build the same tree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from kg.errors import UsageError
from kg.importers.foreign import MAX_DEPTH, Foreign, refuse
from kg.importers.reading import Note, Prefix, cut
from kg.importers.tree import Branch, Leaf, Node, Several
from kg.messages import catalogue

__all__ = ["JsonReader", "node_of", "parse_json"]

#: Above this size the file streams.
STREAM_FROM = 16_000_000
_WORDS = {None: "", True: "true", False: "false"}


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


class _Pairs(dict[str, Any]):
    """An object, and the keys that stood in it more than once."""

    twice: tuple[str, ...] = ()


def _pairs(items: list[tuple[str, Any]]) -> _Pairs:
    found = _Pairs(items)
    if len(found) < len(items):
        names = [name for name, _ in items]
        found.twice = tuple(dict.fromkeys(name for name in names if names.count(name) > 1))
    return found


def parse_json(text: str, shown: str, offset: tuple[int, int] = (1, 1)) -> object:
    """A JSON text as Python objects, numbers as written; ``offset`` is where the text begins in its file.

    Raises:
        DataError: it is not JSON, or too deeply nested.
    """
    try:
        return json.loads(
            text.removeprefix("\ufeff"),
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_Number,
            object_pairs_hook=_pairs,
        )
    except json.JSONDecodeError as error:
        line, column = error.lineno + offset[0] - 1, error.colno + (offset[1] - 1 if error.lineno == 1 else 0)
        raise refuse(shown, "I002", line, column, format="JSON", why=error.msg) from error
    except RecursionError as error:
        raise refuse(
            shown, "I005", offset[0], offset[1], what=catalogue("importing")["levels"], most=MAX_DEPTH
        ) from error


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def node_of(value: object, shown: str, at: str = "", key: str = "", depth: int = 0) -> Node:
    """Python objects of a JSON text as a tree.

    Raises:
        DataError: too deeply nested.
    """
    if depth > MAX_DEPTH:
        raise refuse(shown, "I005", what=catalogue("importing")["levels"], most=MAX_DEPTH)
    if isinstance(value, dict):
        items = {k: node_of(v, shown, f"{at}/{_escape(k)}", k, depth + 1) for k, v in value.items()}
        return Branch(at, items, key)
    if isinstance(value, list):
        return Several(at, [node_of(v, shown, f"{at}/{i}", str(i), depth + 1) for i, v in enumerate(value)])
    return Leaf(value if isinstance(value, str) else _WORDS[value], at)  # type: ignore[index] # null, true, false


def _twice(value: object, way: tuple[str, ...] = ()) -> Iterator[Note]:
    """Keys that an object has twice: of the first value nothing is left."""
    if isinstance(value, _Pairs):
        for name in value.twice:
            yield Note((*way, name), "twice", name)
        for key, item in value.items():
            yield from _twice(item, (*way, key))
    elif isinstance(value, list):
        for item in value:
            yield from _twice(item, way)


class JsonReader:
    """A JSON file."""

    def __init__(self, source: Foreign, stream_from: int = STREAM_FROM) -> None:
        self.source = source
        self.notes: list[Note] = []
        self.streams = source.size > stream_from
        self._tops: dict[tuple[Prefix, ...], Node] = {}

    def top(self, prefixes: Sequence[Prefix]) -> Node:
        wanted = tuple(prefixes)
        if wanted not in self._tops:
            if self.streams:
                for _ in self._events(prefixes):
                    pass
            else:
                self._tops[wanted] = node_of(self._loaded(), self.source.shown)
                for _ in cut(self._tops[wanted], prefixes):
                    pass
        return self._tops[wanted]

    def units(self, prefixes: Sequence[Prefix]) -> Iterator[tuple[Prefix, Node]]:
        if self.streams:
            yield from self._events(prefixes)
        else:
            value = self._loaded()
            self.notes = list(_twice(value))
            yield from _children(value, prefixes, self.source.shown)

    def _loaded(self) -> object:
        return parse_json(self.source.text(), self.source.shown)

    # -- large files --------------------------------------------------------------------------------------------

    def _events(self, prefixes: Sequence[Prefix]) -> Iterator[tuple[Prefix, Node]]:
        try:
            import ijson
        except ImportError as error:
            raise UsageError("importing.needs", library="ijson") from error
        builder = _Builder(self.source.shown, prefixes)
        try:
            with self.source.path.open("rb") as stream:
                for event, value in ijson.basic_parse(stream, buf_size=1 << 16):
                    done = builder.take(event, value)
                    if done is not None:
                        yield done
        except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise refuse(self.source.shown, "I002", format="JSON", why=why) from error
        self.notes = builder.notes
        self._tops[tuple(prefixes)] = builder.root


def _children(value: object, prefixes: Sequence[Prefix], shown: str) -> Iterator[tuple[Prefix, Node]]:
    """The records below each prefix, made into nodes one at a time."""
    for prefix in prefixes:
        at, inner = "", value
        for step in prefix:
            inner = inner.get(step) if isinstance(inner, dict) else None
            at += f"/{_escape(step)}"
        pairs = inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ()
        for key, item in pairs:
            yield prefix, node_of(item, shown, f"{at}/{_escape(str(key))}", str(key), len(prefix) + 1)


class _Builder:
    """Builds the tree from events; hands out the children of the prefixes, which the tree then goes without."""

    def __init__(self, shown: str, prefixes: Sequence[Prefix]) -> None:
        self.shown = shown
        self.prefixes = set(prefixes)
        self.root: Node = Leaf("", "")
        self.open: list[Branch | Several] = []
        self.keys: list[str] = []  # the key under which the next value of each open container stands
        self.counts: list[int] = []
        self.notes: list[Note] = []

    def take(self, event: str, value: object) -> tuple[Prefix, Node] | None:
        """One event; a record, when it completes one."""
        if event == "map_key":
            self.keys[-1] = str(value)
            return None
        if event in ("end_map", "end_array"):
            node: Node = self.open.pop()
            self.keys.pop()
            self.counts.pop()
            return self.close(node)
        if event in ("start_map", "start_array"):
            if len(self.open) >= MAX_DEPTH:
                raise refuse(self.shown, "I005", what=catalogue("importing")["levels"], most=MAX_DEPTH)
            at = self.pointer()
            opened = Branch(at, {}, self.key()) if event == "start_map" else Several(at)
            self.open.append(opened)
            self.keys.append("")
            self.counts.append(0)
            return None
        text = _WORDS[value] if value is None or isinstance(value, bool) else str(value)
        return self.close(Leaf(text, self.pointer()))

    def key(self) -> str:
        if not self.open:
            return ""
        return self.keys[-1] if isinstance(self.open[-1], Branch) else str(self.counts[-1])

    def pointer(self) -> str:
        if not self.open:
            return ""
        return f"{self.open[-1].at}/{_escape(self.key())}"

    def close(self, node: Node) -> tuple[Prefix, Node] | None:
        """Hang a finished node where it belongs."""
        if not self.open:
            self.root = node
            return None
        parent, key = self.open[-1], self.key()
        self.counts[-1] += 1
        way = tuple(self.keys[:-1])
        if way in self.prefixes and all(isinstance(outer, Branch) for outer in self.open[:-1]):
            return way, node
        if isinstance(parent, Branch):
            if key in parent.items:
                self.notes.append(Note((*way, key), "twice", key))
            parent.items[key] = node
        else:
            parent.items.append(node)
        return None
