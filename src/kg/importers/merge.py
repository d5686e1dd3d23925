"""Importing again: what the source says now, what was imported last, and what a person made of it, put together.

A facts file is taken as its head, the heads of its sections and their entries, each known by its id. Entry by entry
the last import is the common base: where one side alone changed something, that change holds; where both changed
the same line, or one changed what the other took away, that is a conflict, and nothing is decided in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

__all__ = ["Conflict", "Merged", "merge"]

_SECTION = re.compile(r"[A-Za-z][\w-]*:")
_ENTRY = re.compile(r"\s*- ")
_ID = re.compile(r"\s*(?:- )?\{?\s*id: +([^\s,}]+)")
#: Where a line falls into parts that may change each by itself.
_JOINTS = re.compile(r"(\{is: |, (?:at|inferred|reading|status|quote): )")

Key = tuple[str, str]
Lines = list[str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two changes of the same thing: the line in the person's file, and the three texts."""

    line: int
    base: str
    mine: str
    new: str


@dataclass(slots=True)
class Merged:
    """The file as it shall be, and the conflicts that stand in the way; they are settled as the caller wished."""

    text: str
    conflicts: list[Conflict] = field(default_factory=list)


def _parts(text: str) -> dict[Key, tuple[int, Lines]]:
    """The parts of a facts file in order, each with the number of its first line.

    Comments and blank lines belong to what follows them.
    """
    found: dict[Key, tuple[int, Lines]] = {}
    waiting: Lines = []
    section, key, pad = "", ("", ""), -1
    start = 1

    def put(name: Key, number: int, lines: Lines) -> None:
        while name in found:
            name = (name[0], name[1] + "'")
        found[name] = (number, lines)

    current: Lines = []
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            waiting.append(line)
            continue
        entry = _ENTRY.match(line)
        indent = len(line) - len(line.lstrip())
        heads = bool(_SECTION.match(line))
        if heads or (entry and section and (pad < 0 or indent == pad)):
            if current:
                put(key, start, current)
            if heads:
                section, key, pad = line.partition(":")[0], (line.partition(":")[0], ""), -1
            else:
                pad, key = indent, (section, "-")
            start, current = number - len(waiting), [*waiting, line]
        else:
            current += [*waiting, line]
        waiting = []
        if key[1] == "-" and (match := _ID.match(line)) and (entry or indent == pad + 2):
            key = (section, match[1])
    if current or waiting:
        put(key, start, [*current, *waiting])
    return {(k if k[1] != "-" else (k[0], "".join(ls).strip())): (n, ls) for k, (n, ls) in found.items()}


def merge(base: str, mine: str, new: str, prefer: str = "") -> Merged:
    r"""Three texts of a facts file in one. ``prefer`` settles conflicts for ``mine`` or ``new``.

    >>> old = "people:\n  - id: a\n    name: Ada\n    given: Ada\n"
    >>> print(merge(old, old.replace("name: Ada", "name: Ada E."), old.replace("given: Ada", "given: A."), "").text)
    people:
      - id: a
        name: Ada E.
        given: A.
    <BLANKLINE>
    """
    if mine in (base, new):
        return Merged(new)
    if new == base:
        return Merged(mine)
    parts = [_parts(text) for text in (base, mine, new)]
    merged = Merged("")
    kept: dict[Key, Lines] = {}
    for key in dict.fromkeys([*parts[1], *parts[2]]):
        b, m, n = (part.get(key, (0, []))[1] for part in parts)
        line = parts[1][key][0] if key in parts[1] else _line_near(key, parts)
        kept[key] = _merge_lines(b, m, n, line, prefer, merged.conflicts)
    merged.text = "".join(line for key in _order(parts[1], parts[2]) for line in kept[key])
    return merged


def _line_near(key: Key, parts: Sequence[dict[Key, tuple[int, Lines]]]) -> int:
    """A line of the person's file to name for something that is not there any more: its section's."""
    return parts[1].get((key[0], ""), (1, []))[0]


def _order(mine: dict[Key, tuple[int, Lines]], new: dict[Key, tuple[int, Lines]]) -> list[Key]:
    """The order of the new import; what only the person's file has follows what it follows there."""
    order = list(new)
    places = dict.fromkeys(order)
    before: Key | None = None
    for key in mine:
        if key not in places:
            order.insert(order.index(before) + 1 if before is not None else 0, key)
            places[key] = None
        before = key
    return order


def _merge_lines(base: Lines, mine: Lines, new: Lines, line: int, prefer: str, conflicts: list[Conflict]) -> Lines:
    if mine in (base, new):
        return new
    if new == base:
        return mine
    found: Lines = []
    for b, m, n, start in _regions(base, mine, new):
        found += _region(b, m, n, line + start, prefer, conflicts)
    return found


def _region(b: Lines, m: Lines, n: Lines, line: int, prefer: str, conflicts: list[Conflict]) -> Lines:
    """One stretch of lines that is not the same on all sides."""
    if m in (b, n):
        return n
    if n == b:
        return m
    if len(b) == len(m) == len(n):
        merged = [_merge_line(*sides) for sides in zip(b, m, n, strict=True)]
        if all(text is not None for text in merged):
            return [text for text in merged if text is not None]
    if not prefer:
        conflicts.append(Conflict(line, *(" ".join("".join(side).split()) for side in (b, m, n))))
    return n if prefer == "new" else m


def _merge_line(base: str, mine: str, new: str) -> str | None:
    """One line, part by part: a value changed by hand goes with evidence that moved in the source."""
    sides = [_JOINTS.split(text) for text in (base, mine, new)]
    if len({len(side) for side in sides}) != 1:
        return None
    parts = []
    for b, m, n in zip(*sides, strict=True):
        if m != b and n != b and m != n:
            return None
        parts.append(n if m == b else m)
    return "".join(parts)


def _regions(base: Lines, mine: Lines, new: Lines) -> Iterator[tuple[Lines, Lines, Lines, int]]:
    """Stretches of the three texts that belong together; the last number is where it begins in ``mine``."""
    b, m, n = 0, 0, 0
    for start, in_mine, in_new, size in _shared(base, mine, new):
        yield base[b:start], mine[m:in_mine], new[n:in_new], m
        common = base[start : start + size]
        yield common, common, common, in_mine
        b, m, n = start + size, in_mine + size, in_new + size
    yield base[b:], mine[m:], new[n:], m


def _shared(base: Lines, mine: Lines, new: Lines) -> Iterator[tuple[int, int, int, int]]:
    """Runs of lines that all three have, in order: where in each, and how many lines."""
    to_mine, to_new = (
        {
            b + i: o + i
            for b, o, size in SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
            for i in range(size)
        }
        for other in (mine, new)
    )
    both = sorted(to_mine.keys() & to_new.keys())
    while both:
        first = both[0]
        size = 1
        while (
            size < len(both)
            and all(to[both[size]] == to[first] + size for to in (to_mine, to_new))
            and both[size] == first + size
        ):
            size += 1
        yield first, to_mine[first], to_new[first], size
        both = both[size:]
