"""Decisions on identity: who is the same, who is not, of whom nobody can tell; by whom, and why.

They stand in one YAML file, one line each, so that two people's lines merge in git::

    - {same: [marie-durand, m-durand], by: Jo Curator, why: "same post, same session"}
    - {different: [jean-martin, jean-martin-2], by: Jo Curator, why: two of one panel}
    - {unsure: [ville-de-sens, sens], by: Jo Curator, why: perhaps the conurbation}
    - {proposed: [zoe-roy, zoe-roy-2], by: kg, why: same name; same organisation}

Of things that are the same, the first id stays; ``proposed`` changes nothing until somebody makes it ``same``.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

from kg.errors import Place, Problem
from kg.facts import FactsFile, Thing, nearest
from kg.values import is_id, is_iri
from kg.yamltree import ListNode, MapNode, Node, Scalar, parse_yaml, read_yaml

__all__ = ["VERDICTS", "Decision", "Identity", "judge", "parse_decisions", "read_decisions"]

VERDICTS = ("same", "different", "unsure", "proposed")
KEYS = (*VERDICTS, "by", "why")
#: What two decisions on one pair may not be at once; the others repeat one another at worst.
_CLASH = {("same", "different"), ("same", "unsure"), ("different", "unsure")}


@dataclass(frozen=True, slots=True)
class Decision:
    """One line: the verdict, the ids that it is about with their places, who decided and why."""

    verdict: str
    ids: tuple[str, ...]
    places: tuple[Place, ...]
    by: str
    why: str
    place: Place

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every two of the ids."""
        return combinations(self.ids, 2)


@dataclass(frozen=True, slots=True)
class Identity:
    """What the decisions come to.

    ``kept`` gives for each id that goes the one that stays; ``unsure`` are pairs of ids that stay. ``decided`` are
    all pairs on which somebody decided, each sorted, by the ids as written.
    """

    kept: Mapping[str, str]
    unsure: tuple[tuple[str, str], ...]
    decided: Mapping[tuple[str, str], Decision]


# ------------------------------------------------------------------ reading


def read_decisions(file: Path, path: str) -> tuple[list[Decision], list[Problem]]:
    """The decisions of a file that the user calls ``path``; no file, no decisions."""
    if not file.exists():
        return [], []
    return _decisions(*read_yaml(file, path), path)


def parse_decisions(text: str, path: str) -> tuple[list[Decision], list[Problem]]:
    """The decisions of a text, as :func:`read_decisions` gives those of a file."""
    return _decisions(*parse_yaml(text, path), path)


def _decisions(root: Node | None, problems: list[Problem], path: str) -> tuple[list[Decision], list[Problem]]:
    if root is None or problems or (isinstance(root, Scalar) and not root.text):
        return [], problems
    if not isinstance(root, ListNode):
        return [], [Problem(root.place, "D001", {"file": path, "why": _NO_LIST})]
    found: list[Decision] = []
    for item in root.items:
        read = _decision(item, path)
        if isinstance(read, Problem):
            problems.append(read)
        else:
            found.append(read)
    return found, problems


_NO_LIST = {"en": "there is no list", "fr": "il n’y a pas de liste"}
_NO_VERDICT = {
    "en": "one of same, different, unsure, proposed is wanted",
    "fr": "il faut l’un de same, different, unsure, proposed",
}
_NO_IDS = {"en": "two ids or more are wanted", "fr": "il faut au moins deux identifiants"}
_TWICE = {"en": "one id stands there twice", "fr": "un identifiant y est deux fois"}


def _missing(key: str) -> dict[str, str]:
    return {"en": f"“{key}” is missing", "fr": f"« {key} » manque"}


def _decision(node: Node, path: str) -> Decision | Problem:
    def fault(at: Node, why: Mapping[str, str]) -> Problem:
        return Problem(at.place, "D001", {"file": path, "why": why})

    if not isinstance(node, MapNode):
        return fault(node, _NO_VERDICT)
    for key, value in node.items:
        if key.text not in KEYS:
            return fault(key, nearest(key.text, KEYS))
        if key.text in ("by", "why") and not (isinstance(value, Scalar) and value.text.strip()):
            return fault(value, _missing(key.text))
    verdicts = [(key.text, value) for key, value in node.items if key.text in VERDICTS]
    if len(verdicts) != 1:
        return fault(node, _NO_VERDICT)
    verdict, listed = verdicts[0]
    if not isinstance(listed, ListNode) or len(listed.items) < 2:
        return fault(listed, _NO_IDS)
    ids: dict[str, Place] = {}
    for entry in listed.items:
        if not isinstance(entry, Scalar) or not (is_id(entry.text) or is_iri(entry.text)):
            return fault(entry, _NO_IDS)
        if entry.text in ids:
            return fault(entry, _TWICE)
        ids[entry.text] = entry.place
    by, why = node.get("by"), node.get("why")
    if not isinstance(by, Scalar) or not isinstance(why, Scalar):
        return fault(node, _missing("why" if isinstance(by, Scalar) else "by"))
    return Decision(verdict, tuple(ids), tuple(ids.values()), by.text, why.text, node.place)


# ------------------------------------------------------------------ what they come to


