"""What must hold for any facts, tried on many made-up ones."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.check import check
from kg.config import Settings
from kg.errors import DataError
from kg.graph import Graph
from kg.ontology import load_ontology
from kg.reader import read_facts
from kg.turtle import to_turtle
from kg.yamltree import parse_yaml

texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1).filter(str.strip)
words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
people = st.dictionaries(words, st.fixed_dictionaries({"name": texts, "profession": texts}), min_size=1, max_size=6)
terms = st.builds(ox.NamedNode, words.map(lambda w: f"https://example.org/{w}/{w}"))
literals = st.one_of(
    st.builds(ox.Literal, texts),
    st.builds(lambda t: ox.Literal(t, language="fr"), texts),
    st.builds(ox.Literal, st.integers()),
    st.builds(ox.Literal, st.booleans()),
)
graphs = st.sets(st.builds(ox.Triple, terms, terms, st.one_of(terms, literals)), max_size=20)


def graph_of(text: str) -> Graph:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "facts.yaml").write_text(text, encoding="utf-8", newline="\n")
        return check(Settings(facts="facts.yaml"), Path(folder)).graph


def as_yaml(facts: dict[str, dict[str, str]], order: random.Random | None = None) -> str:
    things = [{"id": name, **values} for name, values in facts.items()]
    if order:
        order.shuffle(things)
        things = [dict(order.sample(list(thing.items()), len(thing))) for thing in things]
    return yaml.safe_dump({"language": "fr", "people": things}, allow_unicode=True, sort_keys=False)


@given(graphs)
def test_turtle_round_trip(triples: set[ox.Triple]) -> None:
    text = to_turtle(triples, {"ex": "https://example.org/a/"}, "https://example.org/")
    read = {quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)}
    assert read == triples


@settings(max_examples=25, deadline=None)
@given(people, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(facts: dict[str, dict[str, str]], order: random.Random) -> None:
    assert graph_of(as_yaml(facts)).turtle() == graph_of(as_yaml(facts, order)).turtle()


@settings(max_examples=25, deadline=None)
@given(people)
def test_no_value_is_lost_or_changed(facts: dict[str, dict[str, str]]) -> None:
    written = sorted(value for person in facts.values() for value in person.values())
    plain = graph_of(as_yaml(facts)).plain
    read = sorted(t.object.value for t in plain if isinstance(t.object, ox.Literal))
    assert read == written


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("abé:-,[]{}#&*!|>'\"%@`\n \t?<~"), max_size=60))
def test_each_problem_lies_inside_its_file(text: str) -> None:
    lines = text.split("\n")
    _, problems = parse_yaml(text, "facts.yaml")
    for problem in problems:
        assert 1 <= problem.place.line <= len(lines)
        assert 1 <= problem.place.column <= len(lines[problem.place.line - 1]) + 1
        assert problem.line("fr") != problem.line("en")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_end_in_facts_or_problems(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "facts.yaml"
        file.write_bytes(raw)
        facts, problems = read_facts(file, "facts.yaml", load_ontology())
        assert facts.things or problems


def test_one_file_or_many_is_the_same_graph(tmp_path: Path) -> None:
    facts = {"a": {"name": "A", "profession": "p"}, "b": {"name": "B", "profession": "q"}}
    for name, values in facts.items():
        (tmp_path / f"{name}.yaml").write_text(as_yaml({name: values}), encoding="utf-8")
    many = check(Settings(facts="."), tmp_path).graph
    assert many.turtle() == graph_of(as_yaml(facts)).turtle()


def test_all_problems_of_all_files_in_one_run(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("people: [{id: a, nam: A}]\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("people: [{id: b\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        check(Settings(facts="."), tmp_path)
    assert [p.code for p in error.value.problems] == ["F001", "Y002"]
