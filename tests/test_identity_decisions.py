"""What is decided on identity: read, put into effect, taken back; contradictions told with their chain."""

from __future__ import annotations

import json
import shutil
import subprocess
from itertools import combinations
from pathlib import Path

import networkx as nx
import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.check import Checked, check
from kg.config import Settings, load_settings
from kg.errors import DataError, Place
from kg.facts import FactsFile, Standing, Thing
from kg.identity import Decision, judge, load_rules, merge
from kg.ontology import load_ontology
from kg.pipeline import build

ROOT = Path(__file__).resolve().parents[1]
BASE = "https://w3id.org/congress-kg/id/"
ONTOLOGY = load_ontology()
RULES = load_rules(ONTOLOGY)
OUTPUTS = ("graph.ttl", "graph-evidence.ttl", "network.html", "report.json", "report.md")

ONE = """
source: {id: first, type: Report, language: fr, sha256: "%s"}
people:
  - id: jean-yves-dupont
    at: [[0, 16]]
    name: Jean-Yves Dupont
    given: Jean-Yves
    memberships: [{stated: {fr: DGS}, of: sens}]
organisations:
  - {id: sens, name: Ville de Sens, at: [[20, 33]]}
sessions:
  - {id: debate, format: round-table, participations: [{who: jean-yves-dupont, role: speaker, at: [[0, 33]]}]}
""" % ("a" * 64)
TWO = """
source: {id: second, type: Report, language: fr, sha256: "%s"}
people:
  - id: j-y-dupont
    at: [[5, 19]]
    name: DUPONT J.-Y.
    given: J.-Y.
    profession: {fr: juriste}
    memberships: [{stated: {fr: DGS}, of: sens}]
sessions:
  - {id: debate, format: round-table, participations: [{who: j-y-dupont, role: speaker, at: [[1, 9]]}]}
""" % ("b" * 64)
SAME = "- {same: [jean-yves-dupont, j-y-dupont], by: Jo Curator, why: same post}\n"


def project(folder: Path, decisions: str = "", **files: str) -> Path:
    for name, text in (files or {"one": ONE, "two": TWO}).items():
        (folder / "facts").mkdir(exist_ok=True)
        (folder / "facts" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "identity.yaml").write_text(decisions, encoding="utf-8")
    return folder


def checked(folder: Path) -> Checked:
    return check(Settings(facts="facts"), folder)


def triples(graph: frozenset[ox.Triple]) -> set[tuple[str, str, str]]:
    def short(term: object) -> str:
        return str(getattr(term, "value", "")).removeprefix(BASE)

    return {(short(t.subject), t.predicate.value.replace("#", "/").rpartition("/")[2], short(t.object)) for t in graph}


def codes(folder: Path) -> list[str]:
    try:
        return [problem.code for problem in checked(folder).problems]
    except DataError as error:
        return [problem.code for problem in error.problems]


# ------------------------------------------------------------------ put into effect


def test_what_is_the_same_has_one_address_and_the_other_names_beside_its_own(tmp_path: Path) -> None:
    found = triples(checked(project(tmp_path, SAME)).graph.plain)
    assert ("jean-yves-dupont", "name", "Jean-Yves Dupont") in found
    assert ("jean-yves-dupont", "altLabel", "DUPONT J.-Y.") in found
    assert ("jean-yves-dupont", "jobTitle", "juriste") in found
    assert ("j-y-dupont", "isReplacedBy", "jean-yves-dupont") in found
    assert {p for s, p, _ in found if s == "j-y-dupont"} == {"isReplacedBy"}
    assert {s for s, p, o in found if o == "j-y-dupont"} == set()


