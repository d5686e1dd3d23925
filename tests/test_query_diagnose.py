"""Why an answer is empty, and terms that nobody knows: told where it can be told, and never wrongly."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from asking import ONTOLOGY, ROOT, engine, kg_query
from kg.query import Cause, Engine, Graphs, load_questions, unknown_terms, why_empty
from kg.query.parts import UnreadableError, parts_of, pattern_of

QUESTIONS = load_questions(ROOT / "queries")
PERSON = "?p a schema:Person"


@pytest.fixture(scope="module")
def real_engine(built: Path) -> Iterator[Engine]:
    with engine(Graphs.of_folder(built)) as opened:
        yield opened


def cause(opened: Engine, text: str) -> Cause:
    assert opened.ask(text).is_empty
    return why_empty(opened, text)


# ------------------------------------------------------------------ the pattern that empties


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        (f"SELECT ?p {{ {PERSON} ; schema:nmae ?n ; schema:foo ?o }}", "alone", "?p schema:nmae ?n"),
        (f"SELECT ?p {{ {PERSON} .\n ?p conf:withRole ?r . ?p schema:foo 1 }}", "together", "?p conf:withRole ?r"),
        ("SELECT ?p { ?p schema:name ?n , 'x'@fr , ?m }", "alone", "?p schema:name 'x'@fr"),
        (f"ASK {{ {PERSON}; a schema:Place. }}", "together", "?p a schema:Place"),
        ("SELECT * { [ schema:name ?n ; kg:nothing [] ] a ?k }", "alone", "[] kg:nothing []"),
        ("SELECT * { ?a schema:name/schema:name ?b }", "alone", "?a schema:name/schema:name ?b"),
        (
            f"SELECT * {{ {PERSON} ; (schema:foo|^schema:bar)+ / !a -5 }}",
            "alone",
            "?p (schema:foo|^schema:bar)+ / !a -5",
        ),
        (f"SELECT * {{ {PERSON} ; schema:age 5.5 , +1e3, true, '1'^^xsd:date . }}", "alone", "?p schema:age 5.5"),
        ("SELECT * { GRAPH kg:evidence { ?f a rdf:Statement ; kg:status 1 } }", "alone", "?f kg:status 1"),
        ("SELECT * { ?x schema:name ?n . GRAPH ?g { ?f rdf:subject ?n } }", "together", "?f rdf:subject ?n"),
        (f"SELECT * {{ {{ {PERSON} }} {{ ?p a schema:Place }} }}", "together", "?p a schema:Place"),
        (f"SELECT ?p {{ FILTER(STRLEN(?n) > 900) {PERSON} ; schema:name ?n }}", "filter", "FILTER(STRLEN(?n) > 900)"),
        (f"SELECT ?p {{ {PERSON} ; FILTER REGEX(STR(?p), '{{') }}", "filter", "FILTER REGEX(STR(?p), '{')"),
        (f"SELECT ?p {{ {PERSON} FILTER NOT EXISTS {{ {PERSON} }} }}", "filter", f"FILTER NOT EXISTS {{ {PERSON} }}"),
        (f"SELECT ?p {{ {PERSON} . VALUES ?p {{ 1 2 }} }}", "values", "VALUES ?p { 1 2 }"),
        (f"SELECT ?p {{ {PERSON} }} VALUES (?p ?q) {{ (1 2) }}", "values", "VALUES (?p ?q) { (1 2) }"),
        (f"SELECT ?p {{ {PERSON} BIND(STR(?p) AS ?x) ?y schema:name ?x }}", "together", "?y schema:name ?x"),
        (f"SELECT ?p {{ {PERSON} }} OFFSET 100000", "after", "OFFSET"),
        (f"SELECT ?p {{ {PERSON} }} GROUP BY ?p HAVING(COUNT(*) > 99)", "after", "HAVING"),
        (f"SELECT ?p {{ {PERSON} ; schema:foo ?x }} GROUP BY ?p", "alone", "?p schema:foo ?x"),
        (f"SELECT ?p {{ {PERSON} OPTIONAL {{ ?p schema:foo ?x }} FILTER(BOUND(?x)) }}", "untold", "OPTIONAL"),
        ("SELECT ?p { { ?p a schema:A } UNION { ?p a schema:B } }", "untold", "UNION"),
        (f"SELECT ?p {{ {PERSON} MINUS {{ {PERSON} }} }}", "untold", "MINUS"),
        (f"SELECT ?p {{ {{ SELECT ?p {{ {PERSON} }} OFFSET 9999 }} }}", "untold", "SELECT"),
        (f"SELECT ?p {{ GRAPH kg:evidence {{ {PERSON} MINUS {{ {PERSON} }} }} }}", "untold", "MINUS"),
    ],
)
def test_the_first_that_empties_is_told_where_it_stands(text: str, kind: str, shown: str, real_engine: Engine) -> None:
    found = cause(real_engine, text)
    assert (found.kind, found.shown) == (kind, shown)
    assert bool(found.line) == (kind not in ("untold", "after"))


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (f"SELECT ?p {{\n  {PERSON} ;\n     schema:nmae ?n }}", 3, 6),
        ("ASK {\n ?p schema:name 'x' , # 'x'\n  'y' }", 2, 2),
        (f"ASK {{ {PERSON} ; schema:name ?n ,\n\t1 }}", 2, 2),
        (f"ASK {{ {PERSON} . # schema:nmae\r\n ?p schema:nmae ?n }}", 2, 2),
        (f"ASK {{ {PERSON} ; schema:about [ a ?k ;\n schema:nmae 1 ] }}", 1, 28),
        ("ASK { ?é schema:name ?n FILTER(?n = 'É') }", 1, 25),
    ],
)
def test_line_and_column_are_those_of_the_text(text: str, line: int, column: int, real_engine: Engine) -> None:
    found = cause(real_engine, text)
    assert (found.line, found.column) == (line, column)


def test_it_gives_up_when_it_takes_too_long(built: Path) -> None:
    endless = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
    text = f"SELECT * {{ {endless} . FILTER(?a = ?d && ?a != ?d) ?a schema:nmae 1 }}"
    with engine(Graphs.of_folder(built)) as opened:
        assert opened.ask(text).is_empty
        only = f"SELECT * {{ {endless} . FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?g), STR(?j))) < 0) }}"
        assert why_empty(opened, only, seconds=0.5) == Cause("time")


NAMES = ("a", "b", "c")
PREDICATES = ("p", "q")
TRIPLES = sorted(itertools.product(NAMES, PREDICATES, NAMES))[::4]
VARIABLES = ("?x", "?y", "?z")
Pattern = tuple[str, str, str]


def solutions(patterns: list[Pattern]) -> list[dict[str, str]]:
    """The naive reading of a basic graph pattern, one triple after the other."""
    found: list[dict[str, str]] = [{}]
    for pattern in patterns:
        wider = []
        for known, triple in itertools.product(found, TRIPLES):
            bound = dict(known)
            if all(
                bound.setdefault(term, value) == value if term.startswith("?") else term == value
                for term, value in zip(pattern, triple, strict=True)
            ):
                wider.append(bound)
        found = wider
    return found


@st.composite
def basic_patterns(draw: st.DrawFn) -> tuple[list[Pattern], str]:
    """Some patterns, and a text that writes them with and without ``;`` and ``,``."""
    ends, middles = st.sampled_from((*VARIABLES, *NAMES)), st.sampled_from((*PREDICATES, "?v"))
    patterns = draw(st.lists(st.tuples(ends, middles, ends), min_size=1, max_size=5))
    text, before = "", ("", "", "")
    for pattern in patterns:
        short = draw(st.booleans())
        s, p, o = (term if term.startswith("?") else f"<urn:{term}>" for term in pattern)
        if short and pattern[:2] == before[:2]:
            text += f" , {o}"
        elif short and pattern[0] == before[0]:
            text += f" ;\n {p} {o}"
        else:
            text += f"{' .' if text else ''}\n {s} {p} {o}"
        before = pattern
    return patterns, f"SELECT * {{{text} }}"


@pytest.fixture(scope="module")
def letters() -> Iterator[Engine]:
    graph = "".join(f"<urn:{s}> <urn:{p}> <urn:{o}> .\n" for s, p, o in TRIPLES)
    with engine(Graphs(graph.encode())) as opened:
        yield opened


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(basic_patterns())
def test_it_is_the_first_of_any_basic_graph_pattern(letters: Engine, drawn: tuple[list[Pattern], str]) -> None:
    patterns, text = drawn
    first = next((n for n in range(len(patterns)) if not solutions(patterns[: n + 1])), None)
    assert letters.ask(text).is_empty == (first is not None)
    if first is not None:
        found = why_empty(letters, text)
        assert found.shown == " ".join(t if t.startswith("?") else f"<urn:{t}>" for t in patterns[first])
        assert found.kind == ("together" if solutions([patterns[first]]) else "alone")


# ------------------------------------------------------------------ taking a query apart


def triples_of(node: object) -> Iterator[tuple[object, ...]]:
    """All triples in rdflib's algebra of a query, those of filters left out."""
    if isinstance(node, CompValue):
        held = dict(node)
        yield from held.get("triples", ())
        for key, part in held.items():
            if key not in ("triples", "expr"):
                yield from triples_of(part)


