"""What a network shows, told in sentences for people who know nothing of graphs.

A sentence keeps the nodes it names apart from its words, so that a page can make buttons of them and a terminal plain
names. Ties are told as ties, by all their names or by the first and how many more. What a network is too small for is
not said.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from kg.dossier import Dossier
from kg.measure import Measures, measure
from kg.messages import LANGUAGES, catalogue, choose, say
from kg.network import kinds_of, project
from kg.ontology import Ontology
from kg.view import View

if TYPE_CHECKING:
    from kg.network import Graph

__all__ = ["Finding", "Name", "Study", "findings", "percent", "study"]

Texts = Mapping[str, str]
#: A network of fewer nodes has no shape to speak of; fewer of a type are not compared; fewer linked ones are no groups.
FEW, FEW_OF_TYPE, FEW_FOR_GROUPS = 4, 3, 6
#: How many names a sentence gives before it counts the rest, and how many for each group or link.
NAMES, PARTS, LEADERS = 6, 4, 3
#: A longer name is put in quotation marks.
LONG = 40
#: Which measure a message tells, by the first word of its key.
MEASURES = {
    "size": "size",
    "left": "size",
    "too": "size",
    "whole": "components",
    "pieces": "components",
    "alone": "components",
    "degree": "degree",
    "between": "betweenness",
    "groups": "communities",
    "cut": "cuts",
    "kinds": "kinds",
    "near": "kinds",
    "bridge": "bridges",
}


@dataclass(frozen=True, slots=True)
class Name:
    """A node named in a sentence."""

    node: str


Part: TypeAlias = str | Name
Parts: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence: which measure it tells, and by language its words and the nodes named between them."""

    measure: str
    parts: Mapping[str, Parts]

    def text(self, lang: str, names: Mapping[str, Texts]) -> str:
        """The sentence in plain words; ``names`` has what each node is called, by language."""
        return "".join(
            _quoted(choose(names[part.node], lang), lang) if isinstance(part, Name) else part
            for part in self.parts[lang]
        )

    def nodes(self) -> tuple[str, ...]:
        """The nodes named, in the order of the sentence, each once."""
        named = (part.node for parts in self.parts.values() for part in parts if isinstance(part, Name))
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class Study:
    """A view's network with its measures and what they say."""

    view: View
    graph: Graph
    measures: Measures
    findings: tuple[Finding, ...]


def study(view: View, store: ox.Store, ontology: Ontology, dossier: Dossier) -> Study:
    """Project a view, measure its network, and tell what it shows.

    Raises:
        ProductError: the view is wrong.
    """
    graph = project(view, store, ontology)
    measures = measure(graph, view.among, kinds_of(graph, view, store, ontology))
    labels = {iri: thing.labels for iri, thing in dossier.things.items()}
    return Study(view, graph, measures, findings(view, measures, labels))


def percent(share: float, lang: str) -> str:
    """A share from 0 to 1 in whole percents; what is less than one and more than nothing is said to be so.

    >>> percent(0.573, "en"), percent(0.001, "en"), percent(0, "en")
    ('57%', '<1%', '0%')
    """
    number = "<1" if 0 < share < 0.01 else str(int(share * 100 + 0.5))
    return f"{number}\u00a0%" if lang == "fr" else f"{number}%"


def findings(view: View, measures: Measures, labels: Mapping[str, Texts]) -> tuple[Finding, ...]:
    """What the measures of a view's network say, the plainest first.

    ``labels`` has the names of kinds, by language; a kind that is none of its keys is its own name.
    """
    return tuple(_Teller(view, measures, labels).tell())


