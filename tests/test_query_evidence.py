"""The evidence behind rows: the right passages, under two engines, against what was read beforehand."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml

from asking import DEMO, ONTOLOGY, ROOT, engine, kg_query, written
from kg.config import DEFAULT_BASE, Settings
from kg.facts import Selector
from kg.query import (
    Answer,
    Engine,
    Graphs,
    Passage,
    Question,
    Standing,
    Term,
    Thing,
    bind,
    evidence_lines,
    load_questions,
    nodes_behind,
    read_evidence,
    shown,
    to_rdflib,
)
from kg.query.tokens import substitute
from kg.source import load_sources

ALL = load_questions(ROOT / "queries")
QUESTIONS = {name: question for name, question in ALL.items() if question.facts}
STATED, INFERRED = (ONTOLOGY.schemes["status"][word] for word in ("asserted", "inferred"))
# rdflib 7.6 calls a property of its own that it has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")
each = pytest.mark.parametrize("name", sorted(QUESTIONS))


@pytest.fixture(scope="module")
def real_engine(built: Path) -> Iterator[Engine]:
    with engine(Graphs.of_folder(built)) as opened:
        yield opened


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(DEMO, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def demo_engine(demo: Path) -> Iterator[Engine]:
    with engine(Graphs.of_folder(demo)) as opened:
        yield opened


class Rdflib:
    """The same graphs under the other engine."""

    def __init__(self, graphs: Graphs) -> None:
        self.dataset = to_rdflib(graphs)

    def ask(self, text: str, terms: Mapping[str, Term] | None = None, /) -> Answer:
        put = {n: f"<{DEFAULT_BASE}{t.text}>" if isinstance(t, Thing) else str(t) for n, t in (terms or {}).items()}
        result = self.dataset.query(substitute(text, put), initNs=dict(ONTOLOGY.prefixes))
        if result.type != "CONSTRUCT":
            return Answer.of_json(result.serialize(format="json") or b"")
        data = result.serialize(format="nt") or b""
        return Answer(triples=tuple(quad.triple for quad in ox.parse(data, format=ox.RdfFormat.N_TRIPLES)))


@pytest.fixture(scope="module")
def theirs(built: Path) -> Rdflib:
    return Rdflib(Graphs.of_folder(built))


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "tests" / "questions" / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def asked(name: str) -> tuple[Question, dict[str, Term]]:
    question = QUESTIONS[name]
    return question, bind(question, expected(name)["parameters"], ONTOLOGY, "fr")


def spans(passages: list[Passage]) -> set[tuple[int, int]]:
    return {(p.selector.start, p.selector.end) for p in passages if p.selector is not None}


def behind(opened: Engine, text: str, *facts: str) -> list[set[tuple[int, int]]]:
    """The positions behind each row."""
    answer = opened.ask(text)
    rows = nodes_behind(opened, text, answer, facts)
    assert rows is not None
    read = read_evidence(opened, frozenset[str]().union(*rows), ONTOLOGY, {})
    return [spans(read.behind(nodes, row)) for nodes, row in zip(rows, answer.rows, strict=True)]


# ------------------------------------------------------------------ ready questions


@each
def test_each_row_has_a_passage_that_was_read_beforehand(name: str, real_engine: Engine) -> None:
    """The passages in ``tests/questions`` were written down by hand; the evidence must meet them, row by row."""
    question, terms = asked(name)
    answer = real_engine.ask(question.text, terms)
    rows = nodes_behind(real_engine, question.text, answer, question.facts, terms)
    assert rows is not None
    read = read_evidence(real_engine, frozenset[str]().union(*rows), ONTOLOGY, {})
    proved = 0
    for row, nodes in zip(answer.rows, rows, strict=True):
        cells = [shown(cell, ONTOLOGY.prefixes, DEFAULT_BASE) for cell in row]
        fitting = [
            want["at"]
            for want in expected(name)["rows"]
            if all(w == "*" or str(w if w is not None else "") == c for w, c in zip(want["is"], cells, strict=True))
        ]
        found = spans(read.behind(nodes, row))
        assert found
        if fitting:
            proved += 1
            assert any(s < end and start < e for at in fitting for s, e in at for start, end in found)
    assert proved


@each
def test_rdflib_finds_the_same_nodes(name: str, real_engine: Engine, theirs: Rdflib) -> None:
    question, terms = asked(name)
    found = []
    for asking in (real_engine, theirs):
        answer = asking.ask(question.text, terms)
        rows = nodes_behind(asking, question.text, answer, question.facts, terms)
        assert rows is not None
        texts = [tuple(str(getattr(cell, "value", None)) for cell in row) for row in answer.rows]
        found.append(sorted(zip(texts, map(sorted, rows), strict=True)))
    assert found[0] == found[1]
    assert any(nodes for _, nodes in found[0])


def test_rdflib_reads_the_same_evidence(real_engine: Engine, theirs: Rdflib) -> None:
    nodes = [DEFAULT_BASE + name for name in ("lionel-peres", "lourmarin-2024", "lionel-peres/dgs", "nobody")]
    ours, others = (read_evidence(asking, nodes, ONTOLOGY, {}).behind(nodes, ()) for asking in (real_engine, theirs))
    assert set(ours) == set(others)
    assert len(ours) > 10


def test_rows_of_two_capacities_have_each_their_own_passage(real_engine: Engine) -> None:
    """One participation has two posts: behind the row of one, the passage of the other must not stand."""
    question = QUESTIONS["speakers-for"]
    terms = bind(question, {"organisation": "sndgct-84"}, ONTOLOGY, "fr")
    answer = real_engine.ask(question.text, terms)
    rows = nodes_behind(real_engine, question.text, answer, question.facts, terms)
    assert rows is not None
    read = read_evidence(real_engine, frozenset[str]().union(*rows), ONTOLOGY, {})
    (peres,) = [n for n, row in enumerate(answer.rows) if getattr(row[0], "value", "") == "Lionel Peres"]
    found = spans(read.behind(rows[peres], answer.rows[peres]))
    assert (4908, 4934) in found
    assert (4882, 4906) not in found


# ------------------------------------------------------------------ other shapes of queries

NAMES = "?who a schema:Person ; schema:name ?name ."
POST = "?post org:member ?who ; kg:statedAs ?as ."


def test_rows_that_count_have_the_passages_of_their_whole_group(real_engine: Engine) -> None:
    grouped = f"SELECT ?name (COUNT(?post) AS ?n) {{ {NAMES} {POST} }} GROUP BY ?who ?name ORDER BY ?name"
    single = f"SELECT ?name ?post {{ {NAMES} {POST} }} ORDER BY ?name"
    one_by_one: dict[str, set[tuple[int, int]]] = {}
    answer = real_engine.ask(single)
    for row, found in zip(answer.rows, behind(real_engine, single), strict=True):
        one_by_one.setdefault(str(row[0]), set()).update(found)
    names = [str(row[0]) for row in real_engine.ask(grouped).rows]
    assert dict(zip(names, behind(real_engine, grouped, "post"), strict=True)) == one_by_one


@pytest.mark.parametrize(
    ("grouped", "plain"),
    [
        (
            f"SELECT (STRLEN(?name) AS ?long) (COUNT(*) AS ?n) {{ {NAMES} }} GROUP BY (STRLEN(?name) AS ?k) ?name",
            f"SELECT ?who {{ {NAMES} }}",
        ),
        (f"SELECT (COUNT(*) AS ?n) {{ {NAMES} }}", f"SELECT ?who {{ {NAMES} }}"),
        (f"SELECT DISTINCT ?k {{ ?who a ?k . {NAMES} }} LIMIT 1", f"SELECT ?who {{ {NAMES} }}"),
        (
            f"SELECT REDUCED (1 AS ?x) {{ {NAMES} }} VALUES ?name {{ 'Lionel Peres' }}",
            "SELECT (<lionel-peres> AS ?w) {}",
        ),
    ],
)
def test_all_solutions_behind_a_row_count(grouped: str, plain: str, real_engine: Engine) -> None:
    wide, narrow = behind(real_engine, grouped, "who"), behind(real_engine, plain)
    assert set().union(*wide) == set().union(*narrow) != set()


def test_equal_rows_and_a_star(real_engine: Engine) -> None:
    text = f"SELECT ?k {{ {NAMES} ?who a ?k FILTER(?k = schema:Person) }} LIMIT 3"
    found = behind(real_engine, text, "who")
    assert len(found) == 3
    assert found[0] == found[1] == found[2]
    star = behind(real_engine, f"SELECT * {{ {NAMES} }} ORDER BY ?name", "who")
    assert star == behind(real_engine, f"SELECT ?who {{ {NAMES} }} ORDER BY ?who")


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT (COUNT(*) AS ?n) {{ {NAMES} }} GROUP BY STRLEN(?name)",
        f"SELECT (MAX(?name) AS ?n) {{ {NAMES} }} GROUP BY (?who)",
    ],
)
def test_groups_without_a_name_cannot_be_told(text: str, real_engine: Engine) -> None:
    assert nodes_behind(real_engine, text, real_engine.ask(text), ["who"]) is None


def test_a_parameter_may_itself_stand_for_the_fact(real_engine: Engine) -> None:
    question = replace(ALL["part-of"], facts=("organisation", "sum"))
    terms = bind(question, {"organisation": "sndgct-84"}, ONTOLOGY, "fr")
    answer = real_engine.ask(question.text, terms)
    rows = nodes_behind(real_engine, question.text, answer, question.facts, terms)
    assert rows is not None
    assert all(DEFAULT_BASE + "sndgct-84" in nodes and len(nodes) == 2 for nodes in rows)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("most-quoted", ("quotation",)),
        ("kinds-of-organisation", ("part", "post")),
        ("simultaneous-sessions", ("a", "b")),
    ],
)
def test_questions_that_count_could_name_their_facts(name: str, facts: tuple[str, ...], real_engine: Engine) -> None:
    terms = bind(ALL[name], {}, ONTOLOGY, "en")
    answer = real_engine.ask(ALL[name].text, terms)
    rows = nodes_behind(real_engine, ALL[name].text, answer, facts, terms)
    assert rows is not None
    assert all(rows)


def test_of_a_free_query_the_nodes_in_the_row_count(real_engine: Engine) -> None:
    fact = "SELECT ?f { GRAPH kg:evidence { ?f rdf:subject <lionel-peres> ; rdf:predicate schema:name } }"
    assert behind(real_engine, fact) == [{(4864, 4876)}]
    assert behind(real_engine, "SELECT ?k ('x' AS ?x) { <lionel-peres> a ?k }") == [set()] * 3


# ------------------------------------------------------------------ passages


def test_a_cell_a_record_and_a_fact_without_a_passage(tmp_path: Path) -> None:
    folder = written(Settings(facts="tests/golden/ok_everything/facts.yaml", sources="none"), tmp_path)
    with engine(Graphs.of_folder(folder)) as opened:
        answer = opened.ask("SELECT ?part { ?part conf:isHeldBy ?who } ORDER BY ?part")
        nodes = [str(getattr(row[0], "value", "")) for row in answer.rows]
        read = read_evidence(opened, nodes, ONTOLOGY, {})
        found = {p.selector for node in nodes for p in read.behind([node], ())}
        assert {Selector("cell", 2, 3), Selector("pointer", pointer="/talks/0/speaker"), None} <= found
        texts = " ".join(evidence_lines([p for n in nodes for p in read.behind([n], ())], ONTOLOGY, DEFAULT_BASE, "en"))
    assert "/talks/0/speaker" in texts
    assert "row 2, column 3" in texts


def test_words_of_a_free_source_come_with_the_graph(demo_engine: Engine) -> None:
    text = "SELECT ?who { ?who schema:name 'Maëlle Tournevire' }"
    answer = demo_engine.ask(text)
    (nodes,) = nodes_behind(demo_engine, text, answer) or ()
    passages = read_evidence(demo_engine, nodes, ONTOLOGY, {}).behind(nodes, answer.rows[0])
    assert any((passage.words or "").startswith("Maëlle\nTournevire, présidente") for passage in passages)
    hidden = read_evidence(demo_engine, nodes, ONTOLOGY, {}, ["maelle-tournevire"]).behind(nodes, answer.rows[0])
    assert spans(hidden) == spans(passages)
    assert all("Tournevire" not in (passage.words or "") for passage in hidden)


def passage(start: int, end: int, *standings: Standing, words: str | None = None) -> Passage:
    return Passage(f"{DEFAULT_BASE}report", Selector("text", start, end), words, standings)


def test_lines_are_few_short_first_and_each_once() -> None:
    stated, inferred = Standing(STATED), Standing(INFERRED, (("en", "the year"), ("fr", "l’année")))
    given = [
        passage(100, 190, stated),
        passage(10, 15, stated, words=" a\n b "),
        passage(10, 15, inferred),
        passage(40, 42, inferred),
        passage(50, 99, inferred),
        Passage(f"{DEFAULT_BASE}report", None, None, (stated,)),
    ]
    assert evidence_lines(given, ONTOLOGY, DEFAULT_BASE, "en") == [
        "report 40–42 (inferred: the year)",
        "report 10–15 “a b” (inferred: the year; stated by the source)",
        "report 50–99 (inferred: the year)",
        "+ 2 more",
    ]
    assert evidence_lines(given, ONTOLOGY, DEFAULT_BASE, "fr")[1] == (
        "report 10–15 « a b » (dit par la source ; déduit : l’année)"
    )
    assert evidence_lines(given[:1] + given[2:], ONTOLOGY, DEFAULT_BASE, "en")[-1] == "+ 2 more"
    only = [passage(n, n + 2 + n, inferred if n > 2 else stated) for n in range(5)]
    assert evidence_lines(only, ONTOLOGY, DEFAULT_BASE, "en")[-1] == "+ 2 more, 2 of them not stated outright"
    assert evidence_lines([given[-1]], ONTOLOGY, DEFAULT_BASE, "en") == ["report no passage (stated by the source)"]
    assert evidence_lines([], ONTOLOGY, DEFAULT_BASE, "en") == []


# ------------------------------------------------------------------ the command


def test_in_a_table_the_evidence_follows_each_row(demo: Path, tmp_path: Path) -> None:
    done = kg_query(tmp_path, "speakers", "--evidence", graph=demo)
    plain = kg_query(tmp_path, "speakers", graph=demo)
    lines = done.stdout.splitlines()
    assert [line for line in lines if not re.match(r"    \S", line)] == plain.stdout.splitlines()
    assert re.search(r"\n    \S+ \d+–\d+ “[^”]*présidente[^”]*” \(stated by the source\)\n", done.stdout)
    assert "(inferred: deputy of the director of the agency)" in done.stdout
    assert done.stderr == ""


def test_in_other_forms_it_is_a_column(demo: Path, tmp_path: Path) -> None:
    plain = list(csv.reader(io.StringIO(kg_query(tmp_path, "speakers", "-f", "csv", graph=demo).stdout)))
    wide = list(csv.reader(io.StringIO(kg_query(tmp_path, "speakers", "-e", "-f", "csv", graph=demo).stdout)))
    assert [row[:-1] for row in wide] == plain
    assert wide[0][-1] == "evidence"
    data = json.loads(kg_query(tmp_path, "speakers", "-e", "-f", "json", graph=demo).stdout)
    assert [row["evidence"]["value"] for row in data["results"]["bindings"]] == [row[-1] for row in wide[1:]]
    assert all(re.match(r"\S+ \d+–\d+ “.+” \(", row[-1]) for row in wide[1:])
    own = kg_query(tmp_path, "SELECT ?evidence { ?evidence a schema:Person } LIMIT 1", "-e", "-f", "tsv", graph=demo)
    assert own.stdout.splitlines()[0] == "?evidence\t?evidence_"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["SELECT ?n { ?p a schema:Person ; schema:name ?n }"], "no node in this answer has evidence"),
        (["ASK { ?p a schema:Person }"], "--evidence is for rows"),
        (["DESCRIBE <maelle-tournevire>"], "--evidence is for rows"),
        (["most.rq"], "does not say which facts"),
        (["counts.rq"], "no single passage"),
    ],
)
def test_where_there_is_no_evidence_a_line_says_so(words: list[str], told: str, demo: Path, tmp_path: Path) -> None:
    head = "# title: {en: t, fr: t}\n# description: {en: d, fr: d}\n# order: 1\n"
    text = "SELECT (COUNT(*) AS ?n) { ?p a schema:Person ; schema:name ?name } GROUP BY STRLEN(?name)\n"
    (tmp_path / "most.rq").write_text(f"{head}\n{text}", encoding="utf-8", newline="\n")
    (tmp_path / "counts.rq").write_text(f"{head}# facts: [p]\n\n{text}", encoding="utf-8", newline="\n")
    done, plain = (kg_query(tmp_path, *words, *more, graph=demo) for more in (["-e"], []))
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (done.returncode, done.stdout) == (0, plain.stdout)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The invented report as the source of a project that may not show it."""
    for name in ("facts", "sources"):
        shutil.copytree(ROOT / "data/demo" / name, tmp_path / ("data/facts" if name == "facts" else name))
    (facts,) = (tmp_path / "data/facts").rglob("*.yaml")
    text = facts.read_text(encoding="utf-8")
    assert "free: true" in text
    facts.write_text(text.replace("free: true", "free: false"), encoding="utf-8", newline="\n")
    written(Settings(), tmp_path / "output", tmp_path)
    return tmp_path