@pytest.mark.parametrize(
    "body",
    [
        "?s a ?k ; schema:name ?n , 'a, b; c' ; . ?k ?p ?s",
        "?s schema:name [ schema:about [ ] ; schema:text 'x.' ] , ?o . [] a [ a ?k ]",
        "?s schema:a.b ?o. ?o schema:name 1.5. ?o schema:position 1 . GRAPH ?g { ?a ?b _:c . _:c ?d '''x\n}''' }",
        '{ ?s ^schema:name/(!a|schema:x*)? ?o } FILTER(?s < ?o && EXISTS { ?s ?p ?o }) ?o ?p """}"""@fr',
        "VALUES (?s) { (UNDEF) ('}') } ?s ?p ?o BIND(CONCAT('{', ?o) AS ?x)",
    ],
)
def test_there_are_as_many_triples_as_rdflib_sees(body: str) -> None:
    text = f"SELECT * WHERE {{ {body} }}"
    seen = list(triples_of(translateQuery(parseQuery(text), initNs=dict(ONTOLOGY.prefixes)).algebra))
    pattern = pattern_of(parts_of(text))
    leaves = [leaf for leaf in pattern.leaves() if leaf.kind == "triple"]
    assert len(leaves) == len(seen) > 0
    again = f"ASK {pattern.with_only(list(pattern.leaves()))}"
    assert len(list(triples_of(translateQuery(parseQuery(again), initNs=dict(ONTOLOGY.prefixes)).algebra))) == len(seen)


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_clauses_of_the_ready_questions(name: str) -> None:
    """Put together again, they are the same query to another parser."""
    parts = parts_of(QUESTIONS[name].text)
    distinct = "DISTINCT " if "SELECT DISTINCT" in parts.text else ""
    clauses = parts.clause("group", "having", "order", "limit", "offset", "values")
    again = f"{parts.prologue} SELECT {distinct}{parts.source(parts.selected)} {parts.source(parts.where)} {clauses}"
    assert str(parseQuery(again)) == str(parseQuery(parts.text))
    assert parts.counts == ("COUNT(" in parts.text)


