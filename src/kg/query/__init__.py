"""Questions in SPARQL: the ready ones, and any other.

The engine is pyoxigraph, in a child process that can be stopped at any time. The plain graph is the default graph,
the graph with evidence is ``GRAPH kg:evidence``. A query that would leave the graph (SERVICE) is refused, unless that
is asked for.
"""

from __future__ import annotations

from kg.query.bridge import from_rdflib, to_rdflib
from kg.query.choices import choices
from kg.query.diagnose import SECONDS, Cause, why_empty
from kg.query.engine import Engine, Graphs, run
from kg.query.evidence import Evidence, Passage, Standing, evidence_lines, nodes_behind, read_evidence
from kg.query.question import (
    Parameter,
    Question,
    Term,
    Thing,
    bind,
    has_header,
    load_groups,
    load_questions,
    read_question,
)
from kg.query.results import Answer, Cell, shown, to_markdown
from kg.query.terms import Unknown, unknown_terms

__all__ = [
    "SECONDS",
    "Answer",
    "Cause",
    "Cell",
    "Engine",
    "Evidence",
    "Graphs",
    "Parameter",
    "Passage",
    "Question",
    "Standing",
    "Term",
    "Thing",
    "Unknown",
    "bind",
    "choices",
    "evidence_lines",
    "from_rdflib",
    "has_header",
    "load_groups",
    "load_questions",
    "nodes_behind",
    "read_evidence",
    "read_question",
    "run",
    "shown",
    "to_markdown",
    "to_rdflib",
    "unknown_terms",
    "why_empty",
]
