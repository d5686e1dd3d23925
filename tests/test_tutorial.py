"""The tutorials do what they say: each command is run, each edit is made, each answer shown is given."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FACTS = Path("data/facts/my-series/2024/first-source.yaml")

#: What a reader is told to do, in the order of the text. An edit is a sentence followed by a block.
STEP = re.compile(
    r"^```console\n(?P<console>.*?)^```$"
    r"|(?:^Below the line|^Sous la ligne) `(?P<line>[^`]+)` (?:write:|écrivez :)\n\n```yaml\n(?P<new>.*?)^```$"
    r"|(?:Change|Changez)\s`(?P<old>[^`]+)`\s(?:to|en)\s`(?P<right>[^`]+)`",
    re.DOTALL | re.MULTILINE,
)


@dataclass
class Reader:
    """Somebody who follows a tutorial in an empty folder."""

    folder: Path
    lang: str
    commands: list[str] = field(default_factory=list)

    def follow(self, text: str) -> None:
        for step in STEP.finditer(text):
            if step["console"] is not None:
                for command, shown in calls(step["console"]):
                    self.commands.append(command)
                    self.run(command, shown)
            elif step["line"] is not None:
                self.edit(f"\n{step['line']}\n", f"\n{step['line']}\n{step['new']}")
            else:
                self.edit(step["old"], step["right"])

    def edit(self, old: str, new: str) -> None:
        text = (self.folder / FACTS).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} should be there once"
        (self.folder / FACTS).write_text(text.replace(old, new), encoding="utf-8", newline="\n")

    def run(self, command: str, shown: list[str]) -> None:
        program, *arguments = shlex.split(command)
        if program == "cd":
            self.folder /= arguments[0]
            return
        assert program == "kg"
        # What a reader types alone is typed here with nothing else in the environment that could change the answer.
        env = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
        env |= {"LANG": {"en": "en_GB.UTF-8", "fr": "fr_FR.UTF-8"}[self.lang], "PYTHONPATH": str(ROOT / "src")}
        done = subprocess.run(
            [sys.executable, "-m", "kg", *arguments],
            cwd=self.folder,
            env=env,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        said = {plain(line) for line in (done.stdout + done.stderr).splitlines()}
        fault = any(re.search(r": (?:error|erreur) [A-Z]\d{3}: ", line) for line in shown)
        assert done.returncode == (1 if fault else 0), done.stderr
        for line in shown:
            assert any(plain(line) == s or f" {plain(line)} " in f" {s} " for s in said), f"{line!r} not in {said}"


def calls(console: str) -> list[tuple[str, list[str]]]:
    """The commands of a block, each with the lines shown below it."""
    found: list[tuple[str, list[str]]] = []
    for line in console.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip():
            found[-1][1].append(line)
    return found


def plain(line: str) -> str:
    """A line without the rules of a table and with single spaces."""
    return " ".join(re.sub(r"[│┃|]", " ", line).split())


@pytest.fixture(scope="module", params=["en", "fr"])
def followed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    lang = str(request.param)
    reader = Reader(tmp_path_factory.mktemp(f"tutorial-{lang}"), lang)
    reader.follow((ROOT / "docs/tutorial" / f"{lang}.md").read_text(encoding="utf-8"))
    return reader


def test_every_command_of_the_tutorial_was_run(followed: Reader) -> None:
    text = (ROOT / "docs/tutorial" / f"{followed.lang}.md").read_text(encoding="utf-8")
    assert followed.commands == re.findall(r"^\$ (.+)$", text, re.MULTILINE)
    used = {command.split()[1] for command in followed.commands if command.startswith("kg ")}
    assert {"init", "cite", "anchor", "check", "build", "verify", "query"} <= used


def test_the_position_named_in_the_text_is_in_the_file(followed: Reader) -> None:
    text = (ROOT / "docs/tutorial" / f"{followed.lang}.md").read_text(encoding="utf-8")
    positions = re.findall(r"`(at: \[\[\d+, \d+\]\])`", text)
    facts = (followed.folder / FACTS).read_text(encoding="utf-8")
    assert positions
    assert all(position in facts for position in positions)
    assert "quote: Tom" not in facts


def test_the_fact_is_on_the_page_with_its_words(followed: Reader) -> None:
    page = (followed.folder / "output/network.html").read_text(encoding="utf-8")
    assert "Tom Brill" in page
    assert {"en": "answered the hall", "fr": "a répondu à la salle"}[followed.lang] in page


def test_both_tutorials_do_the_same() -> None:
    def commands(lang: str) -> list[str]:
        text = (ROOT / "docs/tutorial" / f"{lang}.md").read_text(encoding="utf-8")
        return [" ".join(c.split()[:2]) for c in re.findall(r"^\$ (.+)$", text, re.MULTILINE) if c.startswith("kg ")]

    assert commands("en") == commands("fr")
