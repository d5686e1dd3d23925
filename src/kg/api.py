"""The steps as functions, for programs and notebooks: load, read, build, ask, draw, hand on.

``import kg`` gives all of it. A :class:`KnowledgeGraph` is what the steps work on: it is made from facts
(:func:`load`), from the output of a build (:func:`read`) or from an rdflib graph (:meth:`KnowledgeGraph.of_rdflib`),
and never changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.check import check
from kg.config import DEFAULT_BASE, Settings, find_data, load_settings
from kg.dossier import read_dossier
from kg.errors import Problem, UsageError
from kg.export import FORMATS, Built, Made, Options
from kg.graph import EVIDENCE
from kg.messages import choose
from kg.network import project
from kg.ontology import Ontology, load_ontology
from kg.pipeline import build as build_outputs
from kg.pipeline import passages as passages_of
from kg.prefixes import XSD
from kg.query import (
    Answer,
    Graphs,
    Question,
    bind,
    from_rdflib,
    has_header,
    load_questions,
    read_question,
    run,
    to_rdflib,
)
from kg.query.tokens import nearest
from kg.render import page
from kg.report import Report
from kg.turtle import to_turtle
from kg.view import View, load_views

if TYPE_CHECKING:
    import networkx as nx
    import pandas
    import rdflib

__all__ = ["KnowledgeGraph", "build", "load", "questions", "read", "views"]

Value = str | int | float | Decimal | bool | date | datetime | None
#: How high a graph is shown in a notebook, in pixels.
HEIGHT = 640


@dataclass(frozen=True)
class KnowledgeGraph:
    """A graph ready to be asked, drawn and handed on; the plain graph, and the one with its evidence.

    ``problems`` are the warnings of the check, ``passages`` the words of cited passages by the IRI of the passage
    (empty when no source was at hand).

    >>> graph = load("data/demo/facts", sources="data/demo/sources")
    >>> graph  # doctest: +ELLIPSIS
    KnowledgeGraph(... triples, with evidence)
    >>> graph.query("ASK { ?who schema:name 'Côme Vasselin' }").truth
    True
    """

    graphs: Graphs
    base: str = DEFAULT_BASE
    problems: tuple[Problem, ...] = ()
    passages: Mapping[str, str] = field(default_factory=dict)

    # -- from elsewhere -----------------------------------------------------------------------------------------

    @classmethod
    def of_rdflib(cls, graph: rdflib.Graph, base: str = DEFAULT_BASE) -> KnowledgeGraph:
        """From an ``rdflib.Graph``, or a ``Dataset`` whose default graph is the plain one.

        The evidence of a ``Dataset`` is its graph ``kg:evidence``.
        """
        return cls(from_rdflib(graph), base)

    # -- what it holds -----------------------------------------------------------------------------------------

    @cached_property
    def store(self) -> ox.Store:
        """The graph in a pyoxigraph store: the plain graph is the default one, the other ``kg:evidence``."""
        store = ox.Store()
        named = ((self.graphs.plain, ox.DefaultGraph()), (self.graphs.evidence, ox.NamedNode(EVIDENCE)))
        for source, name in named:
            if isinstance(source, bytes):
                store.bulk_load(source, format=ox.RdfFormat.N_TRIPLES, to_graph=name)
            elif source is not None:
                store.bulk_load(path=str(source), format=ox.RdfFormat.TURTLE, to_graph=name)
        return store

    @cached_property
    def ontology(self) -> Ontology:
        """The classes, keys, labels and closed lists that the graph is written in."""
        return load_ontology()

    def __len__(self) -> int:
        """How many triples the plain graph has."""
        return sum(1 for _ in self._plain())

    def _plain(self) -> Iterator[ox.Triple]:
        return (quad.triple for quad in self.store.quads_for_pattern(None, None, None, ox.DefaultGraph()))

    def turtle(self) -> str:
        """The plain graph as Turtle: sorted, prefixed, the same for the same triples."""
        return to_turtle(self._plain(), self.ontology.prefixes, self.base)

    def to_rdflib(self) -> rdflib.Dataset:
        """The graph as an ``rdflib.Dataset``: the default graph, and ``kg:evidence``."""
        return to_rdflib(self.graphs)

    # -- asking ------------------------------------------------------------------------------------------------

    def query(self, question: str, *, lang: str = "en", timeout: float | None = None, **parameters: str) -> Answer:
        """Ask a ready question by its name, or a query in SPARQL, in a process of its own.

        ``parameters`` are those of the ready question; ``lang`` is the language of its labels. ``timeout`` is in
        seconds. All prefixes are declared, and ``<…>`` starts from the base of ids.

        Raises:
            UsageError: no such question, a wrong parameter, a syntax error (with its place), or the time is up.
        """
        ready = questions()
        asked = ready.get(question)
        if asked is None and has_header(question):
            asked = read_question("query", question)
        if asked is None and not any(sign in question for sign in " \t\n{"):
            raise UsageError("query.unknown_question", name=question, near=nearest(question, ready))
        if asked is None and parameters:
            raise UsageError("query.no_parameters")
        terms = bind(asked, parameters, self.ontology, lang) if asked else {}
        text = asked.text if asked else question
        return run(self.graphs, text, terms, prefixes=self.ontology.prefixes, base=self.base, timeout=timeout)

    def rows(
        self, question: str, *, lang: str = "en", timeout: float | None = None, **parameters: str
    ) -> list[dict[str, Value]]:
        """The rows of an answer as dictionaries of Python values: text, numbers, dates, None where nothing is bound.

        Raises:
            UsageError: as :meth:`query`; or the question has no rows.
        """
        answer = self.query(question, lang=lang, timeout=timeout, **parameters)
        if answer.truth is not None or answer.triples is not None:
            raise UsageError("query.not_rows")
        return [dict(zip(answer.variables, map(_value, row), strict=True)) for row in answer.rows]

    def frame(
        self, question: str, *, lang: str = "en", timeout: float | None = None, **parameters: str
    ) -> pandas.DataFrame:
        """The rows of an answer as a data frame; pandas has to be installed (``congress-kg[frame]``).

        Raises:
            UsageError: as :meth:`rows`; or pandas is missing.
        """
        try:
            import pandas
        except ImportError as error:
            raise UsageError("api.no_pandas") from error
        answer = self.query(question, lang=lang, timeout=timeout, **parameters)
        if answer.truth is not None or answer.triples is not None:
            raise UsageError("query.not_rows")
        return pandas.DataFrame([list(map(_value, row)) for row in answer.rows], columns=list(answer.variables))

    # -- drawing -----------------------------------------------------------------------------------------------

    def network(self, view: str = "", *, lang: str = "en") -> nx.MultiDiGraph[str]:
        """A view as a networkx graph: nodes by IRI, parallel links kept; the first view when none is named.

        Nodes have a ``label`` in ``lang`` and a ``type`` of the view, links a ``link`` (a word of the view) and
        ``labels`` by language; :func:`kg.network.project` says the rest.

        Raises:
            UsageError: there is no such view.
        """
        known = views()
        if view and view not in known:
            raise UsageError("api.no_view", name=view, known=", ".join(known))
        graph = project(known[view] if view else next(iter(known.values())), self.store, self.ontology)
        things = read_dossier(self.store, self.ontology).things
        for node, data in graph.nodes(data=True):
            data["label"] = choose(things[node].labels, lang) if node in things else node
        return graph

    def html(self, lang: str = "en") -> str:
        """The interactive page, which needs no network; it opens in ``lang``."""
        shown = tuple(views().values())
        return page(self.store, self.ontology, shown, passages=self.passages or None, lang=lang)

    # -- handing on --------------------------------------------------------------------------------------------

    def export(self, form: str, options: Options | None = None) -> Made:
        """The graph in a format of ``kg export --list``: files by name, and what they could not carry.

        Raises:
            UsageError: there is no such format, or it is nothing without the evidence that the graph lacks.
        """
        chosen = FORMATS.get(form)
        if chosen is None:
            raise UsageError("api.no_format", name=form, known=", ".join(FORMATS))
        wanted = options or Options()
        if self.graphs.evidence is None and (chosen.by_evidence or wanted.evidence):
            raise UsageError("export.no_evidence", folder="KnowledgeGraph")
        evidence = self.store.quads_for_pattern(None, None, None, ox.NamedNode(EVIDENCE))
        built = Built(frozenset(self._plain()), frozenset(q.triple for q in evidence), self.base, self.ontology, Path())
        return chosen.make(built, wanted)

    # -- showing itself ----------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        evidence = "without evidence" if self.graphs.evidence is None else "with evidence"
        return f"KnowledgeGraph({len(self)} triples, {evidence})"

    def _repr_html_(self) -> str:
        """What a notebook shows: the page in a frame of its own, shut off from the notebook."""
        inner = escape(self.html(), quote=True)
        return (
            f'<iframe title="{escape(repr(self), quote=True)}" srcdoc="{inner}" sandbox="allow-scripts" '
            f'style="width:100%;height:{HEIGHT}px;border:1px solid #ccc"></iframe>'
        )


# ------------------------------------------------------------------ the steps


def load(
    facts: str | Path | None = None,
    *,
    sources: str | Path | None = None,
    base: str | None = None,
    folder: str | Path = ".",
) -> KnowledgeGraph:
    """Read, check, map and validate the facts of the project in ``folder``; nothing is written.

    ``facts`` (a file, or a folder with all below it), ``sources`` (the source texts, so that passages can be shown)
    and ``base`` (of ids) win over ``kg.toml``. What ``withheld.yaml`` of the project names is left out.

    Raises:
        DataError: with all problems of all files, each with its place.
        UsageError: the settings are wrong.
    """
    settings = _settings(folder, facts=facts, sources=sources, base=base)
    checked = check(settings, Path(folder))
    graphs = Graphs(_lines(checked.graph.plain), _lines(checked.graph.evidence))
    return KnowledgeGraph(graphs, settings.base, checked.problems, passages_of(checked))


def read(output: str | Path = "output", *, base: str = DEFAULT_BASE) -> KnowledgeGraph:
    """The graph that a build wrote into a folder.

    Raises:
        UsageError: the folder holds none.
    """
    return KnowledgeGraph(Graphs.of_folder(Path(output)), base)


def build(
    facts: str | Path | None = None,
    *,
    sources: str | Path | None = None,
    output: str | Path | None = None,
    base: str | None = None,
    folder: str | Path = ".",
) -> Report:
    """What ``kg build`` does: check the facts and write graph, evidence, page and report; the report in numbers.

    Raises:
        DataError: the facts hold errors; the outputs are as they were.
        UsageError: the outputs cannot be written.
    """
    return build_outputs(_settings(folder, facts=facts, sources=sources, output=output, base=base), Path(folder))


def questions() -> dict[str, Question]:
    """The ready questions by name, in the order of their list."""
    return load_questions(find_data("queries"))


def views() -> dict[str, View]:
    """The views by name; the first is the one that a page opens with."""
    return {view.name: view for view in load_views(find_data("views"))}


def _settings(folder: str | Path, **given: str | Path | None) -> Settings:
    """The project's settings; paths given are the caller's own, not the project's."""
    root = Path(folder)
    told = {k: str(v) if k == "base" else _seen_from(Path(v), root) for k, v in given.items() if v is not None}
    return load_settings(root, **told)


def _seen_from(path: Path, root: Path) -> str:
    return path.as_posix() if path.is_absolute() or root == Path() else path.resolve().as_posix()


def _lines(triples: Iterable[ox.Triple]) -> bytes:
    """Triples as N-Triples, sorted."""
    return "".join(sorted(f"{triple} .\n" for triple in triples)).encode("utf-8")


def _value(term: object) -> Value:
    """A term as a Python value: numbers, truth values and dates by their datatype, anything else as text."""
    if not isinstance(term, ox.Literal):
        return None if term is None else str(getattr(term, "value", term))
    kind = term.datatype.value.removeprefix(XSD)
    try:
        return _PYTHON[kind](term.value) if kind in _PYTHON else term.value
    except (ValueError, ArithmeticError):
        return term.value


_PYTHON: Mapping[str, Callable[[str], Value]] = {
    "integer": int,
    "nonNegativeInteger": int,
    "decimal": Decimal,
    "double": float,
    "boolean": lambda text: text in ("true", "1"),
    "date": date.fromisoformat,
    "dateTime": datetime.fromisoformat,
}
