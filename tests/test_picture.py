"""Pictures without a browser: what the SVG holds, that it is the same each time, and the PNG made of it."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.config import find_data
from kg.dossier import Dossier, read_dossier
from kg.drawing import Drawing, draw
from kg.errors import UsageError
from kg.graph import Graph
from kg.layout import overlaps
from kg.network import project
from kg.ontology import Ontology, load_ontology
from kg.picture import needs_fonts, picture, png, svg
from kg.view import View, load_views

ROOT = Path(__file__).resolve().parents[1]
SVG = "{http://www.w3.org/2000/svg}"
VIEWS = load_views(find_data("views"))
TOP = {"fr": "Mon congrès", "en": "My congress"}


@dataclass(frozen=True, slots=True)
class Real:
    """The real graph with what a picture of it needs."""

    store: ox.Store
    ontology: Ontology
    dossier: Dossier

    def drawing(self, view: View) -> Drawing:
        return draw(view, project(view, self.store, self.ontology), self.dossier)


@pytest.fixture(scope="module")
def world(real: Graph) -> Real:
    ontology, store = load_ontology(), real.store()
    return Real(store, ontology, read_dossier(store, ontology))


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own SVG


def part(root: ET.Element, name: str) -> ET.Element:
    found = [element for element in root.iter() if element.get("id") == name]
    assert len(found) == 1
    return found[0]


each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)


@each_view
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_node_and_link_is_in_the_picture(view: View, lang: str, world: Real) -> None:
    drawing = world.drawing(view)
    root = parsed(svg(drawing, world.dossier, TOP, lang))
    nodes, links = part(root, f"{view.name}-nodes"), part(root, f"{view.name}-links")
    assert len(nodes) == len(drawing.nodes) > 10
    assert len(links.findall(f"{SVG}g/{SVG}path")) == len(drawing.links) > 10
    for group, node in zip(nodes, drawing.nodes.values(), strict=True):
        shown = [tspan.text for tspan in group.iter(f"{SVG}tspan")]
        assert shown == list(node.lines[lang])
        assert str(group.findtext(f"{SVG}title")).startswith(node.names[lang])


@each_view
def test_it_says_what_it_is(view: View, world: Real) -> None:
    for lang in ("fr", "en"):
        root = parsed(svg(world.drawing(view), world.dossier, TOP, lang))
        assert root.get("lang") == lang
        assert root.get("role") == "img"
        named = [part(root, name).text for name in str(root.get("aria-labelledby")).split()]
        assert named[0] == f"{view.titles[lang]} – {TOP[lang]}"
        assert str(named[1]).startswith(view.descriptions[lang])
        texts = ["".join(text.itertext()).strip() for text in root.iter(f"{SVG}text")]
        assert texts[:2] == [TOP[lang], view.titles[lang]]
        assert view.descriptions[lang].startswith(texts[2])
        assert re.search(r"Source ?: L'intelligence .* \(2024\u201107\u201102\)$", " ".join(texts))


@each_view
def test_the_legend_has_each_type_in_use(view: View, world: Real) -> None:
    drawing = world.drawing(view)
    legend = part(parsed(svg(drawing, world.dossier, TOP, "en")), f"{view.name}-legend")
    texts = [text.text for text in legend.iter(f"{SVG}text")]
    for key, count in drawing.node_types().items():
        assert f"{view.types[key].labels['en']} ({count})" in texts
    if view.name != "everything":
        assert {link.labels["en"] for link in drawing.links} <= set(texts)


@each_view
def test_all_lies_within_the_picture_and_no_labels_overlap(view: View, world: Real) -> None:
    drawing = world.drawing(view)
    positions = {iri: node.position for iri, node in drawing.nodes.items()}
    assert overlaps(positions, {iri: node.box for iri, node in drawing.nodes.items()}) == []
    root = parsed(svg(drawing, world.dossier, TOP, "fr"))
    width, height = int(str(root.get("width"))), int(str(root.get("height")))
    assert root.get("viewBox") == f"0 0 {width} {height}"
    places = [(float(t.get("x", 0)), float(t.get("y", 0))) for t in root.iter(f"{SVG}tspan")]
    assert all(0 < x < width and 0 < y < height for x, y in places)


def test_positions_are_those_of_the_page(world: Real) -> None:
    drawing = world.drawing(VIEWS[0])
    nodes = part(parsed(svg(drawing, world.dossier, TOP, "fr")), "speakers-nodes")
    spots = [
        (int(mark.get("cx", 0)), int(mark.get("cy", 0))) for group in nodes for mark in group.findall(f"{SVG}circle")
    ]
    wanted = [node.position for node in drawing.nodes.values() if node.kind.shape == "dot"]
    assert len(spots) == len(wanted) > 10
    assert len({(x - spot.x, y - spot.y) for (x, y), spot in zip(spots, wanted, strict=True)}) == 1, "one shift for all"


def test_links_without_arrow_have_none(world: Real) -> None:
    for name, arrows in (("together", False), ("speakers", True)):
        view = next(view for view in VIEWS if view.name == name)
        links = part(parsed(svg(world.drawing(view), world.dossier, TOP, "fr")), f"{name}-links")
        groups = links.findall(f"{SVG}g")
        assert all(("marker-end" in group.attrib) is arrows for group in groups)
        markers = {f"url(#{marker.get('id')})" for marker in links.findall(f"{SVG}marker")}
        assert {group.get("marker-end") for group in groups} - {None} == markers


def test_texts_cannot_break_the_picture(world: Real) -> None:
    bad = 'a <b>&"\x00\ud7ff\uffff</svg><script>1</script>'
    view = replace(VIEWS[0], titles={"fr": bad, "en": bad}, descriptions={"fr": bad, "en": bad})
    root = parsed(svg(world.drawing(view), world.dossier, {"fr": bad}, "fr"))
    assert next(root.iter(f"{SVG}title")).text == f"{bad} – {bad}".replace("\x00", "\ufffd").replace("\uffff", "\ufffd")
    assert not list(root.iter(f"{SVG}script"))


def test_an_empty_graph_has_a_picture(world: Real) -> None:
    root = parsed(picture(ox.Store(), world.ontology, VIEWS, VIEWS[1], "fr"))
    assert len(part(root, "together-nodes")) == 0
    assert [text.text for text in root.iter(f"{SVG}text")][:2] == ["Graphe de connaissances", "Qui a siégé avec qui"]


def test_neither_hash_seed_nor_order_of_facts_shows(real: Graph, tmp_path: Path) -> None:
    code = (
        "import hashlib, sys; from pathlib import Path; from kg.view import load_views\n"
        "from kg.config import find_data\n"
        "from kg.network import open_store; from kg.ontology import load_ontology; from kg.picture import picture\n"
        "s, o, v = open_store(Path(sys.argv[1]), None), load_ontology(), load_views(find_data('views'))\n"
        "for each in v: print(hashlib.sha256(picture(s, o, v, each, 'fr').encode()).hexdigest())\n"
    )
    found = set()
    lines = sorted(f"{triple} .\n" for triple in real.plain)
    for seed, order in (("1", lines), ("2", lines[::-1])):
        path = tmp_path / f"{seed}.ttl"
        path.write_text("".join(order), encoding="utf-8")
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")}
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], env=environment, capture_output=True, check=True, text=True
        )
        found.add(done.stdout)
    assert len(found) == 1
    assert len(set(found.pop().split())) == len(VIEWS)


# -- PNG


def needs_extra() -> None:
    pytest.importorskip("resvg_py", reason="the extra “picture” is not installed")
    pytest.importorskip("fontpkg", reason="the extra “picture” is not installed")


def pixels(data: bytes) -> tuple[int, int, bytes]:
    """Width, height and the unpacked rows of a PNG (W3C PNG, third edition), which must be whole."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed, kinds = 8, b"", []
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]
        packed += body if kind == b"IDAT" else b""
        kinds.append(kind)
        at += 12 + length
    assert (kinds[0], kinds[-1]) == (b"IHDR", b"IEND")
    width, height = struct.unpack(">II", data[16:24])
    return width, height, zlib.decompress(packed)


