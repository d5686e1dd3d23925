"""The graph against the shapes: SHACL by pySHACL, told at the place of the fact.

https://www.w3.org/TR/shacl/ – each result names a node and often a value; the fact behind them says the file, the
line and the column.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.errors import Place, Problem, ProductError
from kg.graph import Graph
from kg.mapping import Mapped
from kg.ontology import Ontology
from kg.prefixes import SH

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

__all__ = ["validate"]

_CODES = {
    "MinCount": "S001",
    "MaxCount": "S002",
    "Class": "S003",
    "Datatype": "S004",
    "Or": "S004",
    "Pattern": "S005",
    "UniqueLang": "S006",
    "NodeKind": "S007",
}


class _Places:
    """Where each node and each triple stands in the files."""

    def __init__(self, graph: Graph) -> None:
        self.nodes: dict[str, Place] = {}
        self.facts: dict[tuple[str, str], list[Mapped]] = {}
        for file in graph.files:
            for thing, triple in file.types:
                self.nodes.setdefault(str(triple.subject), thing.place)
            for mapped in file.facts:
                t = mapped.triple
                self.facts.setdefault((str(t.subject), str(t.predicate)), []).append(mapped)
                self.facts.setdefault((str(t.object), f"^{t.predicate}"), []).append(mapped)

    def find(self, focus: str, path: str, value: str | None) -> Place:
        """The fact with this value, else the last fact under this path, else the thing."""
        found = self.facts.get((focus, path), [])
        exact = [m for m in found if value in (str(m.triple.object), str(m.triple.subject))]
        for mapped in (*exact, *reversed(found)):
            return mapped.fact.place
        return self.nodes.get(focus, Place("?"))


def validate(graph: Graph, ontology: Ontology) -> list[Problem]:
    """Every result of the shapes as a problem (``sh:Violation``) or a warning.

    Raises:
        ProductError: the shapes themselves cannot be used.
    """
    import pyshacl
    import rdflib

    data = rdflib.Graph()
    data.parse(data=ox.serialize(graph.plain, format=ox.RdfFormat.N_TRIPLES) or b"", format="nt")
    terms, shapes = (_parsed(str(path)) for path in ontology.turtle())
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, ont_graph=terms, inference="none")
    if not isinstance(report, rdflib.Graph):  # pySHACL hands back what went wrong instead of raising it
        raise ProductError("cli.bad_ontology", file="shapes.ttl", why=str(report))
    places = _Places(graph)
    sh = rdflib.Namespace(SH)
    problems: list[Problem] = []
    for result in report.subjects(rdflib.RDF.type, sh.ValidationResult):
        focus = report.value(result, sh.focusNode)
        path = report.value(result, sh.resultPath)
        value = report.value(result, sh.value)
        component = str(report.value(result, sh.sourceConstraintComponent)).rpartition("#")[2]
        source = report.value(result, sh.sourceShape)
        messages = _texts(report.objects(result, sh.resultMessage))
        inverse = isinstance(path, rdflib.BNode)
        step = _inverse(shapes, report, path) if inverse else path
        where = places.find(_nt(focus), f"^{_nt(step)}" if inverse else _nt(step), _nt(value) if value else None)
        key = next(iter(shapes.objects(source, rdflib.URIRef(ontology.prefixes["kg"] + "key"))), "?")
        code = _CODES.get(component.removesuffix("ConstraintComponent"), "S000") if path else "S008"
        params = {"id": _short(str(focus), graph.base), "key": str(key), "message": messages}
        severity = "warning" if str(report.value(result, sh.resultSeverity)) == SH + "Warning" else "error"
        problems.append(Problem(where, code, params, severity))
    return problems


@cache
def _parsed(path: str) -> rdflib.Graph:
    """An ontology file as rdflib sees it; read once per process."""
    import rdflib

    return rdflib.Graph().parse(path, format="turtle")


def _inverse(shapes: rdflib.Graph, report: rdflib.Graph, path: Node | None) -> Node | None:
    """The property behind an inverse path, which the report names by a blank node."""
    import rdflib

    step = rdflib.URIRef(SH + "inversePath")
    return report.value(path, step) or shapes.value(path, step)


def _texts(messages: Iterable[object]) -> dict[str, str]:
    return {str(getattr(m, "language", None) or "en"): str(m) for m in sorted(messages, key=str)}


def _nt(term: object) -> str:
    """A term as pyoxigraph writes it."""
    return str(getattr(term, "n3", lambda: term)())


def _short(iri: str, base: str) -> str:
    return iri.removeprefix(base)
