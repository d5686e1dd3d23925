"""The values that a parameter of a question may have: for completion in the shell, and for messages.

The graph's file is read in one pass, without a store and without a child process: this must be quick.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from kg.messages import LANGUAGES
from kg.ontology import Ontology
from kg.prefixes import RDF, RDFS, SKOS
from kg.query.question import KINDS, Parameter, class_of

__all__ = ["choices"]

#: Where a thing's name stands, the best first.
_NAMES = ("https://schema.org/name", SKOS + "prefLabel", "https://schema.org/headline", RDFS + "label")


def choices(parameter: Parameter, ontology: Ontology, graph: Path, base: str, lang: str) -> dict[str, str]:
    """The values of a parameter with what each means, sorted; none for texts, numbers and days.

    Things are named by their ids; without a graph there are none.

    Raises:
        OSError: the graph cannot be read.
        SyntaxError: it is no Turtle.
    """
    kind = parameter.kind
    if kind == "language":
        return dict.fromkeys(LANGUAGES, "")
    if kind in KINDS:
        return {}
    if kind in ontology.schemes:
        return {word: ontology.label(iri, lang) for word, iri in sorted(ontology.schemes[kind].items())}
    return _things(graph, class_of(parameter, ontology), base, lang) if graph.is_file() else {}


def _things(graph: Path, class_iri: str, base: str, lang: str) -> dict[str, str]:
    """The ids of the things of a class (of all when it is empty), with their names."""
    found: set[str] = set()
    names: dict[str, tuple[int, bool, str]] = {}
    for quad in ox.parse(path=str(graph), format=ox.RdfFormat.TURTLE):
        subject, predicate = getattr(quad.subject, "value", ""), quad.predicate.value
        if not subject.startswith(base):
            continue
        if predicate == RDF + "type" and class_iri in ("", getattr(quad.object, "value", "")):
            found.add(subject)
        elif predicate in _NAMES and isinstance(quad.object, ox.Literal):
            tag = quad.object.language
            rank = (_NAMES.index(predicate), tag is not None and tag.partition("-")[0] != lang, quad.object.value)
            names[subject] = min(rank, names.get(subject, rank))
    return {iri.removeprefix(base): names[iri][2] if iri in names else "" for iri in sorted(found)}
