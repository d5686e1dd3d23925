"""A query taken apart: its clauses, and the patterns of its WHERE with their places in the text.

The grammar is that of SPARQL 1.1 (section 19.8). The text is one that the engine has accepted, so only what matters
is looked at; what is not understood makes the whole not understood, and never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kg.query.tokens import Token, words_of

__all__ = ["Group", "Leaf", "Parts", "UnreadableError", "parts_of", "pattern_of"]

_OPENING = {"(": ")", "{": "}", "[": "]"}
_FORMS = ("select", "ask", "construct", "describe")
_CLAUSES = ("group", "having", "order", "limit", "offset", "values")
_AGGREGATES = ("count", "sum", "min", "max", "avg", "sample", "group_concat")


class UnreadableError(Exception):
    """A query holds what cannot be taken apart; ``word`` is what it is."""

    def __init__(self, word: str) -> None:
        self.word = word
        super().__init__(word)


@dataclass(frozen=True, slots=True)
class Parts:
    """The clauses of a query, each as its tokens without white space and comments.

    ``prologue`` is text: PREFIX and BASE. ``selected`` is what stands between SELECT (DISTINCT, REDUCED) and WHERE,
    ``template`` that of CONSTRUCT, ``where`` the group with its brackets (DESCRIBE may have none); ``clauses`` are
    those after it by their first word in lower case, that word included.
    """

    text: str
    prologue: str
    form: str
    selected: tuple[Token, ...]
    template: tuple[Token, ...]
    where: tuple[Token, ...]
    clauses: dict[str, tuple[Token, ...]]

    def source(self, tokens: Sequence[Token]) -> str:
        """Consecutive tokens as they are written."""
        return self.text[tokens[0].start : tokens[-1].end] if tokens else ""

    def clause(self, *names: str) -> str:
        """Some of the clauses as they are written, in the order asked for."""
        return " ".join(self.source(self.clauses[name]) for name in names if name in self.clauses)

    @property
    def counts(self) -> bool:
        """Whether its rows stand for groups of solutions."""
        after = zip(self.selected, self.selected[1:], strict=False)
        called = any(word.text.lower() in _AGGREGATES and sign.text == "(" for word, sign in after)
        return called or "group" in self.clauses or "having" in self.clauses


def parts_of(text: str) -> Parts:
    """The clauses of a query.

    Raises:
        UnreadableError: it is of no form that we know.
    """
    words = words_of(text)
    start = next((n for n, t in enumerate(words) if t.kind == "word" and t.text.lower() in _FORMS), None)
    if start is None:
        raise UnreadableError(words[0].text if words else "")
    form = words[start].text.lower()
    prologue = text[: words[start].start]
    place = start + 1
    template: tuple[Token, ...] = ()
    if form == "construct" and place < len(words) and words[place].text == "{":
        end = _closed(words, place)
        template, place = words[place:end], end
    if form == "select" and place < len(words) and words[place].text.lower() in ("distinct", "reduced"):
        place += 1
    begin = place
    while place < len(words) and words[place].text != "{" and words[place].text.lower() != "where":
        place = _closed(words, place)
    selected = words[begin:place]
    if place < len(words) and words[place].text.lower() == "where":
        place += 1
    if place >= len(words) and form == "describe":  # things by name, and no pattern
        return Parts(text, prologue, form, selected, template, (), {})
    if place >= len(words):
        raise UnreadableError(form.upper())
    end = _closed(words, place)
    return Parts(text, prologue, form, selected, template, words[place:end], dict(_clauses(words, end)))


def _clauses(words: tuple[Token, ...], place: int) -> Iterator[tuple[str, tuple[Token, ...]]]:
    begin = place
    while place < len(words):
        after = _closed(words, place)
        if after == len(words) or (words[after].kind == "word" and words[after].text.lower() in _CLAUSES):
            yield words[begin].text.lower(), words[begin:after]
            begin = after
        place = after


def _closed(words: Sequence[Token], place: int) -> int:
    """The place after a token, or after the bracket that closes it."""
    waiting: list[str] = []
    while place < len(words):
        word = words[place].text if words[place].kind == "sign" else ""
        place += 1
        if word in _OPENING:
            waiting.append(_OPENING[word])
        elif waiting and word == waiting[-1]:
            waiting.pop()
        if not waiting:
            return place
    raise UnreadableError(words[-1].text if words else "")


# ------------------------------------------------------------------ the patterns


@dataclass(frozen=True, slots=True)
class Leaf:
    """One triple pattern, FILTER, VALUES or BIND.

    ``kind`` is one of these words in lower case, or ``triple``; ``text`` can stand in a query; ``shown`` is the same
    as it is written; ``start`` is its place, counted from 0 in code points.
    """

    kind: str
    text: str
    shown: str
    start: int


@dataclass(frozen=True, slots=True)
class Group:
    """Patterns joined: all of them must hold. ``graph`` is the term after GRAPH, or empty."""

    graph: str = ""
    members: list[Leaf | Group] = field(default_factory=list)

    def leaves(self) -> Iterator[Leaf]:
        """All leaves, in the order in which they are written."""
        for member in self.members:
            if isinstance(member, Leaf):
                yield member
            else:
                yield from member.leaves()

    def with_only(self, kept: Sequence[Leaf]) -> str:
        """The group as text, with only some of its leaves."""
        texts = []
        for member in self.members:
            if isinstance(member, Group):
                if any(leaf in kept for leaf in member.leaves()):
                    texts.append(member.with_only(kept))
            elif member in kept:
                texts.append(f"{member.text} ." if member.kind == "triple" else member.text)
        return " ".join([*(["GRAPH", self.graph] if self.graph else []), "{", *texts, "}"])


def pattern_of(parts: Parts) -> Group:
    """The patterns of a WHERE, when they are only joined and filtered.

    Each triple of ``;``, ``,`` and ``[ … ]`` is a leaf of its own; a collection stays with its triple.

    Raises:
        UnreadableError: there is more: OPTIONAL, UNION, MINUS, SERVICE, a query inside, …
    """
    reader = _Reader(parts)
    group = reader.group()
    if "values" in parts.clauses:
        if parts.counts:
            raise UnreadableError("VALUES")
        tokens = parts.clauses["values"]
        source = parts.source(tokens)
        group.members.append(Leaf("values", source, source, tokens[0].start))
    return group


class _Reader:
    """Reads a group, token by token."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.words = parts.where
        self.place = 0
        self.found: list[Leaf | Group] = []
        self.fresh = 0

    def at(self, *texts: str) -> bool:
        """Whether one of these signs or words (in lower case) comes next."""
        word = self.words[self.place] if self.place < len(self.words) else None
        return word is not None and word.kind in ("sign", "word") and word.text.lower() in texts

    def next(self) -> Token:
        if self.place >= len(self.words):
            raise UnreadableError("}")
        self.place += 1
        return self.words[self.place - 1]

    def bracketed(self) -> None:
        self.place = _closed(self.words, self.place)

    def since(self, place: int) -> str:
        return self.parts.source(self.words[place : self.place])

    def group(self, graph: str = "") -> Group:
        self.next()
        outer, self.found = self.found, []
        while not self.at("}"):
            self.member()
        self.next()
        group = Group(graph, self.found)
        self.found = outer
        return group

    def member(self) -> None:
        if self.at("filter", "values", "bind"):
            self.clause()
        elif self.at("graph"):
            self.next()
            self.found.append(self.group(self.next().text))
        elif self.at("{"):
            self.found.append(self.group())
            if self.at("union"):
                raise UnreadableError("UNION")
        elif self.at("."):
            self.next()
        else:
            self.triples()

    def clause(self) -> None:
        begin = self.place
        kind = self.next().text.lower()
        if kind == "filter":
            while self.at("not", "exists"):
                self.next()
            if not self.at("(", "{"):  # the name of a function
                self.next()
        elif kind == "values" and not self.at("("):
            self.next()
        elif kind == "values":
            self.bracketed()
        self.bracketed()
        source = self.since(begin)
        self.found.append(Leaf(kind, source, source, self.words[begin].start))

    def triples(self) -> None:
        """One subject with all that is said of it."""
        begin = self.place
        if self.at("("):
            raise UnreadableError("( … )")
        subject, shown = self.node()
        if shown != "[]" or self.at_verb():
            self.properties(subject, shown, self.words[begin].start)

    def properties(self, subject: str, shown: str, start: int) -> None:
        while True:
            begin = self.place
            start = self.words[begin].start if start < 0 else start
            self.verb()
            verb = self.since(begin)
            while True:
                self.triple(subject, shown, verb, start)
                if not self.at(","):
                    break
                self.next()
                start = self.words[self.place].start
            start = -1
            while self.at(";"):
                self.next()
            if self.words[self.place - 1].text != ";" or not self.at_verb():
                return

    def triple(self, subject: str, shown: str, verb: str, start: int) -> None:
        slot = len(self.found)
        target, seen = self.node()
        self.found.insert(slot, Leaf("triple", f"{subject} {verb} {target}", f"{shown} {verb} {seen}", start))

    def at_verb(self) -> bool:
        """Whether a property or a property path begins here."""
        return self.at("^", "!", "(", "a") or self.words[self.place].kind in ("name", "iri", "perhaps", "variable")

    def verb(self) -> None:
        """A property or a property path."""
        while True:
            while self.at("^", "!"):
                self.next()
            if not self.at_verb():
                raise UnreadableError(self.words[self.place].text)
            self.bracketed()
            while self.at("?", "*", "+"):
                self.next()
            if not self.at("/", "|"):
                return
            self.next()

    def node(self) -> tuple[str, str]:
        """A subject or object: as it can stand in a query, and as it is shown."""
        begin = self.place
        if self.at("["):
            self.next()
            name = self.variable()
            if not self.at("]"):
                self.properties(name, "[]", -1)
            self.next()
            return name, "[]"
        if self.at("("):
            self.bracketed()
            return self.since(begin), self.since(begin)
        if self.at("+", "-"):
            self.next()
        token = self.next()
        if token.kind == "string":
            if self.words[self.place].kind == "language":
                self.next()
            elif self.at("^^"):
                self.next()
                self.next()
        elif token.kind not in ("variable", "iri", "perhaps", "name", "number") and not _is_truth(token):
            raise UnreadableError(token.text.upper())
        return self.since(begin), self.since(begin)

    def variable(self) -> str:
        """A variable for what the query leaves without a name."""
        used = {token.text[1:] for token in self.words if token.kind == "variable"}
        self.fresh += 1
        while f"node{self.fresh}" in used:
            self.fresh += 1
        return f"?node{self.fresh}"


def _is_truth(token: Token) -> bool:
    return token.kind == "word" and token.text in ("true", "false")
