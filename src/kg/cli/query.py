"""``kg query``: ready questions and free SPARQL."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from kg.check import check
from kg.cli.answer import FORMATS, show
from kg.cli.common import Context, aligned, warn_when_stale
from kg.cli.completion import completer
from kg.config import find_data
from kg.errors import DataError, UsageError
from kg.messages import choose, say
from kg.ontology import Ontology, load_ontology
from kg.query import (
    SECONDS,
    Answer,
    Engine,
    Graphs,
    Parameter,
    Question,
    Term,
    bind,
    choices,
    evidence_lines,
    has_header,
    load_groups,
    load_questions,
    nodes_behind,
    read_evidence,
    read_question,
    unknown_terms,
    why_empty,
)
from kg.query.tokens import nearest
from kg.source import SourceText, load_sources
from kg.withhold import read_withheld

__all__ = ["commands"]

ENDINGS = (".rq", ".sparql")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked: its name in messages, its text, what to put in, the variables of nodes with evidence.

    ``ready`` tells whether it has a header that says so.
    """

    name: str
    text: str
    terms: Mapping[str, Term]
    facts: tuple[str, ...] = ()
    ready: bool = False


@click.pass_obj
def _query(
    context: Context,
    query: tuple[str, ...],
    listed: bool,
    form: str | None,
    evidence: bool,
    sources: str | None,
    timeout: float | None,
    service: bool,
    graph: str | None,
) -> None:
    questions = load_questions(find_data("queries"))
    if listed:
        _list(questions, context)
        return
    if not query:
        raise UsageError("query.nothing")
    ontology = load_ontology()
    folder = context.folder / (graph or context.settings.output)
    asked = _asked(query[0], query[1:], questions, ontology, folder, context)
    graphs = Graphs.of_folder(folder)
    if evidence and graphs.evidence is None:
        raise UsageError("query.no_evidence_graph", folder=folder.as_posix())
    texts = _sources(sources, context) if evidence else {}
    warn_when_stale(folder, context)
    base = context.settings.base
    with Engine(graphs, prefixes=ontology.prefixes, base=base, timeout=timeout, service=service) as engine:
        answer = engine.ask(asked.text, asked.terms, name=asked.name)
        behind = _evidence(engine, asked, answer, texts, ontology, context) if evidence else None
        show(answer, form, behind, ontology, context)
        _warn_of_unknown_terms(engine, asked, ontology, context)
        if answer.is_empty and answer.triples is None:
            _say_why_empty(engine, asked, context)


# ------------------------------------------------------------------ what is asked


def _asked(
    first: str,
    rest: Sequence[str],
    questions: Mapping[str, Question],
    ontology: Ontology,
    folder: Path,
    context: Context,
) -> _Asked:
    given = _pairs(rest)
    question = questions.get(first)
    name = first if first.endswith(ENDINGS) else f"{first}.rq" if question else "query"
    if question is None:
        text = _text(first, questions)
        if not has_header(text):
            if given:
                raise UsageError("query.no_parameters")
            return _Asked(name, text, {})
        question = read_question(first, text)

    def examples(parameter: Parameter) -> Iterable[str]:
        try:
            return choices(parameter, ontology, folder / "graph.ttl", context.settings.base, context.lang)
        except (OSError, SyntaxError):
            return ()

    terms = bind(question, given, ontology, context.lang, examples)
    return _Asked(name, question.text, terms, question.facts, ready=True)


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


# ------------------------------------------------------------------ what stands behind it


def _sources(given: str | None, context: Context) -> Mapping[str, SourceText]:
    """The sources at hand by their hash; a folder that was asked for must be there."""
    folder = context.folder / (given or context.settings.sources)
    if given and not folder.is_dir():
        raise UsageError("cli.no_sources", folder=given)
    return load_sources(folder)


def _evidence(
    engine: Engine,
    asked: _Asked,
    answer: Answer,
    sources: Mapping[str, SourceText],
    ontology: Ontology,
    context: Context,
) -> list[list[str]] | None:
    """Some lines for each row; where there is nothing to say for any row, why."""
    if answer.truth is not None or answer.triples is not None:
        _note("query.evidence_not_rows", context)
        return None
    rows = nodes_behind(engine, asked.text, answer, asked.facts, asked.terms)
    if rows is None:
        _note("query.evidence_counts", context)
        return [[] for _ in answer.rows]
    hidden: Sequence[str] | None = None
    try:
        hidden = _withheld(context)
    except DataError:
        _note("query.evidence_withheld", context, file=context.settings.withheld)
    nodes = frozenset[str]().union(*rows)
    read = read_evidence(engine, nodes, ontology, sources if hidden is not None else {}, hidden or ())
    behind = [read.behind(nodes, row) for nodes, row in zip(rows, answer.rows, strict=True)]
    base, lang = context.settings.base, context.lang
    if answer.rows and not any(behind):
        _note("query.evidence_no_facts" if asked.ready and not asked.facts else "query.evidence_none", context)
    elif read.unread and hidden is not None:
        names = ", ".join(sorted(iri.removeprefix(base) for iri in read.unread))
        _note("query.evidence_no_words", context, sources=names)
    return [evidence_lines(passages, ontology, base, lang) for passages in behind]