def test_one_participation_told_by_two_sources_is_one_with_the_evidence_of_both(tmp_path: Path) -> None:
    graph = checked(project(tmp_path, SAME)).graph
    found = triples(graph.plain)
    assert {s for s, p, o in found if p == "during" and o == "debate"} == {
        "participation/jean-yves-dupont/debate/speaker"
    }
    assert {s for s, p, o in found if p == "organization"} == {"membership/jean-yves-dupont/sens/dgs"}
    assert (
        "participation/j-y-dupont/debate/speaker",
        "isReplacedBy",
        "participation/jean-yves-dupont/debate/speaker",
    ) in found
    said = {
        triple.subject
        for triple in graph.evidence
        if triple.object == ox.NamedNode(f"{BASE}participation/jean-yves-dupont/debate/speaker")
        and triple.predicate.value.endswith("#subject")
    }
    sources = {
        getattr(t.object, "value", "")
        for t in graph.evidence
        if t.subject in said and t.predicate.value.endswith("hadPrimarySource")
    }
    assert sources == {f"{BASE}first", f"{BASE}second"}


def test_each_fact_keeps_its_place_and_evidence_or_is_counted(tmp_path: Path) -> None:
    before = [m.fact for f in checked(project(tmp_path)).graph.files for m in f.facts]
    found = checked(project(tmp_path, SAME))
    after = [m.fact for f in found.graph.files for m in f.facts]
    assert found.merged.joined == 1
    assert found.merged.aside == 1, "the given name in other letters"
    assert len(before) - len(after) == found.merged.aside
    standing = {fact.place: fact.standing for fact in before}
    assert all(standing[fact.place] == fact.standing for fact in after)


