"""Takes texts out of records, as a field map says, and makes values of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from kg.importers.account import Account
from kg.importers.fieldmap import FieldMap, Take, Texts
from kg.importers.times import Moment, clock_of, duration_of, find_zone, moment_of, written
from kg.importers.tree import At, Branch, Leaf, Node, Scope, Several, texts_of
from kg.values import is_language

__all__ = ["Taker", "Value"]

_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)|<(https?://[^>\s]+)>")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`|~~)(?=\S)(.+?)(?<=\S)\1")
#: A text that is so much longer than what a pattern finds in it is prose.
_SEARCHED = 80
#: Characters that no facts file may hold; they carry no words.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Value:
    """A text that may become a value, with its evidence; what the map says outright has none of its own."""

    text: str
    at: tuple[At, ...]
    lang: str = ""
    inferred: Texts | None = None


def clean(text: str, kind: str = "plain") -> str:
    """A text without markup, control characters and line breaks.

    >>> clean("<b>Ada</b> &amp; [Bo](https://example.org/b)", "markdown")
    'Ada & Bo'
    """
    if kind == "markdown":
        text = _LINK.sub(lambda m: m[1] or m[2] or "", _IMAGE.sub("", text))
        text = _EMPHASIS.sub(r"\2", text)
    if kind != "plain":
        text = html.unescape(_TAG.sub(" " if kind == "html" else "", text))
    return " ".join(_CONTROL.sub("", text).split())


def _narrowed(leaf: Leaf, start: int, end: int) -> Leaf:
    """A part of a leaf, cited exactly where the leaf is the source's own letters."""
    raw = leaf.raw and isinstance(leaf.at, tuple)
    at: At = (leaf.at[0] + start, leaf.at[0] + end) if isinstance(leaf.at, tuple) and raw and start < end else leaf.at
    return Leaf(leaf.text[start:end], at, raw)


def _parts(leaf: Leaf, take: Take) -> Iterator[Leaf]:
    """What ``split`` leaves of a text."""
    if take.split is None:
        yield leaf
        return
    begin = 0
    for match in take.split.finditer(leaf.text):
        if match.end() > match.start():
            yield _narrowed(leaf, begin, match.start())
            begin = match.end()
    yield _narrowed(leaf, begin, len(leaf.text))


def _matches(leaf: Leaf, take: Take) -> Iterator[re.Match[str]]:
    for pattern in take.match:
        found = list(pattern.finditer(leaf.text)) if take.all else [m for m in [pattern.search(leaf.text)] if m]
        if found:
            yield from found
            return


def _mark(leaf: Leaf, match: re.Match[str]) -> None:
    """Remember that a text was taken; one much longer than what was found in it was only searched."""
    leaf.taken = True
    leaf.partly = leaf.partly or len(leaf.text) > _SEARCHED + (match.end() - match.start())


