"""Facts: what a facts file says, checked and taken apart, before any mapping.

Reading goes in one pass: YAML tree → things and facts. Each value becomes one :class:`Fact` with its place in the
file and its standing (evidence, inference, reading), so that what follows never has to look into YAML again.
A file is read alone; :func:`check_references` then looks at all files together.

Which sections, keys, words and datatypes exist is the ontology's business, not ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.errors import Place, Problem
from kg.ontology import Field, Ontology, Shape

__all__ = ["Fact", "FactsFile", "Selector", "Standing", "Thing", "check_references", "find_files"]

Json = str | dict[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Selector:
    """A passage of the source.

    ``kind`` is ``text`` (``start`` and ``end`` in code points, end exclusive), ``pointer`` (a JSON Pointer, RFC 6901)
    or ``cell`` (``row`` and ``column`` of a table, from 1, RFC 7111).
    """

    kind: str
    start: int = 0
    end: int = 0
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a fact stands: its evidence, what it is inferred from, how the source was read."""

    at: tuple[Selector, ...] = ()
    inferred: tuple[tuple[str, str], ...] = ()
    reading: tuple[tuple[str, str], ...] = ()
    status: str = "asserted"
    quoted: Place | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of one key of one thing: exactly one triple.

    ``value`` is what JSON-LD shall read under the key; ``refers`` tells whether it is the id of another thing.
    """

    subject: str
    field: Field
    value: Json
    refers: bool
    place: Place
    standing: Standing

    def text(self) -> str:
        """The value as a reader would write it."""
        if isinstance(self.value, str):
            return self.value
        return self.value.get("@value") or next(iter(self.value.values()))


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that has an id and a class, as described in one file."""

    id: str
    class_iri: str
    class_word: str
    shape: Shape
    place: Place
    standing: Standing
    minted: bool = False


@dataclass(frozen=True, slots=True)
class FactsFile:
    """Everything that one file says. ``source`` is the thing whose positions the evidence counts, if any.

    ``sha256``, ``free`` and ``source_language`` are what the file says of that source. ``broken`` are the ids of
    things that could not be read whole.
    """

    path: str
    things: tuple[Thing, ...]
    facts: tuple[Fact, ...]
    source: Thing | None
    sha256: str | None
    free: bool
    source_language: str | None
    broken: frozenset[str] = frozenset()


def find_files(folder: Path) -> list[Path]:
    """All facts files below a folder (or the one file given), sorted by their path."""
    if folder.is_file():
        return [folder]
    found = [p for p in folder.rglob("*") if p.suffix in (".yaml", ".yml") and (p.is_file() or p.is_symlink())]
    return sorted(found, key=lambda p: p.relative_to(folder).as_posix())


def nearest(word: str, allowed: Iterable[str]) -> dict[str, str]:
    """A hint by language: the allowed word that looks most like ``word``, or all of them when none does."""
    from difflib import get_close_matches

    known = sorted(allowed)
    lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    if close:
        name = lower[close[0]]
        return {"en": f"did you mean “{name}”?", "fr": f"vouliez-vous dire « {name} » ?"}
    words = ", ".join(known)
    return {"en": f"allowed: {words}", "fr": f"sont admis : {words}"}


def check_references(files: Iterable[FactsFile], ontology: Ontology) -> list[Problem]:
    """Problems that only show when all files are seen together: unknown ids, one id described in two ways.

    The same id may be described in several files (several sources speak of it), as long as its class is the same.
    """
    files = list(files)
    known: dict[str, Thing] = {}
    problems: list[Problem] = []
    for file in files:
        here: dict[str, Thing] = {}
        for thing in file.things:
            first = here.get(thing.id)
            if first and first.class_iri == thing.class_iri:
                code = "F013" if thing.minted else "F006"
                problems.append(Problem(thing.place, code, {"id": thing.id, "first": first.place.line}))
            elif (other := first or known.get(thing.id)) and other.class_iri != thing.class_iri:
                clash = {"id": thing.id, "first": str(other.place), "a": thing.class_word, "b": other.class_word}
                problems.append(Problem(thing.place, "F014", clash))
            here.setdefault(thing.id, thing)
        for name, thing in here.items():
            known.setdefault(name, thing)
    ids = set(known)
    for file in files:
        for fact in file.facts:
            target = str(fact.value)
            if fact.refers and target not in ids:
                wanted = _of_class(known, fact.field.target, ontology)
                params: dict[str, object] = {"id": target, "near": _near_id(target, wanted or ids)}
                problems.append(Problem(fact.place, "F007", params))
    return problems


def _of_class(known: Mapping[str, Thing], target: str | None, ontology: Ontology) -> set[str]:
    if target is None:
        return set(known)
    return {
        name
        for name, thing in known.items()
        if target == thing.class_iri or target in ontology.superclasses(thing.class_iri)
    }


def _near_id(target: str, ids: Iterable[str]) -> dict[str, str]:
    from difflib import get_close_matches

    close = get_close_matches(target, sorted(ids), n=1, cutoff=0.5)
    if close:
        return {"en": f"did you mean “{close[0]}”?", "fr": f"vouliez-vous dire « {close[0]} » ?"}
    return {"en": "describe it, or correct the id", "fr": "décrivez-le, ou corrigez l’identifiant"}
