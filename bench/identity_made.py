"""Made records: spelling variants of given names by stated rules, and invented people in any number.

Everything is drawn from one seed. Invented names are made of syllables; how often a given or a family name occurs
follows a Zipf–Mandelbrot law set to what censuses of large countries show (the commonest family name one person in
300, the commonest given name one in 60), so that people of one name meet by chance as they do in life.
"""

from __future__ import annotations

import random
import unicodedata
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

__all__ = ["CORPORATE", "PERSONAL", "Made", "branches", "invent", "siblings"]

Rule = Callable[[str, random.Random], str]


def plain(text: str) -> str:
    """Without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _halves(name: str) -> tuple[str, str]:
    given, _, family = name.rpartition(" ")
    return given, family


def _capitals(name: str, _: random.Random) -> str:
    given, family = _halves(name)
    return f"{given} {family.upper()}"


def _turned(name: str, _: random.Random) -> str:
    given, family = _halves(name)
    return f"{family.upper()} {given}"


def _comma(name: str, _: random.Random) -> str:
    given, family = _halves(name)
    return f"{family}, {given}"


def _initials(name: str, _: random.Random) -> str:
    given, family = _halves(name)
    parts = ["-".join(f"{p[0]}." for p in word.split("-") if p) for word in given.split()]
    return f"{' '.join(parts)} {family}"


def _umlauts(name: str, _: random.Random) -> str:
    for letter, written in {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}.items():
        name = name.replace(letter, written)
    return name


def _slip(name: str, chance: random.Random) -> str:
    """One letter of the family name left out, or two exchanged; never the first."""
    given, family = _halves(name)
    if len(family) < 5:
        return name
    place = chance.randrange(1, len(family) - 1)
    if chance.random() < 0.5:
        return f"{given} {family[:place]}{family[place + 1 :]}"
    return f"{given} {family[:place]}{family[place + 1]}{family[place]}{family[place + 2 :]}"


def _less(name: str, _: random.Random) -> str:
    """The first part of a double family name, or the first of several given names, alone."""
    given, family = _halves(name)
    if "-" in family:
        return f"{given} {family.partition('-')[0]}"
    return f"{given.split()[0]} {family}" if " " in given else name


#: How the name of a person may be written elsewhere.
PERSONAL: Mapping[str, Rule] = {
    "accents dropped": lambda name, _: plain(name),
    "hyphens dropped": lambda name, _: name.replace("-", " "),
    "family name in capitals": _capitals,
    "all in capitals": lambda name, _: name.upper(),
    "all in small letters": lambda name, _: name.lower(),
    "family name first, in capitals": _turned,
    "family name first, with a comma": _comma,
    "family name first, in capitals, accents dropped": lambda name, chance: plain(_turned(name, chance)),
    "title before": lambda name, _: f"Dr. {name}",
    "umlauts spelt out": _umlauts,
    "given names as initials": _initials,
    "initials and capitals": lambda name, chance: _capitals(_initials(name, chance), chance),
    "one slip of the pen": _slip,
    "part of a double name": _less,
}


def _acronym(name: str, _: random.Random) -> str:
    words = [word for word in name.replace("-", " ").split() if word[:1].isalpha() and word.lower() not in _SMALL]
    return "".join(word[0] for word in words).upper() if len(words) > 2 else name


_SMALL = {"de", "du", "des", "la", "le", "les", "of", "the", "for", "für", "der", "die", "das", "und", "and", "et"}


def _typo(name: str, chance: random.Random) -> str:
    if len(name) < 8:
        return name
    place = chance.randrange(1, len(name) - 1)
    return name[:place] + name[place + 1 :] if name[place].isalpha() else name


#: How the name of an organisation may be written elsewhere.
CORPORATE: Mapping[str, Rule] = {
    "accents dropped": lambda name, _: plain(name),
    "capitals": lambda name, _: name.upper(),
    "small letters": lambda name, _: name.lower(),
    "legal form added": lambda name, chance: f"{name} {chance.choice(['SAS', 'GmbH', 'e.V.', 'Ltd', 'S.A.', 'Inc.'])}",
    "spaces dropped": lambda name, _: name.replace(" ", ""),
    "hyphens for spaces": lambda name, _: name.replace(" ", "-"),
    "article before": lambda name, _: f"The {name}",
    "acronym": _acronym,
    "one slip of the pen": _typo,
}


def siblings(names: list[str], chance: random.Random) -> Iterator[tuple[str, str]]:
    """Names of two people that are hard to tell apart: the family name and the first letter of the given name agree."""
    given = sorted({_halves(name)[0] for name in names if " " in name})
    for name in names:
        own, family = _halves(name)
        like = [g for g in given if g[:1] == own[:1] and g not in (own, "") and not _one_in_other(g, own)]
        if own and like:
            yield name, f"{chance.choice(like)} {family}"


def branches(names: list[str], chance: random.Random) -> Iterator[tuple[str, str]]:
    """Names of two organisations of a kind: the last word is another one's, and no legal form."""
    last = sorted({name.split()[-1] for name in names if " " in name and _says_something(name.split()[-1])})
    for name in names:
        head, _, own = name.rpartition(" ")
        other = chance.choice(last)
        if (
            head
            and _says_something(own)
            and not _one_in_other(own, other)
            and plain(own).lower()[:4] != plain(other).lower()[:4]
        ):
            yield name, f"{head} {other}"


