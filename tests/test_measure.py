"""Measures against small graphs whose answers were worked out by hand, and the sentences that tell them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox
import pytest

from kg.config import find_data
from kg.dossier import read_dossier
from kg.errors import ProductError
from kg.finding import Finding, findings, study
from kg.graph import Graph
from kg.measure import Bridge, Cut, Measures, communities, measure, simple
from kg.messages import LANGUAGES
from kg.network import kinds_of, project
from kg.ontology import load_ontology
from kg.view import View, load_views, read_view

ROOT = Path(__file__).resolve().parents[1]
VIEW = """
title: {fr: a, en: b}
description: {fr: a, en: b}
types:
  one: {classes: ["x:One"], label: {fr: Personnes, en: People}, color: ["#000000", "#ffffff"], shape: dot}
  two: {classes: ["x:Two"], label: {fr: Lieux, en: Places}, color: ["#000000", "#ffffff"], shape: square}
  rest: {label: {fr: Autres, en: Others}, color: ["#000000", "#ffffff"], shape: star}
links:
  rest: {color: ["#000000", "#ffffff"]}
measures:
  among: [one, two]
  kinds: {label: {fr: natures, en: kinds}, paths: {one: "x:kind"}}
"""
QUERY = "SELECT ?source ?link ?target WHERE { ?source ?link ?target }"


def graph(links: Iterable[str], alone: str = "", two: str = "", rest: str = "") -> Any:
    """A network of letters: "ab" is a link from a to b; the letters in ``two`` and ``rest`` have these types."""
    found: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in sorted({*"".join(links), *alone}):
        kind = "two" if node in two else "rest" if node in rest else "one"
        found.add_node(node, type=kind, ring=0, scopes=())
    for place, ends in enumerate(links):
        found.add_edge(ends[0], ends[1], key=str(place), link="rest")
    return found


def measured(links: Iterable[str], kinds: Mapping[str, Sequence[str]] | None = None, **types: str) -> Measures:
    return measure(graph(links, **types), ("one", "two"), kinds)


def told(measures: Measures, lang: str = "en") -> dict[str, list[str]]:
    """The sentences by measure; a node's name is its letter in capitals."""
    names = {node: {"en": node.upper()} for node in measures.types}
    found: dict[str, list[str]] = {}
    for finding in findings(view(), measures, {"k": {"en": "kay", "fr": "ka"}}):
        found.setdefault(finding.measure, []).append(finding.text(lang, names))
    return found


def view() -> View:
    return read_view(VIEW, QUERY, "mine")


# A path a–b–c–d–e, with two links between a and b.
PATH = ["ab", "ba", "bc", "cd", "de"]
# Two triangles a b c and d e f, joined by the link c–d.
TRIANGLES = ["ab", "bc", "ca", "de", "ef", "fd", "cd"]


def test_degree_counts_neighbours_and_links_count_links() -> None:
    found = measured(PATH)
    assert found.degree == {"a": 1, "b": 2, "c": 2, "d": 2, "e": 1}
    assert found.links == {"a": 2, "b": 3, "c": 2, "d": 2, "e": 1}
    assert found.pairs == 4


def test_betweenness_of_a_path() -> None:
    # Of the six pairs of others, b lies between a and each of c, d, e; c between a and d, a and e, b and d, b and e.
    assert measured(PATH).betweenness == {"a": 0, "b": 0.5, "c": round(4 / 6, 9), "d": 0.5, "e": 0}


def test_pieces_are_told_apart_largest_first() -> None:
    found = measured(["ab", "bc", "de"], alone="f")
    assert found.components == (("a", "b", "c"), ("d", "e"), ("f",))


def test_communities_of_two_triangles() -> None:
    assert measured(TRIANGLES).communities == (("a", "b", "c"), ("d", "e", "f"))
    assert measured(TRIANGLES).within == dict.fromkeys("abcdef", 2)
    assert communities(simple(graph([], alone="ab"))) == (("a",), ("b",))


def test_parallel_links_weigh_in_communities() -> None:
    square = ["ab", "bc", "cd", "da"]
    assert communities(simple(graph([*square, *["ab"] * 5, *["cd"] * 5]))) == (("a", "b"), ("c", "d"))
    assert communities(simple(graph([*square, *["bc"] * 5, *["da"] * 5]))) == (("a", "d"), ("b", "c"))


def test_cut_points_tell_how_many_they_hold() -> None:
    assert measured(PATH).cuts == {"b": Cut(2, 1), "c": Cut(2, 2), "d": Cut(2, 1)}
    assert measured(["ax", "bx", "cx"]).cuts == {"x": Cut(3, 2)}
    assert measured(["ab", "bc", "ca"]).cuts == {}


