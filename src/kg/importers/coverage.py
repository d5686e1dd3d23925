"""Walks records through their templates, and then asks of every text in the file what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kg.importers.account import Account
from kg.importers.fieldmap import FileRule, Ignored, Record, Step
from kg.importers.making import Maker
from kg.importers.reading import Prefix, Reader
from kg.importers.tree import Branch, Node, Scope, Several, leaves

__all__ = ["read_file"]

#: Progress is told once in so many records.
_EVERY = 200


def read_file(rule: FileRule, reader: Reader, maker: Maker, scope: Scope, told: Callable[[int], None]) -> int:
    """Make everything that a file says; how many records there were.

    ``scope`` is the top of the file. ``told`` is called with the number of records so far.

    Raises:
        DataError: the file is not what it should be.
    """
    count = 0
    whole = [record for record in rule.records if record.prefix is None]
    found = [(record, inner) for record in whole for inner in _walk(scope.at(scope.top), record.steps)]
    for record, inner in found:
        maker.record(record, inner)
    count += len(found)
    _explain(found, maker.account)
    _rest(scope.top, (), rule.ignored, maker.account)
    prefixes = prefixes_of(rule)
    for prefix, unit in reader.units(prefixes):
        start = scope.at(unit)
        found = []
        for record in rule.records:
            if record.prefix == prefix:
                step, *rest = record.steps[len(prefix) :]
                found += [(record, inner) for inner in _walk(scope.at(unit, step.name) if step.name else start, rest)]
        for record, inner in found:
            maker.record(record, inner)
            count += 1
            if count % _EVERY == 0:
                told(count)
        _explain(found, maker.account)
        way = (*prefix, unit.key) if isinstance(unit, Branch) and unit.key and not unit.key.isdigit() else prefix
        _rest(unit, way, rule.ignored, maker.account)
    for note in reader.notes:
        maker.account.lose("/".join(note.way), note.kind, note.example)
    return count


def prefixes_of(rule: FileRule) -> list[Prefix]:
    """The containers whose children a rule wants one by one."""
    return list(dict.fromkeys(record.prefix for record in rule.records if record.prefix is not None))


def _walk(scope: Scope, steps: Sequence[Step]) -> Iterator[Scope]:
    """The nodes at the end of a way, each with the named nodes on it."""
    if not steps:
        yield scope
        return
    step, *rest = steps
    for node in _children(scope.node, step.key):
        yield from _walk(scope.at(node, step.name), rest)


def _children(node: Node, key: str) -> Iterator[Node]:
    if key == "**":
        yield from _below(node)
    elif isinstance(node, Several):
        for item in node.items:
            yield from [item] if key == "*" else _children(item, key)
    elif isinstance(node, Branch):
        if key == "*":
            yield from node.items.values()
        elif key in node.items:
            yield node.items[key]


def _below(node: Node) -> Iterator[Node]:
    if isinstance(node, Branch):
        yield node
    items = node.items.values() if isinstance(node, Branch) else node.items if isinstance(node, Several) else ()
    for item in items:
        yield from _below(item)


def _explain(found: Sequence[tuple[Record, Scope]], account: Account) -> None:
    """Texts in records that nothing was made of: the map says why, or they are a loss."""
    for record, scope in found:
        for way, leaf in leaves(scope.node):
            if (leaf.taken and not leaf.partly) or not leaf.text.strip():
                continue
            part = next((ignored for ignored in record.ignored if ignored.covers(way)), None)
            if part is not None:
                kind = "partly" if leaf.partly else "ignored"
                account.lose(_shown(record.where, part.way), kind, leaf.text, part.reason)
                leaf.taken, leaf.partly = True, False
    for record, scope in found:
        for way, leaf in leaves(scope.node):
            if not leaf.taken or leaf.partly:
                kind = "partly" if leaf.partly else "not-mapped" if leaf.text.strip() else "empty"
                account.lose(_shown(record.where, way), kind, leaf.text)
                leaf.taken, leaf.partly = True, False


def _rest(node: Node, way: tuple[str, ...], ignored: Sequence[Ignored], account: Account) -> None:
    """Texts outside all records."""
    for more, leaf in leaves(node):
        if leaf.taken:
            continue
        full = (*way, *more)
        part = next((part for part in ignored if part.covers(full)), None)
        if part is not None:
            account.lose("/".join(part.way), "ignored", leaf.text, part.reason)
        else:
            account.lose("/".join(full), "not-mapped" if leaf.text.strip() else "empty", leaf.text)
        leaf.taken = True


def _shown(where: str, way: Sequence[str]) -> str:
    return "/".join([*([where] if where else []), *way])