def _says_something(word: str) -> bool:
    letters = "".join(c for c in word if c.isalpha()).lower()
    return len(letters) > 3 and letters not in ("gmbh", "limited")


def _one_in_other(one: str, other: str) -> bool:
    """Whether one given name may stand for the other: then nobody could tell."""
    a, b = sorted((plain(one).lower(), plain(other).lower()), key=len)
    return b.startswith(a) or set(a.replace("-", " ").split()) <= set(b.replace("-", " ").split())


# ------------------------------------------------------------------ invented people


@dataclass(frozen=True, slots=True)
class Made:
    """A record of an invented person: who it really is, the name as one list prints it, organisation and congress."""

    who: int
    name: str
    organisation: str
    congress: str


_ONSETS = [
    "b",
    "br",
    "c",
    "ch",
    "d",
    "dr",
    "f",
    "fr",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "t",
    "tr",
    "v",
]
_NUCLEI = ["a", "e", "é", "i", "o", "u", "ou", "ai", "ü", "ö", "ie"]
_CODAS = ["", "", "", "n", "r", "l", "s", "t", "rd", "nt", "ck"]


def _words(count: int, chance: random.Random) -> list[str]:
    """So many different words of two or three syllables."""
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = chance.choice((2, 2, 3))
        word = "".join(
            chance.choice(_ONSETS) + chance.choice(_NUCLEI) + chance.choice(_CODAS) for _ in range(syllables)
        )
        found.setdefault(word.capitalize())
    return list(found)


class _Zipf:
    """Draws words by rank with the weights of Zipf and Mandelbrot."""

    def __init__(self, words: list[str], offset: float, exponent: float) -> None:
        self.words = words
        self.sums = list(accumulate((rank + offset) ** -exponent for rank in range(1, len(words) + 1)))

    def draw(self, chance: random.Random) -> str:
        return self.words[bisect(self.sums, chance.random() * self.sums[-1])]


_EASY = ("accents dropped", "hyphens dropped", "family name in capitals", "family name first, in capitals")
_HARD = ("given names as initials", "one slip of the pen")


def invent(records: int, seed: int) -> list[Made]:
    """So many records; about one in five belongs to somebody who has another one.

    Of the other records half print the name as it is, a third by an easy rule, the rest by a hard one; a fifth of
    them name another organisation. Congresses have some 300 people each, four editions a series.
    """
    chance = random.Random(seed)
    given = _Zipf(_words(2500, chance), 6, 0.95)
    family = _Zipf(_words(60_000, chance), 30, 0.85)
    bodies = _Zipf(_words(12_000, chance), 20, 0.9)
    series = [f"series-{number}" for number in range(max(1, records // 1200))]
    found: list[Made] = []
    who = 0
    while len(found) < records:
        who += 1
        first = given.draw(chance)
        if chance.random() < 0.08:
            first = f"{first}-{given.draw(chance)}"
        name = f"{first} {family.draw(chance)}"
        home, body = chance.choice(series), bodies.draw(chance)
        year = chance.randrange(4)  # no list has anybody twice
        times = 1 + (chance.random() < 0.1) + (chance.random() < 0.02)
        for time in range(times):
            shown = name
            if time:
                kind = chance.random()
                rules = () if kind < 0.5 else _EASY if kind < 0.83 else _HARD
                shown = PERSONAL[chance.choice(rules)](name, chance) if rules else name
                body = bodies.draw(chance) if chance.random() < 0.2 else body
                home = home if chance.random() < 0.7 else chance.choice(series)
            found.append(Made(who, shown, body, f"{home}/{2020 + (year + time) % 4}"))
    return found[:records]