def test_without_the_line_the_old_outputs_are_back_byte_for_byte(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data" / "demo", tmp_path / "demo")
    settings = Settings(facts="demo/facts", sources="demo/sources", identity="identity.yaml")
    decisions = tmp_path / "identity.yaml"
    decisions.write_text("# none yet\n", encoding="utf-8")

    def outputs() -> dict[str, bytes]:
        build(settings, tmp_path)
        return {name: (tmp_path / "output" / name).read_bytes() for name in OUTPUTS}

    before = outputs()
    decisions.write_text(
        "# none yet\n- {same: [come-vasselin, zoe-lamarque], by: Jo Curator, why: a trial}\n", encoding="utf-8"
    )
    joined = outputs()
    assert all(joined[name] != before[name] for name in OUTPUTS)
    assert json.loads(joined["report.json"])["identity"]["joined"] == 1
    decisions.write_text("# none yet\n", encoding="utf-8")
    assert outputs() == before


def test_an_empty_file_of_decisions_changes_no_graph(tmp_path: Path) -> None:
    project(tmp_path, "# nothing decided\n")
    with_file = checked(tmp_path).graph
    (tmp_path / "data" / "identity.yaml").unlink()
    assert checked(tmp_path).graph.turtle() == with_file.turtle()


def test_of_what_nobody_can_tell_each_points_to_the_other(tmp_path: Path) -> None:
    found = triples(checked(project(tmp_path, SAME.replace("same:", "unsure:"))).graph.plain)
    assert ("jean-yves-dupont", "closeMatch", "j-y-dupont") in found
    assert ("j-y-dupont", "closeMatch", "jean-yves-dupont") in found
    assert ("j-y-dupont", "name", "DUPONT J.-Y.") in found


def test_what_is_different_or_only_proposed_changes_nothing(tmp_path: Path) -> None:
    plain = checked(project(tmp_path)).graph.turtle()
    for verdict in ("different", "proposed"):
        assert checked(project(tmp_path, SAME.replace("same:", f"{verdict}:"))).graph.turtle() == plain


def test_a_name_that_is_the_same_remains_a_name(tmp_path: Path) -> None:
    facts = "people:\n  - {id: ada, name: Ada Exemple}\n  - {id: ada-2, name: Ada Exemple, alias: Dada}\n"
    project(tmp_path, "- {same: [ada, ada-2], by: Jo, why: one}\n", one=facts)
    found = triples(checked(tmp_path).graph.plain)
    assert {(p, o) for s, p, o in found if s == "ada" and p != "type"} == {
        ("name", "Ada Exemple"),
        ("altLabel", "Dada"),
    }


def test_when_the_one_that_stays_has_no_name_that_of_the_other_is_its_name(tmp_path: Path) -> None:
    facts = "people:\n  - {id: deputy, description: {en: A deputy.}}\n  - {id: ada, name: Ada Exemple}\n"
    project(tmp_path, "- {same: [deputy, ada], by: Jo, why: one}\n", one=facts)
    assert ("deputy", "name", "Ada Exemple") in triples(checked(tmp_path).graph.plain)


def test_topics_and_their_labels_can_be_one_too(tmp_path: Path) -> None:
    facts = "topics:\n  - {id: ia, label: {fr: IA}}\n  - {id: ai, label: {en: AI, fr: intelligence artificielle}}\n"
    project(tmp_path, "- {same: [ia, ai], by: Jo, why: one}\n", one=facts)
    found = triples(checked(tmp_path).graph.plain)
    assert {o for s, p, o in found if s == "ia" and p == "altLabel"} == {"AI", "intelligence artificielle"}


def test_the_one_that_stays_is_never_one_that_a_line_puts_behind_another(tmp_path: Path) -> None:
    people = "people:\n" + "".join(f"  - {{id: p{n}, name: P{n} Exemple}}\n" for n in range(4))
    lines = ["- {same: [p1, p2], by: Jo, why: x}", "- {same: [p0, p1], by: Jo, why: x}"]
    for order in (lines, lines[::-1]):
        project(tmp_path, "\n".join(order) + "\n", one=people)
        found = triples(checked(tmp_path).graph.plain)
        assert {(s, o) for s, p, o in found if p == "isReplacedBy"} == {("p1", "p0"), ("p2", "p0")}


# ------------------------------------------------------------------ withheld


@pytest.mark.parametrize("name", ["jean-yves-dupont", "j-y-dupont"])
def test_who_is_withheld_is_withheld_under_each_id(tmp_path: Path, name: str) -> None:
    project(tmp_path, SAME)
    (tmp_path / "facts" / "three.yaml").write_text(
        "memberships:\n  - {id: j-y-dupont/elsewhere, member: j-y-dupont, stated: {fr: maire}}\n"
        "people:\n  - {id: bo, name: Bo Exemple, profession: {fr: adjointe de J.-Y. Dupont}}\n",
        encoding="utf-8",
    )
    (tmp_path / "withheld.yaml").write_text(f"{name}\n", encoding="utf-8")
    build(Settings(facts="facts"), tmp_path)
    for output in OUTPUTS:
        text = (tmp_path / "output" / output).read_text(encoding="utf-8").lower()
        assert "dupont" not in text.replace('"facts/', ""), output
        assert "bo exemple" in text or output.startswith("report")


def test_what_is_unsure_about_somebody_withheld_is_not_told(tmp_path: Path) -> None:
    project(tmp_path, SAME.replace("same:", "unsure:"))
    (tmp_path / "withheld.yaml").write_text("j-y-dupont\n", encoding="utf-8")
    found = triples(checked(tmp_path).graph.plain)
    assert ("jean-yves-dupont", "closeMatch", "j-y-dupont") not in found


# ------------------------------------------------------------------ faults


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("same: [a, b]\n", "D001", 1),
        ("- [a, b]\n", "D001", 1),
        ("- {same: [jean-yves-dupont], by: Jo, why: x}\n", "D001", 1),
        ("- {same: [jean-yves-dupont, jean-yves-dupont], by: Jo, why: x}\n", "D001", 1),
        ("- {same: [jean-yves-dupont, j-y-dupont], why: x}\n", "D001", 1),
        ("- {same: [jean-yves-dupont, j-y-dupont], by: Jo}\n", "D001", 1),
        ("- {same: [jean-yves-dupont, j-y-dupont], by: '', why: x}\n", "D001", 1),
        ("- {sane: [jean-yves-dupont, j-y-dupont], by: Jo, why: x}\n", "D001", 1),
        ("# one\n- {same: [A B, j-y-dupont], by: Jo, why: x}\n", "D001", 2),
        ("- {same: [jean-yves-dupont, j-y-dupond], by: Jo, why: x}\n", "D002", 1),
        ("- {same: [jean-yves-dupont, sens], by: Jo, why: x}\n", "D004", 1),
        (SAME + SAME, "D005", 2),
        ("- {same: [a, b], by: *x, why: x}\n", "Y004", 1),
        ("- {same: [a, b\n", "Y002", 2),
    ],
)
def test_a_faulty_decision_is_told_at_its_place(tmp_path: Path, text: str, code: str, line: int) -> None:
    project(tmp_path, text)
    try:
        problems = checked(tmp_path).problems
    except DataError as error:
        problems = error.problems
    assert [(p.code, p.place.path, p.place.line) for p in problems] == [(code, "data/identity.yaml", line)]


