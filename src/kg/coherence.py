"""Facts that contradict one another, in one file or in several: two names, an end before a beginning, a circle.

Which properties are so bound is said in the ontology (``kg:notBefore``, ``kg:acyclic``, ``kg:printed``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from kg.errors import Problem
from kg.facts import Fact, FactsFile

__all__ = ["check_coherence"]


def check_coherence(files: Iterable[FactsFile]) -> list[Problem]:
    """Every contradiction, at the place of the fact that stands later."""
    facts = [fact for file in files for fact in file.facts]
    return [*_names(facts), *_spans(facts), *_circles(facts)]


def _language(fact: Fact) -> str:
    return next(iter(fact.value)) if isinstance(fact.value, dict) and "@value" not in fact.value else ""


def _names(facts: Iterable[Fact]) -> Iterator[Problem]:
    """A thing has one name in each language, and aliases."""
    first: dict[tuple[str, str, str], Fact] = {}
    for fact in facts:
        if fact.field.kind != "name" or not fact.field.printed or fact.field.also_called:
            continue
        known = first.setdefault((fact.subject, fact.field.path, _language(fact)), fact)
        if known.text() != fact.text():
            told = {"id": fact.subject, "here": fact.text(), "there": known.text(), "first": str(known.place)}
            yield Problem(fact.place, "F039", told)


def _spans(facts: Iterable[Fact]) -> Iterator[Problem]:
    """What ends does not end before it begins; of a month and a day in it, neither is before the other."""
    starts: defaultdict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        starts[(fact.subject, fact.field.path)].append(fact)
    for group in list(starts.values()):
        for end in group:
            for start in starts.get((end.subject, end.field.not_before or ""), []):
                length = min(len(start.text()), len(end.text()))
                if end.text()[:length] < start.text()[:length]:
                    told = {"early": start.field.key, "start": start.text(), "late": end.field.key, "end": end.text()}
                    yield Problem(end.place, "F040", told)


def _circles(facts: Iterable[Fact]) -> Iterator[Problem]:
    """What is part of something, or comes after it, cannot in the end be part of itself or come after itself."""
    links: defaultdict[str, dict[str, dict[str, Fact]]] = defaultdict(lambda: defaultdict(dict))
    for fact in facts:
        if fact.field.acyclic and fact.refers:
            a, b = (str(fact.value), fact.subject) if fact.field.inverse else (fact.subject, str(fact.value))
            links[fact.field.path][a].setdefault(b, fact)
    for path in sorted(links):
        done: set[str] = set()
        for start in links[path]:
            chain = _circle(start, links[path], done)
            if chain:
                fact = links[path][chain[-2]][chain[-1]]
                told = {"key": fact.field.key, "id": chain[-1], "chain": " → ".join(chain)}
                yield Problem(fact.place, "F041", told)


def _circle(start: str, links: dict[str, dict[str, Fact]], done: set[str]) -> list[str]:
    """A way from some node back to it, first and last the same, or nothing; what is ``done`` has been looked at."""
    trail: list[str] = []
    ahead = [iter([start])]
    while ahead:
        node = next(ahead[-1], None)
        if node is None:
            ahead.pop()
            if trail:
                done.add(trail.pop())
        elif node in trail:
            circle = [*trail[trail.index(node) :], node]
            done.update(trail)
            return circle
        elif node not in done:
            trail.append(node)
            ahead.append(iter(links.get(node, {})))
    return []
