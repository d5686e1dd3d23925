"""The whole command: what is written, what is left alone, what is taken out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kg.check import check
from kg.config import Settings
from kg.errors import DataError, UsageError
from kg.pipeline import build, write_all
from kg.yamltree import MAX_BYTES

ROOT = Path(__file__).resolve().parents[1]
OUTPUTS = ("graph.ttl", "graph-evidence.ttl", "network.html", "report.json", "report.md")
DEMO = Settings(facts="demo/facts", sources="demo/sources")
PERSON = "people:\n  - {id: ada-exemple, name: Ada Exemple}\n"


def project(folder: Path) -> Path:
    """The invented report with its text, which is free: passages go into every output."""
    shutil.copytree(ROOT / "data" / "demo", folder / "demo")
    return folder


def read(folder: Path) -> dict[str, bytes]:
    return {name: (folder / "output" / name).read_bytes() for name in OUTPUTS}


def kg(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kg", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=120)


def test_every_output_is_written_and_the_same_again(tmp_path: Path) -> None:
    folder = project(tmp_path)
    report = build(DEMO, folder)
    first = read(folder)
    build(DEMO, folder)
    assert read(folder) == first
    assert sorted(p.name for p in (folder / "output").iterdir()) == sorted(OUTPUTS)
    assert report.triples == report.triples_of_facts + report.structural
    assert report.facts == report.triples_of_facts + report.repeated


@pytest.mark.parametrize(
    ("person", "words"),
    [("maelle-tournevire", ["tournevire"]), ("aurele-bassigny", ["bassigny"]), ("zoe-lamarque", ["lamarque"])],
)
def test_a_withheld_person_is_in_no_output(tmp_path: Path, person: str, words: list[str]) -> None:
    folder = project(tmp_path)
    build(DEMO, folder)
    before = read(folder)
    assert any(words[0].encode() in text.lower() for text in before.values())
    (folder / "withheld.yaml").write_text(f"- {person}\n", encoding="utf-8")
    report = build(DEMO, folder)
    for name, text in read(folder).items():
        assert not any(word.encode() in text.lower() for word in words), name
    assert report.withheld.ids == (person,)
    assert json.loads(read(folder)["report.json"])["losses"]["withheld_facts"] == report.withheld.facts > 0
    (folder / "withheld.yaml").unlink()
    build(DEMO, folder)
    assert read(folder) == before


def test_a_withheld_person_of_the_real_facts_is_in_no_output(tmp_path: Path) -> None:
    """One whose family name also stands in the id of a session."""
    shutil.copytree(ROOT / "data" / "facts", tmp_path / "data" / "facts")
    (tmp_path / "withheld.yaml").write_text("- cecile-dejoux\n", encoding="utf-8")
    build(Settings(), tmp_path)
    for name, text in read(tmp_path).items():
        assert b"dejoux" not in text.lower(), name


def test_an_unknown_id_cannot_be_withheld(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(PERSON, encoding="utf-8")
    (tmp_path / "withheld.yaml").write_text("- ada-exempel\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        check(Settings(facts="facts.yaml"), tmp_path)
    assert [p.code for p in error.value.problems] == ["F026"]


def test_a_fault_leaves_the_outputs_as_they_were(tmp_path: Path) -> None:
    facts = tmp_path / "facts.yaml"
    facts.write_text(PERSON, encoding="utf-8")
    build(Settings(facts="facts.yaml"), tmp_path)
    before = read(tmp_path)
    facts.write_text(PERSON + "  - {id: bo-exemple}\n", encoding="utf-8")
    with pytest.raises(DataError):
        build(Settings(facts="facts.yaml"), tmp_path)
    assert read(tmp_path) == before


def test_an_output_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file where the folder should be: permissions say nothing to an administrator."""
    (tmp_path / "facts.yaml").write_text(PERSON, encoding="utf-8")
    (tmp_path / "output").write_text("in the way", encoding="utf-8")
    with pytest.raises(UsageError, match="output"):
        build(Settings(facts="facts.yaml"), tmp_path)
    assert (tmp_path / "output").read_text(encoding="utf-8") == "in the way"


