from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kg import render
from kg.dossier import read_dossier
from kg.errors import ProductError
from kg.messages import LANGUAGES, catalogue
from kg.network import project
from kg.ontology import Ontology
from kg.prefixes import DCTERMS
from kg.view import View

from .conftest import ID, Sample, prove, triples

ROOT = Path(__file__).resolve().parents[2]


def data_of(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.fixture(scope="module")
def data(html: str) -> Any:
    return data_of(html)


def test_the_page_is_one_small_file(html: str) -> None:
    assert len(html.encode("utf-8")) < 800_000
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', html.partition("<script")[0]) == []
    assert "<script src" not in html
    assert "@import" not in html


def test_the_policy_admits_exactly_our_scripts_and_style(html: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    allowed = set(re.findall(r"sha256-([A-Za-z0-9+/=]+)", policy[1]))
    parts = [text for _, text in re.findall(r"<(script|style)>(.*?)</\1>", html, re.DOTALL)]
    hashes = {base64.b64encode(hashlib.sha256(part.encode("utf-8")).digest()).decode() for part in parts}
    assert len(parts) == 3
    assert allowed == hashes
    assert "default-src 'none'" in policy[1].replace("&#39;", "'")
    assert "unsafe" not in policy[1]
    assert not re.search(r"\son\w+=", html.partition("<script")[0])


def test_vis_network_is_the_file_that_was_checked(monkeypatch: pytest.MonkeyPatch, sample: Sample) -> None:
    raw = files("pyvis").joinpath(render.VIS_FILE).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == render.VIS_SHA256
    monkeypatch.setattr(render, "VIS_SHA256", "0" * 64)
    with pytest.raises(ProductError) as caught:
        render.page(sample.store, render_ontology(), [])
    assert "vis-network.min.js" in caught.value.message("fr")


def render_ontology() -> Ontology:
    from kg.ontology import load_ontology

    return load_ontology()


def test_every_link_of_each_view_is_in_the_page(
    data: Any, sample: Sample, ontology: Ontology, views: tuple[View, ...]
) -> None:
    for drawn, view in zip(data["views"], views, strict=True):
        graph = project(view, sample.store, ontology)
        iris = [thing["iri"] for thing in data["things"]]
        assert {iris[node["id"]] for node in drawn["nodes"]} == set(graph)
        pairs = Counter((iris[edge["from"]], iris[edge["to"]], edge["link"]) for edge in drawn["edges"])
        assert pairs == Counter((a, b, link["link"]) for a, b, link in graph.edges(data=True))
        assert [edge["id"] for edge in drawn["edges"]] == list(range(len(drawn["edges"])))


def test_parallel_links_are_drawn_apart(data: Any) -> None:
    groups: dict[tuple[int, ...], list[str]] = {}
    for edge in data["views"][0]["edges"]:
        groups.setdefault(tuple(sorted((edge["from"], edge["to"]))), []).append(json.dumps(edge["smooth"]))
    several = [bends for bends in groups.values() if len(bends) > 1]
    assert len(several) == 2
    assert all(len(set(bends)) == len(bends) for bends in several)
    assert all(bends == ["false"] for bends in groups.values() if len(bends) == 1)


def test_every_fact_is_in_the_page_with_its_evidence(data: Any, sample: Sample) -> None:
    iris = [thing["iri"] for thing in data["things"]]
    told = Counter((iris[s], iris[o] if isinstance(o, int) else (o["v"], o.get("l"))) for s, _, o, _ in data["facts"])
    wanted = Counter(
        (t.subject.value, t.object.value if isinstance(t.object, ox.NamedNode) else (t.object.value, t.object.language))
        for t in sample.facts
        if isinstance(t.subject, ox.NamedNode) and isinstance(t.object, ox.NamedNode | ox.Literal)
    )
    assert told == wanted
    words = {
        data["spans"][at]["words"] for *_, proofs in data["facts"] for p in proofs for at in data["proofs"][p]["spans"]
    }
    assert words == set(sample.passages.values())


def test_labels_are_words_in_both_languages(data: Any) -> None:
    for entry in data["properties"]:
        for side in ("label", "inverse"):
            assert set(entry[side]) == set(LANGUAGES) or (side == "inverse" and not entry[side]), entry
            assert not re.search(r"[a-z][A-Z]", "".join(entry[side].values())), entry
    for thing in data["things"]:
        if "unnamed" in thing:
            assert set(thing["label"]) == set(LANGUAGES)
    assert all(set(texts) == set(LANGUAGES) for texts in catalogue("page").values())


def test_a_nameless_thing_is_described_by_what_it_links(sample: Sample, ontology: Ontology) -> None:
    things = read_dossier(sample.store, ontology).things
    assert things[ID + "p6"].labels["fr"] == "conférencier : Marthe Vasseur-Le Goff · La bibliothèque sans murs"
    assert things[ID + "mot-1"].labels["en"].startswith("quotation: Evening hours cost little")
    assert things[ID + "alec"].labels == {"fr": "Association des lecteurs de la côte"}


def test_words_of_a_free_source_come_from_the_evidence(sample: Sample, ontology: Ontology) -> None:
    spans = read_dossier(sample.store, ontology).spans
    assert {span.words for span in spans.values()} == {""}
    first = min(spans)
    quote, name = ox.NamedNode(f"{first}/quote"), ox.NamedNode("https://w3id.org/congress-kg/ontology#evidence")
    oa = "http://www.w3.org/ns/oa#"
    sample.store.add(ox.Quad(ox.NamedNode(first), ox.NamedNode(oa + "hasSelector"), quote, name))
    sample.store.add(ox.Quad(quote, ox.NamedNode(oa + "exact"), ox.Literal("les mots"), name))
    try:
        assert read_dossier(sample.store, ontology).spans[first].words == "les mots"
    finally:
        sample.store.remove(ox.Quad(ox.NamedNode(first), ox.NamedNode(oa + "hasSelector"), quote, name))
        sample.store.remove(ox.Quad(quote, ox.NamedNode(oa + "exact"), ox.Literal("les mots"), name))


def test_two_builds_are_one(html: str, ontology: Ontology, views: tuple[View, ...]) -> None:
    again = prove(reversed(triples()), ontology)
    assert render.page(again.store, ontology, views, passages=again.passages) == html


def test_neither_hash_seed_nor_locale_shows(tmp_path: Path) -> None:
    code = (
        "import sys; from tests.page.conftest import prove, triples; from kg.ontology import load_ontology\n"
        "from kg.view import load_views; from kg.config import find_data; from kg.render import page\n"
        "import hashlib; o = load_ontology(); s = prove(triples(), o)\n"
        "text = page(s.store, o, load_views(find_data('views')), passages=s.passages)\n"
        "sys.stdout.write(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    found = set()
    for seed, locale in (("1", "C"), ("2", "C.UTF-8")):
        extra = {"PYTHONHASHSEED": seed, "LC_ALL": locale, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        environment = {**os.environ, **extra}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, check=True
        )
        found.add(done.stdout)
    assert len(found) == 1


def test_title_and_language_may_be_given(sample: Sample, ontology: Ontology, views: tuple[View, ...]) -> None:
    html = render.page(sample.store, ontology, views, title={"fr": "Mien", "en": "Mine"}, lang="en")
    assert '<html lang="en">' in html
    assert "<title>Mine</title>" in html
    assert data_of(html)["languages"] == ["en", "fr"]


def test_without_one_centre_the_title_is_general(ontology: Ontology, views: tuple[View, ...]) -> None:
    html = render.page(ox.Store(), ontology, views)
    assert "<title>Graphe de connaissances</title>" in html


def test_the_evidence_dates_its_source(data: Any) -> None:
    iris = [thing["iri"] for thing in data["things"]]
    assert [(iris[thing], date["v"]) for thing, date in data["dated"]] == [(ID + "report-2025", "2025-03-14")]
    assert DCTERMS + "issued" not in iris


def test_data_cannot_leave_its_block(sample: Sample, ontology: Ontology, views: tuple[View, ...]) -> None:
    bad = "</script><!--\u2028&amp;<script>"
    view = replace(views[0], titles={"fr": bad, "en": bad})
    html = render.page(sample.store, ontology, [view], title={"fr": bad})
    block = html.partition('id="data">')[2].partition("</script>")[0]
    assert not set("<>&\u2028\u2029") & set(block)
    assert json.loads(block)["views"][0]["title"]["fr"] == bad
    assert "<title>&lt;/script&gt;" in html