def test_a_contradiction_is_told_with_its_chain(tmp_path: Path) -> None:
    people = "people:\n" + "".join(f"  - {{id: p{n}, name: P{n} Exemple}}\n" for n in range(4))
    lines = ["same: [p0, p1]", "same: [p1, p2]", "same: [p3, p2]", "different: [p3, p0]"]
    project(tmp_path, "".join(f"- {{{line}, by: Jo, why: x}}\n" for line in lines), one=people)
    with pytest.raises(DataError) as caught:
        checked(tmp_path)
    (problem,) = caught.value.problems
    assert problem.code == "D003"
    where = "data/identity.yaml"
    assert f"p3 = p2 ({where}:3), p2 = p1 ({where}:2), p1 = p0 ({where}:1)" in problem.message("fr")


def test_one_pair_cannot_be_both_different_and_unsure(tmp_path: Path) -> None:
    project(tmp_path, SAME.replace("same:", "different:") + SAME.replace("same:", "unsure:"))
    assert codes(tmp_path) == ["D003"]


def test_all_faults_of_facts_and_decisions_are_told_in_one_run(tmp_path: Path) -> None:
    project(tmp_path, "- {same: [jean-yves-dupont, nobody], by: Jo, why: x}\n")
    (tmp_path / "facts" / "three.yaml").write_text("people:\n  - {id: x}\n", encoding="utf-8")
    assert codes(tmp_path) == ["D002", "S008"]


VERDICTS = st.sampled_from(["same", "different", "unsure"])
LINES = st.lists(
    st.tuples(VERDICTS, st.lists(st.sampled_from("abcdefg"), min_size=2, max_size=3, unique=True)), max_size=9
)


@given(LINES)
@settings(max_examples=300, deadline=None)
def test_contradictions_are_found_when_and_only_when_there_are_some(lines: list[tuple[str, list[str]]]) -> None:
    shape = ONTOLOGY.shapes["https://schema.org/Person"]
    things = tuple(Thing(n, shape.classes[0], "Person", shape, Place("f"), Standing()) for n in "abcdefg")
    file = FactsFile("f", things, (), None, None, False, None)
    decisions = [
        Decision(verdict, tuple(ids), tuple(Place("d", n) for _ in ids), "Jo", "x", Place("d", n))
        for n, (verdict, ids) in enumerate(lines, 1)
    ]
    identity, problems = judge(decisions, [file])
    same: nx.Graph[str] = nx.Graph()
    same.add_nodes_from("abcdefg")
    for verdict, ids in lines:
        if verdict == "same":
            nx.add_path(same, ids)
    groups = {name: frozenset(group) for group in nx.connected_components(same) for name in group}
    said = {
        v: {frozenset(p) for w, ids in lines if w == v for p in combinations(ids, 2)} for v in ("different", "unsure")
    }
    broken = any(groups[a] == groups[b] for pairs in said.values() for a, b in map(tuple, pairs))
    broken = broken or bool(said["different"] & said["unsure"])
    assert any(problem.code == "D003" for problem in problems) == broken
    for name, group in groups.items():
        kept = {identity.kept.get(other, other) for other in group}
        assert len(kept) == 1
        assert kept <= group
        assert (name in identity.kept) == (name not in kept)


