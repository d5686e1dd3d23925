"""Built folders that the tests of the exports share, and what reads the columns of a network back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import rdflib

from kg.check import check
from kg.config import Settings, load_settings
from kg.export import FORMATS, Built, Made, Options
from kg.export.drawing import split
from kg.graph import Graph
from kg.ontology import load_ontology
from kg.prefixes import RDF

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
ONTOLOGY = load_ontology()
BASE = Settings().base
XSD = "http://www.w3.org/2001/XMLSchema#"
PROJECTS: Mapping[str, tuple[Settings, Path]] = {
    "real": (load_settings(ROOT), ROOT),
    "demo": (Settings(facts="data/demo/facts", sources="data/demo/sources"), ROOT),
    "everything": (Settings(facts="facts.yaml"), GOLDEN / "ok_everything"),
    "difficult": (Settings(facts="facts.yaml"), GOLDEN / "ok_difficult_texts"),
}


@dataclass(frozen=True)
class Project:
    """The graph as it was made from facts, and as the exports read it from what was written."""

    graph: Graph
    built: Built


@cache
def project(name: str) -> Project:
    graph = check(*PROJECTS[name]).graph
    return Project(graph, of_turtle(graph.turtle(), graph.evidence_turtle()))


def of_turtle(plain: str, evidence: str = "", folder: Path = Path()) -> Built:
    """The same as reading the two files of a folder."""

    def parsed(text: str) -> frozenset[ox.Triple]:
        return frozenset(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE))

    return Built(parsed(plain), parsed(evidence), BASE, ONTOLOGY, folder)


def made(built: Built, form: str, **options: object) -> Made:
    return FORMATS[form].make(built, Options(**options))  # type: ignore[arg-type] # by the names of the options


def text_of(built: Built, form: str, **options: object) -> str:
    (text,) = made(built, form, **options).files.values()
    return text


def triples(graph: rdflib.Graph) -> frozenset[ox.Triple]:
    """What rdflib holds, as the exports have it. Graphs of facts have no blank nodes, so sets can be compared."""
    nt = graph.serialize(format="nt", encoding="utf-8")
    return frozenset(quad.triple for quad in ox.parse(nt, format=ox.RdfFormat.N_TRIPLES))


# ------------------------------------------------------------------ networks


def expand(name: str) -> str:
    prefix, _, rest = name.partition(":")
    return ONTOLOGY.prefixes[prefix] + rest if prefix in ONTOLOGY.prefixes else name


#: Attributes of a node that are no property of the graph.
LOOK = {"label", "label_en", "label_fr", "kind", "kind_en", "kind_fr", "shape", "x", "y", "size", "r", "g", "b", "viz"}


def said_of_node(node: str, attributes: Mapping[str, object]) -> Iterable[ox.Triple]:
    """The triples that the attributes of a node say, by the rules that the documents give."""
    for name, value in attributes.items():
        if name in LOOK:
            continue
        cell = str(value).lower() if isinstance(value, bool) else str(value)
        if name == "classes":
            yield from (_triple(node, RDF + "type", ox.NamedNode(expand(word))) for word in split(cell))
        elif "^^" in name:
            column, _, kind = name.partition("^^")
            for text in split(cell):
                number = text.removesuffix(".0") if isinstance(value, float) else text
                typed = ox.NamedNode(text) if kind == "iri" else ox.Literal(number, datatype=ox.NamedNode(expand(kind)))
                yield _triple(node, expand(column), typed)
        else:
            column, _, tag = name.partition("@")
            for text in split(cell):
                yield _triple(node, expand(column), ox.Literal(text, language=tag) if tag else ox.Literal(text))


def said_of_link(source: str, target: str, attributes: Mapping[str, object]) -> Iterable[ox.Triple]:
    """The triple that a link says, when it stands for no node."""
    word = str(attributes["link"])
    if not attributes.get("via") and ":" in word:
        yield _triple(source, expand(word), ox.NamedNode(target))


def _triple(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), value)
