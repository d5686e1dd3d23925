"""Everything the graph says, ready to be read: things with their names, facts in words, and what proves them.

The store holds the plain graph as its default graph and the evidence in the graph ``kg:evidence``. Labels of classes
and properties come from the ontology, those of the shape of the subject first, since one property may be called
differently in two classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg.messages import LANGUAGES, choose
from kg.ontology import Field, Ontology, Shape
from kg.prefixes import KG, OA, PROV, RDF, SKOS, XSD

__all__ = ["Dossier", "Evidence", "Fact", "Span", "Thing", "read_dossier"]

Texts = Mapping[str, str]
EVIDENCE = ox.NamedNode(KG + "evidence")
SCHEMA = "https://schema.org/"
#: Where a thing's name stands, the best first.
NAMES = (SCHEMA + "name", SKOS + "prefLabel", SCHEMA + "headline")
#: How much of a text stands in for a missing name, and how many neighbours.
CUT = 70
NEIGHBOURS = 3


@dataclass(frozen=True, slots=True)
class Thing:
    """A node of the graph, or an address it points to.

    ``labels`` is by language, "" for a name without one. ``named`` tells whether the graph names the thing or we
    describe it by what it links; ``listed`` whether it is a word of a closed list; ``kinds`` is its class in words.
    """

    iri: str
    labels: Texts
    kinds: Texts
    named: bool
    listed: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A passage: its source, its place (start and end in code points, or a record), its words if they may be shown."""

    source: str
    start: int | None
    end: int | None
    record: str
    words: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """How one source makes a fact stand. ``spans`` are IRIs; the texts are by language, empty when not given."""

    status: str
    source: str
    spans: tuple[str, ...]
    inferred: Texts
    reading: Texts


