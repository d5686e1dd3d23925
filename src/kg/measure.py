"""Measures of a view's network, by networkx: who has most links, who lies between, what falls apart without whom.

Measured are the node types that the view names (:attr:`kg.view.View.among`), as a simple undirected network: parallel
links become one whose weight is their number, and a node's link to itself counts for nothing. Ties are kept as ties.
The same network gives the same measures on every run, whatever the order of its nodes.

Terms are those of networkx: `centrality <https://networkx.org/documentation/stable/reference/algorithms/centrality.html>`_,
`articulation points and bridges <https://networkx.org/documentation/stable/reference/algorithms/component.html>`_,
`communities by greedy modularity <https://networkx.org/documentation/stable/reference/algorithms/community.html>`_
(Clauset, Newman and Moore 2004).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

    from kg.network import Graph

    Simple: TypeAlias = nx.Graph[str]

__all__ = ["Bridge", "Cut", "Measures", "communities", "measure", "simple"]

#: Measures are compared as they are told to people, not by the last bit of a sum.
DIGITS = 9


@dataclass(frozen=True, slots=True)
class Cut:
    """What a node holds together: without it, its piece is in ``pieces``, ``severed`` nodes of which are not in the
    largest.
    """

    pieces: int
    severed: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """A pair of nodes, in order, whose link alone holds two sides together; ``severed`` is the size of the smaller."""

    ends: tuple[str, str]
    severed: int


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured. Nodes are IRIs; whatever has several of them is sorted, larger parts first.

    ``types`` has all nodes measured; ``pairs`` is the number of pairs linked. ``degree`` counts the nodes that one is
    linked to, ``links`` the links themselves. ``betweenness`` is the share of the shortest ways between two others,
    averaged over all pairs of others, from 0 to 1. ``kinds`` has the kinds of nodes that have some, ``near`` those of
    their neighbours. ``cuts`` are the articulation points; ``bridges`` all bridges whose ends have kinds, and none in
    common.
    """

    types: Mapping[str, str]
    pairs: int
    degree: Mapping[str, int]
    links: Mapping[str, int]
    betweenness: Mapping[str, float]
    components: tuple[tuple[str, ...], ...]
    communities: tuple[tuple[str, ...], ...]
    within: Mapping[str, int]
    cuts: Mapping[str, Cut]
    bridges: tuple[Bridge, ...]
    kinds: Mapping[str, tuple[str, ...]]
    near: Mapping[str, tuple[str, ...]]


def simple(graph: Graph, among: Collection[str] | None = None) -> Simple:
    """The network with one undirected link per pair, its ``weight`` the number of links; sorted.

    ``among`` are the types of nodes that stay; all when it is None.
    """
    import networkx as nx

    found: Simple = nx.Graph()
    found.add_nodes_from(node for node, kind in sorted(graph.nodes(data="type")) if among is None or kind in among)
    for source, target in sorted(tuple(sorted(ends)) for ends in graph.edges()):
        if source != target and source in found and target in found:
            weight = found.get_edge_data(source, target, {"weight": 0})["weight"]
            found.add_edge(source, target, weight=weight + 1)
    return found


def communities(network: Simple) -> tuple[tuple[str, ...], ...]:
    """Groups of nodes more closely linked within than with the rest; a node without links is a group of its own.

    Nodes go by number while they are grouped, since networkx keeps some of them in sets, whose order is that of the
    numbers but not that of texts.
    """
    import networkx as nx

    nodes = sorted(network)
    numbers = {node: place for place, node in enumerate(nodes)}
    linked = nx.Graph()
    linked.add_nodes_from(sorted(numbers[node] for node, degree in network.degree() if degree))
    linked.add_weighted_edges_from(
        sorted((*sorted((numbers[a], numbers[b])), weight) for a, b, weight in network.edges(data="weight"))
    )
    groups = nx.community.greedy_modularity_communities(linked, weight="weight") if linked.size() else []
    alone = [(node,) for node, degree in network.degree() if not degree]
    return _largest_first([*([nodes[number] for number in group] for group in groups), *alone])


def _largest_first(groups: Sequence[Collection[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(sorted(group)) for group in groups), key=lambda group: (-len(group), group)))


def measure(graph: Graph, among: Collection[str], kinds: Mapping[str, Sequence[str]] | None = None) -> Measures:
    """Measure the nodes of the types in ``among``.

    ``kinds`` has what a node is a kind of, see :func:`kg.network.kinds_of`.
    """
    import networkx as nx

    network = simple(graph, among)
    between = nx.betweenness_centrality(network, normalized=True)
    groups = communities(network)
    place = {node: number for number, group in enumerate(groups) for node in group}
    own = {node: tuple(sorted(kinds[node])) for node in network if kinds and kinds.get(node)}
    near = {node: sorted({kind for other in network[node] for kind in own.get(other, ())}) for node in network}
    return Measures(
        types={node: graph.nodes[node]["type"] for node in network},
        pairs=network.number_of_edges(),
        degree=dict(network.degree()),
        links=dict(network.degree(weight="weight")),
        betweenness={node: round(between[node], DIGITS) for node in network},
        components=_largest_first(list(nx.connected_components(network))),
        communities=groups,
        within={node: sum(place[node] == place[other] for other in network[node]) for node in network},
        cuts=_cuts(network),
        bridges=_bridges(network, own),
        kinds=own,
        near={node: tuple(found) for node, found in near.items() if found},
    )


def _cuts(network: Simple) -> dict[str, Cut]:
    import networkx as nx

    found = {}
    for node in sorted(nx.articulation_points(network)):
        rest = network.subgraph(nx.node_connected_component(network, node) - {node})
        pieces = [len(piece) for piece in nx.connected_components(rest)]
        found[node] = Cut(len(pieces), sum(pieces) - max(pieces))
    return found


def _bridges(network: Simple, kinds: Mapping[str, Sequence[str]]) -> tuple[Bridge, ...]:
    import networkx as nx

    found = []
    for ends in sorted(tuple(sorted(pair)) for pair in nx.bridges(network)):
        one, other = (set(kinds.get(end, ())) for end in ends)
        if one and other and not one & other:
            whole = nx.node_connected_component(network, ends[0])
            cut = nx.restricted_view(network, [], [ends])
            side = len(nx.node_connected_component(cut, ends[0]))
            found.append(Bridge(ends, min(side, len(whole) - side)))
    return tuple(sorted(found, key=lambda bridge: (-bridge.severed, bridge.ends)))
