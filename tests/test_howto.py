"""The pages on asking questions do what they say: each command is run, and each answer shown is the answer given."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kg.query import load_questions

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs" / "howto").glob("questions.*.md"))
BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
CALL = re.compile(r"^\$ kg (?P<words>.*)\n(?P<shown>(?:(?!\$ ).*\n)*)", re.MULTILINE)

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A folder in which the graph has been built."""
    shutil.copytree(built, tmp_path / "output")
    return tmp_path


def asked(folder: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "kg", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, encoding="utf-8", check=False)


@pages
def test_answers_shown_are_the_answers_given(page: Path, folder: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = [(block["kind"], block["text"]) for block in BLOCK.finditer(text)]
    (own,) = [text for kind, text in blocks if kind == "sparql"]
    (folder / "mine.rq").write_text(own, encoding="utf-8", newline="\n")
    calls = [call for kind, text in blocks if kind == "console" for call in CALL.finditer(text)]
    assert len(calls) >= 6
    for call in calls:
        done = asked(folder, shlex.split(call["words"]))
        assert done.stdout + done.stderr == call["shown"], call["words"]
        assert done.returncode == (2 if call["shown"].startswith("kg: ") else 0)


@pages
def test_other_questions_shown_have_an_answer(page: Path, folder: Path) -> None:
    calls = re.findall(r"(?:^|`)kg (query [^>`\n]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(calls) >= 5
    for line in calls:
        done = asked(folder, shlex.split(line))
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) > 2, line


def test_both_pages_ask_the_same() -> None:
    names = [re.findall(r"\b(?:kg query |`)([a-z]+(?:-[a-z]+)+)\b", page.read_text(encoding="utf-8")) for page in PAGES]
    assert len(PAGES) == 2
    assert names[0] == names[1]
    assert set(names[0]) <= set(load_questions(ROOT / "queries"))
