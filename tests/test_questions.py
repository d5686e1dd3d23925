"""The ready questions: what they answer about the real facts, under two engines, against what was read beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import rdflib
import yaml
from rdflib.query import ResultRow

from kg.config import DEFAULT_BASE
from kg.messages import LANGUAGES
from kg.ontology import Ontology, load_ontology
from kg.prefixes import curie
from kg.query import Graphs, Question, Term, Thing, bind, load_questions, run, to_rdflib
from kg.query.tokens import substitute, tokens

ROOT = Path(__file__).resolve().parents[1]
EXPECTED = ROOT / "tests" / "questions"
QUESTIONS = load_questions(ROOT / "queries")
ONTOLOGY = load_ontology(ROOT / "ontology")
NUMBERS = tuple(ONTOLOGY.prefixes["xsd"] + name for name in ("integer", "decimal", "nonNegativeInteger"))

# rdflib 7.6 calls a property of its own that it has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")
each = pytest.mark.parametrize("name", sorted(QUESTIONS))
Row = tuple[object, ...]


@dataclass(frozen=True)
class Expected:
    parameters: dict[str, str]
    columns: list[str]
    rows: list[dict[str, Any]]


def expected(name: str) -> Expected:
    return Expected(**yaml.safe_load((EXPECTED / f"{name}.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def graphs(built: Path) -> Graphs:
    return Graphs.of_folder(built)


@pytest.fixture(scope="session")
def dataset(graphs: Graphs) -> rdflib.Dataset:
    return to_rdflib(graphs)


def cell(term: object) -> object:
    """A term of either engine, as the expected files write it."""
    if term is None:
        return None
    text = str(getattr(term, "value", term) if not isinstance(term, rdflib.term.Identifier) else term)
    datatype = getattr(term, "datatype", None)
    if datatype is not None and str(getattr(datatype, "value", datatype)) in NUMBERS:
        return Decimal(text)
    if datatype is None and not isinstance(term, rdflib.Literal):
        short = text.removeprefix(DEFAULT_BASE)
        return short if short != text else curie(text, ONTOLOGY.prefixes)
    return text


def asked(question: Question, given: dict[str, str]) -> dict[str, Term]:
    return bind(question, given, ONTOLOGY, "en")


def under_pyoxigraph(question: Question, given: dict[str, str], graphs: Graphs) -> tuple[list[str], list[Row]]:
    answer = run(graphs, question.text, asked(question, given), prefixes=ONTOLOGY.prefixes)
    return list(answer.variables), [tuple(map(cell, row)) for row in answer.rows]


def under_rdflib(question: Question, given: dict[str, str], dataset: rdflib.Dataset) -> tuple[list[str], list[Row]]:
    terms = {
        name: f"<{DEFAULT_BASE}{term.text}>" if isinstance(term, Thing) else str(term)
        for name, term in asked(question, given).items()
    }
    result = dataset.query(substitute(question.text, terms), initNs=dict(ONTOLOGY.prefixes))
    return [str(v) for v in result.vars or ()], [
        tuple(cell(value) for value in row) for row in result if isinstance(row, ResultRow)
    ]


def wanted(value: object) -> object:
    return Decimal(value) if isinstance(value, int) else value


def fits(want: Row, row: Row) -> bool:
    return all(w == c or (w == "*" and c not in (None, "")) for w, c in zip(want, row, strict=True))


def unmatched(wants: Iterable[Row], rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """What was expected and not found, and what was found and not expected; each row counts once."""
    left, missing = list(rows), []
    for want in sorted(wants, key=lambda want: want.count("*")):
        found = next((row for row in left if fits(want, row)), None)
        if found is None:
            missing.append(want)
        else:
            left.remove(found)
    return missing, left


@each
def test_answer_is_what_the_article_says(name: str, graphs: Graphs) -> None:
    want = expected(name)
    variables, rows = under_pyoxigraph(QUESTIONS[name], want.parameters, graphs)
    assert variables == want.columns
    missing, surplus = unmatched([tuple(map(wanted, row["is"])) for row in want.rows], rows)
    assert (missing, surplus) == ([], [])


@each
@pytest.mark.parametrize("lang", LANGUAGES)
def test_rdflib_gives_the_same_rows(name: str, lang: str, graphs: Graphs, dataset: rdflib.Dataset) -> None:
    given = dict(expected(name).parameters)
    if "lang" in given:
        given["lang"] = lang
    ours, theirs = under_pyoxigraph(QUESTIONS[name], given, graphs), under_rdflib(QUESTIONS[name], given, dataset)
    assert ours[0] == theirs[0]
    assert ours[1]
    assert Counter(ours[1]) == Counter(theirs[1])


@each
def test_parameters_that_may_be_left_out_widen_the_answer(name: str, graphs: Graphs, dataset: rdflib.Dataset) -> None:
    question = QUESTIONS[name]
    given = {p.name: expected(name).parameters[p.name] for p in question.parameters if p.needed}
    ours, theirs = under_pyoxigraph(question, given, graphs), under_rdflib(question, given, dataset)
    assert Counter(ours[1]) == Counter(theirs[1])
    narrow = {**expected(name).parameters}
    narrow.pop("lang", None)
    assert set(under_pyoxigraph(question, narrow, graphs)[1]) <= set(ours[1])


def test_each_question_has_its_expected_answers() -> None:
    assert sorted(path.stem for path in EXPECTED.glob("*.yaml")) == sorted(QUESTIONS)


@each
def test_each_expected_row_is_proved(name: str) -> None:
    for row in expected(name).rows:
        assert row["at"]
        assert all(0 <= start < end and end - start <= 400 for start, end in row["at"])


@each
def test_header_is_complete(name: str) -> None:
    question = QUESTIONS[name]
    for texts in (question.title, question.description, *(p.label for p in question.parameters)):
        assert all(texts[lang] for lang in LANGUAGES)
    for parameter in question.parameters:
        assert resolves(parameter.kind, ONTOLOGY)
    assert {p.name for p in question.parameters}.isdisjoint(expected(name).columns)


def resolves(kind: str, ontology: Ontology) -> bool:
    if kind in ("text", "integer", "date", "language", "thing") or kind in ontology.schemes:
        return True
    prefix, _, local = kind.partition(":")
    iri = ontology.prefixes[prefix] + local
    return any(iri in shape.classes for shape in ontology.shapes.values())


@each
def test_questions_negate_by_minus_and_say_their_order(name: str) -> None:
    words = [token.text.upper() for token in tokens(QUESTIONS[name].text) if token.kind == "word"]
    assert "EXISTS" not in words
    assert "ORDER" in words


@each
def test_fact_variables_can_be_asked_for(name: str, graphs: Graphs) -> None:
    """Adding them to the answer must not break the query: that is what they are named for."""
    question = QUESTIONS[name]
    if not question.facts or "GROUP BY" in question.text:
        return
    head, word, tail = question.text.partition("SELECT DISTINCT")
    widened = head + word + "".join(f" ?{fact}" for fact in question.facts) + tail
    answer = run(graphs, widened, asked(question, expected(name).parameters), prefixes=ONTOLOGY.prefixes)
    assert any(row[0] is not None for row in answer.rows)
