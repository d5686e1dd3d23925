"""GraphML and GEXF read back by networkx: every node, link and attribute, and by them every triple about a node."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

import networkx as nx
import pyoxigraph as ox
import pytest

from exported import BASE, PROJECTS, made, of_turtle, project, said_of_link, said_of_node, text_of
from kg.config import find_data
from kg.errors import UsageError
from kg.export import Made, Options
from kg.export.drawing import Drawing, draw, join, split
from kg.network import project as project_view
from kg.view import load_views

VIEWS = [view.name for view in load_views(find_data("views"))]
FORMS = ("graphml", "gexf")
every = pytest.mark.parametrize("name", PROJECTS)
view_of = pytest.mark.parametrize("view", VIEWS)
both = pytest.mark.parametrize("form", FORMS)


def read(text: str, form: str) -> Any:  # networkx has no types
    stream = io.BytesIO(text.encode("utf-8"))
    return nx.read_graphml(stream, force_multigraph=True) if form == "graphml" else nx.read_gexf(stream)


def links_of(graph: Any) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Links with their ids, whether networkx has made it a graph with parallel links or not."""
    if graph.is_multigraph():
        return [(a, b, data.get("id", key), data) for a, b, key, data in graph.edges(keys=True, data=True)]
    return [(a, b, data["id"], data) for a, b, data in graph.edges(data=True)]


def drawing(name: str, view: str) -> Drawing:
    return draw(project(name).built, Options(view=view))


@every
@view_of
@both
def test_networkx_reads_the_nodes_and_links_of_the_view(name: str, view: str, form: str) -> None:
    graph = read(text_of(project(name).built, form, view=view), form)
    wanted = next(v for v in load_views(find_data("views")) if v.name == view)
    shown = project_view(wanted, project(name).graph.store(), project(name).built.ontology)
    assert graph.is_directed()
    assert set(graph) == set(shown)
    assert Counter((a, b) for a, b, _, _ in links_of(graph)) == Counter((a, b) for a, b in shown.edges())
    ours = drawing(name, view)
    for node in ours.nodes:
        data = dict(graph.nodes[node.id])
        assert data.pop("label") == node.label
        look = data.pop("viz") if form == "gexf" else {key: data.pop(key) for key in ("x", "y", "size", "r", "g", "b")}
        place = look["position"] if form == "gexf" else look
        color = look["color"] if form == "gexf" else look
        assert (place["x"], place["y"], look["size"]) == (node.x, node.y, node.size)
        assert "#{r:02x}{g:02x}{b:02x}".format(**color) == node.color
        assert data == node.attributes
    found = {link: (a, b, data) for a, b, link, data in links_of(graph)}
    for link in ours.links:
        source, target, data = found[link.id]
        assert (source, target, data["label"], data["weight"]) == (link.source, link.target, link.label, 1.0)
        assert {key: data[key] for key in link.attributes} == link.attributes


@every
@view_of
@both
def test_every_triple_about_a_node_can_be_read_back(name: str, view: str, form: str) -> None:
    graph = read(text_of(project(name).built, form, view=view), form)
    said = {triple for node, data in graph.nodes(data=True) for triple in said_of_node(node, data)}
    said |= {triple for a, b, _, data in links_of(graph) for triple in said_of_link(a, b, data)}
    plain = project(name).graph.plain
    about = {t for t in plain if isinstance(t.subject, ox.NamedNode) and t.subject.value in graph}
    assert said == about
    lost = [loss for loss in drawing(name, view).losses if loss.key == "lost_outside"]
    assert [loss.params["count"] for loss in lost] == ([len(plain - about)] if plain - about else [])


TWICE = f"""
@base <{BASE}> . @prefix schema: <https://schema.org/> . @prefix kg: <https://w3id.org/congress-kg/ontology#> .
<a> a schema:ConferenceEvent ; schema:name "A|B \\\\ C" , " | " , "x" ; schema:superEvent <b> ; kg:previousEdition <b> ;
    schema:recordedIn <a> ; schema:position 3 ; schema:value 2.5 , 4.0 ; kg:free true .
<b> a schema:ConferenceEvent ; schema:value 2.50 ; schema:about <https://example.org/out> .
"""


@both
def test_parallel_links_and_loops_are_kept_apart(form: str) -> None:
    graph = read(text_of(of_turtle(TWICE), form), form)
    assert graph.is_multigraph()
    links = links_of(graph)
    ends = Counter((a.removeprefix(BASE), b.removeprefix(BASE)) for a, b, _, _ in links)
    assert ends == {("a", "b"): 2, ("a", "a"): 1}
    assert len({link for _, _, link, _ in links}) == 3
    assert {data["link"] for _, _, _, data in links} == {"schema:superEvent", "kg:previousEdition", "schema:recordedIn"}


