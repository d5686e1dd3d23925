"""The schema.org document read back by PyLD, and what Google asks for that the graph does not say."""

from __future__ import annotations

import json
from typing import Any

import pyoxigraph as ox
import pytest
from pyld import jsonld

from exported import BASE, ONTOLOGY, PROJECTS, made, of_turtle, project, text_of
from kg.errors import UsageError
from kg.export import Built
from kg.export.schema_org import construct

#: The part of https://schema.org's context that the documents use: its vocabulary has “http”, dates are typed and
#: some properties are addresses.
CONTEXT = {
    "@vocab": "http://schema.org/",
    "schema": "http://schema.org/",
    "startDate": {"@id": "schema:startDate", "@type": "Date"},
    "endDate": {"@id": "schema:endDate", "@type": "Date"},
    "sameAs": {"@id": "schema:sameAs", "@type": "@id"},
    "url": {"@id": "schema:url", "@type": "@id"},
}
PREFIXES = f"""@base <{BASE}> . @prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix kg: <https://w3id.org/congress-kg/ontology#> ."""
every = pytest.mark.parametrize("name", [name for name in PROJECTS if name != "difficult"])  # which tells of none
Documents = list[dict[str, Any]]


def load(url: str, _options: object) -> dict[str, Any]:
    assert url == "https://schema.org"
    return {"documentUrl": url, "contextUrl": None, "document": {"@context": CONTEXT}}


def document(built: Built, **options: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text_of(built, "schema-org", **options))
    return found


def events(built: Built, **options: object) -> Documents:
    found = document(built, **options)
    return list(found["@graph"]) if "@graph" in found else [found]


def ends(items: list[dict[str, Any]] | dict[str, Any]) -> set[str]:
    listed = items if isinstance(items, list) else [items]
    return {str(item["@id"]).removeprefix(BASE) for item in listed}


# ------------------------------------------------------------------ the document


@every
def test_pyld_reads_the_graph_that_the_query_makes(name: str) -> None:
    built = project(name).built
    text = jsonld.to_rdf(document(built), {"format": "application/n-quads", "documentLoader": load})
    read = {quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS)}
    made_of = construct(built)
    theirs = {(t.subject, t.predicate.value, getattr(t.object, "value", "")) for t in read}
    wanted = {(t.subject, _http(t.predicate.value), _http(getattr(t.object, "value", ""))) for t in made_of}
    tagged = {
        (t.subject, _http(t.predicate.value)) for t in made_of if isinstance(t.object, ox.Literal) and t.object.language
    }
    assert theirs <= wanted
    assert all((subject, predicate) in tagged for subject, predicate, _ in wanted - theirs), "only other languages"
    assert {(s, p) for s, p, _ in theirs} == {(s, p) for s, p, _ in wanted}
    dated = {
        t.object.datatype.value for t in read if t.predicate.value.endswith("Date") and isinstance(t.object, ox.Literal)
    }
    assert dated <= {"http://schema.org/Date"}


def _http(iri: str) -> str:
    return iri.replace("https://schema.org/", "http://schema.org/")


def test_the_invented_congress_is_told_as_its_facts_say() -> None:
    (event,) = events(project("demo").built, only="gardiens-imaginaires-2025")
    assert event["@context"] == "https://schema.org"
    assert event["@type"] == "Event"
    assert (event["startDate"], event["endDate"]) == ("2025-09-25", "2025-09-26")
    assert event["alternateName"] == "Ouvrir, fermer, transmettre"
    assert event["location"]["name"] == "Halle aux Grains", "the innermost place"
    assert event["location"]["address"]["addressLocality"] == "Port-aux-Saules"
    assert ends(event["organizer"]) == {"ugpe", "section-vire-douce"}
    assert event["superEvent"]["@type"] == "EventSeries"
    speakers = ends(event["performer"])
    assert {"come-vasselin", "flore-ambriere"} <= speakers, "who moderates and who came instead"
    assert "anselme-quievrain" not in speakers, "announced, but absent"
    sessions = {part["@id"].removeprefix(f"{BASE}gardiens-imaginaires-2025/"): part for part in event["subEvent"]}
    assert sessions["manivelle"]["name"] == "Télécommande ou manivelle ?"
    assert ends(sessions["eau"]["performer"]) == {"hermine-desclozeaux"}


