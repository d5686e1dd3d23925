"""Two things side by side, with all that their sources say; and which pairs answers have settled already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.facts import Fact, FactsFile
from kg.messages import choose
from kg.ontology import Ontology
from kg.source import SourceText

__all__ = ["Said", "Settled", "said_of"]

Texts = Mapping[str, str]
#: So much of a passage is shown.
CUT = 200


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a source says: which property, which value, which source, and its words when they are at hand."""

    key: str
    value: str
    source: str
    words: tuple[str, ...]


def said_of(
    name: str,
    files: Sequence[FactsFile],
    ontology: Ontology,
    labels: Mapping[str, Texts],
    sources: Mapping[str, SourceText],
    lang: str,
) -> list[Said]:
    """All that is said of a thing, file by file. What has no name of its own, such as a post, is told by its facts."""
    return [said for file in files for said in _Teller(file, ontology, labels, sources, lang).tell(name)]


class _Teller:
    def __init__(
        self,
        file: FactsFile,
        ontology: Ontology,
        labels: Mapping[str, Texts],
        sources: Mapping[str, SourceText],
        lang: str,
    ) -> None:
        self.file, self.ontology, self.labels, self.lang = file, ontology, labels, lang
        self.text = sources.get(file.sha256 or "")
        self.own: defaultdict[str, list[Fact]] = defaultdict(list)
        self.pointing: defaultdict[str, list[Fact]] = defaultdict(list)
        for fact in file.facts:
            self.own[fact.subject].append(fact)
            if fact.refers:
                self.pointing[str(fact.value)].append(fact)

    def tell(self, name: str) -> Iterator[Said]:
        told: set[str] = set()
        for fact in self.own[name]:
            target = str(fact.value) if fact.refers else ""
            if target and target not in self.labels:
                told.add(target)
                yield self.said(fact, self.detail(target, name))
            else:
                yield self.said(fact, self.value(fact))
        for fact in self.pointing[name]:
            if fact.subject not in told:
                named = fact.subject in self.labels
                value = self.label(fact.subject) if named else self.detail(fact.subject, name)
                yield self.said(fact, value)

    def said(self, fact: Fact, value: str) -> Said:
        source = self.file.source
        found = (self.text.words(s.kind, s.start, s.end, s.pointer) for s in fact.standing.at) if self.text else ()
        words = tuple(_short(" ".join(text.split())) for text in found if text)
        return Said(choose(fact.field.labels, self.lang), value, source.id if source else self.file.path, words)

    def detail(self, node: str, name: str) -> str:
        """What is said of something that has no name of its own, and where it stands."""
        values = [self.value(fact) for fact in self.own[node] if str(fact.value) != name]
        values += [self.label(f.subject) for f in self.pointing[node] if f.subject not in (name, node)]
        return ", ".join(dict.fromkeys(values)) or node

    def value(self, fact: Fact) -> str:
        text = fact.text()
        if fact.field.kind == "concept":
            return self.ontology.label(self.ontology.schemes[fact.field.scheme or ""].get(text, text), self.lang)
        return self.label(text) if fact.refers else text

    def label(self, name: str) -> str:
        texts = self.labels.get(name)
        return name if texts is None else texts.get(self.lang) or texts.get("") or choose(texts, self.lang)


def _short(text: str) -> str:
    return text if len(text) <= CUT else f"{text[: CUT - 1].rstrip()}…"


class Settled:
    """What follows from the answers given so far, so that nobody is asked what they have said."""

    def __init__(self) -> None:
        self.groups: dict[str, set[str]] = {}
        self.apart: set[frozenset[str]] = set()

    def group(self, name: str) -> set[str]:
        return self.groups.setdefault(name, {name})

    def add(self, verdict: str, one: str, other: str) -> None:
        """One answer: ``same``, or anything else."""
        if verdict == "same":
            joined = self.group(one) | self.group(other)
            self.groups.update(dict.fromkeys(joined, joined))
        else:
            self.apart.add(frozenset((one, other)))

    def settles(self, one: str, other: str) -> bool:
        """Whether a pair needs no question any more."""
        ones, others = self.group(one), self.group(other)
        return other in ones or any(frozenset((a, b)) in self.apart for a in ones for b in others)
