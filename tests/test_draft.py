"""cite, anchor, init: quotes become positions and nothing else changes; a first project builds."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.check import check
from kg.config import Settings, load_settings
from kg.draft import anchor_file, anchored, in_context
from kg.errors import DataError
from kg.ontology import Ontology, load_ontology
from kg.source import SourceText, load_sources
from kg.start import FACTS, SOURCE, first_project, write_project
from kg.verify import verify
from kg.yamltree import MapNode, Node, Scalar, parse_yaml

SRC = Path(__file__).resolve().parents[1] / "src"
WORDS = "Élise Brot, éclusière à Sète, a ouvert la journée.\nLe pont de Brenne, l’écluse. Le pont. 😀 Fin du mot-\nclé."
SOURCES = {"ab": SourceText("ab", WORDS, "a.txt")}
HEAD = "source: {id: s, type: Report, sha256: ab}\n"


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return load_ontology()


# ------------------------------------------------------------------ anchor


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("people:\n  - id: x\n    quote: elise brot\n", "people:\n  - id: x\n    at: [[0, 10]]\n"),
        ("people:\n  - quote: 'Élise Brot'   # é !\n    id: x\n", "people:\n  - at: [[0, 10]]   # é !\n    id: x\n"),
        ("a: {is: x, quote: Élise Brot, inferred: {fr: y}}\n", "a: {is: x, at: [[0, 10]], inferred: {fr: y}}\n"),
        ('a: {"is":"x","quote":"Brenne"}\n', 'a: {"is":"x","at":[[62, 68]]}\n'),
        ("a:\n  quote: [Élise Brot, 'Brenne' ]  # two\n", "a:\n  at: [[0, 10], [62, 68] ]  # two\n"),
        ("a:\n  quote:\n  - Élise Brot # one\n\n  -   Brenne\n", "a:\n  at:\n  - [0, 10] # one\n\n  -   [62, 68]\n"),
        (
            "a:\n  quote: >-  # folded\n    a ouvert\n    la journée\n\n  b: c\n",
            "a:\n  at: [[30, 49]]  # folded\n\n  b: c\n",
        ),
        ("a:\n  quote: |\n    a ouvert\n    la journée\n", "a:\n  at: [[30, 49]]\n"),
        ("a:\n  quote: a ouvert\n    la journée # c\n  b: c\n", "a:\n  at: [[30, 49]] # c\n  b: c\n"),
        ('a: {quote: "a ouvert\n  la journée"}\n', "a: {at: [[30, 49]]}\n"),
        ("a:\n  quote: 'l''écluse'", "a:\n  at: [[70, 78]]"),
        ("a:\n  'quote' : mot-clé\n", "a:\n  'at' : [[98, 106]]\n"),
        ("a:\n  ? quote\n  : Brenne\n", "a:\n  ? at\n  : [[62, 68]]\n"),
        ("a: {😀: é, quote: 😀}\n", "a: {😀: é, at: [[89, 90]]}\n"),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_quote_becomes_a_position_in_place(before: str, after: str, ends: str, ontology: Ontology) -> None:
    def file(body: str) -> str:
        return ("\ufeff# été\n" + HEAD + body).replace("\n", ends)

    text, _ = anchored(file(before), "f.yaml", SOURCES, ontology)
    assert text == file(after)


def test_the_positions_are_those_of_the_words(ontology: Ontology) -> None:
    text, count = anchored(
        HEAD + "a:\n  quote: [Élise Brot, Brenne, l'écluse, mot-clé, 😀]\n", "f.yaml", SOURCES, ontology
    )
    spans = [WORDS[int(s) : int(e)] for s, e in re.findall(r"\[(\d+), (\d+)\]", text)]
    assert spans == ["Élise Brot", "Brenne", "l’écluse", "mot-\nclé", "😀"]
    assert count == 5


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("a: {quote: le pont}\n", ["F032"]),
        ("a: {quote: nowhere to be found at all}\n", ["F033"]),
        ("a: {quote: le pont de Bren}\nb: {quote: Brenne}\n", []),
        ("a: {quote: un pont de Brenne}\n", ["F034"]),
        ("a: {quote: Brenne, at: [[1, 2]]}\n", ["F031"]),
        ("a: {quote: {fr: Brenne}}\n", ["F003"]),
        ("a: {quote: [[Brenne]]}\n", ["F003"]),
        ("a: {quote: ''}\n", ["F004"]),
        ("a: {quote: }\n", ["F004"]),
        ("a: {quote: []}\n", ["F004"]),
        ("a: &x {quote: Brenne}\n", ["Y004"]),
        ("a: {quote: Brenne\n", ["Y002"]),
        ("a: {quote: Brenne, quote: Brenne}\n", ["Y003"]),
        ("a: {quote: le pont}\nb: {quote: qqqqqqqq}\nc: {quote: Brenne}\n", ["F032", "F033"]),
    ],
)
def test_every_fault_is_told_and_nothing_changes(
    body: str, codes: list[str], tmp_path: Path, ontology: Ontology
) -> None:
    file = tmp_path / "f.yaml"
    file.write_text(HEAD + body, encoding="utf-8", newline="\n")
    if not codes:
        assert anchor_file(file, "f.yaml", SOURCES, ontology) == 2
        return
    with pytest.raises(DataError) as caught:
        anchor_file(file, "f.yaml", SOURCES, ontology)
    assert [p.code for p in caught.value.problems] == codes
    assert {p.place.path for p in caught.value.problems} == {"f.yaml"}
    assert file.read_text(encoding="utf-8") == HEAD + body
    assert [p.name for p in tmp_path.iterdir()] == ["f.yaml"]


def test_several_places_are_shown_with_their_positions_and_what_to_do(ontology: Ontology) -> None:
    with pytest.raises(DataError) as caught:
        anchored(HEAD + "a: {quote: le pont}\n", "f.yaml", SOURCES, ontology)
    (problem,) = caught.value.problems
    assert (problem.place.line, problem.place.column) == (2, 12)
    for lang, advice in (("en", "lengthen the quote"), ("fr", "allongez la citation")):
        line = problem.line(lang)
        assert "[[51, 58]]" in line
        assert ">>Le pont<< de Brenne" in line
        assert "[[80, 87]]" in line
        assert advice in line


@pytest.mark.parametrize("head", ["", "source: {id: s, type: Report}\n", HEAD.replace("ab", "cd"), "- a\n"])
def test_a_source_that_is_not_at_hand_is_named_with_what_there_is(head: str, ontology: Ontology) -> None:
    body = "- {quote: Brenne}\n" if head == "- a\n" else "a: {quote: Brenne}\n"
    with pytest.raises(DataError) as caught:
        anchored(head + body, "f.yaml", SOURCES, ontology)
    (problem,) = caught.value.problems
    assert problem.code == "F035"
    assert "sha256: ab  # a.txt" in problem.line("fr")


@pytest.mark.parametrize("form", ["source: [{id: s, sha256: ab}]", "source: {id: s, sha256: {is: ab}}"])
def test_the_source_may_be_listed_or_its_hash_long(form: str, ontology: Ontology) -> None:
    assert anchored(f"{form}\na: {{quote: Brenne}}\n", "f", SOURCES, ontology)[0].endswith("a: {at: [[62, 68]]}\n")


def test_a_file_without_quotes_stays_untouched(tmp_path: Path, ontology: Ontology) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: b\r\n")
    before = file.stat().st_mtime_ns
    assert anchor_file(file, "f.yaml", {}, ontology) == 0
    assert file.read_bytes() == b"\xef\xbb\xbfa: b\r\n"
    assert file.stat().st_mtime_ns == before


PHRASES = {
    "Élise Brot": (0, 10),
    "Brenne": (62, 68),
    "a ouvert la journée": (30, 49),
    "l’écluse": (70, 78),
    "😀": (89, 90),
}
REMARK = st.sampled_from(["", "  # été : 'x", " #", "   # quote: y"])
STYLE = st.sampled_from(["{}", "'{}'", '"{}"', "[{}]", "['{}']", ">-\n      {}", "\n      - {}", "|\n      {}"])


@given(st.lists(st.tuples(st.sampled_from(sorted(PHRASES)), STYLE, REMARK, REMARK), min_size=1, max_size=6))
def test_only_quotes_change_whatever_the_layout(entries: list[tuple[str, str, str, str]]) -> None:
    ontology = ONTOLOGY
    lines = [f"source: {{id: s, sha256: ab}}{entries[0][2]}"]
    for number, (words, style, remark, other) in enumerate(entries):
        after = "" if style.startswith((">", "|")) else remark
        lines += [f"k{number}:{other}", "    quote: " + style.format(words) + after, f"    é: ü{other}", ""]
    text = "\n".join(lines)
    new, count = anchored(text, "f", SOURCES, ontology)
    assert count == len(entries)
    old_tree, old_faults = parse_yaml(text, "f")
    new_tree, new_faults = parse_yaml(new, "f")
    assert not old_faults
    assert not new_faults
    assert bare(new_tree) == expected(bare(old_tree))
    # outside of the quotes, byte for byte: what remains when the values are taken out
    keep = [line for line in text.split("\n") if "é: ü" in line or re.match("k|source", line)]
    assert [line for line in new.split("\n") if "é: ü" in line or re.match("k|source", line)] == keep


ONTOLOGY = load_ontology()


def bare(node: Node | None) -> object:
    if node is None or isinstance(node, Scalar):
        return node.text if node else None
    if isinstance(node, MapNode):
        return {key.text: bare(value) for key, value in node.items}
    return [bare(item) for item in node.items]


def expected(tree: object) -> object:
    if not isinstance(tree, dict):
        return tree
    return {"at" if k == "quote" else k: positions(v) if k == "quote" else expected(v) for k, v in tree.items()}


def positions(value: object) -> list[list[str]]:
    words = value if isinstance(value, list) else [value]
    return [[str(number) for number in PHRASES[str(w).strip()]] for w in words]


def test_context_is_one_line_cut_between_words() -> None:
    assert in_context(WORDS, 62, 68, 20) == ("…journée. Le pont de ", "Brenne", ", l’écluse. Le pont.…")
    assert in_context("mot", 0, 3) == ("", "mot", "")


# ------------------------------------------------------------------ init


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_first_project_builds_and_proves_every_fact(lang: str, tmp_path: Path, ontology: Ontology) -> None:
    write_project(tmp_path, first_project(ontology, lang))
    checked = check(load_settings(tmp_path), tmp_path)
    assert checked.problems == ()
    assert verify(checked.graph, checked.sources) == []
    assert sum(len(file.facts) for file in checked.graph.files) > 20
    facts = (tmp_path / FACTS).read_text(encoding="utf-8")
    assert facts.startswith("# yaml-language-server: $schema=")
    schema = re.sub(r".*\$schema=", "", facts.split("\n", 1)[0])
    assert ((tmp_path / FACTS).parent / schema).resolve().is_file()
    assert not re.search(r"^[^#\n]*\bquote:", facts, re.MULTILINE)
    assert {"en": "Invented", "fr": "Inventé"}[lang] in (tmp_path / SOURCE).read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_first_project_says_what_may_be_set(lang: str, ontology: Ontology) -> None:
    text = first_project(ontology, lang)["kg.toml"]
    shown = dict(re.findall(r'^# (\w+) = "(.+)"$', text, re.MULTILINE))
    settings = Settings()
    assert shown == {name: getattr(settings, name) for name in Settings.__slots__}


def test_both_languages_begin_alike(ontology: Ontology) -> None:
    def keys(lang: str) -> list[str]:
        return re.findall(r"^[ -]*([a-z-]+):", first_project(ontology, lang)[FACTS], re.MULTILINE)

    assert keys("en") == keys("fr")


# ------------------------------------------------------------------ the commands


def kg(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(SRC), "LANG": "C"},
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("curation")
    done = kg(folder, "init", "p")
    assert done.returncode == 0, done.stderr
    (folder / "p/sources/latin.txt").write_bytes("été".encode("latin-1"))
    return folder / "p"


def test_init_overwrites_nothing(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    done = kg(project, "init", ".")
    assert done.returncode == 2
    assert "already" in done.stderr
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_init_says_when_it_cannot_write(project: Path) -> None:
    done = kg(project, "init", "kg.toml/inside")
    assert done.returncode == 2
    assert "kg.toml/inside cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["sources/first-source.txt", "first-source.txt", "first-source"])
def test_cite_prints_the_position_and_the_words(project: Path, name: str) -> None:
    done = kg(project, "cite", name, "lumen", "works")
    text = (project / SOURCE).read_text(encoding="utf-8")
    start = text.index("Lumen Works")
    first, second = done.stdout.splitlines()
    assert first == f"[[{start}, {start + 11}]]"
    assert ">>Lumen Works<<" in second
    assert (done.returncode, done.stderr) == (0, "")


def test_cite_lists_several_places_and_takes_the_nth(project: Path) -> None:
    done = kg(project, "cite", "first-source", "ada marlow’s")
    assert done.returncode == 1
    done = kg(project, "cite", "first-source", "the")
    positions = re.findall(r"^(\d)\. (\[\[\d+, \d+\]\])$", done.stdout, re.MULTILINE)
    assert done.returncode == 1
    assert len(positions) > 2
    assert "--nth" in done.stderr
    assert kg(project, "cite", "first-source", "the", "--nth", "2").stdout.startswith(f"{positions[1][1]}\n")
    beyond = kg(project, "cite", "first-source", "the", "--nth", "99")
    assert beyond.returncode == 1
    assert "no place number 99" in beyond.stderr


def test_cite_shows_the_nearest_words(project: Path) -> None:
    done = kg(project, "cite", "first-source", "Tim Brill")
    assert done.returncode == 1
    assert ">>Tom Brill" in done.stdout
    assert "is not in" in done.stderr
    assert kg(project, "cite", "first-source", "zzzz").stdout == ""


def test_cite_without_words_gives_the_fingerprint(project: Path) -> None:
    sha256 = hashlib.sha256((project / SOURCE).read_bytes()).hexdigest()
    assert f"sha256: {sha256}\n" in kg(project, "cite", "first-source").stdout
    assert sha256 in load_sources(project / "sources")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("cite", "frst-source.txt", "a"), 2, "first-source.txt"),
        (("cite", "latin.txt", "a"), 1, "save it as UTF-8"),
        (("cite", "first-source", "a", "--sources", "nowhere"), 2, "nowhere"),
        (("cite",), 2, "SOURCE"),
        (("cite", "first-source", "a", "--nth", "0"), 2, "--nth"),
        (("anchor", "absent.yaml"), 1, "absent.yaml:1:1: error Y011"),
        (("anchor", "sources/latin.txt"), 1, "Y001"),
        (("anchor",), 2, "FILE"),
        (("init",), 2, "DIR"),
    ],
)
def test_wrong_use_is_told_without_a_traceback(project: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = kg(project, *arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_anchor_takes_the_sources_from_another_folder(project: Path, tmp_path: Path) -> None:
    sha256 = hashlib.sha256((project / SOURCE).read_bytes()).hexdigest()
    file = tmp_path / "f.yaml"
    file.write_text(f"source: {{id: s, sha256: {sha256}}}\na: {{quote: Lumen Works}}\n", encoding="utf-8", newline="\n")
    assert kg(tmp_path, "anchor", "f.yaml").returncode == 1
    done = kg(tmp_path, "anchor", "f.yaml", "--sources", str(project / "sources"))
    assert (done.returncode, done.stdout) == (0, "f.yaml: 1 quote(s) turned into positions\n")
    assert re.search(r"a: \{at: \[\[\d+, \d+\]\]\}\n$", file.read_text(encoding="utf-8"))
    assert kg(tmp_path, "anchor", "f.yaml").stdout == "f.yaml: no quote to turn into a position\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal can only be made by a program on POSIX systems")
def test_cite_asks_on_a_terminal_which_place_is_meant(project: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-m", "kg", "cite", "first-source", "the"],
        cwd=project,
        env={"PYTHONPATH": str(SRC), "LANG": "C", "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, b"2\n")
    said = b""
    with contextlib.suppress(OSError):  # the end of a terminal reads as an error
        while more := os.read(ours, 4096):
            said += more
    os.close(ours)
    assert done.wait(30) == 0
    text = said.decode("utf-8").replace("\r\n", "\n")
    second = re.search(r"^2\. (\[\[\d+, \d+\]\])$", text, re.MULTILINE)
    assert second
    assert f"{second[1]}\n" in text.partition("Which one")[2]
