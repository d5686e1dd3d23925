"""A field map: which part of a foreign record becomes which key of ours. Data, read from YAML by :mod:`.maps`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kg.importers.reading import Prefix
from kg.importers.tree import Path
from kg.ontology import Field, Shape

__all__ = [
    "Every",
    "Extreme",
    "FieldMap",
    "FileRule",
    "Ignored",
    "Making",
    "Record",
    "Skip",
    "Step",
    "Take",
    "Template",
    "Texts",
    "Whole",
]

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Take:
    """Take texts from a record, and what is done to them before they are values.

    ``paths`` are alternatives, the first that yields a text counts; ``constant`` stands for a text that no record
    holds. ``match`` keeps what the first fitting pattern finds, ``part`` one of its named groups; ``words`` puts
    words of ours for theirs. ``date``, ``time`` and ``plus`` make one time of several texts. ``otherwise`` holds the
    value back while something else says it. ``together`` walks through several lists side by side.
    """

    paths: tuple[Path, ...] = ()
    constant: str | None = None
    split: re.Pattern[str] | None = None
    match: tuple[re.Pattern[str], ...] = ()
    part: str = ""
    all: bool = False
    only: frozenset[str] | None = None
    words: Mapping[str, str] | None = None
    other: str | None = None
    language: Take | None = None
    text: str = "plain"
    inferred: Texts | None = None
    otherwise: bool = False
    date: Take | None = None
    time: Take | None = None
    plus: Take | None = None
    zone: Take | None = None
    together: Mapping[str, Take] | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """The one thing that everything in the import belongs to, or the value of one of its keys."""

    key: str = ""
    inferred: Texts | None = None


@dataclass(frozen=True, slots=True)
class Every:
    """All things written out under a key of the thing that another key of this one names."""

    key: str
    of: str
    inferred: Texts | None


@dataclass(frozen=True, slots=True)
class Extreme:
    """The least or the most of the days that a key has in all things of a section."""

    key: str
    section: str
    most: bool
    inferred: Texts


@dataclass(frozen=True, slots=True)
class Skip:
    """What is left out, and why."""

    when: Take
    reason: str


@dataclass(frozen=True, slots=True)
class Making:
    """How one key of a thing gets its values."""

    field: Field
    value: Take | Template | Whole | Every | Extreme


@dataclass(frozen=True, slots=True)
class Template:
    """How a thing is made of a record, or of each node that ``each`` walks to, one take inside the other.

    ``key`` is what the source itself knows the thing by, ``known`` under which other texts it is referred to. ``id``
    is what its id is made of, where its name is not meant. ``named`` are the keys that make the id of a thing that
    is written out in another. A ``shared`` thing has the same id in every import. ``at`` is the evidence for the
    thing where its name is not meant.
    """

    shape: Shape
    word: str
    each: tuple[Take, ...]
    when: tuple[Take, ...]
    skip: tuple[Skip, ...]
    key: tuple[Take, ...]
    known: tuple[Take, ...]
    id: Take | None
    named: tuple[str, ...]
    whole: bool
    shared: bool
    inferred: Texts | None
    at: tuple[Take, ...]
    makes: tuple[Making, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way to a record; the node that it leads to may be given a name."""

    key: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A part of a record that is left out, and why; ``way`` leads from the record, ``*`` is any key."""

    way: tuple[str, ...]
    reason: str

    def covers(self, way: tuple[str, ...]) -> bool:
        """Whether a leaf at the end of ``way`` lies in this part.

        >>> Ignored(("links", "*", "url"), "web").covers(("links", "0", "url", "x"))
        True
        """
        head = way[: len(self.way)]
        return len(head) == len(self.way) and all(a in ("*", b) for a, b in zip(self.way, head, strict=True))


@dataclass(frozen=True, slots=True)
class Record:
    """Records of one kind in a file. ``prefix`` leads to the container whose children stream, if there is one.

    Records that are made ``once`` are looked for in the first file only.
    """

    prefix: Prefix | None
    steps: tuple[Step, ...]
    when: tuple[Take, ...]
    skip: tuple[Skip, ...]
    templates: tuple[Template, ...]
    ignored: tuple[Ignored, ...]
    once: bool = False

    @property
    def where(self) -> str:
        """The way to the records, as the map writes it."""
        return "/".join(step.key for step in self.steps)


@dataclass(frozen=True, slots=True)
class FileRule:
    """Which files are read how. A rule with a ``reason`` leaves its files out."""

    match: tuple[str, ...]
    reader: str
    records: tuple[Record, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    reason: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class FieldMap:
    """A whole map. ``recognise`` are paths that must be there for a file to be of this format.

    ``accepted`` are losses that the map explains although it looked for a value: field → reason.
    """

    name: str
    title: Texts
    language: Take
    zone: Take
    series: Take
    edition: Take
    files: tuple[FileRule, ...]
    reasons: Mapping[str, Texts]
    placeholders: Mapping[str, frozenset[str]]
    months: Mapping[str, int]
    utc_is_local: bool = False
    recognise: tuple[tuple[Path, ...], ...] = ()
    accepted: Mapping[str, str] = field(default_factory=dict)
    shown: str = field(default="", compare=False)
