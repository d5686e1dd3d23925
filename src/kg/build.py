"""The whole way: facts → check → map → validate → graph → outputs.

This module alone knows all stages. Nothing is written before everything has been made, and each output is written
aside and then renamed, so that an error or a broken run leaves the previous outputs as they were.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.config import Settings, find_data
from kg.errors import DataError, Place, Problem, UsageError
from kg.facts import FactsFile, check_references, find_files
from kg.graph import Graph, build_graph, span_iri
from kg.mapping import MappedFile, map_files
from kg.network import load_views
from kg.ontology import Ontology, load_ontology
from kg.reader import read_facts
from kg.render import page
from kg.report import Report, make_report
from kg.source import SourceText, load_sources
from kg.validation import validate
from kg.withhold import Withheld, names_in, read_withheld, withhold

__all__ = ["Checked", "build", "check"]

Progress = Callable[[str], None]


def _silent(_stage: str) -> None:
    """No progress shown."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A graph without errors; ``problems`` holds the warnings. ``sources`` are those at hand, by SHA-256."""

    graph: Graph
    ontology: Ontology
    withheld: Withheld
    problems: tuple[Problem, ...]
    inputs: Mapping[str, str]
    sources: Mapping[str, SourceText]


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read_all(settings: Settings, folder: Path, ontology: Ontology) -> tuple[list[FactsFile], list[Problem], dict[str, str]]:
    """Every facts file, all problems of all of them, and the hashes of what was read."""
    root = folder / settings.facts
    files, problems, hashes = [], [], {}
    for file in find_files(root) if root.exists() else []:
        shown = Path(settings.facts, file.relative_to(root)).as_posix() if root.is_dir() else settings.facts
        read, found = read_facts(file, shown, ontology)
        files.append(read)
        problems += found
        if not any(p.code in ("Y005", "Y011") for p in found):
            hashes[shown] = _hash(file.read_bytes())
    if not files:
        problems.append(Problem(Place(Path(settings.facts).as_posix()), "F027", {"folder": settings.facts}))
    return files, problems, hashes


def _drafts(files: Sequence[FactsFile]) -> list[Problem]:
    """Quotes that still stand in a draft: a warning each."""
    found = {
        (file.path, fact.standing.quoted): Problem(fact.standing.quoted, "F024", {"file": file.path}, "warning")
        for file in files
        for fact in file.facts
        if fact.standing.quoted
    }
    return list(found.values())


def _stop_on_errors(problems: Sequence[Problem]) -> None:
    if any(problem.severity == "error" for problem in problems):
        raise DataError(problems)


def check(settings: Settings, folder: Path, progress: Progress = _silent) -> Checked:
    """Everything but writing: read, check, map and validate the facts of the project in ``folder``.

    Raises:
        DataError: with all problems of all files.
    """
    ontology = load_ontology()
    progress("read")
    files, problems, inputs = _read_all(settings, folder, ontology)
    listed, found = read_withheld(folder / settings.withheld, settings.withheld)
    problems += found
    progress("check")
    broken = {p.place.path for p in problems if p.code.startswith("Y")}
    if not broken:
        problems += check_references(files, ontology)
    kept, withheld, found = withhold(files, listed)
    problems += [*found, *_drafts(kept)]
    _stop_on_errors(problems)
    progress("map")
    mapped, found = map_files(kept, ontology, settings.base)
    problems += found
    _stop_on_errors(problems)
    sources = load_sources(folder / settings.sources)
    graph = build_graph(mapped, ontology, settings.base, {sha: source.text for sha, source in sources.items()})
    progress("validate")
    problems += validate(graph, ontology)
    _stop_on_errors(problems)
    if (folder / settings.withheld).is_file():
        inputs[settings.withheld] = _hash((folder / settings.withheld).read_bytes())
    for name in ("ontology", "views"):
        data = find_data(name)
        inputs |= {f"{name}/{p.name}": _hash(p.read_bytes()) for p in sorted(data.iterdir()) if p.is_file()}
    problems = sorted(problems, key=Problem.sort_key)
    return Checked(graph, ontology, withheld, tuple(problems), inputs, sources)


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


def build(settings: Settings, folder: Path, progress: Progress = _silent) -> Report:
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
    hashes = {name: _hash(text.encode("utf-8")) for name, text in outputs.items()}
    report = make_report(graph, checked.ontology, checked.withheld, checked.problems, checked.inputs, hashes)
    outputs["report.json"] = report.to_json()
    outputs["report.md"] = report.to_markdown(checked.ontology)
    write_all(folder / settings.output, outputs)
    return report


def write_all(folder: Path, outputs: Mapping[str, str]) -> None:
    """Write texts aside, then rename them all; on any error nothing new is left behind.

    Raises:
        UsageError: the folder cannot be made or written.
    """
    written: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in outputs.items():
            aside = folder / f".{name}.new"
            written.append((aside, folder / name))
            aside.write_bytes(text.encode("utf-8"))
        for aside, final in written:
            os.replace(aside, final)
    except OSError as error:
        raise UsageError("cli.cannot_write", folder=folder.name, why=error.strerror or type(error).__name__) from error
    finally:
        for aside, _ in written:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
