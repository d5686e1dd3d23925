"""An independent reading of the invented report, held against a graph of its facts.

``tests/readings/demo.yaml`` was written by somebody who had the text and not the facts. Each of its tables is
compared with one SELECT; names are matched by every name, alias and acronym the graph knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import yaml

from kg.graph import Graph
from kg.values import slug

READING = Path(__file__).parent / "readings" / "demo.yaml"
MAIN, BEFORE, AFTER = "gardiens-imaginaires-2025", "gardiens-imaginaires-2023", "gardiens-imaginaires-2027"
CALLED = {
    "Congrès imaginaire des gardiens de ponts et d'écluses": MAIN,
    "previous congress": BEFORE,
    "next congress": AFTER,
    "start of the congress": MAIN,
    "Port-aux-Saules": "commune-port-aux-saules",
}
PREFIXES = """
PREFIX schema: <https://schema.org/> PREFIX org: <http://www.w3.org/ns/org#>
PREFIX kg: <https://w3id.org/congress-kg/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX conf: <https://w3id.org/scholarlydata/ontology/conference-ontology.owl#>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
"""
#: For each table: the SELECT that gives the same columns, and which columns of the reading it has.
TABLES: dict[str, tuple[str, tuple[int, ...]]] = {
    "people": ("SELECT ?a { ?a a schema:Person }", (0,)),
    "participations": (
        "SELECT ?a ?b ?c { ?p conf:isHeldBy ?a ; conf:withRole ?b ; conf:during ?c }",
        (0, 1, 2),
    ),
    "capacities": (
        (
            "SELECT ?a ?b ?c { { ?m org:member ?a OPTIONAL { ?m kg:statedAs ?b } OPTIONAL { ?m org:organization ?c } } "
            "UNION { ?a schema:jobTitle ?b FILTER(lang(?b) = 'fr') } }"
        ),
        (0, 1, 2),
    ),
    "organisations": ("SELECT ?a ?b { ?a a org:Organization ; org:classification ?b }", (0, 1)),
    "acronyms": ("SELECT ?a ?b { ?a kg:acronym ?b }", (0, 1)),
    "sessions": ("SELECT ?a ?b { ?a a kg:Session ; schema:additionalType ?b }", (0, 1)),
    "simultaneous": ("SELECT ?a ?b { ?a kg:simultaneousWith|^kg:simultaneousWith ?b }", (0, 3)),
    "figures": (
        "SELECT ?b ?c { ?f a schema:Observation ; schema:value ?b ; kg:quantifier ?c }",
        (1, 2),
    ),
    "agreements": ("SELECT ?a { ?x kg:party ?a }", (0,)),
    "signatories": ("SELECT ?a { ?x kg:signedBy ?a }", (0,)),
    "quotations": ("SELECT ?a { ?x a schema:Quotation ; schema:creator ?a }", (0,)),
    "statements": ("SELECT ?a { ?x a schema:Claim ; schema:creator ?a }", (0,)),
    "awards": ("SELECT ?a ?b { ?p kg:award ?a ; conf:withRole <R/award-winner> ; conf:isHeldBy ?b }", (0, 1)),
    "jury": ("SELECT ?a ?b { ?p kg:award ?a ; conf:withRole <R/jury-member> ; conf:isHeldBy ?b }", (0, 1)),
    "replacements": ("SELECT ?a ?b { ?p conf:isHeldBy ?a ; kg:inPlaceOf ?b }", (0, 1)),
    "photographs": ("SELECT ?a ?b { ?x a schema:Photograph ; schema:creator ?a ; schema:about ?b }", (0, 1)),
    "held_in": ("SELECT ?a ?b { ?a a schema:Event ; schema:location ?b }", (0, 1)),
    "editions": ("SELECT ?a ?b { ?a kg:editionNumber ?b }", (0, 1)),
    "before": ("SELECT ?a ?b { ?a kg:previousEdition ?b }", (0, 1)),
    "organisation_parts": ("SELECT ?a ?b { ?a org:subOrganizationOf ?b }", (0, 1)),
    "said_during": (
        (
            "SELECT ?a ?b { ?x a ?k ; schema:creator ?a . ?b schema:recordedIn ?x "
            "VALUES ?k { schema:Quotation schema:Claim } }"
        ),
        (0, 1),
    ),
    "parts_of_figures": (
        "SELECT ?a ?b { ?x kg:partOfFigure ?y ; schema:value ?a . ?y schema:value ?b }",
        (0, 1),
    ),
    "days": (
        f"SELECT ?b ?c {{ <https://w3id.org/congress-kg/id/{MAIN}> schema:startDate ?b ; schema:endDate ?c }}",
        (0, 1),
    ),
    "session_dates": ("SELECT ?a ?b { ?a a kg:Session ; schema:startDate ?b }", (0, 1)),
}
PLACES = {"held_in"}


def select(
    store: ox.Store, query: str
) -> Iterator[tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]]:
    found = store.query(PREFIXES + query)
    assert isinstance(found, ox.QuerySolutions)
    return (tuple(solution) for solution in found)


class Names:
    """From the words of the reading to what they name in a graph, and from terms of the graph to the same form."""

    def __init__(self, store: ox.Store, base: str) -> None:
        self.base = base
        self.by_name: dict[tuple[bool, str], str] = {}
        found = select(
            store,
            "SELECT ?x ?n ?k { ?x schema:name|skos:altLabel|kg:acronym ?n OPTIONAL { ?x a ?k "
            "FILTER(?k = schema:Place) } }",
        )
        for x, n, k in found:
            self.by_name[(k is not None, slug(getattr(n, "value", "")))] = self.of_term(x)
        for x, f in select(store, "SELECT ?x ?f { ?x a kg:Session ; schema:additionalType ?f }"):
            word = getattr(f, "value", "").rpartition("/")[2]
            self.by_name.setdefault((False, slug(f"format {word}")), self.of_term(x))

    def of_term(self, term: object) -> str:
        if isinstance(term, ox.Literal):
            return slug(term.value.partition("T")[0] if re.match(r"\d{4}-\d\d-\d\dT", term.value) else term.value)
        value = getattr(term, "value", "")
        if value.startswith(self.base):
            return str(value[len(self.base) :])
        return str(value.rpartition("/")[2])

    def of_word(self, word: object, place: bool) -> str:
        text = str(word)
        if text in CALLED and not place:
            return CALLED[text]
        form = re.fullmatch(r"\((.+)\)", text)
        name = slug(f"format {form[1]}" if form else text)
        return self.by_name.get((place, name), self.by_name.get((False, name), name))


def rows_of(table: str, reading: dict[str, list[list[object]]], names: Names) -> set[tuple[str, ...]]:
    """The rows of a table of the reading, as the graph would give them."""
    columns = TABLES[table][1]
    if table == "simultaneous":
        given = [row for row in reading["sessions"] if row[3]]
    elif table == "days":
        days: dict[object, object] = {row[0]: row[1] for row in reading["dates"]}
        given = [[days["start of the congress"], days["end of the congress"]]]
    elif table == "session_dates":
        sessions = {str(row[0]) for row in reading["sessions"]}
        given = [[str(w).removeprefix("start of the "), d] for w, d in reading["dates"]]
        given = [row for row in given if row[0] in sessions]
    else:
        given = reading[table]
    last = len(columns) - 1
    return {tuple(names.of_word(row[c], table in PLACES and i == last) for i, c in enumerate(columns)) for row in given}


def differences(graph: Graph) -> Iterator[str]:
    """Every row that the reading has and the graph has not, or the reverse."""
    reading = yaml.safe_load(READING.read_text(encoding="utf-8"))
    store = graph.store()
    names = Names(store, graph.base)
    for table, (pattern, _) in TABLES.items():
        query = pattern.replace("<R/", "<https://w3id.org/congress-kg/role/")
        held = {tuple(names.of_term(term) if term else "" for term in found) for found in select(store, query)}
        read = rows_of(table, reading, names)
        yield from (f"{table}: the text says {row}" for row in sorted(read - held))
        yield from (f"{table}: the facts say {row}" for row in sorted(held - read))
