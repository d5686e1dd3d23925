"""What the tests of ``kg query`` share: the command as people run it, and small graphs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from kg.check import check
from kg.config import DEFAULT_BASE, Settings
from kg.ontology import load_ontology
from kg.query import Engine, Graphs

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGY = load_ontology(ROOT / "ontology")
DEMO = Settings(facts="data/demo/facts", sources="data/demo/sources")


def environment(**more: str) -> dict[str, str]:
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "LC_ALL": "C.UTF-8", **more}


def kg_query(folder: Path, *words: str, graph: Path | None = None) -> subprocess.CompletedProcess[str]:
    """``kg query`` in a folder, in English unless the words say otherwise."""
    lang = [] if "--lang" in words else ["--lang", "en"]
    command = [sys.executable, "-m", "kg", "query", *(["--graph", str(graph)] if graph else []), *lang, *words]
    return subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, check=False, encoding="utf-8", timeout=120
    )


def written(settings: Settings, folder: Path, root: Path = ROOT) -> Path:
    """The two graphs of a project, written into a folder."""
    graph = check(settings, root).graph
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "graph.ttl").write_text(graph.turtle(), encoding="utf-8", newline="\n")
    (folder / "graph-evidence.ttl").write_text(graph.evidence_turtle(), encoding="utf-8", newline="\n")
    return folder


def engine(graphs: Graphs, **options: object) -> Engine:
    return Engine(graphs, prefixes=ONTOLOGY.prefixes, base=DEFAULT_BASE, **options)  # type: ignore[arg-type] # options
