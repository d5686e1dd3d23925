"""Questions in SPARQL: the ready ones, and any other.

The engine is pyoxigraph, in a child process that can be stopped at any time. The plain graph is the default graph,
the graph with evidence is ``GRAPH kg:evidence``. A query that would leave the graph (SERVICE) is refused.
"""

from __future__ import annotations

from kg.query.bridge import from_rdflib, to_rdflib
from kg.query.engine import Answer, Graphs, run
from kg.query.question import Parameter, Question, Term, Thing, bind, has_header, load_questions, read_question

__all__ = [
    "Answer",
    "Graphs",
    "Parameter",
    "Question",
    "Term",
    "Thing",
    "bind",
    "from_rdflib",
    "has_header",
    "load_questions",
    "read_question",
    "run",
    "to_rdflib",
]
