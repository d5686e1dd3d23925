"""Candidates: pairs that may be one, ranked, each with its reasons in words and its reasons against.

A score is the logarithm (base 2) of the odds that the two are one, in the manner of Fellegi and Sunter (1969): what is
declared as known beforehand, plus what the agreement of the names weighs, plus what they share, minus what speaks
against. A name weighs more the fewer others bear its words *here*: the number of pairs that would agree by chance is
reckoned from how often each word occurs in the names at hand. Nothing is learnt and nothing is random: the weights
are read from the declared rules, and the same facts give the same list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from math import log2
from urllib.parse import urlsplit

from kg.errors import UsageError
from kg.identity.agreement import Agreement, corporate_names, personal_names
from kg.identity.blocking import pairs
from kg.identity.decisions import Identity
from kg.identity.declared import Kind, Link, Rules
from kg.identity.names import Name, folded
from kg.identity.records import Called, Record
from kg.messages import LANGUAGES, catalogue, choose, say

__all__ = ["Candidate", "Reason", "find_candidates"]

Texts = Mapping[str, str]
#: At most so many shared values are named.
NAMED = 3
#: A word in more names of words than this begins to weigh less.
COMMON = 3
#: Another candidate for one of the two that comes so near, in bits, makes both doubtful.
RIVAL = 6
#: No word is thought to be borne by more, and no letter to begin more words, however few names there are to tell.
COMMONEST, COMMONEST_LETTER = 0.02, 0.15


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, or why not: a text with blanks by language, what fills them, and what it weighs in bits."""

    text: Texts
    bits: float
    what: Mapping[str, Texts] = field(default_factory=dict)

    def told(self, lang: str) -> str:
        """The reason in words."""
        return choose(self.text, lang).format(**{name: choose(value, lang) for name, value in self.what.items()})


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two records that may be one. ``automatic`` tells that the rules would propose it unasked, ``whole`` that
    the names have all their words in common.
    """

    one: Record
    other: Record
    score: float
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    automatic: bool
    whole: bool

    @property
    def ids(self) -> tuple[str, str]:
        """Both ids, that of the name to keep first: the fuller one, not in capitals, with its accents, not turned."""
        one, other = sorted((self.one, self.other), key=_keeping)
        return one.id, other.id


def _keeping(record: Record) -> tuple[object, ...]:
    if not record.called:
        return 0, 0, 0, False, record.id
    name = record.called[0].name
    letters = sum(len(word.folded) for word in name.words)
    plain = sum(c.isascii() for c in name.text)
    return -letters, sum(c.isupper() for c in name.text), plain, "," in name.text, record.id


class _Frequencies:
    """How common words of names, and shared values, are among some records."""

    def __init__(self, records: Sequence[Record], links: int) -> None:
        self.size = len(records)
        self.words: Counter[str] = Counter()
        self.letters: Counter[str] = Counter()
        self.names: Counter[tuple[str, ...]] = Counter()
        self.values: list[Counter[str]] = [Counter() for _ in range(links)]
        for record in records:
            words = {word.folded for called in record.called for word in called.name.words}
            self.words.update(words)
            self.letters.update({word[0] for word in words})
            self.names.update({called.name.key for called in record.called})
            for counter, values in zip(self.values, record.shared, strict=True):
                counter.update(values)

    def others(self, word: str, one: Name, other: Name) -> float:
        """How many records beside the two have a word in their names, without those that bear either whole name."""
        alike = {name.key for name in (one, other) if any(w.folded == word for w in name.words)}
        return max(0, self.words[word] - sum(self.names[key] for key in alike)) + 0.5


def find_candidates(
    records: Sequence[Record],
    kind: Kind,
    rules: Rules,
    *,
    identity: Identity | None = None,
    labels: Mapping[str, Texts] | None = None,
) -> tuple[list[Candidate], int]:
    """The pairs of some records of one kind that may be one, the likeliest first; those decided already are left out.

    Also how many keys were too common for their records to be compared. ``labels`` name shared values.

    Raises:
        UsageError: rapidfuzz is missing.
    """
    if find_spec("rapidfuzz") is None:
        raise UsageError("identity.no_rapidfuzz")
    scorer = _Scorer(records, kind, rules, labels or {})
    settled = _settled(identity) if identity else set()
    found: list[Candidate] = []
    places, common = pairs(records, kind.form)
    for i, j in places:
        one, other = records[i], records[j]
        if (min(one.id, other.id), max(one.id, other.id)) in settled:
            continue
        candidate = scorer.candidate(one, other)
        if candidate is not None:
            found.append(candidate)
    found = list(_without_rivals(found))
    found.sort(key=lambda c: (-c.score, c.one.id, c.other.id))
    return found, common


def _without_rivals(found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Nothing is proposed when one name may as well be short for another one: two of one initial, one employer."""
    by_record: dict[str, list[Candidate]] = {}
    for candidate in found:
        for record in (candidate.one, candidate.other):
            by_record.setdefault(record.id, []).append(candidate)
    for candidate in found:
        if candidate.automatic and not candidate.whole:
            rivals = sorted(_rivals(candidate, by_record), key=lambda r: (-r[0], r[1].id))
            if rivals:
                reason = Reason(_both("against_rival"), 0.0, {"what": {"": rivals[0][1].label}})
                yield replace(candidate, automatic=False, against=(*candidate.against, reason))
                continue
        yield candidate


