from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.dossier import read_dossier
from kg.errors import ProductError
from kg.layout import Box, Position, arrange, box_of, overlaps, text_width, wrap
from kg.network import project, reach
from kg.ontology import Ontology
from kg.prefixes import RDF
from kg.view import Filter, View, load_views, read_view

from .conftest import ID, Sample, prove, triples

MINIMAL = """
title: {fr: a, en: b}
description: {fr: a, en: b}
types:
  rest: {label: {fr: a, en: b}, color: ["#000000", "#ffffff"], shape: dot}
links:
  rest: {color: ["#000000", "#ffffff"]}
"""
QUERY = "SELECT ?source ?link ?target WHERE { ?source ?link ?target . FILTER(isIRI(?target)) }"


def view_named(views: tuple[View, ...], name: str) -> View:
    return next(view for view in views if view.name == name)


def test_the_default_view_comes_first(views: tuple[View, ...]) -> None:
    assert [view.name for view in views] == ["speakers", "together", "organisations", "sessions", "everything"]


def test_speakers_with_parallel_links(sample: Sample, ontology: Ontology, views: tuple[View, ...]) -> None:
    graph = project(views[0], sample.store, ontology)
    posts = graph.get_edge_data(ID + "aelig-oderic", ID + "commune-port-elan")
    assert sorted(link["notes"] for link in posts.values()) == [
        ("Directeur des bibliothèques",),
        ("délégué à la lecture",),
    ]
    assert {link["scopes"] for link in posts.values()} == {(ID + "rencontre-2025/horaires",)}
    assert graph.number_of_edges(ID + "jonas-brun", ID + "rencontre-2025/horaires") == 2
    assert dict(graph.nodes[ID + "jonas-brun"]) == {"type": "person", "ring": 2, "scopes": ()}
    assert graph.degree(ID + "paul-sans-poste") == 1, "who is given no organisation has none"
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (13, 14)


def test_everything_has_each_thing_and_each_link(sample: Sample, ontology: Ontology, views: tuple[View, ...]) -> None:
    graph = project(view_named(views, "everything"), sample.store, ontology)
    typed = sample.store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), None)
    things = {quad.subject.value for quad in typed if isinstance(quad.subject, ox.NamedNode)}
    between = [f for f in sample.facts if isinstance(f.object, ox.NamedNode) and f.object.value in things]
    assert set(graph) == things
    assert graph.number_of_edges() == len(between)
    words = {key for _, _, key in graph.edges(keys=True)}
    assert "conf:isHeldBy" in words
    assert all(link["labels"]["fr"] for _, _, link in graph.edges(data=True))


def test_the_order_of_facts_does_not_matter(sample: Sample, ontology: Ontology, views: tuple[View, ...]) -> None:
    shuffled = triples()
    random.Random(7).shuffle(shuffled)
    other = prove(shuffled, ontology)
    for view in views:
        one, two = project(view, sample.store, ontology), project(view, other.store, ontology)
        assert list(one.nodes(data=True)) == list(two.nodes(data=True))
        assert list(one.edges(keys=True, data=True)) == list(two.edges(keys=True, data=True))
        boxes = {node: Box(40, 10, 30) for node in one}
        assert arrange(one, boxes) == arrange(two, boxes)


def test_a_session_keeps_who_sat_in_it(sample: Sample, ontology: Ontology, views: tuple[View, ...]) -> None:
    for view in views:
        graph = project(view, sample.store, ontology)
        around = set(reach(graph, view.filters[0])[ID + "rencontre-2025/reseaux"])
        there = {ID + "ines-carlier", ID + "gendarmerie", ID + "paul-sans-poste"} & set(graph)
        assert len(there) > 0
        assert there <= around
        assert not {ID + "jonas-brun", ID + "universite"} & around


def test_reach_stops_at_types_it_may_not_pass(sample: Sample, ontology: Ontology, views: tuple[View, ...]) -> None:
    graph = project(view_named(views, "everything"), sample.store, ontology)
    near = reach(graph, Filter("session", {}, ()))[ID + "rencontre-2025/cloture"]
    assert ID + "p6" in near
    assert ID + "marthe-vasseur" not in near


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("shape: dot", "shape: blob"), "shape: one of"),
        (('"#000000", "#ffffff"]', '"#000000"]'), "color"),
        (("title: {fr: a, en: b}", "title: {fr: a}"), "title: a text is wanted"),
        (("description:", "describe:"), "unknown key describe"),
        (("shape: dot", "shape: dot, ring: yes"), "ring: a number"),
        (("shape: dot", "shape: dot, classes: [a:B]"), "exactly one type without classes"),
        (("links:", "filters: [{type: x, label: {fr: a, en: b}}]\nlinks:"), "type: one of rest"),
        (("links:", "filters: [{type: rest, label: {fr: a, en: b}, through: [x]}]\nlinks:"), "no such type: x"),
        (("links:", "links: ]"), "expected"),
        ((MINIMAL, "- a"), "a mapping is wanted"),
    ],
)
def test_a_wrong_view_names_its_fault(change: tuple[str, str], why: str) -> None:
    assert read_view(MINIMAL, QUERY, "mine").order == 50
    with pytest.raises(ProductError) as caught:
        read_view(MINIMAL.replace(*change), QUERY, "mine")
    assert "mine.yaml" in caught.value.message("en")
    assert why in caught.value.message("fr")


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT ?source WHERE {", "expected"),
        ("ASK { ?s ?p ?o }", "a SELECT is wanted"),
        ("SELECT ?source WHERE { ?source ?p ?o }", "?target"),
        ("SELECT ?source ?link ?target WHERE { ?source ?link ?target }", "where a node is wanted"),
    ],
)
def test_a_wrong_query_names_its_fault(query: str, why: str, sample: Sample, ontology: Ontology) -> None:
    with pytest.raises(ProductError) as caught:
        project(read_view(MINIMAL, query, "mine"), sample.store, ontology)
    assert why in caught.value.message("en")
    assert "mine.rq" in caught.value.message("en")


