"""The description of the data set: counted anew by SPARQL in rdflib, and what its makers say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rdflib
from rdflib import DCAT, DCTERMS, RDF, VOID, XSD, Literal, URIRef

from exported import BASE, PROJECTS, ROOT, made, of_turtle, project, text_of
from kg.errors import UsageError
from kg.export import FORMATS, Built
from kg.export.void import MEDIA

SET = URIRef(BASE)
every = pytest.mark.parametrize("name", PROJECTS)


def described(built: Built, **options: object) -> rdflib.Graph:
    return rdflib.Graph().parse(data=text_of(built, "void", **options), format="turtle")


def number(graph: rdflib.Graph, query: str) -> int:
    (row,) = graph.query(f"SELECT (COUNT(DISTINCT {query}")
    assert isinstance(row, rdflib.query.ResultRow)
    return int(row[0])


@every
def test_sparql_counts_the_same(name: str) -> None:
    facts = rdflib.Graph().parse(data=project(name).graph.turtle(), format="turtle")
    found = described(project(name).built)
    assert (SET, RDF.type, VOID.Dataset) in found
    assert (SET, RDF.type, DCAT.Dataset) in found
    own = f'FILTER(STRSTARTS(STR(?s), "{BASE}"))'
    wanted = {
        VOID.triples: len(facts),
        VOID.entities: number(facts, f"?s) AS ?n) WHERE {{ ?s ?p ?o {own} }}"),
        VOID.distinctSubjects: number(facts, "?s) AS ?n) WHERE { ?s ?p ?o }"),
        VOID.distinctObjects: number(facts, "?o) AS ?n) WHERE { ?s ?p ?o }"),
        VOID.properties: number(facts, "?p) AS ?n) WHERE { ?s ?p ?o }"),
        VOID.classes: number(facts, "?o) AS ?n) WHERE { ?s a ?o }"),
    }
    assert {key: int(str(found.value(SET, key))) for key in wanted} == wanted
    classes = {found.value(part, VOID["class"]): part for part in found.objects(SET, VOID.classPartition)}
    assert set(classes) == set(facts.objects(None, RDF.type))
    for kind, part in classes.items():
        assert int(str(found.value(part, VOID.entities))) == len(set(facts.subjects(RDF.type, kind)))
    properties = {found.value(part, VOID.property): part for part in found.objects(SET, VOID.propertyPartition)}
    assert set(properties) == set(facts.predicates())
    for path, part in properties.items():
        held = list(facts.subject_objects(path))
        counts = [found.value(part, key) for key in (VOID.triples, VOID.distinctSubjects, VOID.distinctObjects)]
        assert [int(str(count)) for count in counts] == [
            len(held),
            len({s for s, _ in held}),
            len({o for _, o in held}),
        ]
    for vocabulary in found.objects(SET, VOID.vocabulary):
        used = {*facts.predicates(), *facts.objects(None, RDF.type)}
        assert any(str(term).startswith(str(vocabulary)) for term in used)


def test_sources_evidence_and_languages_are_named() -> None:
    found = described(project("demo").built)
    assert set(found.objects(SET, DCTERMS.source)) == {URIRef(f"{BASE}gazette-imaginaire-2025-10-03")}
    (part,) = found.objects(SET, VOID.subset)
    assert found.value(part, VOID.triples) == Literal(len(project("demo").graph.evidence))
    codes = {str(code).rpartition("/")[2] for code in found.objects(SET, DCTERMS.language)}
    assert codes == {"en", "fr"}
    for key in (DCTERMS.title, DCTERMS.description):
        assert {text.language for text in found.objects(SET, key) if isinstance(text, Literal)} == {"en", "fr"}


def test_what_the_makers_say_is_told_and_replaces_the_titles_of_ours() -> None:
    about = (ROOT / "data" / "dataset.ttl").read_bytes()
    found = described(project("real").built, about=about)
    assert set(rdflib.Graph().parse(data=about, format="turtle", publicID=BASE)) <= set(found)
    assert len(set(found.objects(SET, DCTERMS.title))) == 2
    said = made(project("real").built, "void", about=about, site="https://example.org/")
    assert said.findings == ()


def test_a_missing_licence_and_site_are_told() -> None:
    texts = [finding.texts["en"] for finding in made(project("demo").built, "void").findings]
    assert [("licence" in text, "--site" in text) for text in texts] == [(True, False), (False, True)]


def test_files_of_the_folder_are_listed_with_size_and_address(tmp_path: Path) -> None:
    built = of_turtle(project("demo").graph.turtle(), project("demo").graph.evidence_turtle(), tmp_path)
    for name in ("graph.ttl", "graph-evidence.ttl", "graph.nq", "facts.csv", "network.html"):
        (tmp_path / name).write_bytes(b"12345")
    for site in ("https://example.org/c", "https://example.org/c/"):
        found = described(built, site=site)
        files = {str(found.value(part, DCTERMS.title)): part for part in found.subjects(RDF.type, DCAT.Distribution)}
        assert set(files) == {"graph.ttl", "graph-evidence.ttl", "graph.nq", "facts.csv"}
        for name, part in files.items():
            assert found.value(part, DCAT.downloadURL) == URIRef(f"https://example.org/c/{name}")
            assert found.value(part, DCAT.byteSize) == Literal("5", datatype=XSD.nonNegativeInteger)
        evidence = URIRef(f"{BASE}#evidence")
        assert set(found.objects(evidence, VOID.dataDump)) == {URIRef("https://example.org/c/graph-evidence.ttl")}
        dumps = {str(url).rpartition("/")[2] for url in found.objects(SET, VOID.dataDump)}
        assert dumps == {"graph.ttl", "graph.nq"}, "a table is no dump of triples"


def test_every_file_of_an_export_has_a_media_type() -> None:
    files = {file for form in FORMATS.values() for file in form.files} - {"void.ttl", "schema-org.jsonld"}
    assert files | {"graph.ttl", "graph-evidence.ttl"} == set(MEDIA)


@pytest.mark.parametrize(
    ("about", "key"), [("<> dcterms:title", "bad_about"), ("<> <urn:p> [ <urn:q> 1 ] .", "blank_about")]
)
def test_a_bad_file_of_the_makers_is_told(about: str, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        made(project("demo").built, "void", about=about.encode())
    assert caught.value.key == f"export.{key}"


def test_no_date_and_no_version_stand_in_it() -> None:
    text = text_of(project("demo").built, "void")
    assert not re.search(r"^    (dcterms:(issued|modified|created)|owl:versionInfo) ", text, re.MULTILINE)
