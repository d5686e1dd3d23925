"""The domain as data: classes, keys, labels and closed lists, read from ``ontology/``.

Three files say everything there is to know about the domain, and nothing of it stands in code:

* ``congress.ttl`` – classes, properties, closed lists (SKOS schemes), with labels;
* ``shapes.ttl`` – SHACL shapes; each property shape carries the key (``kg:key``) that a facts file writes;
* ``context.jsonld`` – the JSON-LD context: what each key means.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.config import find_data
from kg.errors import ProductError
from kg.messages import choose
from kg.prefixes import KG, OWL, RDF, RDFS, SH, SKOS, STANDARD

__all__ = ["Field", "Ontology", "Shape", "load_ontology"]

Texts = Mapping[str, str]
Node = ox.NamedNode | ox.BlankNode
TTL = ("congress.ttl", "shapes.ttl")


@dataclass(frozen=True, slots=True)
class Field:
    """One key that a facts file may write in things of a class.

    ``kind`` is ``text`` (has a language), ``name`` (may have one), ``plain``, ``typed``, ``ref`` (another thing),
    ``concept`` (a word of a closed list) or ``iri`` (an address on the web). ``max`` is None without a bound.
    ``printed`` tells that the source's own words are written here, ``bookkeeping`` that no passage is needed.
    """

    key: str
    path: str
    inverse: bool
    kind: str
    datatypes: tuple[str, ...]
    scheme: str | None
    target: str | None
    pattern: str | None
    min: int
    max: int | None
    labels: Texts
    messages: Texts
    bookkeeping: bool
    printed: bool
    also_called: bool
    drawn_to: str | None
    not_before: str | None
    acyclic: bool
    withheld_with: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """What may be written about the things of some classes, and under which section of a facts file.

    ``messages`` say what is asked of the thing as a whole; they are empty when it is only asked key by key.
    ``one_of`` are the properties of which it must have one at least; ``cell`` is the place in the diagram.
    """

    iri: str
    classes: tuple[str, ...]
    section: str
    labels: Texts
    messages: Texts
    fields: Mapping[str, Field]
    one_of: tuple[str, ...]
    has_key: tuple[str, ...]
    evidence_source: bool
    known_by_last_word: bool
    cell: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Ontology:
    """The three files, ready to use. Mappings keep the order of the files, or are sorted."""

    folder: Path
    context: Mapping[str, object]
    prefixes: Mapping[str, str]
    shapes: Mapping[str, Shape]
    sections: Mapping[str, Shape]
    class_words: Mapping[str, str]
    schemes: Mapping[str, Mapping[str, str]]
    word_types: Mapping[str, tuple[str, ...]]
    broader: Mapping[str, str]
    labels: Mapping[str, Texts]
    parents: Mapping[str, tuple[str, ...]]

    def label(self, iri: str, lang: str) -> str:
        """The label of a class, property or word of a closed list; the end of its IRI when it has none."""
        texts = self.labels.get(iri)
        return choose(texts, lang) if texts else iri.rstrip("/#").replace("#", "/").rpartition("/")[2]

    def superclasses(self, iri: str) -> tuple[str, ...]:
        """All classes above ``iri``, without itself, sorted."""
        found: set[str] = set()
        waiting = [iri]
        while waiting:
            for parent in self.parents.get(waiting.pop(), ()):
                if parent not in found and parent != iri:
                    found.add(parent)
                    waiting.append(parent)
        return tuple(sorted(found))

    def shape_of(self, class_iri: str) -> Shape | None:
        """The shape that says what may be written about things of this class."""
        return self.shapes.get(class_iri)

    def turtle(self) -> Iterator[Path]:
        """The Turtle files of the ontology, for the validator."""
        return (self.folder / name for name in TTL)


class _Reader:
    """Reads one ontology folder: a graph of two Turtle files, and the context beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = ox.Store()
        for name in TTL:
            try:
                self.store.extend(ox.Quad(*triple) for triple in ox.parse(path=str(folder / name)))
            except (OSError, SyntaxError) as error:
                raise ProductError("cli.bad_ontology", file=name, why=str(error)) from error
        try:
            self.context = json.loads((folder / "context.jsonld").read_text(encoding="utf-8"))["@context"]
        except (OSError, ValueError, KeyError) as error:
            raise ProductError("cli.bad_ontology", file="context.jsonld", why=str(error)) from error
        own = {k: v for k, v in self.context.items() if isinstance(v, str) and v.endswith(("/", "#")) and k[0] != "@"}
        self.prefixes: dict[str, str] = {**STANDARD, **own}

    def expand(self, curie: str) -> str:
        prefix, _, name = curie.partition(":")
        return self.prefixes[prefix] + name if prefix in self.prefixes else curie

    def terms(self, subject: Node, predicate: str) -> list[Node | ox.Literal]:
        """The objects of a subject, sorted; RDF 1.2 triple terms have no place in an ontology of ours."""
        quads = self.store.quads_for_pattern(subject, ox.NamedNode(predicate), None)
        return sorted((q.object for q in quads if not isinstance(q.object, ox.Triple)), key=str)

    def objects(self, subject: Node, predicate: str) -> list[Node]:
        return [term for term in self.terms(subject, predicate) if not isinstance(term, ox.Literal)]

    def value(self, subject: Node, predicate: str) -> str | None:
        found = self.terms(subject, predicate)
        return found[0].value if found else None

    def values(self, subject: Node, predicate: str) -> list[str]:
        return [term.value for term in self.terms(subject, predicate)]

    def texts(self, subject: Node, predicate: str) -> dict[str, str]:
        found = self.terms(subject, predicate)
        return {o.language or "": o.value for o in found if isinstance(o, ox.Literal)}

    def subjects(self, predicate: str, obj: str | None = None) -> list[ox.NamedNode]:
        """The named subjects that have a property (with this object), sorted."""
        node = ox.NamedNode(obj) if obj else None
        found = {q.subject for q in self.store.quads_for_pattern(None, ox.NamedNode(predicate), node)}
        return sorted((n for n in found if isinstance(n, ox.NamedNode)), key=str)

    def items(self, node: Node) -> Iterator[Node]:
        """The members of an RDF list."""
        while node != ox.NamedNode(RDF + "nil"):
            yield self.objects(node, RDF + "first")[0]
            node = self.objects(node, RDF + "rest")[0]

    # -- shapes ---------------------------------------------------------------------------------------------

    def term(self, key: str) -> Mapping[str, object]:
        entry = self.context.get(key)
        return entry if isinstance(entry, dict) else {}

    def kind(self, key: str, pattern: str | None) -> tuple[str, str | None]:
        """The kind of a key and, for a word of a closed list, the name of the list."""
        term = self.term(key)
        scoped = term.get("@context")
        if isinstance(scoped, dict) and "@base" in scoped:
            return "concept", str(scoped["@base"]).rstrip("/").rpartition("/")[2]
        if "@reverse" in term or term.get("@type") == "@id":
            return ("iri" if pattern else "ref"), None
        if "@container" in term:
            return ("name" if "@language" in term else "text"), None
        return ("typed" if "@type" in term else "plain"), None

    def field(self, node: Node) -> Field:
        path = self.objects(node, SH + "path")[0]
        inverse = self.value(path, SH + "inversePath") if isinstance(path, ox.BlankNode) else None
        iri = inverse or path.value
        direct = self.values(node, SH + "datatype")
        for head in self.objects(node, SH + "or"):
            direct += [v for item in self.items(head) if (v := self.value(item, SH + "datatype"))]
        key, pattern = self.value(node, KG + "key") or "", self.value(node, SH + "pattern")
        kind, scheme = self.kind(key, pattern)
        most = self.value(node, SH + "maxCount")
        return Field(
            key=key,
            path=iri,
            inverse=inverse is not None,
            kind=kind,
            datatypes=tuple(direct),
            scheme=scheme,
            target=self.value(node, SH + "class"),
            pattern=pattern,
            min=int(self.value(node, SH + "minCount") or 0),
            max=int(most) if most else None,
            labels=self.texts(node, SH + "name"),
            messages=self.texts(node, SH + "message"),
            bookkeeping=bool(self.values(ox.NamedNode(iri), KG + "bookkeeping")),
            printed=bool(self.values(ox.NamedNode(iri), KG + "printed")),
            not_before=self.value(ox.NamedNode(iri), KG + "notBefore"),
            acyclic=bool(self.values(ox.NamedNode(iri), KG + "acyclic")),
            drawn_to=self.value(node, KG + "drawnTo"),
            also_called=bool(self.values(ox.NamedNode(iri), KG + "alsoCalled")),
            withheld_with=self.value(node, KG + "withheldWith") == "true",
        )

    def shape(self, node: ox.NamedNode) -> Shape:
        fields = [self.field(p) for p in self.objects(node, SH + "property")]
        fields.sort(key=lambda f: list(self.context).index(f.key) if f.key in self.context else -1)
        classes = tuple(self.values(node, SH + "targetClass"))
        heads = [h for c in classes for h in self.objects(ox.NamedNode(c), OWL + "hasKey")]
        return Shape(
            iri=node.value,
            classes=classes,
            section=self.value(node, KG + "section") or "",
            labels=self.texts(node, RDFS + "label"),
            messages=self.texts(node, SH + "message"),
            fields={f.key: f for f in fields},
            one_of=tuple(self._one_of(node)),
            has_key=tuple(i.value for h in heads for i in self.items(h)),
            evidence_source=self.value(node, KG + "evidenceSource") == "true",
            cell=self.cell(node),
            known_by_last_word=self.value(node, KG + "knownByLastWord") == "true",
        )

    def cell(self, node: ox.NamedNode) -> tuple[int, int] | None:
        """Where the class stands in the diagram: column and row."""
        column, _, row = (self.value(node, KG + "cell") or "").partition(" ")
        return (int(column), int(row)) if row else None

    def _one_of(self, node: ox.NamedNode) -> Iterator[str]:
        """The properties of which the shape as a whole wants one at least."""
        for head in self.objects(node, SH + "or"):
            for item in self.items(head):
                for part in self.objects(item, SH + "property"):
                    path = self.objects(part, SH + "path")[0]
                    if isinstance(path, ox.NamedNode) and self.value(part, SH + "minCount") == "1":
                        yield path.value

    def schemes(self) -> dict[str, dict[str, str]]:
        """Closed lists: name → word → IRI of the concept."""
        found: dict[str, dict[str, str]] = {}
        for scheme in self.subjects(RDF + "type", SKOS + "ConceptScheme"):
            base = scheme.value
            members = [c.value for c in self.subjects(SKOS + "inScheme", base)]
            found[base.rpartition("/")[2]] = {iri[len(base) + 1 :]: iri for iri in members}
        return found

    def labels(self, shapes: list[Shape]) -> dict[str, Texts]:
        """IRI → texts: properties by the shapes, then whatever has a label of its own."""
        found: dict[str, Texts] = {}
        for shape in shapes:
            found.update(dict.fromkeys(shape.classes, shape.labels))
            for field in shape.fields.values():
                if not field.inverse:
                    found.setdefault(field.path, field.labels)
        for predicate in (RDFS + "label", SKOS + "prefLabel"):
            for node in self.subjects(predicate):
                found[node.value] = self.texts(node, predicate)
        return found


