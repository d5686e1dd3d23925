"""The demonstration: complete, proven, labelled as invented, apart from the real facts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg.check import Checked, check
from kg.config import Settings, load_settings
from kg.verify import proofs, verify

ROOT = Path(__file__).resolve().parents[1]
DEMO = Settings(facts="data/demo/facts", sources="data/demo/sources")
SOURCE = next((ROOT / DEMO.sources).glob("*.txt"))


@pytest.fixture(scope="module")
def demo() -> Checked:
    return check(DEMO, ROOT)


def test_the_text_is_labelled_and_of_the_length_of_a_report() -> None:
    text = SOURCE.read_text(encoding="utf-8")
    assert text.startswith("TEXTE INVENTÉ")
    assert "imaginaire" in SOURCE.name
    assert 500 <= len(text.split()) <= 800
    (facts,) = (ROOT / DEMO.facts).rglob("*.yaml")
    head = facts.read_text(encoding="utf-8")[:800]
    assert "tout est inventé" in head
    assert "everything is invented" in head


def test_every_fact_is_proven_by_a_short_passage(demo: Checked) -> None:
    assert demo.problems == ()
    assert verify(demo.graph, demo.sources) == []
    found = list(proofs(demo.graph, demo.ontology, demo.sources, "fr"))
    lengths = sorted(len(words) for proof in found for _, words in proof.passages if words)
    assert len(found) > 300
    assert lengths[len(lengths) // 2] <= 120
    assert lengths[-1] <= 400


def test_what_is_inferred_or_could_be_read_otherwise_says_so_in_both_languages(demo: Checked) -> None:
    facts = [mapped.fact for file in demo.graph.files for mapped in file.facts]
    for texts in ({f.standing.inferred for f in facts}, {f.standing.reading for f in facts}):
        given = texts - {()}
        assert len(given) >= 3
        assert all([tag for tag, _ in each] == ["en", "fr"] for each in given)
    assert {"asserted", "inferred", "proposed"} <= {f.standing.status for f in facts}


def test_it_shows_what_a_report_may_hold(demo: Checked) -> None:
    said = {(m.fact.field.key, str(m.fact.value)) for file in demo.graph.files for m in file.facts}
    roles = {value for key, value in said if key == "role"}
    assert {"speaker", "moderator", "absent", "award-winner", "jury-member", "exhibitor", "signatory"} <= roles
    assert {"about", "exact", "at-least"} == {value for key, value in said if key == "quantifier"}
    assert len({value for key, value in said if key == "kind"}) >= 8
    assert {"in-place-of", "simultaneous", "whole", "previous", "formerly", "signatories"} <= {key for key, _ in said}
    sections = {thing.shape.section for file in demo.graph.files for thing in file.file.things}
    assert {"agreements", "figures", "quotations", "statements", "photographs"} <= sections


def test_its_words_may_be_published(demo: Checked) -> None:
    text = demo.graph.evidence_turtle()
    assert "oa:exact" in text
    assert "la patience" in text


def test_every_name_in_the_text_is_in_the_facts(demo: Checked) -> None:
    """What looks like a name of a person or an organisation has been written down."""
    text = " ".join(SOURCE.read_text(encoding="utf-8").partition("\n\n")[2].split())
    names = {
        mapped.fact.text()
        for file in demo.graph.files
        for mapped in file.facts
        if mapped.fact.field.key in ("name", "acronym", "title", "headline", "theme")
    }
    known = " ".join(names)
    pairs = set(re.findall(r"\b[A-ZÉ][a-zéèëïôÉ]+ [A-ZÉ][a-zéèëïô]+(?:-[A-ZÉ][a-zéèëïô]+)*\b", text))
    assert len(pairs) >= 14
    assert sorted(pair for pair in pairs if pair not in known and not pair.startswith(("Le ", "La "))) == []


def test_it_never_mixes_with_the_real_graph(demo: Checked, checked: Checked) -> None:
    def ids(result: Checked) -> set[str]:
        return {thing.id for file in result.graph.files for thing in file.file.things}

    assert not ids(demo) & ids(checked)
    settings = load_settings(ROOT)
    assert not (ROOT / DEMO.facts).is_relative_to(ROOT / settings.facts)
    assert "imaginaire" not in checked.graph.turtle()