@dataclass(frozen=True, slots=True)
class Fact:
    """One triple, with what its property is called read forwards and, seen from the object, backwards."""

    subject: str
    predicate: str
    object: ox.NamedNode | ox.Literal
    labels: Texts
    inverse: Texts
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All things by IRI, all facts in reading order, all spans by IRI."""

    things: Mapping[str, Thing]
    facts: tuple[Fact, ...]
    spans: Mapping[str, Span]


class _Evidence:
    """The evidence graph, read in one pass over its quads."""

    def __init__(self, store: ox.Store) -> None:
        self.values: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = {}
        for quad in store.quads_for_pattern(None, None, None, EVIDENCE):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
                held = self.values.setdefault(quad.subject.value, {})
                held.setdefault(quad.predicate.value, []).append(quad.object)

    def all(self, node: str, predicate: str) -> list[ox.NamedNode | ox.Literal]:
        return sorted(self.values.get(node, {}).get(predicate, []), key=str)

    def first(self, node: str, predicate: str) -> str:
        return next((term.value for term in self.all(node, predicate)), "")

    def texts(self, node: str, predicate: str) -> Texts:
        return {t.language or "": t.value for t in self.all(node, predicate) if isinstance(t, ox.Literal)}

    def by_fact(self) -> dict[tuple[str, str, str], tuple[Evidence, ...]]:
        found: dict[tuple[str, str, str], tuple[Evidence, ...]] = {}
        for node in sorted(self.values):
            objects = self.all(node, RDF + "object")
            if not objects:
                continue
            evidence = Evidence(
                status=self.first(node, KG + "status"),
                source=self.first(node, PROV + "hadPrimarySource"),
                spans=tuple(term.value for term in self.all(node, PROV + "wasDerivedFrom")),
                inferred=self.texts(node, KG + "inferredFrom"),
                reading=self.texts(node, KG + "reading"),
            )
            key = (self.first(node, RDF + "subject"), self.first(node, RDF + "predicate"), str(objects[0]))
            found[key] = (*found.get(key, ()), evidence)
        return found

    def spans(self, passages: Mapping[str, str]) -> dict[str, Span]:
        found: dict[str, Span] = {}
        for node in sorted(self.values):
            selectors = [term.value for term in self.all(node, OA + "hasSelector")]
            if not selectors:
                continue
            words, numbers, record = passages.get(node, ""), {"start": "", "end": ""}, ""
            for selector in selectors:
                words = words or self.first(selector, OA + "exact")
                record = record or self.first(selector, RDF + "value")
                numbers = {name: numbers[name] or self.first(selector, OA + name) for name in numbers}
            start, end = (int(number) if number else None for number in numbers.values())
            found[node] = Span(self.first(node, OA + "hasSource"), start, end, record, words)
        return found


class _Graph:
    """The plain graph by subject, with the questions that names and labels need answered."""

    def __init__(self, store: ox.Store, ontology: Ontology) -> None:
        self.ontology = ontology
        self.out: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = {}
        for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
                held = self.out.setdefault(quad.subject.value, {})
                held.setdefault(quad.predicate.value, []).append(quad.object)
        self.schemes = {o.value for held in self.out.values() for o in held.get(SKOS + "inScheme", ())}
        self.shapes = {node: tuple(self._shapes(node)) for node in self.out}

    def classes(self, node: str) -> list[str]:
        """The classes given, those above none of the others first."""
        given = sorted(term.value for term in self.out.get(node, {}).get(RDF + "type", []))
        above = {parent for iri in given for parent in self.ontology.superclasses(iri)}
        return sorted(given, key=lambda iri: (iri in above, iri))

    def _shapes(self, node: str) -> Iterator[Shape]:
        seen: set[str] = set()
        for given in self.classes(node):
            for iri in (given, *self.ontology.superclasses(given)):
                shape = self.ontology.shape_of(iri)
                if shape and shape.iri not in seen:
                    seen.add(shape.iri)
                    yield shape

    def listed(self, node: str) -> bool:
        """Whether the node belongs to the closed lists, which are the ontology's."""
        return node in self.schemes or SKOS + "inScheme" in self.out.get(node, {})

    def field(self, node: str, predicate: str, inverse: bool, far: str = "") -> Field | None:
        """The key under which a facts file writes the property in things like this one.

        Where one property has several keys, the one whose target is the class of the thing at the far end wins.
        """
        found = [
            field
            for shape in self.shapes.get(node, ())
            for field in shape.fields.values()
            if field.path == predicate and field.inverse == inverse
        ]
        given = self.classes(far)
        wide = {iri for c in given for iri in (c, *self.ontology.superclasses(c))}
        ranked = sorted(found, key=lambda f: 0 if f.target in given else 1 if f.target in wide else 2)
        return ranked[0] if ranked else None

    def kinds(self, node: str) -> Texts:
        """What the thing is, in words: its narrowest class that has a label."""
        given = self.classes(node)
        wide = [*given, *(above for iri in given for above in self.ontology.superclasses(iri))]
        named = [iri for iri in wide if iri in self.ontology.labels]
        return self.words((named or given)[0]) if given else {}

    def words(self, iri: str) -> Texts:
        return {lang: self.ontology.label(iri, lang) for lang in sorted(LANGUAGES)}

    def name(self, node: str) -> Texts:
        for predicate in NAMES:
            terms = self.out.get(node, {}).get(predicate, [])
            if terms:
                return {t.language or "": t.value for t in sorted(terms, key=str) if isinstance(t, ox.Literal)}
        return {}

    def rank(self, node: str, predicate: str) -> tuple[int, str]:
        """Facts are read in the order of the shape's keys."""
        paths = [f.path for shape in self.shapes.get(node, ()) for f in shape.fields.values() if not f.inverse]
        return (paths.index(predicate) if predicate in paths else len(paths)), predicate

    def described(self, node: str) -> Texts:
        """For a thing without a name: what it is, and between whom, in each language."""
        texts: list[Texts] = []
        near: list[Texts] = []
        listed: list[str] = []
        held = self.out.get(node, {})
        for predicate in sorted(held, key=lambda p: self.rank(node, p)):
            literals = [t for t in sorted(held[predicate], key=str) if isinstance(t, ox.Literal) and _is_text(t)]
            if literals:
                texts.append({t.language or "": t.value for t in literals})
            others = sorted(t.value for t in held[predicate] if isinstance(t, ox.NamedNode))
            near += [self.name(o) for o in others if self.name(o) and not self.listed(o)]
            listed += [o for o in others if self.listed(o)]
        kinds = self.words(listed[0]) if listed and not texts else self.kinds(node)
        return {lang: _describe(choose(kinds, lang), texts, near, lang) for lang in sorted(LANGUAGES)}