class _Teller:
    def __init__(self, view: View, measures: Measures, labels: Mapping[str, Texts]) -> None:
        self.view, self.of, self.labels = view, measures, labels
        self.alone = [group[0] for group in measures.components if len(group) == 1]
        self.pieces = [group for group in measures.components if len(group) > 1]
        self.ranked = {key: [node for node, kind in measures.types.items() if kind == key] for key in view.rank}

    def tell(self) -> Iterator[Finding]:
        """All that can be said."""
        if len(self.of.types) < FEW or not self.of.pairs:
            yield self._say("too_small")
            return
        yield from self._size()
        yield from self._components()
        yield from self._degrees()
        yield from self._between()
        yield from self._groups()
        yield from self._cuts()
        yield from self._kinds()

    # -- one measure each

    def _size(self) -> Iterator[Finding]:
        count = len(self.of.types)
        share = self.of.pairs / (count * (count - 1) / 2)
        yield self._say("size", nodes=_count("nodes", count), pairs=_count("pairs", self.of.pairs), density=share)
        out = [kind for key, kind in self.view.types.items() if kind.classes and key not in self.view.among]
        if out:
            types = {lang: ", ".join(_small(choose(kind.labels, lang)) for kind in out) for lang in LANGUAGES}
            yield self._say("left_out", types=types)

    def _components(self) -> Iterator[Finding]:
        if len(self.of.components) == 1:
            yield self._say("whole")
            return
        largest = [piece for piece in self.pieces if len(piece) == len(self.pieces[0])]
        nodes, count = _count("nodes", len(largest[0])), len(self.of.components)
        if len(largest) > 1:
            yield self._say("pieces_many", nodes=nodes, n=count)
        elif len(largest[0]) <= NAMES:
            yield self._say("pieces_one", names=largest[0], nodes=nodes, n=count)
        else:
            ranked = [node for node in largest[0] if self.of.types[node] in self.view.rank] or largest[0]
            yield self._say("pieces_around", names=self._leaders(ranked, self.of.degree), nodes=nodes, n=count)
        if self.alone:
            yield self._tied("alone", self.alone, n=len(self.alone))

    def _degrees(self) -> Iterator[Finding]:
        for key, nodes in self.ranked.items():
            most = max((self.of.degree[node] for node in nodes), default=0)
            best = [node for node in nodes if self.of.degree[node] == most]
            if len(nodes) >= FEW_OF_TYPE and most:
                if len(best) == len(nodes):
                    yield self._say("degree_all", type=self._type(key), n=most)
                else:
                    yield self._tied("degree", best, type=self._type(key), n=most)

    def _between(self) -> Iterator[Finding]:
        if not any(self.of.betweenness.values()):
            yield self._say("between_none")
            return
        for key, nodes in self.ranked.items():
            most = max((self.of.betweenness[node] for node in nodes), default=0.0)
            if len(nodes) >= FEW_OF_TYPE and most:
                best = [node for node in nodes if self.of.betweenness[node] == most]
                yield self._tied("between", best, type=self._type(key), share=most)

    def _groups(self) -> Iterator[Finding]:
        groups = [group for group in self.of.communities if len(group) > 1]
        if sum(map(len, groups)) < FEW_FOR_GROUPS:
            return
        if groups == self.pieces:
            if len(groups) == 1:
                yield self._say("groups_none")
            else:
                yield self._say("groups_pieces", n=len(groups))
            return
        told = {lang: self._several([self._group(group, lang) for group in groups], lang) for lang in LANGUAGES}
        yield self._say("groups", groups=told, n=len(groups))

    def _group(self, group: Sequence[str], lang: str) -> Parts:
        names = _named(self._leaders(group, self.of.within), lang, LEADERS)
        return _filled("group", lang, names=names, nodes=_count("nodes", len(group))[lang])

    def _leaders(self, nodes: Sequence[str], first: Mapping[str, int]) -> tuple[str, ...]:
        """Those that stand for others: by the measure given, then by all their links, then by betweenness."""
        rank = {node: (first[node], self.of.degree[node], self.of.betweenness[node]) for node in nodes}
        return tuple(node for node in nodes if rank[node] == max(rank.values()))

    def _cuts(self) -> Iterator[Finding]:
        cuts = {node: cut.severed for node, cut in self.of.cuts.items() if self.of.types[node] in self.view.rank}
        if not self.of.cuts:
            yield self._say("cut_none")
        if cuts:
            most = max(cuts.values())
            best = [node for node, severed in cuts.items() if severed == most]
            yield self._tied("cut", best, severed=_count("severed", most), m=len(cuts))

    def _kinds(self) -> Iterator[Finding]:
        if self.view.kinds is None:
            return
        kinds = self.view.kinds.labels
        for key, counted in (("kinds", self.of.kinds), ("near", self.of.near)):
            found = {node: held for node, held in counted.items() if self.of.types[node] in self.view.rank}
            most = max(map(len, found.values()), default=0)
            if most > 1:
                best = [node for node, held in found.items() if len(held) == most]
                names = {lang: ", ".join(self._kind(kind, lang) for kind in found[best[0]]) for lang in LANGUAGES}
                yield self._tied(key, best, kinds=kinds, list=names, n=most)
        if self.of.bridges:
            most = self.of.bridges[0].severed
            best_links = [bridge.ends for bridge in self.of.bridges if bridge.severed == most]
            links = {
                lang: self._several([(Name(a), " – ", Name(b)) for a, b in best_links], lang) for lang in LANGUAGES
            }
            key = "bridge_one" if len(best_links) == 1 else "bridge_many"
            yield self._say(key, kinds=kinds, links=links, nodes=_count("nodes", most))

    # -- words

    def _type(self, key: str) -> Texts:
        return {lang: _small(choose(self.view.types[key].labels, lang)) for lang in LANGUAGES}

    def _kind(self, kind: str, lang: str) -> str:
        return choose(self.labels[kind], lang) if kind in self.labels else kind

    def _several(self, items: Sequence[Parts], lang: str) -> Parts:
        return _listed(items, lang, PARTS)

    def _tied(self, key: str, best: Sequence[str], **values: object) -> Finding:
        return self._say(f"{key}_one" if len(best) == 1 else f"{key}_many", names=tuple(best), **values)

    def _say(self, key: str, **values: object) -> Finding:
        """The sentence in each language. A mapping is chosen by language, a float is a share, a tuple has names."""
        parts = {}
        for lang in LANGUAGES:
            parts[lang] = _filled(key, lang, **{name: _in(value, lang) for name, value in values.items()})
        return Finding(MEASURES[key.partition("_")[0]], parts)


