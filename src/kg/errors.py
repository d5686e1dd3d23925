"""Faults: problems in the user's data are values, wrong use of ours are exceptions.

    KgError            anything that stops a command
    ├── UsageError     the command was called in a way that cannot work (exit code 2)
    ├── DataError      the user's files hold problems; all of them are attached (exit code 1)
    └── ProductError   a file that ships with us is wrong: ontology, view, question (exit code 1)

A :class:`Problem` holds a code and its parameters, not a sentence: sentences live in ``kg/messages`` in each
language, so a problem can be told in French or English at the very end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kg.messages import say

__all__ = ["DataError", "KgError", "Place", "Problem", "ProductError", "UsageError"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a text file: path as the user gave it, line and column counted from 1, in code points."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in the user's data: where, which kind, and the words that the message needs.

    ``code`` is a letter (Y yaml, F facts, S shapes, I identity, O ontology, V views) and three digits.
    ``params`` fill the message; a value that is itself a mapping of languages is chosen by language.
    """

    place: Place
    code: str
    params: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    severity: str = "error"

    def message(self, lang: str = "en") -> str:
        """The sentence: what is wrong; what to do."""
        return say(f"problems.{self.code}", lang, **self.params)

    def line(self, lang: str = "en") -> str:
        """``path:line:column: error CODE: what is wrong; what to do``."""
        return f"{self.place}: {say(f'problems.{self.severity}', lang)} {self.code}: {self.message(lang)}"

    def sort_key(self) -> tuple[object, ...]:
        return (self.place, self.code, self.message())


class KgError(Exception):
    """Anything that stops a command. ``key`` names the message, ``params`` fill it."""

    exit_code = 1

    def __init__(self, key: str, **params: object) -> None:
        self.key = key
        self.params = params
        super().__init__(say(key, "en", **params))

    def message(self, lang: str = "en") -> str:
        return say(self.key, lang, **self.params)


class UsageError(KgError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class ProductError(KgError):
    """A file that ships with us (ontology, view, question) is wrong."""


class DataError(KgError):
    """The user's files hold problems; ``problems`` has them all, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set_of(problems), key=Problem.sort_key))
        super().__init__("problems.count", count=len(self.problems))


def set_of(problems: Iterable[Problem]) -> list[Problem]:
    """The problems without repetitions, in the order given."""
    seen: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        seen.setdefault(problem.sort_key(), problem)
    return list(seen.values())