def test_words_come_from_the_sources_at_hand(project: Path) -> None:
    assert "oa:exact" not in (project / "output" / "graph-evidence.ttl").read_text(encoding="utf-8")
    assert "présidente de l'UGPE”" in kg_query(project, "speakers", "-e").stdout
    (project / "sources").rename(project / "elsewhere")
    without = kg_query(project, "speakers", "-e")
    assert not re.search(r"\d “", without.stdout)
    assert re.search(r"\n    \S+ 1015–1035 \(stated by the source\)\n", without.stdout)
    assert "--sources" in without.stderr
    given = kg_query(project, "speakers", "-e", "--sources", "elsewhere")
    assert "présidente de l'UGPE”" in given.stdout
    assert given.stderr == ""
    source = next(iter(load_sources(project / "elsewhere").values()))
    for start, end, words in re.findall(r" (\d+)–(\d+) “(.*?)” \(", given.stdout):
        assert " ".join(source.text[int(start) : int(end)].split()) == words
    wrong = kg_query(project, "speakers", "-e", "--sources", "nowhere")
    assert (wrong.returncode, wrong.stdout) == (2, "")


def test_withheld_names_are_not_shown(project: Path) -> None:
    assert "Hermine" in kg_query(project, "programme", "-e").stdout + kg_query(project, "speakers", "-e").stdout
    (project / "withheld.yaml").write_text("- hermine-desclozeaux\n", encoding="utf-8", newline="\n")
    written(Settings(), project / "output", project)
    for words in (
        ["speakers"],
        ["programme"],
        ["SELECT ?s { ?s a kg:Session }"],
        ["SELECT ?o { ?o a org:Organization }"],
    ):
        done = kg_query(project, *words, "-e")
        assert done.returncode == 0
        assert not re.search("hermine|desclozeaux", done.stdout, re.IGNORECASE)
        assert "“" in done.stdout
        assert done.stderr == ""
    (facts,) = (project / "data/facts").rglob("*.yaml")
    facts.write_text("people: [", encoding="utf-8", newline="\n")
    unsure = kg_query(project, "speakers", "-e")
    assert unsure.returncode == 0
    assert not re.search(r"\d “", unsure.stdout)
    (line,) = unsure.stderr.splitlines()
    assert "no words are shown" in line


def test_without_the_evidence_graph_the_way_to_it_is_told(demo: Path, tmp_path: Path) -> None:
    shutil.copyfile(demo / "graph.ttl", tmp_path / "graph.ttl")
    done = kg_query(tmp_path, "speakers", "-e", graph=tmp_path)
    assert done.returncode == 2
    assert "graph-evidence.ttl" in done.stderr
    assert kg_query(tmp_path, "speakers", graph=tmp_path).returncode == 0