def test_a_link_without_a_type_is_a_fault(sample: Sample, ontology: Ontology) -> None:
    view = replace(read_view(MINIMAL, QUERY, "mine"), links={})
    with pytest.raises(ProductError, match="no link type"):
        project(view, sample.store, ontology)


def test_a_folder_without_views_or_with_half_a_view(tmp_path: Path) -> None:
    with pytest.raises(ProductError, match="there is no view"):
        load_views(tmp_path)
    (tmp_path / "half.yaml").write_text(MINIMAL, encoding="utf-8")
    with pytest.raises(ProductError, match="half"):
        load_views(tmp_path)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""

    def light(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_marks_can_be_told_from_the_page_and_from_each_other(views: tuple[View, ...]) -> None:
    for view in views:
        looks = [(kind.shape, kind.color) for kind in view.types.values()]
        assert len(set(looks)) == len(looks)
        for _, (on_light, on_dark) in looks:
            assert contrast(on_light, "#ffffff") >= 4.5
            assert contrast(on_dark, "#1b1f27") >= 4.5
    speakers = list(views[0].types.values())
    assert len({kind.shape for kind in speakers}) == len(speakers), "shapes alone tell the types apart"


# -- layout ---------------------------------------------------------------------------------------------------


def boxes_of(view: View, store: ox.Store, ontology: Ontology) -> tuple[dict[str, Position], dict[str, Box]]:
    graph, things = project(view, store, ontology), read_dossier(store, ontology).things
    kinds = {node: view.types[kind] for node, kind in graph.nodes(data="type")}
    boxes = {
        node: box_of(kind.size, [wrap(text, kind.width, kind.lines) for text in things[node].labels.values()])
        for node, kind in kinds.items()
    }
    return arrange(graph, boxes), boxes


def test_no_labels_overlap(real: object, sample: Sample, ontology: Ontology, views: tuple[View, ...]) -> None:
    for store in (sample.store, real.store()):  # type: ignore[attr-defined] # the session's Graph, see tests/conftest.py
        for view in views:
            positions, boxes = boxes_of(view, store, ontology)
            assert overlaps(positions, boxes) == []
            assert len(set(positions.values())) == len(positions)


def test_overlaps_are_found() -> None:
    boxes = dict.fromkeys("abc", Box(10, 5, 5))
    spots = {"a": Position(0, 0), "b": Position(19, 9), "c": Position(40, 0)}
    assert overlaps(spots, boxes) == [("a", "b")]


def test_rings_lie_round_the_centre(sample: Sample, ontology: Ontology, views: tuple[View, ...]) -> None:
    graph = project(views[0], sample.store, ontology)
    positions, _ = boxes_of(views[0], sample.store, ontology)
    assert positions[ID + "rencontre-2025"] == Position(0, 0)

    def distance(ring: int) -> float:
        far = [(p.x / 1.7) ** 2 + p.y**2 for n, p in positions.items() if graph.nodes[n]["ring"] == ring]
        return sum(far) / len(far)

    assert distance(1) < distance(2) < distance(3)


def test_an_empty_drawing_has_no_positions() -> None:
    import networkx as nx

    assert arrange(nx.MultiDiGraph(), {}) == {}


def test_labels_are_wrapped_and_cut() -> None:
    assert wrap("", 100, 3) == []
    assert wrap("un mot", 100, 0) == []
    assert wrap("Châteauneuf-les-Martigues", 150, 2) == ["Châteauneuf-les-", "Martigues"]
    assert wrap("Ouvrir tard : pour qui", 85, 3) == ["Ouvrir", "tard : pour", "qui"]
    long = wrap("un deux trois quatre cinq six sept huit", 80, 2)
    assert len(long) == 2
    assert long[-1].endswith("…")
    assert all(text_width(line) <= 80 for line in long)
    assert wrap("anticonstitutionnellement", 80, 1)[0].endswith("…")