def _rivals(candidate: Candidate, by_record: Mapping[str, Sequence[Candidate]]) -> Iterator[tuple[float, Record]]:
    """What either of the two may as well be, with its score: not what the other of them is by its whole name."""
    for record, far in ((candidate.one, candidate.other), (candidate.other, candidate.one)):
        alike = {record.id, far.id}
        alike |= {name for c in by_record[far.id] if c.whole for name in (c.one.id, c.other.id)}
        for other in by_record[record.id]:
            third = other.other if other.one is record else other.one
            if third.id not in alike and other.score >= candidate.score - RIVAL:
                yield other.score, third


def _settled(identity: Identity) -> set[tuple[str, str]]:
    """Pairs of ids that stay on which somebody has decided."""
    kept = identity.kept
    return {
        (min(pair), max(pair))
        for (one, other), decision in identity.decided.items()
        if decision.verdict != "proposed"
        for pair in [(kept.get(one, one), kept.get(other, other))]
    }


class _Scorer:
    def __init__(self, records: Sequence[Record], kind: Kind, rules: Rules, labels: Mapping[str, Texts]) -> None:
        self.kind, self.rules, self.labels = kind, rules, labels
        self.levels = rules.agreements[kind.form]
        self.agree = personal_names if kind.form == "given-and-family" else corporate_names
        self.frequencies = _Frequencies(records, len(kind.shared))
        self.prior = self._prior(records)

    def _prior(self, records: Sequence[Record]) -> float:
        """How many records of the same thing to expect for each: pairs of one name, less those by chance.

        Names of words are chosen to be unlike any other, so that for them nothing need be reckoned.
        """
        low, high = self.kind.prior
        if low == high:
            return low
        frequencies = self.frequencies
        alike = chance = 0.0
        for record in records:
            name = record.called[0].name
            if len(name.words) > 1:
                alike += frequencies.names[name.key] - 1
                counts = (frequencies.others(word, name, name) for word in name.key)
                shares = sorted(min(COMMONEST, count / frequencies.size) for count in counts)
                chance += frequencies.size * shares[0] * shares[1]
        expected = (max(0.0, alike - chance) + 1) / (frequencies.size + 1)
        return min(high, max(low, log2(expected)))

    def candidate(self, one: Record, other: Record) -> Candidate | None:
        best = self.names(one, other)
        reasons: list[Reason] = []
        whole = False
        if best is None:
            if not one.authority & other.authority:
                return None
        else:
            bits, agreement, a, b = best
            whole = all(self.levels[way].whole for way in agreement.ways)
            reasons += _name_reasons(agreement, a, b, bits, self.rules)
        shared = [self.link(*pair) for pair in self.links(one, other)]
        reasons += [reason for reason in shared if reason.bits > 0]
        against = [reason for reason in shared if reason.bits <= 0]
        against += self.against(one, other, best)
        score = self.prior + sum(reason.bits for reason in (*reasons, *against))
        blocking = any(reason.bits < -1 for reason in against)
        automatic = not blocking and score >= self.kind.automatic[0 if whole else 1]
        return Candidate(one, other, score, tuple(reasons), tuple(against), automatic, whole)

    # -- names ------------------------------------------------------------------------------------------------

    def names(self, one: Record, other: Record) -> tuple[float, Agreement, Called, Called] | None:
        """The agreement of any two of their names that weighs most."""
        best: tuple[float, Agreement, Called, Called] | None = None
        for a in one.called:
            for b in other.called:
                agreement = _declared_acronym(a, b) if a.acronym != b.acronym else None
                agreement = agreement or self.agree(a.name, b.name)
                if agreement is not None:
                    bits = sum(self.levels[way].bits for way in agreement.ways)
                    bits += self.rarity(agreement, a.name, b.name)
                    if best is None or bits > best[0]:
                        best = bits, agreement, a, b
        return best

    def rarity(self, agreement: Agreement, one: Name, other: Name) -> float:
        """What the words that two names share weigh: much when they are rare."""
        frequencies = self.frequencies
        others = sorted(frequencies.others(word, one, other) for word in agreement.matched)
        if self.kind.form == "words":  # names chosen to be unlike any other: only common words say little
            return self.kind.rare - 2 * log2(max(1.0, others[0] / COMMON)) if others else 0.0
        size = frequencies.size
        shares = [min(COMMONEST, count / size) for count in others]
        for a, b in agreement.near:
            shares.append(self.near(a, b, one, other))
        chance = float(size)
        for share in sorted(shares)[:2]:  # words of one name are not independent: the two rarest have to do
            chance *= share
        return min(self.kind.rare, -log2(chance))

    def near(self, a: str, b: str, one: Name, other: Name) -> float:
        """Which share of names has a word that would pass for both of these."""
        frequencies = self.frequencies
        if min(len(a), len(b)) == 1:
            return min(COMMONEST_LETTER, frequencies.letters[a[0]] / frequencies.size)
        return min(
            COMMONEST, (frequencies.others(a, one, other) + frequencies.others(b, one, other)) / frequencies.size
        )

    # -- what they share --------------------------------------------------------------------------------------

    def links(self, one: Record, other: Record) -> Iterator[tuple[Link, Counter[str], frozenset[str], frozenset[str]]]:
        """The declared ways on which both have values."""
        for link, counter, ones, others in zip(
            self.kind.shared, self.frequencies.values, one.shared, other.shared, strict=True
        ):
            if ones and others and (ones & others or link.apart):
                yield link, counter, ones, others

    def link(self, link: Link, counter: Counter[str], ones: frozenset[str], others: frozenset[str]) -> Reason:
        both = sorted(ones & others, key=lambda value: (counter[value], value))
        if not both:
            what = {"one": self.named(sorted(ones)), "other": self.named(sorted(others))}
            return Reason(link.otherwise, link.apart, what)
        bits = min(link.bits, log2(self.frequencies.size / counter[both[0]]) - 1)
        return Reason(link.text, max(0.1, bits), {"what": self.named(both)})

    def named(self, values: Sequence[str]) -> Texts:
        """Some values in words, in each language."""
        more = " …" if len(values) > NAMED else ""
        texts = [self.labels.get(value, {"": value}) for value in values[:NAMED]]
        return {lang: ", ".join(_label(text, lang) for text in texts) + more for lang in LANGUAGES}

    # -- what speaks against ----------------------------------------------------------------------------------

    def against(
        self, one: Record, other: Record, best: tuple[float, Agreement, Called, Called] | None
    ) -> Iterator[Reason]:
        kind, weights = self.kind, self.rules.against
        together = sorted({value for _, value in one.together & other.together})
        if kind.together and together:
            yield Reason(kind.together.text, kind.together.bits, {"what": self.named(together)})
        elif kind.listed and one.sources & other.sources:
            yield Reason(kind.listed.text, kind.listed.bits, {"what": self.named(sorted(one.sources & other.sources))})
        if kind.between and (other.id in one.points or one.id in other.points):
            yield Reason(kind.between.text, kind.between.bits)
        if best and best[2].name.numbers != best[3].name.numbers:
            numbers = {
                name: {"": ", ".join(sorted(c.name.numbers)) or "–"} for name, c in zip(_ENDS, best[2:], strict=True)
            }
            yield Reason(_both("against_numbers"), weights["numbers"], numbers)
        clash = _two_records(one, other)
        if clash:
            what = {name: {"": iri} for name, iri in zip(_ENDS, clash, strict=True)}
            yield Reason(_both("against_authority"), weights["authority"], what)


