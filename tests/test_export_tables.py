"""Tables read back by Python's csv and by pandas: the same cells, and by them the same graph and evidence."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pandas as pd
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exported import BASE, PROJECTS, expand, made, of_turtle, project, said_of_link, said_of_node, text_of
from kg.export import Options
from kg.export.drawing import draw, split
from kg.export.tables import guarded, unguarded
from kg.mapping import Mapped

every = pytest.mark.parametrize("name", PROJECTS)
separator = pytest.mark.parametrize("sign", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
FORMULA = tuple("=+-@\t\r")


def rows(text: str, sign: str = ",") -> list[dict[str, str]]:
    assert text.startswith("\ufeff"), "Excel takes UTF-8 for something else without it"
    found = list(csv.DictReader(io.StringIO(text.encode("utf-8").decode("utf-8-sig"), newline=""), delimiter=sign))
    return [{key: unguarded(cell) for key, cell in row.items()} for row in found]


def frame(text: str, sign: str = ",") -> pd.DataFrame:
    stream = io.BytesIO(text.encode("utf-8"))
    return pd.read_csv(stream, sep=sign, dtype=str, keep_default_na=False, encoding="utf-8-sig")


@every
@separator
@pytest.mark.parametrize("form", ["nodes", "links", "facts"])
def test_pandas_reads_what_csv_reads(name: str, sign: str, form: str) -> None:
    text = text_of(project(name).built, form, separator=sign)
    table = frame(text, sign)
    ours = list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=sign))
    assert list(table.columns) == ours[0]
    assert table.to_numpy().tolist() == ours[1:]
    assert len(ours) > 1 or (name, form) == ("difficult", "links"), "only that project has no link"
    assert "\r" not in text.replace("\r\n", "")


# ------------------------------------------------------------------ nodes and links


@every
def test_nodes_and_links_say_every_triple_about_a_node(name: str) -> None:
    found = made(project(name).built, "csv").files
    nodes, links = rows(found["nodes.csv"]), rows(found["links.csv"])
    ours = draw(project(name).built, Options())
    assert [row["Id"] for row in nodes] == [node.id for node in ours.nodes]
    assert [(row["Id"], row["Source"], row["Target"]) for row in links] == [
        (k.id, k.source, k.target) for k in ours.links
    ]
    skipped = {"Id", "Label", "color"}
    said = {
        triple
        for row in nodes
        for triple in said_of_node(row["Id"], {k: v for k, v in row.items() if v and k not in skipped})
    }
    said |= {triple for row in links for triple in said_of_link(row["Source"], row["Target"], row)}
    ids = {row["Id"] for row in nodes}
    about = {t for t in project(name).graph.plain if isinstance(t.subject, ox.NamedNode) and t.subject.value in ids}
    # a cell does not tell an empty text from none
    assert said == {t for t in about if getattr(t.object, "value", "")}


def test_columns_have_the_names_that_gephi_wants() -> None:
    found = made(project("demo").built, "csv").files
    assert found["nodes.csv"].startswith("\ufeffId,Label,x,y,size,color,")
    assert found["links.csv"].startswith("\ufeffId,Source,Target,Type,Label,Weight,color,")
    assert {row["Type"] for row in rows(found["links.csv"])} == {"Directed"}
    for form, file in (("nodes", "nodes.csv"), ("links", "links.csv")):
        assert text_of(project("demo").built, form) == found[file]


# ------------------------------------------------------------------ facts


def fact(row: dict[str, str]) -> ox.Triple:
    value: ox.NamedNode | ox.Literal = ox.NamedNode(row["value"]) if row["datatype"] == "iri" else literal(row)
    return ox.Triple(ox.NamedNode(row["subject"]), ox.NamedNode(row["property"]), value)


def literal(row: dict[str, str]) -> ox.Literal:
    if row["language"]:
        return ox.Literal(row["value"], language=row["language"])
    return ox.Literal(row["value"], datatype=ox.NamedNode(expand(row["datatype"])))


def passages(mapped: Mapped) -> list[tuple[str, str, str]]:
    at = mapped.fact.standing.at
    found = [("", "", s.pointer) if s.kind == "record" else (str(s.start), str(s.end), "") for s in at]
    return found or [("", "", "")]


@every
def test_facts_say_every_fact(name: str) -> None:
    table = rows(text_of(project(name).built, "facts"))
    assert {fact(row) for row in table} == project(name).graph.plain - project(name).graph.structural


@pytest.mark.parametrize("name", ["real", "demo"])
def test_facts_and_passages_are_those_of_the_files_and_no_others(name: str) -> None:
    graph = project(name).graph
    table = rows(text_of(project(name).built, "facts"))
    wanted = {
        (m.triple, m.fact.standing.status, *place) for file in graph.files for m in file.facts for place in passages(m)
    }
    assert {(fact(r), r["status"], r["start"], r["end"], r["record"]) for r in table} == wanted
    assert len(table) == len(wanted)
    reasons = {(m.triple, tag, text) for f in graph.files for m in f.facts for tag, text in m.fact.standing.inferred}
    told = {(fact(r), tag, text) for r in table for tag in ("en", "fr") for text in split(r[f"inferred_from_{tag}"])}
    assert {reason for reason in told if reason[2]} == reasons


def test_words_stand_in_the_table_only_when_the_source_is_free() -> None:
    free, ours = (rows(text_of(project(name).built, "facts")) for name in ("demo", "real"))
    assert not any(row["words"] for row in ours)
    row = next(r for r in free if r["value"] == "Ponts et écluses : les gardiens veulent garder la main")
    assert row["words"].replace("\u00a0", " ") == row["value"]
    assert (row["source_label"], row["status"]) == (row["value"], "asserted")


def test_labels_come_in_the_language_asked_for() -> None:
    kinds = {
        lang: Counter(row["subject_kind"] for row in rows(text_of(project("demo").built, "facts", texts=lang)))
        for lang in ("en", "fr")
    }
    assert kinds["en"]["congress"] == kinds["fr"]["congrès"] > 0


def test_what_is_no_fact_is_told() -> None:
    (loss,) = made(project("demo").built, "facts").losses
    graph = project("demo").graph
    assert (loss.key, loss.params["count"]) == ("lost_structure", len(graph.structural))


def test_two_standings_and_reasons_of_one_statement_are_kept_apart() -> None:
    evidence = f"""
