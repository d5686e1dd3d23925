"""Taking a thing out of every output: one id per line in ``withheld.yaml``.

With the thing goes what cannot be without it (a required reference to it, or one that the ontology marks
``kg:withheldWith``), what is scoped under its id, and every text that still names it. An id of something else that
names it is replaced by a neutral one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kg.errors import Place, Problem
from kg.facts import Fact, FactsFile, Thing
from kg.values import names_in, slug

__all__ = ["Withheld", "read_withheld", "withhold"]

_SHORTEST_NAME = 4
_LINE = re.compile(r"\s*(?:-\s+)?(?:(?P<q>[\"']?)(?P<id>[^\s#\"'\[\]{}:,-][^\s#\"'\[\]{},]*)(?P=q))?\s*(?:#.*)?")


@dataclass(frozen=True, slots=True)
class Withheld:
    """What was taken out: ids asked for, and how many things and facts went; ``names`` in folded form."""

    ids: tuple[str, ...] = ()
    things: int = 0
    facts: int = 0
    names: tuple[str, ...] = ()


def read_withheld(file: Path, path: str) -> tuple[list[tuple[str, Place]], list[Problem]]:
    """The ids listed in ``withheld.yaml``, with their places; no file, no ids.

    One id a line, with or without a hyphen before it; ``#`` begins a remark.
    """
    if not file.is_file():
        return [], []
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [Problem(Place(path), "Y001", {"byte": f"0x{error.object[error.start]:02X}"})]
    except OSError as error:
        return [], [Problem(Place(path), "Y011", {"why": error.strerror or type(error).__name__})]
    found: list[tuple[str, Place]] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            indent = len(line) - len(line.lstrip())
            problems.append(Problem(Place(path, number, indent + 1), "F042", {"file": path}))
        elif match["id"]:
            found.append((match["id"], Place(path, number, match.start("id") + 1)))
    return found, problems


def withhold(
    files: Sequence[FactsFile], listed: Iterable[tuple[str, Place]], replaced: Mapping[str, str] | None = None
) -> tuple[list[FactsFile], Withheld, list[Problem]]:
    """Files without the things listed and whatever goes with them.

    ``replaced`` gives for ids that are gone the one that stands for them: a thing is withheld under each of its ids.
    """
    formerly = replaced or {}
    listed = [(formerly.get(name, name), place) for name, place in listed]
    things = {thing.id: thing for file in files for thing in file.things}
    problems = [Problem(place, "F026", {"id": name}) for name, place in listed if name not in things]
    wanted = tuple(dict.fromkeys(name for name, _ in listed if name in things))
    if not wanted:
        return list(files), Withheld(), problems
    facts = [fact for file in files for fact in file.facts]
    whole, names = _names(facts, {name: things[name] for name in wanted})
    namesakes = {name for name, thing in things.items() if thing.shape.known_by_last_word}
    gone, lost = set(wanted), set[int]()
    size = (-1, -1)
    while size != (len(gone), len(lost)):
        size = (len(gone), len(lost))
        scopes = gone | {old for old, new in formerly.items() if new in gone}
        gone |= {name for name in things if any(name.startswith(f"{other}/") for other in scopes)}
        for fact in facts:
            if fact.subject in gone or (fact.refers and fact.value in gone):
                lost.add(id(fact))
                gone |= _dependent(fact, gone, things)
            elif not fact.refers and names_in(_words(fact), whole if _is_own_name(fact, namesakes) else names):
                lost.add(id(fact))
                if fact.field.min or fact.field.path in things[fact.subject].shape.one_of:
                    gone.add(fact.subject)
    told = {name for name in things if name not in gone and names_in(name, whole if name in namesakes else names)}
    neutral = {name: _neutral(name, number, names) for number, name in enumerate(sorted(told), 1)}
    kept = [_renamed(_without(file, gone, lost), neutral) for file in files]
    return kept, Withheld(wanted, len(gone), len(lost), tuple(sorted(names))), problems


def _is_own_name(fact: Fact, namesakes: Collection[str]) -> bool:
    """Whether this is the name of somebody else, who may share the last word of it with the withheld."""
    return fact.subject in namesakes and (fact.field.kind == "name" or fact.field.printed)


def _names(facts: Iterable[Fact], wanted: Mapping[str, Thing]) -> tuple[set[str], set[str]]:
    """Names of the withheld in folded form; then with the last words of people's, as texts often give them alone."""
    whole, found = set[str](), set[str]()
    for fact in facts:
        thing = wanted.get(fact.subject)
        if thing and (fact.field.kind == "name" or fact.field.also_called):
            name = slug(fact.text())
            last = name.rpartition("-")[2] if thing.shape.known_by_last_word else ""
            whole |= {name} if fact.field.kind == "name" else set()
            found |= {name, last if len(last) >= _SHORTEST_NAME else ""}
    return whole, {name for name in found if len(name) > 1 and not re.fullmatch(r"\d+", name)}


def _words(fact: Fact) -> str:
    texts = [text for _, text in (*fact.standing.inferred, *fact.standing.reading)]
    return " ".join([fact.text(), *texts])


def _dependent(fact: Fact, gone: Collection[str], things: dict[str, Thing]) -> set[str]:
    """The thing at the other end of a reference to a withheld thing, when it cannot be without it."""
    target = str(fact.value)
    holder, held = (target, fact.subject) if fact.field.inverse else (fact.subject, target)
    if held not in gone or holder in gone or holder not in things or not fact.refers:
        return set()
    fields = things[holder].shape.fields.values()
    tied = any(f.path == fact.field.path and not f.inverse and (f.min or f.withheld_with) for f in fields)
    return {holder} if tied else set()


def _without(file: FactsFile, gone: Collection[str], lost: Collection[int]) -> FactsFile:
    return replace(
        file,
        things=tuple(thing for thing in file.things if thing.id not in gone),
        facts=tuple(fact for fact in file.facts if fact.subject not in gone and id(fact) not in lost),
    )


def _neutral(name: str, number: int, names: Collection[str]) -> str:
    """An id in place of one that names the withheld, in the same scope where that tells nothing."""
    scope = name.rpartition("/")[0]
    return f"{scope}/withheld-{number}" if scope and not names_in(scope, names) else f"withheld-{number}"


def _renamed(file: FactsFile, neutral: Mapping[str, str]) -> FactsFile:
    """The file with other ids for some things: what remains must not name the withheld by its id."""
    if not neutral:
        return file
    things = tuple(replace(thing, id=neutral.get(thing.id, thing.id)) for thing in file.things)
    source = next((thing for thing in things if thing.shape.evidence_source), None)
    facts = tuple(
        replace(
            fact,
            subject=neutral.get(fact.subject, fact.subject),
            value=neutral.get(str(fact.value), fact.value) if fact.refers else fact.value,
        )
        for fact in file.facts
    )
    return replace(file, things=things, facts=facts, source=source)
