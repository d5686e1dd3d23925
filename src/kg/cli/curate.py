"""``kg cite``, ``kg anchor``, ``kg init``, ``kg schema``: help for those who write facts."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from kg.cli.common import Context
from kg.draft import anchor_file, in_context
from kg.errors import KgError, UsageError
from kg.messages import say
from kg.ontology import load_ontology
from kg.schema import schema_text
from kg.source import SourceText, find_passages, load_sources, nearest_passage, read_source
from kg.start import FACTS, first_project, write_project

__all__ = ["commands"]

Span = tuple[int, int]


# ------------------------------------------------------------------ cite


def _find_source(name: str, context: Context, sources: str | None) -> SourceText:
    """The source that the user means: a path, or the name of a file in the sources folder, ending or not."""
    folder = context.folder / (sources or context.settings.sources)
    file = next((path for path in (context.folder / name, folder / name) if path.is_file()), None)
    if file is None:
        there = load_sources(folder).values()
        fitting = [s for s in there if s.name.rpartition("/")[2].rpartition(".")[0] == name]
        if len(fitting) == 1:
            return fitting[0]
        names = [s.name for s in there]
        near = difflib.get_close_matches(name.rpartition("/")[2], names, n=1, cutoff=0.4) or names or ["–"]
        raise UsageError("curate.no_source", name=name, folder=folder.as_posix(), near=", ".join(near))
    try:
        source = read_source(file, name)
    except OSError as error:
        raise UsageError("curate.cannot_read", name=name, why=error.strerror or "") from error
    if source is None:
        raise KgError("curate.not_utf8", name=name)
    return source


def _show(source: SourceText, span: Span, number: int | None = None) -> None:
    before, words, after = in_context(source.text, *span)
    head = "" if number is None else f"{number}. "
    click.echo(f"{head}[[{span[0]}, {span[1]}]]\n    {before}>>{words}<<{after}")


def _choose(source: SourceText, found: list[Span], context: Context) -> Span:
    """One of several passages: the user's choice on a terminal, else a fault that says how to choose."""
    for number, span in enumerate(found, start=1):
        _show(source, span, number)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise KgError("curate.several", count=len(found))
    answer = click.prompt(say("curate.which", context.lang), type=click.IntRange(1, len(found)))
    return found[int(answer) - 1]


@click.pass_obj
def _cite(context: Context, /, source: str, words: tuple[str, ...], nth: int | None, sources: str | None) -> None:
    text = _find_source(source, context, sources)
    wanted = " ".join(words).strip()
    if not wanted:
        click.echo(f"sha256: {text.sha256}")
        click.echo(say("curate.length", context.lang, count=len(text.text)))
        return
    found = find_passages(text.text, wanted)
    if not found:
        near = nearest_passage(text.text, wanted)
        if near:
            click.echo(say("curate.near", context.lang))
            _show(text, near)
        raise KgError("curate.not_found", words=wanted, source=text.name)
    if nth is not None:
        if nth > len(found):
            raise KgError("curate.no_nth", nth=nth, count=len(found))
        _show(text, found[nth - 1])
    else:
        _show(text, found[0] if len(found) == 1 else _choose(text, found, context))


# ------------------------------------------------------------------ anchor, init, schema


@click.pass_obj
def _anchor(context: Context, /, file: str, sources: str | None) -> None:
    found = load_sources(context.folder / (sources or context.settings.sources))
    shown = Path(file).as_posix()
    try:
        count = anchor_file(context.folder / file, shown, found, load_ontology())
    except OSError as error:
        raise UsageError("curate.cannot_write", folder=shown, why=error.strerror or "") from error
    click.echo(say("curate.anchored" if count else "curate.no_quotes", context.lang, count=count, file=shown))


@click.pass_obj
def _init(context: Context, /, folder: str) -> None:
    files = first_project(load_ontology(), context.lang)
    write_project(context.folder / folder, files)
    for name in sorted(files):
        click.echo(Path(folder, name).as_posix())
    click.echo(say("curate.started", context.lang, folder=Path(folder).as_posix(), facts=FACTS))


@click.pass_obj
def _schema(context: Context, /) -> None:
    click.echo(schema_text(load_ontology(), context.lang), nl=False)


def commands(lang: str) -> list[click.Command]:
    """The four commands, with their help in ``lang``."""

    def sources() -> click.Parameter:
        return click.Option(["--sources"], metavar="DIR", help=say("curate.opt_sources", lang))

    nth = click.Option(["--nth"], type=click.IntRange(min=1), metavar="N", help=say("curate.opt_nth", lang))
    file = "FICHIER" if lang == "fr" else "FILE"
    words = "MOTS" if lang == "fr" else "WORDS"
    named = click.Argument(["words"], nargs=-1, metavar=f"[{words}]...")
    return [
        click.Command(
            "cite",
            callback=_cite,
            help=say("curate.cite", lang),
            params=[click.Argument(["source"], metavar="SOURCE"), named, nth, sources()],
        ),
        click.Command(
            "anchor",
            callback=_anchor,
            help=say("curate.anchor", lang),
            params=[click.Argument(["file"], metavar=file), sources()],
        ),
        click.Command(
            "init",
            callback=_init,
            help=say("curate.init", lang),
            params=[click.Argument(["folder"], metavar="DIR")],
        ),
        click.Command("schema", callback=_schema, help=say("curate.schema", lang)),
    ]
