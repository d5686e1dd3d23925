"""The command: what it writes where, what it refuses, and the same bytes wherever it runs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from exported import PROJECTS, ROOT, made, project
from kg.export import FORMATS, Options
from kg.messages import LANGUAGES, catalogue

ALL = list(FORMATS)


def kg(*words: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "kg", *map(str, words)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a build of the invented congress writes."""
    output = tmp_path_factory.mktemp("output")
    (output / "graph.ttl").write_bytes(project("demo").graph.turtle().encode())
    (output / "graph-evidence.ttl").write_bytes(project("demo").graph.evidence_turtle().encode())
    return output


def refused(*words: str | Path) -> str:
    done = kg("export", *words)
    assert done.returncode == 2, done.stderr.decode()
    assert done.stdout == b""
    said = done.stderr.decode("utf-8")
    assert "Traceback" not in said
    return said


# ------------------------------------------------------------------ what is written


@pytest.mark.parametrize("form", ["nt", "rdfxml", "gexf", "facts"])
def test_the_same_goes_to_standard_output_to_a_file_and_into_a_folder(form: str, folder: Path, tmp_path: Path) -> None:
    (text,) = made(project("demo").built, form).files.values()
    done = kg("export", form, "--graph", folder)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == text.encode("utf-8")
    (name,) = FORMATS[form].files
    assert kg("export", form, "--graph", folder, "-o", tmp_path / "mine.x").stdout == b""
    assert kg("export", form, "--graph", folder, "-o", f"{tmp_path}/new/").returncode == 0
    assert kg("export", form, "--graph", folder, "-o", tmp_path).returncode == 0
    written = [tmp_path / "mine.x", tmp_path / "new" / name, tmp_path / name]
    assert {path.read_bytes() for path in written} == {text.encode("utf-8")}
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(written)


def test_two_tables_go_into_a_folder(folder: Path, tmp_path: Path) -> None:
    assert kg("export", "csv", "--graph", folder, "-o", tmp_path / "tables").returncode == 0
    files = {path.name: path.read_text("utf-8") for path in (tmp_path / "tables").iterdir()}
    assert files == made(project("demo").built, "csv").files
    assert "nodes, links" in refused("csv", "--graph", folder)


def test_what_is_not_in_the_file_is_told_in_the_readers_language(folder: Path) -> None:
    said = {lang: kg("--lang", lang, "export", "gexf", "--graph", folder).stderr.decode() for lang in LANGUAGES}
    losses = made(project("demo").built, "gexf").losses
    for lang, text in said.items():
        lines = text.splitlines()
        assert len(lines) == len(losses)
        assert [line for loss in losses for line in lines if loss.message(lang) in line] == lines
    assert said["fr"].startswith("kg: absent de graph.gexf")


def test_what_google_asks_for_is_told(folder: Path) -> None:
    done = kg("--lang", "fr", "export", "schema-org", "--graph", folder, "--only", "gardiens-imaginaires-2027")
    assert done.returncode == 0
    assert "avertissement: gardiens-imaginaires-2027: obligatoire: startDate" in done.stderr.decode()
    assert json.loads(done.stdout)["@type"] == "Event"


def test_evidence_view_texts_separator_and_context_are_heeded(folder: Path) -> None:
    def out(*words: str) -> bytes:
        done = kg("export", *words, "--graph", folder)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    assert len(out("nt", "--evidence").splitlines()) == len(project("demo").graph.evidence)
    assert out("gexf", "--view", "speakers") == _bytes("gexf", view="speakers")
    assert out("nodes", "--texts", "en", "--separator", "semicolon") == _bytes("nodes", texts="en", separator=";")
    address = "https://example.org/context.jsonld"
    assert json.loads(out("jsonld", "--context", address))["@context"][0] == address


def _bytes(form: str, **options: object) -> bytes:
    (text,) = made(project("demo").built, form, **options).files.values()
    return text.encode("utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_list_says_what_each_format_is_for(lang: str) -> None:
    lines = kg("--lang", lang, "export", "--list").stdout.decode("utf-8").splitlines()
    assert [line.split()[0] for line in lines] == ALL
    for line, form in zip(lines, FORMATS.values(), strict=True):
        assert line.endswith(catalogue("export")[f"about_{form.name}"][lang])
        assert all(file in line for file in form.files)


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "kg export --list"),
        (["nt", "--view", "speakers"], "graphml, gexf, csv, nodes, links"),
        (["void", "--evidence"], "nt, nq, trig, rdfxml, jsonld"),
        (["gexf", "--view", "speekers"], "speakers"),
        (["schema-org", "--only", "gardiens-imaginaires-2026"], "gardiens-imaginaires-2025"),
        (["void", "--site", "example.org"], "https://example.org/"),
        (["jsonld", "--context", "context.jsonld"], "https://example.org/"),
        (["void", "--about", "nowhere.ttl"], "nowhere.ttl"),
    ],
)
def test_wrong_use_is_told_with_what_to_do(words: list[str], said: str, folder: Path) -> None:
    for lang in LANGUAGES:
        assert said in refused(*words, "--graph", folder, "--lang", lang)