def judge(decisions: Sequence[Decision], files: Iterable[FactsFile]) -> tuple[Identity, list[Problem]]:
    """What the decisions come to, and where they contradict one another or name nothing.

    The id that stays is one that no line puts behind another; of several such, the one that is first in the file.
    """
    things: dict[str, Thing] = {}
    for file in files:
        for thing in file.things:
            things.setdefault(thing.id, thing)
    problems = [*_unknown(decisions, things), *_classes(decisions, things)]
    known = [d for d in decisions if all(name in things for name in d.ids)]
    links = _links(known)
    problems += _clashes(known, links)
    decided: dict[tuple[str, str], Decision] = {}
    for decision in known:
        for one, other in decision.pairs():
            pair = (min(one, other), max(one, other))
            first = decided.setdefault(pair, decision)
            if first.verdict == "proposed":
                decided[pair] = decision
            if first is not decision and (first.verdict, decision.verdict) not in _SAID_BY_CLASHES:
                told = {"one": one, "other": other, "first": first.place.line}
                problems.append(Problem(decision.place, "D005", told, "warning"))
    kept = _kept(known, links)
    unsure = {
        tuple(sorted((kept.get(one, one), kept.get(other, other))))
        for decision in known
        if decision.verdict == "unsure"
        for one, other in decision.pairs()
    }
    pairs = tuple(sorted((one, other) for one, other in unsure if one != other))
    return Identity(kept, pairs, decided), problems


_SAID_BY_CLASHES = _CLASH | {(b, a) for a, b in _CLASH} | {("proposed", v) for v in VERDICTS if v != "proposed"}


def _unknown(decisions: Iterable[Decision], things: Mapping[str, Thing]) -> Iterator[Problem]:
    for decision in decisions:
        for name, place in zip(decision.ids, decision.places, strict=True):
            if name not in things:
                yield Problem(place, "D002", {"id": name, "near": nearest(name, _like(name, things))})


def _like(name: str, things: Mapping[str, Thing]) -> list[str]:
    """The few ids worth comparing with a wrong one: all of them would fill the screen."""
    from difflib import get_close_matches

    return get_close_matches(name, sorted(things), n=3, cutoff=0.5) or sorted(things)[:3]


def _classes(decisions: Iterable[Decision], things: Mapping[str, Thing]) -> Iterator[Problem]:
    """Only things of one class can be one."""
    for decision in decisions:
        found = [(name, things[name]) for name in decision.ids if name in things]
        if decision.verdict in ("same", "unsure") and found:
            first, thing = found[0]
            for name, other in found[1:]:
                if other.class_iri != thing.class_iri:
                    told = {"one": first, "a": thing.class_word, "other": name, "b": other.class_word}
                    yield Problem(decision.place, "D004", told)
                    break


def _links(decisions: Iterable[Decision]) -> dict[str, dict[str, Decision]]:
    """From id to id by the lines that say that they are the same."""
    links: defaultdict[str, dict[str, Decision]] = defaultdict(dict)
    for decision in decisions:
        if decision.verdict == "same":
            for other in decision.ids[1:]:
                links[decision.ids[0]].setdefault(other, decision)
                links[other].setdefault(decision.ids[0], decision)
    return dict(links)


def _clashes(decisions: Iterable[Decision], links: Mapping[str, Mapping[str, Decision]]) -> Iterator[Problem]:
    """Lines that say that two are not one, or perhaps not, while others say that they are; with the chain of these."""
    apart: dict[tuple[str, str], Decision] = {}
    for decision in decisions:
        if decision.verdict not in ("different", "unsure"):
            continue
        for one, other in decision.pairs():
            chain = _chain(one, other, links)
            if chain:
                told = {"one": one, "other": other, "verdict": decision.verdict, "chain": _told(chain, links)}
                yield Problem(decision.place, "D003", told)
            pair = (min(one, other), max(one, other))
            first = apart.setdefault(pair, decision)
            if first.verdict != decision.verdict:
                told = {"one": one, "other": other, "verdict": decision.verdict, "chain": _line(first, one, other)}
                yield Problem(decision.place, "D003", told)


def _line(decision: Decision, one: str, other: str) -> str:
    sign = {"same": "=", "different": "≠"}.get(decision.verdict, "?")
    return f"{one} {sign} {other} ({decision.place.path}:{decision.place.line})"


def _told(chain: Sequence[str], links: Mapping[str, Mapping[str, Decision]]) -> str:
    return ", ".join(_line(links[one][other], one, other) for one, other in pairwise(chain))


def _chain(start: str, end: str, links: Mapping[str, Mapping[str, Decision]]) -> list[str]:
    """The shortest way from one id to another by what is the same, both ends included; nothing when there is none."""
    came: dict[str, str] = {start: start}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for there in links.get(here, {}):
            if there not in came:
                came[there] = here
                waiting.append(there)
    if end not in came or start == end:
        return []
    chain = [end]
    while chain[-1] != start:
        chain.append(came[chain[-1]])
    return chain[::-1]


def _kept(decisions: Sequence[Decision], links: Mapping[str, Mapping[str, Decision]]) -> dict[str, str]:
    """For each id that goes, the one that stays."""
    order = [name for decision in decisions if decision.verdict == "same" for name in decision.ids]
    behind = {name for decision in decisions if decision.verdict == "same" for name in decision.ids[1:]}
    rank = {name: (name in behind, place) for place, name in reversed(list(enumerate(order)))}
    kept: dict[str, str] = {}
    seen: set[str] = set()
    for start in order:
        if start in seen:
            continue
        group, waiting = {start}, [start]
        while waiting:
            for there in links[waiting.pop()]:
                if there not in group:
                    group.add(there)
                    waiting.append(there)
        seen |= group
        first = min(group, key=rank.__getitem__)
        kept.update({name: first for name in group if name != first})
    return kept
