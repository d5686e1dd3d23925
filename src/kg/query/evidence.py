"""What stands behind the rows of an answer: the passages from which the facts derive, and whether they are stated.

A ready question names the variables of its text that stand for nodes with evidence of their own. It is asked once
more with these among what it selects, so that each row finds the nodes that made it; where rows stand for groups, all
nodes of a group. Of any other query the nodes among its answers count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyoxigraph as ox

from kg.facts import Selector
from kg.messages import choose, say
from kg.ontology import Ontology
from kg.prefixes import KG, OA, PROV, RDF
from kg.query.parts import Parts, UnreadableError, parts_of
from kg.query.question import Term
from kg.query.results import Answer, Cell, Row
from kg.source import SourceText
from kg.values import names_in

__all__ = ["Evidence", "Passage", "Standing", "evidence_lines", "nodes_behind", "read_evidence"]

#: How many passages are shown for one row.
MOST = 3
_ABOUT = """CONSTRUCT {{ ?a ?p ?o }} WHERE {{ GRAPH kg:evidence {{
  VALUES ?node {{ {nodes} }}
  ?node (^rdf:subject)?/(prov:hadPrimarySource|(prov:wasDerivedFrom/((oa:hasSelector|oa:hasSource)?)))? ?a .
  ?a ?p ?o
}} }}"""
Terms = Mapping[str, Term]


class Asked(Protocol):
    """What answers queries: our engine, or another over the same graphs."""

    def ask(self, text: str, terms: Terms | None = None, /) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a source states a fact, as a word of the closed list; and from what it is inferred, by language."""

    status: str
    inferred: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a source speaks: its IRI, the place in it (None: nowhere in particular), the words if they may be shown."""

    source: str
    selector: Selector | None
    words: str | None
    standings: tuple[Standing, ...] = ()

    def rank(self) -> tuple[object, ...]:
        """Short passages come first, then records, then what has no place."""
        selector = self.selector
        if selector is None:
            return (2, 0, 0, "", self.source)
        length = selector.end - selector.start if selector.kind == "text" else 0
        return (int(selector.kind != "text"), length, selector.start, selector.pointer, self.source)


# ------------------------------------------------------------------ from rows to nodes


def nodes_behind(
    engine: Asked, text: str, answer: Answer, facts: Sequence[str] = (), terms: Terms | None = None
) -> tuple[frozenset[str], ...] | None:
    """For each row of an answer, the IRIs of the nodes that it rests on; None when that cannot be told.

    ``facts`` are the variables that stand for them; without any, they are the nodes in the row.

    Raises:
        UsageError: the time is up.
    """
    if not facts:
        return tuple(_iris(row) for row in answer.rows)
    try:
        parts = parts_of(text)
    except UnreadableError:
        return None
    if [token.text for token in parts.selected] == ["*"]:
        places = [answer.variables.index(name) for name in facts if name in answer.variables]
        return tuple(_iris(row[place] for place in places) for row in answer.rows)
    used = {token.text[1:] for token in (*parts.where, *parts.selected) if token.kind == "variable"}
    asked = " ".join(f"(?{fact} AS ?{_fresh(fact, used)})" for fact in facts)
    if not parts.counts:
        wide = engine.ask(_query(parts, f"{parts.source(parts.selected)} {asked}", "values"), terms)
        found = _grouped(wide, len(answer.variables))
        return tuple(found.get(row, frozenset()) for row in answer.rows)
    keys = _keys(parts)
    if keys is None:
        return None
    return _behind_groups(engine, parts, answer, keys, asked, terms)


def _behind_groups(
    engine: Asked, parts: Parts, answer: Answer, keys: Mapping[str, str], asked: str, terms: Terms | None
) -> tuple[frozenset[str], ...]:
    """The nodes of every solution in the groups that a row stands for."""
    facts = _grouped(engine.ask(_query(parts, f"{' '.join(keys.values())} {asked}"), terms), len(keys))
    more = [name for name in keys if name not in answer.variables]
    selected = " ".join([parts.source(parts.selected), *(f"?{name}" for name in more)])
    groups = engine.ask(_query(parts, selected, "group", "having", "values"), terms)
    width = len(answer.variables)
    found: dict[Row, set[str]] = {}
    for row in groups.rows:
        cells = dict(zip(groups.variables, row, strict=True))
        found.setdefault(row[:width], set()).update(facts.get(tuple(cells[name] for name in keys), ()))
    return tuple(frozenset(found.get(row, ())) for row in answer.rows)


def _query(parts: Parts, selected: str, *clauses: str) -> str:
    where = parts.source(parts.where)
    return f"{parts.prologue}\nSELECT DISTINCT {selected}\nWHERE {where}\n{parts.clause(*clauses)}"


def _keys(parts: Parts) -> dict[str, str] | None:
    """By what rows are grouped: variables, with how they can be selected; None when one has no name."""
    keys: dict[str, str] = {}
    tokens = parts.clauses.get("group", ())[2:]
    place = depth = begin = 0
    for place, token in enumerate(tokens):
        sign = token.text if token.kind == "sign" else ""
        if depth == 0:
            begin = place
            if sign != "(" and token.kind != "variable":
                return None
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            named = tokens[place if begin == place else place - 1]
            if named.kind != "variable" or (begin < place and tokens[place - 2].text.lower() != "as"):
                return None
            keys[named.text[1:]] = parts.source(tokens[begin : place + 1])
    return keys


def _grouped(answer: Answer, width: int) -> dict[Row, frozenset[str]]:
    """The nodes in the last columns, by the first ``width`` columns."""
    found: dict[Row, frozenset[str]] = {}
    for row in answer.rows:
        found[row[:width]] = found.get(row[:width], frozenset()) | _iris(row[width:])
    return found


def _iris(cells: Iterable[object]) -> frozenset[str]:
    return frozenset(cell.value for cell in cells if isinstance(cell, ox.NamedNode))


def _fresh(name: str, used: set[str]) -> str:
    while name in used:
        name += "_"
    used.add(name)
    return name


# ------------------------------------------------------------------ from nodes to passages


def read_evidence(
    engine: Asked,
    nodes: Collection[str],
    ontology: Ontology,
    sources: Mapping[str, SourceText],
    hidden: Collection[str] = (),
) -> Evidence:
    """What the evidence graph says of some nodes.

    ``sources`` are the texts at hand, by SHA-256; words of free sources stand in the evidence itself. Passages that
    hold one of the ``hidden`` names come without words.

    Raises:
        UsageError: the time is up.
    """
    asked = " ".join(str(ox.NamedNode(iri)) for iri in sorted(nodes))
    answer = engine.ask(_ABOUT.format(nodes=asked)) if nodes else Answer(triples=())
    return Evidence(answer, ontology.schemes["status"]["asserted"], sources, hidden)


class Evidence:
    """The part of the evidence that was asked for; see :func:`read_evidence`.

    ``unread`` are the sources of passages seen so far whose words could not be had, since the text is not at hand.
    """

    def __init__(self, answer: Answer, stated: str, sources: Mapping[str, SourceText], hidden: Collection[str]) -> None:
        self._held: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = {}
        self._facts: dict[str, dict[str, list[str]]] = {}
        self._stated, self._sources, self._hidden = stated, sources, hidden
        self.unread: set[str] = set()
        for triple in answer.triples or ():
            if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
                held = self._held.setdefault(triple.subject.value, {})
                held.setdefault(triple.predicate.value, []).append(triple.object)
        for fact in self._held:
            for subject in self._values(fact, RDF + "subject"):
                about = self._facts.setdefault(subject, {})
                about.setdefault(self._first(fact, RDF + "predicate"), []).append(fact)

    def behind(self, nodes: Collection[str], row: Iterable[Cell]) -> list[Passage]:
        """The passages behind a row that rests on some nodes: of the facts about them, of those that are facts.

        Where a property of a node has several values and some of them are in the row, the others do not count.
        """
        present = {str(cell) for cell in row} | {str(ox.NamedNode(iri)) for iri in nodes}
        return [passage for node in sorted(nodes) for passage in self._of_node(node, present)]

    def _of_node(self, node: str, present: Collection[str]) -> Iterator[Passage]:
        for facts in self._facts.get(node, {}).values():
            named = [f for f in facts if any(str(o) in present for o in self._held[f].get(RDF + "object", []))]
            for fact in named or facts:
                yield from self._of_fact(fact)
        if RDF + "subject" in self._held.get(node, {}):
            yield from self._of_fact(node)
        else:  # what derives as a whole from a passage; that says nothing of its facts' standing
            for span in self._values(node, PROV + "wasDerivedFrom"):
                yield self._passage(span, ())

    def _values(self, node: str, name: str) -> list[str]:
        return sorted(term.value for term in self._held.get(node, {}).get(name, []))

    def _first(self, node: str, name: str) -> str:
        return next(iter(self._values(node, name)), "")

    def _of_fact(self, fact: str) -> Iterator[Passage]:
        reasons = self._held[fact].get(KG + "inferredFrom", [])
        inferred = tuple(sorted((r.language or "", r.value) for r in reasons if isinstance(r, ox.Literal)))
        words = self._values(fact, KG + "status")
        standings = tuple(Standing(word, () if word == self._stated else inferred) for word in words)
        spans = self._values(fact, PROV + "wasDerivedFrom")
        for span in spans:
            yield self._passage(span, standings)
        if not spans:
            yield Passage(self._first(fact, PROV + "hadPrimarySource"), None, None, standings)

    def _passage(self, span: str, standings: tuple[Standing, ...]) -> Passage:
        selectors = self._values(span, OA + "hasSelector")
        exact = next((words for s in selectors for words in self._values(s, OA + "exact")), None)
        selector = next((found for s in selectors if (found := self._selector(s)) is not None), None)
        source = self._first(span, OA + "hasSource")
        text = self._sources.get(self._first(source, KG + "sha256"))
        if exact is None and text is None:
            self.unread.add(source)
        elif exact is None and text is not None and selector is not None:
            exact = text.words(selector.kind, selector.start, selector.end, selector.pointer)
        if exact is not None and names_in(exact, self._hidden):
            exact = None
        return Passage(source, selector, exact, standings)

    def _selector(self, node: str) -> Selector | None:
        start, end, value = (self._first(node, name) for name in (OA + "start", OA + "end", RDF + "value"))
        if start and end:
            return Selector("text", int(start), int(end))
        if value.startswith("cell="):
            row, column = (int(number) for number in value.removeprefix("cell=").split(","))
            return Selector("cell", row, column)
        return Selector("pointer", pointer=value) if value else None


# ------------------------------------------------------------------ in words


def evidence_lines(passages: Iterable[Passage], ontology: Ontology, base: str, lang: str) -> list[str]:
    """The passages behind one row in words, each once, the shortest first; the last line says how many more there are.

    Each line: the source, the position, the words if they are at hand, and in brackets whether it is stated, or
    inferred and from what.
    """
    merged: dict[tuple[str, Selector | None], Passage] = {}
    for passage in passages:
        known = merged.get((passage.source, passage.selector), passage)
        standings = dict.fromkeys((*known.standings, *passage.standings))
        merged[passage.source, passage.selector] = Passage(
            passage.source, passage.selector, known.words or passage.words, tuple(standings)
        )
    ordered = sorted(merged.values(), key=Passage.rank)
    lines = [_line(passage, ontology, base, lang) for passage in ordered[:MOST]]
    rest = ordered[MOST:]
    if rest:
        stated = ontology.schemes["status"]["asserted"]
        unsaid = sum(1 for passage in rest if any(standing.status != stated for standing in passage.standings))
        key = "query.evidence_more_unsaid" if unsaid else "query.evidence_more"
        lines.append(say(key, lang, count=len(rest), unsaid=unsaid))
    return lines


def _line(passage: Passage, ontology: Ontology, base: str, lang: str) -> str:
    selector = passage.selector
    if selector is None:
        where = say("query.evidence_nowhere", lang)
    elif selector.kind == "text":
        where = f"{selector.start}–{selector.end}"
    else:
        cell = say("query.evidence_cell", lang, row=selector.start, column=selector.end)
        where = cell if selector.kind == "cell" else selector.pointer
    parts = [passage.source.removeprefix(base), where]
    if passage.words is not None:
        parts.append(say("query.evidence_words", lang, words=" ".join(passage.words.split())))
    told = sorted({_standing(standing, ontology, lang) for standing in passage.standings})
    if told:
        parts.append(f"({' ; '.join(told) if lang == 'fr' else '; '.join(told)})")
    return " ".join(filter(None, parts))


def _standing(standing: Standing, ontology: Ontology, lang: str) -> str:
    word = ontology.label(standing.status, lang)
    if not standing.inferred:
        return word
    reason = choose(dict(standing.inferred), lang)
    return say("query.evidence_inferred", lang, word=word, reason=reason)
