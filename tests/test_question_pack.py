"""The ready questions as a pack: many, of different shapes, and of every sort that people ask.

All is measured in the texts themselves, as rdflib's parser and algebra read them, and nothing is declared.

**Labels** do not count. A pattern is a label when its property gives a text to read (``LABELS``, or alternatives of
these); a path loses such a last step; an OPTIONAL of labels alone is none; FILTER(LANG(…)) and BIND(COALESCE(…)) in
their service are none.

The **pattern shape** of a question is the multiset of its operators (OPTIONAL, UNION, MINUS, GRAPH, VALUES, FILTER,
BIND, GROUP, HAVING, subquery) together with the multiset of its triple patterns. A pattern is written as the operators
around it, its subject, the sort of its property (``a``, any property ``p``, or the path with every property as ``p``)
and its object. A variable is renamed to the number of patterns that it stands in, a term to ``term``. So two questions
that differ only in names of variables, properties, classes, words and labels have the same shape. Its **skeleton** is
coarser: which operators it uses (VALUES, FILTER and BIND left out), which sorts of path, and how long its longest
chain is, however often and wherever.

A question is **multi-hop** when a chain of at least three patterns about the world (not in GRAPH, not in MINUS, not
``a``) leads from one variable to another, each step by another variable. It **aggregates** when it groups or counts,
**negates** when it has a MINUS, follows a **path** when a property is repeated (``+``, ``*``) or two are put in
sequence, and asks for **provenance** when it looks into ``GRAPH kg:evidence``. It is a **bridge** when it
tells the kinds of two organisations apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rdflib import RDF, URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.paths import Path as PropertyPath
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue, Expr

from kg.graph import EVIDENCE
from kg.messages import LANGUAGES
from kg.ontology import load_ontology
from kg.query import load_groups, load_questions

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = load_questions(ROOT / "queries")
PREFIXES = load_ontology(ROOT / "ontology").prefixes
KIND = URIRef(PREFIXES["org"] + "classification")
LABELS = {
    URIRef(PREFIXES[prefix] + name)
    for prefix, name in (
        ("schema", "name"),
        ("schema", "headline"),
        ("schema", "abstract"),
        ("skos", "prefLabel"),
        ("kg", "category"),
        ("kg", "formerUse"),
        ("kg", "statedAs"),
        ("kg", "timeStated"),
    )
}
OPERATORS = {"Minus": "MINUS", "Graph": "GRAPH", "Union": "UNION", "LeftJoin": "OPTIONAL", "Filter": "FILTER"}


@dataclass(frozen=True)
class Pattern:
    """One triple pattern, with the operators around it, the outermost first."""

    subject: object
    by: URIRef | PropertyPath
    object: object
    around: tuple[str, ...]

    @property
    def of_the_world(self) -> bool:
        return self.by != RDF.type and not {"GRAPH", "MINUS"} & set(self.around)


@dataclass
class Read:
    """What is read of a question: its patterns without labels, its operators, its aggregates, the graphs it names."""

    patterns: list[Pattern] = field(default_factory=list)
    operators: Counter[str] = field(default_factory=Counter)
    aggregates: Counter[str] = field(default_factory=Counter)
    graphs: set[str] = field(default_factory=set)


def read(text: str) -> Read:
    found = Read()
    algebra = translateQuery(parseQuery(text), initNs=dict(PREFIXES)).algebra
    walk(algebra.p, (), found)
    return found


def walk(part: CompValue, around: tuple[str, ...], found: Read) -> None:
    """Read one part of the algebra, and those in it."""
    kind = part.name
    if kind == "LeftJoin" and not any(True for _ in patterns_in(part.p2)):
        walk(part.p1, around, found)  # an OPTIONAL of labels alone
        return
    if kind == "BGP":
        found.patterns += patterns(part, around)
    if kind == "values":
        found.operators["VALUES"] += 1
    if kind == "ToMultiSet" and part.p.name != "values":
        found.operators["SELECT"] += 1
    if kind == "Extend" and not (isinstance(part.expr, Variable) or part.expr.name == "Builtin_COALESCE"):
        found.operators["BIND"] += 1
    if kind == "AggregateJoin":
        real = [aggregate for aggregate in part.A if aggregate.name != "Aggregate_Sample"]
        found.aggregates.update(aggregate.name for aggregate in real)
        found.operators["GROUP"] += 1
    if kind == "Graph":
        found.graphs.add(str(part.term))
    operator = OPERATORS.get(kind)
    if kind == "Filter":
        operator = filter_of(part)
    if operator:
        found.operators[operator] += 1
    inner = (*around, operator) if operator in ("GRAPH", "UNION") else around
    if part.p is not None:
        walk(part.p, inner, found)
    if part.p1 is not None:
        walk(part.p1, inner if kind == "Union" else around, found)
        walk(part.p2, (*around, operator) if operator else around, found)


def filter_of(part: CompValue) -> str | None:
    """HAVING above a group, else FILTER; none when it only chooses the language of a label."""
    if part.p.name in ("AggregateJoin", "Extend") and any(node.name == "AggregateJoin" for node in below(part)):
        return "HAVING"
    called = {node.name for node in expressions(part.expr) if node.name.startswith("Builtin_")}
    compared = [node for node in expressions(part.expr) if node.name == "RelationalExpression"]
    only_language = called == {"Builtin_LANG"} and all(isinstance(node.other, Variable) for node in compared)
    return None if only_language else "FILTER"


def below(part: CompValue) -> Iterator[CompValue]:
    """A part and all that is in it."""
    yield part
    for inner in (part.p, part.p1, part.p2):
        if inner is not None:
            yield from below(inner)


def expressions(part: object) -> Iterator[Expr]:
    """An expression and those in it."""
    if isinstance(part, CompValue):
        if isinstance(part, Expr):
            yield part
        for value in part.values():
            yield from expressions(value)
    elif isinstance(part, list):
        for value in part:
            yield from expressions(value)


def patterns_in(part: CompValue) -> Iterator[Pattern]:
    for inner in below(part):
        if inner.name == "BGP":
            yield from patterns(inner, ())


def patterns(part: CompValue, around: tuple[str, ...]) -> Iterator[Pattern]:
    """The patterns that are no labels."""
    for subject, property_, object_ in part.triples:
        rest = unlabelled(property_)
        if rest is not None:
            yield Pattern(subject, rest, object_, around)


def unlabelled(property_: URIRef | PropertyPath) -> URIRef | PropertyPath | None:
    """A property without the label at its end; none when nothing is left."""
    if property_ in LABELS:
        return None
    if isinstance(property_, AlternativePath) and all(one in LABELS for one in property_.args):
        return None
    if isinstance(property_, SequencePath) and unlabelled(property_.args[-1]) is None:
        rest = property_.args[:-1]
        return rest[0] if len(rest) == 1 else SequencePath(*rest)
    return property_


def sort_of(property_: URIRef | PropertyPath) -> str:
    """A property as the shape writes it.

    >>> sort_of(SequencePath(KIND, MulPath(KIND, "*")))
    'p/p*'
    """
    if isinstance(property_, MulPath):
        return f"{sort_of(property_.path)}{property_.mod}"
    if isinstance(property_, InvPath):
        return f"^{sort_of(property_.arg)}"
    if isinstance(property_, SequencePath):
        return "/".join(map(sort_of, property_.args))
    if isinstance(property_, AlternativePath):
        return f"({'|'.join(map(sort_of, property_.args))})"
    return "a" if property_ == RDF.type else "p"


def shape(question: Read) -> str:
    """The pattern shape, as this module defines it: equal texts are equal shapes."""
    stands = Counter(end for p in question.patterns for end in (p.subject, p.object) if isinstance(end, Variable))
    written = sorted(
        " ".join((*p.around, renamed(p.subject, stands), sort_of(p.by), renamed(p.object, stands)))
        for p in question.patterns
    )
    operators = [f"{operator}×{times}" for operator, times in sorted(question.operators.items())]
    return " ; ".join([*operators, *written])


def skeleton(question: Read) -> tuple[object, ...]:
    """The skeleton, as this module defines it."""
    operators = set(question.operators) - {"VALUES", "FILTER", "BIND"}
    paths = {sort_of(p.by) for p in question.patterns} - {"a", "p"}
    return frozenset(operators), frozenset(paths), longest_chain(question)


def renamed(end: object, stands: Counter[Variable]) -> str:
    return f"?{stands[end]}" if isinstance(end, Variable) else "term"


def longest_chain(question: Read) -> int:
    """How many patterns about the world the longest chain joins, no variable twice."""
    steps = defaultdict(set)
    for number, pattern in enumerate(question.patterns):
        ends = (pattern.subject, pattern.object)
        if pattern.of_the_world and all(isinstance(end, Variable) for end in ends):
            for here, there in (ends, ends[::-1]):
                steps[here].add((number, there))

    def onward(here: object, seen: frozenset[object]) -> int:
        return max((1 + onward(there, seen | {there}) for _, there in steps[here] if there not in seen), default=0)

    return max((onward(start, frozenset({start})) for start in list(steps)), default=0)


def follows_path(property_: URIRef | PropertyPath) -> bool:
    if isinstance(property_, MulPath):
        return True
    if isinstance(property_, InvPath):
        return follows_path(property_.arg)
    if isinstance(property_, AlternativePath):
        return any(map(follows_path, property_.args))
    return isinstance(property_, SequencePath)


PACK = {name: read(question.text) for name, question in QUESTIONS.items()}


def those(test: Callable[[Read], object]) -> list[str]:
    """The questions of which something holds."""
    return [name for name, question in PACK.items() if test(question)]


def test_there_are_at_least_forty() -> None:
    assert len(PACK) >= 40


@pytest.mark.parametrize("measure", [shape, skeleton])
def test_at_most_four_share_a_pattern_shape(measure: Callable[[Read], object]) -> None:
    sharing = defaultdict(list)
    for name, question in PACK.items():
        sharing[measure(question)].append(name)
    assert [names for names in sharing.values() if len(names) > 4] == []


def test_shape_sees_no_names_and_no_labels() -> None:
    """What the measure rests on: the same question in other words has the same shape, one more step another."""
    one = "SELECT ?n { ?a org:member ?b ; a org:Membership . OPTIONAL { ?b schema:name ?n FILTER(LANG(?n) = ?lang) } }"
    same = "SELECT ?m { ?x a kg:Session ; schema:about ?y . ?y skos:prefLabel ?m }"
    longer = "SELECT ?b { ?a org:member ?b ; a org:Membership . ?b schema:knowsAbout ?c }"
    assert shape(read(one)) == shape(read(same)) == "?2 a term ; ?2 p ?1"
    assert shape(read(longer)) != shape(read(one))
    assert [longest_chain(read(text)) for text in (one, longer)] == [1, 2]


def test_at_least_eight_are_multi_hop() -> None:
    assert len(those(lambda question: longest_chain(question) >= 3)) >= 8


def test_at_least_six_aggregate() -> None:
    assert len(those(lambda question: question.aggregates)) >= 6


def test_at_least_five_negate() -> None:
    assert len(those(lambda question: question.operators["MINUS"])) >= 5


def test_at_least_four_follow_a_path() -> None:
    assert len(those(lambda question: any(follows_path(p.by) for p in question.patterns))) >= 4


def test_at_least_six_ask_for_provenance() -> None:
    assert len(those(lambda question: question.graphs == {EVIDENCE})) >= 6


def starts_with(by: URIRef | PropertyPath) -> object:
    """The property, or the first one of a sequence."""
    return by.args[0] if isinstance(by, SequencePath) else by


def test_some_are_bridges_between_kinds_of_organisation() -> None:
    def bridges(question: Read) -> bool:
        return len({p.subject for p in question.patterns if starts_with(p.by) == KIND}) >= 2

    assert len(those(bridges)) >= 2


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_each_names_its_facts(name: str) -> None:
    """Whoever is shown an answer can be shown what it rests on."""
    assert QUESTIONS[name].facts


def test_places_in_the_list_are_their_own() -> None:
    orders = [question.order for question in QUESTIONS.values()]
    assert len(set(orders)) == len(orders)


def test_parameters_are_of_every_sort() -> None:
    kinds = Counter(p.kind for question in QUESTIONS.values() for p in question.parameters)
    assert {"language", "text", "integer", "thing", "kind", "schema:Person", "org:Organization"} <= set(kinds)


def test_each_question_stands_under_a_heading_in_both_languages() -> None:
    groups = load_groups(ROOT / "queries")
    assert {question.order // 100 * 100 for question in QUESTIONS.values()} == set(groups)
    assert all(texts[lang] for texts in groups.values() for lang in LANGUAGES)