@pytest.mark.parametrize("text", ["DESCRIBE <x>", "", "INSERT DATA { }", "SELECT ?x { ?x a ?y"])
def test_what_is_no_such_query_is_not_taken_apart(text: str) -> None:
    with pytest.raises(UnreadableError):
        pattern_of(parts_of(text))


# ------------------------------------------------------------------ terms nobody knows


def unknown(opened: Engine, text: str) -> dict[str, tuple[int, int, tuple[str, ...]]]:
    opened.ask(text)
    return {each.text: (each.line, each.column, each.near) for each in unknown_terms(opened, text, ONTOLOGY, 10)}


def test_slips_are_told_with_the_nearest(real_engine: Engine) -> None:
    found = unknown(
        real_engine,
        """SELECT * {
  ?p kg:inCapacityof ?y ; schema:nmae ?n ; conf:withRole role:speakr , role:speaker .
  <lionel-perez> a foaf:Persn , <https://schema.org/Persoon> .
  FILTER(?n != "1"^^xsd:integr) # schema:comment
  GRAPH kg:evidense { ?f kg:statis ?s }
}""",
    )
    assert {text: (line, column, near[0]) for text, (line, column, near) in found.items()} == {
        "kg:inCapacityof": (2, 6, "kg:inCapacityOf"),
        "schema:nmae": (2, 27, "schema:name"),
        "role:speakr": (2, 58, "role:speaker"),
        "<lionel-perez>": (3, 3, "<lionel-peres>"),
        "foaf:Persn": (3, 20, "foaf:Person"),
        "<https://schema.org/Persoon>": (3, 33, "schema:Person"),
        "xsd:integr": (4, 21, "xsd:integer"),
        "kg:evidense": (5, 9, "kg:evidence"),
        "kg:statis": (5, 26, "kg:status"),
    }


def test_a_term_under_another_prefix_is_found_there(real_engine: Engine) -> None:
    text = "PREFIX s: <https://schema.org/> SELECT * { ?p s:inCapacityOf ?q ; s:Nmae ?n }"
    found = unknown(real_engine, text)
    assert found["s:inCapacityOf"][2] == ("kg:inCapacityOf",)
    assert found["s:Nmae"][2][0] == "schema:name"
    assert unknown(real_engine, "DESCRIBE <lionel-perez>")["<lionel-perez>"][2][0] == "<lionel-peres>"
    assert unknown(real_engine, "ASK { ?x kg:qqqqqqqqqqqq ?y }")["kg:qqqqqqqqqqqq"][2] == ()


