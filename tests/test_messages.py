"""What the program says is there, in both languages, with the same blanks to fill in."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from kg.messages import LANGUAGES, catalogue

SOURCE = Path(__file__).resolve().parents[1] / "src" / "kg"
FILES = sorted(path.stem for path in (SOURCE / "messages").glob("*.yaml"))
ENTRIES = [(file, key) for file in FILES for key in catalogue(file)]
# Called with the key of a message as their first argument.
SPEAKERS = {"say", "KgError", "UsageError", "ProductError"}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def spoken() -> list[tuple[str, str]]:
    """Every message that the code names outright: where, and its key."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and node.args
                and isinstance(node.func, ast.Name)
                and node.func.id in SPEAKERS
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.append((f"{path.relative_to(SOURCE).as_posix()}:{node.lineno}", first.value))
    return found


@pytest.mark.parametrize(("file", "key"), ENTRIES)
def test_each_message_has_both_languages_and_the_same_blanks(file: str, key: str) -> None:
    texts = catalogue(file)[key]
    assert isinstance(key, str), "YAML takes this key for another type; put it in quotes"
    assert set(texts) == set(LANGUAGES)
    assert all(text.strip() for text in texts.values())
    assert blanks(texts["en"]) == blanks(texts["fr"])


def test_what_the_code_says_is_there() -> None:
    known = {f"{file}.{key}" for file, key in ENTRIES}
    calls = spoken()
    assert len(calls) > 50
    assert [(where, key) for where, key in calls if key not in known] == []
