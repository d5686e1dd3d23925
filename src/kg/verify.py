"""Each fact beside its passage: the proof that the evidence still holds.

Three things are checked: that the passage is there, that a value which the ontology calls printed (a name, a wording)
stands in it word for word, and that a number or a day does when the passage is written in digits. What is inferred
or translated is in our words and is not compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from kg.errors import Place, Problem
from kg.facts import Fact, Selector
from kg.graph import Graph
from kg.mapping import Mapped
from kg.messages import choose
from kg.ontology import Ontology
from kg.prefixes import XSD
from kg.source import SourceText, folded

__all__ = ["Proof", "proofs", "verify"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A fact in words, where it stands in its file, and the passages that say it."""

    place: Place
    subject: str
    predicate: str
    object: str
    status: str
    passages: tuple[tuple[Selector, str | None], ...]


def _passage(source: SourceText, selector: Selector) -> str | None:
    return source.words(selector.kind, selector.start, selector.end, selector.pointer)


def proofs(graph: Graph, ontology: Ontology, sources: Mapping[str, SourceText], lang: str) -> Iterator[Proof]:
    """Every fact that needs evidence, in the order of the files, in the words of ``lang``."""
    names: dict[object, dict[str, str]] = {}
    for triple in graph.plain:
        if _is_name(triple) and isinstance(triple.object, ox.Literal):
            names.setdefault(triple.subject, {})[triple.object.language or lang] = triple.object.value

    def word(term: object) -> str:
        if isinstance(term, ox.Literal):
            return term.value
        iri = getattr(term, "value", "")
        if iri in ontology.labels:
            return ontology.label(iri, lang)
        return choose(names[term], lang) if term in names else iri.removeprefix(graph.base)

    for file in graph.files:
        source = sources.get(file.file.sha256 or "")
        for mapped in file.facts:
            fact, triple = mapped.fact, mapped.triple
            if fact.field.bookkeeping:
                continue
            found = tuple((s, _passage(source, s) if source else None) for s in fact.standing.at)
            predicate = ontology.label(triple.predicate.value, lang)
            yield Proof(fact.place, word(triple.subject), predicate, word(triple.object), fact.standing.status, found)


def _is_name(triple: ox.Triple) -> bool:
    end = triple.predicate.value.rpartition("/")[2].rpartition("#")[2]
    return end in ("name", "prefLabel", "headline")


def verify(graph: Graph, sources: Mapping[str, SourceText]) -> list[Problem]:
    """What does not hold: a source that is not there, a fact without evidence, a passage that does not say it."""
    problems: list[Problem] = []
    for file in graph.files:
        source = sources.get(file.file.sha256 or "")
        if source is None:
            where = file.file.source.place if file.file.source else Place(file.file.path)
            sha = file.file.sha256
            problems.append(Problem(where, "F028", {"sha": sha}) if sha else Problem(where, "F037"))
        for mapped in file.facts:
            problems += _faults(mapped, source, file.file.source_language)
    return sorted(problems, key=Problem.sort_key)


def _faults(mapped: Mapped, source: SourceText | None, language: str | None) -> Iterator[Problem]:
    fact = mapped.fact
    if not fact.standing.at and not fact.field.bookkeeping:
        yield Problem(fact.place, "F030", {"name": fact.field.key})
    if source is None:
        return
    found: list[str] = []
    for selector in fact.standing.at:
        words = _passage(source, selector)
        if words is None or not words.strip():
            what = selector.pointer or f"{selector.start}–{selector.end}"
            yield Problem(fact.place, "F029", {"what": what})
            return
        found.append(words)
    value = mapped.triple.object
    if found and isinstance(value, ox.Literal) and _unsaid(value, fact, " … ".join(found), language):
        shown = " … ".join(" ".join(words.split()) for words in found)
        yield Problem(fact.place, "F036", {"value": value.value, "words": shown})


# ------------------------------------------------------------------ does the passage say it?


def _unsaid(value: ox.Literal, fact: Fact, words: str, language: str | None) -> bool:
    """Whether a value that should stand in its passage does not."""
    if fact.standing.status == "inferred":
        return False
    datatype = value.datatype.value
    if datatype in _DIGITS:
        numbers = _numbers(words)
        return bool(numbers) and not _DIGITS[datatype](value.value) <= numbers
    if not fact.field.printed or (value.language and language and not _same_language(value.language, language)):
        return False
    waiting = iter(_words(words))
    return not all(word in waiting for word in _words(value.value))  # each after the one before


def _same_language(one: str, other: str) -> bool:
    return one.partition("-")[0].lower() == other.partition("-")[0].lower()


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", folded(text))


def _numbers(text: str) -> set[Decimal]:
    """The numbers written in digits: groups of three may be parted by spaces, the fraction by a comma."""
    joined = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))", "", text)
    return {Decimal(number.replace(",", ".")) for number in re.findall(r"\d+(?:[.,]\d+)?", joined)}


def _of_number(value: str) -> set[Decimal]:
    return {Decimal(value)}


def _of_day(value: str) -> set[Decimal]:
    """Year and day; the month is often a word, and so not asked for."""
    year, _, day = value.split("T", maxsplit=1)[0].split("-")
    return {Decimal(year), Decimal(day)}


_DIGITS: Mapping[str, Callable[[str], set[Decimal]]] = {
    XSD + "decimal": _of_number,
    XSD + "integer": _of_number,
    XSD + "gYear": _of_number,
    XSD + "date": _of_day,
}
