"""The other syntaxes of RDF, read back by rdflib, and JSON-LD by PyLD: the same triples, each source in its graph."""

from __future__ import annotations

import json
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from pyld import jsonld

from exported import BASE, ONTOLOGY, PROJECTS, made, of_turtle, project, text_of, triples
from kg.graph import EVIDENCE

# rdflib 7.6 calls a property and a class of its own that it has deprecated.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]

every = pytest.mark.parametrize("name", PROJECTS)
either = pytest.mark.parametrize("evidence", [False, True], ids=["plain", "evidence"])
NAME = "https://schema.org/name"


@every
@either
@pytest.mark.parametrize(("form", "syntax"), [("nt", "nt"), ("rdfxml", "xml"), ("jsonld", "json-ld")])
def test_rdflib_reads_the_same_graph(name: str, evidence: bool, form: str, syntax: str) -> None:
    graph, built = project(name).graph, project(name).built
    found = made(built, form, evidence=evidence)
    assert found.losses == ()
    (text,) = found.files.values()
    assert triples(rdflib.Graph().parse(data=text, format=syntax)) == (graph.evidence if evidence else graph.plain)


def dataset(text: str, syntax: str) -> dict[str, frozenset[ox.Triple]]:
    """Graphs by name as rdflib sees them; "" is the default graph."""
    found = rdflib.Dataset().parse(data=text, format=syntax)
    assert isinstance(found, rdflib.Dataset)
    named = {str(graph.identifier): triples(graph) for graph in found.graphs()}
    named[""] = named.pop("urn:x-rdflib:default")
    return {key: held for key, held in named.items() if held}


@every
@either
@pytest.mark.parametrize(("form", "syntax"), [("nq", "nquads"), ("trig", "trig")])
def test_each_source_has_the_graph_of_what_its_files_say(name: str, evidence: bool, form: str, syntax: str) -> None:
    graph = project(name).graph
    said: dict[str, set[ox.Triple]] = {}
    for file in graph.files:
        for thing, triple in file.types:
            if thing == file.file.source and isinstance(triple.subject, ox.NamedNode):
                said.setdefault(triple.subject.value, set()).update(mapped.triple for mapped in file.facts)
    found = dataset(text_of(project(name).built, form, evidence=evidence), syntax)
    assert found.pop(EVIDENCE, frozenset()) == (graph.evidence - graph.plain if evidence else frozenset())
    assert found.pop("", frozenset()) == graph.plain - frozenset[ox.Triple]().union(*said.values())
    assert found == {source: frozenset(held) for source, held in said.items()}


TWO = f"""
@base <{BASE}> . @prefix schema: <https://schema.org/> .
<ada> a schema:Person ; schema:name "Ada" , "Ada L." .
"""
TWO_EVIDENCE = """
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix prov: <http://www.w3.org/ns/prov#> .
<f1> rdf:subject <ada> ; rdf:predicate schema:name ; rdf:object "Ada" ; prov:hadPrimarySource <one> .
<f2> rdf:subject <ada> ; rdf:predicate schema:name ; rdf:object "Ada" ; prov:hadPrimarySource <two> .
<f3> rdf:subject <ada> ; rdf:predicate schema:name ; rdf:object "Ada L." ; prov:hadPrimarySource <two> .
"""


def test_what_two_sources_say_stands_in_both_graphs_and_what_none_says_in_the_default() -> None:
    found = dataset(text_of(of_turtle(TWO, TWO + TWO_EVIDENCE), "nq"), "nquads")
    names = {
        graph: sorted(t.object.value for t in held if isinstance(t.object, ox.Literal)) for graph, held in found.items()
    }
    assert names == {"": [], f"{BASE}one": ["Ada"], f"{BASE}two": ["Ada", "Ada L."]}
    assert len(found[""]) == 1


HOSTILE = f"""
<{BASE}a> <urn:x:1> "no name" ;
    <https://e.org/good> "tab\\t end\\r\\n\\u0085\\u2028 <&>\\"" , "bell \\u0007" , "\\u00A0 𝄞" .
"""


def test_rdfxml_keeps_what_xml_can_carry_and_tells_the_rest() -> None:
    built = of_turtle(HOSTILE)
    found = made(built, "rdfxml")
    kept = triples(rdflib.Graph().parse(data=found.files["graph.rdf"], format="xml"))
    lost = built.plain - kept
    assert kept < built.plain
    assert {str(t.object) for t in lost} == {'"no name"', '"bell \\u0007"'}
    assert [(loss.key, loss.params["count"]) for loss in found.losses] == [("lost_characters", 1), ("lost_names", 1)]
    assert "a · urn:x:1 · no name" in found.losses[1].message("en")


@pytest.mark.parametrize("form", ["nt", "nq", "trig", "jsonld"])
def test_the_other_syntaxes_carry_what_xml_cannot(form: str) -> None:
    built = of_turtle(HOSTILE)
    syntaxes = {"nt": ox.RdfFormat.N_TRIPLES, "nq": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG}
    syntax = syntaxes.get(form, ox.RdfFormat.JSON_LD)
    found = made(built, form)
    assert found.losses == ()
    assert {q.triple for q in ox.parse("".join(found.files.values()), format=syntax)} == built.plain


def test_ntriples_and_nquads_are_one_statement_a_line_and_sorted() -> None:
    for form, count in (("nt", len(project("demo").graph.plain)), ("nq", None)):
        lines = text_of(project("demo").built, form).split("\n")
        assert lines.pop() == ""
        assert lines == sorted(lines)
        assert count is None or len(lines) == count


# ------------------------------------------------------------------ JSON-LD


def quads(document: object, **options: object) -> frozenset[ox.Triple]:
    text = jsonld.to_rdf(document, {"format": "application/n-quads", **options})
    return frozenset(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS))


def offline(url: str, _options: object) -> object:
    raise AssertionError(f"the document asks for {url}")


@every
@either
def test_pyld_reads_the_same_graph_offline(name: str, evidence: bool) -> None:
    graph = project(name).graph
    document = json.loads(text_of(project(name).built, "jsonld", evidence=evidence))
    assert quads(document, documentLoader=offline) == (graph.evidence if evidence else graph.plain)


@either
def test_a_context_named_by_its_address_means_the_same(evidence: bool) -> None:
    address = "https://example.org/context.jsonld"

    def load(url: str, _options: object) -> dict[str, Any]:
        assert url == address
        return {"documentUrl": url, "contextUrl": None, "document": {"@context": dict(ONTOLOGY.context)}}

    document = json.loads(text_of(project("demo").built, "jsonld", context=address, evidence=evidence))
    assert document["@context"][0] == address
    graph = project("demo").graph
    assert quads(document, documentLoader=load) == (graph.evidence if evidence else graph.plain)


def test_each_thing_stands_once_and_what_it_is_made_of_inside() -> None:
    document = json.loads(text_of(project("demo").built, "jsonld"))
    things = {thing["id"]: thing for thing in document["@graph"]}
    assert len(things) == len(document["@graph"])
    assert next(iter(things)) == "anselme-quievrain", "people first, sorted"
    assert things["come-vasselin"]["memberships"][0]["stated"] == {"fr": "journaliste"}
    table = things["gardiens-imaginaires-2025/manivelle"]
    assert {part["role"] for part in table["participations"]} == {"moderator", "speaker", "absent"}
    assert not any(key.startswith("participation/") for key in things)
    assert table["title"] == {"fr": "Télécommande ou manivelle ?"}
    assert things["gardiens-imaginaires-2025"]["edition"] == 7