@both
def test_attributes_are_typed_only_where_nothing_is_lost(form: str) -> None:
    data = read(text_of(of_turtle(TWICE), form), form).nodes[f"{BASE}a"]
    assert data["schema:position^^xsd:integer"] == 3
    assert data["kg:free^^xsd:boolean"] is True
    assert data["schema:value^^xsd:decimal"] == "2.5 | 4.0", "two values, and 2.50 at another node"
    assert split(data["schema:name"]) == [" | ", "A|B \\ C", "x"]


@pytest.mark.parametrize("values", [["a"], ["a | b", "\\", "|"], ["", ""], [" | ", "\\|"], ["a\\"]])
def test_joined_values_are_split_again(values: list[str]) -> None:
    assert split(join(values)) == values


def test_ids_of_links_stay_when_others_come() -> None:
    before = {link.id for link in draw(of_turtle(TWICE), Options()).links}
    more = TWICE + "<0> a schema:ConferenceEvent ; schema:superEvent <a> ."
    assert before < {link.id for link in draw(of_turtle(more), Options()).links}


@both
def test_no_clock_and_no_version_stand_in_the_file(form: str) -> None:
    text = text_of(project("demo").built, form)
    assert "networkx" not in text.lower()
    assert "lastmodified" not in text.lower()
    assert "creator" not in text.replace("schema:creator", "").lower()
    assert "\r" not in text


def elements(text: str, name: str) -> list[ET.Element]:
    root = ET.fromstring(text)  # noqa: S314 - written by ourselves
    return [element for element in root.iter() if element.tag.rpartition("}")[2] == name]


def test_gephi_finds_what_it_looks_for_in_graphml() -> None:
    keys = elements(text_of(project("demo").built, "graphml"), "key")
    ids = [key.get("id", "") for key in keys]
    assert len(set(ids)) == len(ids)
    assert not {"d3", "d7"} & set(ids), "Gephi takes these for the labels of yEd"
    names = {(key.get("for"), key.get("attr.name")) for key in keys}
    assert {("node", name) for name in ("label", "x", "y", "size", "r", "g", "b")} <= names
    assert {("edge", name) for name in ("label", "weight", "r", "g", "b")} <= names


def test_gephi_finds_what_it_looks_for_in_gexf() -> None:
    text = text_of(project("demo").built, "gexf", view="speakers")
    assert 'xmlns="http://gexf.net/1.3"' in text
    kinds = {edge.get("kind") for edge in elements(text, "edge")}
    assert kinds == {"at", "for", "part"}
    shapes = Counter(element.get("value") for element in elements(text, "shape"))
    wanted = Counter(node.shape for node in drawing("demo", "speakers").nodes)
    assert shapes == {"disc": wanted["dot"], "diamond": wanted["diamond"], "square": wanted["square"]}
    assert [loss.params for loss in losses("lost_shapes", made(project("demo").built, "gexf", view="speakers"))] == [
        {"shapes": "star"}
    ]
    assert not [a for a in elements(text, "attribute") if a.get("title") == "networkx_key"]


def losses(key: str, found: Made) -> list[Any]:
    return [loss for loss in found.losses if loss.key == key]


@both
def test_what_xml_cannot_carry_is_left_out_and_told(form: str) -> None:
    built = of_turtle(f'<{BASE}a> a <https://schema.org/Person> ; <urn:x:p> "bell \\u0007" ; <urn:x:q> "end\\r\\n." .')
    found = made(built, form)
    (text,) = found.files.values()
    data = read(text, form).nodes[f"{BASE}a"]
    assert "urn:x:p" not in data
    assert data["urn:x:q"] == "end\r\n."
    (loss,) = losses("lost_characters", found)
    assert loss.params == {"count": 1, "example": "a · urn:x:p"}


@both
def test_y_grows_upwards_and_labels_come_in_the_language_asked_for(form: str) -> None:
    french, english = (read(text_of(project("demo").built, form, texts=lang), form) for lang in ("fr", "en"))
    speech = f"{BASE}gardiens-imaginaires-2025/ouverture"
    assert french.nodes[speech]["label"] != english.nodes[speech]["label"]
    for graph in (french, english):
        assert (graph.nodes[speech]["kind_en"], graph.nodes[speech]["kind_fr"]) == ("Sessions", "Séances")


def test_the_view_that_shows_the_most_is_taken_when_none_is_named() -> None:
    sizes = {view: len(drawing("demo", view).nodes) + len(drawing("demo", view).links) for view in VIEWS}
    assert draw(project("demo").built, Options()).view.name == max(sizes, key=lambda view: sizes[view])


def test_an_unknown_view_is_told_with_the_others() -> None:
    with pytest.raises(UsageError) as caught:
        draw(project("demo").built, Options(view="speekers"))
    assert "speakers" in caught.value.message("fr").split("?")[0]
