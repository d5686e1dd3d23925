"""``import kg``: the steps as functions, held to what the pages about it say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import networkx as nx
import pytest
import rdflib

import kg

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "data" / "demo"
PAGES = sorted((ROOT / "docs" / "howto").glob("library.*.md"))
PUBLIC = {
    "Answer",
    "DataError",
    "Export",
    "ExportOptions",
    "KgError",
    "KnowledgeGraph",
    "Problem",
    "UsageError",
    "__version__",
    "build",
    "load",
    "questions",
    "read",
    "views",
}


@pytest.fixture(scope="module")
def demo() -> kg.KnowledgeGraph:
    return kg.load(DEMO / "facts", sources=DEMO / "sources")


def test_what_is_public_is_this_list_and_each_name_is_there() -> None:
    assert set(kg.__all__) == PUBLIC
    assert dir(kg) == sorted(PUBLIC)
    assert all(getattr(kg, name) is not None for name in PUBLIC)
    with pytest.raises(AttributeError, match="no attribute"):
        kg.nothing_of_that_name  # noqa: B018 - the access is the test


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.name))
def test_every_public_name_is_explained(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [name for name in PUBLIC - {"__version__"} if f"`kg.{name}`" not in text] == []
    methods = {name for name in vars(kg.KnowledgeGraph) if not name.startswith("_")} - {"graphs", "base"}
    assert [name for name in methods if f"`{name}`" not in text] == []


def test_importing_is_light() -> None:
    heavy = "import kg, sys; print([m for m in ('rdflib', 'networkx', 'pyoxigraph', 'pyvis') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", heavy],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_rows_are_python_values(demo: kg.KnowledgeGraph) -> None:
    found = demo.rows(
        "SELECT ?n ?d ?f { <gardiens-imaginaires-2025> kg:editionNumber ?n ; schema:startDate ?d "
        "OPTIONAL { <gardiens-imaginaires-2025> kg:former ?f } }"
    )
    assert found == [{"n": 7, "d": date(2025, 9, 25), "f": None}]
    figures = demo.rows("SELECT ?v { ?x schema:value ?v } ORDER BY ?v")
    assert figures[0] == {"v": Decimal(11)}
    assert len(demo.rows("speakers", lang="fr")) > 5
    assert {row["beside"] for row in demo.rows("who-sat-with", person="Côme Vasselin")} >= {"Ysée Montcarmel"}


def test_a_frame_has_the_same_rows(demo: kg.KnowledgeGraph) -> None:
    frame = demo.frame("speakers", lang="fr")
    rows = demo.rows("speakers", lang="fr")
    assert list(frame.columns) == list(rows[0])
    assert frame.astype(object).where(frame.notna(), None).to_dict("records") == rows


def test_wrong_questions_are_usage_errors(demo: kg.KnowledgeGraph) -> None:
    for wrong in ("speekers", "SELECT ?x { ?x }", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"):
        with pytest.raises(kg.UsageError):
            demo.rows(wrong)
    with pytest.raises(kg.UsageError, match="speakers"):
        demo.network("nothing")


def test_faults_come_with_their_places(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("people: [{id: ada, nam: Ada}, {id: Ada}]\n", encoding="utf-8")
    with pytest.raises(kg.DataError) as caught:
        kg.load(wrong)
    assert [(p.code, p.place.column) for p in caught.value.problems] == [("F001", 20), ("F008", 36)]


def test_rdflib_goes_out_and_comes_in(demo: kg.KnowledgeGraph) -> None:
    dataset = demo.to_rdflib()
    again = kg.KnowledgeGraph.of_rdflib(dataset)
    assert again.turtle() == demo.turtle()
    assert len(again) == len(demo) == len(dataset.default_graph)
    assert rdflib.Graph().parse(data=demo.turtle(), format="turtle").isomorphic(dataset.default_graph)
    alone = kg.KnowledgeGraph.of_rdflib(rdflib.Graph().parse(data=demo.turtle(), format="turtle"))
    assert repr(alone) == f"KnowledgeGraph({len(demo)} triples, without evidence)"
    assert alone.rows("speakers", lang="fr") == demo.rows("speakers", lang="fr")


def test_a_view_is_a_networkx_graph(demo: kg.KnowledgeGraph) -> None:
    network = demo.network()
    assert isinstance(network, nx.MultiDiGraph)
    assert set(network) == set(demo.network(next(iter(kg.views()))))
    assert network.number_of_edges() > 20


def test_a_notebook_shows_the_page_shut_off_from_itself(demo: kg.KnowledgeGraph) -> None:
    shown = demo._repr_html_()
    assert shown.startswith("<iframe")
    assert 'sandbox="allow-scripts"' in shown
    assert shown.count("<iframe") == 1
    assert "C&ocirc;me" in shown or "Côme Vasselin" in shown


def test_it_is_handed_on_in_every_format(demo: kg.KnowledgeGraph) -> None:
    made = demo.export("nt")
    assert len(rdflib.Graph().parse(data=made.files["graph.nt"], format="nt")) == len(demo)
    assert demo.export("facts").files["facts.csv"].count("\n") > 300
    with pytest.raises(kg.UsageError, match="gexf"):
        demo.export("xls")
    bare = kg.KnowledgeGraph.of_rdflib(rdflib.Graph().parse(data=demo.turtle(), format="turtle"))
    with pytest.raises(kg.UsageError):
        bare.export("nq")


def test_build_writes_what_read_reads(tmp_path: Path) -> None:
    report = kg.build(DEMO / "facts", sources=DEMO / "sources", output=tmp_path / "out")
    graph = kg.read(tmp_path / "out")
    assert len(graph) == report.triples
    with pytest.raises(kg.UsageError):
        kg.read(tmp_path)


def test_a_project_in_another_folder_keeps_its_settings_and_what_it_withholds(tmp_path: Path) -> None:
    for name in ("facts", "sources"):
        (tmp_path / name).symlink_to(DEMO / name, target_is_directory=True)
    (tmp_path / "kg.toml").write_text('facts = "facts"\nbase = "https://example.org/"\n', encoding="utf-8")
    (tmp_path / "withheld.yaml").write_text("come-vasselin\n", encoding="utf-8")
    graph = kg.load(folder=tmp_path)
    assert graph.base == "https://example.org/"
    assert "Vasselin" not in graph.turtle()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.name))
def test_what_the_page_shows_runs(page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 6
    for block in blocks:
        exec(compile(block, page.name, "exec"), names)  # noqa: S102 - our own page
    assert str(names.get("graph", names.get("graphe"))) in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_notebook_runs() -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    notebook = nbformat.read(ROOT / "docs" / "notebooks" / "congress.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "kept without its answers"
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(ROOT / "docs")}}).execute()
    shown = notebook.cells[-1].outputs[0]["data"]
    assert "<iframe" in shown["text/html"]
