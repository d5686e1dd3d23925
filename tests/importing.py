"""What the tests of importers share: an import run as a command, and what the graph then holds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "tests" / "imports"


def programme(name: str) -> Path:
    """A folder of real programmes, which are no part of this repository; the test is skipped without them."""
    folder = os.environ.get("KG_PROGRAMMES", "")
    if not folder or not (Path(folder) / name).is_dir():
        pytest.skip(f"no real programme: KG_PROGRAMMES names no folder with {name}")
    return Path(folder) / name


def kg(folder: Path, *arguments: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    """``kg`` run in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "kg", *arguments, "--lang", lang],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@dataclass(frozen=True)
class Facts:
    """What the facts files of an import say, read with nothing of ours: things by section and id."""

    things: Mapping[str, dict[str, dict[str, object]]] = field(default_factory=dict)

    def count(self, section: str) -> int:
        return len(self.things.get(section, {}))

    def named(self, section: str, key: str = "name") -> set[str]:
        return {plain(thing[key]) for thing in self.things.get(section, {}).values() if key in thing}

    def links(self, role: str) -> set[tuple[str, str]]:
        """Who takes part in which session in a role."""
        found = set()
        for name, session in self.things.get("sessions", {}).items():
            for part in listed(session.get("participations")):
                assert isinstance(part, dict)
                if plain(part["role"]) == role:
                    found.add((name, plain(part["who"])))
        return found


def listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def plain(value: object) -> str:
    """A value without what stands beside it."""
    if isinstance(value, dict):
        return plain(value.get("is", next(iter(value.values()))))
    return plain(value[0]) if isinstance(value, list) else str(value)


def read_facts(folder: Path) -> Facts:
    """Every facts file below a folder; what several say of one thing is put together."""
    things: dict[str, dict[str, dict[str, object]]] = {}
    for path in sorted(folder.rglob("*.yaml")):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 # texts only
        for section, entries in data.items():
            if isinstance(entries, list):
                for number, entry in enumerate(entries):
                    known = things.setdefault(section, {}).setdefault(entry.get("id", f"{path}#{number}"), {})
                    for key, value in entry.items():
                        if key == "participations":
                            known[key] = [*listed(known.get(key)), *listed(value)]
                        else:
                            known.setdefault(key, value)
    return Facts(things)


@dataclass(frozen=True)
class Imported:
    """An import that went through check, verify and build."""

    folder: Path
    output: str
    facts: Facts
    graph: str

    def people_who(self, role: str) -> int:
        return len({who for _, who in self.facts.links(role)})


def imported(folder: Path, source: Path, *arguments: str) -> Imported:
    """Import, check, verify and build; each must succeed, and a second import must change nothing."""
    done = kg(folder, "import", *arguments[:1], str(source), *arguments[1:])
    assert done.returncode == 0, done.stderr
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    again = kg(folder, "import", *arguments[:1], str(source), *arguments[1:])
    assert again.returncode == 0, again.stderr
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    sources = source if source.is_dir() else source.parent
    for command in (["check"], ["verify", "--sources", str(sources)], ["build"]):
        ran = kg(folder, *command)
        assert ran.returncode == 0, ran.stderr[:2000]
        assert not ran.stderr
    assert (folder / "output" / "network.html").stat().st_size > 100_000
    graph = (folder / "output" / "graph.ttl").read_text(encoding="utf-8")
    return Imported(folder, done.stdout, read_facts(folder / "data" / "facts"), graph)


def in_graph(graph: str, term: str) -> int:
    """How many subjects of a Turtle file have a class."""
    return len(re.findall(rf"^<[^>]+>\s+a\s+[^;.]*\b{re.escape(term)}\b", graph, re.MULTILINE))
