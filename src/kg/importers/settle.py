"""Resolves what an import says: references become ids, stand-ins give way, what refers to nothing is a loss.

After this nothing is symbolic: a :class:`Block` is a thing as one file will describe it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from kg.importers.account import Account
from kg.importers.fieldmap import FieldMap, Template, Texts
from kg.importers.making import is_name
from kg.importers.naming import name_things
from kg.importers.store import Entry, Store, Thing
from kg.ontology import Ontology, Shape

__all__ = ["Block", "Item", "Settled"]


@dataclass(frozen=True, slots=True)
class Item:
    """One value. ``inner`` are the keys of something written out, ``id`` its id; else ``text`` is the value."""

    text: str = ""
    lang: str = ""
    at: tuple[object, ...] = ()
    inferred: Texts | None = None
    id: str = ""
    inner: tuple[tuple[str, tuple[Item, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A thing in one file; ``id`` is empty where it is made from what the thing says."""

    section: str
    id: str
    word: str
    items: tuple[tuple[str, tuple[Item, ...]], ...]


class Settled:
    """The import, resolved. ``scope`` begins every id."""

    def __init__(self, store: Store, field_map: FieldMap, ontology: Ontology, account: Account, scope: str) -> None:
        self.store = store
        self.ontology = ontology
        self.account = account
        self.order = section_order(field_map)
        self.dead = self._find_dead()
        self.names = name_things(store, scope)
        self.whole = store.whole()
        self.extremes = self._find_extremes()
        self.bounds = self._find_bounds()

    def blocks(self, file: int) -> Iterator[Block]:
        """What one file describes, section by section."""
        for section in self.order:
            added = {n: pairs for n, pairs in self.extremes.get(file, {}).items() if self._section(n) == section}
            facts = self.store.facts(file, section)
            for number, group in groupby(facts, key=lambda fact: fact[0]):
                pairs = [(key, entry) for _, key, entry in group] + added.pop(number, [])
                yield from self._block(number, section, pairs)
            for number, pairs in added.items():
                yield from self._block(number, section, pairs)

    # -- before the first block ---------------------------------------------------------------------------------

    def _section(self, number: int) -> str:
        return self.store.thing(number).section

    def _find_dead(self) -> Mapping[int, str]:
        """Things that will not be described: left out by the map, referred to but unknown, or without a name."""
        found: dict[int, str] = {}
        for thing in self.store.things():
            if thing.dropped:
                found[thing.n] = thing.dropped
            elif not thing.said and not thing.whole:
                found[thing.n] = "unknown"
                self.account.lose(thing.section, "unknown", thing.record or self._called(thing))
            elif not thing.label and self._needs_name(thing):
                found[thing.n] = "nameless"
                self.account.lose(thing.section, "nameless", thing.record)
        return found

    def _called(self, thing: Thing) -> str:
        row = self.store.db.execute("SELECT name FROM known WHERE thing=? LIMIT 1", (thing.n,)).fetchone()
        return str(row[0]) if row else ""

    def _needs_name(self, thing: Thing) -> bool:
        shape = self.ontology.sections[thing.section]
        names = [field for field in shape.fields.values() if is_name(field)]
        if not any(field.min > 0 or field.path in shape.one_of for field in names):
            return False
        others = [field.key for field in shape.fields.values() if field.path in shape.one_of]
        return not any(self.store.has(thing.n, key) for key in others) or any(field.min > 0 for field in names)

    def _find_extremes(self) -> dict[int, dict[int, list[tuple[str, Entry]]]]:
        """Extremes by the file that has their evidence and the thing that they are said of."""
        found: dict[int, dict[int, list[tuple[str, Entry]]]] = {}
        for number, key, entry in self.store.extremes:
            held, section, most = _list(entry["x"])
            extreme = self.store.extreme(str(section), str(held), most=bool(most))
            if extreme is not None and not self.store.has(number, key):
                file, fact = extreme
                said: Entry = {"t": str(fact["t"])[:10], "a": fact["a"], "i": entry["i"]}
                found.setdefault(file, {}).setdefault(number, []).append((key, said))
        return found

    def _find_bounds(self) -> tuple[Mapping[str, str], str, str]:
        """The keys of a beginning and an end, and the days that the source gives the whole, if it does."""
        if self.whole is None:
            return {}, "", ""
        fields = self.ontology.sections[self._section(self.whole)].fields
        for end in fields.values():
            start = next((f for f in fields.values() if f.path == end.not_before), None)
            facts = [self.store.first_fact(self.whole, field.key) for field in (start, end) if field is not None]
            days = [str(fact["t"]) for fact in facts if fact and len(str(fact.get("t", ""))) == 10]
            if start is not None and len(days) == 2:
                return {start.key: start.path, end.key: end.path}, days[0], days[1]
        return {}, "", ""

    # -- blocks -------------------------------------------------------------------------------------------------

    def _block(self, number: int, section: str, pairs: Sequence[tuple[str, Entry]]) -> Iterator[Block]:
        if number in self.dead:
            return
        thing = self.store.thing(number)
        shape = self.ontology.sections[section]
        items = self._items(shape, pairs, number)
        if items and not (shape.has_key and self._lacks(shape, items, "")):
            yield Block(section, "" if shape.has_key else self.names[number], thing.word, items)

    def _items(
        self, shape: Shape, pairs: Sequence[tuple[str, Entry]], number: int | None
    ) -> tuple[tuple[str, tuple[Item, ...]], ...]:
        by_key: dict[str, list[Item]] = {}
        for key, entry in pairs:
            if "o" in entry and number is not None and self.store.has(number, key):
                if entry.get("a"):
                    self.account.lose(f"{shape.section}/{key}", "second-choice", str(entry.get("t", "")))
                continue
            if number is not None and self._outside(shape, key, entry):
                self.account.lose(f"{shape.section}/{key}", "outside", str(entry["t"]))
                continue
            by_key.setdefault(key, []).extend(self._resolved(entry, key, shape, number))
        return tuple((key, tuple(by_key[key])) for key in shape.fields if by_key.get(key))

    def _outside(self, shape: Shape, key: str, entry: Entry) -> bool:
        """Whether a day lies outside the days that the source itself gives the whole."""
        keys, first, last = self.bounds
        day = str(entry.get("t", ""))[:10]
        return shape.fields[key].path == keys.get(key) and len(day) == 10 and not first <= day <= last

    def _resolved(self, entry: Entry, key: str, shape: Shape, number: int | None) -> Iterator[Item]:
        at = tuple(_frozen(place) for place in _list(entry.get("a")))
        because = entry.get("i")
        base = Item(at=at, inferred=because if isinstance(because, dict) else None)
        if "t" in entry:
            yield replace(base, text=str(entry["t"]), lang=str(entry.get("l", "")))
        elif "r" in entry:
            target = int(str(entry["r"]))
            if target not in self.dead:
                yield replace(base, text=self.names[target])
        elif "w" in entry:
            text = self._of_whole(str(entry["w"]))
            if text:
                yield replace(base, text=text)
        elif "e" in entry:
            owner = int(str(entry["of"]))
            if owner not in self.dead:
                for name in self.store.inner_names(owner, str(entry["e"])):
                    yield replace(base, text=f"{self.names[owner]}/{name}")
        elif "n" in entry and number is not None:
            yield from self._inner(entry, key, shape, number, base)

    def _inner(self, entry: Entry, key: str, shape: Shape, number: int, base: Item) -> Iterator[Item]:
        target = self.ontology.shape_of(shape.fields[key].target or "")
        if target is None:
            return
        pairs = [(str(pair[0]), pair[1]) for pair in _list(entry["n"])]  # type: ignore[index]
        items = self._items(target, pairs, None)
        if self._lacks(target, items, shape.fields[key].path):
            return
        name = f"{self.names[number]}/{entry['name']}" if "name" in entry else ""
        yield replace(base, inferred=None, id=name, inner=items)

    def _lacks(self, shape: Shape, items: Sequence[tuple[str, tuple[Item, ...]]], given: str) -> bool:
        """Whether something that must be there is not, since what it refers to is left out."""
        told = {key for key, _ in items}
        needed = [f for f in shape.fields.values() if f.min > 0 and not f.inverse and f.path != given]
        optional = [f.key for f in shape.fields.values() if f.path in shape.has_key and f.min == 0]
        return any(f.key not in told for f in needed) or (bool(optional) and not told & set(optional))

    def _of_whole(self, key: str) -> str:
        """The id of the whole, or the value of one of its keys."""
        if self.whole is None:
            return ""
        if not key:
            return self.names[self.whole]
        for pairs in (of for file in self.extremes.values() for n, of in file.items() if n == self.whole):
            for name, entry in pairs:
                if name == key:
                    return str(entry["t"])
        fact = self.store.first_fact(self.whole, key)
        return str(fact["t"]) if fact and "t" in fact else ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _frozen(place: object) -> object:
    return tuple(place) if isinstance(place, list) else place


def section_order(field_map: FieldMap) -> list[str]:
    """Sections in the order in which the templates of the map come, what is around before what is in it."""
    found: dict[str, None] = {}

    def walk(template: Template) -> None:
        found.setdefault(template.shape.section)
        for making in template.makes:
            if isinstance(making.value, Template):
                walk(making.value)

    for record in (record for rule in field_map.files for record in rule.records):
        for template in record.templates:
            walk(template)
    return list(found)
