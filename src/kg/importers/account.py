"""The account of an import: what came in, what went out, and what was left out, with the reason.

A loss that the field map explains is told; one that it does not explain is a fault. Nothing is left out otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Account", "Loss"]

#: Kinds of loss that explain themselves.
EXPLAINED = ("empty", "placeholder", "second-choice", "same", "skipped", "ignored", "left-out", "outside")
#: More kinds of loss than this are counted together: no list is read further.
MOST_ROWS = 400
_LONGEST = 60


@dataclass(slots=True)
class Loss:
    """What one field lost in one way: how often, the first example, and the reason that the map gives.

    ``file`` is the rule of the map that the file falls under, empty for what concerns no file.
    """

    file: str
    where: str
    kind: str
    reason: str
    count: int
    example: str
    explained: bool


class Account:
    """Counts records, things and losses while an import runs. ``file`` is the rule at work.

    ``accepted`` are the fields whose loss the caller accepts, ``reasons`` those that the map explains.
    """

    def __init__(self, accepted: Collection[str] = (), reasons: Mapping[str, str] | None = None) -> None:
        self.accepted = frozenset(accepted)
        self.reasons = reasons or {}
        self.records: Counter[str] = Counter()
        self.skipped: Counter[tuple[str, str]] = Counter()
        self.file = ""
        self._losses: dict[tuple[str, str, str, str], Loss] = {}

    def lose(self, where: str, kind: str, example: str, reason: str = "", count: int = 1) -> None:
        """Count a loss. With a ``reason`` of the map, or of a kind that explains itself, it is explained."""
        if kind not in EXPLAINED:
            reason = reason or self.reasons.get(where, "")
        key = (self.file, where, kind, reason)
        if key not in self._losses and len(self._losses) >= MOST_ROWS:
            key = (self.file, "…", kind, reason)
        loss = self._losses.get(key)
        if loss is None:
            explained = bool(reason) or kind in EXPLAINED or bool({key[1], "*"} & self.accepted)
            shown = " ".join(example.split())
            shown = shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1].rstrip() + "…"
            loss = self._losses[key] = Loss(*key, 0, shown, explained)
        loss.count += count

    def losses(self) -> list[Loss]:
        """All losses: the unexplained first, then by field."""
        rows = self._losses.values()
        return sorted(rows, key=lambda loss: (loss.explained, loss.file, loss.where, loss.kind, loss.reason))

    def unexplained(self) -> Iterator[Loss]:
        return (loss for loss in self.losses() if not loss.explained)
