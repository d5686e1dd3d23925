"""The forms in which an answer is written, read back by other programs than the one that wrote them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rdflib.query import Result, ResultRow

from asking import kg_query
from kg.config import DEFAULT_BASE
from kg.ontology import load_ontology
from kg.prefixes import XSD
from kg.query import Answer, Graphs, run, shown, to_markdown

ONTOLOGY = load_ontology()
DIFFICULT = (
    ox.Literal('a\tb\nc "d" \\ e'),
    ox.Literal("l’été | *fort* _là_ <b>non</b> &amp; [x](y) `code`", language="fr"),
    ox.Literal("12.5", datatype=ox.NamedNode(XSD + "decimal")),
    ox.Literal("2024-06-28", datatype=ox.NamedNode(XSD + "date")),
    ox.NamedNode(DEFAULT_BASE + "a/b"),
    ox.Literal(""),
)
MARKDOWN = MarkdownIt("commonmark").enable("table")


def written(*objects: ox.NamedNode | ox.Literal) -> Graphs:
    return Graphs("".join(f"<urn:s{n}> <urn:p> {term} .\n" for n, term in enumerate(objects)).encode())


@pytest.fixture(scope="module")
def answer() -> Answer:
    text = "SELECT ?s ?o ?none { ?s <urn:p> ?o OPTIONAL { ?s <urn:q> ?none } } ORDER BY ?s"
    return run(written(*DIFFICULT), text, prefixes={})


def as_rdflib(term: object) -> object:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if not isinstance(term, ox.Literal):
        return term
    plain = term.language is not None or term.datatype.value == XSD + "string"
    return rdflib.Literal(
        term.value, lang=term.language, datatype=None if plain else rdflib.URIRef(term.datatype.value)
    )


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_rdflib_reads_the_same_terms(form: str, answer: Answer) -> None:
    data = {"json": answer.to_json, "xml": answer.to_xml, "tsv": answer.to_tsv}[form]()
    read = Result.parse(io.BytesIO(data), format=form)
    assert [str(variable) for variable in read.vars or ()] == ["s", "o", "none"]
    rows = [tuple(row) for row in read if isinstance(row, ResultRow)]
    assert rows == [tuple(map(as_rdflib, row)) for row in answer.rows]
    assert data.endswith(b"\n")


@pytest.mark.parametrize(
    ("form", "wanted"),
    [("json", b'{"head":{},"boolean":true}\n'), ("csv", b"true\r\n"), ("tsv", b"true\n"), ("xml", b"<boolean>true<")],
)
def test_a_truth_value_in_each_form(form: str, wanted: bytes) -> None:
    answer = run(written(ox.Literal("x")), "ASK { ?s ?p ?o }", prefixes={})
    assert wanted in {"json": answer.to_json, "csv": answer.to_csv, "tsv": answer.to_tsv, "xml": answer.to_xml}[form]()


def test_an_answer_without_rows_keeps_its_head() -> None:
    answer = run(written(), "SELECT ?a ?b { ?a ?b 1 }", prefixes={})
    assert answer.to_tsv() == b"?a\t?b\n"
    assert to_markdown(answer, str) == "| a | b |\n| --- | --- |\n"
    assert Result.parse(io.BytesIO(answer.to_xml()), format="xml").bindings == []


def test_one_more_column_is_in_every_form(answer: Answer) -> None:
    wide = answer.with_column("why", [f"12–19 “a\tb” {n}" if n else "" for n in range(len(answer.rows))])
    assert wide.variables == ("s", "o", "none", "why")
    assert [row[:3] for row in wide.rows] == list(answer.rows)
    assert wide.rows[0][3] is None
    for form, data in (("json", wide.to_json()), ("xml", wide.to_xml()), ("tsv", wide.to_tsv())):
        read = [row for row in Result.parse(io.BytesIO(data), format=form) if isinstance(row, ResultRow)]
        assert [row[3] for row in read][1:] == [rdflib.Literal(f"12–19 “a\tb” {n}") for n in range(1, len(read))]


# ------------------------------------------------------------------ Markdown


def cells(text: str) -> Iterator[list[str]]:
    """The rows of a table as a reader of Markdown sees them."""
    row: list[str] = []
    for token in MARKDOWN.parse(text):
        if token.type == "tr_open":
            row = []
        elif token.type == "inline":
            parts = token.children or []
            assert {part.type for part in parts} <= {"text", "html_inline", "text_special"}
            row.append("".join("\n" if part.content == "<br>" else part.content for part in parts))
        elif token.type == "tr_close":
            yield row


def plain(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.split())


def test_markdown_shows_what_the_cells_hold(answer: Answer) -> None:
    text = to_markdown(answer, lambda cell: shown(cell, ONTOLOGY.prefixes, DEFAULT_BASE))
    head, *rows = cells(text)
    assert head == ["s", "o", "none"]
    assert [row[1] for row in rows] == [plain(str(getattr(term, "value", ""))) for term in DIFFICULT[:4]] + ["a/b", ""]
    assert text.count("\n") == len(DIFFICULT) + 2


@given(st.lists(st.text(st.sampled_from("ab1 |\\`*_~[]()<>&;#!-+=:/\t\n\"'.é’"), max_size=12), min_size=1, max_size=3))
def test_no_text_breaks_the_table(texts: list[str]) -> None:
    names = tuple(f"v{n}" for n in range(len(texts)))
    (_, row) = cells(
        to_markdown(Answer(names, (tuple(map(ox.Literal, texts)),)), lambda cell: getattr(cell, "value", ""))
    )
    assert row == [plain(text) for text in texts]


# ------------------------------------------------------------------ the command


def test_the_command_writes_each_form(built: Path, tmp_path: Path) -> None:
    rows = {}
    for form in ("tsv", "xml", "markdown", "csv"):
        done = kg_query(tmp_path, "figures", "--format", form, graph=built)
        assert (done.returncode, done.stderr) == (0, "")
        rows[form] = done.stdout
    read = Result.parse(io.BytesIO(rows["xml"].encode()), format="xml")
    head, *lines = cells(rows["markdown"])
    assert len(list(read)) == rows["tsv"].count("\n") - 1 == rows["csv"].count("\n") - 1 == len(lines)
    assert head == ["value", "quantifier", "counted", "whole"]
    assert ["200", "about"] in [line[:2] for line in lines]


def test_triples_and_truth_values_in_markdown(built: Path, tmp_path: Path) -> None:
    assert kg_query(tmp_path, "ASK { ?s a schema:Person }", "-f", "markdown", graph=built).stdout == "yes\n"
    refused = kg_query(tmp_path, "DESCRIBE <lionel-peres>", "-f", "markdown", graph=built)
    assert refused.returncode == 2
    assert "turtle" in refused.stderr
