"""What a query gives back, and how it is written.

CSV and TSV follow SPARQL 1.1 Query Results CSV and TSV Formats, JSON and XML the formats of the same names; Markdown
is a table as GitHub and most others read it (https://github.github.com/gfm/#tables-extension-).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg.errors import UsageError
from kg.prefixes import curie

__all__ = ["Answer", "Cell", "Row", "shown", "to_markdown"]

Cell = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None
Row = tuple[Cell, ...]
#: What means something in a table cell of Markdown; an ampersand only where it would begin an entity.
_ACTIVE = re.compile(r"[\\`*_\[\]<>|~]|&(?=#?\w+;)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: rows (one term or None per variable), a truth value, or triples sorted."""

    variables: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    truth: bool | None = None
    triples: tuple[ox.Triple, ...] | None = None
    _json: bytes = field(default=b"", repr=False)

    @classmethod
    def of_json(cls, text: bytes) -> Answer:
        """Rows or a truth value from SPARQL 1.1 Query Results JSON.

        Raises:
            UsageError: the text is none.
        """
        try:
            results = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
            if isinstance(results, ox.QueryBoolean):
                return cls(truth=bool(results), _json=text)
            names = tuple(variable.value for variable in results.variables)
            return cls(names, tuple(tuple(solution[name] for name in names) for solution in results), _json=text)
        except (SyntaxError, ValueError) as error:
            raise UsageError("query.broken") from error

    @property
    def is_empty(self) -> bool:
        """No row, no triple, or the truth value false."""
        return not (self.rows or self.triples or self.truth)

    def to_json(self) -> bytes:
        """Rows or truth value as SPARQL 1.1 Query Results JSON."""
        return self._written(ox.QueryResultsFormat.JSON)

    def to_csv(self) -> bytes:
        """Rows or truth value as SPARQL 1.1 Query Results CSV; the standard has no truth values, we write one word."""
        return self._written(ox.QueryResultsFormat.CSV)

    def to_tsv(self) -> bytes:
        """Rows or truth value as SPARQL 1.1 Query Results TSV; a truth value is one word."""
        return self._written(ox.QueryResultsFormat.TSV)

    def to_xml(self) -> bytes:
        """Rows or truth value as SPARQL Query Results XML."""
        return self._written(ox.QueryResultsFormat.XML)

    def with_column(self, name: str, texts: Sequence[str]) -> Answer:
        """The same rows with one more column of texts; an empty text leaves its cell empty."""
        data = json.loads(self._json)
        data["head"]["vars"].append(name)
        for binding, text in zip(data["results"]["bindings"], texts, strict=True):
            if text:
                binding[name] = {"type": "literal", "value": text}
        return Answer.of_json(json.dumps(data, ensure_ascii=False).encode("utf-8"))

    def _written(self, form: ox.QueryResultsFormat) -> bytes:
        results = ox.parse_query_results(self._json, format=ox.QueryResultsFormat.JSON)
        written = results.serialize(format=form) or b""
        if written.endswith(b"\n"):
            return written
        return written + (b"\r\n" if form == ox.QueryResultsFormat.CSV else b"\n")


def shown(term: Cell, prefixes: Mapping[str, str], base: str) -> str:
    """A term as people read it: texts and numbers plain, IRIs short.

    >>> shown(ox.NamedNode("https://example.org/id/a/b"), {}, "https://example.org/id/")
    'a/b'
    """
    if term is None:
        return ""
    text = str(getattr(term, "value", term))
    if isinstance(term, ox.Literal):
        return text
    short = text.removeprefix(base)
    return short if short and short != text else curie(text, prefixes)


def to_markdown(answer: Answer, word: Callable[[Cell], str]) -> str:
    """Rows as a table of Markdown; ``word`` says how a term reads. What Markdown would take as its own is escaped."""
    lines = [list(answer.variables), ["---"] * len(answer.variables)]
    lines += [[_markdown(word(term)) for term in row] for row in answer.rows]
    lines[0] = [_markdown(name) for name in lines[0]]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _markdown(text: str) -> str:
    rows = (" ".join(line.split()) for line in text.splitlines())
    return "<br>".join(_ACTIVE.sub(lambda found: f"\\{found.group()}", row) for row in rows if row)
