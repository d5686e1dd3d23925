"""``kg query``: ready questions and free SPARQL."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from kg.cli.common import Context, aligned, warn_when_stale
from kg.config import find_data
from kg.errors import UsageError
from kg.messages import choose, say
from kg.ontology import Ontology, load_ontology
from kg.prefixes import curie
from kg.query import Answer, Graphs, Parameter, Question, Term, bind, has_header, load_questions, read_question, run
from kg.query.tokens import nearest
from kg.turtle import to_turtle

__all__ = ["commands"]

ENDINGS = (".rq", ".sparql")
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
    name, text, terms = _asked(query[0], query[1:], questions, ontology, context)
    folder = context.folder / (graph or context.settings.output)
    graphs = Graphs.of_folder(folder)
    warn_when_stale(folder, context)
    base = context.settings.base
    answer = run(graphs, text, terms, prefixes=ontology.prefixes, base=base, timeout=timeout, name=name)
    _show(answer, form or ("table" if answer.triples is None else "turtle"), ontology, context)


# ------------------------------------------------------------------ what is asked


def _asked(
    first: str, rest: Sequence[str], questions: Mapping[str, Question], ontology: Ontology, context: Context
) -> tuple[str, str, dict[str, Term]]:
    """What to call the query, its text, and what to put for its parameters."""
    given = _pairs(rest)
    question = questions.get(first)
    name = first if first.endswith(ENDINGS) else "query"
    if question is None:
        text = _text(first, questions)
        if not has_header(text):
            if given:
                raise UsageError("query.no_parameters")
            return name, text, {}
        question = read_question(first, text)
    return name, question.text, bind(question, given, ontology, context.lang)


def _pairs(words: Iterable[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise UsageError("query.bad_pair", word=word)
        if name in given:
            raise UsageError("query.repeated_parameter", name=name)
        given[name] = value
    return given


def _text(first: str, questions: Mapping[str, Question]) -> str:
    """The query itself: typed, in a file, or on standard input."""
    if first == "-":
        return _decoded("-", sys.stdin.buffer.read())
    path = Path(first)
    if first.endswith(ENDINGS):
        try:
            return _decoded(first, path.read_bytes())
        except OSError as error:
            raise UsageError("query.no_file", path=first, why=error.strerror or str(error)) from error
    if not any(sign in first for sign in " \t\n{"):
        raise UsageError("query.unknown_question", name=first, near=nearest(first, questions))
    return first


def _decoded(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UsageError("query.no_file", path=path, why=str(error)) from error


# ------------------------------------------------------------------ what is shown


def _list(questions: Mapping[str, Question], context: Context) -> None:
    """One line a question: name, title, parameters (those that may be left out in brackets)."""
    rows = [
        [name, choose(question.title, context.lang), _usage(question.parameters)]
        for name, question in questions.items()
    ]
    if context.console.is_terminal:
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(style="bold", no_wrap=True)
        for row in rows:
            table.add_row(*map(Text, row))
        context.console.print(table, soft_wrap=False)
    else:
        print("\n".join(aligned(rows)))


def _usage(parameters: Iterable[Parameter]) -> str:
    """The parameters as they are written; the language is left out, since ``--lang`` chooses it."""
    words = [(f"{given.name}={given.default or '…'}", given) for given in parameters if given.kind != "language"]
    return " ".join(word if given.needed else f"[{word}]" for word, given in words)


def _show(answer: Answer, form: str, ontology: Ontology, context: Context) -> None:
    if answer.triples is not None:
        if form != "turtle":
            raise UsageError("query.not_rows")
        print(to_turtle(answer.triples, ontology.prefixes, context.settings.base), end="")
    elif form == "turtle":
        raise UsageError("query.not_triples")
    elif form in ("json", "csv"):
        data = answer.to_json() if form == "json" else answer.to_csv()
        sys.stdout.flush()
        sys.stdout.buffer.write(data)  # as the standards write them, line ends included
        sys.stdout.buffer.flush()
    elif answer.truth is not None:
        print(say("query.truth_yes" if answer.truth else "query.truth_no", context.lang))
    else:
        _table(answer, ontology, context)


def _table(answer: Answer, ontology: Ontology, context: Context) -> None:
    rows = [[_word(term, ontology, context) for term in row] for row in answer.rows]
    if context.console.is_terminal:
        table = Table(*answer.variables, box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
        for row in rows:
            table.add_row(*map(Text, row))
        context.console.print(table, soft_wrap=False)
        context.err.print(say("query.rows", context.lang, count=len(rows)), style="dim", highlight=False)
    else:
        head = list(answer.variables)
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        print("\n".join(aligned([head, ["-" * width for width in widths], *rows])))


def _word(term: object, ontology: Ontology, context: Context) -> str:
    """A term as people read it: texts and numbers plain, IRIs short."""
    if term is None:
        return ""
    text = str(getattr(term, "value", term))
    if hasattr(term, "datatype"):
        return " ".join(text.split())
    short = text.removeprefix(context.settings.base)
    return short if short and short != text else curie(text, ontology.prefixes)


def commands(lang: str) -> list[click.Command]:
    """The command, with its help in ``lang``."""
    parameters: list[click.Parameter] = [
        click.Argument(["query"], nargs=-1, metavar="NAME|SPARQL|FILE|- [PARAMETER=VALUE]…"),
        click.Option(["--list", "-l", "listed"], is_flag=True, help=say("query.opt_list", lang)),
        click.Option(["--format", "-f", "form"], type=click.Choice(FORMATS), help=say("query.opt_format", lang)),
        click.Option(
            ["--timeout"],
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help=say("query.opt_timeout", lang),
        ),
        click.Option(["--graph"], metavar="PATH", help=say("query.opt_graph", lang)),
    ]
    return [click.Command("query", callback=_query, help=say("query.help", lang), params=parameters)]