def _is_text(term: ox.Literal) -> bool:
    """Numbers and days say little of a thing."""
    return bool(term.language) or term.datatype.value == XSD + "string"


def _describe(kind: str, texts: list[Texts], near: list[Texts], lang: str) -> str:
    parts = [_short(choose(text, lang)) for text in texts[:2]]
    parts += [_short(choose(name, lang)) for name in near[:NEIGHBOURS]]
    return f"{kind} : {' · '.join(parts)}" if lang == "fr" else f"{kind}: {' · '.join(parts)}"


def _short(text: str) -> str:
    return text if len(text) <= CUT else f"{text[: CUT - 1].rstrip()}…"


def _thing(graph: _Graph, iri: str) -> Thing:
    name = graph.name(iri)
    labels = name or (graph.described(iri) if graph.classes(iri) else {"": iri})
    return Thing(iri, labels, graph.kinds(iri), bool(name) or not graph.classes(iri), graph.listed(iri))


def _labels(graph: _Graph, subject: str, predicate: str, target: str) -> tuple[Texts, Texts]:
    """What the property is called, forwards and, when it leads to a thing, backwards."""
    field = graph.field(subject, predicate, False, target)
    back = graph.field(target, predicate, True, subject)
    known = predicate in graph.ontology.labels
    ahead = field.labels if field else graph.words(predicate) if known or not target else graph.kinds(target)
    ahead = ahead or graph.words(predicate)
    if not target:
        return ahead, {}
    kinds = graph.kinds(subject) or graph.words(predicate)
    return ahead, back.labels if back else {k: f"{choose(kinds, k)} · {choose(ahead, k)}" for k in sorted(LANGUAGES)}


def _facts(graph: _Graph, evidence: Mapping[tuple[str, str, str], tuple[Evidence, ...]]) -> Iterator[Fact]:
    for subject in sorted(graph.out):
        if graph.listed(subject):
            continue
        for predicate in sorted(graph.out[subject], key=lambda p: graph.rank(subject, p)):
            for term in sorted(graph.out[subject][predicate], key=str):
                proof = evidence.get((subject, predicate, str(term)), ())
                if predicate != RDF + "type":
                    target = term.value if isinstance(term, ox.NamedNode) else ""
                    yield Fact(subject, predicate, term, *_labels(graph, subject, predicate, target), proof)


def read_dossier(store: ox.Store, ontology: Ontology, passages: Mapping[str, str] | None = None) -> Dossier:
    """All that the store says. ``passages`` has words of spans by IRI; words in the evidence itself are used too.

    A thing's class is part of the thing, so classes are no facts here; nor is what the closed lists say.
    """
    graph, evidence = _Graph(store, ontology), _Evidence(store)
    facts = tuple(_facts(graph, evidence.by_fact()))
    spans = evidence.spans(passages or {})
    mentioned = {fact.object.value for fact in facts if isinstance(fact.object, ox.NamedNode)}
    proofs = [proof for fact in facts for proof in fact.evidence]
    used = {iri for proof in proofs for iri in proof.spans}
    sources = {p.source for p in proofs if p.source} | {spans[iri].source for iri in used if iri in spans}
    things = {iri: _thing(graph, iri) for iri in sorted({*graph.out, *mentioned, *sources})}
    return Dossier(things, facts, {iri: span for iri, span in spans.items() if iri in used})
