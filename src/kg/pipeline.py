"""From checked facts to the outputs.

Nothing is written before everything has been made, and each output is written aside and then renamed, so that an
error or a broken run leaves the previous outputs as they were.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from kg.check import Checked, Progress, check, sha256, silent
from kg.config import Settings, find_data
from kg.errors import UsageError
from kg.graph import span_iri
from kg.mapping import MappedFile
from kg.render import page
from kg.report import Report, make_report
from kg.values import names_in
from kg.view import load_views

__all__ = ["build", "passages", "write_all"]


def passages(checked: Checked) -> dict[str, str]:
    """The words of every cited passage whose source is at hand, by the IRI of the passage."""
    found: dict[str, str] = {}
    for file in checked.graph.files:
        source = checked.sources.get(file.file.sha256 or "")
        if source is None:
            continue
        iri = _source_iri(file)
        for mapped in file.facts:
            for selector in mapped.fact.standing.at:
                words = source.words(selector.kind, selector.start, selector.end, selector.pointer)
                if words is not None and not names_in(words, checked.withheld.names):
                    found[span_iri(iri, selector)] = words
    return found


def _source_iri(file: MappedFile) -> str:
    source = file.file.source
    return next(getattr(t.subject, "value", "") for thing, t in file.types if thing == source)


def build(settings: Settings, folder: Path, progress: Progress = silent) -> Report:
    """Check the facts and write all outputs into ``settings.output``.

    Raises:
        DataError: the facts hold errors; the outputs are as they were.
        UsageError: the outputs cannot be written.
    """
    checked = check(settings, folder, progress)
    graph = checked.graph
    progress("write")
    outputs = {"graph.ttl": graph.turtle(), "graph-evidence.ttl": graph.evidence_turtle()}
    progress("draw")
    views = load_views(find_data("views"))
    outputs["network.html"] = page(graph.store(), checked.ontology, views, passages=passages(checked) or None)
    hashes = {name: sha256(text.encode("utf-8")) for name, text in outputs.items()}
    report = make_report(graph, checked.withheld, checked.merged, checked.problems, checked.inputs, hashes)
    outputs["report.json"] = report.to_json()
    outputs["report.md"] = report.to_markdown(checked.ontology)
    write_all(folder / settings.output, outputs)
    return report


def write_all(folder: Path, outputs: Mapping[str, str]) -> None:
    """Write texts aside, then rename them all; on any error every file is as it was and nothing new is left behind.

    A name may lead through folders below ``folder``; they are made.

    Raises:
        UsageError: the folder cannot be made or written.
    """
    written: list[tuple[Path, Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in outputs.items():
            final = folder / name
            final.parent.mkdir(parents=True, exist_ok=True)
            new, old = final.with_name(f".{final.name}.new"), final.with_name(f".{final.name}.old")
            written.append((new, final, old))
            new.write_bytes(text.encode("utf-8"))
        _rename(written)
    except OSError as error:
        raise UsageError("cli.cannot_write", folder=folder.name, why=error.strerror or type(error).__name__) from error
    finally:
        for new, _, old in written:
            for aside in (new, old):
                with contextlib.suppress(OSError):
                    aside.unlink(missing_ok=True)


def _rename(written: Sequence[tuple[Path, Path, Path]]) -> None:
    """Put each new file in its place; when one cannot be, put the old ones back."""
    done: list[tuple[Path, Path, bool]] = []
    try:
        for new, final, old in written:
            there = final.is_file()
            done.append((final, old, there))
            if there:
                final.replace(old)
            new.replace(final)
    except BaseException:  # Ctrl-C as well must leave the outputs of one build
        for final, old, there in done:
            if old.is_file():
                old.replace(final)
            elif not there and final.is_file():
                final.unlink()
        raise