def test_a_session_of_one_day_took_place_on_that_day_and_of_two_days_on_none() -> None:
    (real,) = events(project("real").built, only="lourmarin-2024")
    assert {part["startDate"] for part in real["subEvent"]} == {"2024-06-28"}
    two = f"""{PREFIXES}
    <c> a schema:ConferenceEvent ; schema:startDate "2024-06-28"^^xsd:date ; schema:endDate "2024-06-29"^^xsd:date .
    <c/s> a kg:Session ; schema:superEvent <c> .
    <d> a schema:ConferenceEvent ; schema:startDate "2024"^^xsd:gYear ; schema:endDate "2024"^^xsd:gYear .
    <d/s> a kg:Session ; schema:superEvent <d> ."""
    assert [part["subEvent"] for part in events(of_turtle(two))] == [
        {"@type": "Event", "@id": f"{BASE}c/s"},
        {"@type": "Event", "@id": f"{BASE}d/s"},
    ]


def test_each_document_needs_no_other() -> None:
    def told(node: object, found: dict[str, set[str]]) -> dict[str, set[str]]:
        if isinstance(node, dict):
            found.setdefault(node.get("@id", ""), set()).update(node)
            for value in node.values():
                told(value, found)
        for item in node if isinstance(node, list) else []:
            told(item, found)
        return found

    for event in events(project("real").built):
        assert all("@type" in keys for keys in told(event, {}).values())


def test_texts_come_in_one_language_and_the_others_are_told() -> None:
    for lang, title in (
        ("fr", "Congrès régional 2024 du SNDGCT PACA"),
        ("en", "2024 regional congress of SNDGCT PACA"),
    ):
        found = made(project("real").built, "schema-org", only="lourmarin-2024", texts=lang)
        assert json.loads(found.files["schema-org.jsonld"])["name"] == title
        keys = {loss.key: loss for loss in found.losses}
        assert keys["lost_languages"].params["lang"] == lang
        assert int(str(keys["lost_languages"].params["count"])) > 0


def test_what_the_document_does_not_tell_of_is_counted() -> None:
    found = made(project("demo").built, "schema-org")
    told = {node.removeprefix(BASE) for node in _ids(json.loads(found.files["schema-org.jsonld"]))}
    things = {t.subject.value for t in project("demo").graph.plain if isinstance(t.subject, ox.NamedNode)}
    things = {iri.removeprefix(BASE) for iri in things if iri.startswith(BASE)}
    (loss,) = [loss for loss in found.losses if loss.key == "lost_things"]
    assert (loss.params["count"], loss.params["all"]) == (len(things - told), len(things))


def _ids(node: object) -> set[str]:
    if isinstance(node, dict):
        return {str(node["@id"])} | _ids(list(node.values())) if "@id" in node else _ids(list(node.values()))
    return set().union(*map(_ids, node)) if isinstance(node, list) else set()


def test_no_name_can_leave_the_script_of_a_page() -> None:
    built = of_turtle(f'<{BASE}c> a <https://schema.org/ConferenceEvent> ; <https://schema.org/name> "</script><b>" .')
    text = text_of(built, "schema-org")
    assert "<" not in text
    assert json.loads(text)["name"] == "</script><b>"


def test_an_unknown_thing_and_a_graph_without_any_are_told() -> None:
    with pytest.raises(UsageError) as caught:
        text_of(project("real").built, "schema-org", only="lourmarin-2042")
    assert "lourmarin-2024" in caught.value.message("fr")
    with pytest.raises(UsageError):
        text_of(of_turtle(f"<{BASE}a> a <https://schema.org/Person> ."), "schema-org")


