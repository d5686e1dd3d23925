"""The child that holds the engine: reads from its standard input, writes results to its standard output.

First comes the job, then any number of queries, each with the terms to put in; each gets one result, in their order.
The child ends when its parent does: a thread waits for the end of the input, which comes with the parent's.
Results are pairs of a word and what goes with it: ``rows`` (SPARQL results JSON), ``truth``, ``triples`` (N-Triples),
``syntax`` (a message, a place counted in code points, the word there), ``thing`` (what the user named, the nearest)
or ``failed`` (a message).
"""

from __future__ import annotations

import os
import pickle
import queue
import re
import sys
import threading
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import pyoxigraph as ox

from kg.prefixes import RDF, RDFS, SKOS
from kg.query.engine import Job
from kg.query.question import Term, Thing
from kg.query.tokens import substitute, words_of

LABELS = ("https://schema.org/name", SKOS + "prefLabel", SKOS + "altLabel", RDFS + "label")
#: More than the longest keyword: the engine says of a keyword that does not fit that it failed where it would end.
PADDING = " " * 40
_PLACE = re.compile(r"error at (\d+):(\d+): (?:expected )?(?:one of )?(.*)", re.DOTALL)
#: What the engine says in words, and not as a list of what could come next.
_SENTENCE = re.compile(r"Prefix not found|[A-Z][a-z]+ [^\[\]\"]*")

Result = tuple[str, Any]
Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


class _UnknownThingError(Exception):
    """The user named a thing that the graph does not have."""


class _Asked:
    """The graphs of a job, loaded when the first query that is one comes."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.store: ox.Store | None = None

    def answer(self, text: str, terms: Mapping[str, Term]) -> Result:
        """Check the query, put the values in, ask."""
        fault = _fault(text, self.job)
        if fault is not None:
            return "syntax", fault
        if self.store is None:
            self.store = _load(self.job)
        store = self.store
        try:
            found = {name: str(_found(term, store, self.job.base)) for name, term in terms.items()}
        except _UnknownThingError as unknown:
            return "thing", unknown.args
        return _results(_query(store, substitute(text, found) if found else text, self.job))


def _query(store: ox.Store, text: str, job: Job) -> Results:
    return store.query(text, prefixes=dict(job.prefixes), base_iri=job.base)


def _load(job: Job) -> ox.Store:
    store = ox.Store()
    for graph, source in job.graphs:
        name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        if isinstance(source, bytes):
            store.bulk_load(source, format=ox.RdfFormat.N_TRIPLES, to_graph=name)
        else:
            store.bulk_load(path=source, format=ox.RdfFormat.TURTLE, to_graph=name)
    return store


def _results(results: Results) -> Result:
    if isinstance(results, ox.QueryBoolean):
        return "truth", bool(results)
    if isinstance(results, ox.QueryTriples):
        return "triples", results.serialize(format=ox.RdfFormat.N_TRIPLES)
    return "rows", results.serialize(format=ox.QueryResultsFormat.JSON)


# ------------------------------------------------------------------ things by name


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


def _found(term: Term, store: ox.Store, base: str) -> ox.NamedNode | ox.Literal:
    """The node that a thing is: by its IRI or id, else by the end of its id or by a name, if one only fits."""
    if not isinstance(term, Thing):
        return term
    kind = ox.NamedNode(term.class_iri) if term.class_iri else None
    described = store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), kind, ox.DefaultGraph())
    nodes = {quad.subject.value: quad.subject for quad in described if isinstance(quad.subject, ox.NamedNode)}
    for iri in (term.text, base + term.text):
        if iri in nodes:
            return nodes[iri]
    words = _words(nodes, store, base)
    fitting = words.get(_folded(term.text), set())
    if len(fitting) == 1:
        return nodes[next(iter(fitting))]
    near = fitting or {
        iri for word in get_close_matches(_folded(term.text), words, n=3, cutoff=0.5) for iri in words[word]
    }
    if not near and len(nodes) <= 12:  # few enough to name them all
        near = set(nodes)
    raise _UnknownThingError(term.parameter, term.text, tuple(sorted(iri.removeprefix(base) for iri in near)))


def _words(nodes: Mapping[str, ox.NamedNode], store: ox.Store, base: str) -> dict[str, set[str]]:
    """Each word by which a node may be named, folded, with the nodes that it names."""
    words: dict[str, set[str]] = {}
    for iri, node in nodes.items():
        local = iri.removeprefix(base)
        names = [local, local.rpartition("/")[2]]
        for label in LABELS:
            labelled = store.quads_for_pattern(node, ox.NamedNode(label), None, ox.DefaultGraph())
            names += [quad.object.value for quad in labelled if isinstance(quad.object, ox.Literal)]
        for name in names:
            words.setdefault(_folded(name), set()).add(iri)
    return words


# ------------------------------------------------------------------ syntax errors


def _fault(text: str, job: Job) -> tuple[str, int, str] | None:
    """What is wrong with a query, where, and the word there; None when it is a query.

    The engine names a place far behind the fault, so the fault is searched: the first word after which the text,
    filled up with blanks, no longer fails at its end.
    """
    message = _complaint(text, job)
    if message is None:
        return None
    pieces = words_of(text)
    open_string = next((t for t in pieces if t.kind == "sign" and t.text in ("'", '"')), None)
    if open_string is not None:
        return "string", open_string.start, open_string.text
    low, high = 0, len(pieces)  # the first `low` words can begin a query; the first `high + 1` cannot
    while low < high:
        middle = (low + high) // 2
        if _can_begin(text[: pieces[middle].end], job):
            low = middle + 1
        else:
            high = middle
    if low == len(pieces):
        sentence = _sentence(message)
        return (sentence or "end"), len(text.rstrip()), ""
    piece = pieces[low]
    said = _sentence(_complaint(text[: piece.end] + PADDING, job) or "")
    return said or "word", piece.start, piece.text


def _complaint(text: str, job: Job) -> str | None:
    try:
        _query(ox.Store(), text, job)
    except SyntaxError as error:
        return str(error)
    return None


def _can_begin(text: str, job: Job) -> bool:
    message = _complaint(text + PADDING, job)
    place = _PLACE.match(message) if message is not None else None
    if place is None:
        return True
    lines = (text + PADDING).split("\n")
    return (int(place.group(1)), int(place.group(2))) >= (len(lines), len(lines[-1]) + 1)


def _sentence(message: str) -> str:
    place = _PLACE.match(message)
    found = _SENTENCE.match(place.group(3)) if place else None
    return found.group().rstrip(", ") if found else ""


# ------------------------------------------------------------------ in and out


def _listen(queries: queue.SimpleQueue[tuple[str, Mapping[str, Term]]]) -> None:
    """Take in queries until the input ends, and then end everything at once."""
    try:
        while True:
            queries.put(pickle.load(sys.stdin.buffer))  # noqa: S301 - written by our own parent
    finally:
        os._exit(0)


def main() -> None:
    """Answer what stands in the standard input, until its end."""
    asked = _Asked(pickle.load(sys.stdin.buffer))  # noqa: S301 - written by our own parent, nobody else has this pipe
    queries: queue.SimpleQueue[tuple[str, Mapping[str, Term]]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(queries,), daemon=True).start()
    while True:
        text, terms = queries.get()
        try:
            result = asked.answer(text, terms)
        except (ValueError, OSError, RuntimeError, SyntaxError, MemoryError) as error:
            result = ("failed", str(error) or type(error).__name__)
        pickle.dump(result, sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
