"""What ``ontology/identity.yaml`` declares: what is compared, what speaks for and against it, how names agree.

Nothing of the domain stands in code: which classes, which of their properties and which words of a language count is
read here, with the sentences in which a reason is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kg.config import find_data
from kg.errors import ProductError
from kg.messages import LANGUAGES
from kg.ontology import Ontology

__all__ = ["Authority", "Decided", "Kind", "Level", "Link", "Noise", "Rules", "Words", "load_rules"]

FILE = "identity.yaml"
FORMS = ("given-and-family", "words")
Texts = Mapping[str, str]
#: One step from a thing to the next: a property, and whether it is read backwards.
Step = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of the properties of things that are one: IRIs."""

    called: tuple[str, ...]
    also: str
    parts: tuple[str, ...]
    replaced: str
    unsure: str


@dataclass(frozen=True, slots=True)
class Link:
    """What two things may share: ways through the graph, their weight in bits, and how it is told.

    ``apart`` weighs against two that have such values and share none; ``otherwise`` tells it.
    """

    paths: tuple[tuple[Step, ...], ...]
    bits: float
    text: Texts
    apart: float = 0.0
    otherwise: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """Things of one class that are compared with each other.

    ``form`` says how their names are read, ``called`` which properties give them, ``acronym`` which of these is made
    of initials. ``prior`` (bounds), ``automatic`` (whole names, others) and ``rare`` are bits. ``together``,
    ``between`` and ``listed`` speak against: two that one source puts in the same place, two of which one points to
    the other, two of one source.
    """

    key: str
    class_iri: str
    form: str
    called: tuple[str, ...]
    acronym: str
    prior: tuple[float, float]
    automatic: tuple[float, float]
    rare: float
    shared: tuple[Link, ...]
    together: Link | None
    between: Link | None
    listed: Link | None


@dataclass(frozen=True, slots=True)
class Level:
    """How well two names agree: bits, and whether the whole name does, so that nobody need be asked."""

    bits: float
    whole: bool


@dataclass(frozen=True, slots=True)
class Noise:
    """Words that a name may have or not; ``after`` is the character that must stand before them, if any."""

    words: frozenset[str]
    after: str
    text: Texts


@dataclass(frozen=True, slots=True)
class Words:
    """The words of names that say little."""

    titles: frozenset[str]
    particles: frozenset[str]
    small: frozenset[str]
    noise: tuple[Noise, ...]


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority: the hosts of its addresses, the form that these have, and how their number is checked."""

    name: str
    hosts: frozenset[str]
    form: re.Pattern[str]
    check: str
    example: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The whole file. ``records`` are the properties that lead to records of authorities."""

    decided: Decided
    kinds: Mapping[str, Kind]
    agreements: Mapping[str, Mapping[str, Level]]
    against: Mapping[str, float]
    words: Words
    records: frozenset[str]
    authorities: Mapping[str, Authority]


def load_rules(ontology: Ontology, folder: Path | None = None) -> Rules:
    """Read ``identity.yaml`` of the ontology's folder (ours unless another one is given).

    Raises:
        ProductError: the file is missing, or is not as it should be.
    """
    try:
        text = ((folder or find_data("ontology")) / FILE).read_text(encoding="utf-8")
        return _Reader(ontology).rules(yaml.load(text, Loader=yaml.CSafeLoader))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise ProductError("cli.bad_ontology", file=FILE, why=f"{type(error).__name__}: {error}") from error


class _Reader:
    """Takes the file apart; a name that the ontology does not have is a ``ValueError``."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology

    def rules(self, data: Mapping[str, Any]) -> Rules:
        decided = data["decided"]
        return Rules(
            Decided(
                self.iris(decided["called"]),
                self.iri(decided["also"]),
                self.iris(decided["parts"]),
                self.iri(decided["replaced"]),
                self.iri(decided["unsure"]),
            ),
            {key: self.kind(key, given) for key, given in data["kinds"].items()},
            {
                form: {name: Level(float(level["bits"]), level.get("whole", False)) for name, level in levels.items()}
                for form, levels in data["agreements"].items()
            },
            {name: float(bits) for name, bits in data["against"].items()},
            Words(
                _words(data["titles"]),
                _words(data["particles"]),
                _words(data["small"]),
                tuple(self.noise(given) for given in data["noise"]),
            ),
            frozenset(self.iris(data["records"])),
            {name: self.authority(name, given) for name, given in data["authorities"].items()},
        )

    def iri(self, curie: str) -> str:
        prefix, _, name = curie.partition(":")
        return self.ontology.prefixes[prefix] + name

    def iris(self, curies: Sequence[str]) -> tuple[str, ...]:
        return tuple(map(self.iri, curies))

    def paths(self, given: str | Sequence[str]) -> tuple[tuple[Step, ...], ...]:
        return tuple(map(self.path, [given] if isinstance(given, str) else given))

    def path(self, text: str) -> tuple[Step, ...]:
        return tuple((self.iri(step.removeprefix("^")), step.startswith("^")) for step in re.split(r"\s+/\s+", text))

    def kind(self, key: str, given: Mapping[str, Any]) -> Kind:
        if given["names"] not in FORMS:
            raise ValueError(f"names: {given['names']}")
        if self.iri(given["class"]) not in self.ontology.shapes:
            raise ValueError(f"class: {given['class']}")
        low, high = given["prior"]
        whole, otherwise = given["automatic"]
        return Kind(
            key,
            self.iri(given["class"]),
            given["names"],
            self.iris(given["called"]),
            self.iri(given["acronym"]) if "acronym" in given else "",
            (float(low), float(high)),
            (float(whole), float(otherwise)),
            float(given["rare"]),
            tuple(map(self.link, given["shared"])),
            self.against(given, "together"),
            self.against(given, "between"),
            self.against(given, "listed"),
        )

    def against(self, given: Mapping[str, Any], name: str) -> Link | None:
        return self.link(given[name]) if name in given else None

    def link(self, given: Mapping[str, Any]) -> Link:
        return Link(
            self.paths(given.get("path", [])),
            float(given["bits"]),
            _texts(given["text"]),
            float(given.get("apart", 0)),
            _texts(given["otherwise"]) if "otherwise" in given else {},
        )

    def noise(self, given: Mapping[str, Any]) -> Noise:
        return Noise(_words(given["words"]), given.get("after", ""), _texts(given["text"]))

    def authority(self, name: str, given: Mapping[str, Any]) -> Authority:
        return Authority(
            name, frozenset(given["hosts"]), re.compile(given["form"]), given.get("check", ""), given["example"]
        )


def _texts(given: Mapping[str, str]) -> Texts:
    """A text in every language of ours."""
    return {tag: given[tag] for tag in LANGUAGES}


def _words(given: Sequence[str]) -> frozenset[str]:
    """Words of a list; YAML reads some (on, no) as something else when they stand without quotes."""
    for word in given:
        if not isinstance(word, str):
            raise TypeError(f"not a text: {word}")
    return frozenset(given)
