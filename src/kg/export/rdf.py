"""The graph in the other syntaxes of RDF: N-Triples, N-Quads, TriG, RDF/XML.

Lines and blocks are sorted, so the same graph gives the same bytes. In N-Quads and TriG each source has a graph named
by its own IRI, which holds what this source says; a triple that two sources say stands in both. The default graph
holds what rests on no statement: classes of things and the words of closed lists, which come from the ontology and not
from a source. All graphs together are the plain graph. The evidence, when asked for, is the graph ``kg:evidence``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyoxigraph as ox

from kg.export.built import Built
from kg.export.made import Loss, Made, Options, example, xml_loss, xml_safe
from kg.graph import EVIDENCE, EVIDENCE_CLASSES
from kg.turtle import to_turtle

__all__ = ["graphs", "nquads", "ntriples", "rdfxml", "trig"]

#: What every parser of XML takes for a name without prefix (Namespaces in XML 1.0, NCName; ASCII, since the letters
#: beyond differ between the editions of XML 1.0), after the last sign that separates.
_NAMED = re.compile(r".*[/#:][A-Za-z_][A-Za-z0-9_.-]*", re.DOTALL)


def ntriples(built: Built, options: Options) -> Made:
    """RDF 1.1 N-Triples (https://www.w3.org/TR/n-triples/), sorted."""
    lines = sorted(f"{triple} .\n" for triple in _triples(built, options))
    return Made({"graph.nt": "".join(lines)})


def nquads(built: Built, options: Options) -> Made:
    """RDF 1.1 N-Quads (https://www.w3.org/TR/n-quads/), sorted, a named graph a source."""
    lines = []
    for name, triples in graphs(built, options).items():
        end = f" {ox.NamedNode(name)} .\n" if name else " .\n"
        lines += [f"{triple}{end}" for triple in triples]
    return Made({"graph.nq": "".join(sorted(lines))})


def trig(built: Built, options: Options) -> Made:
    """RDF 1.1 TriG (https://www.w3.org/TR/trig/), a named graph a source; written as ``graph.ttl`` is."""
    heads: set[str] = set()
    parts: list[str] = []
    for name, triples in graphs(built, options).items():
        order = () if name in built.by_source else (*built.order, *EVIDENCE_CLASSES)  # no classes, no order by class
        text = to_turtle(triples, built.ontology.prefixes, built.base, order)
        head, _, body = text.partition("\n\n")  # no text holds a line end as it is
        heads.update(head.split("\n"))
        parts.append(f"<{name}> {{\n\n{body}\n}}\n" if name else body)
    return Made({"graph.trig": "\n".join([*sorted(heads), "", *parts])})


def rdfxml(built: Built, options: Options) -> Made:
    """RDF 1.1 XML Syntax (https://www.w3.org/TR/rdf-syntax-grammar/).

    Two things have no place in it: a property whose IRI does not end in an XML name, since properties are elements, and
    a character that XML 1.0 forbids.
    """
    triples = sorted(_triples(built, options), key=_order)
    nameless = [t for t in triples if not _NAMED.fullmatch(t.predicate.value)]
    unsafe = [t for t in triples if not xml_safe(getattr(t.object, "value", ""))]
    dropped = {*nameless, *unsafe}
    kept = [t for t in triples if t not in dropped]
    data = ox.serialize(kept, format=ox.RdfFormat.RDF_XML, prefixes=_prefixes(built, kept)) or b""
    # A reader of XML takes a bare carriage return for a line end (XML 1.0, 2.11); as a reference it is kept.
    text = data.decode("utf-8").replace("\r", "&#13;") + "\n"
    losses = xml_loss(unsafe, built)
    if nameless:
        losses.append(Loss("lost_names", {"count": len(nameless), "example": example(nameless[0], built)}))
    return Made({"graph.rdf": text}, tuple(losses))


def graphs(built: Built, options: Options) -> dict[str, frozenset[ox.Triple]]:
    """The triples of each graph by its name, sorted; the default graph comes first and is called ``""``."""
    said = frozenset[ox.Triple]().union(*built.by_source.values())
    found = {"": built.plain - said, **built.by_source}
    if options.evidence:
        found[EVIDENCE] = built.evidence - built.plain
    return dict(sorted(found.items()))


def _triples(built: Built, options: Options) -> frozenset[ox.Triple]:
    return built.plain | built.evidence if options.evidence else built.plain


def _order(triple: ox.Triple) -> tuple[str, bool, str, str]:
    """By subject, then its class, then by property and object."""
    predicate = triple.predicate.value
    return str(triple.subject), not predicate.endswith("#type"), predicate, str(triple.object)


def _prefixes(built: Built, triples: Iterable[ox.Triple]) -> dict[str, str]:
    """The prefixes in use, sorted."""
    used = {t.predicate.value for t in triples} | {getattr(t.object, "value", "") for t in triples}
    known = sorted(built.ontology.prefixes.items())
    return {name: start for name, start in known if any(iri.startswith(start) for iri in used)}
