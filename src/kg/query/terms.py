"""Terms of a query that nobody knows: neither the ontology nor the graph. Mostly slips of the finger.

Only names in the namespaces that we declare, and ids, are looked at; those that a query itself makes (the template of
CONSTRUCT) are its own business, and the datatypes of XML Schema are always known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import pyoxigraph as ox

from kg.errors import UsageError
from kg.graph import EVIDENCE
from kg.ontology import Ontology
from kg.prefixes import OA, PROV, RDF, XSD, curie
from kg.query.engine import Engine
from kg.query.parts import UnreadableError, parts_of
from kg.query.tokens import Token, line_and_column, words_of

__all__ = ["Unknown", "unknown_terms"]

#: What the evidence may say, even where the facts at hand gave no reason to.
_OF_EVIDENCE = (
    EVIDENCE,
    *(OA + n for n in ("TextQuoteSelector", "FragmentSelector", "exact")),
    PROV + "wasDerivedFrom",
)
_HELD = """SELECT DISTINCT ?t WHERE {{
  VALUES ?t {{ {terms} }}
  FILTER(EXISTS {{ ?t ?p1 ?o1 }} || EXISTS {{ ?s2 ?t ?o2 }} || EXISTS {{ ?s3 ?p3 ?t }} ||
    EXISTS {{ GRAPH ?g {{ ?t ?p4 ?o4 }} }} || EXISTS {{ GRAPH ?g {{ ?s5 ?t ?o5 }} }} ||
    EXISTS {{ GRAPH ?g {{ ?s6 ?p6 ?t }} }})
}}"""
_WORDS = """SELECT DISTINCT ?t WHERE {
  { ?s ?t ?o } UNION { ?s a ?t } UNION { GRAPH ?g { ?s ?t ?o } } UNION { GRAPH ?g { ?s a ?t } }
}"""
_THINGS = "SELECT DISTINCT ?t WHERE { ?t ?p ?o FILTER(ISIRI(?t)) }"
_NEAR = 3


@dataclass(frozen=True, slots=True)
class Unknown:
    """A term as it is written, where (from 1), and the known terms nearest to it, shortened, the nearest first."""

    text: str
    line: int
    column: int
    near: tuple[str, ...]


def unknown_terms(engine: Engine, text: str, ontology: Ontology, seconds: float) -> list[Unknown]:
    """The terms of a query, which the engine has answered, that nobody knows; each once, in the order of the text.

    Nothing is told when it takes longer than ``seconds``; the engine is used up then.
    """
    try:
        found = _expanded(text, engine)
        ours = {**ontology.prefixes, "": engine.base}
        asked = {iri: token for iri, token in found.items() if _namespace(iri, ours.values())}
        usable = _usable(ontology)
        asked = {iri: token for iri, token in asked.items() if iri not in usable and not _is_datatype(iri)}
        if asked:
            held = _column(engine, _HELD.format(terms=" ".join(f"<{iri}>" for iri in asked)), seconds)
            asked = {iri: token for iri, token in asked.items() if iri not in held}
        if asked:  # last, since all of the ontology must be read
            known = _of_ontology(ontology)
            asked = {iri: token for iri, token in asked.items() if iri not in known}
        if not asked:
            return []
        words = usable | _column(engine, _WORDS, seconds)
        things = _column(engine, _THINGS, seconds) if any(iri.startswith(engine.base) for iri in asked) else set()
    except (UsageError, UnreadableError, SyntaxError):
        return []
    return [
        Unknown(token.text, *line_and_column(text, token.start), tuple(_nearest(iri, words | things, ours, ontology)))
        for iri, token in asked.items()
    ]


def _expanded(text: str, engine: Engine) -> dict[str, Token]:
    """The IRIs that stand in the patterns and filters of a query, with the first token that is each."""
    parts = parts_of(text)
    made = {token.start for token in parts.template}
    body = [token for token in words_of(text) if token.start >= len(parts.prologue) and token.start not in made]
    named = [t for t in body if t.kind == "iri" or (t.kind == "name" and not t.text.startswith("_:"))]
    texts = list(dict.fromkeys(token.text for token in named))
    if not texts:
        return {}
    asked = " ".join(f"({text} AS ?v{number})" for number, text in enumerate(texts))
    solutions = ox.Store().query(  # the engine's own reading of prefixes, bases and escapes
        f"{parts.prologue}\nSELECT {asked} WHERE {{}}", prefixes=engine.prefixes, base_iri=engine.base
    )
    if not isinstance(solutions, ox.QuerySolutions):
        return {}
    values = [getattr(term, "value", "") for solution in solutions for term in solution]
    first = {token.text: token for token in reversed(named)}
    return {value: first[text] for text, value in zip(texts, values, strict=True)}


def _of_ontology(ontology: Ontology) -> set[str]:
    known = {*_OF_EVIDENCE, *ontology.prefixes.values(), RDF + "type"}
    for file in ontology.turtle():
        for quad in ox.parse(path=str(file)):
            known |= {term.value for term in quad.triple if isinstance(term, ox.NamedNode)}
    return known


def _usable(ontology: Ontology) -> set[str]:
    """What a query may well ask for: classes, properties and words of closed lists."""
    fields = [field for shape in ontology.shapes.values() for field in shape.fields.values()]
    paths = {iri for field in fields for iri in (field.path, *field.datatypes)}
    words = {iri for words in ontology.schemes.values() for iri in words.values()}
    return {EVIDENCE, *ontology.class_words.values(), *ontology.parents, *paths, *words}


def _is_datatype(iri: str) -> bool:
    if not iri.startswith(XSD):
        return False
    import rdflib

    return rdflib.URIRef(iri) in rdflib.XSD


def _column(engine: Engine, query: str, seconds: float) -> set[str]:
    return {str(getattr(row[0], "value", "")) for row in engine.ask(query, within=seconds).rows}


def _namespace(iri: str, namespaces: Iterable[str]) -> str:
    """The longest of the namespaces that an IRI lies in; it must be more than the namespace itself."""
    return max((space for space in namespaces if iri.startswith(space) and iri != space), key=len, default="")


def _nearest(iri: str, known: Collection[str], ours: Mapping[str, str], ontology: Ontology) -> Sequence[str]:
    """The nearest in the same namespace, else those with the same end in another."""
    space = _namespace(iri, ours.values())
    here = {other[len(space) :]: other for other in sorted(known) if _namespace(other, ours.values()) == space}
    near = [here[end] for end in _close(iri[len(space) :], here)]
    if not near:
        ends = {other[len(_namespace(other, ours.values())) :]: other for other in sorted(known)}
        near = [ends[end] for end in _close(iri[len(space) :], ends, 0.9)]
    base = ours[""]
    return [f"<{iri[len(base) :]}>" if iri.startswith(base) else curie(iri, ontology.prefixes) for iri in near]


def _close(word: str, words: Iterable[str], cutoff: float = 0.6) -> Sequence[str]:
    """The words nearest to one; capitals count for less than letters."""
    folded: dict[str, str] = {}
    for other in words:
        folded.setdefault(other.lower(), other)
    found = get_close_matches(word.lower(), folded, n=_NEAR, cutoff=cutoff)
    return [folded[other] for other in found]
