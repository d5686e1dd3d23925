"""Names taken apart: words folded and as printed, without what says little, in whichever order they come.

Folding leaves letters and digits of every script: no case, no accents, ligatures spelt out. A letter with an umlaut
is folded in both ways in which people type it, ``u`` and ``ue``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kg.identity.declared import Noise, Words

__all__ = ["Name", "Word", "bracketed", "corporate", "folded", "personal", "words_of"]

#: Letters that Unicode does not decompose, and what they are typed as.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"})
_SPELT = {"a\u0308": "ae", "o\u0308": "oe", "u\u0308": "ue", "a\u030a": "aa", "ø": "oe"}
_DOTTED = re.compile(r"(?<!\w)(?:\w\.){2,}(?=\W|$)")
_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]")
#: A name of one such word is made of initials.
_ACRONYM = re.compile(r"[^\W\d_a-zß-öø-ÿ][^\W_a-zß-öø-ÿ]{1,9}")


class Word(NamedTuple):
    """One word of a name: folded, folded with its umlauts spelt out, and as printed."""

    folded: str
    spelt: str
    shown: str


@dataclass(frozen=True, eq=False, slots=True)
class Name:
    """A name: the words that count, in their order; ``left`` are folded words that say little, by what they are.

    ``key`` are the folded words sorted, the same for names that differ in their order; ``spelt`` the same with umlauts
    spelt out; ``joined`` the folded words written together. Of names of words only: ``glued`` is the same with those
    that were left out, ``numbers`` are the words that
    hold digits, ``acronym`` is the word of a name that is one word in capitals, ``initials`` what an acronym of the
    name may be.
    """

    text: str
    words: tuple[Word, ...]
    left: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    spelt: tuple[str, ...]
    joined: str
    glued: str = ""
    numbers: frozenset[str] = frozenset()
    acronym: str = ""
    initials: frozenset[str] = frozenset()


def _name(text: str, words: Sequence[Word], left: Sequence[tuple[str, str]], *, full: bool) -> Name:
    key = tuple(sorted(word.folded for word in words))
    spelt = tuple(sorted(word.spelt for word in words))
    own = (tuple(words), tuple(left), key, key if spelt == key else spelt, "".join(word.folded for word in words))
    if not full:
        return Name(text, *own)
    numbers = frozenset(word for word in key if any(c.isdigit() for c in word))
    alone = words[0] if len(words) == 1 else None
    acronym = alone.folded if alone and _ACRONYM.fullmatch(alone.shown) else ""
    glued = "".join(word.folded for word in words_of(text))
    return Name(text, *own, glued, numbers, acronym, _initials(text, words))


def _initials(text: str, words: Sequence[Word]) -> frozenset[str]:
    """First letters, with and without the words that say little; capitals inside words count in one form."""
    if len(words) < 2:
        return frozenset()
    first = "".join(word.folded[0] for word in words)
    every = "".join(word.folded[0] for word in words_of(text))
    return frozenset({first, every, "".join(_heads(word.shown) for word in words)})


def _heads(word: str) -> str:
    """The first letter, and capitals inside: ``eSport`` and ``OpenData`` have two."""
    return (word[:1] + "".join(c for c in word[1:] if c.isupper() and not word.isupper())).lower()


def folded(text: str) -> str:
    """A text without case and accents; letters of every script stay.

    >>> folded("Ærø Müller-ŁUKASZ"), folded("Иван")
    ('aero muller-lukasz', 'иван')
    """
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(c for c in plain if not unicodedata.combining(c))


def _spelt(text: str) -> str:
    """As :func:`folded`, with umlauts spelt out.

    >>> _spelt("Müller"), _spelt("Ågren")
    ('mueller', 'aagren')
    """
    plain = unicodedata.normalize("NFD", text.casefold())
    for marked, written in _SPELT.items():
        plain = plain.replace(marked, written)
    return folded(plain)


@lru_cache(maxsize=4096)
def _separates(character: str) -> bool:
    return unicodedata.category(character)[0] not in "LNM"


@lru_cache(maxsize=1 << 18)
def _word(shown: str) -> Word:
    return Word(folded(shown), _spelt(shown), shown)


def words_of(text: str) -> list[Word]:
    """The words of a text: runs of letters, digits and their marks."""
    parts = "".join(" " if _separates(c) else c for c in unicodedata.normalize("NFC", text)).split()
    return [word for word in map(_word, parts) if word.folded]


def personal(text: str, words: Words) -> Name:
    """A name of given and family names: what stands in brackets, titles and particles are left out.

    >>> from kg.identity.declared import Words
    >>> some = Words(frozenset({"dr"}), frozenset({"de", "la"}), frozenset(), ())
    >>> personal("Dr. Jean-Yves DE LA TOUR (Sens)", some).key
    ('jean', 'tour', 'yves')
    """
    found = words_of(_BRACKETS.sub("", text) or text)
    left: list[tuple[str, str]] = []
    for word in list(found):
        ahead = word is found[0] or f"{word.shown}." in text
        if len(found) > 2 and ahead and len(word.folded) > 1 and word.folded in words.titles:
            found.remove(word)
            left.append(("title", word.folded))
    core = [word for word in found if word.folded not in words.particles or _is_initial(word, text)]
    if sum(1 for word in core if len(word.folded) > 1) == 0 or len(core) < 2:
        core = found  # nothing else is left of the name
    left += [("particle", word.folded) for word in found if word not in core]
    return _name(text, core, left, full=False)


def _is_initial(word: Word, text: str) -> bool:
    """Whether one letter is an initial, where it may be a particle: Jean-Y. Roy, Ortega y Gasset."""
    return len(word.folded) == 1 and word.shown.isupper() and (not text.isupper() or f"{word.shown}." in text)


def corporate(text: str, words: Words) -> Name:
    """A name of words: legal forms and the like, then small words, are left out, unless nothing else is there.

    >>> from kg.identity.declared import Noise, Words
    >>> some = Words(frozenset(), frozenset(), frozenset({"de"}), (Noise(frozenset({"ev"}), "", {}),))
    >>> corporate("Ligue de Sens e.V.", some).key, corporate("De", some).key
    (('ligue', 'sens'), ('de',))
    """
    plain = _DOTTED.sub(lambda match: match.group().replace(".", ""), text)
    found = words_of(plain)
    left: list[tuple[str, str]] = []
    core = list(found)
    for number, noise in enumerate(words.noise):
        kept = [word for word in core if not _is_noise(word, noise, plain)]
        if kept:
            left += [(f"noise{number}", word.folded) for word in core if word not in kept]
            core = kept
    shouted = plain.isupper()
    kept = [w for w in core if w.folded not in words.small or (w.shown.isupper() and len(w.shown) > 1 and not shouted)]
    if kept:
        left += [("small", word.folded) for word in core if word not in kept]
        core = kept
    return _name(text, core, left, full=True)


def bracketed(text: str) -> str:
    """What stands in brackets, when it is an acronym: another name.

    >>> bracketed("Ligue imaginaire des digues (LID)"), bracketed("Ligue (de Sens)")
    ('LID', '')
    """
    found = _BRACKETS.search(text)
    inner = found.group().strip(" ()[]") if found else ""
    return inner if _ACRONYM.fullmatch(inner) else ""


def _is_noise(word: Word, noise: Noise, text: str) -> bool:
    return word.folded in noise.words and (not noise.after or f"{noise.after}{word.shown}" in text)
