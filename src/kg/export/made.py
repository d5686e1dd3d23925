"""What an export gives back: files, and what they could not carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pyoxigraph as ox

from kg.export.built import Built
from kg.messages import say
from kg.prefixes import curie

__all__ = ["Finding", "Loss", "Made", "Options", "example", "xml_loss", "xml_safe", "xml_text"]

#: How much of a term a message shows.
CUT = 60


@dataclass(frozen=True, slots=True)
class Options:
    """What may be asked of an export; each format heeds some of it, see :class:`kg.export.Format`.

    ``texts`` is the language of the texts where a format has room for one; ``view`` a name; ``only`` the id or IRI of
    one thing; ``context``, ``site`` are addresses; ``about`` is Turtle, ``separator`` one character.
    """

    evidence: bool = False
    texts: str = "fr"
    view: str | None = None
    only: str | None = None
    context: str | None = None
    site: str | None = None
    about: bytes | None = None
    separator: str = ","


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a file could not carry: a message with the count, an example and the reason."""

    key: str
    params: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def message(self, lang: str = "en") -> str:
        return say(f"export.{self.key}", lang, **self.params)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that whoever reads the file asks for and the graph does not say; ``texts`` is by language."""

    thing: str
    texts: Mapping[str, str]
    required: bool


@dataclass(frozen=True, slots=True)
class Made:
    """The files of an export by name, in the order of writing, what is not in them, and what is missing."""

    files: Mapping[str, str]
    losses: tuple[Loss, ...] = ()
    findings: tuple[Finding, ...] = ()


def example(triple: ox.Triple, built: Built) -> str:
    """A triple in few words, for a message."""

    def word(term: object) -> str:
        text = " ".join(str(getattr(term, "value", term)).split())
        if isinstance(term, ox.NamedNode):
            short = text.removeprefix(built.base)
            text = short if short and short != text else curie(text, built.ontology.prefixes)
        return text if len(text) <= CUT else f"{text[: CUT - 1]}…"

    return " · ".join(map(word, (triple.subject, triple.predicate, triple.object)))


def xml_safe(text: str) -> bool:
    r"""Whether XML 1.0 can carry a text (production 2, ``Char``).

    >>> xml_safe("é\n"), xml_safe("\x01")
    (True, False)
    """
    return all(c in "\t\n\r" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" for c in text)


def xml_text(text: str) -> str:
    r"""A text with a mark in place of each character that XML 1.0 cannot carry.

    >>> xml_text("a\x01")
    'a\ufffd'
    """
    return text if xml_safe(text) else "".join(c if xml_safe(c) else "\ufffd" for c in text)


def xml_loss(triples: Iterable[ox.Triple], built: Built) -> list[Loss]:
    """The triples whose text XML cannot carry, as a loss, if there are any."""
    found = sorted(triples, key=str)
    return [Loss("lost_characters", {"count": len(found), "example": example(found[0], built)})] if found else []
