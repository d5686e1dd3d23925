"""Each fact beside its passage: the proof that the evidence still holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg.errors import Place, Problem
from kg.facts import Fact, Selector
from kg.graph import Graph
from kg.ontology import Ontology
from kg.source import SourceText

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
    names: dict[object, object] = {t.subject: t.object for t in graph.plain if _is_name(t)}

    def word(term: object) -> str:
        if isinstance(term, ox.Literal):
            return term.value
        named = names.get(term)
        iri = getattr(term, "value", "")
        if isinstance(named, ox.Literal):
            return named.value
        return ontology.label(iri, lang) if iri in ontology.labels else iri.removeprefix(graph.base)

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
    """What does not hold: a source that is not there, a position that no longer fits, a fact without evidence."""
    problems: list[Problem] = []
    for file in graph.files:
        source = sources.get(file.file.sha256 or "")
        if source is None:
            where = file.file.source.place if file.file.source else Place(file.file.path)
            problems.append(Problem(where, "F028", {"sha": file.file.sha256 or "–"}))
        for mapped in file.facts:
            problems += _faults(mapped.fact, source)
    return sorted(problems, key=Problem.sort_key)


def _faults(fact: Fact, source: SourceText | None) -> Iterator[Problem]:
    if not fact.standing.at and not fact.field.bookkeeping:
        yield Problem(fact.place, "F030", {"name": fact.field.key})
    for selector in fact.standing.at if source else ():
        words = _passage(source, selector) if source else None
        if words is None or not words.strip():
            what = selector.pointer or f"{selector.start}–{selector.end}"
            yield Problem(fact.place, "F029", {"what": what})
