"""How an answer of ``kg query`` is shown, with what stands behind its rows where that is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from kg.cli.common import Context, aligned
from kg.errors import UsageError
from kg.messages import say
from kg.ontology import Ontology
from kg.query import Answer, Cell, shown, to_markdown
from kg.turtle import to_turtle

__all__ = ["FORMATS", "aligned", "show"]

FORMATS = ("table", "csv", "tsv", "json", "xml", "markdown", "turtle")
EVIDENCE = "evidence"
Lines = Sequence[Sequence[str]]


def show(answer: Answer, form: str | None, evidence: Lines | None, ontology: Ontology, context: Context) -> None:
    """Write the answer to standard output. ``evidence`` has some lines for each row, or is None when not asked for.

    Raises:
        UsageError: the format is not one for such an answer.
    """
    if answer.triples is not None:
        if form not in (None, "turtle"):
            raise UsageError("query.not_rows")
        print(to_turtle(answer.triples, ontology.prefixes, context.settings.base), end="")
        return
    if form == "turtle":
        raise UsageError("query.not_triples")
    if form in ("csv", "tsv", "json", "xml"):
        _write(_widened(answer, evidence), form)
    elif answer.truth is not None:
        print(say("query.truth_yes" if answer.truth else "query.truth_no", context.lang))
    elif form == "markdown":
        print(to_markdown(_widened(answer, evidence), lambda cell: _text(cell, ontology, context)), end="")
    elif evidence is None or not any(evidence):
        _table(answer, ontology, context)
    else:
        _table_with_evidence(answer, evidence, ontology, context)


def _widened(answer: Answer, evidence: Lines | None) -> Answer:
    """The answer with its evidence as one more column, a line for each passage."""
    if evidence is None:
        return answer
    name = EVIDENCE
    while name in answer.variables:
        name += "_"
    return answer.with_column(name, ["\n".join(lines) for lines in evidence])


def _write(answer: Answer, form: str) -> None:
    """Write bytes as the standards have them, line ends included."""
    written = {"csv": answer.to_csv, "tsv": answer.to_tsv, "json": answer.to_json, "xml": answer.to_xml}[form]()
    sys.stdout.flush()
    sys.stdout.buffer.write(written)
    sys.stdout.buffer.flush()


def _table(answer: Answer, ontology: Ontology, context: Context) -> None:
    rows = [[_word(term, ontology, context) for term in row] for row in answer.rows]
    if context.console.is_terminal:
        table = Table(*answer.variables, box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
        for row in rows:
            table.add_row(*map(Text, row))
        context.console.print(table, soft_wrap=False)
        context.err.print(say("query.rows", context.lang, count=len(rows)), style="dim", highlight=False)
    else:
        print("\n".join(_with_head(answer, rows)))


def _table_with_evidence(answer: Answer, evidence: Lines, ontology: Ontology, context: Context) -> None:
    """Each row with its evidence below it, set in."""
    rows = [[_word(term, ontology, context) for term in row] for row in answer.rows]
    head, rule, *lines = _with_head(answer, rows)
    context.console.print(Text(head, style="bold"))
    context.console.print(Text(rule))
    for line, behind in zip(lines, evidence, strict=True):
        context.console.print(Text(line))
        for text in behind or [say("query.evidence_no_passage", context.lang)]:
            context.console.print(Text(f"    {text}", style="dim"))


def _with_head(answer: Answer, rows: Sequence[Sequence[str]]) -> list[str]:
    head = list(answer.variables)
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return aligned([head, ["-" * width for width in widths], *rows])


def _text(term: Cell, ontology: Ontology, context: Context) -> str:
    return shown(term, ontology.prefixes, context.settings.base)


def _word(term: Cell, ontology: Ontology, context: Context) -> str:
    """A term on one line."""
    return " ".join(_text(term, ontology, context).split())
