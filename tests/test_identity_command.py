"""``kg identity``: the list, the review in a terminal, proposals; the file of decisions keeps its layout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.check import check
from kg.config import Settings
from kg.errors import DataError, KgError
from kg.identity.decisions import parse_decisions
from kg.identity.review import Settled
from kg.identity.writing import add_decisions, decision_line

pytest.importorskip("rapidfuzz")

ROOT = Path(__file__).resolve().parents[1]
TEXT = "Marie Durand, DGS de Sens, ouvre la séance.\n"
ONE = """
language: fr
source: {{id: first, type: Report, language: fr, headline: Le Courrier, sha256: {sha}}}
people:
  - id: marie-durand
    at: [[0, 12]]
    name: Marie Durand
    memberships: [{{stated: {{is: DGS, at: [[14, 17]]}}, of: {{is: sens, at: [[21, 25]]}}}}]
organisations: [{{id: sens, name: Sens, at: [[21, 25]]}}]
"""
TWO = """
language: fr
source: {id: second, type: Dataset, language: fr}
people:
  - {id: durand-marie, name: DURAND Marie, memberships: [{stated: directrice, of: sens}]}
  - {id: m-durand, name: M. Durand}
"""


DECISIONS = "# Décisions\n\n- {different: [durand-marie, m-durand], by: Jo Curator, why: à part}  # vu\n"


def project(folder: Path) -> Path:
    import hashlib

    sha = hashlib.sha256(TEXT.encode()).hexdigest()
    for path, text in {
        "data/facts/one.yaml": ONE.format(sha=sha),
        "data/facts/two.yaml": TWO,
        "sources/one.txt": TEXT,
        "data/identity.yaml": DECISIONS,
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def kg(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", "identity", *arguments],
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


# ------------------------------------------------------------------ the list


@pytest.mark.parametrize("action", [[], ["list"], ["review"]])
def test_without_a_terminal_there_is_a_list_that_says_how_to_review(tmp_path: Path, action: list[str]) -> None:
    done = kg(project(tmp_path), *action)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "person: 2 pair(s)"
    assert lines[2] == "1. Marie Durand (marie-durand) – DURAND Marie (durand-marie) · very likely"
    assert "   + same name but for: capitals, the order of its words" in lines
    assert "   + same organisation: Sens" in lines
    assert "kg identity review" in done.stderr
    assert "data/identity.yaml" in done.stderr


def test_the_list_in_french(tmp_path: Path) -> None:
    done = kg(project(tmp_path), "--lang", "fr")
    assert "   + même nom, à ceci près : les majuscules, l’ordre des mots" in done.stdout.splitlines()


def test_the_list_for_programs(tmp_path: Path) -> None:
    rows = json.loads(kg(project(tmp_path), "-f", "json", "--all").stdout)
    assert [sorted(row["ids"]) for row in rows] == [["durand-marie", "marie-durand"], ["m-durand", "marie-durand"]]
    assert rows[0]["bits"] > rows[1]["bits"]
    assert rows[0]["kind"] == "people"


def test_limits_and_kinds(tmp_path: Path) -> None:
    assert "1 more" in kg(project(tmp_path), "--limit", "1").stdout
    assert kg(tmp_path, "--kind", "organisations").stdout == "no pair may be the same, as far as names tell\n"
    wrong = kg(tmp_path, "--kind", "peoples")
    assert wrong.returncode == 2
    assert "people, organisations" in wrong.stderr


def test_facts_with_errors_are_told_as_by_check(tmp_path: Path) -> None:
    (project(tmp_path) / "data" / "identity.yaml").write_text("- {same: [a, b], by: Jo, why: x}\n", encoding="utf-8")
    done = kg(tmp_path)
    assert done.returncode == 1
    assert "data/identity.yaml:1:11: error D002" in done.stderr


# ------------------------------------------------------------------ the review


def in_terminal(folder: Path, answers: list[str], *arguments: str) -> str:
    """Run the review in a terminal of its own and give one answer to each question."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "identity", "review", *arguments],
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    deadline = time.monotonic() + 60
    waiting = list(answers)
    asked = 0
    while time.monotonic() < deadline:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end was closed: the command has ended
            break
        if not part:
            break
        shown += part
        questions = len(re.findall(rb"(?:decisions \[[^\]]*\]:|decisions:|uit|Why \[[^\n]*\]:) ", shown))
        if waiting and questions > asked:
            asked = questions
            os.write(ours, waiting.pop(0).encode() + b"\n")
    os.close(ours)
    assert process.wait(timeout=30) == 0, shown.decode()
    assert waiting == [], shown.decode()
    return shown.decode().replace("\r\n", "\n")


