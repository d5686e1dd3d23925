"""The graph for other programs: each format of :data:`FORMATS` from what ``kg build`` wrote.

Same graph and options, same bytes: no clock, no version, no path stands in any file. What a format cannot carry comes
back as :class:`Loss`, what its readers ask for and the graph does not say as :class:`Finding`; nothing is dropped in
silence and nothing is invented.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kg.export.built import Built, read_built
from kg.export.jsonld import jsonld
from kg.export.made import Finding, Loss, Made, Options
from kg.export.networks import gexf, graphml
from kg.export.rdf import nquads, ntriples, rdfxml, trig
from kg.export.schema_org import schema_org
from kg.export.tables import facts, links, network, nodes
from kg.export.void import void

__all__ = ["FORMATS", "Built", "Finding", "Format", "Loss", "Made", "Options", "read_built"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the files it writes, which options it heeds, and what makes it.

    ``by_evidence`` tells whether it is nothing without the graph with evidence.
    """

    name: str
    files: tuple[str, ...]
    options: frozenset[str]
    make: Callable[[Built, Options], Made]
    by_evidence: bool


def _formats() -> Mapping[str, Format]:
    rdf, drawn = ("evidence",), ("view", "texts")
    table = [
        ("nt", ntriples, ("graph.nt",), rdf),
        ("nq", nquads, ("graph.nq",), rdf),
        ("trig", trig, ("graph.trig",), rdf),
        ("rdfxml", rdfxml, ("graph.rdf",), rdf),
        ("jsonld", jsonld, ("graph.jsonld",), (*rdf, "context")),
        ("schema-org", schema_org, ("schema-org.jsonld",), ("only", "texts")),
        ("graphml", graphml, ("graph.graphml",), drawn),
        ("gexf", gexf, ("graph.gexf",), drawn),
        ("csv", network, ("nodes.csv", "links.csv"), (*drawn, "separator")),
        ("nodes", nodes, ("nodes.csv",), (*drawn, "separator")),
        ("links", links, ("links.csv",), (*drawn, "separator")),
        ("facts", facts, ("facts.csv",), ("texts", "separator")),
        ("void", void, ("void.ttl",), ("about", "site")),
    ]
    sourced = ("nq", "trig", "facts")
    return {n: Format(n, files, frozenset(options), make, n in sourced) for n, make, files, options in table}


#: The formats by name, in the order in which they are listed.
FORMATS = _formats()
