"""The words of a SPARQL query: enough to put values in, to refuse what we refuse, and to point at a fault.

Strings, IRIs, comments, variables and names are told apart as in the grammar of SPARQL 1.1 (section 19.8). No word
inside a string, an IRI or a comment counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

from kg.errors import UsageError

__all__ = [
    "Token",
    "declared",
    "is_ordered",
    "line_and_column",
    "nearest",
    "refuse",
    "substitute",
    "tokens",
    "words_of",
]

# The order matters: the first alternative that fits wins.
_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
        | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
    | (?P<iri><(?:[A-Za-z][A-Za-z0-9+.-]*://[^<>"{}|^`\\\x00-\x20]*|[\w:./%~@-]*)>)
    | (?P<perhaps><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<comment>\#[^\n\r]*)
    | (?P<variable>[?$]\w+)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<name>(?:[^\W\d_][\w.-]*|_)?:(?:[\w:%·-]|\\.|\.+(?=[\w:%·\\-]))*)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>\\.|&&|\|\||!=|<=|>=|\^\^|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_UNICODE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_UPDATES = {"add", "clear", "copy", "create", "delete", "drop", "insert", "load", "move", "with"}
_HIDDEN = ("space", "comment")


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a query: its kind, its text, and where it starts, counted from 0 in code points."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next piece starts."""
        return self.start + len(self.text)


def tokens(text: str) -> Iterator[Token]:
    """All pieces of a query, white space and comments included: their texts joined are the query.

    ``perhaps`` is what looks like an IRI but could, in an odd query, be a comparison.

    >>> [token.kind for token in tokens('ASK { ?s a "ask" }') if token.kind != "space"]
    ['word', 'sign', 'variable', 'word', 'string', 'sign']
    """
    for match in _TOKEN.finditer(text):
        yield Token(match.lastgroup or "sign", match.group(), match.start())


def words_of(text: str) -> tuple[Token, ...]:
    """The pieces of a query without white space and comments."""
    return tuple(token for token in tokens(text) if token.kind not in _HIDDEN)


def line_and_column(text: str, start: int) -> tuple[int, int]:
    r"""Where the code point ``start`` of a text stands, both counted from 1.

    >>> line_and_column("ab\ncd", 4)
    (2, 2)
    """
    before = text[:start]
    return before.count("\n") + 1, start - before.rfind("\n")


def declared(text: str) -> frozenset[str]:
    """The prefixes that a query declares itself.

    >>> sorted(declared("PREFIX a: <urn:a> # PREFIX b: <urn:b>"))
    ['a']
    """
    after = pairwise(words_of(text))
    return frozenset(name.text[:-1] for word, name in after if word.text.lower() == "prefix" and name.kind == "name")


def is_ordered(text: str) -> bool:
    """Whether a query says in which order its rows come."""
    return any(token.kind == "word" and token.text.lower() == "order" for token in tokens(text))


def substitute(text: str, terms: Mapping[str, str]) -> str:
    """The query with each variable named in ``terms`` replaced by its term, written as in N-Triples.

    Only whole variables are replaced, never a part of a string, an IRI or a comment.

    >>> substitute('ASK { ?a ?b "?a" } # ?a', {"a": "<urn:a>"})
    'ASK { <urn:a> ?b "?a" } # ?a'
    """
    return "".join(
        terms.get(token.text[1:], token.text) if token.kind == "variable" else token.text for token in tokens(text)
    )


def refuse(text: str, *, service: bool = False) -> None:
    r"""Let pass only a query that stays in the graph: no SERVICE (unless it is allowed), no FROM, no update.

    The engine would call the web for SERVICE unasked, so the check errs on the safe side: the query is read as it
    stands and with its ``\u`` escapes resolved, and a name that holds the word outside its local part is refused too.

    Raises:
        UsageError: the query would leave the graph or change it.
    """
    plain = _UNICODE.sub(lambda match: _character(match.group(1) or match.group(2)), text)
    for form in dict.fromkeys((text, plain)):
        if not service and "service" in form.lower() and any(_calls(token) for token in tokens(form)):
            raise UsageError("query.service")
        words = [token.text.lower() for token in tokens(form) if token.kind == "word"]
        if "from" in words:
            raise UsageError("query.from")
        verb = next((word for word in words if word not in ("prefix", "base")), "")
        if verb in _UPDATES:
            raise UsageError("query.update", verb=verb.upper())


def _calls(token: Token) -> bool:
    """Whether the word SERVICE could act here."""
    if token.kind in ("word", "number", "sign"):
        return "service" in token.text.lower()
    if token.kind == "name":
        return "service" in token.text.partition(":")[0].lower()
    return token.kind == "perhaps"


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if number < 0x110000 else "\ufffd"


def nearest(word: str, known: Mapping[str, object]) -> str:
    """The known words nearest to one, for a message; a dash when there are none."""
    return ", ".join(get_close_matches(word, known, n=3, cutoff=0.5)) or "–"
