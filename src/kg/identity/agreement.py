"""How two names agree: not at all, or in which way, and through which words.

Each way is a word of ``agreements`` in the declared rules, which say what it weighs. Distances between words are
those of rapidfuzz (optimal string alignment: a letter more, less, other, or two exchanged).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg.identity.names import Name, Word

__all__ = ["Agreement", "corporate_names", "personal_names"]

#: From which length on a word may differ in one letter, and in two.
ONE_LETTER, TWO_LETTERS = 4, 6
#: The same for whole names of words, written together.
ONE_IN_NAME, TWO_IN_NAME = 6, 13
#: A short form has at least so many letters.
SHORT = 3
#: An acronym may stand for so many words at most.
GLUED = 3


@dataclass(frozen=True, slots=True)
class Agreement:
    """In which ways two names agree (the words of the rules) and what is told of it.

    ``matched`` are folded words that both have; ``near`` pairs of folded words that only resemble one another.
    ``what`` holds, by way, the words as printed that the sentence names.
    """

    ways: tuple[str, ...]
    matched: tuple[str, ...]
    near: tuple[tuple[str, str], ...] = ()
    what: tuple[tuple[str, str, str], ...] = ()


def _close(one: str, other: str, first: int, second: int) -> bool:
    """Whether one letter differs, or two in long words."""
    from rapidfuzz.distance import OSA

    shortest = min(len(one), len(other))
    most = 2 if shortest >= second else 1 if shortest >= first else 0
    return most > 0 and OSA.distance(one, other, score_cutoff=most) <= most


def _details(one: Name, other: Name, pairs: Sequence[tuple[Word, Word]]) -> list[str]:
    """In what two names differ whose words are the same."""
    found: list[str] = []
    if any(a.folded != b.folded for a, b in pairs):
        found.append("umlaut")
    if any(a.folded == b.folded and a.shown.casefold() != b.shown.casefold() for a, b in pairs):
        found.append("accents")
    if any((a.shown != b.shown and a.shown.casefold() == b.shown.casefold()) or _cased(a, b) for a, b in pairs):
        found.append("capitals")
    if _signs(one.text) != _signs(other.text):
        found.append("hyphens")
    kinds = {kind for kind, _ in {*one.left} ^ {*other.left}}
    found += sorted({"noise" if kind.startswith("noise") else kind for kind in kinds})
    return found


def _cased(one: Word, other: Word) -> bool:
    return len(one.shown) > 1 and one.shown.isupper() != other.shown.isupper()


def _signs(text: str) -> tuple[int, int]:
    return sum(c in "-‐‑‒–—" for c in text), sum(c in "'’ʼ`´" for c in text)


def _whole(one: Name, other: Name) -> Agreement | None:
    """The agreement of names that have the same words, in any order."""
    if one.key != other.key and one.spelt != other.spelt:
        return None
    left = list(other.words)
    pairs: list[tuple[Word, Word]] = []
    for word in one.words:
        fit = next((w for w in left if w.folded == word.folded), None) or next(w for w in left if w.spelt == word.spelt)
        left.remove(fit)
        pairs.append((word, fit))
    ways = _details(one, other, pairs)
    if [b for _, b in pairs] != list(other.words):
        ways.append("order")
    if one.text == other.text or not ways:
        ways = ["same"]
    return Agreement(tuple(ways), one.key)


def _shared(one: Name, other: Name) -> tuple[list[Word], list[Word], list[Word]]:
    """Words that both have, and what is left of each, in order."""
    left = [word.folded for word in other.words]
    both: list[Word] = []
    rest_one: list[Word] = []
    for word in one.words:
        if word.folded in left:
            left.remove(word.folded)
            both.append(word)
        else:
            rest_one.append(word)
    if not both:
        return both, rest_one, list(other.words)
    rest_other: list[Word] = []
    for word in other.words:
        if word.folded in left:
            left.remove(word.folded)
            rest_other.append(word)
    return both, rest_one, rest_other


def _shown(words: Sequence[Word]) -> str:
    return " ".join(word.shown for word in words)


def personal_names(one: Name, other: Name) -> Agreement | None:
    """How two names of given and family names agree; None when they are names of two."""
    whole = _whole(one, other)
    if whole:
        return whole
    if one.joined == other.joined:
        return _joined(one, other)
    both, ones, others = _shared(one, other)
    if not any(len(word.folded) > 1 for word in both):
        return None
    matched = tuple(sorted(word.folded for word in both))
    if not ones or not others:
        return _less(matched, ones or others, both, single=min(len(one.words), len(other.words)) == 1)
    for short, long in ((ones, others), (others, ones)):
        pairs = _initials(short, long)
        if pairs:
            what = (("initials", _shown(short), _shown([b for _, b in pairs])),)
            return Agreement(("initials",), matched, tuple((a.folded, b.folded) for a, b in pairs), what)
    if "".join(w.folded for w in ones) == "".join(w.folded for w in others):
        near = ((ones[0].folded, others[0].folded),)
        return Agreement(("together",), matched, near, (("together", _shown(ones), _shown(others)),))
    if len(ones) == len(others) == 1:
        return _resembling(matched, ones[0], others[0])
    return None


def _joined(one: Name, other: Name) -> Agreement:
    """The agreement of names that are the same when written together; the one of more words is weighed."""
    apart = max(one, other, key=lambda name: len(name.words))
    return Agreement(("together",), apart.key, what=(("together", one.text, other.text),))


def _less(matched: tuple[str, ...], rest: Sequence[Word], both: Sequence[Word], *, single: bool) -> Agreement | None:
    """One name has all the words of the other, and more."""
    long = [word for word in matched if len(word) > 1]
    if single:
        return Agreement(("alone",), matched, what=(("alone", _shown(both), ""),)) if len(long[0]) >= SHORT else None
    way = "part" if len(long) > 1 else "initials"
    return Agreement((way,), matched, what=((way, _shown(rest), _shown(both)),))


def _initials(short: Sequence[Word], long: Sequence[Word]) -> list[tuple[Word, Word]]:
    """The words that initials stand for, when every word of ``short`` is one or is made of some ("JY")."""
    free = list(long)
    pairs: list[tuple[Word, Word]] = []
    for word in short:
        letters = word.folded
        if len(letters) > 1 and not (word.shown.isupper() and len(letters) <= GLUED and len(letters) <= len(long)):
            return []
        for letter in letters:
            fit = next((w for w in free if w.folded[0] == letter and w.folded != letter), None)
            if fit is None:
                return []
            free.remove(fit)
            pairs.append((word, fit))
    return pairs


def _resembling(matched: tuple[str, ...], one: Word, other: Word) -> Agreement | None:
    a, b = sorted((one.folded, other.folded), key=len)
    near, what = ((a, b),), (one.shown, other.shown)
    if _close(a, b, ONE_LETTER, TWO_LETTERS) or one.spelt == other.spelt:
        way = "umlaut" if one.spelt == other.spelt else "letter"
        return Agreement((way,), matched, near, ((way, *what),))
    if len(a) >= SHORT and b.startswith(a):
        return Agreement(("short",), matched, near, (("short", *what),))
    return None


def _stands_for(short: Word, long: Sequence[Word]) -> bool:
    return len(long) > 1 and short.folded == "".join(word.folded[0] for word in long)


def corporate_names(one: Name, other: Name) -> Agreement | None:
    """How two names of words agree; None when they are names of two things."""
    whole = _whole(one, other)
    if whole:
        return whole
    if one.joined == other.joined or one.glued == other.glued:
        return _joined(one, other)
    for short, long in ((one, other), (other, one)):
        if short.acronym and short.acronym in long.initials:
            return Agreement(("initialism",), (short.acronym,), what=(("initialism", short.text, long.text),))
    both, ones, others = _shared(one, other)
    matched = tuple(sorted(word.folded for word in both))
    if both and (not ones or not others) and sum(map(len, matched)) >= SHORT:
        return Agreement(("part",), matched, what=(("part", _shown(ones or others), _shown(both)),))
    for few, many in ((ones, others), (others, ones)):
        if both and len(few) == 1 and few[0].shown.isupper() and _stands_for(few[0], many):
            what = (("initialism", few[0].shown, _shown(many)),)
            return Agreement(("initialism",), matched, what=what)
    if one.numbers == other.numbers and _close(one.joined, other.joined, ONE_IN_NAME, TWO_IN_NAME):
        near = tuple(zip((w.folded for w in ones), (w.folded for w in others), strict=False))
        return Agreement(("letter",), matched, near, (("letter", one.text, other.text),))
    return None
