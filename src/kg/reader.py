"""One facts file, from YAML tree to things and facts, with every fault found on the way.

Nothing is dropped in silence: a key that the class does not have, a word outside its closed list, an empty value,
an id that is none, are problems with the nearest allowed word. A file with problems still yields what could be
read, so that all problems of all files come out in one run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kg.errors import Place, Problem
from kg.facts import Fact, FactsFile, Json, Standing, Thing, nearest
from kg.messages import LANGUAGES, say
from kg.ontology import Field, Ontology, Shape
from kg.prefixes import KG
from kg.standing import STANDING_KEYS, read_standing
from kg.values import datatype_of, full_form, is_id, is_iri, is_language, slug
from kg.yamltree import ListNode, MapNode, Node, Scalar, read_yaml

__all__ = ["read_facts"]

LANGUAGE = "language"
SHA256, FREE = KG + "sha256", KG + "free"
IN_LANGUAGE = "https://schema.org/inLanguage"


class _Walk:
    """The state of reading one file."""

    def __init__(self, path: str, ontology: Ontology) -> None:
        self.path = path
        self.ontology = ontology
        self.problems: list[Problem] = []
        self.things: list[Thing] = []
        self.facts: list[Fact] = []
        self.language: str | None = None
        self.open: list[str] = []  # the things being read, the outermost first
        self.broken: set[str] = set()

    def fault(self, place: Place, code: str, **params: object) -> None:
        self.found([Problem(place, code, params)])

    def found(self, problems: Sequence[Problem]) -> None:
        """Keep problems, and remember whose they are."""
        self.problems += problems
        if problems:
            self.broken.update(self.open)

    # -- the file ---------------------------------------------------------------------------------------------

    def document(self, root: MapNode) -> None:
        node = root.get(LANGUAGE)
        if node is not None:
            self.language = self.language_tag(node)
        for key, value in root.items:
            if key.text == LANGUAGE:
                continue
            shape = self.ontology.sections.get(key.text)
            if shape is None:
                self.fault(
                    key.place, "F002", name=key.text, near=nearest(key.text, [*self.ontology.sections, LANGUAGE])
                )
                continue
            entries = value.items if isinstance(value, ListNode) else (value,)
            if not entries or _is_nothing(value):
                self.fault(value.place, "F004", name=key.text)
                continue
            for entry in entries:
                if isinstance(entry, MapNode):
                    self.thing(entry, shape.classes[0], Standing())
                else:
                    self.fault(entry.place, "F003", name=key.text)

    def language_tag(self, node: Node) -> str | None:
        if isinstance(node, Scalar) and is_language(node.text):
            return node.text
        self.fault(node.place, "F011", tag=node.text if isinstance(node, Scalar) else "")
        return None

    # -- things -----------------------------------------------------------------------------------------------

    def thing(
        self, node: MapNode, default: str | None, outer: Standing, link: tuple[str, Field] | None = None
    ) -> str | None:
        """Read one thing and everything nested in it; its id, or None when it has none.

        ``link`` is the field of the enclosing thing that led here: a nested thing need not repeat it.
        """
        class_iri = self.class_of(node, default)
        shape = self.ontology.shape_of(class_iri) if class_iri else None
        if class_iri is None or shape is None:
            return None
        standing, found = read_standing(node, outer)
        name = self.id_of(node, class_iri, shape, link)
        if name is None:
            self.found(found)
            return None
        self.open.append(name)
        self.found(found)
        self.things.append(
            Thing(name, class_iri, self.word_of(class_iri), shape, node.place, standing, node.get("id") is None)
        )
        for key, value in node.items:
            if key.text in STANDING_KEYS or key.text in ("id", "type"):
                continue
            field = shape.fields.get(key.text)
            if field is None:
                near = nearest(key.text, [*shape.fields, *STANDING_KEYS, "id", "type"])
                self.fault(key.place, "F001", name=key.text, what=shape.labels, near=near)
            else:
                self.values(name, field, key.place, value, standing)
        self.open.pop()
        return name

    def word_of(self, class_iri: str) -> str:
        return next((w for w, iri in self.ontology.class_words.items() if iri == class_iri), class_iri)

    def class_of(self, node: MapNode, default: str | None) -> str | None:
        """The class: as written under ``type``, else that of the section or of the key."""
        written = node.get("type")
        if written is None:
            if default is None:
                self.fault(node.place, "F012", near=", ".join(sorted(self.ontology.class_words)))
            return default
        word = written.text if isinstance(written, Scalar) else ""
        found = self.ontology.class_words.get(word)
        if found is None or found not in self.ontology.shapes:
            self.fault(written.place, "F005", name=word, near=nearest(word, self.ontology.class_words))
            return None
        if default and default != found and default not in self.ontology.superclasses(found):
            same = self.ontology.shape_of(default)
            if same is None or found not in same.classes:
                self.fault(written.place, "F019", name=word, wanted=self.word_of(default))
                return None
        return found

    def id_of(self, node: MapNode, class_iri: str, shape: Shape, link: tuple[str, Field] | None) -> str | None:
        """The id as written, or one made from the keys that identify things of this class (``owl:hasKey``).

        Keys that the class must have must be there; of those that it may have, one at least.
        """
        written = node.get("id")
        if written is not None:
            text = written.text if isinstance(written, Scalar) else ""
            if is_id(text) or is_iri(text):
                return text
            self.fault(written.place, "F008", id=text, near=slug(text))
            return None
        if not shape.has_key:
            self.fault(node.place, "F009", what=shape.labels)
            return None
        by_path = {f.path: f for f in shape.fields.values() if not f.inverse}
        parts = [self.key_part(node, path, shape, link) for path in shape.has_key]
        given = [bool(part) for part in parts]
        needed = [path in by_path and by_path[path].min > 0 for path in shape.has_key]
        enough = all(needed) or any(g and not n for g, n in zip(given, needed, strict=True))
        if not enough or any(n and not g for g, n in zip(given, needed, strict=True)):
            keys = [by_path[path].key for path, g in zip(shape.has_key, given, strict=True) if not g]
            self.fault(node.place, "F010", what=shape.labels, keys=", ".join(keys))
            return None
        return "/".join([_kebab(self.word_of(class_iri)), *(p for p in parts if p)])

    def key_part(self, node: MapNode, path: str, shape: Shape, link: tuple[str, Field] | None) -> str | None:
        if link and link[1].inverse and link[1].path == path:
            return link[0]
        field = next((f for f in shape.fields.values() if f.path == path and not f.inverse), None)
        value = node.get(field.key) if field else None
        if isinstance(value, MapNode) and value.get("is") is not None:
            value = value.get("is")
        if isinstance(value, MapNode):
            value = value.get("id") or (value.items[0][1] if value.items else None)
        if not isinstance(value, Scalar) or field is None:
            return None
        return value.text if field.kind in ("ref", "concept") and is_id(value.text) else slug(value.text)

    # -- values -----------------------------------------------------------------------------------------------

    def values(self, subject: str, field: Field, key: Place, node: Node, standing: Standing) -> None:
        entries = node.items if isinstance(node, ListNode) else (node,)
        if not entries:
            self.fault(key, "F004", name=field.key)
        for entry in entries:
            if isinstance(entry, ListNode):
                self.fault(entry.place, "F003", name=field.key)
                continue
            if isinstance(entry, MapNode) and (inner := entry.get("is")) is not None:
                self.value(subject, field, inner, self.long_value(entry, standing), standing)
            else:
                self.value(subject, field, entry, standing, standing)

    def long_value(self, node: MapNode, outer: Standing) -> Standing:
        """The standing of a value written ``{is: …, at: …}``."""
        standing, found = read_standing(node, outer)
        self.found(found)
        for name, _ in node.items:
            if name.text != "is" and name.text not in STANDING_KEYS:
                near = nearest(name.text, ["is", *STANDING_KEYS])
                self.fault(name.place, "F001", name=name.text, what=_LONG, near=near)
        return standing

    def value(self, subject: str, field: Field, node: Node, standing: Standing, outer: Standing) -> None:
        if _is_nothing(node) or (isinstance(node, MapNode) and not node.items):
            self.fault(node.place, "F004", name=field.key)
        elif field.kind == "ref":
            self.reference(subject, field, node, standing, outer)
        elif field.kind in ("text", "name"):
            self.text(subject, field, node, standing)
        elif not isinstance(node, Scalar):
            self.fault(node.place, "F003", name=field.key)
        else:
            found = self.single(field, node)
            if found is not None:
                self.facts.append(Fact(subject, field, found, False, node.place, standing))

    def reference(self, subject: str, field: Field, node: Node, standing: Standing, outer: Standing) -> None:
        """A thing by its id, or written out: then it stands by its own evidence, not by that around it.

        The passage that says that there was a round table does not say who sat there. Only a long value
        (``{is: {…}, at: …}``) hands its evidence down.
        """
        if isinstance(node, MapNode):
            inherited = Standing() if standing is outer else standing
            default = field.target if field.target in self.ontology.shapes else None
            name = self.thing(node, default, inherited, (subject, field))
            if name is None:
                return
            inner = next(t.standing for t in reversed(self.things) if t.id == name and t.place == node.place)
            self.facts.append(Fact(subject, field, name, True, node.place, inner))
        elif not isinstance(node, Scalar):
            self.fault(node.place, "F003", name=field.key)
        elif is_id(node.text) or is_iri(node.text):
            self.facts.append(Fact(subject, field, node.text, True, node.place, standing))
        else:
            self.fault(node.place, "F008", id=node.text, near=slug(node.text))

    def text(self, subject: str, field: Field, node: Node, standing: Standing) -> None:
        """A text: plain, or one per language; each language is a fact of its own."""
        if isinstance(node, Scalar):
            if field.kind == "name":
                self.facts.append(Fact(subject, field, node.text, False, node.place, standing))
            elif self.language:
                self.facts.append(Fact(subject, field, {self.language: node.text}, False, node.place, standing))
            else:
                self.fault(node.place, "F015", name=field.key)
            return
        if isinstance(node, ListNode):
            self.fault(node.place, "F003", name=field.key)
            return
        for tag, value in node.items:
            if not is_language(tag.text):
                self.fault(tag.place, "F011", tag=tag.text)
            elif not isinstance(value, Scalar):
                self.fault(value.place, "F003", name=tag.text)
            elif not value.text.strip():
                self.fault(value.place, "F004", name=tag.text)
            else:
                self.facts.append(Fact(subject, field, {tag.text: value.text}, False, value.place, standing))

    def single(self, field: Field, node: Scalar) -> Json | None:
        """A value that is one text: a typed literal, a word of a closed list, an address."""
        text = node.text
        if field.kind == "concept":
            words = self.ontology.schemes.get(field.scheme or "", {})
            if text in words:
                return text
            self.fault(node.place, "F016", word=text, name=field.key, near=nearest(text, words))
            return None
        if field.kind == "iri":
            if is_iri(text):
                return text
            self.fault(node.place, "F017", iri=text)
            return None
        datatype = datatype_of(text, field.datatypes)
        if datatype is None:
            self.fault(node.place, "F018", value=text, name=field.key, wanted=_wanted(field.datatypes))
            return None
        text = full_form(text, datatype)
        return text if len(field.datatypes) == 1 else {"@value": text, "@type": datatype}


def _wanted(datatypes: Sequence[str]) -> dict[str, str]:
    """What the datatypes admit, in words by language."""
    names = [d.rpartition("#")[2] for d in datatypes]
    return {lang: say("values.or", lang).join(say(f"values.{name}", lang) for name in names) for lang in LANGUAGES}


_LONG = {"en": "long value", "fr": "valeur longue"}


def _is_nothing(node: Node) -> bool:
    """An empty text, or one of YAML's own words for nothing; in quotation marks these are texts."""
    return isinstance(node, Scalar) and (not node.text.strip() or (node.plain and node.text in ("~", "null")))


