"""The ontology's three files say the same thing, in two languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SH, SKOS

from kg.ontology import Field, Shape, load_ontology

ONTOLOGY = load_ontology()
KG = rdflib.Namespace(ONTOLOGY.prefixes["kg"])
GRAPH = rdflib.Graph()
for file in ONTOLOGY.turtle():
    GRAPH.parse(file, format="turtle")
SHAPES = list(ONTOLOGY.sections.values())
FIELDS = [(shape, field) for shape in SHAPES for field in shape.fields.values()]
OWN = sorted(
    {s for s in GRAPH.subjects(RDF.type) if str(s).startswith(str(KG))} - set(GRAPH.subjects(RDF.type, SH.NodeShape)),
    key=str,
)


def both(node: rdflib.term.Node, predicate: rdflib.URIRef) -> set[str | None]:
    return {getattr(text, "language", None) for text in GRAPH.objects(node, predicate)}


def name(value: object) -> str:
    return getattr(value, "key", None) or str(getattr(value, "iri", value)).rpartition("#")[2]


def expand(curie: str) -> str:
    prefix, _, rest = curie.partition(":")
    return ONTOLOGY.prefixes[prefix] + rest


@pytest.mark.parametrize("term", OWN, ids=lambda t: str(t).rpartition("#")[2])
def test_own_terms_are_explained_and_aligned(term: rdflib.URIRef) -> None:
    assert both(term, RDFS.label) == {"en", "fr"}
    assert both(term, RDFS.comment) == {"en", "fr"}
    kinds = set(GRAPH.objects(term, RDF.type))
    if OWL.AnnotationProperty in kinds:
        return
    aligned = [
        *GRAPH.objects(term, RDFS.subClassOf),
        *GRAPH.objects(term, RDFS.subPropertyOf),
        *GRAPH.objects(term, SKOS.closeMatch),
    ]
    assert any(not str(other).startswith(str(KG)) for other in aligned)
    if OWL.Class not in kinds:
        assert GRAPH.value(term, RDFS.range) is not None
        assert GRAPH.value(term, RDFS.domain) is not None or term == KG.status, "a standing may be given to anything"


@pytest.mark.parametrize(("shape", "field"), FIELDS, ids=name)
def test_each_key_means_in_the_context_what_its_shape_checks(shape: Shape, field: Field) -> None:
    term = ONTOLOGY.context[field.key]
    assert isinstance(term, dict)
    assert expand(str(term["@reverse" if field.inverse else "@id"])) == field.path
    assert set(field.labels) == {"en", "fr"}
    assert set(field.messages) == {"en", "fr"}
    if field.kind == "typed":
        assert expand(str(term["@type"])) in field.datatypes
    if field.kind == "text":
        assert field.datatypes == (str(RDF.langString),)
    if field.kind == "concept":
        assert field.scheme in ONTOLOGY.schemes
    assert shape.section


def keys_of_context() -> Iterator[str]:
    return (key for key, term in ONTOLOGY.context.items() if isinstance(term, dict))


def test_no_key_of_the_context_is_without_a_shape() -> None:
    assert set(keys_of_context()) == {field.key for _, field in FIELDS}


def test_each_word_for_a_class_has_a_shape_and_each_shape_a_word() -> None:
    words = set(ONTOLOGY.class_words.values())
    assert words <= set(ONTOLOGY.shapes)
    for shape in SHAPES:
        assert set(shape.classes) <= words
        assert set(shape.labels) == {"en", "fr"}


@pytest.mark.parametrize("concept", sorted(GRAPH.subjects(SKOS.inScheme), key=str), ids=lambda c: str(c)[29:])
def test_words_of_closed_lists_have_labels(concept: rdflib.URIRef) -> None:
    assert both(concept, SKOS.prefLabel) == {"en", "fr"}
    assert (concept, RDF.type, SKOS.Concept) in GRAPH


def test_fact_of_a_key_that_identifies_is_a_key_of_the_class() -> None:
    for shape in SHAPES:
        for path in shape.has_key:
            assert any(field.path == path and not field.inverse for field in shape.fields.values())