_ENDS = ("one", "other")


def _label(texts: Texts, lang: str) -> str:
    return texts.get(lang) or texts.get("") or choose(texts, lang)


def _both(key: str) -> Texts:
    """A message of ours with its blanks still in it."""
    return catalogue("identity")[key]


def _declared_acronym(one: Called, other: Called) -> Agreement | None:
    """A declared acronym that is what the other's name is made of, or the same acronym."""
    for short, long in ((one, other), (other, one)):
        if short.acronym and short.name.joined in long.name.initials:
            return Agreement(("acronym",), (short.name.joined,), what=(("acronym", short.name.text, long.name.text),))
    return None


def _two_records(one: Record, other: Record) -> tuple[str, str] | None:
    """Two records of one authority, when they have none of it in common."""
    for iri in sorted(one.authority):
        host = urlsplit(iri).hostname
        there = sorted(value for value in other.authority if urlsplit(value).hostname == host)
        if there and not set(there) & one.authority:
            return iri, there[0]
    return None


def _name_reasons(agreement: Agreement, one: Called, other: Called, bits: float, rules: Rules) -> Iterator[Reason]:
    """How the names agree, in words; the first reason carries what that weighs."""
    texts: list[tuple[Texts, dict[str, Texts]]] = []
    told = {way: (first, second) for way, first, second in agreement.what}
    small = [way for way in agreement.ways if way not in told]
    if small == ["same"]:
        texts.append((_both("way_same"), {"what": {"": one.name.text}}))
    elif small:
        words = {
            lang: ", ".join(say(f"identity.but_{way}", lang) for way in small if way != "noise") for lang in LANGUAGES
        }
        if any(words.values()):
            texts.append((_both("way_but_for"), {"what": words}))
        texts += _noise(one.name, other.name, rules)
    for way, (first, second) in told.items():
        texts.append((_both(f"way_{way}"), {"one": {"": first}, "other": {"": second}}))
    if not (one.main and other.main):
        names = sorted({called.name.text for called in (one, other) if not called.main})
        texts.append((_both("way_alias"), {"what": {"": ", ".join(names)}}))
    for place, (text, what) in enumerate(texts):
        yield Reason(text, 0.0 if place else bits, what)


def _noise(one: Name, other: Name, rules: Rules) -> Iterator[tuple[Texts, dict[str, Texts]]]:
    for kind, word in sorted({*one.left} ^ {*other.left}):
        if kind.startswith("noise"):
            noise = rules.words.noise[int(kind.removeprefix("noise"))]
            printed = (w.strip(",;()") for name in (one, other) for w in name.text.split())
            shown = next((w for w in printed if folded(w.replace(".", "")) == word), f"{noise.after}{word}")
            yield noise.text, {"what": {"": shown}}