def _kebab(word: str) -> str:
    return slug("".join(f" {c}" if c.isupper() else c for c in word))


def _source_of(walk: _Walk) -> Thing | None:
    return next((thing for thing in walk.things if thing.shape.evidence_source), None)


def read_facts(file: Path, path: str, ontology: Ontology) -> tuple[FactsFile, list[Problem]]:
    """Read one facts file; ``path`` is how the user calls it. The file may be partial when there are problems."""
    root, problems = read_yaml(file, path)
    walk = _Walk(path, ontology)
    if isinstance(root, MapNode) and not any(p.code == "Y004" for p in problems):  # what an alias stood for is unknown
        walk.document(root)
    elif root is not None and not problems and not _is_nothing(root):
        walk.fault(root.place, "F043")
    if not walk.things and not problems and not walk.problems:
        walk.fault(root.place if root else Place(path), "F020")
    source = _source_of(walk)
    about = [f for f in walk.facts if source and f.subject == source.id]
    sha256 = next((f.text() for f in about if f.field.path == SHA256), None)
    written_in = next((f.text() for f in about if f.field.path == IN_LANGUAGE), None)
    free = any(f.field.path == FREE and f.text() in ("true", "1") for f in about)
    problems += walk.problems
    for thing in walk.things:
        if thing.standing.at and source is None and not problems:
            problems.append(Problem(thing.place, "F021"))
            break
    facts = tuple(_with_status(fact) for fact in walk.facts)
    broken = frozenset(walk.broken)
    return FactsFile(path, tuple(walk.things), facts, source, sha256, free, written_in, broken), problems


def _with_status(fact: Fact) -> Fact:
    """A fact that says what it is inferred from is inferred, unless the file says otherwise."""
    if fact.standing.inferred and fact.standing.status == "asserted":
        return replace(fact, standing=replace(fact.standing, status="inferred"))
    return fact
