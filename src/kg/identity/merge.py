"""Decisions put into effect: facts about things that are one speak of one, under the id that stays.

Only ids change, and the names of those that go become other names; every fact keeps its place and its evidence. Ids
that were made from ids that go are made anew, so that one participation told by two sources is one again. Nothing is
written back: without the decision the facts are what they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

import pyoxigraph as ox

from kg.errors import Problem
from kg.facts import Fact, FactsFile, Thing
from kg.identity.decisions import Identity
from kg.identity.declared import Decided
from kg.ontology import Field
from kg.values import is_id, names_in, slug

__all__ = ["Merged", "merge"]


@dataclass(frozen=True, slots=True)
class Merged:
    """What the decisions did.

    ``replaced`` gives for each id that is gone the one that stands for it, ``unsure`` the pairs that may be one.
    ``joined`` is how many things went into others, ``aside`` how many facts said again, in other letters, a part of a
    name of which there is one only.
    """

    replaced: Mapping[str, str] = field(default_factory=dict)
    unsure: tuple[tuple[str, str], ...] = ()
    joined: int = 0
    aside: int = 0
    terms: tuple[str, str] = ("", "")

    def triples(self, files: Iterable[FactsFile], base: str, hidden: Sequence[str] = ()) -> Iterator[ox.Triple]:
        """What the graph says of it, among the things that are still there; no IRI tells one of the hidden names."""
        there = {thing.id for file in files for thing in file.things}
        replaced, unsure = map(ox.NamedNode, self.terms) if self.terms[0] else (None, None)
        if replaced is None or unsure is None:
            return
        for old, new in self.replaced.items():
            if new in there and not names_in(old, hidden):
                yield ox.Triple(_iri(old, base), replaced, _iri(new, base))
        for one, other in self.unsure:
            if one in there and other in there:
                yield ox.Triple(_iri(one, base), unsure, _iri(other, base))
                yield ox.Triple(_iri(other, base), unsure, _iri(one, base))


def _iri(name: str, base: str) -> ox.NamedNode:
    return ox.NamedNode(urljoin(base, name))  # as a JSON-LD processor does it: RFC 3986, section 5


def merge(
    files: Sequence[FactsFile], identity: Identity, decided: Decided
) -> tuple[list[FactsFile], Merged, list[Problem]]:
    """The files as the decisions want them; warnings tell parts of names that differ and of which one is kept.

    The names of the thing that stays remain its names; where it has none, those of the first that goes.
    """
    if not identity.kept:
        return list(files), Merged(unsure=identity.unsure, terms=(decided.replaced, decided.unsure)), []
    merger = _Merger(files, identity.kept, decided)
    merged = [merger.file(file) for file in files]
    unsure = tuple(sorted({(min(pair), max(pair)) for pair in (tuple(map(merger.id, p)) for p in identity.unsure)}))
    result = Merged(
        replaced=dict(sorted(merger.ids.items())),
        unsure=unsure,
        joined=len(identity.kept),
        aside=merger.aside,
        terms=(decided.replaced, decided.unsure),
    )
    return merged, result, merger.problems


class _Merger:
    def __init__(self, files: Sequence[FactsFile], kept: Mapping[str, str], decided: Decided) -> None:
        self.decided = decided
        self.ids: dict[str, str] = dict(kept)
        self.things = {thing.id: thing for file in files for thing in file.things}
        self.problems: list[Problem] = []
        self.aside = 0
        facts = [fact for file in files for fact in file.facts]
        self.names = self._names(facts, kept)
        self.parts = self._parts(facts, kept)
        self.ids.update(self._minted(facts, kept))

    def id(self, name: str) -> str:
        return self.ids.get(name, name)

    # -- names ------------------------------------------------------------------------------------------------

    def _names(self, facts: Iterable[Fact], kept: Mapping[str, str]) -> dict[str, tuple[str, set[str]]]:
        """For each thing that stays: the id whose names are its names, and these names."""
        names: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
        for fact in facts:
            if self._is_name(fact):
                names[kept.get(fact.subject, fact.subject)].setdefault(fact.subject, set()).add(_written(fact))
        found = {}
        order = list(kept)
        for new in set(kept.values()) & names.keys():
            owner = min(names[new], key=lambda name: (name != new, order.index(name) if name in kept else -1))
            found[new] = (owner, names[new][owner])
        return found

    def _is_name(self, fact: Fact) -> bool:
        return fact.field.path in self.decided.called and not fact.field.inverse and not fact.refers

    def _parts(self, facts: Iterable[Fact], kept: Mapping[str, str]) -> dict[tuple[str, str], Fact]:
        """The first value of each part of a name, that of the thing that stays before all others."""
        found: dict[tuple[str, str], Fact] = {}
        for fact in sorted(facts, key=lambda fact: fact.subject in kept):  # stable: else in the order of the files
            if fact.field.path in self.decided.parts:
                found.setdefault((kept.get(fact.subject, fact.subject), fact.field.path), fact)
        return found

    # -- ids made from others ---------------------------------------------------------------------------------

    def _minted(self, facts: Iterable[Fact], kept: Mapping[str, str]) -> dict[str, str]:
        """New ids for things whose id was made from one that goes (``owl:hasKey``)."""
        keys: defaultdict[str, dict[str, Fact]] = defaultdict(dict)
        backwards: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for fact in facts:
            if fact.refers and fact.field.inverse:
                backwards[str(fact.value)].setdefault(fact.field.path, fact.subject)
            else:
                keys[fact.subject].setdefault(fact.field.path, fact)
        found: dict[str, str] = {}
        for name, thing in self.things.items():
            if not thing.minted:
                continue
            parts = [(keys[name].get(path), backwards[name].get(path)) for path in thing.shape.has_key]
            old = [_part(fact, back, {}) for fact, back in parts]
            new = [_part(fact, back, kept) for fact, back in parts]
            head = name.partition("/")[0]
            if old != new and "/".join([head, *filter(None, old)]) == name:
                found[name] = "/".join([head, *filter(None, new)])
        return found

    # -- files ------------------------------------------------------------------------------------------------

    def file(self, file: FactsFile) -> FactsFile:
        things = tuple(replace(thing, id=self.id(thing.id)) for thing in file.things)
        source = next((thing for thing in things if thing.shape.evidence_source), None)
        facts = tuple(found for fact in file.facts if (found := self.fact(fact)) is not None)
        broken = frozenset(map(self.id, file.broken))
        return replace(file, things=things, facts=facts, source=source if file.source else None, broken=broken)

    def fact(self, fact: Fact) -> Fact | None:
        """The fact as it stands now, or None when it says a part of a name again."""
        subject = self.id(fact.subject)
        value = self.id(str(fact.value)) if fact.refers else fact.value
        changed = replace(fact, subject=subject, value=value)
        if fact.refers and subject == value and fact.subject != fact.value:
            self.aside += 1  # what linked two things that are one says nothing any more
            told = {"id": subject, "key": fact.field.key, "one": fact.subject, "other": fact.value}
            self.problems.append(Problem(fact.place, "D007", told, "warning"))
            return None
        if self._is_name(fact) and subject in self.names:
            owner, names = self.names[subject]
            also = self._also(fact.subject)
            if fact.subject != owner and _written(fact) not in names and also is not None:
                return replace(changed, field=also)
        first = self.parts.get((subject, fact.field.path))
        if first is not None and first.subject != fact.subject and first.text() != fact.text():
            self.aside += 1
            if not _shortened(slug(first.text()), slug(fact.text())):
                told = {"id": subject, "key": fact.field.key, "here": fact.text(), "kept": first.text()}
                self.problems.append(Problem(fact.place, "D006", told, "warning"))
            return None
        return changed

    def _also(self, name: str) -> Field | None:
        """The key for other names of things of this class, if it has one."""
        thing: Thing | None = self.things.get(name)
        fields = thing.shape.fields.values() if thing else ()
        return next((f for f in fields if f.path == self.decided.also and not f.inverse), None)


def _written(fact: Fact) -> str:
    """A name with its language: the same word in two languages is two names."""
    return fact.text() if isinstance(fact.value, str) else str(sorted(fact.value.items()))


def _shortened(one: str, other: str) -> bool:
    """Whether one text, in folded form, only shortens the other: its beginning, or its initials.

    >>> _shortened("jean-yves", "j-y"), _shortened("alexandre", "alex"), _shortened("anne", "marie")
    (True, True, False)
    """
    short, long = sorted((one, other), key=len)
    initials = "".join(word[0] for word in long.split("-") if word)
    return long.startswith(short) or short.replace("-", "") == initials


def _part(fact: Fact | None, back: str | None, kept: Mapping[str, str]) -> str:
    """What a key contributes to a made id, as the reader makes it."""
    if back is not None:
        return kept.get(back, back)
    if fact is None:
        return ""
    text = fact.text()
    if fact.refers:
        text = kept.get(text, text)
    return text if (fact.refers or fact.field.kind == "concept") and is_id(text) else slug(text)
