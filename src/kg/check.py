"""Facts → check → map → validate → graph: everything that comes before writing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.coherence import check_coherence
from kg.config import Settings, find_data
from kg.errors import DataError, Place, Problem
from kg.facts import FactsFile, check_references, find_files
from kg.graph import Graph, build_graph
from kg.identity import Identity, Merged, check_authorities, judge, load_rules, merge, read_decisions
from kg.mapping import map_files
from kg.ontology import Ontology, load_ontology
from kg.reader import read_facts
from kg.source import SourceText, load_sources
from kg.validation import validate
from kg.withhold import Withheld, read_withheld, withhold

__all__ = ["Checked", "Gathered", "Progress", "check", "gather", "sha256", "silent"]

Progress = Callable[[str], None]


def silent(_stage: str) -> None:
    """No progress shown."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A graph without errors; ``problems`` holds the warnings. ``sources`` are those at hand, by SHA-256."""

    graph: Graph
    ontology: Ontology
    withheld: Withheld
    merged: Merged
    problems: tuple[Problem, ...]
    inputs: Mapping[str, str]
    sources: Mapping[str, SourceText]


def sha256(data: bytes) -> str:
    """The hash of some bytes, in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _read_all(
    settings: Settings, folder: Path, ontology: Ontology
) -> tuple[list[FactsFile], list[Problem], dict[str, str]]:
    """Every facts file, all problems of all of them, and the hashes of what was read."""
    root = folder / settings.facts
    files, problems, hashes = [], [], {}
    for file in find_files(root) if root.exists() else []:
        shown = Path(settings.facts, file.relative_to(root)).as_posix() if root.is_dir() else settings.facts
        read, found = read_facts(file, shown, ontology)
        files.append(read)
        problems += found
        if not any(p.code in ("Y005", "Y011") for p in found):
            hashes[shown] = sha256(file.read_bytes())
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


def _judged(found: Sequence[Problem], files: Sequence[FactsFile], known: Sequence[Problem]) -> Iterator[Problem]:
    """What the shapes find, but for what only follows from a fault told already.

    Of a thing that could not be read whole, and of a value that names nothing, the shapes would speak in vain.
    """
    broken = {name for file in files for name in file.broken}
    broken |= {str(p.params["id"]) for p in known if p.code in ("F006", "F013", "F014")}
    told = {problem.place for problem in known if problem.severity == "error"}
    for problem in found:
        if problem.params["id"] not in broken and problem.place not in told:
            yield problem


def _stop_on_errors(problems: Sequence[Problem]) -> None:
    if any(problem.severity == "error" for problem in problems):
        raise DataError(problems)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts as they go to the graph: what is one is one, what is withheld is out.

    ``broken`` are the paths of files that are no YAML: what refers to them cannot be judged.
    """

    files: Sequence[FactsFile]
    withheld: Withheld
    merged: Merged
    identity: Identity
    problems: Sequence[Problem]
    inputs: Mapping[str, str]
    broken: frozenset[str]

    def stop_on_errors(self) -> None:
        """Go no further with what is wrong.

        Raises:
            DataError: one of the problems is an error; it has them all.
        """
        _stop_on_errors(self.problems)


def gather(settings: Settings, folder: Path, ontology: Ontology, progress: Progress = silent) -> Gathered:
    """Read the facts of the project in ``folder`` and what was decided about them; all problems, nothing raised."""
    progress("read")
    files, problems, inputs = _read_all(settings, folder, ontology)
    listed, found = read_withheld(folder / settings.withheld, settings.withheld)
    problems += found
    decisions, found = read_decisions(folder / settings.identity, settings.identity)
    problems += found
    progress("check")
    broken = frozenset(p.place.path for p in problems if p.code.startswith("Y"))
    identity, merged = Identity({}, (), {}), Merged()
    kept = files
    if not broken:
        rules = load_rules(ontology)
        found = check_references(files, ontology)
        twice = {p.params["id"] for p in found if p.code in ("F006", "F013", "F014")}
        identity, faults = judge(decisions, files)
        if not any(fault.severity == "error" for fault in faults):
            kept, merged, warnings = merge(files, identity, rules.decided)
            faults += warnings
        problems += [*found, *faults, *(p for p in check_coherence(kept) if p.params.get("id") not in twice)]
        problems += check_authorities(files, rules)
    kept, withheld, found = withhold(kept, listed, merged.replaced)
    problems += [*found, *_drafts(kept)]
    for name in (settings.withheld, settings.identity):
        if (folder / name).is_file():
            inputs[name] = sha256((folder / name).read_bytes())
    return Gathered(kept, withheld, merged, identity, problems, inputs, broken)


def check(settings: Settings, folder: Path, progress: Progress = silent) -> Checked:
    """Everything but writing: read, check, map and validate the facts of the project in ``folder``.

    Raises:
        DataError: with all problems of all files.
    """
    ontology = load_ontology()
    gathered = gather(settings, folder, ontology, progress)
    problems, withheld = list(gathered.problems), gathered.withheld
    if gathered.broken:  # a file that is no YAML may hold anything: what refers to it cannot be judged
        _stop_on_errors(problems)
    progress("map")
    mapped, found = map_files(gathered.files, ontology, settings.base)
    problems += found
    sources = load_sources(folder / settings.sources)
    words = {sha: source.text for sha, source in sources.items()}
    decided = gathered.merged.triples(gathered.files, settings.base, withheld.names)
    graph = build_graph(mapped, ontology, settings.base, words, withheld.names, decided)
    progress("validate")
    problems += _judged(validate(graph, ontology), gathered.files, problems)
    _stop_on_errors(problems)
    inputs = dict(gathered.inputs)
    for name in ("ontology", "views"):
        data = find_data(name)
        inputs |= {f"{name}/{p.name}": sha256(p.read_bytes()) for p in sorted(data.iterdir()) if p.is_file()}
    problems = sorted(problems, key=Problem.sort_key)
    return Checked(graph, ontology, withheld, gathered.merged, tuple(problems), inputs, sources)
