"""The graph as JSON-LD 1.1 with our context: the keys that a facts file writes.

One object a thing, in the order of ``graph.ttl``. What has no id of its own but is known by what it connects
(``owl:hasKey``) stands inside one of the things it connects, where a facts file would write it. A value that no key of
our context fits is written under the property's prefixed name, so nothing is left out. The context stands in the
document, so that it can be read offline, or is named by its address.

https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urljoin

import pyoxigraph as ox

from kg.export.built import TYPE, Built, Term, by_subject
from kg.export.made import Made, Options
from kg.ontology import Field, Shape
from kg.prefixes import RDF, STANDARD, XSD, curie

__all__ = ["document", "jsonld"]

Json = dict[str, object]
Held = Mapping[str, list[Term]]


def jsonld(built: Built, options: Options) -> Made:
    """The document as text."""
    text = json.dumps(document(built, options), ensure_ascii=False, indent=2)
    return Made({"graph.jsonld": f"{text}\n"})


def document(built: Built, options: Options) -> Json:
    """The document: ``@context`` and, in ``@graph``, one object a thing."""
    # The base of the ids is a setting of the project; prefixes of evidence are no keys of a facts file.
    own = {k: v for k, v in sorted(STANDARD.items()) if k not in built.ontology.context} | {"@base": built.base}
    context: Json = {**built.ontology.context, **own}
    writer = _Writer(built, context, by_subject(built.plain | built.evidence) if options.evidence else built.about)
    things = sorted(writer.about.keys() - writer.inside.keys(), key=lambda node: (built.rank(node), node))
    graph = [writer.thing(node) for node in things]
    return {"@context": [options.context, own] if options.context else context, "@graph": graph}


class _Writer:
    """Writes the things of one graph; ``inside`` tells which stand in which other, under which key."""

    def __init__(self, built: Built, context: Json, about: Mapping[str, Held]) -> None:
        self.built, self.context, self.about = built, context, about
        self.prefixes = {k: str(v) for k, v in context.items() if isinstance(v, str) and v.endswith(("/", "#"))}
        self.prefixes = {k: v for k, v in self.prefixes.items() if not k.startswith("@")}
        self.words = {iri: word for word, iri in reversed(list(built.ontology.class_words.items()))}
        self.shapes = {node: tuple(self._shapes(node)) for node in about}
        self.inside = {node: place for node in about if (place := self._place(node))}
        self.parts: dict[str, dict[str, list[str]]] = {}
        for node, (whole, field) in self.inside.items():
            self.parts.setdefault(whole, {}).setdefault(field.key, []).append(node)
        self.backward: dict[tuple[str, str, str], str] = dict(self._backward())
        self.towards: dict[str, list[tuple[str, str]]] = {}
        for (node, _, target), key in self.backward.items():
            self.towards.setdefault(target, []).append((key, node))

    def _shapes(self, node: str) -> Iterable[Shape]:
        """The shapes of a thing's classes, each once, the narrowest class first."""
        found = (self.built.ontology.shape_of(iri) for iri in self.built.classes(node))
        return {shape.iri: shape for shape in found if shape}.values()

    def _place(self, node: str) -> tuple[str, Field] | None:
        """The thing that has this one as a part of its own, by the properties that identify it."""
        for path in (path for shape in self.shapes[node] for path in shape.has_key):
            for term in self.about[node].get(path, ()):
                if isinstance(term, ox.NamedNode) and not self._keyed(term.value):
                    for field in self._fields(term.value, path, inverse=True):
                        return term.value, field
        return None

    def _keyed(self, node: str) -> bool:
        return any(shape.has_key for shape in self.shapes.get(node, ()))

    def _fields(self, node: str, path: str, *, inverse: bool) -> list[Field]:
        shapes = self.shapes.get(node, ())
        return [f for shape in shapes for f in shape.fields.values() if f.path == path and f.inverse == inverse]

    def _backward(self) -> Iterator[tuple[tuple[str, str, str], str]]:
        """Triples that only the thing at the far end has a key for, with this key."""
        for node, held in self.about.items():
            for path, terms in held.items():
                if path == TYPE or self._fields(node, path, inverse=False):
                    continue
                for term in terms:
                    if term.value in self.about and isinstance(term, ox.NamedNode):
                        for field in self._fields(term.value, path, inverse=True)[:1]:
                            yield (node, path, term.value), field.key

    # -- objects ------------------------------------------------------------------------------------------

    def thing(self, node: str) -> Json:
        """A thing with all that is said of it; keys in the order of its shape, then prefixed names, sorted."""
        found: Json = {"id": self.id(node)}
        if types := [self.words.get(iri) or self.name(iri) for iri in self.built.classes(node)]:
            found["type"] = types[0] if len(types) == 1 else types
        values: dict[str, list[Term]] = {}
        for path, terms in self.about[node].items():
            for term in terms:
                if path != TYPE and not self._elsewhere(node, path, term):
                    values.setdefault(self.key(node, path, term), []).append(term)
        for key, subject in self.towards.get(node, ()):
            values.setdefault(key, []).append(ox.NamedNode(subject))
        order = list(dict.fromkeys(key for shape in self.shapes[node] for key in shape.fields))
        parts = self.parts.get(node, {})
        for key in sorted({*values, *parts}, key=lambda k: (order.index(k) if k in order else len(order), k)):
            inner: list[object] = [self.thing(part) for part in parts.get(key, ())]
            found[key] = self.value(key, values[key], inner) if key in values else inner
        return found

    def _elsewhere(self, node: str, path: str, term: Term) -> bool:
        """Whether the place of an object, or another object, says this already."""
        whole, field = self.inside.get(node, ("", None))
        if field is not None and field.path == path and term == ox.NamedNode(whole):
            return True
        return isinstance(term, ox.NamedNode) and (node, path, term.value) in self.backward

    # -- names --------------------------------------------------------------------------------------------

    def id(self, iri: str) -> str:
        """An IRI as short as the base makes it."""
        rest = iri.removeprefix(self.built.base)
        short = rest and ":" not in rest and not rest.startswith(("/", "@", "_"))
        return rest if short and urljoin(self.built.base, rest) == iri else iri

    def name(self, iri: str) -> str:
        """A prefixed name where there is one."""
        short = curie(iri, self.prefixes)
        return short if re.fullmatch(r"[\w-]+:[A-Za-z_][\w-]*", short) and short not in self.context else iri

    def key(self, node: str, path: str, term: Term) -> str:
        """The key of a value: that of the thing's shape if it says the kind of value, else the property's name."""
        for field in self._fields(node, path, inverse=False):
            if field.kind in ("ref", "iri"):
                fits = isinstance(term, ox.NamedNode)
            elif field.kind == "concept":
                fits = isinstance(term, ox.NamedNode) and self.word(field.key, term.value) is not None
            else:
                fits = isinstance(term, ox.Literal)
            if fits:
                return field.key
        return self.name(path)

    def word(self, key: str, iri: str) -> str | None:
        """A word of the closed list that a key takes its values from."""
        term = self.context[key]
        scoped = term.get("@context") if isinstance(term, dict) else None
        base = str(scoped["@base"]) if isinstance(scoped, dict) else ""
        rest = iri.removeprefix(base)
        return rest if base and rest != iri and re.fullmatch(r"[a-z0-9-]+", rest) else None

    # -- values -------------------------------------------------------------------------------------------

    def value(self, key: str, terms: list[Term], inner: list[object]) -> object:
        """The values under a key, in the shortest form that its definition gives the same meaning, and parts."""
        defined = self.context.get(key)
        term = defined if isinstance(defined, dict) else {}
        if "@language" in str(term.get("@container", "")):
            return _by_language(terms) if all(map(_is_text, terms)) else [self.whole(t) for t in terms]
        if "@context" in term:
            values: list[object] = [self.word(key, t.value) for t in terms]
        elif term.get("@type") == "@id":
            values = [self.id(t.value) if isinstance(t, ox.NamedNode) else self.whole(t) for t in terms]
        else:
            datatype = self.expand(str(term.get("@type", "xsd:string")))
            values = [self.typed(t, datatype) for t in terms]
        values += inner
        return values[0] if len(values) == 1 else values

    def typed(self, term: Term, datatype: str) -> object:
        """A value of the type that the key says, bare; any other in whole."""
        if not isinstance(term, ox.Literal) or term.language or term.datatype.value != datatype:
            return self.whole(term)
        if datatype == XSD + "boolean" and term.value in ("true", "false"):
            return term.value == "true"
        if datatype == XSD + "integer" and re.fullmatch(r"0|-?[1-9][0-9]{0,14}", term.value):
            return int(term.value)
        return term.value

    def whole(self, term: Term) -> Json:
        """A value object, or an object with only an id."""
        if isinstance(term, ox.NamedNode):
            return {"id": self.id(term.value)}
        if term.language:
            return {"@value": term.value, "@language": term.language}
        datatype = term.datatype.value
        return {"@value": term.value} if datatype == XSD + "string" else {"@value": term.value, "@type": datatype}

    def expand(self, name: str) -> str:
        prefix, _, rest = name.partition(":")
        return self.prefixes[prefix] + rest if prefix in self.prefixes else name


def _is_text(term: Term) -> bool:
    return isinstance(term, ox.Literal) and term.datatype.value in (XSD + "string", RDF + "langString")


def _by_language(terms: list[Term]) -> object:
    """A language map (section 4.6.2); a text without language stands alone, or under ``@none``."""
    found: dict[str, list[str]] = {}
    for term in terms:
        if isinstance(term, ox.Literal):
            found.setdefault(term.language or "@none", []).append(term.value)
    values = {tag: texts[0] if len(texts) == 1 else texts for tag, texts in sorted(found.items())}
    return values["@none"] if set(values) == {"@none"} else values
