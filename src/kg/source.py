"""Source texts: found by hash, searched forgivingly, cited by position.

Positions are Unicode code points of the file decoded as UTF-8, line ends and a byte order mark counted as they
stand, ``[start, end)``. A source is known by the SHA-256 of its bytes, so a position cannot drift to another text.

Searching folds what people do not see or type alike: case, accents, kinds of hyphens, apostrophes and quotation
marks, non-breaking spaces, spaces beside punctuation, line breaks, words cut by a hyphen at the end of a line.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

__all__ = [
    "SourceText",
    "cell",
    "find_passages",
    "folded",
    "load_sources",
    "nearest_passage",
    "passage",
    "read_source",
    "record",
]

_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_APOSTROPHES = "'\u2018\u2019\u201a\u201b\u2032\u02bc\u02bb\u00b4`"
_QUOTES = '"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033'
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
#: What some letters are typed as, where Unicode's own decomposition does not say so.
_LETTERS = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
_ALIKE = str.maketrans(
    dict.fromkeys(_HYPHENS, "-")
    | dict.fromkeys(_APOSTROPHES, "'")
    | dict.fromkeys(_QUOTES, '"')
    | dict.fromkeys(_INVISIBLE)
    | _LETTERS
)
#: Stands in a folded text for a hyphen that ends a line: perhaps a hyphen, perhaps only a cut.
_CUT = "\ue000"


@dataclass(frozen=True, slots=True)
class SourceText:
    """One source: the SHA-256 of its file, its text, and its name below the folder of sources."""

    sha256: str
    text: str
    name: str

    def words(self, kind: str, start: int = 0, end: int = 0, pointer: str = "") -> str | None:
        """What a selector points at, or None when it points at nothing.

        ``kind`` is ``text`` (start and end), ``cell`` (row and column, from 1) or ``pointer``.
        """
        if kind == "text":
            return passage(self.text, start, end)
        return cell(self.text, start, end) if kind == "cell" else record(self.text, pointer)


def read_source(file: Path, name: str) -> SourceText | None:
    """One source text, or None when the file is no UTF-8 text.

    Raises:
        OSError: the file cannot be read.
    """
    with file.open("rb") as stream:
        head = stream.read(4096)
        if b"\0" in head:
            return None
        data = head + stream.read()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return SourceText(hashlib.sha256(data).hexdigest(), text, name)


def load_sources(folder: Path) -> Mapping[str, SourceText]:
    """Every UTF-8 text below a folder, by the SHA-256 of its bytes; none when the folder is absent.

    Hidden files are left out. Of equal files the first by name counts.
    """
    found: dict[str, SourceText] = {}
    files = [p for p in folder.rglob("*") if p.is_file()] if folder.is_dir() else []
    for file in sorted(files, key=lambda p: p.relative_to(folder).as_posix()):
        name = file.relative_to(folder).as_posix()
        if any(part.startswith(".") for part in name.split("/")):
            continue
        source = read_source(file, name)
        if source is not None:
            found.setdefault(source.sha256, source)
    return found


def passage(text: str, start: int, end: int) -> str | None:
    """The code points from ``start`` up to ``end``, or None when they do not lie in the text.

    >>> passage("l'été à Sète", 2, 5), passage("l'été", 2, 9)
    ('été', None)
    """
    return text[start:end] if 0 <= start < end <= len(text) else None


# ------------------------------------------------------------------ records


def record(text: str, pointer: str) -> str | None:
    """What a JSON Pointer (RFC 6901) leads to in a JSON text, as text; None when it leads nowhere.

    A string comes as it is, anything else as compact JSON.

    >>> record('{"talks": [{"title": "L’écluse", "a/b": 3}]}', "/talks/0/title")
    'L’écluse'
    >>> record('{"talks": [{"title": "L’écluse", "a/b": 3}]}', "/talks/0/a~1b")
    '3'
    >>> record('[1, 2]', "/-") is None
    True
    """
    found = _parsed(text)
    if found is None or (pointer and not pointer.startswith("/")):
        return None
    value: object = found[0]
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and re.fullmatch("0|[1-9][0-9]{0,9}", key) and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=4)
def _parsed(text: str) -> tuple[object] | None:
    """A JSON text, parsed once for all that is cited from it."""
    try:
        return (json.loads(text.removeprefix("\ufeff")),)
    except (ValueError, RecursionError):
        return None


def cell(text: str, row: int, column: int) -> str | None:
    r"""The cell of a table in CSV, counted from 1 as in RFC 7111 (row 1 is the header); None when there is none.

    The table is separated by commas, semicolons or tabs, whichever is most frequent in its first line.

    >>> cell("nom;lieu\r\nUne écluse;\"Sète; le port\"\r\n", 2, 2)
    'Sète; le port'
    """
    rows = _rows(text)
    if not 1 <= row <= len(rows):
        return None
    cells = rows[row - 1]
    return cells[column - 1] if 1 <= column <= len(cells) else None


@lru_cache(maxsize=4)
def _rows(text: str) -> list[list[str]]:
    """The rows of a table in CSV, up to one that is none."""
    body = text.removeprefix("\ufeff")
    first = body.partition("\n")[0]
    delimiter = max(",;\t", key=lambda c: (first.count(c), c == ","))
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        rows.extend(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter))
    return rows


# ------------------------------------------------------------------ searching


@dataclass(frozen=True, slots=True)
class _Folded:
    """A folded text; ``starts[i]`` and ``ends[i]`` bound, in the text as it was, what folded to character ``i``."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Folded pieces with their bounds: a run of spaces is one piece, a cut at a line's end is one piece."""
    gap = re.compile(rf"[{re.escape(_HYPHENS)}\u00ad][^\S\r\n]*(?:\r\n|[\r\n])\s*|\s+")
    index = 0
    for match in gap.finditer(text):
        yield from _characters(text, index, match.start())
        yield (" " if match.group()[0].isspace() else _CUT), match.start(), match.end()
        index = match.end()
    yield from _characters(text, index, len(text))


