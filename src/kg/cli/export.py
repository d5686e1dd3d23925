"""``kg export``: the graph for other programs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.cli.common import Context, warn_when_stale
from kg.errors import UsageError
from kg.export import FORMATS, Built, Format, Made, Options, read_built
from kg.messages import LANGUAGES, choose, say
from kg.ontology import load_ontology
from kg.pipeline import write_all
from kg.values import is_iri

__all__ = ["commands"]

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}

Given = str | bool | None


@click.pass_obj
def _export(
    context: Context, /, form: str | None, listed: bool, output: str | None, graph: str | None, **given: Given
) -> None:
    if listed:
        _list(context)
        return
    if form is None:
        raise UsageError("export.nothing")
    chosen = FORMATS[form]
    options = _options(chosen, given)
    if output is None and len(chosen.files) > 1:
        raise UsageError("export.two_files", form=form)
    folder = context.folder / (graph or context.settings.output)
    built = read_built(folder, context.settings.base, load_ontology())
    if not built.evidence and (chosen.by_evidence or options.evidence):
        raise UsageError("export.no_evidence", folder=folder.as_posix())
    warn_when_stale(folder, context)
    made = chosen.make(built, options)
    _write(made, output)
    _tell(made, built, context)


def _options(chosen: Format, given: dict[str, Given]) -> Options:
    """What was given, if the format heeds it."""
    used: dict[str, str | bool | bytes] = {name: v for name, v in given.items() if v is not None and v is not False}
    for name in used.keys() - chosen.options:
        forms = ", ".join(form.name for form in FORMATS.values() if name in form.options)
        raise UsageError("export.unused", option=f"--{name}", form=chosen.name, forms=forms)
    for name in ("site", "context"):
        address = used.get(name)
        if isinstance(address, str) and not is_iri(address):
            raise UsageError(f"export.bad_{name}", **{name: address})
    if isinstance(about := used.pop("about", None), str):
        try:
            used["about"] = Path(about).read_bytes()
        except OSError as error:
            raise UsageError("export.no_about", path=about, why=error.strerror or type(error).__name__) from error
    if isinstance(separator := used.pop("separator", None), str):
        used["separator"] = SEPARATORS[separator]
    return Options(**used)  # type: ignore[arg-type] # the names and types are those of the command's options


def _list(context: Context) -> None:
    """Each format with its file and a sentence of what it is for and what it loses."""
    for form in FORMATS.values():
        files = ", ".join(form.files)
        print(f"{form.name:<11} {files:<21} {say(f'export.about_{form.name}', context.lang)}")


def _write(made: Made, output: str | None) -> None:
    """To standard output, or aside and then renamed, to a file or into a folder."""
    if output is None:
        sys.stdout.flush()
        for text in made.files.values():
            sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
        return
    path = Path(output)
    if path.is_dir() or output.endswith(("/", "\\")) or len(made.files) > 1:
        write_all(path, made.files)
    else:
        write_all(path.parent, dict(zip([path.name], made.files.values(), strict=True)))


def _tell(made: Made, built: Built, context: Context) -> None:
    """What is not in the file, and what its readers will miss."""
    files = ", ".join(made.files)
    for loss in made.losses:
        what = say(f"export.{loss.key.partition('_')[0]}", context.lang, file=files)
        print(f"kg: {what}: {loss.message(context.lang)}", file=sys.stderr)
    for finding in made.findings:
        weight = say(f"export.wanted_{'required' if finding.required else 'recommended'}", context.lang)
        thing = finding.thing.removeprefix(built.base) or finding.thing
        text = choose(finding.texts, context.lang)
        print(f"kg: {say('export.warning', context.lang)}: {thing}: {weight}: {text}", file=sys.stderr)


def commands(lang: str) -> list[click.Command]:
    """The command, with its help in ``lang``."""

    def option(*names: str, metavar: str | None = None, kind: click.Choice[str] | None = None) -> click.Parameter:
        help_text = say(f"export.opt_{names[0].removeprefix('--')}", lang)
        return click.Option(list(names), metavar=metavar, type=kind, help=help_text)

    parameters: list[click.Parameter] = [
        click.Argument(["form"], required=False, metavar="[FORMAT]", type=click.Choice(list(FORMATS))),
        click.Option(["--list", "-l", "listed"], is_flag=True, help=say("export.opt_list", lang)),
        option("--output", "-o", metavar="PATH"),
        option("--graph", metavar="PATH"),
        click.Option(["--evidence"], is_flag=True, help=say("export.opt_evidence", lang)),
        option("--view", metavar="NAME"),
        option("--texts", kind=click.Choice(LANGUAGES)),
        option("--separator", kind=click.Choice(list(SEPARATORS))),
        option("--only", metavar="ID"),
        option("--context", metavar="IRI"),
        option("--about", metavar="FILE"),
        option("--site", metavar="IRI"),
    ]
    return [click.Command("export", callback=_export, help=say("export.help", lang), params=parameters)]