def test_the_review_shows_both_sides_with_their_evidence_and_writes_at_once(tmp_path: Path) -> None:
    shown = in_terminal(project(tmp_path), ["", "x", "s", ""])
    assert "decisions [Jo Curator]:" in shown, "who decided last is offered"
    assert "after Le Courrier" in shown
    assert "name: Marie Durand" in shown
    assert "“Marie Durand”" in shown, "the words of the source"
    assert "post or membership: DGS, Sens" in shown
    assert "post or membership: directrice, Sens" in shown
    assert "one of the letters, please" in shown
    text = (tmp_path / "data" / "identity.yaml").read_text(encoding="utf-8")
    assert text == (
        DECISIONS
        + '- {same: [marie-durand, durand-marie], by: Jo Curator, why: "same name but for: capitals, the order of its '
        'words; same organisation: Sens"}\n'
    )
    assert check(Settings(), tmp_path).merged.joined == 1


def test_nobody_is_asked_what_follows_from_an_answer(tmp_path: Path) -> None:
    """Durand Marie is not M. Durand, says the file; so once she is Marie Durand, Marie Durand is not either."""
    shown = in_terminal(project(tmp_path), ["", "s", "own words"])
    assert shown.count("pair ") == 1
    assert "1 decision(s) written" in shown
    assert "why: own words" in (tmp_path / "data" / "identity.yaml").read_text(encoding="utf-8")


def test_skipping_writes_nothing(tmp_path: Path) -> None:
    before = (project(tmp_path) / "data" / "identity.yaml").read_bytes()
    in_terminal(tmp_path, ["Someone", "k", "q"])
    assert (tmp_path / "data" / "identity.yaml").read_bytes() == before


# ------------------------------------------------------------------ proposals


def test_proposals_are_written_once_and_change_nothing(tmp_path: Path) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = [(f"Given{b}{a}", f"Family{a}{b}") for a in letters[:10] for b in letters[:20]]
    (tmp_path / "data" / "facts").mkdir(parents=True)
    for file, written in (("p", "{} {}"), ("q", "{1} {0}")):
        lines = [f"  - {{id: {file}{n}, name: {written.format(*name).upper()}}}" for n, name in enumerate(names)]
        lines = lines if file == "q" else [f"  - {{id: p{n}, name: {' '.join(name)}}}" for n, name in enumerate(names)]
        (tmp_path / "data" / "facts" / f"{file}.yaml").write_text("\n".join(["people:", *lines]), encoding="utf-8")
    plain = check(Settings(), tmp_path).graph.turtle()
    assert "200 pair(s) written to data/identity.yaml" in kg(tmp_path, "--auto").stdout
    decisions, problems = parse_decisions((tmp_path / "data" / "identity.yaml").read_text("utf-8"), "x")
    assert problems == []
    assert {(d.verdict, d.by, d.why) for d in decisions} == {
        ("proposed", "kg", "same name but for: capitals, the order of its words")
    }
    assert "0 pair(s) written" in kg(tmp_path, "--auto").stdout
    assert check(Settings(), tmp_path).graph.turtle() == plain


# ------------------------------------------------------------------ the file


WORDS = st.text(min_size=1, max_size=30).filter(lambda text: text.strip() and text.isprintable())


@given(WORDS, WORDS)
@settings(max_examples=300, deadline=None)
def test_a_line_reads_back_as_it_was_meant(by: str, why: str) -> None:
    line = decision_line("same", ["a-x", "https://example.org/id,1", "007"], by, why)
    assert "\n" not in line
    (decision,), problems = parse_decisions(line + "\n", "x")
    assert problems == []
    assert decision.ids == ("a-x", "https://example.org/id,1", "007")
    assert (decision.by, decision.why) == (" ".join(by.split()), " ".join(why.split()))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "{}\n"),
        ("", "{}\n"),
        ("# remark\n", "# remark\n{}\n"),
        ("# no line end", "# no line end\n{}\n"),
        ("# one\r\n# two\r\n", "# one\r\n# two\r\n{}\r\n"),
    ],
)
def test_lines_are_appended_and_the_rest_stays(tmp_path: Path, before: str | None, after: str) -> None:
    file = tmp_path / "new" / "identity.yaml"
    if before is not None:
        file.parent.mkdir()
        file.write_bytes(before.encode())
    line = decision_line("same", ["a", "b"], "Jo", "x")
    assert len(add_decisions(file, "identity.yaml", [line])) == 1
    assert file.read_bytes().decode() == after.format(line)
    assert [path.name for path in file.parent.iterdir()] == ["identity.yaml"]


def test_what_cannot_be_added_to_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "identity.yaml"
    line = decision_line("same", ["a", "b"], "Jo", "x")
    file.write_text("[]\n", encoding="utf-8")
    with pytest.raises(KgError, match="hyphens"):
        add_decisions(file, "identity.yaml", [line])
    file.write_text("- {same: [a]}\n", encoding="utf-8")
    with pytest.raises(DataError):
        add_decisions(file, "identity.yaml", [line])
    assert file.read_text(encoding="utf-8") == "- {same: [a]}\n"


def test_what_answers_settle() -> None:
    settled = Settled()
    settled.add("same", "a", "b")
    settled.add("different", "b", "c")
    assert settled.settles("a", "c")
    settled.add("same", "c", "d")
    assert settled.settles("d", "a")
    assert not settled.settles("d", "e")
