"""Drafts: quotes become positions, in the text of the file itself.

A facts file is edited where its quotes stand, by the marks of the YAML parser, and nowhere else: comments, layout
and line ends stay byte for byte. Either every quote of a file finds its one place, or nothing changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from kg.errors import DataError, Place, Problem
from kg.ontology import Ontology
from kg.prefixes import KG
from kg.source import SourceText, find_passages, nearest_passage
from kg.yamltree import ListNode, MapNode, Node, Scalar, parse_yaml, read_yaml

__all__ = ["Edit", "anchor_file", "anchored", "in_context", "quotes_in"]

QUOTE, AT = "quote", "at"
#: How many candidates a problem shows.
MOST_CANDIDATES = 8
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*(?P<comment>[ \t]+#[^\r\n]*)?")


@dataclass(frozen=True, slots=True)
class Quote:
    """A quoted passage in a facts file: the words, and the part of the file that its position replaces.

    ``listed`` tells that it is one of several; ``comment`` is what stood after the head of a block text.
    """

    words: str
    start: int
    end: int
    place: Place
    listed: bool
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace ``[start, end)`` of a text by ``new``."""

    start: int
    end: int
    new: str


def in_context(text: str, start: int, end: int, width: int = 40) -> tuple[str, str, str]:
    r"""What stands before, in and after a passage, on one line, cut between words.

    >>> in_context("Les éclusiers\nont élu leur présidente à Sète.", 14, 21, 12)
    ('…éclusiers ', 'ont élu', ' leur…')
    """
    before, after = text[max(0, start - width) : start], text[end : end + width]
    if start > width:
        before = "…" + re.sub(r"^\S+\s+(?=\S)", "", text[start - width - 1] + before).lstrip()
    if end + width < len(text):
        after = re.sub(r"(?<=\S)\s+\S+$", "", after + text[end + width]).rstrip() + "…"
    flat = [re.sub(r"\s+", " ", part) for part in (before, text[start:end], after)]
    return flat[0], flat[1], flat[2]


# ------------------------------------------------------------------ finding quotes in a file


def _bounds(event: yaml.Event) -> tuple[int, int]:
    """Where an event stands in the text; every event of a parser has both marks."""
    first, last = event.start_mark, event.end_mark
    return (first.index, last.index) if first and last else (0, 0)


