"""Gives ids when everything has been read: readable, stable, and no two things with the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from kg.importers.store import Store, Thing
from kg.values import slug

__all__ = ["name_things"]

_LONGEST = 60


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _cut(text: str) -> str:
    """A slug that is not longer than people read, cut between words."""
    if len(text) <= _LONGEST:
        return text
    head = text[: _LONGEST + 1].rpartition("-")[0]
    return head or text[:_LONGEST]


def _wanted(thing: Thing) -> str:
    """The last part of an id: what the map wants, else the name, else the source's own key."""
    for text in (thing.id, thing.label, thing.record):
        name = _cut(slug(text))
        if name:
            return name
    return _short(thing.record or thing.label or str(thing.n))


def name_things(store: Store, scope: str) -> Mapping[int, str]:
    """The id of every thing, by its number: ``scope/section/name``; that of the whole is the scope itself.

    Two things of a section that would have the same id get the source's own key as well, whichever came first: so
    an id does not depend on the order of the records.
    """
    shared: dict[str, int] = {}
    wanted: dict[int, str] = {}
    for thing in store.things():
        name = scope if thing.whole else _wanted(thing) if thing.shared else f"{scope}/{thing.section}/{_wanted(thing)}"
        wanted[thing.n] = name
        shared[name] = shared.get(name, 0) + 1
    taken = {name for name, count in shared.items() if count == 1}
    found: dict[int, str] = {}
    for number, short in wanted.items():
        name = short
        if shared[name] > 1:
            thing = store.thing(number)
            longer = f"{name}-{_cut(slug(thing.record)) or _short(thing.record or thing.label)}"
            while longer in taken:
                longer += f"-{_short(longer)}"
            taken.add(longer)
            name = longer
        found[number] = name
    return found