@pytest.mark.parametrize(
    "text",
    [
        "CONSTRUCT { ?p foaf:nick ?n ; kg:mine [ a kg:Mine ] } WHERE { ?p schema:name ?n }",
        "PREFIX my: <https://example.org/> SELECT * { ?p my:name ?n ; <http://other.org/x> <urn:y> }",
        "SELECT (xsd:dateTime(?n) AS ?d) { ?p schema:name ?n FILTER(DATATYPE(?n) = xsd:gYearMonth) }",
        "SELECT * { GRAPH kg:evidence { ?f a rdf:Statement ; kg:status status:disputed ; kg:reading ?r ; a ?t } }",
        "SELECT * { GRAPH kg:evidence { ?f prov:wasDerivedFrom/oa:hasSelector/oa:exact ?w } }",
        "SELECT * { ?p <https://schema.org/n\\u0061me> ?n . <lionel\\u002Dperes> a ?k }",
        "BASE <https://schema.org/> SELECT * { ?p <name> ?n ; <./name> ?m }",
        "SELECT * { ?s a skos:Concept ; skos:inScheme <https://w3id.org/congress-kg/role> . _:b a ?k }",
        "SELECT * { ?p ?q 'schema:nmae' , \"<kg:foo>\"@en } # schema:nmae",
    ],
)
def test_no_alarm_is_false(text: str, real_engine: Engine) -> None:
    assert unknown(real_engine, text) == {}


def test_no_term_of_the_graph_or_the_ontology_is_called_unknown(real_engine: Engine) -> None:
    every = "SELECT DISTINCT ?t { GRAPH kg:evidence { { ?t ?p ?o } UNION { ?s ?t ?o } UNION { ?s ?p ?t } } }"
    iris = {str(row[0]) for row in real_engine.ask(f"{every[:-1]} FILTER(ISIRI(?t)) }}").rows}
    for file in ONTOLOGY.turtle():
        graph = rdflib.Graph().parse(file)
        iris |= {term.n3() for triple in graph for term in triple if isinstance(term, rdflib.URIRef)}
    assert len(iris) > 2000
    assert unknown_terms(real_engine, f"SELECT * {{ VALUES ?t {{ {' '.join(sorted(iris))} }} }}", ONTOLOGY, 60) == []


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_ready_questions_use_known_terms(name: str, real_engine: Engine) -> None:
    assert unknown_terms(real_engine, QUESTIONS[name].text, ONTOLOGY, 10) == []


# ------------------------------------------------------------------ the command


def test_the_command_tells_beside_the_answer(built: Path, tmp_path: Path) -> None:
    text = "SELECT ?p {\n ?p a schema:Person ; schema:nmae ?n }"
    done = kg_query(tmp_path, text, "--format", "csv", graph=built)
    assert (done.returncode, done.stdout) == (0, "p\n")
    warning, empty = done.stderr.splitlines()
    assert warning.startswith("kg: warning: query:2:23: ")
    assert warning.endswith(" schema:nmae; the nearest: schema:name")
    assert empty.startswith("kg: empty, from query:2:23 on: ")
    assert "“?p schema:nmae ?n”" in empty
    french = kg_query(tmp_path, text, "--lang", "fr", graph=built).stderr
    assert "avertissement : query:2:23" in french.replace("avertissement:", "avertissement :")
    assert "vide, à partir de query:2:23" in french


def test_rows_are_shown_with_the_warning(built: Path, tmp_path: Path) -> None:
    done = kg_query(tmp_path, "SELECT ?n { ?p schema:name|schema:nmae ?n } LIMIT 2", graph=built)
    assert len(done.stdout.splitlines()) == 4
    assert "schema:nmae" in done.stderr
    assert "empty" not in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["ASK { ?p a schema:Person OPTIONAL { ?p ?q 1 } FILTER(false) }"], "cannot be told, because of OPTIONAL"),
        (["ASK { ?p a schema:Person FILTER(?p = 1) }"], "query:1:26"),
        (["inferred-facts", "thing=lionel-peres"], "ask with other values"),
        (["SELECT * { ?p a schema:Person } LIMIT 0"], "because of LIMIT"),
    ],
)
def test_each_reason_is_said(words: list[str], told: str, built: Path, tmp_path: Path) -> None:
    done = kg_query(tmp_path, *words, graph=built)
    assert done.returncode == 0
    assert told in done.stderr


def test_what_has_rows_or_triples_is_not_called_empty(built: Path, tmp_path: Path) -> None:
    for text in (
        "ASK { ?p a schema:Person }",
        "SELECT (COUNT(*) AS ?n) { ?p schema:name 1 }",
        "DESCRIBE <lionel-peres>",
    ):
        assert kg_query(tmp_path, text, graph=built).stderr == ""