class Taker:
    """Evaluates takes for one file: its language and zone stand behind every value.

    ``where`` in a loss is the path of the field as the map writes it.
    """

    def __init__(self, field_map: FieldMap, account: Account) -> None:
        self.map = field_map
        self.account = account
        self.language = "und"
        self.zone: ZoneInfo | None = None
        self.zoneless = 0

    # -- leaves -------------------------------------------------------------------------------------------------

    def leaves(self, take: Take, scope: Scope) -> list[tuple[Leaf, str]]:
        """The texts that the paths of a take lead to, with a language where the source gives them by language."""
        chosen: list[tuple[Leaf, str]] = []
        for path in take.paths:
            found = [pair for node in path.find(scope) for pair in _by_language(node)]
            found = [(leaf, lang) for leaf, lang in found if leaf.text.strip()]
            if not chosen:
                chosen = found
                continue
            for leaf, _ in found:  # the alternatives that are not taken
                same = any(leaf.text == other.text for other, _ in chosen)
                if not leaf.taken and not same:
                    self.account.lose(path.text, "second-choice", leaf.text)
                leaf.taken = True
        return chosen

    def pieces(self, take: Take, scope: Scope) -> Iterator[tuple[Leaf, str]]:
        """Texts after ``split``, ``match`` and ``part``; what a text was taken for marks it as taken."""
        for whole, lang in self.leaves(take, scope):
            for leaf in _parts(whole, take):
                if not take.match:
                    whole.taken = True
                    yield leaf, lang
                for match in _matches(leaf, take):
                    _mark(whole, match)
                    yield _of_match(leaf, match, take.part), lang

    # -- values -------------------------------------------------------------------------------------------------

    def values(self, take: Take, scope: Scope, *, quiet: bool = False) -> list[Value]:
        """The values of a take, in the order of the file. ``quiet`` is for conditions: what does not fit is no loss."""
        if take.date is not None or take.plus is not None:
            return []
        if not take.paths:
            return [Value(take.constant, (), "", take.inferred)] if take.constant is not None else []
        found: list[Value] = []
        for leaf, lang in self.pieces(take, scope):
            text = clean(leaf.text, take.text)
            if not text or (take.only is not None and text.casefold() not in take.only):
                continue
            if take.words is not None:
                word = take.words.get(text.casefold(), take.other)
                if word is None:
                    if not quiet:
                        self.account.lose(take.paths[0].text, "no-word", text)
                    continue
                text = word
            because = take.inferred or (self.map.reasons["option"] if leaf in scope.given.values() else None)
            found.append(Value(text, (leaf.at,), lang or self.language_of(take, scope), because))
        if not found and take.constant is not None:
            found = [Value(take.constant, (), "", take.inferred)]
        return found

    def language_of(self, take: Take, scope: Scope) -> str:
        """The language that the map gives to a text: a tag, or one that another field says."""
        if take.language is None:
            return ""
        found = self.values(take.language, scope)
        return found[0].text if found and is_language(found[0].text) else ""

    def first(self, take: Take, scope: Scope) -> Value | None:
        """The first value of a take, if it yields any."""
        return next(iter(self.values(take, scope, quiet=True)), None)

    def holds(self, takes: Sequence[Take], scope: Scope) -> bool:
        """Whether every condition yields a value."""
        return all(self.values(take, scope, quiet=True) for take in takes)

    # -- nodes --------------------------------------------------------------------------------------------------

    def each(self, take: Take, scope: Scope) -> list[Node]:
        """The nodes that a template walks through: those at a path, or pieces of a text with their named parts."""
        if take.together is not None:
            return self._together(take, scope)
        if take.match or take.split or take.words is not None or take.only is not None:
            return [self._piece(leaf, match) for leaf, match in self._pieces_with_parts(take, scope)]
        nodes: list[Node] = []
        for path in take.paths:
            nodes = [item for node in path.find(scope) for item in _flat(node)]
            nodes = [node for node in nodes if not (isinstance(node, Leaf) and not node.text.strip())]
            if nodes:
                break
        return nodes

    def _pieces_with_parts(self, take: Take, scope: Scope) -> Iterator[tuple[Leaf, re.Match[str] | None]]:
        for whole, _ in self.leaves(take, scope):
            for leaf in _parts(whole, take):
                if not take.match and leaf.text.strip():
                    whole.taken = True
                    yield leaf, None
                for match in _matches(leaf, take):
                    _mark(whole, match)
                    yield leaf, match

    def _piece(self, leaf: Leaf, match: re.Match[str] | None) -> Node:
        if match is None:
            return leaf
        at = _narrowed(leaf, match.start(), match.end()).at
        named = match.re.groupindex
        items: dict[str, Node] = {
            name: _narrowed(leaf, match.start(name), match.end(name)) for name in named if match[name] is not None
        }
        return Branch(at, items or {"value": _narrowed(leaf, match.start(), match.end())})

    def _together(self, take: Take, scope: Scope) -> list[Node]:
        """Lists of the same length side by side; where they differ in length, the first alone counts."""
        columns = {
            name: [leaf for leaf, _ in self.pieces(inner, scope) if leaf.text.strip()]
            for name, inner in (take.together or {}).items()
        }
        first, *others = columns
        length = len(columns[first])
        for name in others:
            if len(columns[name]) != length:
                shown = ", ".join(leaf.text.strip() for leaf in columns[name])
                self.account.lose(take.together[name].paths[0].text, "uneven", shown) if take.together else None
        kept = [name for name, found in columns.items() if len(found) == length]
        return [Branch(columns[first][i].at, {name: columns[name][i] for name in kept}) for i in range(length)]

    # -- times --------------------------------------------------------------------------------------------------

    def moments(self, take: Take, scope: Scope) -> list[Value]:
        """The days or times of a take, as a facts file writes them."""
        zone = self.zone_of(take, scope)
        if take.date is None:
            return [v for value in self.values(take, scope) if (v := self._moment(value, zone, take))]
        days = self.values(take.date, scope)
        if not days:
            return []
        day = self._read(days[0], take.date)
        if day is None:
            return []
        at = days[0].at
        if take.time is not None and (times := self.values(take.time, scope)):
            clock = clock_of(times[0].text)
            if clock is None:
                self.account.lose(take.time.paths[0].text, "no-time", times[0].text)
                return []
            day, at = replace(day, clock=clock), (*at, *times[0].at)
        plus: timedelta | None = None
        if take.plus is not None:
            lengths = self.values(take.plus, scope)
            plus = duration_of(lengths[0].text) if lengths else None
            if plus is None or not plus or day.clock is None:
                if lengths and plus is None:
                    self.account.lose(take.plus.paths[0].text, "no-time", lengths[0].text)
                return []
            at = (*at, *lengths[0].at)
        return [Value(self._written(day, zone, plus), at, "", take.inferred)]

    def zone_of(self, take: Take, scope: Scope) -> ZoneInfo | None:
        if take.zone is None:
            return self.zone
        name = self.first(take.zone, scope)
        return (find_zone(name.text) if name else None) or self.zone

    def _moment(self, value: Value, zone: ZoneInfo | None, take: Take) -> Value | None:
        moment = self._read(value, take)
        return replace(value, text=self._written(moment, zone, None)) if moment else None

    def _read(self, value: Value, take: Take) -> Moment | None:
        moment = moment_of(value.text, self.map.months, self._day_first())
        if moment is None:
            self.account.lose(take.paths[0].text if take.paths else "", "no-time", value.text)
        elif self.map.utc_is_local and moment.offset is not None:
            moment = replace(moment, offset=None)
        return moment

    def _written(self, moment: Moment, zone: ZoneInfo | None, plus: timedelta | None) -> str:
        if moment.clock is not None and moment.offset is None and zone is None:
            self.zoneless += 1
        try:
            return written(moment, zone, plus)
        except OverflowError:
            return moment.day.isoformat()

    def _day_first(self) -> bool | None:
        tag = self.language.lower()
        return None if tag.startswith(("en", "und")) and tag != "en-gb" else True


