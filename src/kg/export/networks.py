"""A drawing as GraphML and as GEXF, by networkx; without clock and without version, which networkx would write.

http://graphml.graphdrawing.org/specification.html, https://gexf.net/schema.html (version 1.3)
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from kg.export.built import Built
from kg.export.drawing import Cell, Drawing, Link, Node, draw
from kg.export.made import Loss, Made, Options, xml_safe, xml_text

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["gexf", "graphml"]

#: The shapes of GEXF; the page has more.
SHAPES = {"dot": "disc", "diamond": "diamond", "square": "square", "triangle": "triangle"}
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def graphml(built: Built, options: Options) -> Made:
    """GraphML; places, sizes and colours are attributes by the names that Gephi and others know (x, y, size, r, g, b).

    Ids of attributes are ours, since Gephi takes some of those that networkx counts out for labels of yEd (d3, d7).
    """
    from networkx.readwrite.graphml import GraphMLWriter

    drawing = draw(built, options)
    losses = _Texts()
    graph = _graph(drawing)
    for node in drawing.nodes:
        look: dict[str, Cell] = {"x": float(node.x), "y": float(node.y), "size": float(node.size), **_rgb(node.color)}
        graph.add_node(node.id, **losses.safe({"label": node.label, **look, **node.attributes}, node.id))
    for link in drawing.links:
        shown: dict[str, Cell] = {"label": link.label, "weight": 1.0, **_rgb(link.color)}
        graph.add_edge(link.source, link.target, key=link.id, **losses.safe({**shown, **link.attributes}, link.id))
    writer = GraphMLWriter(graph)
    names = {key.get("id"): f"{key.get('for')}.{place}" for place, key in enumerate(writer.xml.iter("key"))}
    for key in writer.xml.iter("key"):
        key.set("id", names[key.get("id")])
    for data in writer.xml.iter("data"):
        data.set("key", names[data.get("key")])
    return Made({"graph.graphml": _text(writer)}, (*drawing.losses, *losses.found(built)))


def gexf(built: Built, options: Options) -> Made:
    """GEXF 1.3. The kind of a link is its ``kind``, so that Gephi keeps parallel links apart."""
    from networkx.readwrite.gexf import GEXFWriter

    drawing = draw(built, options)
    losses = _Texts()
    graph = _graph(drawing)
    for node in drawing.nodes:
        graph.add_node(node.id, label=xml_text(node.label), viz=_viz(node), **losses.safe(node.attributes, node.id))
    for link in drawing.links:
        shown = {
            "id": link.id,
            "label": xml_text(link.label),
            "weight": 1.0,
            "viz": {"color": {**_rgb(link.color), "a": 1.0}},
        }
        graph.add_edge(link.source, link.target, key=link.id, **shown, **losses.safe(link.attributes, link.id))
    writer = GEXFWriter(graph, version="1.3")
    _clean(writer.xml, drawing.links)
    shapes = sorted({node.shape for node in drawing.nodes} - SHAPES.keys())
    shaped = [Loss("lost_shapes", {"shapes": ", ".join(shapes)})] if shapes else []
    return Made({"graph.gexf": _text(writer)}, (*drawing.losses, *shaped, *losses.found(built)))


def _clean(root: ET.Element, links: tuple[Link, ...]) -> None:
    """Take out what networkx adds of its own (clock, version, keys), put in the kind of links."""
    for meta in root.findall("meta"):
        root.remove(meta)
    root.set("xmlns:xsi", XSI)
    kinds = {link.id: link.kind for link in links}
    for edge in root.iter("edge"):  # networkx leaves our elements without a namespace
        edge.set("kind", kinds[edge.get("id", "")])
    for attributes in root.iter("attributes"):
        for key in [a for a in attributes if a.get("title") == "networkx_key"]:
            attributes.remove(key)
            for values in (v for edge in root.iter("edge") for v in edge.iter("attvalues")):
                for value in [v for v in values if v.get("for") == key.get("id")]:
                    values.remove(value)


def _graph(drawing: Drawing) -> nx.MultiDiGraph[str]:
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=drawing.view.name)
    return graph


def _viz(node: Node) -> dict[str, object]:
    look: dict[str, object] = {"color": {**_rgb(node.color), "a": 1.0}, "size": float(node.size)}
    look["position"] = {"x": float(node.x), "y": float(node.y), "z": 0.0}
    return look | {"shape": SHAPES[node.shape]} if node.shape in SHAPES else look


def _rgb(color: str) -> dict[str, int]:
    """The three parts of ``#rrggbb``."""
    return {name: int(color[place : place + 2], 16) for name, place in (("r", 1), ("g", 3), ("b", 5))}


def _text(writer: object) -> str:
    """The tree as text, after networkx has indented it; references keep line ends inside of texts."""
    dump = getattr(writer, "dump", None) or getattr(writer, "write", None)
    stream = io.BytesIO()
    if dump is not None:
        dump(stream)
    return stream.getvalue().decode("utf-8").replace("\r", "&#13;") + "\n"


class _Texts:
    """Attributes that XML can carry; the others are kept account of.

    A label repeats what an attribute says, so it stays, with a mark where a character was.
    """

    def __init__(self) -> None:
        self.dropped: list[str] = []

    def safe(self, attributes: Mapping[str, Cell], thing: str) -> dict[str, Cell]:
        labels = {k: xml_text(v) for k, v in attributes.items() if k.startswith("label") and isinstance(v, str)}
        kept = {k: v for k, v in {**attributes, **labels}.items() if not isinstance(v, str) or xml_safe(v)}
        self.dropped += [f"{thing} · {name}" for name in attributes.keys() - kept.keys()]
        return kept

    def found(self, built: Built) -> list[Loss]:
        dropped = sorted(self.dropped)
        if not dropped:
            return []
        return [Loss("lost_characters", {"count": len(dropped), "example": dropped[0].removeprefix(built.base)})]
