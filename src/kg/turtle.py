"""Turtle for people: prefixed, grouped, sorted, the same bytes for the same triples.

Follows RDF 1.1 Turtle (https://www.w3.org/TR/turtle/). Blank nodes are not written: graphs of facts have none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pyoxigraph as ox

from kg.prefixes import RDF, XSD

__all__ = ["to_turtle"]

_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_SAFE_IRI = re.compile(r"[^\x00-\x20<>\"{}|^`\\]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
REIFIED = (RDF + "subject", RDF + "predicate", RDF + "object")
TYPE = RDF + "type"


class _Writer:
    def __init__(self, prefixes: Mapping[str, str], base: str) -> None:
        self.by_length = sorted(prefixes.items(), key=lambda item: (-len(item[1]), item[0]))
        self.base = base
        self.used: set[str] = set()

    def iri(self, value: str) -> str:
        for prefix, namespace in self.by_length:
            local = value[len(namespace) :]
            if value.startswith(namespace) and _LOCAL.fullmatch(local):
                self.used.add(prefix)
                return f"{prefix}:{local}"
        if not _SAFE_IRI.fullmatch(value):
            raise ValueError(f"not an IRI: {value!r}")
        rest = value[len(self.base) :]
        if value.startswith(self.base) and rest and not rest.startswith("/") and ":" not in rest:
            return f"<{rest}>"
        return f"<{value}>"

    def term(self, term: object) -> str:
        if isinstance(term, ox.NamedNode):
            return self.iri(term.value)
        if not isinstance(term, ox.Literal):
            raise ValueError(f"not a term of a graph of facts: {term}")
        if term.datatype.value == XSD + "integer" and re.fullmatch(r"-?[0-9]+", term.value):
            return term.value
        if term.datatype.value == XSD + "boolean" and term.value in ("true", "false"):
            return term.value
        text = '"' + "".join(_ESCAPES.get(c, c) for c in term.value) + '"'
        if term.language:
            return f"{text}@{term.language}"
        if term.datatype.value == XSD + "string":
            return text
        return f"{text}^^{self.iri(term.datatype.value)}"


def to_turtle(triples: Iterable[ox.Triple], prefixes: Mapping[str, str], base: str, order: Sequence[str] = ()) -> str:
    """Triples as one Turtle document.

    ``order`` lists classes: things come grouped by the first of them that they belong to, under a comment with its
    name, then the rest; sorted by IRI within a group. Predicates are sorted, ``a`` first; objects are sorted.

    Raises:
        ValueError: a term is a blank node or no IRI.
    """
    writer = _Writer(prefixes, base)
    about: defaultdict[str, defaultdict[str, set[object]]] = defaultdict(lambda: defaultdict(set))
    for triple in triples:
        if not isinstance(triple.subject, ox.NamedNode):
            raise ValueError(f"not a subject of a graph of facts: {triple.subject}")
        about[triple.subject.value][triple.predicate.value].add(triple.object)
    rank = {iri: number for number, iri in enumerate(order)}

    def group(subject: str) -> int:
        types = (getattr(o, "value", "") for o in about[subject].get(TYPE, ()))
        return min((rank[t] for t in types if t in rank), default=len(order))

    blocks: list[str] = []
    last = -1

    def place(subject: str) -> tuple[int, list[str], str]:
        """Statements about something stand where it would: by what they are about, then by their own name."""
        said = [str(o) for path in REIFIED for o in about[subject].get(path, ())]
        return group(subject), said, subject

    for number, _, subject in sorted(map(place, about)):
        if number != last and number < len(order):
            blocks.append(f"# {writer.iri(order[number])}\n")
        last = number
        blocks.append(_block(subject, about[subject], writer))
    used = {name: namespace for name, namespace in prefixes.items() if name in writer.used}
    head = [f"@base <{base}> .", *(f"@prefix {name}: <{used[name]}> ." for name in sorted(used))]
    return "\n".join([*head, "", *blocks])


def _block(subject: str, facts: Mapping[str, set[object]], writer: _Writer) -> str:
    lines: list[str] = []
    for predicate in sorted(facts, key=lambda p: (p != TYPE, p)):
        name = "a" if predicate == TYPE else writer.iri(predicate)
        objects = sorted(writer.term(term) for term in facts[predicate])
        lines.append(f"    {name} {' , '.join(objects)}")
    return f"{writer.iri(subject)}\n" + " ;\n".join(lines) + " .\n"