@base <{BASE}> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix schema: <https://schema.org/> .
@prefix kg: <https://w3id.org/congress-kg/ontology#> . @prefix prov: <http://www.w3.org/ns/prov#> .
<f> rdf:subject <a> ; rdf:predicate schema:name ; rdf:object "A" ; prov:hadPrimarySource <s> ;
    kg:status <https://w3id.org/congress-kg/status/asserted> , <https://w3id.org/congress-kg/status/inferred> ;
    kg:inferredFrom "one | two"@en , "three"@en , "un"@fr .
"""
    plain = f'<{BASE}a> <https://schema.org/name> "A" .'
    (row,) = rows(text_of(of_turtle(plain, evidence), "facts"))
    assert split(row["status"]) == ["asserted", "inferred"]
    assert split(row["inferred_from_en"]) == ["one | two", "three"]
    assert (row["inferred_from_fr"], row["source"], row["start"]) == ("un", f"{BASE}s", "")


# ------------------------------------------------------------------ cells that a spreadsheet would run

NAMES = ('=HYPERLINK("http://example.org")', "'tis", "+33 4", "-5", "-5,25", "@x", "＝1", "\tx", "plain")
RUN = [cell for cell in NAMES if cell not in ("-5", "-5,25", "plain")]


@pytest.mark.parametrize("form", ["nodes", "facts"])
@pytest.mark.parametrize("name", NAMES)
def test_cells_that_would_be_run_have_an_apostrophe_and_are_told(name: str, form: str) -> None:
    built = of_turtle(f"<{BASE}a> a <https://schema.org/Person> ; <https://schema.org/name> {ox.Literal(name)} .")
    found = made(built, form)
    (text,) = found.files.values()
    cells = [cell for row in csv.reader(io.StringIO(text[1:], newline="")) for cell in row]
    assert (f"'{name}" if name in RUN else name) in cells
    assert (name in cells) is (name not in RUN)
    told = [loss.params for loss in found.losses if loss.key == "changed_cells"]
    assert [loss["example"] for loss in told] == ([name] if name in RUN else [])
    assert name in rows(text)[0].values()


@given(st.text())
def test_every_cell_can_be_read_back(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).startswith(FORMULA) or guarded(cell)[1:].replace(",", "").replace(".", "").isdecimal()
