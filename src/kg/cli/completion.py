"""What the shell completes after ``kg query``: questions, their parameters, the values these may have."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from kg.config import find_data, load_settings
from kg.errors import KgError
from kg.messages import choose
from kg.ontology import load_ontology
from kg.query import Parameter, Question, choices, has_header, load_questions, read_question

__all__ = ["completer"]

Item = CompletionItem[str]
_WRONG = (KgError, OSError, SyntaxError, ValueError)
Completer = Callable[[click.Context, click.Parameter, str], list[Item]]


def completer(lang: str, endings: tuple[str, ...]) -> Completer:
    """Completes the words of a query; ``endings`` are those of files that hold one.

    Whatever is wrong with files or settings, nothing is completed and nothing is said: a shell is at work.
    """

    def complete(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[Item]:
        given = tuple(context.params.get("query") or ())
        try:
            if not given:
                return _names(incomplete, lang)
            question = _question(given[0], endings)
            return list(_words(question, given[1:], incomplete, context.params.get("graph"), lang)) if question else []
        except _WRONG:
            return []

    return complete


def _names(incomplete: str, lang: str) -> list[Item]:
    """Questions by name; when none begins so, the shell's own completion of files."""
    questions = load_questions(find_data("queries"))
    found = [
        CompletionItem(name, help=choose(question.title, lang))
        for name, question in questions.items()
        if name.startswith(incomplete)
    ]
    return found or [CompletionItem(incomplete, type="file")]


def _question(first: str, endings: tuple[str, ...]) -> Question | None:
    ready = find_data("queries") / f"{first}.rq"
    file = Path(first) if first.endswith(endings) else ready
    if not file.is_file():
        return None
    text = file.read_text(encoding="utf-8")
    return read_question(file.stem, text) if has_header(text) else None


def _words(question: Question, given: Sequence[str], incomplete: str, graph: str | None, lang: str) -> Iterator[Item]:
    """The value at the cursor, or the parameters not written yet; where one only fits, with its values."""
    known = {parameter.name: parameter for parameter in question.parameters}
    name, value, before = _at_cursor(given, incomplete, known)
    if name:
        for choice, meaning in _choices(known.get(name), graph, lang).items():
            if choice.startswith(value):
                yield CompletionItem(before + choice, help=meaning or None)
        return
    written = {word.partition("=")[0] for word in given}
    left = [p for p in question.parameters if p.name not in written and p.name.startswith(incomplete)]
    values = _choices(left[0], graph, lang) if len(left) == 1 else {}
    for choice, meaning in values.items():  # and no blank comes after “name=”, as it would after a whole word
        yield CompletionItem(f"{left[0].name}={choice}", help=meaning or None)
    if not values:
        for parameter in left:
            yield CompletionItem(f"{parameter.name}=", help=choose(parameter.label, lang))


def _at_cursor(given: Sequence[str], incomplete: str, known: Mapping[str, Parameter]) -> tuple[str, str, str]:
    """The parameter whose value is being written, the value so far, and what the shell wants before each value.

    Some shells keep ``name=value`` as one word; bash makes three of it, and click drops a ``=`` at the cursor.
    """
    name, sign, value = incomplete.partition("=")
    if sign:
        return name, value, f"{name}="
    if len(given) > 1 and given[-1] == "=":
        return given[-2], incomplete, ""
    at_sign = not incomplete and os.environ.get("COMP_WORDS", "").rstrip().endswith("=")
    return (given[-1], "", "") if at_sign and given and given[-1] in known else ("", "", "")


def _choices(parameter: Parameter | None, graph: str | None, lang: str) -> Mapping[str, str]:
    if parameter is None:
        return {}
    try:
        settings = load_settings(Path())
        file = Path(graph or settings.output) / "graph.ttl"
        return choices(parameter, load_ontology(), file, settings.base, lang)
    except _WRONG:
        return {}