def _characters(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Each character with the combining marks that follow it."""
    index = start
    while index < end:
        stop = index + 1
        while stop < end and unicodedata.combining(text[stop]):
            stop += 1
        decomposed = unicodedata.normalize("NFKD", text[index:stop].translate(_ALIKE).casefold().translate(_ALIKE))
        plain = "".join(c for c in decomposed if not unicodedata.combining(c) and not c.isspace())
        yield plain.casefold().translate(_ALIKE), index, stop
        index = stop


@lru_cache(maxsize=8)
def _fold(text: str) -> _Folded:
    """Fold a text. A space is kept only between two letters or digits, where it parts words."""
    kept: list[tuple[str, int, int]] = []
    space: tuple[str, int, int] | None = None
    for piece in _pieces(text):
        if piece[0] == " ":
            space = piece
        elif piece[0]:
            if space and kept and kept[-1][0][-1].isalnum() and piece[0][0].isalnum():
                kept.append(space)
            kept.append(piece)
            space = None
    flat = [(c, start, end) for chars, start, end in kept for c in chars]
    return _Folded("".join(c for c, _, _ in flat), tuple(s for _, s, _ in flat), tuple(e for _, _, e in flat))


def folded(text: str) -> str:
    r"""The text with everything folded that a search forgives. Two texts with equal folds read the same.

    >>> folded("L’Œuvre  d’ART\n«\u00a0été »"), folded("collecti-\nvités")
    ('l\'oeuvre d\'art"ete"', 'collectivites')
    """
    return _fold(text).text.replace(_CUT, "")


def _pattern(words: str) -> re.Pattern[str] | None:
    """A pattern for folded texts: a cut may stand between any two characters, and for any hyphen."""
    characters = _fold(words.strip()).text.replace(_CUT, "-")
    if not characters:
        return None
    parts = [f"[-{_CUT}]" if c == "-" else re.escape(c) for c in characters]
    return re.compile(f"{_CUT}?".join(parts))


def _inside(text: str, index: int) -> bool:
    """Whether a bound at ``index`` would cut a word in two, or a letter from its accent."""
    if not 0 < index < len(text):
        return False
    before, after = text[index - 1], text[index]
    return bool(unicodedata.combining(after)) or (before.isalnum() and after.isalnum())


def _exact(text: str, words: str) -> list[tuple[int, int]]:
    wanted = words.strip()
    return [m.span() for m in re.finditer(re.escape(wanted), text)] if wanted else []


def _forgiving(text: str, words: str) -> list[tuple[int, int]]:
    pattern = _pattern(words)
    fold = _fold(text)
    found: list[tuple[int, int]] = []
    for match in pattern.finditer(fold.text) if pattern else ():
        first, last = match.start(), match.end() - 1
        halves = (first > 0 and fold.starts[first - 1] == fold.starts[first]) or (
            last + 1 < len(fold.text) and fold.starts[last + 1] == fold.starts[last]
        )
        if not halves:  # half a letter such as œ is no match
            found.append((fold.starts[first], fold.ends[last]))
    return found


def find_passages(text: str, words: str) -> list[tuple[int, int]]:
    r"""Where the words stand in the text, in order; the best kind of match alone.

    Whole words as written come first, then whole words with folding, then parts of words as written, then with
    folding: where ``Art`` stands alone, ``art`` inside ``partie`` is not meant.

    >>> find_passages("Le Pont-\nCanal et le pont.", "le pont")
    [(18, 25)]
    >>> find_passages("Le Pont-\nCanal et le pont.", "pont-canal"), find_passages("le collec-\ntif", "collectif")
    ([(3, 14)], [(3, 14)])
    """
    for search in ((_exact, True), (_forgiving, True), (_exact, False), (_forgiving, False)):
        find, whole = search
        found = [s for s in find(text, words) if not (whole and (_inside(text, s[0]) or _inside(text, s[1])))]
        if found:
            return found
    return []


def nearest_passage(text: str, words: str) -> tuple[int, int] | None:
    """The passage of as many words that looks most like these words, or None when none comes near.

    >>> text = "La gardienne du pont de Brenne a pris la parole."
    >>> passage(text, *nearest_passage(text, "le gardien du pont"))
    'La gardienne du pont'
    """
    from difflib import SequenceMatcher

    wanted = folded(words)
    places = [m.span() for m in re.finditer(r"\S+", text)]
    size = len(words.split())
    if not wanted or len(places) < size:
        return None
    grams = {wanted[i : i + 2] for i in range(max(1, len(wanted) - 1))}
    weights = [sum(1 for gram in grams if gram in folded(text[s:e])) for s, e in places]
    sums = [sum(weights[:size])]
    for index in range(size, len(places)):
        sums.append(sums[-1] + weights[index] - weights[index - size])
    likely = sorted(range(len(sums)), key=lambda i: (-sums[i], i))[:40]
    spans = [(places[i][0], places[i + size - 1][1]) for i in likely]
    scored = [(SequenceMatcher(None, wanted, folded(text[s:e]), autojunk=False).ratio(), -s, e) for s, e in spans]
    ratio, start, end = max(scored)
    return (-start, end) if ratio >= 0.6 else None
