"""Every code has a case; the case shows it and nothing else; what is right is right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.cases import codes, load_case, message, told
from kg.messages import LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
SHOWN = [code for code in codes() if load_case(code).wrong]


def kg(*arguments: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *arguments, "--lang", lang],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_each_code_has_a_file_and_each_file_a_code() -> None:
    assert sorted(path.stem for path in (ROOT / "ontology" / "faults").iterdir()) == codes()
    of_facts = [code for code in codes() if code[0] != "I"]  # what an import finds lies in files of foreign formats
    assert len(of_facts) - len(SHOWN) <= 5, "few faults may do without a case"


@pytest.mark.parametrize("code", SHOWN)
def test_what_is_wrong_is_told_and_nothing_else(code: str) -> None:
    case = load_case(code)
    problems = told(case, case.wrong)
    assert {problem.code for problem in problems} == {code}
    for problem in problems:
        file = case.wrong.get(problem.place.path)
        if file is not None and file.times == 1:
            lines = file.text.split("\n")
            assert problem.place.line <= len(lines)
            assert problem.place.column <= len(lines[problem.place.line - 1]) + 1


@pytest.mark.parametrize("code", SHOWN)
def test_what_is_right_has_no_fault(code: str) -> None:
    case = load_case(code)
    assert told(case, case.right) == ()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_explain_shows_the_case(lang: str) -> None:
    done = kg("explain", "f007", lang=lang)
    assert done.returncode == 0
    assert message("F007", lang) in done.stdout
    assert "ada-exempel" in done.stdout
    assert "facts.yaml:3:" in done.stdout


def test_explain_without_a_code_lists_all() -> None:
    assert [line.split()[0] for line in kg("explain").stdout.splitlines()] == codes()


def test_an_unknown_code_is_wrong_use() -> None:
    done = kg("explain", "F0O7")
    assert done.returncode == 2
    assert "F007" in done.stderr
