"""What every reader of a foreign format offers: the records that a field map asks for, and the rest of the file.

A reader is asked for prefixes: ways from the top of the file to a container. The children of such a container are
handed out one by one and forgotten, so that a large file needs no more memory than its largest record; everything
else is the *top* of the file, which is known before the first record comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from kg.importers.tree import Branch, Node, Several

__all__ = ["Note", "Prefix", "Reader", "cut"]

#: Keys that lead from the top of a file to a container whose children are records.
Prefix = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the reader itself had to leave out: where, of which kind, and an example."""

    way: tuple[str, ...]
    kind: str
    example: str


class Reader(Protocol):
    """One foreign file, read."""

    notes: list[Note]

    def top(self, prefixes: Sequence[Prefix]) -> Node:
        """Everything but the children of the containers that the prefixes lead to.

        Raises:
            DataError: the file is not what it should be.
        """

    def units(self, prefixes: Sequence[Prefix]) -> Iterator[tuple[Prefix, Node]]:
        """Each child of those containers, with the prefix that led to it, in the order of the file.

        Raises:
            DataError: the file is not what it should be.
        """


def cut(top: Node, prefixes: Sequence[Prefix]) -> Iterator[tuple[Prefix, Node]]:
    """Take the children of some containers out of a tree that is in memory."""
    for prefix in prefixes:
        nodes: list[Node] = [top]
        for step in prefix:
            nodes = [n.items[step] for n in nodes if isinstance(n, Branch) and step in n.items]
        for node in nodes:
            if isinstance(node, Branch | Several):
                items = list(node.items.values()) if isinstance(node, Branch) else list(node.items)
                node.items.clear()
                yield from ((prefix, item) for item in items)