def _of_match(leaf: Leaf, match: re.Match[str], part: str) -> Leaf:
    """The part of a text that a pattern found: a group by name, a day put together, or the first group."""
    names = match.re.groupindex
    if not part and {"year", "month", "day"} <= set(names):
        day = f"{match['day']} {match['month']} {match['year']}" if not match["month"].isdigit() else ""
        text = day or f"{match['year']}-{int(match['month']):02}-{int(match['day']):02}"
        clock = match["time"] if "time" in names and match["time"] else ""
        return Leaf(f"{text} {clock}".strip(), _narrowed(leaf, match.start(), match.end()).at)
    group: str | int = part or ("value" if "value" in names else 1 if match.re.groups else 0)
    if match[group] is None:
        return Leaf("", leaf.at)
    return _narrowed(leaf, match.start(group), match.end(group))


def _by_language(node: Node) -> Iterator[tuple[Leaf, str]]:
    """The texts of a node; those of an object whose keys are language tags have that language."""
    if isinstance(node, Several):
        for item in node.items:
            yield from _by_language(item)
    elif isinstance(node, Branch) and node.items and all(len(k) in (2, 5) and is_language(k) for k in node.items):
        for tag, item in node.items.items():
            yield from ((leaf, tag) for leaf in texts_of(item))
    else:
        yield from ((leaf, "") for leaf in texts_of(node))


def _flat(node: Node) -> Iterator[Node]:
    if isinstance(node, Several):
        for item in node.items:
            yield from _flat(item)
    else:
        yield node
