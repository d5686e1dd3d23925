"""What a build wrote, read back: the plain graph, the graph with evidence, and which source says what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kg.errors import UsageError
from kg.graph import EVIDENCE, class_order
from kg.ontology import Ontology
from kg.prefixes import PROV, RDF
from kg.query import Graphs

__all__ = ["Built", "Term", "read_built"]

Term = ox.NamedNode | ox.Literal
TYPE = RDF + "type"


@dataclass(frozen=True)
class Built:
    """Both graphs of a build; ``evidence`` is empty when the build's folder has none. ``folder`` is that folder."""

    plain: frozenset[ox.Triple]
    evidence: frozenset[ox.Triple]
    base: str
    ontology: Ontology
    folder: Path

    @cached_property
    def store(self) -> ox.Store:
        """A store for SPARQL: the plain graph by default, the evidence in the graph ``kg:evidence``."""
        store = ox.Store()
        store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in self.plain)
        store.extend(ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(EVIDENCE)) for t in self.evidence)
        return store

    @cached_property
    def about(self) -> Mapping[str, Mapping[str, list[Term]]]:
        """The plain graph by subject and property; subjects, properties and objects sorted."""
        return by_subject(self.plain)

    @cached_property
    def all_about(self) -> Mapping[str, Mapping[str, list[Term]]]:
        """The graph with evidence, as :attr:`about`."""
        return by_subject(self.plain | self.evidence)

    @cached_property
    def statements(self) -> Mapping[ox.Triple, list[Mapping[str, list[Term]]]]:
        """What each statement (``rdf:Statement``) says of a triple of the plain graph, by property."""
        found: defaultdict[ox.Triple, list[Mapping[str, list[Term]]]] = defaultdict(list)
        for held in self.all_about.values():
            parts = [held.get(RDF + name, [None])[0] for name in ("subject", "predicate", "object")]
            subject, predicate, obj = parts
            if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode) and obj is not None:
                found[ox.Triple(subject, predicate, obj)].append(held)
        return {triple: found[triple] for triple in found.keys() & self.plain}

    @cached_property
    def by_source(self) -> Mapping[str, frozenset[ox.Triple]]:
        """The triples of the plain graph that each source says, by its IRI, sorted.

        A triple that several sources say stands in each; one that rests on no statement stands in none.
        """
        found: defaultdict[str, set[ox.Triple]] = defaultdict(set)
        for triple, statements in self.statements.items():
            for source in (term.value for held in statements for term in held.get(PROV + "hadPrimarySource", ())):
                found[source].add(triple)
        return {source: frozenset(found[source]) for source in sorted(found)}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Classes in the order in which ``graph.ttl`` lists their things."""
        return class_order(self.ontology)

    def classes(self, node: str) -> list[str]:
        """The classes of a thing, those above none of the others first."""
        given = [term.value for term in self.all_about.get(node, {}).get(TYPE, ())]
        above = {parent for iri in given for parent in self.ontology.superclasses(iri)}
        return sorted(given, key=lambda iri: (iri in above, iri))

    def rank(self, node: str) -> int:
        """The place of a thing's class in :attr:`order`."""
        places = {iri: place for place, iri in enumerate(self.order)}
        return min((places[iri] for iri in self.classes(node) if iri in places), default=len(places))


def by_subject(triples: frozenset[ox.Triple]) -> dict[str, dict[str, list[Term]]]:
    """Triples by subject and property; subjects, properties and objects sorted."""
    found: defaultdict[str, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for triple in sorted(triples, key=lambda t: (str(t.subject), str(t.predicate), str(t.object))):
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
            found[triple.subject.value][triple.predicate.value].append(triple.object)
    return {subject: dict(held) for subject, held in found.items()}


def read_built(folder: Path, base: str, ontology: Ontology) -> Built:
    """Read ``graph.ttl`` and, if it is there, ``graph-evidence.ttl``. ``base`` is taken when they name none.

    Raises:
        UsageError: there is no graph, it is no Turtle, or it holds what no build writes (blank nodes).
    """
    graphs = Graphs.of_folder(folder)
    plain, named = _read(graphs.plain)
    evidence = _read(graphs.evidence)[0] if graphs.evidence is not None else frozenset()
    return Built(plain, evidence, named or base, ontology, folder)


def _read(file: Path | bytes) -> tuple[frozenset[ox.Triple], str | None]:
    name = file.name if isinstance(file, Path) else ""
    try:
        text = file.read_bytes() if isinstance(file, Path) else file
        parser = ox.parse(text, format=ox.RdfFormat.TURTLE)
        triples = frozenset(quad.triple for quad in parser)
    except OSError as error:
        raise UsageError("export.bad_graph", file=name, why=error.strerror or type(error).__name__) from error
    except SyntaxError as error:
        raise UsageError("export.bad_graph", file=f"{name}:{error.lineno}", why=error.msg) from error
    for triple in triples:
        if not isinstance(triple.subject, ox.NamedNode) or not isinstance(triple.object, ox.NamedNode | ox.Literal):
            raise UsageError("export.bad_graph", file=name, why=str(triple))
    return triples, parser.base_iri