# ------------------------------------------------------------------ authorities


@pytest.mark.parametrize("name", list(RULES.authorities))
def test_the_example_of_each_authority_is_right(tmp_path: Path, name: str) -> None:
    example = RULES.authorities[name].example
    facts = f'people:\n  - {{id: ada, name: Ada Exemple, same-as: "{example}"}}\n'
    found = checked(project(tmp_path, one=facts))
    assert found.problems == ()
    assert ("ada", "exactMatch", example) in triples(found.graph.plain)


@pytest.mark.parametrize(
    ("iri", "code"),
    [
        ("https://www.wikidata.org/wiki/Q42", "D008"),
        ("http://www.wikidata.org/entity/Q042", "D008"),
        ("http://orcid.org/0000-0002-1825-0097", "D008"),
        ("https://orcid.org/0000-0002-1825-0098", "D009"),
        ("https://orcid.org/0000-0001-2345-678X", "D009"),
        ("https://ror.org/05a28rw59", "D009"),
        ("https://ror.org/05a28rl58", "D008"),
        ("https://annuaire-entreprises.data.gouv.fr/entreprise/552032535", "D009"),
        ("http://viaf.org/102333412", "D008"),
        ("https://isni.org/isni/0000000121032684", "D009"),
        ("http://www.idref.fr/026927609", "D009"),
        ("https://example.org/anything", None),
    ],
)
def test_a_wrong_address_of_a_record_is_a_warning(tmp_path: Path, iri: str, code: str | None) -> None:
    facts = f'people:\n  - {{id: ada, name: Ada Exemple, same-as: "{iri}"}}\n'
    found = checked(project(tmp_path, one=facts))
    assert [(p.code, p.severity) for p in found.problems] == ([(code, "warning")] if code else [])


# ------------------------------------------------------------------ git


def git(folder: Path, *words: str) -> None:
    ident = ["-c", "user.name=Jo", "-c", "user.email=jo@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *ident, *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not there")
def test_lines_added_on_two_branches_merge(tmp_path: Path) -> None:
    project(tmp_path, "# decisions\n")
    shutil.copy(ROOT / ".gitattributes", tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "begin")
    other = "- {unsure: [sens, sens-2], by: Sam, why: no source}\n"
    for branch, line in (("jo", SAME), ("sam", other)):
        git(tmp_path, "switch", "-qc", branch, "main")
        (tmp_path / "data" / "identity.yaml").write_text("# decisions\n" + line, encoding="utf-8")
        git(tmp_path, "commit", "-qam", branch)
    git(tmp_path, "merge", "-q", "jo", "-m", "both")
    text = (tmp_path / "data" / "identity.yaml").read_text(encoding="utf-8")
    assert sorted(text.splitlines()) == sorted(["# decisions", SAME.strip(), other.strip()])


# ------------------------------------------------------------------ settings


def test_where_the_decisions_are_is_a_setting(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "who.yaml").write_text(SAME, encoding="utf-8")
    (tmp_path / "kg.toml").write_text('facts = "facts"\nidentity = "who.yaml"\n', encoding="utf-8")
    found = check(load_settings(tmp_path), tmp_path)
    assert found.merged.joined == 1
    assert "who.yaml" in found.inputs


def test_merge_without_decisions_is_the_files_themselves(tmp_path: Path) -> None:
    files = [mapped.file for mapped in checked(project(tmp_path)).graph.files]
    identity, _ = judge([], files)
    assert merge(files, identity, RULES.decided)[0] == files
