"""``kg import``: programmes of other makers become facts files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kg.cli.common import Context
from kg.errors import DataError, Place, Problem, UsageError
from kg.importers import (
    FieldMap,
    Imported,
    Loss,
    Options,
    import_source,
    load_map,
    map_names,
    open_reader,
    prepare,
)
from kg.messages import choose, say
from kg.ontology import Ontology, load_ontology
from kg.pipeline import write_all

__all__ = ["commands"]


@contextmanager
def _progress(context: Context) -> Iterator[Callable[[str, int], None]]:
    """The file at work and the records so far, shown on a terminal and only there."""
    if not context.err.is_terminal:
        yield lambda _name, _done: None
        return
    with context.err.status("") as status:
        yield lambda name, done: status.update(say("importing.progress", context.lang, name=name, done=done))


def _why(loss: Loss, imported: Imported, lang: str) -> str:
    """Why something is missing: in the words of the map, or the kind of loss."""
    kind = say(f"importing.kind_{loss.kind}", lang)
    if not loss.reason:
        return kind
    reason = choose(imported.reasons[loss.reason], lang)
    return reason if loss.kind == "ignored" else f"{kind}; {reason}" if lang == "en" else f"{kind} ; {reason}"


def _show_counts(imported: Imported, ontology: Ontology, context: Context) -> None:
    lang = context.lang
    for section, count in imported.things.items():
        label = choose(ontology.sections[section].labels, lang)
        records = imported.records.get(section)
        came = say("importing.records", lang, count=records) if records is not None else ""
        print(f"  {label:<28} {count:>7}  {came}".rstrip())
    for (section, reason), count in sorted(imported.skipped.items()):
        label = choose(ontology.sections[section].labels, lang) if section else "–"
        print(say("importing.skipped", lang, label=label, count=count, why=choose(imported.reasons[reason], lang)))


def _show_losses(imported: Imported, lang: str) -> None:
    """The loss list: field, count, example, why."""
    losses = imported.losses
    if not losses:
        return
    print(say("importing.losses", lang))
    names = [f"{loss.file}: {loss.where}" if loss.file else loss.where for loss in losses]
    width = min(48, max(len(name) for name in names))
    for name, loss in zip(names, losses, strict=True):
        example = say("importing.example", lang, words=loss.example) if loss.example.strip() else ""
        print(f"  {name:<{width}} {loss.count:>7}  {_why(loss, imported, lang)}{example}")


def _unexplained(imported: Imported, shown: str) -> Iterator[Problem]:
    for loss in imported.unexplained:
        why = {tag: say(f"importing.kind_{loss.kind}", tag) for tag in ("en", "fr")}
        params: dict[str, object] = {"name": loss.where, "count": loss.count, "example": loss.example, "why": why}
        yield Problem(Place(shown), "I006", params)


@click.pass_obj
def _import(context: Context, /, **given: object) -> None:
    ontology = load_ontology()
    if given["listing"]:
        _list(context, ontology)
        return
    if not given["format"] or not given["source"]:
        raise UsageError("importing.what")
    source = str(given["source"])
    path = context.folder / source
    shown = Path(source).as_posix()
    if not path.exists():
        raise UsageError("importing.no_source", source=shown)
    field_map = load_map(str(given["format"]), ontology, context.folder)
    imported = _run(context, given, field_map, ontology, path, shown)
    if not given["quiet"]:
        _show_counts(imported, ontology, context)
        _show_losses(imported, context.lang)
    sys.stdout.flush()
    if imported.unexplained:
        raise DataError(_unexplained(imported, shown))
    _save(context, given, imported)


def _run(
    context: Context, given: dict[str, object], field_map: FieldMap, ontology: Ontology, path: Path, shown: str
) -> Imported:
    accepted = given["accept_loss"]
    options = Options(
        **{name: str(given[name] or "") for name in ("series", "edition", "name", "language", "zone")},
        accepted=frozenset(accepted if isinstance(accepted, tuple) else ()),
    )
    with _progress(context) as progress:
        return import_source(field_map, path, shown, ontology, options, open_reader, progress)


def _save(context: Context, given: dict[str, object], imported: Imported) -> None:
    """Write the facts files, or say what would be written."""
    lang = context.lang
    folder = Path(str(given["output"] or Path(context.settings.facts) / imported.folder))
    prefer = str(given["on_conflict"])
    saved = prepare(context.folder / folder, folder.as_posix(), imported.documents, "" if prefer == "stop" else prefer)
    shown = sorted(name for name in saved.outputs if not name.endswith(".imported"))
    counts = {"files": len(shown), "same": saved.same, "facts": imported.facts, "folder": folder.as_posix()}
    if given["dry_run"]:
        print(say("importing.would", lang, **counts))
        return
    write_all(context.folder / folder, saved.outputs)
    for name in saved.obsolete:
        print(say("importing.obsolete", lang, file=(folder / name).as_posix()))
    if imported.zoneless:
        print(say("importing.zoneless", lang, count=imported.zoneless))
    print(say("importing.done", lang, **counts))


def _list(context: Context, ontology: Ontology) -> None:
    maps = [load_map(name, ontology, context.folder) for name in map_names()]
    width = max(len(m.name) for m in maps)
    for field_map in maps:
        print(f"{field_map.name:<{width}}  {choose(field_map.title, context.lang)}")


def commands(lang: str) -> list[click.Command]:
    """The command, with its help in ``lang``."""

    def text(name: str, metavar: str) -> click.Parameter:
        return click.Option([f"--{name}"], metavar=metavar, help=say(f"importing.opt_{name}", lang))

    name, year = ("NOM", "ANNÉE") if lang == "fr" else ("NAME", "YEAR")
    field = "CHAMP" if lang == "fr" else "FIELD"
    params: list[click.Parameter] = [
        click.Argument(["format"], required=False, metavar="FORMAT"),
        click.Argument(["source"], required=False, metavar="SOURCE"),
        text("series", name),
        text("edition", year),
        text("name", name),
        text("language", "TAG"),
        text("zone", "ZONE"),
        text("output", "DIR"),
        click.Option(["--accept-loss"], multiple=True, metavar=field, help=say("importing.opt_accept", lang)),
        click.Option(
            ["--on-conflict"],
            type=click.Choice(("stop", "mine", "source")),
            default="stop",
            help=say("importing.opt_conflict", lang),
        ),
        click.Option(["--dry-run"], is_flag=True, help=say("importing.opt_dry", lang)),
        click.Option(["--quiet"], is_flag=True, help=say("importing.opt_quiet", lang)),
        click.Option(["--list", "listing"], is_flag=True, help=say("importing.opt_list", lang)),
    ]
    return [click.Command("import", callback=_import, help=say("importing.help", lang), params=params)]
