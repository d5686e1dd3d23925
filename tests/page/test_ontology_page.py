"""The page of the ontology, in a real browser: readable by all, whole in both languages, and alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_core_python.selenium import Axe
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from kg.messages import LANGUAGES
from kg.ontodoc import ontology_page
from kg.ontology import load_ontology

pytestmark = pytest.mark.browser
ONTOLOGY = load_ontology()


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_no_fault_in_the_page_of_the_ontology(lang: str, width: int, browser: Chrome, tmp_path: Path) -> None:
    file = tmp_path / f"ontology.{lang}.html"
    file.write_text(ontology_page(ONTOLOGY, lang), encoding="utf-8", newline="\n")
    browser.set_window_size(width, 900)
    browser.get(file.as_uri())
    found = Axe().run(browser)["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]][:3]) for fault in found] == []
    assert len(browser.find_elements(By.CSS_SELECTOR, "svg .box")) >= 10


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_section_key_word_and_term_stands_on_it(lang: str) -> None:
    text = ontology_page(ONTOLOGY, lang)
    for shape in ONTOLOGY.sections.values():
        assert f'id="{shape.section}"' in text
        assert all(f"<code>{key}</code>" in text for key in shape.fields)
    for words in ONTOLOGY.schemes.values():
        assert all(f"<code>{word}</code>" in text for word in words)
    assert "http://" not in text.partition("<main")[0]