def _withheld(context: Context) -> Sequence[str]:
    """Names that no output may show; to know them, the facts must be read.

    Raises:
        DataError: the facts hold errors.
    """
    listed, problems = read_withheld(context.folder / context.settings.withheld, context.settings.withheld)
    if not listed and not problems:
        return ()
    return check(context.settings, context.folder).withheld.names


# ------------------------------------------------------------------ what is told beside it


def _note(key: str, context: Context, **params: object) -> None:
    print(f"kg: {say(key, context.lang, **params)}", file=sys.stderr)


def _warn(text: str, context: Context) -> None:
    print(f"kg: {say('query.warning', context.lang)}: {text}", file=sys.stderr)


def _warn_of_unknown_terms(engine: Engine, asked: _Asked, ontology: Ontology, context: Context) -> None:
    for unknown in unknown_terms(engine, asked.text, ontology, SECONDS):
        place = f"{asked.name}:{unknown.line}:{unknown.column}"
        key = "query.unknown_term" if unknown.near else "query.unknown_term_alone"
        near = ", ".join(unknown.near)
        _warn(say(key, context.lang, place=place, term=unknown.text, near=near), context)


def _say_why_empty(engine: Engine, asked: _Asked, context: Context) -> None:
    cause = why_empty(engine, asked.text, asked.terms)
    key = f"query.empty_{cause.kind}"
    if cause.kind == "untold":
        key = "query.empty_unknown" if not cause.shown else f"{key}_ready" if asked.ready else key
    place = f"{asked.name}:{cause.line}:{cause.column}"
    _note(key, context, place=place, shown=cause.shown)


# ------------------------------------------------------------------ what is shown


def _list(questions: Mapping[str, Question], context: Context) -> None:
    """One line a question: name, title, parameters (those that may be left out in brackets).

    On a terminal they stand under headings; a program gets the lines alone.
    """
    lang = context.lang
    rows = {name: [name, choose(q.title, lang), _usage(q.parameters)] for name, q in questions.items()}
    if not context.console.is_terminal:
        print("\n".join(aligned(list(rows.values()))))
        return
    width = max(map(len, rows))
    for number, title in load_groups(find_data("queries")).items():
        context.console.print(Text(choose(title, lang), style="bold underline"))
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(style="bold", no_wrap=True, min_width=width)
        for name, question in questions.items():
            if question.order // 100 * 100 == number:
                table.add_row(*map(Text, rows[name]))
        context.console.print(table, soft_wrap=False)


def _usage(parameters: Iterable[Parameter]) -> str:
    """The parameters as they are written; the language is left out, since ``--lang`` chooses it."""
    words = [(f"{given.name}={given.default or '…'}", given) for given in parameters if given.kind != "language"]
    return " ".join(word if given.needed else f"[{word}]" for word, given in words)


def commands(lang: str) -> list[click.Command]:
    """The command, with its help in ``lang``."""
    parameters: list[click.Parameter] = [
        click.Argument(
            ["query"],
            nargs=-1,
            metavar="NAME|SPARQL|FILE|- [PARAMETER=VALUE]…",
            shell_complete=completer(lang, ENDINGS),
        ),
        click.Option(["--list", "-l", "listed"], is_flag=True, help=say("query.opt_list", lang)),
        click.Option(["--format", "-f", "form"], type=click.Choice(FORMATS), help=say("query.opt_format", lang)),
        click.Option(["--evidence", "-e"], is_flag=True, help=say("query.opt_evidence", lang)),
        click.Option(["--sources"], metavar="PATH", help=say("query.opt_sources", lang)),
        click.Option(
            ["--timeout"],
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help=say("query.opt_timeout", lang),
        ),
        click.Option(["--service"], is_flag=True, help=say("query.opt_service", lang)),
        click.Option(["--graph"], metavar="PATH", help=say("query.opt_graph", lang)),
    ]
    return [click.Command("query", callback=_query, help=say("query.help", lang), params=parameters)]
