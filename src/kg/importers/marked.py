"""YAML 1.1 as far as data goes, and Markdown with YAML front matter: places are spans of the text.

Values are the texts as written; only ``null``, ``~`` and nothing at all are empty. Anchors and aliases are followed,
since sites use them, but only up to a number of nodes that no site reaches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import yaml

from kg.importers.foreign import MAX_DEPTH, Foreign, offset_place, refuse
from kg.importers.reading import Note, Prefix, cut
from kg.importers.tree import Branch, Leaf, Node, Several
from kg.messages import catalogue

__all__ = ["BODY", "FrontMatterReader", "YamlReader"]

#: The key under which the text below the front matter stands.
BODY = "body"
MAX_NODES = 1_000_000
_NULL = "tag:yaml.org,2002:null"
_FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(?P<front>.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


class _Composer:
    """Turns the nodes of one YAML document into a tree; positions are shifted by what stands before it."""

    def __init__(self, source: Foreign, text: str, shift: int) -> None:
        self.source = source
        self.text = text
        self.shift = shift
        self.count = 0
        self.notes: list[Note] = []

    def compose(self, document: str) -> Node:
        try:
            root = yaml.compose(document, Loader=yaml.CSafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            line, column = offset_place(self.text, min(self.shift + (mark.index if mark else 0), len(self.text)))
            why = str(getattr(error, "problem", None) or error).splitlines()[0]
            raise refuse(self.source.shown, "I002", line, column, format="YAML", why=why) from error
        except RecursionError as error:
            raise refuse(self.source.shown, "I005", what=catalogue("importing")["levels"], most=MAX_DEPTH) from error
        return self.node(root) if root is not None else Branch((self.shift, self.shift))

    def node(self, node: yaml.Node, key: str = "", depth: int = 0, way: tuple[str, ...] = ()) -> Node:
        start, end = self.shift + node.start_mark.index, self.shift + node.end_mark.index
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            what, most = ("nodes", MAX_NODES) if self.count > MAX_NODES else ("levels", MAX_DEPTH)
            line, column = offset_place(self.text, start)
            raise refuse(self.source.shown, "I005", line, column, what=catalogue("importing")[what], most=most)
        if isinstance(node, yaml.ScalarNode):
            if node.style in ("'", '"'):
                start, end = start + 1, end - 1
            empty = node.tag == _NULL and not node.style
            return Leaf("" if empty else str(node.value), (start, end), self.text[start:end] == node.value)
        if isinstance(node, yaml.SequenceNode):
            return Several((start, end), [self.node(item, key, depth + 1, way) for item in node.value])
        items: dict[str, Node] = {}
        for name, value in node.value:
            text = str(name.value) if isinstance(name, yaml.ScalarNode) else "?"
            if text in items:
                self.notes.append(Note((*way, text), "twice", text))
            items[text] = self.node(value, text, depth + 1, (*way, text))
        return Branch((start, end), items, key)


class YamlReader:
    """A YAML file."""

    def __init__(self, source: Foreign) -> None:
        self.source = source
        self.notes: list[Note] = []
        self._tops: dict[tuple[Prefix, ...], Node] = {}

    def _root(self) -> Node:
        text = self.source.text()
        shift = 1 if text.startswith("\ufeff") else 0
        composer = _Composer(self.source, text, shift)
        root = composer.compose(text[shift:])
        self.notes = composer.notes
        return root

    def top(self, prefixes: Sequence[Prefix]) -> Node:
        wanted = tuple(prefixes)
        if wanted not in self._tops:
            self._tops[wanted] = self._root()
            for _ in cut(self._tops[wanted], prefixes):
                pass
        return self._tops[wanted]

    def units(self, prefixes: Sequence[Prefix]) -> Iterator[tuple[Prefix, Node]]:
        yield from cut(self._root(), prefixes)


class FrontMatterReader(YamlReader):
    """A text file that begins with YAML between two lines of three hyphens; its text is under ``body``."""

    def _root(self) -> Node:
        text = self.source.text()
        match = _FRONT.match(text)
        if match is None:
            return Branch((0, len(text)), {BODY: Leaf(text, (0, len(text)), raw=True)})
        composer = _Composer(self.source, text, match.start("front"))
        root = composer.compose(match["front"])
        self.notes = composer.notes
        if isinstance(root, Branch):
            root.at = (match.start("front"), match.end("front"))
            start = match.end()
            if text[start:].strip():
                root.items[BODY] = Leaf(text[start:], (start, len(text)), raw=True)
        return root
