"""Which records are worth comparing: those that share a key, so that not every one is held against every other.

Keys are made from names: two words in any order; a word beside an initial; a word beside one that begins alike, or
that is the same but for one letter (the word with each of its letters left out: Bocek and others, 2007); the whole
name written together; an acronym beside the first letters of other names. What :mod:`kg.identity.agreement` finds
alike shares one of them, but for words that differ in two letters, which must also share a rarer word.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, permutations

from kg.identity.agreement import GLUED, ONE_IN_NAME, ONE_LETTER, SHORT
from kg.identity.names import Name
from kg.identity.records import Record

__all__ = ["pairs"]

#: A key that more records have says nothing; how many such keys there are is told.
LARGEST = 2000
#: A word in so many names of words, at most, brings them together by itself.
RARE = 60
#: A word that so many bear, at most, brings together names whose other words only begin alike.
BORNE = 400
#: Of records that are called exactly alike, so many are compared with all; the others with the first alone.
ALIKE = 12
_BITS = (1 << 60) - 1

Block = tuple[Sequence[int], Sequence[int]]


def pairs(records: Sequence[Record], form: str) -> tuple[Iterator[tuple[int, int]], int]:
    """Pairs of places in ``records``, sorted, the lower place first; and how many keys were too common to be used."""
    size = len(records)
    found: set[int] = set()
    common = 0
    numbers: list[int] = []
    for group in _alike(records):
        numbers += group[:ALIKE]
        found.update(group[0] * size + number for number in group[ALIKE:])
    numbers.sort()
    for block in _symmetric(records, numbers, form):
        if len(block) > LARGEST:
            common += 1
            continue
        for place, i in enumerate(block):
            found.update([i * size + j for j in block[place + 1 :]])
    for ones, others in _across(records, numbers, form):
        if len(ones) * len(others) > LARGEST * LARGEST // 2:
            common += 1
            continue
        for i in ones:
            found.update([i * size + j if i < j else j * size + i for j in others if i != j])
    return (divmod(pair, size) for pair in sorted(found)), common


def _alike(records: Sequence[Record]) -> Iterable[list[int]]:
    """Places of records that have the same names, and no record of an authority to tell them apart."""
    groups: defaultdict[object, list[int]] = defaultdict(list)
    for number, record in enumerate(records):
        names = tuple(sorted({called.name.key for called in record.called}))
        groups[number if record.authority else names].append(number)
    return groups.values()


def _symmetric(records: Sequence[Record], numbers: Sequence[int], form: str) -> Iterator[list[int]]:
    """Records with one key, all with all. Keys are kept as numbers: there are millions of them."""
    keys = _keys_of([records[number] for number in numbers], form)
    size = len(records)
    held: list[int] = []
    for number in numbers:
        record = records[number]
        own = {key for called in record.called for key in keys(called.name)}
        own |= {f"record {value}" for value in record.authority}
        held += [(hash(key) & _BITS) * size + number for key in own]
    held.sort()
    for _, group in groupby(held, key=lambda value: value // size):
        block = [value % size for value in group]
        if len(block) > 1:
            yield block  # in order: the numbers were sorted


def _across(records: Sequence[Record], numbers: Sequence[int], form: str) -> Iterator[Block]:
    """Short names against those that they may stand for."""
    short: defaultdict[str, list[int]] = defaultdict(list)
    long: defaultdict[str, list[int]] = defaultdict(list)
    for number in numbers:
        for called in records[number].called:
            name = called.name
            ones, others = _abbreviated(name) if form == "given-and-family" else _acronyms(name)
            for key in ones:
                short[key].append(number)
            for key in others:
                long[key].append(number)
    for key in sorted(short.keys() & long.keys()):
        yield short[key], long[key]


def _keys_of(records: Sequence[Record], form: str) -> Callable[[Name], Iterator[str]]:
    frequency = Counter(word for record in records for word in _all_words(record))
    keys = _personal if form == "given-and-family" else _corporate
    return lambda name: keys(name, frequency)


def _all_words(record: Record) -> set[str]:
    return {word.folded for called in record.called for word in called.name.words}


def _without_one(word: str) -> Iterator[str]:
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def _personal(name: Name, frequency: Mapping[str, int]) -> Iterator[str]:
    yield f"joined {name.joined}"
    words = [word for word in name.words if len(word.folded) > 1]
    for one, other in permutations(words, 2):
        word = one.folded
        for form in {other.folded, other.spelt}:
            for spelt in {word, one.spelt}:
                yield f"two {spelt} {form}" if spelt < form else f"two {form} {spelt}"
            if len(form) >= SHORT and frequency[word] <= BORNE:
                yield f"begins {word} {form[:SHORT]}"
            if len(form) >= ONE_LETTER:
                yield from (f"letter {word} {part}" for part in _without_one(form))


def _abbreviated(name: Name) -> tuple[set[str], set[str]]:
    """Keys of a name that has initials or is one word, and of one that may be meant by such."""
    words = [word.folded for word in name.words]
    whole = [word for word in words if len(word) > 1]
    ones: set[str] = set()
    if len(words) == 1:
        ones.add(f"alone {words[0]}")
    for place, word in enumerate(name.words):
        if len(word.folded) == 1 or (word.shown.isupper() and len(word.folded) <= GLUED):
            ones |= {f"{other} {word.folded[0]}" for other in words[:place] + words[place + 1 :] if len(other) > 1}
    others = {f"{word} {other[0]}" for word in whole for other in words if other != word}
    return ones, others | {f"alone {word}" for word in whole}


def _corporate(name: Name, frequency: Mapping[str, int]) -> Iterator[str]:
    yield f"joined {name.joined}"
    yield f"joined {name.glued}"
    yield f"words {' '.join(name.key)}"
    yield f"words {' '.join(name.spelt)}"
    for word in name.key:
        if frequency[word] <= RARE and len(word) >= SHORT:
            yield f"rare {word}"
    if len(name.joined) + 1 >= ONE_IN_NAME:
        yield from (f"letter {part}" for part in _without_one(name.joined))


def _acronyms(name: Name) -> tuple[set[str], set[str]]:
    return ({name.acronym} if name.acronym else set()), set(name.initials)
