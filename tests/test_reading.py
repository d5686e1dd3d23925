"""The facts of the invented report say what somebody read in it who had not seen them."""

from __future__ import annotations

from pathlib import Path

from kg.check import check
from kg.config import Settings
from reading import TABLES, differences

ROOT = Path(__file__).resolve().parents[1]


def test_the_facts_say_what_the_text_says_and_nothing_else() -> None:
    checked = check(Settings(facts="data/demo/facts", sources="data/demo/sources"), ROOT)
    assert list(differences(checked.graph)) == []
    assert len(TABLES) > 20