class _Finder:
    """Walks the events of a facts file and gathers the edits that turn its quotes into positions."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        self.keys: list[Edit] = []
        self.quotes: list[Quote] = []
        self.problems: list[Problem] = []

    def run(self) -> None:
        for event in self.events:
            if isinstance(event, yaml.NodeEvent):
                self.node(event)

    def node(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.MappingStartEvent):
            self.mapping()
        elif isinstance(event, yaml.SequenceStartEvent):
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                self.node(event)

    def mapping(self) -> None:
        names: dict[str, yaml.Event] = {}
        while not isinstance(key := next(self.events), yaml.MappingEndEvent):
            name = key.value if isinstance(key, yaml.ScalarEvent) else ""
            names[name] = key
            value = next(self.events)
            empty = isinstance(value, yaml.ScalarEvent) and _bounds(value)[0] == _bounds(value)[1]
            if QUOTE in names and name != QUOTE and empty:
                self.problems.append(Problem(self.place(key), "F038", {"words": name}))
            if name == QUOTE:
                self.quote(key, value)
            else:
                self.node(value)
        if QUOTE in names and AT in names:
            self.problems.append(Problem(self.place(names[QUOTE]), "F031"))

    def place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self.path, mark.line + 1, mark.column + 1) if mark else Place(self.path)

    def quote(self, key: yaml.Event, value: yaml.Event) -> None:
        start, end = _bounds(key)
        inner = self.text.index(QUOTE, start, end)
        self.keys.append(Edit(inner, inner + len(QUOTE), AT))
        if isinstance(value, yaml.ScalarEvent):
            self.words(value, listed=False)
        elif isinstance(value, yaml.SequenceStartEvent):
            self.several(value)
        else:
            self.problems.append(Problem(self.place(value), "F003", {"name": QUOTE}))
            self.node(value)

    def several(self, start: yaml.Event) -> None:
        empty = True
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            empty = False
            if isinstance(event, yaml.ScalarEvent):
                self.words(event, listed=True)
            else:
                self.problems.append(Problem(self.place(event), "F003", {"name": QUOTE}))
                self.node(event)
        if empty:
            self.problems.append(Problem(self.place(start), "F004", {"name": QUOTE}))

    def words(self, event: yaml.ScalarEvent, *, listed: bool) -> None:
        (start, end), comment = _bounds(event), ""
        if not event.value.strip():
            self.problems.append(Problem(self.place(event), "F004", {"name": QUOTE}))
            return
        if event.style in ("|", ">"):
            # The parser ends a block text where the next thing begins; the line end before it is not ours.
            end = start + len(self.text[start:end].rstrip())
            header = _BLOCK_HEADER.match(self.text, start)
            comment = (header and header.group("comment")) or ""
        self.quotes.append(Quote(event.value, start, end, self.place(event), listed, comment))


def quotes_in(text: str, path: str) -> tuple[list[Quote], list[Edit], list[Problem]]:
    """The quotes of a facts file, the edits that rename their keys, and what is wrong with them."""
    finder = _Finder(text, path)
    finder.run()
    return finder.quotes, finder.keys, finder.problems


# ------------------------------------------------------------------ quotes to positions


def _candidates(source: SourceText, spans: Sequence[tuple[int, int]]) -> str:
    lines = []
    for start, end in spans[:MOST_CANDIDATES]:
        before, words, after = in_context(source.text, start, end, 30)
        lines.append(f"\n    [[{start}, {end}]]  {before}>>{words}<<{after}")
    if len(spans) > MOST_CANDIDATES:
        lines.append("\n    …")
    return "".join(lines)


def _position(quote: Quote, source: SourceText) -> Edit | Problem:
    spans = find_passages(source.text, quote.words)
    shown = " ".join(quote.words.split())
    if len(spans) == 1:
        start, end = spans[0]
        new = f"[{start}, {end}]" if quote.listed else f"[[{start}, {end}]]"
        return Edit(quote.start, quote.end, new + quote.comment)
    if spans:
        params = {"words": shown, "count": len(spans), "source": source.name}
        return Problem(quote.place, "F032", {**params, "candidates": _candidates(source, spans)})
    near = nearest_passage(source.text, quote.words)
    if near is None:
        return Problem(quote.place, "F033", {"words": shown, "source": source.name})
    candidate = _candidates(source, [near])
    return Problem(quote.place, "F034", {"words": shown, "source": source.name, "candidates": candidate})


def _apply(text: str, edits: Sequence[Edit]) -> str:
    parts, index = [], 0
    for edit in sorted(edits, key=lambda e: e.start):
        parts += [text[index : edit.start], edit.new]
        index = edit.end
    return "".join([*parts, text[index:]])


def _sha256(root: Node | None, ontology: Ontology) -> Scalar | None:
    """The hash that the file gives for its source, short or long."""
    for shape in ontology.sections.values():
        found = root.get(shape.section) if shape.evidence_source and isinstance(root, MapNode) else None
        if isinstance(found, ListNode) and found.items:
            found = found.items[0]
        for field in shape.fields.values():
            value = found.get(field.key) if field.path == KG + "sha256" and isinstance(found, MapNode) else None
            if isinstance(value, MapNode):
                value = value.get("is")
            if isinstance(value, Scalar):
                return value
    return None


def anchored(text: str, path: str, sources: Mapping[str, SourceText], ontology: Ontology) -> tuple[str, int]:
    """The text of a facts file with its quotes turned into positions, and how many they were.

    The file names its source by the hash of it. A text without quotes comes back as it is.

    Raises:
        DataError: the file is not YAML that we read, its source is not at hand, or a quote is found nowhere or in
            several places. All of it is told.
    """
    body = text.removeprefix("\ufeff")
    root, problems = parse_yaml(body, path)
    if problems:
        raise DataError(problems)
    quotes, edits, problems = quotes_in(body, path)
    if not quotes and not problems:
        return text, 0
    sha256 = _sha256(root, ontology)
    source = sources.get(sha256.text) if sha256 else None
    if source is None:
        listed = "".join(f"\n    sha256: {s.sha256}  # {s.name}" for s in sources.values()) or "\n    –"
        where = sha256.place if sha256 else Place(path)
        raise DataError([*problems, Problem(where, "F035", {"listed": listed})])
    for quote in quotes:
        found = _position(quote, source)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            edits.append(found)
    if problems:
        raise DataError(problems)
    return text[: len(text) - len(body)] + _apply(body, edits), len(quotes)


def anchor_file(file: Path, path: str, sources: Mapping[str, SourceText], ontology: Ontology) -> int:
    """Turn the quotes of a facts file into positions, in place; how many they were.

    The new file is written aside and then renamed.

    Raises:
        DataError: as :func:`anchored`, or the file cannot be read as YAML; it is as it was.
        OSError: the file cannot be written.
    """
    _, problems = read_yaml(file, path)
    if problems:
        raise DataError(problems)
    text = file.read_bytes().decode("utf-8")
    new, count = anchored(text, path, sources, ontology)
    if count:
        aside = file.with_name(f".{file.name}.new")
        try:
            aside.write_bytes(new.encode("utf-8"))
            aside.replace(file)
        finally:
            aside.unlink(missing_ok=True)
    return count
