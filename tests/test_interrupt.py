"""A build that is stopped, killed or out of space leaves the outputs of the build before, whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("read", "check", "map", "validate", "write", "draw")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX systems know them")

#: Builds in the folder given and sends itself a signal when a stage begins.
AT_STAGE = """
import os, signal, sys
from pathlib import Path
from kg.config import Settings
from kg.pipeline import build

def progress(stage):
    if stage == sys.argv[1]:
        os.kill(os.getpid(), int(sys.argv[2]))

build(Settings(facts="facts", sources="sources"), Path(sys.argv[3]), progress)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A built project whose facts have changed since, so that a new build would write other outputs."""
    for name in ("facts", "sources"):
        shutil.copytree(ROOT / "data" / "demo" / name, tmp_path / name)
    (tmp_path / "kg.toml").write_text('facts = "facts"\n', encoding="utf-8")
    assert run("-m", "kg", "build", cwd=tmp_path).returncode == 0
    file = next((tmp_path / "facts").rglob("*.yaml"))
    file.write_text(file.read_text(encoding="utf-8").replace("value: 240", "value: 241"), encoding="utf-8")
    return tmp_path


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "LANG": "en"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=env, capture_output=True, encoding="utf-8", check=False, timeout=60
    )


def outputs(project: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted((project / "output").iterdir())}


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill"])
@pytest.mark.parametrize("stage", STAGES)
def test_stopped_in_a_stage(stage: str, sent: signal.Signals, project: Path) -> None:
    before = outputs(project)
    done = run("-c", AT_STAGE, stage, str(int(sent)), str(project), cwd=project)
    assert done.returncode != 0
    assert outputs(project) == before
    assert run("-m", "kg", "build", cwd=project).returncode == 0
    assert outputs(project) != before


@pytest.mark.parametrize("blocks", [1, 100, 500])
def test_out_of_space(blocks: int, project: Path) -> None:
    """The system refuses to write on, early or late: what is there stays, nothing is left aside."""
    before = outputs(project)
    command = f'ulimit -f {blocks}; exec "{sys.executable}" -m kg build'
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "LANG": "en", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert outputs(project) == before


def test_ctrl_c_says_so_and_ends_with_130(project: Path) -> None:
    before = outputs(project)
    child = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "kg", "build"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "LANG": "en"},
        stderr=subprocess.PIPE,
        encoding="utf-8",
        process_group=0,
    )
    assert child.stderr is not None
    for line in child.stderr:  # the command is at work once its own modules are imported
        if "kg.cli" in line and "kg.cli." not in line:
            break
    time.sleep(0.3)  # and the command has begun
    child.send_signal(signal.SIGINT)
    rest = child.communicate()[1]
    assert child.returncode == 130
    assert "stopped" in rest
    assert "Traceback" not in rest
    assert outputs(project) == before
