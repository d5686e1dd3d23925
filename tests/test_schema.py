"""The schema for editors: real facts pass, slips of the keyboard do not."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from kg.ontology import load_ontology
from kg.schema import json_schema, schema_text
from kg.standing import STANDING_KEYS

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGY = load_ontology()
VALIDATOR = Draft202012Validator(json_schema(ONTOLOGY, "en"))
FILES = sorted(
    [
        *(ROOT / "data" / "facts").rglob("*.yaml"),
        *(ROOT / "data" / "demo").rglob("*.yaml"),
        *(ROOT / "tests/golden").glob("ok_*/facts.yaml"),
    ]
)
GOOD: dict[str, Any] = {
    "language": "fr",
    "source": {"id": "s", "type": "NewsArticle", "language": "fr", "sha256": "a" * 64, "free": True},
    "congresses": [
        {
            "id": "c-2024",
            "name": {"is": {"fr": "Congrès"}, "at": [[1, 2], [3, 4]]},
            "date": 2024,
            "sessions": [{"id": "c-2024/s", "format": "talk", "order": 1, "title": 2024, "quote": ["a", "b"]}],
            "participations": [{"who": {"id": "p", "type": "Person", "name": "P"}, "role": "speaker", "at": "/a/0"}],
        }
    ],
    "people": [
        {"id": "p", "name": "P", "same-as": "https://www.wikidata.org/entity/Q42", "at": {"row": 1, "column": 2}}
    ],
}


class Editor(yaml.SafeLoader):
    """Reads YAML 1.2 as editors do: numbers and truth values are no texts, ``no`` and dates are."""


Editor.yaml_implicit_resolvers = {}
Editor.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(true|false)$"), list("tf"))
Editor.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("[-+]?[0-9]+$"), list("-+0123456789"))
Editor.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+\.[0-9]+$"), list("-+0123456789"))


def loaded(file: Path, loader: type[yaml.BaseLoader | yaml.SafeLoader]) -> dict[str, Any]:
    """A file as kg reads it (everything is text), or as an editor does."""
    tree = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 # both make plain values only
    return dict(json.loads(json.dumps(tree)))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_it_is_a_schema_of_its_draft(lang: str) -> None:
    Draft202012Validator.check_schema(json_schema(ONTOLOGY, lang))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
@pytest.mark.parametrize("loader", [yaml.BaseLoader, Editor])
def test_accepted_facts_pass(file: Path, loader: type[yaml.BaseLoader | yaml.SafeLoader]) -> None:
    errors = [f"{error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(loaded(file, loader))]
    assert errors == []


def test_the_real_facts_and_the_demonstration_are_among_them() -> None:
    names = {file.relative_to(ROOT).parts[1] for file in FILES}
    assert {"facts", "demo"} <= names


def test_the_sample_passes() -> None:
    assert list(VALIDATOR.iter_errors(GOOD)) == []


@pytest.mark.parametrize(
    ("where", "bad"),
    [
        (("peoples",), [{"id": "x"}]),
        (("language",), "french"),
        (("people", 0, "id"), "Not An Id"),
        (("people", 0, "nom"), "x"),
        (("people", 0, "type"), "City"),
        (("people", 0, "name"), ""),
        (("people", 0, "name"), {"french": "x"}),
        (("people", 0, "name"), {"is": "x", "att": [[1, 2]]}),
        (("people", 0, "name"), {"at": [[1, 2]]}),
        (("people", 0, "name"), []),
        (("people", 0, "given"), ["a", "b"]),
        (("people", 0, "same-as"), "wikidata"),
        (("people", 0, "status"), "sure"),
        (("people", 0, "inferred"), "because"),
        (("people", 0, "at"), [1]),
        (("people", 0, "at"), "no-pointer"),
        (("people", 0, "at"), [[1, 2, 3]]),
        (("people", 0, "at"), {"row": 1}),
        (("people", 0, "quote"), []),
        (("congresses", 0, "date"), "28 juin"),
        (("congresses", 0, "date"), "2024-13"),
        (("congresses", 0, "date"), ["2024", "2025"]),
        (("congresses", 0, "sessions", 0, "format"), "table-ronde"),
        (("congresses", 0, "sessions", 0, "order"), "first"),
        (("congresses", 0, "participations", 0, "role"), "speeker"),
        (("congresses", 0, "participations", 0, "who"), {"id": "p", "name": "P"}),
        (("source", "sha256"), "abc"),
        (("source", "free"), "perhaps"),
    ],
)
def test_a_slip_is_seen(where: tuple[str | int, ...], bad: object) -> None:
    facts = copy.deepcopy(GOOD)
    inner: Any = facts
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = bad
    assert list(VALIDATOR.iter_errors(facts)) != []


def test_an_id_is_wanted_unless_one_can_be_made() -> None:
    assert list(VALIDATOR.iter_errors({"people": [{"name": "P"}]})) != []
    assert list(VALIDATOR.iter_errors({"memberships": [{"member": "p", "stated": "DGS"}]})) == []


def test_it_knows_every_section_key_and_word() -> None:
    schema: Any = json_schema(ONTOLOGY, "en")
    definitions = schema["$defs"]
    assert set(schema["properties"]) == {"language", *ONTOLOGY.sections}
    for section, shape in ONTOLOGY.sections.items():
        assert set(definitions[section]["properties"]) == {"id", "type", *STANDING_KEYS, *shape.fields}
        for field in shape.fields.values():
            text = definitions[section]["properties"][field.key]["description"]
            assert field.labels["en"] in text
            if field.scheme:
                words = definitions[f"short-word-{field.scheme}"]["enum"]
                assert words == list(ONTOLOGY.schemes[field.scheme])


def test_it_speaks_the_language_asked_for_and_is_the_same_each_time() -> None:
    french, english = schema_text(ONTOLOGY, "fr"), schema_text(ONTOLOGY, "en")
    assert "Une organisation a une seule nature" in french
    assert "An organisation is of one kind" in english
    assert french == schema_text(load_ontology(), "fr")
    assert french.endswith("}\n")
    assert list(json.loads(french)["$defs"]) == list(json.loads(english)["$defs"])
