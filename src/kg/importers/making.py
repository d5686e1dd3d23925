"""Makes things and facts of records, as the templates of a field map say.

A fact on its way (an :data:`.store.Entry`) is a mapping with short keys: ``t`` a text, ``l`` its language, ``r`` the
number of another thing, ``w`` the whole (or a key of it), ``e`` and ``of`` everything written out under a key of a
thing, ``x`` an extreme, ``n`` the facts of something written out here, ``name`` the last part of its id, ``a`` the
evidence, ``i`` what it is inferred from, ``o`` that it only stands in for a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg.importers.account import Account
from kg.importers.fieldmap import Every, Extreme, FieldMap, Making, Record, Take, Template, Texts, Whole
from kg.importers.store import Entry, Store, mark_of
from kg.importers.taking import Taker, Value
from kg.importers.tree import At, Cell, Scope, leaves, place_of
from kg.ontology import Field, Shape
from kg.prefixes import XSD
from kg.source import folded
from kg.values import datatype_of, is_iri, slug

__all__ = ["Maker", "evidence"]

Pairs = list[tuple[str, Entry]]


@dataclass(frozen=True, slots=True)
class _Made:
    """A thing that a template led to: its number, what it is called, and where that stands."""

    number: int
    label: str
    at: tuple[At, ...]


@dataclass(slots=True)
class _Drawn:
    """The facts of one thing before they are kept."""

    pairs: Pairs
    label: Value | None
    unnamed: bool  # there was a name, but it names nothing
    referred: dict[str, list[_Made]]


def evidence(at: Iterable[At]) -> list[object]:
    """Places as JSON keeps them."""
    return [[p.row, p.column, p.sheet] if isinstance(p, Cell) else list(p) if isinstance(p, tuple) else p for p in at]


def is_name(field: Field) -> bool:
    """Whether a key says what a thing is called."""
    end = field.path.rpartition("/")[2].rpartition("#")[2]
    return end in ("name", "prefLabel", "headline") and not field.also_called


class Maker:
    """Makes the things of one file."""

    def __init__(self, field_map: FieldMap, store: Store, account: Account, taker: Taker, file: int) -> None:
        self.map = field_map
        self.store = store
        self.account = account
        self.taker = taker
        self.file = file

    def record(self, record: Record, scope: Scope) -> None:
        """Everything that one record makes."""
        if not self.taker.holds(record.when, scope):
            return
        for skip in record.skip:
            if self.taker.holds([skip.when], scope):
                self.account.skipped[("", skip.reason)] += 1
                _take_all(scope)
                return
        for template in record.templates:
            made = self.things(template, scope, None)
            if made is None:
                return
            if not template.shape.has_key:
                self.account.records[template.shape.section] += len(made)

    # -- things -------------------------------------------------------------------------------------------------

    def things(self, template: Template, scope: Scope, inherited: Texts | None) -> list[_Made] | None:
        """The things of one template; None when the record is one of those to leave out."""
        found = []
        for inner in self.scopes(template, scope):
            number = self.skipped(template, inner)
            if number is not None:
                if not template.each:
                    return None
                continue
            made = self.thing(template, inner, inherited)
            if made is not None:
                found.append(made)
        return found

    def scopes(self, template: Template, scope: Scope) -> list[Scope]:
        """Where a template stands: at the record, or at each of the nodes that it walks through."""
        found = [scope]
        for take in template.each:
            found = [inner.at(node) for inner in found for node in self.taker.each(take, inner)]
        return [inner for inner in found if self.taker.holds(template.when, inner)]

    def skipped(self, template: Template, scope: Scope) -> int | None:
        """The number of a thing that the map leaves out, and with it everything that its record says."""
        for skip in template.skip:
            if self.taker.holds([skip.when], scope):
                number = self.identify(template, scope, None, None)
                if number is not None:
                    self.store.drop(number, skip.reason)
                self.account.skipped[(template.shape.section, skip.reason)] += 1
                _take_all(scope)
                return number if number is not None else -1
        return None

    def thing(self, template: Template, scope: Scope, inherited: Texts | None) -> _Made | None:
        """One thing: drawn, identified, its facts kept."""
        inferred = template.inferred or inherited
        drawn = self.draw(template, scope, inferred)
        if template.shape.has_key:
            return self.minted(template, scope, drawn)
        needed = drawn.label is None and _needs_name(template, drawn)
        if needed and drawn.unnamed:
            if (number := self.identify(template, scope, None, None)) is not None:
                self.store.drop(number, "placeholder")
            return None
        key = self.key(template, scope)
        number = self.identify(template, scope, drawn.label, key)
        if number is None:
            return None
        wanted = self.taker.first(template.id, scope) if template.id is not None else None
        label = drawn.label.text if drawn.label else ""
        word = template.word
        self.store.describe(
            number, word, label, wanted.text if wanted else "", shared=template.shared, whole=template.whole
        )
        at = self.place(template, drawn, scope, key)
        for name, entry in drawn.pairs:
            self.keep(number, template.shape, name, entry, at)
        return _Made(number, label, at)

    def minted(self, template: Template, scope: Scope, drawn: _Drawn) -> _Made | None:
        """A thing without a name in a section of its own; what identifies it is what it says."""
        fields = template.shape.fields
        mark = mark_of({"n": [[k, e] for k, e in drawn.pairs if fields[k].path in template.shape.has_key]})
        if not all(any(k == f.key for k, _ in drawn.pairs) for f in fields.values() if f.min > 0):
            return None
        number = self.store.identify(template.shape.section, mark, [])
        if number is None:
            return None
        at = self.place(template, drawn, scope)
        for name, entry in drawn.pairs:
            self.keep(number, template.shape, name, entry, at)
        return _Made(number, "", at)

    def place(self, template: Template, drawn: _Drawn, scope: Scope, key: Value | None = None) -> tuple[At, ...]:
        """Where a thing stands: where the map says, else its name, else what it refers to, else its key."""
        own = tuple(at for take in template.at for value in self.taker.values(take, scope) for at in value.at)
        if own:
            return own
        if drawn.label is not None and drawn.label.at:
            return drawn.label.at
        made = next((made for found in drawn.referred.values() for made in found if made.at), None)
        if made is not None and key is None:
            return made.at
        return key.at if key is not None else (place_of(scope.node),)

    # -- identity -----------------------------------------------------------------------------------------------

    def key(self, template: Template, scope: Scope) -> Value | None:
        """The source's own key, of one part or several."""
        found = [self.taker.first(take, scope) for take in template.key]
        parts = [value for value in found if value is not None]
        if not parts:
            return None
        text = "\x1f".join(value.text if value else "" for value in found)
        return Value(text, tuple(at for value in parts for at in value.at))

    def identify(self, template: Template, scope: Scope, label: Value | None, key: Value | None) -> int | None:
        """The number of the thing that a template means here."""
        section = template.shape.section
        if template.whole:
            return self.store.identify(section, "\x1fwhole", [])
        key = key or self.key(template, scope)
        names = [value.text for take in template.known if (value := self.taker.first(take, scope))]
        if label is not None and not template.key and not template.known:
            names = [label.text]
        if key is None and not names:
            return None
        known = [folded(name) or name for name in names]
        number = self.store.identify(section, key.text if key else "", known)
        if number is None:
            self.account.lose(section, "ambiguous", names[0])
        return number

    # -- facts --------------------------------------------------------------------------------------------------

    def draw(self, template: Template, scope: Scope, inferred: Texts | None) -> _Drawn:
        """The facts that a template finds in a record."""
        drawn = _Drawn([], None, unnamed=False, referred={})
        for making in template.makes:
            if isinstance(making.value, Take):
                self.draw_texts(making, making.value, template.shape, scope, inferred, drawn)
            elif isinstance(making.value, Template):
                self.draw_things(making.field, making.value, scope, inferred, drawn)
            else:
                self.draw_special(making.field, making.value, drawn)
        self.in_time(template.shape, drawn)
        return drawn

    def draw_texts(
        self, making: Making, take: Take, shape: Shape, scope: Scope, inferred: Texts | None, drawn: _Drawn
    ) -> None:
        field = making.field
        timed = XSD + "date" in field.datatypes
        values = self.taker.moments(take, scope) if timed else self.taker.values(take, scope)
        where = take.paths[0].text if take.paths else field.key
        seen = 0
        for value in values:
            if field.kind in ("text", "name", "plain") and self.is_placeholder(value.text, shape.section):
                self.account.lose(where, "placeholder", value.text)
                drawn.unnamed = drawn.unnamed or is_name(field)
                continue
            text = self.fitting(field, value.text, where)
            if text is None:
                continue
            seen += 1
            if field.max is not None and seen > field.max:
                self.account.lose(where, "too-many", value.text)
                continue
            if is_name(field) and drawn.label is None:
                drawn.label, drawn.unnamed = value, False
            entry: Entry = {"t": text, "a": evidence(value.at)}
            if value.lang and field.kind in ("text", "name"):
                entry["l"] = value.lang
            if because := value.inferred or inferred:
                entry["i"] = because
            if take.otherwise:
                entry["o"] = 1
            drawn.pairs.append((field.key, entry))

    def fitting(self, field: Field, text: str, where: str) -> str | None:
        """The text as the key wants it, or None when it cannot be its value."""
        if field.kind == "iri":
            if is_iri(text):
                return text
            self.account.lose(where, "no-address", text)
            return None
        if field.kind != "typed":
            return text
        if XSD + "dateTime" not in field.datatypes and XSD + "date" in field.datatypes:
            text = text[:10]
        if datatype_of(text, field.datatypes) is None:
            self.account.lose(where, "bad-value", text)
            return None
        return text

    def is_placeholder(self, text: str, section: str) -> bool:
        word = text.casefold().strip()
        return any(word in self.map.placeholders.get(name, ()) for name in ("all", section))

    def draw_things(
        self, field: Field, template: Template, scope: Scope, inferred: Texts | None, drawn: _Drawn
    ) -> None:
        if template.shape.has_key and field.inverse:
            for inner in self.scopes(template, scope):
                because = template.inferred or inferred
                drawn.pairs += [(field.key, entry) for entry in self.inner(template, inner, field, because)]
            return
        for made in self.things(template, scope, inferred) or []:
            entry: Entry = {"r": made.number, "a": evidence(made.at)}
            if because := template.inferred or inferred:
                entry["i"] = because
            drawn.pairs.append((field.key, entry))
            drawn.referred.setdefault(field.key, []).append(made)

    def inner(self, template: Template, scope: Scope, owner: Field, inferred: Texts | None) -> list[Entry]:
        """Something that is written out in another thing, such as a participation in its event."""
        drawn = self.draw(template, scope, inferred)
        told = {key for key, _ in drawn.pairs}
        shape = template.shape
        asked = [f.key for f in shape.fields.values() if f.min > 0 and not f.inverse and f.path != owner.path]
        if not told or not told.issuperset(asked):
            return []
        names = [made.label for key in template.named for made in drawn.referred.get(key, [])]
        names += [str(e["t"]) for key in template.named for k, e in drawn.pairs if k == key and "t" in e]
        if template.named and not names:
            return []
        marked = drawn.pairs if names else [(k, e) for k, e in drawn.pairs if shape.fields[k].path in shape.has_key]
        entry: Entry = {"n": [[k, e] for k, e in drawn.pairs], "a": evidence(self.place(template, drawn, scope))}
        entry["mark"] = mark_of({"n": [[k, e] for k, e in marked]})
        if names:
            entry["names"] = names
        return [entry]

    def draw_special(self, field: Field, value: Whole | Every | Extreme, drawn: _Drawn) -> None:
        """What the import says elsewhere: resolved when everything has been read."""
        entry: Entry
        if isinstance(value, Whole):
            entry = {"w": value.key}
        elif isinstance(value, Extreme):
            entry = {"x": [value.key, value.section, value.most]}
        else:
            owner = next(iter(drawn.referred.get(value.of, [])), None)
            if owner is None:
                return
            entry = {"e": value.key, "of": owner.number}
        if value.inferred:
            entry["i"] = value.inferred
        drawn.pairs.append((field.key, entry))

    def in_time(self, shape: Shape, drawn: _Drawn) -> None:
        """What would end before it begins does not end."""
        by_path: Mapping[str, str] = {shape.fields[key].path: str(e["t"]) for key, e in drawn.pairs if "t" in e}
        for key, entry in list(drawn.pairs):
            start = by_path.get(shape.fields[key].not_before or "")
            if start is not None and "t" in entry:
                length = min(len(start), len(str(entry["t"])), 16)
                if str(entry["t"])[:length] < start[:length]:
                    self.account.lose(key, "before", f"{start} … {entry['t']}")
                    drawn.pairs.remove((key, entry))

    # -- keeping ------------------------------------------------------------------------------------------------

    def keep(self, number: int, shape: Shape, key: str, entry: Entry, at: Sequence[At]) -> None:
        """Keep one fact of a thing; a second name becomes another name, a second value of a single key a loss."""
        field = shape.fields[key]
        entry.setdefault("a", evidence(at))
        if "x" in entry:
            self.store.extremes.append((number, key, entry))
            return
        if "n" in entry:
            self.keep_inner(number, field, entry)
            return
        if "t" in entry and "o" not in entry:
            text, tag = str(entry["t"]), str(entry.get("l", ""))
            other = next((f.key for f in shape.fields.values() if f.also_called), None)
            if is_name(field) and other is not None:
                first = self.store.first_value(number, key, tag, text)
                if first != text and folded(first) == folded(text):
                    self.account.lose(f"{shape.section}/{key}", "same", f"{first} / {text}")
                    return
                key = key if first == text else other
            elif field.max == 1:
                first = self.store.first_value(number, key, "", text)
                if first != text:
                    self.account.lose(f"{shape.section}/{key}", "contradiction", f"{first} / {text}")
                    return
        elif "r" in entry and field.max == 1:
            first = self.store.first_value(number, key, "", str(entry["r"]))
            if first != str(entry["r"]):
                self.account.lose(
                    f"{shape.section}/{key}", "contradiction", self.store.thing(int(str(entry["r"]))).label
                )
                return
        self.store.say(self.file, number, key, entry)

    def keep_inner(self, owner: int, field: Field, entry: Entry) -> None:
        """Keep something written out; what identifies it may be there but once."""
        mark, names = str(entry.pop("mark")), entry.pop("names", None)
        if isinstance(names, list):
            parts = [slug(name) for name in names]
            wanted = ["-".join(part for part in parts[:length] if part) for length in range(1, len(parts) + 1)]
            entry["name"] = self.store.inner_name(owner, field.key, wanted, mark)
        self.store.say(self.file, owner, field.key, entry, mark)


def _needs_name(template: Template, drawn: _Drawn) -> bool:
    """Whether a class that must have a name got none although the template looks for one."""
    shape = template.shape
    sought = [making.field for making in template.makes if is_name(making.field)]
    told = {shape.fields[key].path for key, _ in drawn.pairs}
    one_of = set(shape.one_of)
    return any(f.min > 0 or (f.path in one_of and not told & one_of) for f in sought)


def _take_all(scope: Scope) -> None:
    for _, leaf in leaves(scope.node):
        leaf.taken = True
