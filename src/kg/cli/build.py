"""``kg build``, ``kg check``, ``kg verify``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import click

from kg.check import check, silent
from kg.cli.common import Context, show_problems
from kg.config import Settings
from kg.errors import DataError, UsageError
from kg.messages import say
from kg.pipeline import build
from kg.verify import Proof, proofs, verify

__all__ = ["commands"]

Options = dict[str, str | None]


def _options(lang: str, *names: str) -> list[click.Parameter]:
    return [click.Option([f"--{name}"], metavar="PATH", help=say(f"cli.opt_{name}", lang)) for name in names]


def _base(lang: str) -> click.Parameter:
    return click.Option(["--base"], metavar="IRI", help=say("cli.opt_base", lang))


def _settings(context: Context, given: Options) -> Settings:
    return replace(context.settings, **{k: v for k, v in given.items() if v is not None})


@contextmanager
def _progress(context: Context) -> Iterator[Callable[[str], None]]:
    """The stage at work, shown on a terminal and only there."""
    if not context.err.is_terminal:
        yield silent
        return
    with context.err.status("") as status:
        yield lambda stage: status.update(say(f"cli.stage_{stage}", context.lang))


@click.pass_obj
def _build(context: Context, /, **given: str | None) -> None:
    settings = _settings(context, given)
    with _progress(context) as progress:
        report = build(settings, context.folder, progress)
    show_problems(report.problems, context)
    counts = {"facts": report.facts, "files": report.files, "triples": report.triples}
    nodes = report.things
    print(say("cli.built", context.lang, **counts, nodes=nodes, output=settings.output))


@click.pass_obj
def _check(context: Context, /, **given: str | None) -> None:
    settings = _settings(context, given)
    with _progress(context) as progress:
        checked = check(settings, context.folder, progress)
    show_problems(checked.problems, context)
    facts = sum(len(file.facts) for file in checked.graph.files)
    print(say("cli.checked", context.lang, facts=facts, files=len(checked.graph.files)))


@click.pass_obj
def _verify(context: Context, /, **given: str | None) -> None:
    settings = _settings(context, given)
    if not (context.folder / settings.sources).is_dir():
        raise UsageError("cli.no_sources", folder=settings.sources)
    with _progress(context) as progress:
        checked = check(settings, context.folder, progress)
    problems = verify(checked.graph, checked.sources)
    found = list(proofs(checked.graph, checked.ontology, checked.sources, context.lang))
    if any(words for proof in found for _, words in proof.passages):  # without a source there is nothing to show
        for proof in found:
            _show(proof, context)
    sys.stdout.flush()
    if problems:
        raise DataError(problems)
    inferred = sum(1 for proof in found if proof.status == "inferred")
    print(say("cli.verified", context.lang, facts=len(found), inferred=inferred))


def _show(proof: Proof, context: Context) -> None:
    mark = "" if proof.status == "asserted" else f"  ({say(f'cli.status_{proof.status}', context.lang)})"
    print(f"{proof.place}: {proof.subject} · {proof.predicate} · {proof.object}{mark}")
    for selector, words in proof.passages:
        where = selector.pointer or f"{selector.start}–{selector.end}"
        shown = "" if words is None else f"  {say('cli.quoted', context.lang, words=' '.join(words.split()))}"
        print(f"    {where}{shown}")


def commands(lang: str) -> list[click.Command]:
    """The three commands, with their help in ``lang``."""
    table = {
        "build": (_build, ("facts", "sources", "output")),
        "check": (_check, ("facts", "sources")),
        "verify": (_verify, ("facts", "sources")),
    }
    return [
        click.Command(
            name, callback=callback, help=say(f"cli.{name}", lang), params=[*_options(lang, *names), _base(lang)]
        )
        for name, (callback, names) in table.items()
    ]
