"""A description of the graph as a data set, for catalogues: VoID and DCAT.

Counts, classes, properties and vocabularies come from the graph; title, licence and whatever else is said of the data
set come from a Turtle file of its makers, in which ``<>`` is the data set; the addresses of its files are known when
the site is. The data set is named by the base of the ids, its parts by fragments of it, so no id of a thing is taken.

https://www.w3.org/TR/void/, https://www.w3.org/TR/vocab-dcat-3/
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urljoin

import pyoxigraph as ox

from kg.errors import UsageError
from kg.export.built import TYPE, Built
from kg.export.made import Finding, Made, Options
from kg.messages import catalogue
from kg.prefixes import DCTERMS, RDF, XSD, curie
from kg.turtle import to_turtle

__all__ = ["MEDIA", "void"]

VOID, DCAT = "http://rdfs.org/ns/void#", "http://www.w3.org/ns/dcat#"
PREFIXES = {"void": VOID, "dcat": DCAT, "dcterms": DCTERMS, "xsd": XSD}
FORMATS = "http://www.w3.org/ns/formats/"
#: ISO 639-1 and 639-2, as DCAT wants languages named.
LANGUAGES = "http://id.loc.gov/vocabulary/"
#: The files that a folder of outputs may hold: their media type and, when it is RDF, the name of the syntax
#: (https://www.w3.org/ns/formats/) by which VoID calls it.
MEDIA: Mapping[str, tuple[str, str]] = {
    "graph.ttl": ("text/turtle", "Turtle"),
    "graph-evidence.ttl": ("text/turtle", "Turtle"),
    "graph.nt": ("application/n-triples", "N-Triples"),
    "graph.nq": ("application/n-quads", "N-Quads"),
    "graph.trig": ("application/trig", "TriG"),
    "graph.rdf": ("application/rdf+xml", "RDF_XML"),
    "graph.jsonld": ("application/ld+json", "JSON-LD"),
    "graph.graphml": ("application/graphml+xml", ""),
    "graph.gexf": ("application/gexf+xml", ""),
    "nodes.csv": ("text/csv", ""),
    "links.csv": ("text/csv", ""),
    "facts.csv": ("text/csv", ""),
}
_IANA = "https://www.iana.org/assignments/media-types/"

Said = tuple[str, ox.NamedNode | ox.Literal]


def void(built: Built, options: Options) -> Made:
    """The description as Turtle, and what a catalogue asks for that nobody has said.

    Raises:
        UsageError: the makers' file is no Turtle, or the address of the site is none.
    """
    name = built.base.rstrip("#")
    told = list(_told(options.about, name)) if options.about is not None else []
    triples = {*told, *_dataset(built, name), *_partitions(built, name), *_files(built, name, options.site)}
    said = {t.predicate.value for t in told if t.subject == ox.NamedNode(name)}
    for key in ("title", "description"):
        if DCTERMS + key not in said:
            texts = catalogue("export")[f"dataset_{key}"].items()
            triples |= {_triple(name, DCTERMS + key, ox.Literal(text, language=tag)) for tag, text in texts}
    missing = [key for key, ok in (("license", DCTERMS + "license" in said), ("site", options.site)) if not ok]
    findings = [Finding("void.ttl", catalogue("export")[f"missing_{key}"], required=False) for key in missing]
    prefixes = {**built.ontology.prefixes, **PREFIXES}
    text = to_turtle(triples, prefixes, name, (VOID + "Dataset", DCAT + "Distribution"))
    return Made({"void.ttl": text}, (), tuple(findings))


def _triple(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), value)


def _count(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))


def _told(text: bytes, name: str) -> Iterator[ox.Triple]:
    """What the makers say, as it stands; a blank node would have another name on each run."""
    try:
        for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=name):
            if not isinstance(quad.subject, ox.NamedNode) or not isinstance(quad.object, ox.NamedNode | ox.Literal):
                raise UsageError("export.blank_about", what=str(quad.triple))
            yield quad.triple
    except SyntaxError as error:
        raise UsageError("export.bad_about", line=error.lineno, column=error.offset, why=error.msg) from error


# ------------------------------------------------------------------ the whole


def _dataset(built: Built, name: str) -> Iterator[ox.Triple]:
    """The data set and, as its part, the evidence."""
    yield from _is(name, VOID + "Dataset", DCAT + "Dataset")
    yield _triple(name, VOID + "uriSpace", ox.Literal(built.base))
    things = [node for node in built.about if node.startswith(built.base)]
    yield _triple(name, VOID + "entities", _count(len(things)))
    if things:
        first = min(things, key=lambda node: (built.rank(node), node))
        yield _triple(name, VOID + "exampleResource", ox.NamedNode(first))
    yield from _counts(name, built.plain)
    for vocabulary in sorted(_vocabularies(built)):
        yield _triple(name, VOID + "vocabulary", ox.NamedNode(vocabulary))
    for source in built.by_source:
        yield _triple(name, DCTERMS + "source", ox.NamedNode(source))
    tags = {t.object.language for t in built.plain if isinstance(t.object, ox.Literal) and t.object.language}
    for code in sorted({tag.partition("-")[0].lower() for tag in tags}):
        yield _triple(name, DCTERMS + "language", ox.NamedNode(f"{LANGUAGES}iso639-{len(code) - 1}/{code}"))
    if built.evidence:
        part = f"{name}#evidence"
        yield from _is(part, VOID + "Dataset", DCAT + "Dataset")
        yield _triple(name, VOID + "subset", ox.NamedNode(part))
        yield _triple(part, VOID + "triples", _count(len(built.evidence)))
        for tag, text in catalogue("export")["dataset_evidence"].items():
            yield _triple(part, DCTERMS + "title", ox.Literal(text, language=tag))


def _is(name: str, *kinds: str) -> Iterator[ox.Triple]:
    return (_triple(name, RDF + "type", ox.NamedNode(kind)) for kind in kinds)


def _counts(name: str, triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """The statistics of VoID."""
    held = list(triples)
    kinds = {t.object for t in held if t.predicate.value == TYPE}
    numbers = {
        "triples": len(held),
        "distinctSubjects": len({t.subject for t in held}),
        "distinctObjects": len({t.object for t in held}),
        "properties": len({t.predicate for t in held}),
        "classes": len(kinds),
    }
    return (_triple(name, VOID + key, _count(number)) for key, number in numbers.items())


def _vocabularies(built: Built) -> Iterator[str]:
    """The namespaces of the properties and classes in use that have a prefix of ours."""
    classes = (getattr(t.object, "value", "") for t in built.plain if t.predicate.value == TYPE)
    for iri in {*(t.predicate.value for t in built.plain), *classes}:
        prefix = curie(iri, built.ontology.prefixes).partition(":")[0]
        if prefix in built.ontology.prefixes and built.ontology.prefixes[prefix] != RDF:
            yield built.ontology.prefixes[prefix]


# ------------------------------------------------------------------ its parts


def _partitions(built: Built, name: str) -> Iterator[ox.Triple]:
    """One part a class, with how many things it has, and one a property, with how many triples."""
    classes: defaultdict[str, set[object]] = defaultdict(set)
    properties: defaultdict[str, set[ox.Triple]] = defaultdict(set)
    for triple in built.plain:
        properties[triple.predicate.value].add(triple)
        if triple.predicate.value == TYPE:
            classes[getattr(triple.object, "value", "")].add(triple.subject)
    for iri, things in classes.items():
        part = f"{name}#class/{_fragment(iri, built)}"
        yield _triple(name, VOID + "classPartition", ox.NamedNode(part))
        yield _triple(part, VOID + "class", ox.NamedNode(iri))
        yield _triple(part, VOID + "entities", _count(len(things)))
    for iri, triples in properties.items():
        part = f"{name}#property/{_fragment(iri, built)}"
        yield _triple(name, VOID + "propertyPartition", ox.NamedNode(part))
        yield _triple(part, VOID + "property", ox.NamedNode(iri))
        yield _triple(part, VOID + "triples", _count(len(triples)))
        yield _triple(part, VOID + "distinctSubjects", _count(len({t.subject for t in triples})))
        yield _triple(part, VOID + "distinctObjects", _count(len({t.object for t in triples})))


def _fragment(iri: str, built: Built) -> str:
    return curie(iri, built.ontology.prefixes).replace(":", ".", 1).replace("#", "%23")


def _files(built: Built, name: str, site: str | None) -> Iterator[ox.Triple]:
    """The files that lie in the folder, under the address where they will be published."""
    if site is None:
        return
    here = [(file, *MEDIA[file]) for file in MEDIA if (built.folder / file).is_file()]
    for file, media, syntax in here:
        try:
            url = ox.NamedNode(urljoin(site if site.endswith("/") else f"{site}/", file))
        except ValueError as error:
            raise UsageError("export.bad_site", site=site) from error
        whole = f"{name}#evidence" if file == "graph-evidence.ttl" and built.evidence else name
        part = f"{name}#file/{file}"
        yield from _is(part, DCAT + "Distribution")
        yield _triple(whole, DCAT + "distribution", ox.NamedNode(part))
        yield _triple(part, DCTERMS + "title", ox.Literal(file))
        yield _triple(part, DCAT + "downloadURL", url)
        yield _triple(part, DCAT + "mediaType", ox.NamedNode(_IANA + media))
        size = (built.folder / file).stat().st_size
        yield _triple(part, DCAT + "byteSize", ox.Literal(str(size), datatype=ox.NamedNode(XSD + "nonNegativeInteger")))
        if syntax:
            yield _triple(whole, VOID + "dataDump", url)
            yield _triple(whole, VOID + "feature", ox.NamedNode(FORMATS + syntax))
