"""Source texts: what a position means, what a search forgives, what it does not."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kg.source import (
    SourceText,
    cell,
    find_passages,
    folded,
    load_sources,
    nearest_passage,
    passage,
    read_source,
    record,
)

if TYPE_CHECKING:
    from pathlib import Path

#: Texts such as people print: words, all kinds of spaces and hyphens, accents composed and not, ligatures.
SIGNS = st.sampled_from(
    [*"abéèàçœŒÆßIiA10 \n\t-–‑'’«»\"“,.;:%", "\u00a0", "\u00ad", "e\u0301", "-\n", "\r\n", "😀", "ﬁ"]
)
TEXTS = st.lists(SIGNS, max_size=60).map("".join)


# ------------------------------------------------------------------ files


def test_sources_are_found_by_the_hash_of_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    data = "\ufeffÉcluse\r\nde Sète 😀\n".encode()
    (tmp_path / "deep" / "b.txt").write_bytes(data)
    found = load_sources(tmp_path)
    sha256 = hashlib.sha256(data).hexdigest()
    assert found == {sha256: SourceText(sha256, "\ufeffÉcluse\r\nde Sète 😀\n", "deep/b.txt")}
    assert found[sha256].words("text", 1, 7) == "Écluse"
    assert found[sha256].words("text", 17, 18) == "😀"


@pytest.mark.parametrize("data", [b"\xff\xfe", b"ab\0cd", "été".encode("latin-1"), b"x" * 5000 + b"\xe9"])
def test_what_is_no_utf8_text_is_no_source(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.bin").write_bytes(data)
    assert read_source(tmp_path / "a.bin", "a.bin") is None
    assert load_sources(tmp_path) == {}


def test_hidden_files_and_an_absent_folder_hold_no_source(tmp_path: Path) -> None:
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / ".b.txt").write_text("b", encoding="utf-8")
    assert load_sources(tmp_path) == {}
    assert load_sources(tmp_path / "absent") == {}


def test_of_equal_files_the_first_by_name_counts(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.txt"):
        (tmp_path / name).write_text("same", encoding="utf-8")
    assert [source.name for source in load_sources(tmp_path).values()] == ["a.txt"]


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2), (0, 6)])
def test_a_position_outside_the_text_is_no_passage(start: int, end: int) -> None:
    assert passage("texte", start, end) is None


def test_the_whole_text_is_a_passage() -> None:
    assert passage("texte", 0, 5) == "texte"


# ------------------------------------------------------------------ searching


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("le canal", "le canal", ["le canal"]),
        ("LE  Canal\n de l’Été", "le canal de l'ete", ["LE  Canal\n de l’Été"]),
        ("le Pont-\nCanal", "pont-canal", ["Pont-\nCanal"]),
        ("les collec-\n  tivités", "les collectivités", ["les collec-\n  tivités"]),
        ("les collec\u00adtivités", "collectivités", ["collec\u00adtivités"]),
        ("sous‑préfet et sous–préfet", "sous-prefet", ["sous‑préfet", "sous–préfet"]),
        ("«\u00a0Oui\u202f!\u00a0»", '"oui!"', ["«\u00a0Oui\u202f!\u00a0»"]),
        ("« Oui ! »", "“Oui !”", ["« Oui ! »"]),
        ("sa sœur", "soeur", ["sœur"]),
        ("sa soeur", "Sœur", ["soeur"]),
        ("cafe\u0301 noir", "café", ["cafe\u0301"]),
        ("café noir", "cafe\u0301 noir", ["café noir"]),
        ("l'ﬁn", "fin", ["ﬁn"]),
        ("18\u00a0%", "18%", ["18\u00a0%"]),
        ("a\r\nb", "a b", ["a\r\nb"]),
        ("un pont", "  pont\n", ["pont"]),
    ],
)
def test_a_search_forgives_what_is_not_seen_or_typed_alike(text: str, words: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in find_passages(text, words)] == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("or ange", "orange"),
        ("orange", "or ange"),
        ("œuvre", "o"),
        ("texte", ""),
        ("texte", " \n"),
        ("", "a"),
        ("a", "\u0301"),
    ],
)
def test_a_search_forgives_no_more(text: str, words: str) -> None:
    assert find_passages(text, words) == []


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Partie. Art et ART, art.", "art", [(20, 23)]),
        ("Partie. Art et ART, art.", "Art", [(8, 11)]),
        ("Partie, ART, Art", "art", [(8, 11), (13, 16)]),
        ("Partie, PARTIE", "art", [(1, 4)]),
        ("PARTIE", "art", [(1, 4)]),
    ],
)
def test_whole_words_as_written_come_before_all_others(text: str, words: str, found: list[tuple[int, int]]) -> None:
    assert find_passages(text, words) == found


@given(TEXTS, st.integers(0, 60), st.integers(1, 30))
def test_words_taken_from_a_text_are_found_in_it(text: str, start: int, length: int) -> None:
    words = text[start : start + length]
    assume(words.strip())
    found = find_passages(text, words)
    assert found
    assert all(0 <= s < e <= len(text) for s, e in found)
    assert found == sorted(set(found))


@given(TEXTS, TEXTS)
def test_what_is_found_reads_like_what_was_asked(text: str, words: str) -> None:
    for start, end in find_passages(text, words):
        assert folded(text[start:end]).replace("-", "") == folded(words.strip()).replace("-", "")


@given(
    st.lists(st.sampled_from(["l'été", "Œuvre", "sous-préfet", "«", "»", "18", "%", "ÉCLUSE", ",", "à"]), min_size=1)
)
def test_typing_differently_finds_the_same(words: list[str]) -> None:
    text = f"Avant. {' '.join(words)} ; après"
    asked = " ".join(words)
    for typed in (
        asked.upper(),
        unicodedata.normalize("NFD", asked),
        asked.translate({39: "’", 45: "‑", 32: "\u00a0\n"}),
    ):
        found = find_passages(text, typed)
        assert asked in [text[s:e] for s, e in found]


@given(TEXTS)
def test_composed_or_not_a_text_folds_alike(text: str) -> None:
    assert folded(unicodedata.normalize("NFC", text)) == folded(unicodedata.normalize("NFD", text))


def test_the_nearest_words_are_shown_when_there_are_none() -> None:
    text = "Le congrès s'est tenu à Port-aux-Saules, dans la Halle aux Grains. Il a réuni 240 gardiens."
    near = nearest_passage(text, "la Halle au Grain")
    assert near is not None
    assert text[slice(*near)].startswith("la Halle aux Grains")
    assert nearest_passage(text, "wholly other thoughts") is None
    assert nearest_passage("", "mot") is None
    assert nearest_passage(text, "") is None


# ------------------------------------------------------------------ records


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/foo", '["bar","baz"]'),
        ("/foo/0", "bar"),
        ("/", "0"),
        ("/a~1b", "1"),
        ("/m~0n", "8"),
        ("/ ", "7"),
        ("/n", "null"),
        ("/é", "[true]"),
        ("", '{"foo":["bar","baz"],"":0,"a/b":1,"m~n":8," ":7,"n":null,"é":[true]}'),
        ("/foo/2", None),
        ("/foo/00", None),
        ("/foo/-", None),
        ("/foo/0/0", None),
        ("/absent", None),
        ("foo", None),
    ],
)
def test_a_pointer_leads_to_a_record(pointer: str, value: str | None) -> None:
    text = json.dumps({"foo": ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, " ": 7, "n": None, "é": [True]})
    assert record(text, pointer) == value
    assert record("\ufeff" + text, pointer) == value


@pytest.mark.parametrize("text", ["", "no json", "[" * 100_000, "{'a': 1}"])
def test_a_text_that_is_no_json_has_no_records(text: str) -> None:
    assert record(text, "/0") is None


@given(st.recursive(st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)))
def test_every_part_of_a_json_text_is_reached(value: object) -> None:
    text = json.dumps(value)
    for pointer, part in _parts(value):
        got = record(text, pointer)
        assert got == part if isinstance(part, str) else got is not None and json.loads(got) == part


def _parts(value: object, pointer: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = [(pointer, value)]
    children: list[tuple[str, object]] = []
    if isinstance(value, dict):
        children = [(str(key).replace("~", "~0").replace("/", "~1"), part) for key, part in value.items()]
    elif isinstance(value, list):
        children = [(str(index), part) for index, part in enumerate(value)]
    for token, part in children:
        found += _parts(part, f"{pointer}/{token}")
    return found


@pytest.mark.parametrize(
    ("text", "row", "column", "value"),
    [
        ("a,b\n1,2\n", 1, 2, "b"),
        ("a,b\n1,2\n", 2, 1, "1"),
        ('a;b\r\n"x;\r\ny";z\r\n', 2, 1, "x;\r\ny"),
        ("a\tb\n1\t2", 2, 2, "2"),
        ("seule\nligne", 2, 1, "ligne"),
        ("\ufeffa,b", 1, 1, "a"),
        ("a,b\n1\n", 2, 2, None),
        ("a,b\n", 2, 1, None),
        ("a,b\n", 0, 1, None),
        ("a,b\n", 1, 0, None),
        ("", 1, 1, None),
    ],
)
def test_a_cell_is_counted_from_one(text: str, row: int, column: int, value: str | None) -> None:
    assert cell(text, row, column) == value
    assert SourceText("", text, "t.csv").words("cell", row, column) == value


def test_a_source_knows_its_records() -> None:
    assert SourceText("", '{"a": "b"}', "t.json").words("pointer", pointer="/a") == "b"