def load_ontology(folder: Path | None = None) -> Ontology:
    """Read ``ontology/`` (ours unless another folder is given).

    Raises:
        ProductError: a file is missing or is not Turtle or JSON.
    """
    reader = _Reader(folder or find_data("ontology"))
    shapes = [reader.shape(node) for node in reader.subjects(RDF + "type", SH + "NodeShape")]
    parents: dict[str, list[str]] = {}
    for node in reader.subjects(RDFS + "subClassOf"):
        parents[node.value] = reader.values(node, RDFS + "subClassOf")
    words = {
        word: reader.expand(target)
        for word, target in reader.context.items()
        if isinstance(target, str) and word[0].isupper()
    }
    by_class = {iri: shape for shape in shapes for iri in shape.classes}
    for iri in words.values():
        waiting, seen = [iri], set[str]()
        while iri not in by_class and waiting:
            current = waiting.pop()
            seen.add(current)
            above = [p for p in parents.get(current, []) if p not in seen]
            waiting += above
            for parent in above:
                if parent in by_class and iri not in by_class:
                    by_class[iri] = by_class[parent]
    return Ontology(
        folder=reader.folder,
        context=reader.context,
        prefixes={
            **reader.prefixes,
            **{
                name: f"{next(iter(words_of.values())).rpartition('/')[0]}/"
                for name, words_of in reader.schemes().items()
            },
        },
        shapes=by_class,
        sections={shape.section: shape for shape in sorted(shapes, key=lambda s: s.section)},
        class_words=words,
        schemes=reader.schemes(),
        broader={n.value: reader.values(n, SKOS + "broader")[0] for n in reader.subjects(SKOS + "broader")},
        word_types={n.value: tuple(reader.values(n, RDF + "type")) for n in reader.subjects(SKOS + "inScheme")},
        labels=reader.labels(shapes),
        parents={k: tuple(v) for k, v in parents.items()},
    )