def test_an_unknown_format_is_told_with_the_others(folder: Path) -> None:
    said = refused("pdf", "--graph", folder)
    assert all(name in said for name in ALL)


def test_a_folder_without_graph_or_evidence_is_told(tmp_path: Path, folder: Path) -> None:
    assert "kg build" in refused("nt", "--graph", tmp_path)
    (tmp_path / "graph.ttl").write_bytes((folder / "graph.ttl").read_bytes())
    assert kg("export", "nt", "--graph", tmp_path).returncode == 0
    for words in (["nq"], ["trig"], ["facts"], ["nt", "--evidence"]):
        assert "graph-evidence.ttl" in refused(*words, "--graph", tmp_path)


@pytest.mark.parametrize("text", ["<a> <b>", "<urn:a> <urn:b> [ <urn:c> 1 ] .", "\xff"])
def test_a_graph_that_no_build_wrote_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").write_bytes(text.encode("latin-1"))
    assert "graph.ttl" in refused("nt", "--graph", tmp_path)


def test_an_output_that_cannot_be_written_leaves_everything_as_it_was(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert refused("csv", "--graph", folder, "-o", tmp_path / "file")
    (tmp_path / "links.csv").mkdir()
    assert refused("csv", "--graph", folder, "-o", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "links.csv"]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_stale_graph_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").write_bytes((folder / "graph.ttl").read_bytes())
    facts = next((ROOT / "data" / "facts").rglob("*.yaml")).relative_to(ROOT).as_posix()
    report = {"inputs": {facts: "0" * 64}}
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    assert facts in kg("export", "nt", "--graph", tmp_path).stderr.decode()


# ------------------------------------------------------------------ the same bytes

HASHES = """
import hashlib, json, pathlib, sys
from kg.export import FORMATS, Options, read_built
from kg.ontology import load_ontology
built = read_built(pathlib.Path(sys.argv[1]), "", load_ontology())
options = [Options(), Options(evidence=True, texts="en", view="speakers", site="https://example.org/")]
made = {f"{name} {n}": form.make(built, o) for name, form in FORMATS.items() for n, o in enumerate(options)}
print(json.dumps({
    name: [hashlib.sha256("".join(m.files.values()).encode()).hexdigest(), repr(m.losses), repr(m.findings)]
    for name, m in made.items()
}))
"""


def hashes(folder: Path, cwd: Path, variables: Mapping[str, str]) -> dict[str, list[str]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "0", **variables}
    command = [sys.executable, "-c", HASHES, str(folder)]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=True, timeout=300)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", ["real", "demo"])
def test_every_format_has_the_same_bytes_in_any_place_zone_language_and_order(name: str, tmp_path: Path) -> None:
    lines = {
        "graph.ttl": project(name).graph.turtle(),
        "graph-evidence.ttl": project(name).graph.evidence_turtle(),
    }
    for place in ("one", "the other"):
        (tmp_path / place).mkdir()
        for file, text in lines.items():
            (tmp_path / place / file).write_bytes(text.encode("utf-8"))
    first = hashes(tmp_path / "one", ROOT, {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"})
    other = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "LC_ALL": "fr_FR.UTF-8", "LANG": "fr_FR.UTF-8"}
    assert hashes(tmp_path / "the other", tmp_path, other) == first
    ours = {form: FORMATS[form].make(project(name).built, Options()) for form in ALL}
    for form, found in ours.items():
        assert hashlib.sha256("".join(found.files.values()).encode()).hexdigest() == first[f"{form} 0"][0], form


@pytest.mark.parametrize("name", PROJECTS)
@pytest.mark.parametrize("form", [form for form in ALL if form != "schema-org"])
def test_every_format_can_be_made_of_every_graph(name: str, form: str) -> None:
    files = made(project(name).built, form).files
    assert tuple(files) == FORMATS[form].files
    assert all(text.endswith("\n") for text in files.values())


# ------------------------------------------------------------------ the documents


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_commands_of_the_how_to_do_what_it_says(lang: str, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "howto" / f"reuse.{lang}.md").read_text(encoding="utf-8")
    lines = [shlex.split(line, comments=True)[1:] for line in text.splitlines() if line.startswith("kg export")]
    assert {words[1] for words in lines if words[1] in FORMATS} == set(ALL) - {"graphml", "nodes", "links"}
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "graph.ttl").write_bytes(project("real").graph.turtle().encode())
    (tmp_path / "output" / "graph-evidence.ttl").write_bytes(project("real").graph.evidence_turtle().encode())
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "dataset.ttl").write_bytes((ROOT / "data" / "dataset.ttl").read_bytes())
    for words in lines:
        done = kg(*words, folder=tmp_path)
        assert done.returncode == 0, (words, done.stderr.decode())
    named = set(re.findall(r"output/[\w.-]+\.\w+", text)) - {"output/graph.graphml"}
    files = {file for form in FORMATS.values() for file in form.files} - {"schema-org.jsonld", "graph.graphml"}
    assert named | {f"output/{file}" for file in files} <= {f"output/{p.name}" for p in (tmp_path / "output").iterdir()}