def _in(value: object, lang: str) -> object:
    """A value as one language says it."""
    if isinstance(value, Mapping):
        return value[lang]
    if isinstance(value, tuple):
        return _named(value, lang, NAMES)
    return percent(value, lang) if isinstance(value, float) else value


def _quoted(name: str, lang: str) -> str:
    """A name in quotation marks when it is long or has marks of its own, which would be taken for the sentence's."""
    marked = len(name) > LONG or any(mark in name for mark in ",;:?!")
    return say("network.quoted", lang, name=name) if marked else name


def _small(label: str) -> str:
    """A label as it stands within a sentence."""
    return label[:1].lower() + label[1:]


def _count(what: str, n: int) -> dict[str, str]:
    """A number with its noun; in French what is less than two is one."""
    one = {"en": n == 1, "fr": n < 2}
    return {lang: say(f"network.{what}_one" if one[lang] else f"network.{what}_many", lang, n=n) for lang in LANGUAGES}


def _named(nodes: Sequence[str], lang: str, most: int) -> Parts:
    return _listed([(Name(node),) for node in nodes], lang, most)


def _listed(items: Sequence[Parts], lang: str, most: int) -> Parts:
    """Items as people list them: with commas and a last “and”; beyond ``most`` the rest is counted."""
    shown = list(items) if len(items) <= most else list(items[: most - 1])
    if len(shown) < len(items):
        shown.append((say("network.others", lang, n=len(items) - len(shown)),))
    found: list[Part] = []
    for place, item in enumerate(shown):
        if place:
            found.append(say("network.and", lang) if place == len(shown) - 1 else ", ")
        found.extend(item)
    return tuple(found)


def _filled(key: str, lang: str, **values: object) -> Parts:
    """A message with its blanks filled; parts stay parts, and words that meet become one."""
    found: list[Part] = []
    for text, name, _, _ in string.Formatter().parse(choose(catalogue("network")[key], lang)):
        found.append(text)
        if name is not None:
            value = values[name]
            found.extend(value if isinstance(value, tuple) else (str(value),))
    joined: list[Part] = []
    for part in found:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return tuple(joined)
