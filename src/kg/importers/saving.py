"""From documents to the texts of files: parted where they are long, merged with what a person changed since.

Beside each facts file lies a hidden one, ``.<name>.imported``: the text as it was last imported, the base of the next
merge. It belongs under version control like the facts file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import DataError, Place, Problem
from kg.importers.merge import merge
from kg.importers.running import MOST_BYTES, Document

__all__ = ["Saved", "prepare"]


@dataclass(frozen=True, slots=True)
class Saved:
    """What is to be written: texts by path below the folder of facts. ``same`` counts files that do not change."""

    outputs: dict[str, str]
    same: int
    merged: int
    obsolete: tuple[str, ...]


def whole_text(document: Document) -> str:
    """A document as one text, each section under its head."""
    parts = [document.head]
    section = ""
    for name, block in document.blocks:
        if name != section:
            parts.append(f"\n{name}:\n")
            section = name
        parts.append(block)
    return "".join(parts)


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces that the checker reads, cut between things, each with the head and the section again."""
    if len(text.encode("utf-8")) <= MOST_BYTES:
        yield text
        return
    head, *sections = text.split("\n\n")
    lead = 0
    while lead < len(sections) and not sections[lead].split("\n", 1)[-1].startswith("  - "):
        head += "\n\n" + sections[lead]
        lead += 1
    current, size = [head + "\n"], len(head.encode("utf-8"))
    for section in sections[lead:]:
        title, _, body = section.partition("\n")
        current.append(f"\n{title}\n")
        for entry in _entries(body):
            length = len(entry.encode("utf-8"))
            if size + length > MOST_BYTES:
                yield _joined(current)
                current, size = [head + "\n", f"\n{title}\n"], len(head.encode("utf-8"))
            current.append(entry)
            size += length
    yield _joined(current)


def _joined(parts: Sequence[str]) -> str:
    """Parts of a file; a section whose first entry went to the next file has no place here."""
    kept = list(parts)
    while kept and kept[-1].startswith("\n"):
        kept.pop()
    return "".join(kept)


def _entries(body: str) -> Iterator[str]:
    lines = body.rstrip("\n").split("\n")
    current: list[str] = []
    for line in lines:
        if line.startswith("  - ") and current:
            yield "\n".join(current) + "\n"
            current = []
        current.append(line)
    if current:
        yield "\n".join(current) + "\n"


def _read(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8-sig", "replace") if path.is_file() else None


def _existing(folder: Path, name: str) -> tuple[str | None, list[str]]:
    """The person's file, its pieces put together again, and their names."""
    first = _read(folder / f"{name}.yaml")
    names = [f"{name}.yaml"] if first is not None else []
    pieces = [first] if first is not None else []
    while pieces and (more := _read(folder / f"{name}.part-{len(pieces) + 1}.yaml")) is not None:
        names.append(f"{name}.part-{len(pieces) + 1}.yaml")
        pieces.append(more)
    if not pieces:
        return None, []
    text = pieces[0] or ""
    for piece in pieces[1:]:
        text = _rejoined(text, piece or "")
    return text, names


def _rejoined(text: str, piece: str) -> str:
    """A piece without the head that it repeats; a section that goes on is not begun again."""
    sections = piece.split("\n\n")
    lead = next((i for i, s in enumerate(sections) if s.split("\n", 1)[-1].startswith("  - ")), len(sections))
    body = "\n\n".join(sections[lead:])
    title = body.partition("\n")[0]
    last = [line for line in text.split("\n") if line and not line.startswith((" ", "#"))]
    if last and last[-1] == title:
        return text + body.partition("\n")[2]
    return f"{text}\n{body}"


def prepare(folder: Path, shown: str, documents: Sequence[Document], prefer: str = "") -> Saved:
    """What to write so that ``folder`` holds the documents and keeps what a person changed.

    ``prefer`` settles conflicts: ``mine`` keeps the person's text, ``source`` takes the new one.

    Raises:
        DataError: with every conflict, when none is preferred.
    """
    outputs: dict[str, str] = {}
    problems: list[Problem] = []
    obsolete: list[str] = []
    same = merged_files = 0
    for document in documents:
        parent, _, last = document.name.rpartition("/")
        hidden = f"{parent}/.{last}.imported" if parent else f".{last}.imported"
        new = whole_text(document)
        base = _read(folder / hidden)
        mine, names = _existing(folder, document.name)
        path = f"{shown}/{document.name}.yaml"
        if mine is not None and base is None and mine != new and not prefer:
            problems.append(Problem(Place(path), "I012"))
            continue
        text = new
        if mine is not None:
            result = merge(base if base is not None else new if prefer == "mine" else mine, mine, new, _side(prefer))
            problems += (
                Problem(
                    Place(path, c.line), "I011", {"mine": _short(c.mine), "new": _short(c.new), "base": _short(c.base)}
                )
                for c in result.conflicts
            )
            text = result.text
            merged_files += text != new
        pieces = list(_pieces(text))
        written = [f"{document.name}.yaml", *(f"{document.name}.part-{n}.yaml" for n in range(2, len(pieces) + 1))]
        changed = {name: piece for name, piece in zip(written, pieces, strict=True) if _read(folder / name) != piece}
        obsolete += (name for name in names if name not in written)
        if base != new:
            changed[hidden] = new
        same += not changed
        outputs |= changed
    if problems:
        raise DataError(problems)
    return Saved(outputs, same, merged_files, tuple(obsolete))


def _side(prefer: str) -> str:
    return "new" if prefer == "source" else prefer


def _short(text: str) -> str:
    """A line of a conflict as a message can show it."""
    return (text if len(text) <= 120 else f"{text[:119].rstrip()}…") or "–"