def test_an_output_that_cannot_be_replaced_leaves_nothing_aside(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(PERSON, encoding="utf-8")
    (tmp_path / "output" / "graph.ttl" / "taken").mkdir(parents=True)
    with pytest.raises(UsageError):
        build(Settings(facts="facts.yaml"), tmp_path)
    assert [p.name for p in (tmp_path / "output").iterdir()] == ["graph.ttl"]


def test_a_rename_that_fails_half_way_puts_the_old_outputs_back(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_all(folder, {"a.ttl": "old a"})
    (folder / "c.ttl" / "taken").mkdir(parents=True)
    with pytest.raises(UsageError):
        write_all(folder, {"a.ttl": "new a", "b.ttl": "new b", "c.ttl": "new c"})
    assert sorted(p.name for p in folder.iterdir()) == ["a.ttl", "c.ttl"]
    assert (folder / "a.ttl").read_text(encoding="utf-8") == "old a"


def test_a_file_above_the_limit_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_bytes(b"\xff" * (MAX_BYTES + 1))  # not even UTF-8: it is not looked at
    with pytest.raises(DataError) as error:
        check(Settings(facts="facts.yaml"), tmp_path)
    assert [p.code for p in error.value.problems] == ["Y005"]


def test_no_facts_at_all(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        check(Settings(), tmp_path)
    assert [p.code for p in error.value.problems] == ["F027"]


def test_the_command_tells_all_faults_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("people: [{id: a, nam: A}]\n", encoding="utf-8")
    for lang, word in (("en", "error"), ("fr", "erreur")):
        done = kg(tmp_path, "check", "--facts", "a.yaml", "--lang", lang)
        assert done.returncode == 1
        assert f"a.yaml:1:18: {word} F001" in done.stderr
        assert "Traceback" not in done.stderr


def test_verify_fails_when_a_passage_does_not_fit(tmp_path: Path) -> None:
    folder = project(tmp_path)
    where = ("--facts", "demo/facts", "--sources", "demo/sources")
    assert kg(folder, "verify", *where).returncode == 0
    text = next((folder / "demo" / "sources").glob("*.txt"))
    whole = text.read_bytes()
    text.write_bytes(whole + b"\n")
    moved = kg(folder, "verify", *where)
    assert moved.returncode == 1
    assert "F028" in moved.stderr
    text.write_bytes(whole)
    file = next((folder / "demo" / "facts").rglob("*.yaml"))
    facts = file.read_text(encoding="utf-8")
    file.write_text(facts.replace("at: [[", "at: [[99000, 99999], [", 1), encoding="utf-8")
    beyond = kg(folder, "verify", *where)
    assert beyond.returncode == 1
    assert "F029" in beyond.stderr


def test_faults_of_reading_and_of_the_shapes_come_in_one_run(tmp_path: Path) -> None:
    """And a thing that could not be read whole is not blamed for what it lacks."""
    text = "people:\n  - {id: a, nam: A}\n  - {id: b, given: B}\nfigures:\n  - {id: f, observed: c, counts: {fr: x}}\n"
    (tmp_path / "facts.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        build(Settings(facts="facts.yaml"), tmp_path)
    told = [(p.code, p.place.line) for p in caught.value.problems]
    assert told == [("F001", 2), ("S008", 3), ("S001", 5), ("S008", 5), ("F007", 5)]


@pytest.mark.parametrize(
    ("listed", "count"),
    [
        ("karine\nolivier\n", 2),
        ("- karine   # asked\n\n# and\n- 'olivier'\n", 2),
        ("karine", 1),
        ("\ufeffkarine\r\n", 1),
    ],
)
def test_what_is_withheld_is_one_id_a_line(listed: str, count: int, tmp_path: Path) -> None:
    (tmp_path / "withheld.yaml").write_text(listed, encoding="utf-8")
    people = "".join(
        f"  - {{id: {name.lower()}, name: {name} {name[::-1]}}}\n" for name in ("Karine", "Olivier", "Celia")
    )
    (tmp_path / "facts.yaml").write_text(f"people:\n{people}", encoding="utf-8")
    report = build(Settings(facts="facts.yaml"), tmp_path)
    assert len(report.withheld.ids) == count
    assert report.things == 3 - count


@pytest.mark.parametrize("base", ["foo", "not iri", "http://x.org/a", "https://x.org/a?b/", "ftp://x.org/"])
def test_a_base_that_cannot_begin_ids_is_wrong_use(base: str, tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(PERSON, encoding="utf-8")
    done = kg(tmp_path, "build", "--facts", "facts.yaml", "--base", base)
    assert done.returncode == 2
    assert base in done.stderr
    assert not (tmp_path / "output").exists()
