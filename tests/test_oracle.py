"""A second JSON-LD processor, a second Turtle reader: the same graph."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from pyld import jsonld
from rdflib.compare import isomorphic

from kg.check import check
from kg.config import DEFAULT_BASE, Settings, load_settings
from kg.graph import Graph
from kg.mapping import document
from kg.ontology import load_ontology

HERE = Path(__file__).parent
PROJECTS = [
    pytest.param(load_settings(HERE.parent), HERE.parent, id="the real facts"),
    pytest.param(Settings(facts="facts.yaml"), HERE / "golden" / "ok_everything", id="every class and key"),
    pytest.param(Settings(facts="facts.yaml"), HERE / "golden" / "ok_difficult_texts", id="difficult texts"),
]


@pytest.mark.parametrize(("settings", "folder"), PROJECTS)
def test_pyld_maps_to_the_same_triples(settings: Settings, folder: Path) -> None:
    ontology = load_ontology()
    for file in check(settings, folder).graph.files:
        quads = jsonld.to_rdf(document(file.file, ontology, DEFAULT_BASE), {"format": "application/n-quads"})
        theirs = {quad.triple for quad in ox.parse(quads, format=ox.RdfFormat.N_QUADS)}
        ours = {m.triple for m in file.facts} | {triple for _, triple in file.types}
        assert theirs == ours


@pytest.mark.parametrize(("settings", "folder"), PROJECTS)
@pytest.mark.parametrize("evidence", [False, True], ids=["plain", "evidence"])
def test_turtle_reads_back_as_the_same_graph(settings: Settings, folder: Path, evidence: bool) -> None:
    graph = check(settings, folder).graph
    text = graph.evidence_turtle() if evidence else graph.turtle()
    triples = graph.evidence if evidence else graph.plain
    assert set(ox.parse(text, format=ox.RdfFormat.TURTLE)) == set(map(as_quad_less, triples))
    ours = rdflib.Graph().parse(data=nt(triples), format="nt")
    assert isomorphic(rdflib.Graph().parse(data=text, format="turtle"), ours)


def as_quad_less(triple: ox.Triple) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object)


def nt(triples: frozenset[ox.Triple]) -> bytes:
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def test_no_blank_node_and_every_subject_has_a_class(real: Graph) -> None:
    typed = {t.subject for t in real.evidence if t.predicate.value.endswith("#type")}
    for triple in real.evidence:
        assert not isinstance(triple.subject, ox.BlankNode)
        assert not isinstance(triple.object, ox.BlankNode)
        assert triple.subject in typed
