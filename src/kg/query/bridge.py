"""To rdflib and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.graph import EVIDENCE
from kg.query.engine import Graphs

if TYPE_CHECKING:
    import rdflib

__all__ = ["from_rdflib", "to_rdflib"]


def to_rdflib(graphs: Graphs) -> rdflib.Dataset:
    """The graphs as an ``rdflib.Dataset`` with the same names: the default graph, and ``kg:evidence``."""
    import rdflib

    dataset = rdflib.Dataset()
    for source, graph in (
        (graphs.plain, dataset.default_graph),
        (graphs.evidence, dataset.graph(rdflib.URIRef(EVIDENCE))),
    ):
        if isinstance(source, bytes):
            graph.parse(data=source, format="nt")
        elif source is not None:
            graph.parse(source, format="turtle")
    return dataset


def from_rdflib(graph: rdflib.Graph) -> Graphs:
    """The graphs of an rdflib ``Dataset`` (its default graph and ``kg:evidence``), or of a single ``Graph``."""
    import rdflib

    if isinstance(graph, rdflib.Dataset):
        evidence = graph.graph(rdflib.URIRef(EVIDENCE))
        return Graphs(_triples(graph.default_graph), _triples(evidence) if len(evidence) else None)
    return Graphs(_triples(graph))


def _triples(graph: rdflib.Graph) -> bytes:
    return b"".join(sorted(graph.serialize(format="nt", encoding="utf-8").splitlines(keepends=True)))
