"""``kg query``: ready questions and free SPARQL."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

import click

from kg.cli.common import Context
from kg.config import find_data
from kg.errors import UsageError
from kg.messages import choose, say
from kg.ontology import Ontology, load_ontology
from kg.prefixes import curie
from kg.query import Answer, Question, bind, load_questions, run, to_results_json
from kg.turtle import to_turtle

__all__ = ["commands"]

FORMATS = ("table", "csv", "json", "turtle")


@click.pass_obj
def _query(
    context: Context,
    query: tuple[str, ...],
    listed: bool,
    form: str | None,
    timeout: float | None,
    graph: str | None,
) -> None:
    questions = load_questions(find_data("queries"))
    if listed:
        _list(questions, context)
        return
    if not query:
        raise UsageError("query.nothing")
    ontology = load_ontology()
    text, terms = _what(query, questions, ontology, context)
    folder = context.folder / (graph or context.settings.output)
    answer = run(folder, text, ontology.prefixes, terms, timeout)
    _warn_when_stale(folder, context)
    print(_shown(answer, form, ontology, context), end="")


def _what(query: tuple[str, ...], questions: dict[str, Question], ontology: Ontology, context: Context):  # type: ignore[no-untyped-def] # pair of text and terms, see run
    """The text to run and the terms to bind."""
    first, *rest = query
    question = questions.get(first)
    if question is not None:
        given = dict(part.partition("=")[::2] for part in rest)
        return question.text, bind(question, given, ontology, context.settings.base, context.lang)
    if first == "-":
        return sys.stdin.read(), {}
    if first.endswith(".rq") and Path(first).is_file():
        return Path(first).read_text(encoding="utf-8"), {}
    if " " not in first and "{" not in first:
        near = get_close_matches(first, questions, n=1, cutoff=0) or ["–"]
        raise UsageError("query.unknown_question", name=first, near=near[0])
    return first, {}


def _list(questions: dict[str, Question], context: Context) -> None:
    width = max(map(len, questions))
    for name, question in questions.items():
        parameters = " ".join(f"{p.name}={p.default or '…'}" for p in question.parameters if p.kind != "language")
        print(f"{name:<{width}}  {choose(question.title, context.lang)}" + (f"  [{parameters}]" if parameters else ""))


def _warn_when_stale(folder: Path, context: Context) -> None:
    """Say so when a facts file is not the one that the graph was built from."""
    try:
        inputs = json.loads((folder / "report.json").read_text(encoding="utf-8"))["inputs"]
    except (OSError, ValueError, KeyError):
        return
    for name, known in inputs.items():
        file = context.folder / name
        if file.is_file() and sha256(file.read_bytes()).hexdigest() != known:
            print(f"kg: {say('query.stale', context.lang, file=name)}", file=sys.stderr)
            return


def _shown(answer: Answer, form: str | None, ontology: Ontology, context: Context) -> str:
    if answer.triples is not None:
        return to_turtle(answer.triples, ontology.prefixes, context.settings.base)
    if form == "turtle":
        raise UsageError("query.not_triples")
    if form == "json":
        return to_results_json(answer)
    if answer.truth is not None:
        return say("query.yes" if answer.truth else "query.no", context.lang) + "\n"
    rows = [[_word(term, ontology, context, plain=form == "csv") for term in row] for row in answer.rows]
    if form == "csv":
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows([list(answer.variables), *rows])
        return out.getvalue()
    return _table(list(answer.variables), rows) + say("query.rows", context.lang, count=len(rows)) + "\n"


def _word(term: object, ontology: Ontology, context: Context, *, plain: bool) -> str:
    if term is None:
        return ""
    text: str = getattr(term, "value", str(term))
    if plain or hasattr(term, "datatype"):
        return text if plain else " ".join(text.split())
    short = text.removeprefix(context.settings.base)
    return short if short != text else curie(text, ontology.prefixes)


def _table(head: list[str], rows: list[list[str]]) -> str:
    """Columns aligned with spaces: readable on a terminal and by other programs."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    line: Callable[[list[str]], str] = lambda cells: "  ".join(f"{c:<{w}}" for c, w in zip(cells, widths, strict=True)).rstrip()  # noqa: E731 - three uses, one line
    return "\n".join([line(head), line(["─" * w for w in widths]), *map(line, rows)]) + "\n"


def commands(lang: str) -> list[click.Command]:
    """The command, with its help in ``lang``."""
    parameters: list[click.Parameter] = [
        click.Argument(["query"], nargs=-1, metavar="NAME|SPARQL|FILE|- [PARAMETER=VALUE]…"),
        click.Option(["--list", "-l", "listed"], is_flag=True, help=say("query.opt_list", lang)),
        click.Option(["--format", "-f", "form"], type=click.Choice(FORMATS), help=say("query.opt_format", lang)),
        click.Option(["--timeout"], type=click.FloatRange(min=0, min_open=True), help=say("query.opt_timeout", lang)),
        click.Option(["--graph"], metavar="PATH", help=say("query.opt_graph", lang)),
    ]
    return [click.Command("query", callback=_query, help=say("query.help", lang), params=parameters)]