def test_things_in_a_ring_are_told_all_the_same() -> None:
    ring = f"""{PREFIXES}
    <a> a kg:Session ; schema:superEvent <b> .
    <b> a kg:Session ; schema:superEvent <a> .
    <c> a schema:ConferenceEvent ."""
    assert _ids(document(of_turtle(ring))) == {f"{BASE}{name}" for name in "abc"}


# ------------------------------------------------------------------ what Google asks for

FULL = f"""@base <{BASE}> . @prefix s: <https://schema.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix conf: <https://w3id.org/scholarlydata/ontology/conference-ontology.owl#> .
@prefix org: <http://www.w3.org/ns/org#> .
<c> a s:ConferenceEvent ; s:name "C" ; s:description "D"@en ; s:startDate "2030-05-01"^^xsd:date ;
    s:endDate "2030-05-02"^^xsd:date ; s:location <hall> ; s:organizer <us> .
<hall> a s:Place ; s:name "Hall" ; s:containedInPlace <town> . <town> a s:City ; s:name "Town" .
<us> a org:Organization ; s:name "Us" ; s:url <https://example.org/> .
<ada> a s:Person ; s:name "Ada" .
<p> conf:during <c> ; conf:isHeldBy <ada> ; conf:withRole <https://w3id.org/congress-kg/role/speaker> .
"""
#: What our graph has no property for, whatever is known of a congress.
NEVER = {"eventStatus", "image", "offers", "location.address.streetAddress"}


def missing(text: str) -> dict[str, bool]:
    """The properties that are missed, and whether they are required."""
    found = made(of_turtle(text), "schema-org").findings
    assert all(set(finding.texts) == {"en", "fr"} for finding in found)
    assert {finding.thing for finding in found} == {f"{BASE}c"}
    return {finding.texts["en"].partition(":")[0]: finding.required for finding in found}


def test_of_a_full_congress_only_that_is_missed_for_which_the_graph_has_no_place() -> None:
    assert missing(FULL) == dict.fromkeys(NEVER, False)


@pytest.mark.parametrize(
    ("cut", "gone", "required"),
    [
        ('s:name "C" ; ', "name", True),
        ('s:startDate "2030-05-01"^^xsd:date ;', "startDate", True),
        ("s:location <hall> ; ", "location", True),
        (" ; s:containedInPlace <town>", "location.address", True),
        ('s:description "D"@en ; ', "description", False),
        ('s:endDate "2030-05-02"^^xsd:date ; ', "endDate", False),
        (" ; s:organizer <us>", "organizer", False),
        (" ; s:url <https://example.org/>", "organizer.url", False),
        ("<p> conf:during <c>", "performer", False),
    ],
)
def test_each_property_that_google_wants_is_missed(cut: str, gone: str, required: bool) -> None:
    assert cut in FULL
    found = missing(FULL.replace(cut, "<p> conf:during <other>" if cut.startswith("<p>") else ""))
    assert found.pop(gone) is required
    assert set(found) <= NEVER | {"location.address", "location.name", "organizer.url"}


def test_a_year_is_no_date_for_google() -> None:
    assert missing(FULL.replace('"2030-05-01"^^xsd:date', '"2030"^^xsd:gYear'))["startDate"] is True


def test_parts_of_an_event_are_not_asked_for_dates_of_their_own() -> None:
    session = "<c/s> a <https://w3id.org/congress-kg/ontology#Session> ; s:superEvent <c> ."
    assert missing(FULL + session) == dict.fromkeys(NEVER, False)


def test_required_comes_first_and_only_the_chosen_congress_is_asked() -> None:
    found = made(project("demo").built, "schema-org").findings
    assert [f.required for f in found if f.thing.endswith("2027")][:2] == [True, True]
    alone = made(project("demo").built, "schema-org", only="gardiens-imaginaires-2025").findings
    assert {f.thing for f in alone} == {f"{BASE}gardiens-imaginaires-2025"}


def test_the_shape_names_its_source() -> None:
    (file,) = (ONTOLOGY.folder / "export").glob("*.ttl")
    text = file.read_text(encoding="utf-8")
    assert "# https://developers.google.com/search/docs/appearance/structured-data/event" in text
