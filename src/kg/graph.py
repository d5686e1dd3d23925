"""The two graphs: the plain one, and the same with its evidence.

Plain graph = the triples of the facts + the classes of things with all classes above them + type, label and list
of each word of a closed list in use + what was decided on identity. Nothing else, no blank node.

Evidence graph = plain graph + for each fact a statement (``rdf:Statement``, RDF 1.1) that names its standing, the
passages it derives from (``oa:SpecificResource`` with position selectors, Web Annotation Data Model section 4) and
its source. The passages' words are written only when the source is marked free.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg.facts import Selector
from kg.mapping import Mapped, MappedFile
from kg.ontology import Ontology
from kg.prefixes import DCTERMS, KG, OA, PROV, RDF, SKOS, XSD
from kg.turtle import to_turtle
from kg.values import names_in

__all__ = ["EVIDENCE", "EVIDENCE_CLASSES", "Graph", "build_graph", "class_order", "span_iri"]

#: The name under which queries see the evidence graph.
EVIDENCE = KG + "evidence"
#: The classes of evidence, in the order in which they are written.
EVIDENCE_CLASSES = (RDF + "Statement", OA + "SpecificResource", OA + "TextPositionSelector")
JSON_POINTER, CSV_FRAGMENT = "http://tools.ietf.org/rfc/rfc6901", "http://tools.ietf.org/rfc/rfc7111"


def _n(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


TYPE = _n(RDF + "type")


@dataclass(frozen=True, slots=True)
class Graph:
    """Both graphs, as sets of triples, with what is needed to write them."""

    plain: frozenset[ox.Triple]
    evidence: frozenset[ox.Triple]
    structural: frozenset[ox.Triple]
    files: tuple[MappedFile, ...]
    prefixes: Mapping[str, str]
    base: str
    order: tuple[str, ...]

    def turtle(self) -> str:
        """The plain graph as Turtle."""
        return to_turtle(self.plain, self.prefixes, self.base, self.order)

    def evidence_turtle(self) -> str:
        """The graph with its evidence as Turtle."""
        return to_turtle(self.evidence, self.prefixes, self.base, (*self.order, *EVIDENCE_CLASSES))

    def store(self) -> ox.Store:
        """A store for SPARQL: the plain graph by default, the evidence in the graph ``kg:evidence``."""
        store = ox.Store()
        name = _n(EVIDENCE)
        store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in self.plain)
        store.extend(ox.Quad(t.subject, t.predicate, t.object, name) for t in self.evidence)
        return store


def span_iri(source: str, selector: Selector) -> str:
    """The IRI of a passage: the source's, then where in it.

    >>> span_iri("https://example.org/id/article", Selector("text", 12, 29))
    'https://example.org/id/article/text/12-29'
    """
    if selector.kind == "text":
        return f"{source}/text/{selector.start}-{selector.end}"
    if selector.kind == "cell":
        return f"{source}/cell/{selector.start}-{selector.end}"
    digest = hashlib.sha256(selector.pointer.encode("utf-8")).hexdigest()[:16]
    return f"{source}/record/{digest}"


def build_graph(
    files: Sequence[MappedFile],
    ontology: Ontology,
    base: str,
    words: Mapping[str, str] | None = None,
    hidden: Collection[str] = (),
    also: Iterable[ox.Triple] = (),
) -> Graph:
    """Both graphs of some mapped files.

    ``words`` gives the text of sources by SHA-256; only those whose file says that they are free are quoted, and no
    passage that holds one of the ``hidden`` names. ``also`` are triples that no source states: decisions on identity.
    """
    facts = {mapped.triple for file in files for mapped in file.facts}
    structural = frozenset((set(_types(files, ontology)) | set(_concepts(facts, ontology)) | set(also)) - facts)
    plain = frozenset(facts | structural)
    evidence: set[ox.Triple] = set(plain)
    for source, group in _by_source(files).items():
        texts = words or {}
        evidence.update(_statements(source, group, base, ontology.schemes["status"]))
        for file in group:
            text = texts.get(file.file.sha256 or "") if file.file.free else None
            evidence.update(_spans(source, file, text, hidden))
    evidence.update(_concepts(evidence, ontology))
    order = class_order(ontology)
    return Graph(plain, frozenset(evidence), structural, tuple(files), ontology.prefixes, base, order)


def class_order(ontology: Ontology) -> tuple[str, ...]:
    """Classes by shape, in the order in which the context names them: people first."""
    found = ((word, ontology.shape_of(word)) for word in ontology.class_words.values())
    return tuple(
        dict.fromkeys(iri for word, shape in found if shape and word in shape.classes for iri in shape.classes)
    )


def _types(files: Iterable[MappedFile], ontology: Ontology) -> Iterator[ox.Triple]:
    for file in files:
        for thing, triple in file.types:
            yield triple
            for above in ontology.superclasses(thing.class_iri):
                yield ox.Triple(triple.subject, TYPE, _n(above))


def _concepts(facts: Iterable[ox.Triple], ontology: Ontology) -> Iterator[ox.Triple]:
    """What must be said of the words of closed lists so that the graph explains itself."""
    lists = {iri: name for name, words in ontology.schemes.items() for iri in words.values()}
    used = {getattr(t.object, "value", "") for t in facts} & lists.keys()
    for iri in list(used):
        while iri := ontology.broader.get(iri, ""):
            used.add(iri)
    for iri in sorted(used):
        if iri in ontology.broader:
            yield ox.Triple(_n(iri), _n(SKOS + "broader"), _n(ontology.broader[iri]))
        scheme = iri.rpartition("/")[0]
        for kind in ontology.word_types[iri]:
            yield ox.Triple(_n(iri), TYPE, _n(kind))
        yield ox.Triple(_n(iri), _n(SKOS + "inScheme"), _n(scheme))
        yield ox.Triple(_n(scheme), TYPE, _n(SKOS + "ConceptScheme"))
        for node in (iri, scheme):
            for tag, text in ontology.labels[node].items():
                yield ox.Triple(_n(node), _n(SKOS + "prefLabel"), ox.Literal(text, language=tag))


def _by_source(files: Iterable[MappedFile]) -> dict[str, list[MappedFile]]:
    """Files by the IRI of their source; files without one have no evidence to give."""
    found: defaultdict[str, list[MappedFile]] = defaultdict(list)
    for file in files:
        for thing, triple in file.types:
            if thing is file.file.source or thing == file.file.source:
                found[getattr(triple.subject, "value", "")].append(file)
    return dict(found)


def _statements(
    source: str, files: Iterable[MappedFile], base: str, statuses: Mapping[str, str]
) -> Iterator[ox.Triple]:
    """One statement per triple and source, with everything that the facts behind it say of their standing."""
    grouped: defaultdict[ox.Triple, list[Mapped]] = defaultdict(list)
    for file in files:
        for mapped in file.facts:
            grouped[mapped.triple].append(mapped)
    for triple, facts in grouped.items():
        digest = hashlib.sha256(f"{triple} {source}".encode()).hexdigest()[:16]
        node = _n(f"{base}fact/{digest}")
        yield ox.Triple(node, TYPE, _n(RDF + "Statement"))
        yield ox.Triple(node, _n(RDF + "subject"), triple.subject)
        yield ox.Triple(node, _n(RDF + "predicate"), triple.predicate)
        yield ox.Triple(node, _n(RDF + "object"), triple.object)
        yield ox.Triple(node, _n(PROV + "hadPrimarySource"), _n(source))
        for mapped in facts:
            standing = mapped.fact.standing
            yield ox.Triple(node, _n(KG + "status"), _n(statuses[standing.status]))
            for selector in standing.at:
                yield ox.Triple(node, _n(PROV + "wasDerivedFrom"), _n(span_iri(source, selector)))
            for name, texts in (("inferredFrom", standing.inferred), ("reading", standing.reading)):
                for tag, text in texts:
                    yield ox.Triple(node, _n(KG + name), ox.Literal(text, language=tag))


def _spans(source: str, file: MappedFile, text: str | None, hidden: Collection[str]) -> Iterator[ox.Triple]:
    """The passages that a file cites, and which thing as a whole derives from which passage."""
    cited: set[Selector] = {s for mapped in file.facts for s in mapped.fact.standing.at}
    for thing, triple in file.types:
        for selector in thing.standing.at:
            cited.add(selector)
            yield ox.Triple(triple.subject, _n(PROV + "wasDerivedFrom"), _n(span_iri(source, selector)))
    for selector in cited:
        span = span_iri(source, selector)
        yield ox.Triple(_n(span), TYPE, _n(OA + "SpecificResource"))
        yield ox.Triple(_n(span), _n(OA + "hasSource"), _n(source))
        yield from _selector(span, selector)
        words = text[selector.start : selector.end] if text is not None and selector.kind == "text" else None
        if words is not None and not names_in(words, hidden):
            quote = _n(f"{span}/quote")
            yield ox.Triple(_n(span), _n(OA + "hasSelector"), quote)
            yield ox.Triple(quote, TYPE, _n(OA + "TextQuoteSelector"))
            yield ox.Triple(quote, _n(OA + "exact"), ox.Literal(words))


def _selector(span: str, selector: Selector) -> Iterator[ox.Triple]:
    node = _n(f"{span}/selector")
    yield ox.Triple(_n(span), _n(OA + "hasSelector"), node)
    if selector.kind == "text":
        number = _n(XSD + "nonNegativeInteger")
        yield ox.Triple(node, TYPE, _n(OA + "TextPositionSelector"))
        yield ox.Triple(node, _n(OA + "start"), ox.Literal(str(selector.start), datatype=number))
        yield ox.Triple(node, _n(OA + "end"), ox.Literal(str(selector.end), datatype=number))
        return
    cell = selector.kind == "cell"
    value = f"cell={selector.start},{selector.end}" if cell else selector.pointer
    yield ox.Triple(node, TYPE, _n(OA + "FragmentSelector"))
    yield ox.Triple(node, _n(RDF + "value"), ox.Literal(value))
    yield ox.Triple(node, _n(DCTERMS + "conformsTo"), _n(CSV_FRAGMENT if cell else JSON_POINTER))
