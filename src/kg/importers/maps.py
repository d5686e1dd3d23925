"""Reads field maps: YAML to :mod:`.fieldmap`, every fault told with its place.

A map is found by name in ``imports/``, or is a file of the user's. Sections, keys and words of closed lists are those
of the ontology, so a map that names another is refused before any record is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from kg.config import find_data
from kg.errors import DataError, Place, Problem, UsageError
from kg.facts import nearest
from kg.importers.fieldmap import (
    Every,
    Extreme,
    FieldMap,
    FileRule,
    Ignored,
    Making,
    Record,
    Skip,
    Step,
    Take,
    Template,
    Texts,
    Whole,
)
from kg.importers.tree import parse_path
from kg.messages import catalogue
from kg.ontology import Field, Ontology, Shape
from kg.values import is_language
from kg.yamltree import ListNode, MapNode, Node, Scalar, read_yaml

__all__ = ["load_map", "map_names"]

COMMON = "common"
READERS = ("json", "yaml", "front-matter", "table", "xml", "icalendar", "html")
_TAKE = (
    *("from", "is", "split", "match", "part", "all", "in", "words", "else", "language", "text", "inferred"),
    *("otherwise", "date", "time", "plus", "zone", "together"),
)
_SPECIAL = ("whole", "every", "of", "least", "most", "inferred")
_TEMPLATE = ("each", "when", "skip", "key", "known", "id", "named", "whole", "shared", "type", "inferred", "at")
_RECORD = ("each", "when", "skip", "ignored", "once")
_FILE = ("match", "reader", "records", "ignored", "optional")
_MAP = (
    *("title", "language", "zone", "series", "edition", "placeholders", "reasons", "files", "recognise"),
    *("utc-is-local", "accepted", "leave-out", "patterns"),
)
_PLAIN_TEXT = ("plain", "html", "markdown")


def map_names() -> list[str]:
    """The maps that come with kg, sorted."""
    return sorted(path.stem for path in find_data("imports").glob("*.yaml") if path.stem != COMMON)


def load_map(name: str, ontology: Ontology, folder: Path) -> FieldMap:
    """A map by its name, or by the path of a file that holds one.

    Raises:
        UsageError: there is no such map.
        DataError: with every fault of the map.
    """
    if name in map_names():
        file, shown = find_data("imports") / f"{name}.yaml", f"imports/{name}.yaml"
    elif name.endswith((".yaml", ".yml")) and (folder / name).is_file():
        file, shown = folder / name, Path(name).as_posix()
    else:
        near = nearest(name, map_names())
        raise UsageError("importing.no_format", format=name, near=near)
    common, problems = read_yaml(find_data("imports") / f"{COMMON}.yaml", f"imports/{COMMON}.yaml")
    root, found = read_yaml(file, shown)
    problems += found
    reader = _MapReader(ontology, shown)
    if isinstance(root, MapNode) and isinstance(common, MapNode) and not problems:
        loaded = reader.read(Path(shown).stem, root, common)
        if not reader.problems:
            return loaded
    elif not problems:
        problems = [Problem(Place(shown), "I007", {"name": shown, "near": nearest("", _MAP)})]
    raise DataError([*problems, *reader.problems])


class _MapReader:
    """Walks one map; collects problems and goes on."""

    def __init__(self, ontology: Ontology, shown: str) -> None:
        self.ontology = ontology
        self.shown = shown
        self.problems: list[Problem] = []
        self.reasons: dict[str, Texts] = {}
        self.named_patterns: dict[str, str] = {}

    def fault(self, place: Place, name: str, allowed: Iterable[str] = ()) -> None:
        near = nearest(name, allowed) if allowed else catalogue("importing")["look"]
        self.problems.append(Problem(place, "I007", {"name": name, "near": near}))

    def keys(self, node: MapNode, allowed: tuple[str, ...]) -> None:
        for key, _ in node.items:
            if key.text not in allowed:
                self.fault(key.place, key.text, allowed)

    # -- small values -------------------------------------------------------------------------------------------

    def text(self, node: Node | None) -> str:
        if isinstance(node, Scalar):
            return node.text
        if node is not None:
            self.fault(node.place, "…")
        return ""

    def texts(self, node: Node | None) -> Texts | None:
        """Texts by language, or a reason by its name."""
        if node is None:
            return None
        if isinstance(node, Scalar):
            if node.text not in self.reasons:
                self.fault(node.place, node.text, self.reasons)
            return self.reasons.get(node.text)
        if isinstance(node, MapNode) and all(is_language(key.text) for key, _ in node.items):
            return {key.text: self.text(value) for key, value in node.items}
        self.fault(node.place, "…")
        return None

    def reason(self, node: Node | None, place: Place) -> str:
        name = self.text(node) if node is not None else ""
        if name not in self.reasons:
            self.fault(node.place if node else place, name, self.reasons)
        return name

    def flag(self, node: Node | None) -> bool:
        if node is None:
            return False
        if not isinstance(node, Scalar) or node.text not in ("true", "false"):
            self.fault(node.place, self.text(node) if isinstance(node, Scalar) else "…", ("true", "false"))
        return isinstance(node, Scalar) and node.text == "true"

    def patterns(self, node: Node | None) -> tuple[re.Pattern[str], ...]:
        found = []
        for item in _each(node):
            text = self.text(item)
            for name, part in self.named_patterns.items():
                text = text.replace(f"%{name}%", f"(?:{part})")
            try:
                found.append(re.compile(text, re.MULTILINE))
            except re.error:
                self.fault(item.place, self.text(item))
        return tuple(found)

    def words(self, node: Node | None) -> dict[str, str] | None:
        if node is None:
            return None
        if not isinstance(node, MapNode):
            self.fault(node.place, "words")
            return None
        return {key.text.casefold(): self.text(value) for key, value in node.items}

    # -- takes --------------------------------------------------------------------------------------------------

    def take(self, node: Node) -> Take:
        if isinstance(node, Scalar):
            return Take(paths=parse_path(node.text))
        if not isinstance(node, MapNode):
            self.fault(node.place, "…", _TAKE)
            return Take()
        self.keys(node, _TAKE)
        kind = self.text(node.get("text")) or "plain"
        if kind not in _PLAIN_TEXT:
            self.fault(node.place, kind, _PLAIN_TEXT)
        split = self.patterns(node.get("split"))
        only = node.get("in")
        source, constant = node.get("from"), node.get("is")
        return Take(
            paths=parse_path(self.text(source)) if source is not None else (),
            constant=self.text(constant) if constant is not None else None,
            split=split[0] if split else None,
            match=self.patterns(node.get("match")),
            part=self.text(node.get("part")),
            all=self.flag(node.get("all")),
            only=frozenset(self.text(item).casefold() for item in _each(only)) if only is not None else None,
            words=self.words(node.get("words")),
            other=self.text(node.get("else")) if node.get("else") is not None else None,
            language=self.inner(node, "language"),
            text=kind,
            inferred=self.texts(node.get("inferred")),
            otherwise=self.flag(node.get("otherwise")),
            date=self.inner(node, "date"),
            time=self.inner(node, "time"),
            plus=self.inner(node, "plus"),
            zone=self.inner(node, "zone"),
            together={key.text: self.take(value) for key, value in _items(node.get("together"))} or None,
        )

    def inner(self, node: MapNode, key: str) -> Take | None:
        value = node.get(key)
        return self.take(value) if value is not None else None

    def said(self, node: Node | None) -> Take:
        """A value that a map usually says outright: a text is that text, not a path."""
        if node is None:
            return Take()
        return Take(constant=node.text) if isinstance(node, Scalar) else self.take(node)

    def skips(self, node: Node | None) -> tuple[Skip, ...]:
        found = []
        for item in _each(node):
            if isinstance(item, MapNode):
                self.keys(item, ("when", "why"))
                when = item.get("when")
                take = self.take(when) if when is not None else Take()
                found.append(Skip(take, self.reason(item.get("why"), item.place)))
            else:
                self.fault(item.place, "skip", ("when", "why"))
        return tuple(found)

    # -- templates ----------------------------------------------------------------------------------------------

    def template(self, node: Node, shape: Shape) -> Template:
        if not isinstance(node, MapNode):
            self.fault(node.place, "…", (*_TEMPLATE, *shape.fields))
            node = MapNode((), node.place)
        given_id, word = node.get("id"), self.text(node.get("type"))
        if word and self.ontology.shape_of(self.ontology.class_words.get(word, "")) is not shape:
            self.fault(node.place, word, self.ontology.class_words)
        makes: list[Making] = []
        for key, value in node.items:
            if key.text in _TEMPLATE:
                continue
            field = shape.fields.get(key.text)
            if field is None:
                self.fault(key.place, key.text, (*_TEMPLATE, *shape.fields))
                continue
            makes += (Making(field, made) for item in _each(value) for made in self.value(item, field))
        named = tuple(self.text(item) for item in _each(node.get("named")))
        return Template(
            shape=shape,
            word=word,
            each=tuple(self.take(item) for item in _each(node.get("each"))),
            when=tuple(self.take(item) for item in _each(node.get("when"))),
            skip=self.skips(node.get("skip")),
            key=tuple(self.take(item) for item in _each(node.get("key"))),
            known=tuple(self.take(item) for item in _each(node.get("known"))),
            id=self.take(given_id) if given_id is not None else None,
            named=named,
            whole=self.flag(node.get("whole")),
            shared=self.flag(node.get("shared")),
            inferred=self.texts(node.get("inferred")),
            at=tuple(self.take(item) for item in _each(node.get("at"))),
            makes=tuple(makes),
        )

    def value(self, node: Node, field: Field) -> Iterator[Take | Template | Whole | Every | Extreme]:
        """How one key gets a value: from a text, from a thing, or from what the import says elsewhere."""
        keys = [key.text for key, _ in node.items] if isinstance(node, MapNode) else []
        if isinstance(node, MapNode) and set(keys) & {"whole", "every", "least", "most"} and "each" not in keys:
            yield self.special(node)
        elif field.kind != "ref":
            made = self.take(node)
            self.check_words(node, made, field)
            yield made
        elif isinstance(node, MapNode):
            own = self.ontology.shape_of(field.target or "")
            if own is not None and own.has_key:
                yield self.template(node, own)
                return
            for key, value in node.items:
                shape = self.ontology.sections.get(key.text)
                if shape is None:
                    self.fault(key.place, key.text, self.ontology.sections)
                else:
                    yield self.template(value, shape)
        else:
            self.fault(node.place, self.text(node), self.ontology.sections)

    def special(self, node: MapNode) -> Whole | Every | Extreme:
        self.keys(node, _SPECIAL)
        inferred = self.texts(node.get("inferred"))
        if (whole := node.get("whole")) is not None:
            word = self.text(whole)
            return Whole("" if word == "true" else word, inferred)
        if (every := node.get("every")) is not None:
            return Every(self.text(every), self.text(node.get("of")), inferred)
        most = node.get("most")
        key = self.text(most if most is not None else node.get("least"))
        return Extreme(key, self.text(node.get("of")), most is not None, inferred or self.reasons["spans"])

    def check_words(self, node: Node, take: Take, field: Field) -> None:
        """Words put for a closed list must be in it."""
        if field.kind != "concept":
            return
        known = self.ontology.schemes.get(field.scheme or "", {})
        for word in (*(take.words or {}).values(), take.constant, take.other):
            if word is not None and word not in known:
                self.fault(node.place, word, known)

    # -- files --------------------------------------------------------------------------------------------------

    def record(self, node: Node) -> Record:
        if not isinstance(node, MapNode):
            self.fault(node.place, "…", _RECORD)
            node = MapNode((), node.place)
        steps = tuple(_steps(self.text(node.get("each"))))
        star = next((i for i, step in enumerate(steps) if step.key == "*"), None)
        streams = star is not None and all(step.key != "**" for step in steps[:star])
        templates = []
        for key, value in node.items:
            if key.text in _RECORD:
                continue
            shape = self.ontology.sections.get(key.text)
            if shape is None:
                self.fault(key.place, key.text, (*_RECORD, *self.ontology.sections))
            else:
                templates += [self.template(item, shape) for item in _each(value)]
        return Record(
            prefix=tuple(step.key for step in steps[:star]) if streams else None,
            steps=steps,
            when=tuple(self.take(item) for item in _each(node.get("when"))),
            skip=self.skips(node.get("skip")),
            templates=tuple(templates),
            ignored=tuple(self.ignored(node.get("ignored"))),
            once=self.flag(node.get("once")),
        )

    def ignored(self, node: Node | None) -> Iterator[Ignored]:
        if node is None:
            return
        if not isinstance(node, MapNode):
            self.fault(node.place, "ignored", self.reasons)
            return
        for key, value in node.items:
            reason = self.reason(key, key.place)
            for item in _each(value):
                way = tuple(step.replace("~1", "/") for step in self.text(item).strip("/").split("/"))
                yield Ignored(way, reason)

    def file(self, node: Node) -> FileRule:
        if not isinstance(node, MapNode):
            self.fault(node.place, "files", _FILE)
            return FileRule((), "json")
        self.keys(node, _FILE)
        match = tuple(self.text(item) for item in _each(node.get("match")))
        reader = self.text(node.get("reader"))
        if reader not in READERS:
            self.fault(node.place, reader, READERS)
        records = tuple(self.record(item) for item in _each(node.get("records")))
        ignored = tuple(self.ignored(node.get("ignored")))
        return FileRule(match, reader, records, ignored, optional=self.flag(node.get("optional")))

    def read(self, name: str, root: MapNode, common: MapNode) -> FieldMap:
        self.keys(root, _MAP)
        for source in (common, root):
            reasons = source.get("reasons")
            for key, value in reasons.items if isinstance(reasons, MapNode) else ():
                self.reasons[key.text] = self.texts(value) or {}
        for key, value in reversed(_items(root.get("patterns"))):  # one may use those above it
            self.named_patterns[key.text] = self.text(value)
        rules = [self.file(item) for item in _each(root.get("files"))]
        if rules and not any(_has_whole(t) for rule in rules for record in rule.records for t in record.templates):
            whole = tuple(self.record(item) for item in _each(common.get("whole")))
            rules[0] = replace(rules[0], records=(*whole, *rules[0].records))
        left, others = (
            [FileRule(("/".join(item.way),), "", reason=item.reason, optional=True) for item in found]
            for found in (self.ignored(source.get("leave-out")) for source in (root, common))
        )
        return FieldMap(
            name=name,
            title=self.texts(root.get("title")) or {"en": name},
            language=self.said(root.get("language")),
            zone=self.said(root.get("zone")),
            series=self.said(root.get("series")),
            edition=self.said(root.get("edition")),
            files=(*left, *rules, *others),
            reasons=self.reasons,
            placeholders=self.placeholders(common.get("placeholders"), root.get("placeholders")),
            months={key.text: int(self.text(value)) for key, value in _items(common.get("months"))},
            utc_is_local=self.flag(root.get("utc-is-local")),
            recognise=tuple(parse_path(self.text(item)) for item in _each(root.get("recognise"))),
            accepted={"/".join(item.way): item.reason for item in self.ignored(root.get("accepted"))},
            shown=self.shown,
        )

    def placeholders(self, *nodes: Node | None) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for node in nodes:
            for key, value in _items(node):
                if key.text != "all" and key.text not in self.ontology.sections:
                    self.fault(key.place, key.text, ("all", *self.ontology.sections))
                found.setdefault(key.text, set()).update(self.text(item).casefold() for item in _each(value))
        return {key: frozenset(words) for key, words in found.items()}


def _has_whole(template: Template) -> bool:
    return template.whole or any(isinstance(m.value, Template) and _has_whole(m.value) for m in template.makes)


def _each(node: Node | None) -> tuple[Node, ...]:
    """One or several."""
    if node is None:
        return ()
    return node.items if isinstance(node, ListNode) else (node,)


def _items(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.items if isinstance(node, MapNode) else ()


def _steps(text: str) -> Iterator[Step]:
    for part in text.strip("/").split("/"):
        if part:
            key, _, name = part.partition(":")
            yield Step(key.replace("~1", "/"), name)
