"""Writes things as a person would write them in a facts file: one value a line, its evidence beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from kg.importers.fieldmap import Texts
from kg.importers.settle import Block, Item

__all__ = ["block_text", "head_text", "scalar"]

#: What needs no quotation marks, wherever it stands.
_PLAIN = re.compile(r"[^\W_](?:[\w.()/’'+@–—-]|:(?=[\w/])| (?=[\w(«»–—’])|#(?=\w)(?<! #))*")
_WORDS_OF_YAML = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
_WIDE = 110


def scalar(text: str) -> str:
    """A text as YAML: plain where it can be, else in double quotation marks.

    >>> scalar("Ada Exemple"), scalar("Sète: le port"), scalar("null"), scalar("2024-06-28T09:30+02:00")
    ('Ada Exemple', '"Sète: le port"', '"null"', '2024-06-28T09:30+02:00')
    """
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS_OF_YAML:
        return text
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f").replace("\x85", "\\x85")


def _texts(texts: Texts) -> str:
    return "{" + ", ".join(f"{tag}: {json.dumps(texts[tag], ensure_ascii=False)}" for tag in sorted(texts)) + "}"


def _place(place: object) -> str:
    if isinstance(place, tuple):
        row, column, *sheet = place
        if not sheet:
            return f"[{row}, {column}]"
        named = f", sheet: {scalar(str(sheet[0]))}" if sheet[0] else ""
        return f"{{row: {row}, column: {column}{named}}}"
    text = str(place)
    return text if re.fullmatch(r"/[\w/@.-]*", text) else json.dumps(text, ensure_ascii=False)


def _at(places: tuple[object, ...]) -> str:
    """Evidence: one record pointer or cell alone, spans always as a list."""
    if len(places) == 1 and not (isinstance(places[0], tuple) and len(places[0]) == 2):
        return _place(places[0])
    return f"[{', '.join(_place(place) for place in places)}]"


class _Writer:
    """Writes the items of one file, whose texts are in ``language`` unless they say otherwise."""

    def __init__(self, language: str) -> None:
        self.language = language

    def plain(self, item: Item) -> str:
        return f"{{{item.lang}: {scalar(item.text)}}}" if item.lang not in ("", self.language) else scalar(item.text)

    def value(self, item: Item, outer: tuple[object, ...]) -> str:
        """A value on one line; without its evidence when that is what is around it."""
        parts = [f"is: {self.plain(item)}"]
        if item.at and (item.at != outer):
            parts.append(f"at: {_at(item.at)}")
        if item.inferred:
            parts.append(f"inferred: {_texts(item.inferred)}")
        return self.plain(item) if len(parts) == 1 else f"{{{', '.join(parts)}}}"

    def keys(self, items: tuple[tuple[str, tuple[Item, ...]], ...], at: tuple[object, ...], pad: str) -> Iterator[str]:
        for key, values in items:
            if len(values) == 1 and not values[0].inner:
                yield f"{pad}{key}: {self.value(values[0], at)}"
                continue
            yield f"{pad}{key}:"
            for item in values:
                yield from self.inner(item, f"{pad}  ") if item.inner else [f"{pad}  - {self.value(item, at)}"]

    def inner(self, item: Item, pad: str) -> Iterator[str]:
        """Something written out: on one line where that is short."""
        lines = [f"id: {item.id}"] if item.id else []
        lines += [line.strip() for line in self.keys(item.inner, item.at, "")]
        lines.append(f"at: {_at(item.at)}")
        flat = f"{pad}- {{{', '.join(lines)}}}"
        if len(flat) <= _WIDE and all(len(values) == 1 and not values[0].inner for _, values in item.inner):
            yield flat
            return
        block = [f"id: {item.id}"] if item.id else []
        block += [*self.keys(item.inner, item.at, ""), f"at: {_at(item.at)}"]
        yield from (f"{pad}{'- ' if i == 0 else '  '}{line}" for i, line in enumerate(block))


def block_text(block: Block, language: str) -> str:
    """One thing as an entry of its section, with the line end."""
    writer = _Writer(language)
    at = next((item.at for _, values in block.items for item in values if item.at), ())
    lines = [f"id: {block.id}"] if block.id else []
    lines += [f"type: {block.word}"] if block.word else []
    lines += [*([f"at: {_at(at)}"] if at else []), *writer.keys(block.items, at, "")]
    return "".join(f"  {'- ' if i == 0 else '  '}{line}\n" for i, line in enumerate(lines))


def head_text(comment: str, language: str, source: Mapping[str, str]) -> str:
    """The top of a facts file, up to its first section."""
    lines = [*(f"# {line}" for line in comment.splitlines()), f"language: {language}", "", "source:"]
    lines += [f"  {key}: {scalar(value)}" for key, value in source.items()]
    return "\n".join(lines) + "\n"
