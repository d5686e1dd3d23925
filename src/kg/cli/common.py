"""What every command shares: the language, the settings, the two consoles."""

from __future__ import annotations

import gettext
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from rich.console import Console

from kg.config import Settings
from kg.errors import DataError, Problem
from kg.facts import find_files
from kg.messages import LANGUAGES, say

__all__ = ["Context", "aligned", "find_language", "show_data_error", "show_problems", "speak", "warn_when_stale"]


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to each command as ``ctx.obj``. ``console`` writes to standard output, ``err`` to standard error."""

    lang: str
    settings: Settings
    folder: Path
    console: Console
    err: Console


def find_language(arguments: Sequence[str]) -> str:
    """The language of messages: ``--lang`` anywhere in the arguments, else the locale's, else English."""
    wanted = ""
    for place, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            wanted = argument.partition("=")[2]
        elif argument == "--lang" and place + 1 < len(arguments):
            wanted = arguments[place + 1]
    if wanted:
        return wanted if wanted in LANGUAGES else "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return next((tag for tag in LANGUAGES if value.lower().startswith(tag)), "en")
    return "en"


def speak(lang: str) -> None:
    """Have the command-line library speak ``lang`` too: it asks gettext, which asks the environment."""
    os.environ["LANGUAGE"] = lang
    gettext.bindtextdomain(gettext.textdomain(), str(files("kg.messages") / "locale"))


def show_problems(problems: Sequence[Problem], context: Context) -> None:
    """One line per problem on standard error; the place is bold on a terminal."""
    for problem in problems:
        line = problem.line(context.lang)
        if context.err.is_terminal:
            place, _, rest = line.partition(": ")
            context.err.print(f"[bold]{_escape(place)}[/]: {_escape(rest)}", highlight=False, soft_wrap=True)
        else:
            print(line, file=sys.stderr)


def _escape(text: str) -> str:
    return text.replace("[", "\\[")


def show_data_error(error: DataError, context: Context) -> None:
    """All problems, then how many there are."""
    show_problems(error.problems, context)
    errors = sum(1 for problem in error.problems if problem.severity == "error")
    context.err.print(say("problems.count", context.lang, count=errors), highlight=False, soft_wrap=True)


def warn_when_stale(folder: Path, context: Context) -> None:
    """Say so when the facts are not those that the graph was built from. Without a report there is no telling."""
    try:
        inputs = dict(json.loads((folder / "report.json").read_text(encoding="utf-8"))["inputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    root = context.folder / context.settings.facts
    here = {file.relative_to(context.folder).as_posix() for file in find_files(root)} if root.is_dir() else set()
    added = here if here & inputs.keys() else set()  # else the graph is of other facts
    for name in sorted(inputs.keys() | added):
        file = context.folder / name
        there = file.is_file() or (added and file.is_relative_to(root))
        if there and inputs.get(name) != _hash(file):
            warning = say("query.warning", context.lang)
            print(f"kg: {warning}: {say('query.stale', context.lang, file=name)}", file=sys.stderr)
            return


def _hash(file: Path) -> str | None:
    return sha256(file.read_bytes()).hexdigest() if file.is_file() else None


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns aligned with spaces: readable everywhere, and easy to cut."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
