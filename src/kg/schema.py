"""A JSON Schema for facts files, made from the ontology: completion and checking while typing.

It serves editors, so it never calls a good file bad: what only shows when all files are seen together (a name
given in another file, a reference to it) is left to ``kg check``. YAML readers guess types where we read text,
so a text may also be what an editor takes for a number or a truth value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from kg.messages import choose, say
from kg.ontology import Field, Ontology, Shape
from kg.prefixes import XSD
from kg.standing import STANDING_KEYS, STATUS_WORDS

__all__ = ["json_schema", "schema_text"]

Schema = dict[str, object]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ID = "[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*"
_IRI = r"https?://[^\s<>\"{}|\\^`]+"
_LANGUAGE = "[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"
_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_PATTERNS = {
    XSD + "gYear": "[0-9]{4}",
    XSD + "gYearMonth": "[0-9]{4}-(0[1-9]|1[0-2])",
    XSD + "date": _DAY,
    XSD + "dateTime": _DAY + "T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?",
    XSD + "integer": "[+-]?[0-9]+",
    XSD + "decimal": r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)",
    XSD + "boolean": "true|false|1|0",
}
_ALSO = {
    XSD + "gYear": "integer",
    XSD + "integer": "integer",
    XSD + "decimal": "number",
    XSD + "boolean": "boolean",
}
_TEXT: Schema = {"type": ["string", "number", "boolean"], "minLength": 1}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _any(options: Iterable[Schema]) -> Schema:
    found = list(options)
    return found[0] if len(found) == 1 else {"anyOf": found}


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def _object(properties: Schema, **more: object) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


class _Writer:
    """Writes the schema of one ontology in one language."""

    def __init__(self, ontology: Ontology, lang: str) -> None:
        self.ontology = ontology
        self.lang = lang

    def say(self, key: str) -> str:
        return say(f"curate.{key}", self.lang)

    def words(self, shape: Shape) -> list[str]:
        """The words for the classes that this shape describes."""
        return [word for word, iri in self.ontology.class_words.items() if self.ontology.shape_of(iri) is shape]

    # -- values -----------------------------------------------------------------------------------------------

    def name_of(self, field: Field) -> str:
        """Fields that take the same values share a definition; this is its name."""
        if field.kind == "concept":
            return f"word-{field.scheme}"
        if field.kind == "ref":
            target = field.target or ""
            word = next((word for word, iri in self.ontology.class_words.items() if iri == target), None)
            return f"thing-{word or target.rpartition('/')[2].rpartition('#')[2] or 'any'}"
        if field.kind in ("text", "name"):
            return "words"
        if field.pattern and field.kind != "iri":
            return f"pattern-{field.key}"
        return "-".join([field.kind, *(d.rpartition("#")[2] for d in field.datatypes)])

    def simple(self, field: Field) -> Schema:
        """What may stand under ``is``, or instead of a long value."""
        if field.kind == "concept":
            words = self.ontology.schemes.get(field.scheme or "", {})
            labels = [self.ontology.label(iri, self.lang) for iri in words.values()]
            return {"type": "string", "enum": list(words), "enumDescriptions": labels}
        if field.kind == "iri":
            return {"type": "string", "pattern": _whole(_IRI)}
        if field.kind == "ref":
            return _any([_ref("reference"), *self.nested(field)])
        if field.kind in ("text", "name"):
            return _any([_ref("text"), _ref("texts")])
        if field.pattern:
            return {"type": "string", "pattern": field.pattern}
        patterns = [_PATTERNS[d] for d in field.datatypes if d in _PATTERNS]
        if not patterns:
            return _ref("text")
        also: list[Schema] = [{"type": _ALSO[d]} for d in field.datatypes if d in _ALSO]
        return _any([{"type": "string", "pattern": _whole("|".join(patterns))}, *also])

    def nested(self, field: Field) -> list[Schema]:
        """The things that may be written out where this field names one by its id."""
        target = field.target
        own = self.ontology.shape_of(target) if target else None
        if own is not None:
            return [_ref(own.section)]
        fitting = [
            shape
            for shape in self.ontology.sections.values()
            if target is None or any(target in self.ontology.superclasses(c) for c in shape.classes)
        ]
        return [{"allOf": [_ref(shape.section), {"required": ["type"]}]} for shape in fitting]

    def definitions(self) -> Schema:
        """For each kind of value: its short form, and the value that is short or long."""
        fields = {self.name_of(f): f for shape in self.ontology.sections.values() for f in shape.fields.values()}
        standing: Schema = {key: _ref(f"standing-{key}") for key in STANDING_KEYS}
        found: Schema = {}
        for name, field in sorted(fields.items()):
            found[f"short-{name}"] = self.simple(field)
            long = _object({"is": _ref(f"short-{name}"), **standing}, required=["is"])
            found[f"value-{name}"] = {"anyOf": [_ref(f"short-{name}"), long]}
        return found

    def value(self, field: Field) -> Schema:
        """One value, or a list of them, as many as the ontology allows."""
        one = _ref(f"value-{self.name_of(field)}")
        many: Schema = {"type": "array", "items": one, "minItems": 1}
        if field.max is not None and field.kind not in ("text", "name"):
            many["maxItems"] = field.max
        label, message = choose(field.labels, self.lang), choose(field.messages, self.lang)
        return {"description": f"{label}. {message}", "anyOf": [one, many]}

    # -- things -----------------------------------------------------------------------------------------------

    def thing(self, shape: Shape) -> Schema:
        properties: Schema = {
            "id": {"description": self.say("schema_id"), **_any([_ref("reference")])},
            "type": {"description": self.say("schema_type"), "enum": self.words(shape)},
            **{key: self.value(field) for key, field in shape.fields.items()},
            **{key: _ref(f"standing-{key}") for key in STANDING_KEYS},
        }
        more: Schema = {} if shape.has_key else {"required": ["id"]}
        return _object(properties, title=choose(shape.labels, self.lang), **more)

    def shared(self) -> Schema:
        """What all things have in common."""
        number = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]{1,9}$"}]}
        pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
        pointer = {"type": "string", "pattern": "^(/([^/~]|~[01])*)+$"}
        place = _object({"row": number, "column": number}, required=["row", "column"])
        parts = {"type": "array", "items": {"anyOf": [pair, pointer, place]}, "minItems": 1}
        by_language = {"anyOf": [_ref("texts")]}
        quotes = {"type": "array", "items": _ref("text"), "minItems": 1}
        return {
            "reference": {
                "anyOf": [{"type": "string", "pattern": _whole(f"{_ID}|{_IRI}")}, {"type": "integer", "minimum": 0}]
            },
            "text": _TEXT,
            "texts": {
                "type": "object",
                "description": self.say("schema_texts"),
                "patternProperties": {_whole(_LANGUAGE): _ref("text")},
                "properties": {"fr": _ref("text"), "en": _ref("text")},
                "additionalProperties": False,
                "minProperties": 1,
            },
            "standing-at": {"description": self.say("schema_at"), "anyOf": [parts, pair, pointer, place]},
            "standing-quote": {"description": self.say("schema_quote"), "anyOf": [_ref("text"), quotes]},
            "standing-inferred": {"description": self.say("schema_inferred"), **by_language},
            "standing-reading": {"description": self.say("schema_reading"), **by_language},
            "standing-status": {"description": self.say("schema_status"), "enum": list(STATUS_WORDS)},
        }

    def section(self, shape: Shape) -> Schema:
        one = _ref(shape.section)
        options = [one] if shape.evidence_source else [{"type": "array", "items": one, "minItems": 1}, one]
        return {"description": choose(shape.labels, self.lang), **_any(options)}

    def document(self) -> Schema:
        shapes = self.ontology.sections
        language = {"description": self.say("schema_language"), "type": "string", "pattern": _whole(_LANGUAGE)}
        ordered = sorted(shapes.values(), key=lambda shape: not shape.evidence_source)
        return {
            "$schema": DRAFT,
            "title": self.say("schema_title"),
            "description": self.say("schema_description"),
            **_object({"language": language, **{shape.section: self.section(shape) for shape in ordered}}),
            "$defs": {
                **self.shared(),
                **self.definitions(),
                **{name: self.thing(shape) for name, shape in shapes.items()},
            },
        }


def json_schema(ontology: Ontology, lang: str) -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of facts files, with descriptions in ``lang``."""
    return _Writer(ontology, lang).document()


def schema_text(ontology: Ontology, lang: str) -> str:
    """The schema as the text of a file: indented, with a line end."""
    return json.dumps(json_schema(ontology, lang), ensure_ascii=False, indent=2) + "\n"