def test_bridges_are_between_kinds_that_share_nothing() -> None:
    kinds = {"a": ["k"], "b": ["k"], "c": ["k", "m"], "d": ["n"], "e": ["n"], "f": ["n"]}
    assert measured(TRIANGLES, kinds).bridges == (Bridge(("c", "d"), 3),)
    assert measured(TRIANGLES, {**kinds, "d": ["m"]}).bridges == ()
    assert measured(TRIANGLES, {"c": ["k"]}).bridges == (), "an end without kinds is no other kind"
    # In the path a–b–c, b stands apart from both; either link alone holds one node.
    assert measured(["ab", "bc"], {"a": ["k"], "b": ["m"], "c": ["k"]}).bridges == (
        Bridge(("a", "b"), 1),
        Bridge(("b", "c"), 1),
    )


def test_kinds_of_a_node_and_of_those_around_it() -> None:
    found = measured(["ab", "ac"], {"a": ["k"], "b": ["m", "n"], "c": ["k"]})
    assert found.kinds == {"a": ("k",), "b": ("m", "n"), "c": ("k",)}
    assert found.near == {"a": ("k", "m", "n"), "b": ("k",), "c": ("k",)}


def test_what_is_not_measured_is_left_out_and_loops_count_for_nothing() -> None:
    found = measured(["ax", "bx", "ab", "aa"], rest="x")
    assert found.types == {"a": "one", "b": "one"}
    assert found.degree == {"a": 1, "b": 1}
    assert found.links == {"a": 1, "b": 1}


def test_measures_are_those_of_networkx_on_a_known_network() -> None:
    club = nx.karate_club_graph()
    names = {node: f"{node:02}" for node in club}
    links: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in club:
        links.add_node(names[node], type="one", ring=0, scopes=())
    for place, (a, b) in enumerate(club.edges()):
        links.add_edge(names[a], names[b], key=str(place), link="rest")
    found = measure(links, ("one",))
    assert found.degree["33"] == 17
    assert round(found.betweenness["00"], 3) == 0.438, "as published for this network"
    assert max(found.betweenness, key=lambda node: found.betweenness[node]) == "00"
    assert list(found.cuts) == ["00"]
    assert [len(group) for group in found.communities] == [17, 9, 8]


# -- sentences


def test_the_plain_sentences_of_a_path() -> None:
    said = told(measured(PATH))
    assert said["size"] == ["5 nodes, 4 pairs of them linked directly [40% of all possible pairs]."]
    assert said["components"] == ["The network holds together: from each node all others can be reached [1 piece]."]
    assert said["degree"] == ["Among people, B, C and D are linked to the most others, in a tie [2 each]."]
    assert said["betweenness"] == ["Among people, C lies most often on the shortest way between two others [67%]."]
    assert said["cuts"] == [
        "C holds the most together: without this node, 2 nodes would be cut off from the others [cut points: 3]."
    ]
    assert "communities" not in said, "five nodes form no groups"


def test_the_same_in_french() -> None:
    said = told(measured(PATH), "fr")
    assert said["size"] == ["5 nœuds, 4 paires de nœuds liés directement [40\u00a0% des paires possibles]."]
    assert said["degree"] == [
        "Parmi les personnes, ce sont B, C et D qui ont des liens avec le plus d’autres, à égalité [2]."
    ]
    assert said["cuts"][0].startswith(
        "C’est C qui tient le plus de nœuds ensemble : sans ce nœud, 2 nœuds seraient coupés"
    )
    assert said["cuts"][0].endswith("[points de coupure : 3].")


def test_groups_pieces_and_lone_nodes() -> None:
    said = told(measured(TRIANGLES, alone="gh"))
    assert said["components"] == [
        "The network is in pieces that do not touch; the largest, with 6 nodes, has A, B, C, D, E and F [3 pieces].",
        "G and H stand without any link here [2].",
    ]
    assert said["communities"] == [
        "Groups form, more closely linked within than with the rest: around C (3 nodes) and D (3 nodes) [2 groups]."
    ]
    apart = told(measured(TRIANGLES[:-1]))
    assert apart["components"][0].endswith("the largest have 3 nodes each [2 pieces].")
    assert apart["communities"] == ["Each piece is one group: within a piece, no closer group stands out [2]."]
    assert apart["betweenness"] == ["There is no go-between: all that can reach each other are linked directly [0%]."]
    assert apart["cuts"][0].startswith("Nothing hangs on one node")
    assert apart["degree"] == ["Among people, all are linked to equally many others [2]."]


def test_a_large_piece_is_told_by_its_middle_and_many_names_are_counted() -> None:
    star = [f"x{leaf}" for leaf in "abcdefgh"]
    said = told(measured([*star, "yz"]))
    assert "with 9 nodes, lies around X [2 pieces]" in said["components"][0]
    alone = told(measured(["xy", "yz"], alone="abcdefgh"))
    assert alone["components"][1] == "A, B, C, D, E and 3 more stand without any link here [8]."


