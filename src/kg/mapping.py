"""Facts to triples, by the JSON-LD context and nothing else.

Each fact becomes a JSON-LD node with one key, in a named graph of its own, and all of them are read in one go by
a JSON-LD 1.1 processor with ``ontology/context.jsonld``. So it is known for each fact which triple it became, and a
processor that drops something in silence (an unknown key, a bad id) is found out at once: a fact must become
exactly one triple.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg.errors import Problem, ProductError
from kg.facts import Fact, FactsFile, Thing
from kg.ontology import Ontology

__all__ = ["Mapped", "MappedFile", "document", "map_files"]

_FACT, _THING = "urn:fact:", "urn:thing:"


@dataclass(frozen=True, slots=True)
class Mapped:
    """A fact and the triple it became."""

    fact: Fact
    triple: ox.Triple


@dataclass(frozen=True, slots=True)
class MappedFile:
    """A facts file with its triples; ``types`` gives each thing's IRI and class as a triple."""

    file: FactsFile
    facts: tuple[Mapped, ...]
    types: tuple[tuple[Thing, ox.Triple], ...]


def document(file: FactsFile, ontology: Ontology, base: str) -> dict[str, object]:
    """The JSON-LD document of one file: one named graph per fact (``urn:fact:N``) and per thing (``urn:thing:N``)."""
    graphs: list[dict[str, object]] = []
    for number, fact in enumerate(file.facts):
        graphs.append(_graph(f"{_FACT}{number}", fact.subject, fact.field.key, fact.value))
    for number, thing in enumerate(file.things):
        graphs.append(_graph(f"{_THING}{number}", thing.id, "type", thing.class_word))
    return {"@context": {**ontology.context, "@base": base}, "@graph": graphs}


def _graph(name: str, subject: str, key: str, value: object) -> dict[str, object]:
    return {"@id": name, "@graph": [{"id": subject, key: value}]}


def map_files(files: Iterable[FactsFile], ontology: Ontology, base: str) -> tuple[list[MappedFile], list[Problem]]:
    """Map every file; a fact that did not become exactly one triple is a problem at its place.

    Raises:
        ProductError: the context itself cannot be processed.
    """
    mapped: list[MappedFile] = []
    problems: list[Problem] = []
    for file in files:
        found = _read(document(file, ontology, base))
        facts: list[Mapped] = []
        for number, fact in enumerate(file.facts):
            triples = found[f"{_FACT}{number}"]
            if len(triples) == 1:
                facts.append(Mapped(fact, triples[0]))
            else:
                problems.append(Problem(fact.place, "F025", {"got": len(triples)}))
        types: list[tuple[Thing, ox.Triple]] = []
        for number, thing in enumerate(file.things):
            triples = found[f"{_THING}{number}"]
            if len(triples) == 1:
                types.append((thing, triples[0]))
            else:
                problems.append(Problem(thing.place, "F025", {"got": len(triples)}))
        mapped.append(MappedFile(file, tuple(facts), tuple(types)))
    return mapped, problems


def _read(doc: Mapping[str, object]) -> defaultdict[str, list[ox.Triple]]:
    """Triples by the name of their graph."""
    found: defaultdict[str, list[ox.Triple]] = defaultdict(list)
    text = json.dumps(doc, ensure_ascii=False)
    try:
        for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD):
            found[getattr(quad.graph_name, "value", "")].append(quad.triple)
    except SyntaxError as error:
        raise ProductError("cli.bad_ontology", file="context.jsonld", why=str(error)) from error
    return found
