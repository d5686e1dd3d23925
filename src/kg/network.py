"""The part of the graph that a view shows, as a network.

:func:`project` gives a :class:`networkx.MultiDiGraph`; parallel links are kept, and the same graph gives the same
nodes, links, keys and order on every run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from kg.errors import ProductError
from kg.messages import LANGUAGES
from kg.ontology import Ontology
from kg.prefixes import KG, RDF, curie
from kg.view import REST, Filter, View

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = nx.MultiDiGraph[str]

__all__ = ["kinds_of", "open_store", "project", "reach"]


def open_store(plain: Path, evidence: Path | None) -> ox.Store:
    """What a build wrote, as :meth:`kg.graph.Graph.store` gives it: evidence in the graph ``kg:evidence``.

    Raises:
        OSError: a file cannot be read.
        SyntaxError: a file is no Turtle.
    """
    store = ox.Store()
    store.bulk_load(path=plain, format=ox.RdfFormat.TURTLE)
    if evidence is not None:
        store.bulk_load(path=evidence, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(KG + "evidence"))
    return store


def _rows(view: View, store: ox.Store, ontology: Ontology) -> list[dict[str, ox.NamedNode | ox.Literal]]:
    """The rows of the view's query, sorted, so that the store's own order does not show."""
    try:
        solutions = store.query(view.query, prefixes=dict(ontology.prefixes))
    except SyntaxError as error:
        raise ProductError("views.bad", file=f"{view.name}.rq", where="/", why=str(error)) from error
    if not isinstance(solutions, ox.QuerySolutions):
        raise ProductError("views.bad", file=f"{view.name}.rq", where="/", why="a SELECT is wanted")
    names = [v.value for v in solutions.variables]
    if not {"source", "link", "target"} <= set(names):
        raise ProductError("views.bad", file=f"{view.name}.rq", where="/", why="?source ?link ?target are wanted")
    rows = [{n: v for n in names if isinstance(v := row[n], ox.NamedNode | ox.Literal)} for row in solutions]
    for name, term in ((n, row[n]) for row in rows for n in ("source", "target", "via", "scope") if n in row):
        if not isinstance(term, ox.NamedNode):
            why = f"?{name} is the text “{term.value}”, where a node is wanted"
            raise ProductError("views.bad", file=f"{view.name}.rq", where="/", why=why)
    return sorted(rows, key=lambda row: [str(row.get(n, "")) for n in names])


def classes_of(node: str, store: ox.Store, ontology: Ontology) -> list[str]:
    """The classes of a node and all above them, sorted."""
    quads = store.quads_for_pattern(ox.NamedNode(node), ox.NamedNode(RDF + "type"), None, ox.DefaultGraph())
    direct = {q.object.value for q in quads if isinstance(q.object, ox.NamedNode)}
    return sorted(direct.union(*(ontology.superclasses(iri) for iri in direct)))


def project(view: View, store: ox.Store, ontology: Ontology) -> Graph:
    """The part of the store that a view shows.

    Nodes are IRIs with ``type`` (key of the view), ``ring`` and ``scopes`` (of rows that name them alone); links have
    ``link`` (a word of the view or a CURIE), ``labels`` (by language), ``via`` (IRI or ""), ``notes`` (wordings,
    sorted) and ``scopes`` (IRIs, sorted). Rows that differ only in note or scope are one link.

    Raises:
        ProductError: the query is no SELECT of the agreed variables, or names a link that the view does not.
    """
    import networkx as nx

    graph: Graph = nx.MultiDiGraph(name=view.name)
    rows = _rows(view, store, ontology)
    ends = {row[name].value for row in rows for name in ("source", "target") if name in row}
    for node in sorted(ends):
        kind = view.type_of(classes_of(node, store, ontology), ontology)
        graph.add_node(node, type=kind.key, ring=kind.ring, scopes=())
    for row in rows:
        if "target" not in row or "link" not in row:
            if "source" in row and "scope" in row:
                alone = graph.nodes[row["source"].value]
                alone["scopes"] = tuple(sorted({*alone["scopes"], row["scope"].value}))
            continue
        word, ends_of = curie(row["link"].value, ontology.prefixes), (row["source"].value, row["target"].value)
        # The word and the node it stands for tell parallel links apart, the same on every run.
        key = f"{word} {row['via'].value}" if "via" in row else word
        if not graph.has_edge(*ends_of, key=key):
            kind_of = view.links.get(word) or view.links.get(REST)
            if kind_of is None:
                raise ProductError("views.bad", file=f"{view.name}.yaml", where="/links", why=f"no link type {word}")
            iri = row["link"].value
            labels = kind_of.labels or {lang: ontology.label(iri, lang) for lang in sorted(LANGUAGES)}
            via = row["via"].value if "via" in row else ""
            graph.add_edge(*ends_of, key=key, link=word, labels=labels, via=via, notes=(), scopes=())
        link = graph.edges[(*ends_of, key)]
        for name, held in (("note", "notes"), ("scope", "scopes")):
            if name in row:
                link[held] = tuple(sorted({*link[held], row[name].value}))
    return graph


def kinds_of(graph: Graph, view: View, store: ox.Store, ontology: Ontology) -> dict[str, tuple[str, ...]]:
    """What each node is a kind of, as the view says: IRIs or texts, sorted; nodes without any are left out.

    Raises:
        ProductError: a path of the view is no property path.
    """
    found: dict[str, set[str]] = {}
    for key, path in view.kinds.paths.items() if view.kinds else ():
        query = f"SELECT ?node ?kind WHERE {{ ?node {path} ?kind }}"
        try:
            solutions = store.query(query, prefixes=dict(ontology.prefixes))
        except SyntaxError as error:
            where = f"/measures/kinds/paths/{key}"
            raise ProductError("views.bad", file=f"{view.name}.yaml", where=where, why=str(error)) from error
        for row in solutions if isinstance(solutions, ox.QuerySolutions) else ():
            node, kind = row["node"], row["kind"]
            if not isinstance(node, ox.NamedNode) or not isinstance(kind, ox.NamedNode | ox.Literal):
                continue
            if node.value in graph and graph.nodes[node.value]["type"] == key:
                found.setdefault(node.value, set()).add(kind.value)
    return {node: tuple(sorted(found[node])) for node in sorted(found)}


def reach(graph: Graph, view_filter: Filter) -> dict[str, list[str]]:
    """For each node that a filter may choose, sorted: what it keeps, sorted.

    For a node of the filter's type these are the node itself, its neighbours, what is reached through nodes of the
    types that the filter lets through, and what holds for it; for a filter of scopes, only what holds for the scope.
    """
    scoped: dict[str, set[str]] = {}
    for node, data in graph.nodes(data=True):
        for scope in data["scopes"]:
            scoped.setdefault(scope, set()).add(node)
    for source, target, data in graph.edges(data=True):
        for scope in data["scopes"]:
            scoped.setdefault(scope, set()).update((source, target))
    if not view_filter.type:
        return {scope: sorted(scoped[scope]) for scope in sorted(scoped)}
    chosen = sorted(node for node, data in graph.nodes(data=True) if data["type"] == view_filter.type)
    return {start: sorted(_around(graph, start, view_filter.through) | scoped.get(start, set())) for start in chosen}


def _around(graph: Graph, start: str, through: tuple[str, ...]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        for near in {*graph.successors(node), *graph.predecessors(node)} - seen:
            seen.add(near)
            if graph.nodes[near]["type"] in through:
                waiting.append(near)
    return seen