def test_the_png_has_twice_the_size_and_shows_something(world: Real) -> None:
    needs_extra()
    text = svg(world.drawing(VIEWS[1]), world.dossier, TOP, "fr")
    width, height, rows = pixels(png(text))
    root = parsed(text)
    assert (str(width // 2), str(height // 2)) == (root.get("width"), root.get("height"))
    assert len(set(rows)) > 50, "it is no empty sheet"
    assert png(text) == png(text)
    assert pixels(png(text, 1))[:2] == (width // 2, height // 2)


def test_letters_are_drawn_with_the_pictures_own_font() -> None:
    needs_extra()
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40" font-family="Roboto">'
    empty = png(f"{head}</svg>")
    for word in ("Élodie Œuvré", "Ελλάδα", "Київ", "l’été – n° 2"):
        assert png(f'{head}<text x="5" y="25">{word}</text></svg>') != empty, word
        assert not needs_fonts(word)


def test_foreign_letters_are_noticed() -> None:
    assert needs_fonts("Tokyo 東京")
    assert needs_fonts("مرحبا")
    assert needs_fonts("🙂")
    assert not needs_fonts("e\u0301 · “x” – « y » … 20 °C 3 €")


def test_a_picture_too_large_for_png_is_refused() -> None:
    needs_extra()
    with pytest.raises(UsageError, match="too large"):
        png('<svg xmlns="http://www.w3.org/2000/svg" width="20000" height="20000"></svg>')


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(UsageError) as caught:
        png("<svg/>")
    assert "pip install 'congress-kg[picture]'" in caught.value.message("fr")
    assert caught.value.exit_code == 2


# -- the command


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "kg", "network", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=False, text=True, encoding="utf-8"
    )


def test_the_command_tells_the_first_view(built: Path) -> None:
    done = run("--graph", ".", "--lang", "fr", folder=built)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:2] == ["Qui intervient, et pour qui", VIEWS[0].descriptions["fr"]]
    assert len([line for line in lines if line.startswith("- ")]) > 5
    table = lines[lines.index("", 3) + 1 :]
    assert re.split(r" {2,}", table[0]) == ["nom", "type", "liens avec", "sur le chemin", "coupe", "natures"]
    assert len(table) == 12, "head, rule, ten rows"


def test_the_command_lists_and_knows_its_views(built: Path) -> None:
    done = run("--list", "--lang", "en", folder=built)
    assert [line.split()[0] for line in done.stdout.splitlines()] == [view.name for view in VIEWS]
    wrong = run("organisation", "--graph", ".", "--lang", "en", folder=built)
    assert wrong.returncode == 2
    assert "did you mean: organisations" in wrong.stderr


def test_the_command_writes_for_programs(built: Path) -> None:
    import csv
    import io
    import json

    data = json.loads(run("together", "--graph", ".", "-f", "json", folder=built).stdout)
    rows = list(csv.DictReader(io.StringIO(run("together", "--graph", ".", "-f", "csv", folder=built).stdout)))
    assert data["view"] == "together"
    assert [row["id"] for row in rows] == [node["id"] for node in data["nodes"]]
    assert [int(row["degree"]) for row in rows] == [node["degree"] for node in data["nodes"]]
    assert {"en", "fr", "measure", "nodes"} == set(data["findings"][0])
    peres = next(row for row in rows if row["name"] == "Lionel Peres")
    assert (peres["degree"], peres["links"], peres["betweenness"], peres["cut_off"]) == ("4", "4", "0.0", "0")


def test_the_command_draws(built: Path, tmp_path: Path) -> None:
    done = run("together", "--graph", str(built), "--picture", "my view.svg", "--lang", "en", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "my view.svg\n", "")
    root = parsed((tmp_path / "my view.svg").read_text(encoding="utf-8"))
    assert root.get("lang") == "en"
    assert [path.name for path in tmp_path.iterdir()] == ["my view.svg"]


def test_the_command_draws_png(built: Path, tmp_path: Path) -> None:
    needs_extra()
    done = run("together", "--graph", str(built), "--picture", "view.PNG", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "view.PNG\n", "")
    assert pixels((tmp_path / "view.PNG").read_bytes())[0] > 1000


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--picture", "x.jpg"], "“x.jpg”: a picture is .svg or .png"),
        (["--picture", "nowhere/x.svg"], "“x.svg” cannot be written (No such file or directory)"),
        (["--picture", "x.svg", "-f", "csv"], "--picture and --format do not go together"),
        (["--graph", "nothing"], "there is no graph in “nothing” yet; run “kg build” first"),
        (["--graph", "broken"], "the graph in “broken” cannot be read"),
    ],
)
def test_wrong_use_is_told_and_nothing_is_left(arguments: list[str], why: str, built: Path, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "graph.ttl").write_text("this is no Turtle", encoding="utf-8")
    given = arguments if "--graph" in arguments else [*arguments, "--graph", str(built)]
    done = run("together", *given, "--lang", "en", folder=tmp_path)
    assert done.returncode == 2
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["broken"]


def test_the_command_warns_when_the_facts_have_changed(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    for words in (["init", ".", "--lang", "en"], ["build"]):
        subprocess.run([sys.executable, "-m", "kg", *words], cwd=tmp_path, env=environment, check=True)
    assert run("--lang", "en", folder=tmp_path).stderr == ""
    path = next((tmp_path / "data").rglob("*.yaml"))
    path.write_text(path.read_text(encoding="utf-8") + "\n# more\n", encoding="utf-8")
    done = run("together", "--lang", "en", folder=tmp_path)
    assert done.returncode == 0
    assert "the facts have changed since the last build" in done.stderr
    assert "too small for its shape" in done.stdout
