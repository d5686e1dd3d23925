"""What the documents name exists: commands, options, questions, targets, settings, files. And the reverse."""

from __future__ import annotations

import re
import shlex
import tomllib
from dataclasses import fields
from pathlib import Path

import click
import pytest

from kg.cli import command_line
from kg.config import Settings, find_data
from kg.messages import LANGUAGES
from kg.query import load_questions

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "ontology").rglob("*.md")])
READMES = {"en": ROOT / "README.md", "fr": ROOT / "README.fr.md"}
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
CODE = re.compile(r"^ *```[^\n]*\n(.*?)^ *```|`([^`\n]+)`", re.DOTALL | re.MULTILINE)
KG = re.compile(r"^(?:\$ )?(?:\.venv/bin/|py -m )?kg(?: (.*))?$")

doc = pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))


def code(path: Path) -> list[str]:
    """Every line of code in a document, in blocks and within sentences; a trailing remark is cut off."""
    text = path.read_text(encoding="utf-8")
    blocks = [match[0] or match[1] for match in CODE.findall(text)]
    return [re.sub(r"\s+#.*", "", line).strip() for block in blocks for line in block.splitlines()]


def kg_lines(path: Path) -> list[list[str]]:
    """The words after ``kg`` of each call that a document shows."""
    found = []
    for line in code(path):
        match = KG.match(line)
        if match and match[1] and not match[1].startswith(("[", "→")):
            try:
                found.append(shlex.split(match[1]))
            except ValueError:  # a query over several lines: its first line is enough
                found.append(match[1].split())
    return found


def options(command: click.Command) -> set[str]:
    return {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {"--help", "-h"}


@doc
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^ *```.*?^ *```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        file = path.parent / place if place else path
        assert file.exists(), target
        assert file.resolve().is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(file), target


def anchors(path: Path) -> set[str]:
    """The names of a document's headings, as readers of Markdown make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@doc
def test_commands_and_options_exist(path: Path) -> None:
    group = command_line("en")
    for words in kg_lines(path):
        names = [word for word in words if not word.startswith("-") and word not in LANGUAGES]
        known = options(group)
        if names and re.fullmatch(r"[a-z]+", names[0]):
            assert names[0] in group.commands, " ".join(words)
            known |= options(group.commands[names[0]])
        for word in words:
            if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word):
                assert word.partition("=")[0] in known, " ".join(words)


@doc
def test_questions_exist(path: Path) -> None:
    questions = load_questions(find_data("queries"))
    for words in kg_lines(path):
        if words[0] == "query" and len(words) > 1 and re.fullmatch(r"[a-z][a-z-]+", words[1]):
            assert words[1] in questions, " ".join(words)
            known = {parameter.name for parameter in questions[words[1]].parameters}
            given = {word.partition("=")[0] for word in words[2:] if re.match(r"[a-z]+=", word)}
            assert given <= known, " ".join(words)


@doc
def test_make_targets_exist(path: Path) -> None:
    for line in code(path):
        if line.startswith("make "):
            assert {word for word in line.split()[1:] if word.isalpha()} <= TARGETS, line


def test_every_target_is_told_in_contributing() -> None:
    told = {word for line in code(ROOT / "CONTRIBUTING.md") if line.startswith("make") for word in line.split()[1:]}
    parts = {"lint", "types", "facts", "generated", "browser", "help"}  # of `make check` and `make test`; and the list
    assert TARGETS - parts <= told
    assert re.search(r"^check: lint types facts generated\b", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_command_has_a_page_and_help(lang: str) -> None:
    page = (ROOT / "docs" / "reference" / f"commands.{lang}.md").read_text(encoding="utf-8")
    readme = READMES[lang].read_text(encoding="utf-8")
    for name, command in command_line(lang).commands.items():
        assert f"\n## kg {name}\n" in page
        assert f"kg {name}" in readme, name
        assert command.help
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.name}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_setting_is_told(lang: str) -> None:
    readme = READMES[lang].read_text(encoding="utf-8")
    for setting in fields(Settings):
        assert f"`{setting.name}`" in readme, setting.name
        assert str(setting.default) in readme, setting.name


def test_both_readmes_show_the_same() -> None:
    def shown(path: Path) -> tuple[list[str], int, set[str]]:
        text = path.read_text(encoding="utf-8")
        commands = [line for line in code(path) if re.match(r"(make|kg|git|pip|\.venv)\b", line)]
        links = set(re.findall(r"\]\(([^)]+)\)", text))
        return commands, len(re.findall(r"^#", text, re.MULTILINE)), {re.sub(r"\b(en|fr)\b\.?", "", x) for x in links}

    english, french = shown(READMES["en"]), shown(READMES["fr"])
    assert english[0] == french[0]
    assert english[1] == french[1]
    assert len(english[2]) == len(french[2])


def test_decisions_are_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
    for name in listed:
        text = (folder / name).read_text(encoding="utf-8")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], name


def test_the_lock_names_no_address_and_hashes_everything() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"(?:https?|file):/|^-|^\s*--(?!hash=)", text, re.MULTILINE)
    entries = re.split(r"^(?=[A-Za-z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)
    for entry in filter(str.strip, entries):
        assert re.match(r"[\w.\[\],-]+==[\w.+!]+ ", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_lock_covers_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
    for need in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        assert re.split(r"[^\w.-]", need)[0].lower().replace("_", "-") in locked, need


def test_the_ci_runs_what_the_readme_names() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-2:] == ["make test", "make check"]
    for path in READMES.values():
        assert {"make build", "make test"} <= set(code(path))
