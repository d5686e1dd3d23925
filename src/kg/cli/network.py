"""``kg network``: what a view of the graph shows, in sentences, numbers and pictures."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from kg.cli.common import Context, aligned, warn_when_stale
from kg.config import find_data
from kg.dossier import Dossier, read_dossier
from kg.errors import UsageError
from kg.finding import Study, percent, study
from kg.messages import LANGUAGES, choose, say
from kg.network import open_store
from kg.ontology import load_ontology
from kg.picture import needs_fonts, picture, png
from kg.query import Graphs
from kg.query.tokens import nearest
from kg.view import View, load_views

__all__ = ["commands"]

FORMATS = ("table", "csv", "json")
PICTURES = (".svg", ".png")


@click.pass_obj
def _network(
    context: Context,
    view: str | None,
    listed: bool,
    form: str | None,
    top: int,
    drawn: str | None,
    graph: str | None,
) -> None:
    views = load_views(find_data("views"))
    if listed:
        _list(views, context)
        return
    chosen = _chosen(views, view)
    path = _picture_path(drawn, form)
    folder = context.folder / (graph or context.settings.output)
    graphs = Graphs.of_folder(folder)
    warn_when_stale(folder, context)
    ontology = load_ontology()
    try:
        store = open_store(Path(str(graphs.plain)), None if graphs.evidence is None else Path(str(graphs.evidence)))
    except (OSError, SyntaxError) as error:
        raise UsageError("network.bad_graph", folder=folder.name, why=str(error)) from error
    if path is not None:
        _draw(context.folder / path, picture(store, ontology, views, chosen, context.lang), context)
        print(path.as_posix())
        return
    dossier = read_dossier(store, ontology)
    _show(study(chosen, store, ontology, dossier), dossier, form or "table", top, context)


def _list(views: Sequence[View], context: Context) -> None:
    print("\n".join(aligned([[view.name, choose(view.titles, context.lang)] for view in views])))


def _chosen(views: Sequence[View], name: str | None) -> View:
    """The view of this name, the first when none is given."""
    if name is None:
        return views[0]
    known = {view.name: view for view in views}
    if name not in known:
        near = nearest(name, known)
        raise UsageError("network.unknown_view", name=name, near=", ".join(known) if near == "–" else near)
    return known[name]


# ------------------------------------------------------------------ pictures


def _picture_path(drawn: str | None, form: str | None) -> Path | None:
    if drawn is None:
        return None
    if form is not None:
        raise UsageError("network.picture_or_format")
    path = Path(drawn)
    if path.suffix.lower() not in PICTURES:
        raise UsageError("network.bad_picture", name=path.name)
    return path


def _draw(path: Path, text: str, context: Context) -> None:
    """Write the picture aside and rename it, so that a broken run leaves none that is half a picture."""
    data = text.encode("utf-8")
    if path.suffix.lower() == ".png":
        data = png(text)
        if needs_fonts(text):
            print(f"kg: {say('query.warning', context.lang)}: {say('network.fonts', context.lang)}", file=sys.stderr)
    aside = path.with_name(f".{path.name}.new")
    try:
        try:
            aside.write_bytes(data)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError("network.cannot_write", name=path.name, why=error.strerror or str(error)) from error


# ------------------------------------------------------------------ sentences and numbers


def _show(told: Study, dossier: Dossier, form: str, top: int, context: Context) -> None:
    if form != "table":
        data = _json(told, dossier) if form == "json" else _csv(told, dossier, context.lang)
        sys.stdout.flush()
        sys.stdout.buffer.write(data.encode("utf-8"))  # line ends as the formats have them
        sys.stdout.buffer.flush()
        return
    names = {iri: thing.labels for iri, thing in dossier.things.items()}
    lang, console = context.lang, context.console
    title, described = choose(told.view.titles, lang), choose(told.view.descriptions, lang)
    lines = [finding.text(lang, names) for finding in told.findings]
    if not console.is_terminal:
        print("\n".join([title, described, "", *(f"- {line}" for line in lines)]))
    else:
        console.print(Text(title, style="bold"), soft_wrap=False)
        console.print(Text(described, style="dim"), soft_wrap=False)
        sentences = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
        for line in lines:
            sentences.add_row("·", Text(line))
        console.print("", sentences, soft_wrap=False)
    _table(told, dossier, top, context)


def _ranking(told: Study, dossier: Dossier, lang: str) -> list[str]:
    """The nodes compared, those most in between first, then those with most links, then by name."""
    of = told.measures
    nodes = [node for node, kind in of.types.items() if kind in told.view.rank]
    return sorted(nodes, key=lambda n: (-of.betweenness[n], -of.degree[n], choose(dossier.things[n].labels, lang), n))


def _table(told: Study, dossier: Dossier, top: int, context: Context) -> None:
    lang, of = context.lang, told.measures
    columns = ["name", "type", "degree", "between", "cut", *(["kinds"] if told.view.kinds else [])]
    head = [say(f"network.col_{column}", lang) for column in columns]
    nodes = _ranking(told, dossier, lang)[:top]
    rows = []
    for node in nodes:
        cut = str(of.cuts[node].severed) if node in of.cuts else ""
        cells = [choose(dossier.things[node].labels, lang), choose(told.view.types[of.types[node]].labels, lang)]
        cells += [str(of.degree[node]), percent(of.betweenness[node], lang), cut]
        rows.append([*cells, ", ".join(_kinds(told, dossier, node, lang))][: len(head)])
    if not rows:
        return
    if not context.console.is_terminal:
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        print("\n".join(["", *aligned([head, ["-" * width for width in widths], *rows])]))
        return
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for column, title in zip(columns, head, strict=True):
        table.add_column(title, justify="right" if column in ("degree", "between", "cut") else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    context.console.print("", table, soft_wrap=False)


def _kinds(told: Study, dossier: Dossier, node: str, lang: str) -> list[str]:
    kinds = told.measures.kinds.get(node, ())
    return [choose(dossier.things[kind].labels, lang) if kind in dossier.things else kind for kind in kinds]


def _places(groups: Sequence[Sequence[str]]) -> dict[str, int]:
    return {node: number for number, group in enumerate(groups, 1) for node in group}


def _csv(told: Study, dossier: Dossier, lang: str) -> str:
    """Every node measured, one row each; pieces and groups go by number, the largest first (RFC 4180)."""
    of = told.measures
    pieces, groups = _places(of.components), _places(of.communities)
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(["id", "name", "type", "degree", "links", "betweenness", "piece", "group", "cut_off", "kinds"])
    for node, kind in of.types.items():
        cut = of.cuts[node].severed if node in of.cuts else 0
        measures = [of.degree[node], of.links[node], of.betweenness[node], pieces[node], groups[node], cut]
        name = choose(dossier.things[node].labels, lang)
        rows.writerow([node, name, kind, *measures, "; ".join(_kinds(told, dossier, node, lang))])
    return text.getvalue()


def _json(told: Study, dossier: Dossier) -> str:
    """All that was measured, and the sentences in each language."""
    of = told.measures
    names = {iri: thing.labels for iri, thing in dossier.things.items()}
    pieces, groups = _places(of.components), _places(of.communities)
    data = {
        "view": told.view.name,
        "title": dict(told.view.titles),
        "findings": [
            {"measure": finding.measure, "nodes": finding.nodes()}
            | {lang: finding.text(lang, names) for lang in LANGUAGES}
            for finding in told.findings
        ],
        "nodes": [
            {
                "id": node,
                "name": dict(names[node]),
                "type": kind,
                "degree": of.degree[node],
                "links": of.links[node],
                "betweenness": of.betweenness[node],
                "piece": pieces[node],
                "group": groups[node],
                "cut_off": of.cuts[node].severed if node in of.cuts else 0,
                "kinds": of.kinds.get(node, ()),
            }
            for node, kind in of.types.items()
        ],
        "bridges": [{"ends": bridge.ends, "cut_off": bridge.severed} for bridge in of.bridges],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def commands(lang: str) -> list[click.Command]:
    """The command, with its help in ``lang``."""
    options: list[click.Parameter] = [
        click.Argument(["view"], required=False, metavar=say("network.arg_view", lang)),
        click.Option(["--list", "-l", "listed"], is_flag=True, help=say("network.opt_list", lang)),
        click.Option(["--format", "-f", "form"], type=click.Choice(FORMATS), help=say("network.opt_format", lang)),
        click.Option(["--top"], type=click.IntRange(min=0), default=10, metavar="N", help=say("network.opt_top", lang)),
        click.Option(["--picture", "drawn"], metavar="FILE", help=say("network.opt_picture", lang)),
        click.Option(["--graph"], metavar="PATH", help=say("network.opt_graph", lang)),
    ]
    return [click.Command("network", callback=_network, help=say("network.help", lang), params=options)]
