"""The ontology as a page: one HTML file a language, which needs no script and no network.

Everything in it comes from ``ontology/``; the template and the style are our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

import pyoxigraph as ox

from kg.diagram import diagram
from kg.messages import LANGUAGES, catalogue, choose
from kg.ontology import Field, Ontology, Shape
from kg.prefixes import DCTERMS, OWL, RDF, RDFS, SKOS, curie

__all__ = ["ontology_page"]


@dataclass(frozen=True, slots=True)
class _Term:
    """A class, property or word with what is said of it; ``more`` are rows of a table, name and CURIEs."""

    iri: str
    name: str
    anchor: str
    label: str
    comment: str
    more: tuple[tuple[str, tuple[str, ...]], ...]


class _Reader:
    """What the template shows, in one language."""

    def __init__(self, ontology: Ontology, lang: str) -> None:
        self.ontology = ontology
        self.lang = lang
        self.store = ox.Store()
        for path in ontology.turtle():
            self.store.extend(ox.Quad(*triple) for triple in ox.parse(path=str(path)))
        self.words = {key: choose(texts, lang) for key, texts in catalogue("ontodoc").items()}

    def terms(self, iri: str, predicate: str) -> list[ox.NamedNode | ox.Literal]:
        found = self.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(predicate), None)
        kept = [q.object for q in found if isinstance(q.object, ox.NamedNode | ox.Literal)]
        return sorted(kept, key=str)

    def text(self, iri: str, predicate: str) -> str:
        found = [t for t in self.terms(iri, predicate) if isinstance(t, ox.Literal)]
        return choose({t.language or "": t.value for t in found}, self.lang) if found else ""

    def links(self, iri: str, predicate: str) -> tuple[str, ...]:
        found = self.terms(iri, predicate)
        return tuple(curie(t.value, self.ontology.prefixes) for t in found if isinstance(t, ox.NamedNode))

    def own(self, kind: str) -> Iterator[_Term]:
        """The classes or properties that the ontology declares itself, by their label."""
        found = self.store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), ox.NamedNode(OWL + kind))
        names = {q.subject.value for q in found if isinstance(q.subject, ox.NamedNode)}
        terms = [self.term(iri) for iri in names if iri.startswith(self.ontology.prefixes["kg"])]
        return iter(sorted(terms, key=lambda term: (term.label, term.iri)))

    def term(self, iri: str) -> _Term:
        rows = (
            ("subclass", RDFS + "subClassOf"),
            ("subproperty", RDFS + "subPropertyOf"),
            ("domain", RDFS + "domain"),
            ("range", RDFS + "range"),
            ("close", SKOS + "closeMatch"),
        )
        more = tuple((self.words[key], found) for key, path in rows if (found := self.links(iri, path)))
        name = curie(iri, self.ontology.prefixes)
        label = self.ontology.label(iri, self.lang)
        return _Term(iri, name, _anchor(name), label, self.text(iri, RDFS + "comment"), more)

    # -- what may be written --------------------------------------------------------------------------------------

    def sections(self) -> list[dict[str, object]]:
        return [self.section(shape) for shape in self.ontology.sections.values()]

    def section(self, shape: Shape) -> dict[str, object]:
        classes = [curie(iri, self.ontology.prefixes) for iri in shape.classes]
        return {
            "name": shape.section,
            "anchor": _anchor(shape.section),
            "label": choose(shape.labels, self.lang),
            "classes": classes,
            "message": choose(shape.messages, self.lang) if shape.messages else "",
            "keys": [self.key(field) for field in shape.fields.values()],
        }

    def key(self, field: Field) -> dict[str, str]:
        path = curie(field.path, self.ontology.prefixes)
        most = "∞" if field.max is None else str(field.max)
        return {
            "key": field.key,
            "property": f"^{path}" if field.inverse else path,
            "label": choose(field.labels, self.lang),
            "value": self.value(field),
            "many": most if most == str(field.min) else f"{field.min}–{most}",
            "message": choose(field.messages, self.lang),
        }

    def value(self, field: Field) -> str:
        if field.kind == "ref":
            target = self.ontology.shape_of(field.target) if field.target else None
            if target:
                return choose(target.labels, self.lang)
            return self.ontology.label(field.target, self.lang) if field.target else self.words["anything"]
        if field.kind == "concept":
            return self.words["word_of"].format(name=field.scheme)
        if field.kind == "typed":
            return ", ".join(curie(d, self.ontology.prefixes) for d in field.datatypes)
        return self.words[f"kind_{field.kind}"]

    def lists(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        for name, words in self.ontology.schemes.items():
            base = next(iter(words.values())).rpartition("/")[0]
            rows = [
                {
                    "word": word,
                    "label": self.ontology.label(iri, self.lang),
                    "close": self.links(iri, SKOS + "closeMatch"),
                }
                for word, iri in words.items()
            ]
            found.append(
                {
                    "name": name,
                    "anchor": _anchor(f"list-{name}"),
                    "title": self.text(base, SKOS + "prefLabel"),
                    "rows": rows,
                }
            )
        return found


def _anchor(name: str) -> str:
    return name.replace(":", "-")


def ontology_page(ontology: Ontology, lang: str, *, others: Mapping[str, str] | None = None) -> str:
    """The page in ``lang``. ``others`` gives the address of the page in the other languages."""
    from jinja2 import Environment, StrictUndefined

    reader = _Reader(ontology, lang)
    home = ontology.prefixes["kg"].rstrip("#")
    own = files("kg.page")
    template = own.joinpath("ontology.html").read_text(encoding="utf-8")
    style = own.joinpath("ontology.css").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(
        lang=lang,
        say=reader.words,
        style=style,
        home=home,
        title=reader.text(home, DCTERMS + "title"),
        description=reader.text(home, DCTERMS + "description"),
        version=reader.text(home, OWL + "versionInfo"),
        licence=next(iter(t.value for t in reader.terms(home, DCTERMS + "license"))),
        others=others if others is not None else {tag: f"ontology.{tag}.html" for tag in LANGUAGES if tag != lang},
        diagram=diagram(ontology, lang),
        sections=reader.sections(),
        classes=list(reader.own("Class")),
        properties=[*reader.own("ObjectProperty"), *reader.own("DatatypeProperty")],
        annotations=list(reader.own("AnnotationProperty")),
        lists=reader.lists(),
        prefixes=dict(sorted(ontology.prefixes.items())),
    )
