"""Golden cases: two files each, no code.

``facts.yaml`` with ``expected.ttl`` (the graph with its evidence) or ``expected.problems`` (what is said, in both
languages). ``make golden`` rewrites the expected files; read the difference as code.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kg.check import check
from kg.config import Settings
from kg.errors import DataError, Problem

CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())


def told(problems: tuple[Problem, ...]) -> str:
    return "".join(f"{problem.line('en')}\n{problem.line('fr')}\n" for problem in problems)


def outcome(case: Path) -> tuple[str, str]:
    """The name of the expected file and what it should hold."""
    try:
        checked = check(Settings(facts="facts.yaml"), case)
    except DataError as error:
        return "expected.problems", told(error.problems)
    if checked.problems:
        return "expected.problems", told(checked.problems)
    return "expected.ttl", checked.graph.evidence_turtle()


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_case(case: Path) -> None:
    name, text = outcome(case)
    expected = case / name
    if os.environ.get("KG_GOLDEN") == "rewrite":
        for old in case.glob("expected.*"):
            old.unlink()
        expected.write_text(text, encoding="utf-8", newline="\n")
    assert expected.is_file(), f"{name} is not what this case expected; see 'make golden'"
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", [c for c in CASES if c.name[0] in "YFS"], ids=lambda case: str(case.name))
def test_case_breaks_only_what_it_is_named_for(case: Path) -> None:
    """Each faulty case tells its own code and no other, and each place lies in the file."""
    lines = (case / "facts.yaml").read_bytes().decode("utf-8", errors="replace").split("\n")
    for problem in problems_of(case):
        assert problem.code == case.name[:4], problem.line()
        assert problem.place.line <= len(lines), problem.line()
        assert problem.place.column <= len(lines[problem.place.line - 1]) + 1, problem.line()


def problems_of(case: Path) -> tuple[Problem, ...]:
    try:
        return check(Settings(facts="facts.yaml"), case).problems
    except DataError as error:
        return error.problems


def test_every_shape_has_a_case_that_breaks_it() -> None:
    from kg.ontology import load_ontology

    told_of = " ".join(
        (case / "expected.problems").read_text(encoding="utf-8") for case in CASES if case.name[0] == "S"
    )
    for shape in load_ontology().sections.values():
        messages = {field.messages["en"] for field in shape.fields.values()} | {*shape.messages.values()}
        assert any(message in told_of for message in messages), f"no golden case breaks {shape.iri}"
        for text in shape.messages.values():  # what a shape asks of the thing as a whole
            assert text in told_of, f"no golden case breaks {shape.iri} as a whole"
