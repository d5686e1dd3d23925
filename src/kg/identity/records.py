"""Records to compare: what facts say of each thing of a declared kind, as far as identity needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg.errors import Place
from kg.facts import Fact, FactsFile
from kg.identity.declared import Kind, Rules, Step
from kg.identity.names import Name, bracketed, corporate, personal
from kg.ontology import Ontology

__all__ = ["Called", "Record", "labels_of", "read_records"]

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Called:
    """One name of a record; ``main`` tells it from other names, ``acronym`` that it is declared to be one."""

    name: Name
    main: bool
    acronym: bool


@dataclass(frozen=True, eq=False, slots=True)
class Record:
    """A thing as identity sees it.

    ``authority`` are its records elsewhere, ``shared`` the values at the end of each declared way, ``together`` and
    ``points`` those of the ways that speak against (with the source that says so, and without), ``sources`` which
    sources describe it.
    """

    id: str
    kind: str
    called: tuple[Called, ...]
    authority: frozenset[str]
    shared: tuple[frozenset[str], ...]
    together: frozenset[tuple[str, str]]
    points: frozenset[str]
    sources: frozenset[str]
    place: Place

    @property
    def label(self) -> str:
        """The name by which it is shown."""
        return self.called[0].name.text if self.called else self.id


class _Index:
    """References of some facts, forwards and backwards, by property."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.ahead: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.back: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.named: set[str] = set()
        for fact in facts:
            if fact.refers or fact.field.kind in ("concept", "iri"):
                ends = (fact.subject, fact.text())
                one, other = reversed(ends) if fact.field.inverse else ends
                self.ahead[fact.field.path][one].add(other)
                self.back[fact.field.path][other].add(one)
                self.named.add(other)

    def follow(self, start: str, paths: Iterable[Sequence[Step]]) -> frozenset[str]:
        """What some ways lead to; never back to where they started."""
        found: set[str] = set()
        for path in paths:
            here = {start}
            for iri, backwards in path:
                links = self.back if backwards else self.ahead
                here = {there for node in here for there in links[iri].get(node, ())} if iri in links else set()
            found |= here
        return frozenset(found - {start})


def read_records(files: Sequence[FactsFile], ontology: Ontology, rules: Rules) -> dict[str, list[Record]]:
    """The records of each declared kind that have a name, sorted by id."""
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    places: dict[str, Place] = {}
    sources: defaultdict[str, set[str]] = defaultdict(set)
    for file in files:
        for thing in file.things:
            above = {thing.class_iri, *ontology.superclasses(thing.class_iri)}
            if thing.id not in places:
                places[thing.id] = thing.place
                for key, kind in rules.kinds.items():
                    if kind.class_iri in above:
                        kinds[key].append(thing.id)
            sources[thing.id].add(_source(file))
    names = _names(files, {path for kind in rules.kinds.values() for path in kind.called})
    index = _Index(fact for file in files for fact in file.facts)
    by_file = [(_source(file), _Index(file.facts), {thing.id for thing in file.things}) for file in files]
    alike = _alike(kinds, names, rules)
    found: dict[str, list[Record]] = {}
    for key, kind in rules.kinds.items():
        together = _together(by_file, kind, kinds[key])
        found[key] = [
            Record(
                id=name,
                kind=key,
                called=_called(names[name], kind, rules),
                authority=index.follow(name, [((iri, False),) for iri in rules.records]),
                shared=tuple(
                    frozenset(alike.get(value, value) for value in index.follow(name, link.paths))
                    for link in kind.shared
                ),
                together=together.get(name, frozenset()),
                points=index.follow(name, kind.between.paths) if kind.between else frozenset(),
                sources=frozenset(sources[name]),
                place=places[name],
            )
            for name in sorted(kinds[key])
            if names.get(name)
        ]
    return found


def _alike(kinds: Mapping[str, Sequence[str]], names: Mapping[str, Sequence[Fact]], rules: Rules) -> dict[str, str]:
    """For things of the kinds compared one of them with the same name: what is shared need not be decided first."""
    first: dict[tuple[str, tuple[str, ...]], str] = {}
    found: dict[str, str] = {}
    for key, ids in kinds.items():
        for name in sorted(ids):
            called = _called(names.get(name, ()), rules.kinds[key], rules)
            if called:
                found[name] = first.setdefault((key, called[0].name.key), name)
    return found


def _source(file: FactsFile) -> str:
    return file.source.id if file.source else file.path


def _names(files: Iterable[FactsFile], paths: set[str]) -> dict[str, list[Fact]]:
    names: defaultdict[str, list[Fact]] = defaultdict(list)
    for file in files:
        for fact in file.facts:
            if fact.field.path in paths and not fact.field.inverse:
                names[fact.subject].append(fact)
    return dict(names)


def _called(facts: Iterable[Fact], kind: Kind, rules: Rules) -> tuple[Called, ...]:
    """The names of a thing, its main ones first, none twice."""
    found: dict[str, Called] = {}
    personally = kind.form == "given-and-family"
    for fact in sorted(facts, key=lambda fact: kind.called.index(fact.field.path)):  # stable within a property
        text, main = fact.text(), fact.field.path in rules.decided.called
        name = personal(text, rules.words) if personally else corporate(text, rules.words)
        if name.words:
            found.setdefault(text, Called(name, main, fact.field.path == kind.acronym))
        inner = "" if personally else bracketed(text)
        if inner:
            found.setdefault(inner, Called(corporate(inner, rules.words), False, True))
    return tuple(found.values())


def _together(
    by_file: Iterable[tuple[str, _Index, set[str]]], kind: Kind, ids: Iterable[str]
) -> dict[str, frozenset[tuple[str, str]]]:
    """For each thing the places in which a source puts it."""
    if kind.together is None:
        return {}
    wanted = set(ids)
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for source, index, here in by_file:
        for name in here | index.named:
            if name in wanted:
                found[name] |= {(source, value) for value in index.follow(name, kind.together.paths)}
    return {name: frozenset(values) for name, values in found.items()}


def labels_of(files: Iterable[FactsFile], ontology: Ontology, rules: Rules) -> dict[str, Texts]:
    """What ids, and words of closed lists, are called, by language ("" for a name without one)."""
    labels: dict[str, dict[str, str]] = {}
    for file in files:
        for fact in file.facts:
            if fact.field.path in rules.decided.called and not fact.field.inverse:
                tag = next(iter(fact.value)) if isinstance(fact.value, dict) else ""
                labels.setdefault(fact.subject, {}).setdefault(tag, fact.text())
    for words in ontology.schemes.values():
        for word, iri in words.items():
            labels.setdefault(word, dict(ontology.labels[iri]))
    return dict(labels)
