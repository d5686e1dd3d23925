"""The prefixes that every file, query and page of ours may use, read from the JSON-LD context."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DCTERMS", "KG", "OA", "OWL", "PROV", "RDF", "RDFS", "SH", "SKOS", "STANDARD", "XSD", "curie"]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SH = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
PROV = "http://www.w3.org/ns/prov#"
OA = "http://www.w3.org/ns/oa#"
DCTERMS = "http://purl.org/dc/terms/"
KG = "https://w3id.org/congress-kg/ontology#"

#: Needed by the evidence graph and by queries, whatever the domain.
STANDARD: Mapping[str, str] = {
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "prov": PROV,
    "oa": OA,
    "dcterms": DCTERMS,
    "kg": KG,
}


def curie(iri: str, prefixes: Mapping[str, str]) -> str:
    """The shortest ``prefix:name`` for ``iri``, or ``iri`` itself when no prefix fits.

    >>> curie("http://www.w3.org/2004/02/skos/core#Concept", STANDARD)
    'skos:Concept'
    """
    best = ""
    for prefix, namespace in prefixes.items():
        if iri.startswith(namespace) and len(namespace) > len(prefixes.get(best, "")):
            best = prefix
    return f"{best}:{iri[len(prefixes[best]) :]}" if best else iri
