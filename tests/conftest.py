"""What several tests share: the real graph, and a folder where it has been written."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.check import Checked, check
from kg.config import load_settings
from kg.graph import Graph

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def checked() -> Checked:
    """The facts of the repository, checked."""
    return check(load_settings(ROOT), ROOT)


@pytest.fixture(scope="session")
def real(checked: Checked) -> Graph:
    """The graph of the facts of the repository."""
    return checked.graph


@pytest.fixture(scope="session")
def built(real: Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``graph.ttl`` and ``graph-evidence.ttl`` of the real facts."""
    folder = tmp_path_factory.mktemp("output")
    (folder / "graph.ttl").write_text(real.turtle(), encoding="utf-8", newline="\n")
    (folder / "graph-evidence.ttl").write_text(real.evidence_turtle(), encoding="utf-8", newline="\n")
    return folder
