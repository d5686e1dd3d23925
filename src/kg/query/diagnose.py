"""Why an answer is empty, as far as it can be told.

Patterns that are only joined can be added one by one in the order in which they are written: once nothing fits,
nothing ever will again, so the first that leaves nothing is the one to look at. Filters come after all patterns, as
the language has it. Where a query does more than join and filter, nothing is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kg.errors import UsageError
from kg.query.engine import Engine
from kg.query.parts import Group, Leaf, UnreadableError, parts_of, pattern_of
from kg.query.question import Term
from kg.query.tokens import line_and_column

__all__ = ["SECONDS", "Cause", "why_empty"]

#: What looking for a cause may take; the answer itself is there already.
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Cause:
    """Why there is nothing.

    ``kind`` is ``alone`` (nothing in the graph fits this triple pattern), ``together`` (it fits, but not with those
    before it), ``values``, ``filter`` (the patterns fit, this filter lets nothing pass), ``after`` (something fits,
    and HAVING, LIMIT or OFFSET leaves nothing), ``time`` (it took too long) or ``untold`` (``shown`` is the word that
    stands in the way, if it is one). Line and column count from 1; 0 where there is no place.
    """

    kind: str
    shown: str = ""
    line: int = 0
    column: int = 0


def why_empty(engine: Engine, text: str, terms: Mapping[str, Term] | None = None, seconds: float = SECONDS) -> Cause:
    """Why a query that the engine has answered gave nothing; ``terms`` are what was put for its variables.

    When the time is up the engine is used up too.
    """
    try:
        parts = parts_of(text)
        pattern = pattern_of(parts)
    except UnreadableError as error:
        return Cause("untold", error.word)
    end = time.monotonic() + seconds

    def fits(group: str) -> bool:
        found = engine.ask(f"{parts.prologue}\nASK {group}", terms, within=max(0.1, end - time.monotonic()))
        return bool(found.truth)

    try:
        found = _first(pattern, fits)
        if found is not None:
            kind, leaf = found
            return Cause(kind, " ".join(leaf.shown.split()), *line_and_column(text, leaf.start))
        left = [name.upper() for name in ("having", "limit", "offset") if name in parts.clauses]
        return Cause("after", ", ".join(left)) if left else Cause("untold")
    except UsageError as error:
        return Cause("time" if error.key == "query.timeout" else "untold")


def _first(pattern: Group, fits: Callable[[str], bool]) -> tuple[str, Leaf] | None:
    """The first leaf that leaves nothing, the filters after all others, and how it does so."""
    leaves = sorted(pattern.leaves(), key=lambda leaf: leaf.kind == "filter")
    for count, leaf in enumerate(leaves, 1):
        if not fits(pattern.with_only(leaves[:count])):
            alone = leaf.kind == "triple" and not fits(pattern.with_only([leaf]))
            return ("alone" if alone else "together" if leaf.kind == "triple" else leaf.kind), leaf
    return None