def test_kinds_in_words() -> None:
    said = told(measured(["ab", "ac", "ad"], {"a": ["k", "m"], "b": ["n"], "c": ["k"], "d": ["m"]}))
    assert said["kinds"] == [
        "A joins several kinds: kay, m [2].",
        "The most kinds meet around A [3].",
    ]
    assert said["bridges"] == [
        "One link alone joins two sides with different kinds: A – B [1 node on the smaller side]."
    ]


def test_types_are_compared_apart() -> None:
    said = told(measured(["ap", "bp", "cp", "cq", "dq", "dr"], two="pqr"))
    assert said["degree"] == [
        "Among people, C and D are linked to the most others, in a tie [2 each].",
        "Among places, P is linked to the most others [3].",
    ]


def test_of_a_small_network_nothing_is_said() -> None:
    for measures in (measured(["ab"]), measured([], alone="abcdef"), measured([])):
        assert told(measures) == {"size": ["This network is too small for its shape to say anything."]}


def test_what_is_left_out_is_told() -> None:
    out = read_view(VIEW.replace("among: [one, two]", "among: [one]"), QUERY, "mine")
    said = findings(out, measure(graph(PATH), out.among), {})
    assert said[1].text("fr", {}) == "Ne sont pas comptés ici : lieux."


def complete(finding: Finding) -> bool:
    """Every sentence is there in each language, whole: no blank is left, and it ends as a sentence does."""
    words = ["".join(part if isinstance(part, str) else "X" for part in finding.parts[lang]) for lang in LANGUAGES]
    return all(re.fullmatch(r"[^{}]*[.]", text) for text in words) and len(set(words)) == len(words)


def test_every_view_of_the_real_graph_is_told_in_both_languages(real: Graph) -> None:
    ontology, store = load_ontology(), real.store()
    dossier = read_dossier(store, ontology)
    seen = set()
    for each in load_views(find_data("views")):
        found = study(each, store, ontology, dossier)
        assert all(complete(finding) for finding in found.findings)
        for finding in found.findings:
            assert set(finding.nodes()) <= set(found.measures.types), "only what was measured is named"
        seen |= {finding.measure for finding in found.findings}
    assert seen == {"size", "components", "degree", "betweenness", "communities", "cuts", "kinds", "bridges"}


def test_kinds_come_by_the_path_that_the_view_gives(real: Graph) -> None:
    ontology, store = load_ontology(), real.store()
    organisations = next(each for each in load_views(find_data("views")) if each.name == "organisations")
    found = kinds_of(project(organisations, store, ontology), organisations, store, ontology)
    body, kind = "https://w3id.org/congress-kg/id/cnam", "https://w3id.org/congress-kg/kind/university"
    assert found[body] == (kind,)


def test_a_path_that_is_none_is_a_fault_of_the_view() -> None:
    bad = read_view(VIEW.replace("x:kind", "(("), QUERY, "mine")
    with pytest.raises(ProductError, match="/measures/kinds/paths/one"):
        kinds_of(graph(PATH), bad, ox.Store(), load_ontology())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("among: [one, two]", "among: [three]"), "among: no such type: three"),
        (("among: [one, two]", "among: [one]\n  rank: [two]"), "rank: no such type: two"),
        (("paths: {one:", "paths: {rest:"), "no such type among those measured: rest"),
        (('{one: "x:kind"}', "{}"), "a property path is wanted"),
        (("title:", "layout: spiral\ntitle:"), "layout: one of rings, groups"),
        (("links:", "filters: [{scopes: 3, label: {fr: a, en: b}}]\nlinks:"), "scopes: true or false"),
    ],
)
def test_a_wrong_measure_names_its_fault(change: tuple[str, str], why: str) -> None:
    with pytest.raises(ProductError, match=re.escape(why)):
        read_view(VIEW.replace(*change), QUERY, "mine")


def test_neither_hash_seed_nor_order_shows() -> None:
    code = (
        "import random, sys, networkx as nx; from kg.measure import measure; from kg.islands import arrange_groups\n"
        "from kg.layout import Box; r = random.Random(3); g = nx.MultiDiGraph()\n"
        "nodes = [f'node-{i}' for i in range(60)]; links = [(r.choice(nodes), r.choice(nodes)) for _ in range(90)]\n"
        "random.Random(int(sys.argv[1])).shuffle(nodes); random.Random(int(sys.argv[1])).shuffle(links)\n"
        "for n in nodes: g.add_node(n, type='one', ring=0, scopes=())\n"
        "for a, b in links: g.add_edge(a, b)\n"
        "m = measure(g, ('one',), {n: [n[-1]] for n in sorted(nodes)})\n"
        "print(sorted(m.betweenness.items()), m.communities, m.cuts, m.bridges, sorted(m.near.items()))\n"
        "print(arrange_groups(g, {n: Box(30, 10, 20) for n in nodes}))\n"
    )
    found = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")}
        done = subprocess.run(
            [sys.executable, "-c", code, seed], env=environment, capture_output=True, check=True, text=True
        )
        found.add(done.stdout)
    assert len(found) == 1
    assert "node-" in found.pop()
