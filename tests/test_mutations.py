"""Faults put into the facts on purpose: how many does something other than a snapshot notice?

A fact of the invented report is changed in the text of its file, one at a time, and the file goes through what a
curator would run: ``kg check``, ``kg verify`` beside the source, and the comparison with an independent reading of
the source. Five kinds of change: a value, a reference, a datatype, a class, a cardinality. Values in our own words
(summaries, labels, translations, what something is inferred from) are no claims of the source and are not sampled.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from kg.check import Checked, check
from kg.config import Settings
from kg.errors import DataError
from kg.facts import Fact
from kg.source import SourceText, folded
from kg.verify import verify
from reading import differences

ROOT = Path(__file__).resolve().parents[1]
DEMO = Settings(facts="data/demo/facts", sources="data/demo/sources")
FILE = next((ROOT / DEMO.facts).rglob("*.yaml"))
TEXT = FILE.read_text(encoding="utf-8")
LINES = TEXT.split("\n")
SAMPLE = 40  # of each kind
OURS = {"summary", "label", "description", "counts", "unit", "time", "frequency", "formerly", "free", "sha256"}
#: A passage that names what a reference points to holds the reference in place.
NAMING = ("name", "prefLabel", "altLabel", "acronym", "familyName", "statedAs", "headline")


@dataclass(frozen=True)
class Mutant:
    """A change of the text from ``start`` to ``end``."""

    kind: str
    start: int
    end: int
    new: str

    def __str__(self) -> str:
        line = TEXT.count("\n", 0, self.start) + 1
        return f"{self.kind} at line {line}: {TEXT[self.start : self.end]!r} → {self.new!r}"

    def text(self) -> str:
        return TEXT[: self.start] + self.new + TEXT[self.end :]


def scalar_at(fact: Fact) -> tuple[int, int]:
    """Where the value of a fact stands in the text, quotation marks included; (0, 0) when it is written out."""
    start = sum(len(line) + 1 for line in LINES[: fact.place.line - 1]) + fact.place.column - 1
    event = next(e for e in yaml.parse(TEXT[start:].split("\n")[0].rstrip() + "\n") if isinstance(e, yaml.NodeEvent))
    if isinstance(event, yaml.ScalarEvent) and event.style in ("'", '"'):
        return start, start + (event.end_mark.index if event.end_mark else 0)
    plain = re.match(r"[^,{}\[\]\n#]*", TEXT[start:])
    return (start, start + len(plain[0].rstrip())) if plain and plain[0].strip() else (0, 0)


def of_source(fact: Fact) -> bool:
    """Whether the value is one that the source gives, in its own language or in none."""
    if fact.field.key in OURS or fact.field.bookkeeping:
        return False
    return not isinstance(fact.value, dict) or "@value" in fact.value or "fr" in fact.value


def values(facts: list[Fact], rng: random.Random) -> Iterator[Mutant]:
    for fact in facts:
        start, end = scalar_at(fact)
        if fact.refers or fact.field.kind == "iri" or not of_source(fact) or not end:
            continue
        old = TEXT[start:end]
        if fact.field.kind == "concept":
            continue
        if fact.field.kind == "typed":
            new = re.sub(r"\d(?=\D*$)", lambda m: str((int(m[0]) + 1) % 10), old)
            new = old if fact.field.key == "date" and "T" in old else new  # a minute more is in no passage
        else:
            place = rng.choice([m.start() for m in re.finditer(r"[A-Za-zà-ÿ]", old)])
            new = f"{old[:place]}{'x' if old[place] != 'x' else 'y'}{old[place + 1 :]}"
        if new != old:
            yield Mutant("value", start, end, new)


def references(facts: list[Fact], rng: random.Random, ids: dict[str, set[str]]) -> Iterator[Mutant]:
    """Another thing of the same class; for words of closed lists, another word."""
    for fact in facts:
        start, end = scalar_at(fact)
        old = TEXT[start:end]
        if not end or old != fact.value:
            continue
        same = next((group for group in ids.values() if fact.value in group), set())
        if fact.field.kind == "concept":
            same = (
                {"speaker", "moderator", "host"}
                if fact.field.key in ("role", "announced-as")
                else CONCEPTS[fact.field.key]
            )
        elif not fact.refers:
            continue
        others = sorted(same - {str(fact.value)})
        if others:
            yield Mutant("reference", start, end, rng.choice(others))


CONCEPTS = {
    "kind": {"municipality", "company", "union", "museum"},
    "format": {"talk", "round-table", "workshop", "visit"},
    "office": {"president", "director", "mayor", "treasurer"},
    "quantifier": {"exact", "about", "at-least", "at-most"},
}


def datatypes(facts: list[Fact], _: random.Random) -> Iterator[Mutant]:
    for fact in facts:
        start, end = scalar_at(fact)
        if end and fact.field.kind in ("typed", "concept"):
            yield Mutant("datatype", start, end, "une douzaine")
        elif end and fact.field.kind in ("text", "name") and isinstance(fact.value, str):
            yield Mutant("datatype", start, end, "[[deux]]")


def classes(facts: list[Fact], rng: random.Random, ids: dict[str, set[str]]) -> Iterator[Mutant]:
    """A thing of another class, where the key wants one of some class."""
    for fact in facts:
        start, end = scalar_at(fact)
        if not end or not fact.refers or fact.field.target is None or TEXT[start:end] != fact.value:
            continue
        other = [
            name
            for word, group in ids.items()
            if fact.value not in group and word in ("Observation", "Quotation")
            for name in group
        ]
        yield Mutant("class", start, end, rng.choice(sorted(other)))


def cardinalities(facts: list[Fact], rng: random.Random, ids: dict[str, set[str]]) -> Iterator[Mutant]:
    """One value more than there may be, or none where there must be one."""
    for fact in facts:
        start, end = scalar_at(fact)
        if not end or fact.field.inverse or (isinstance(fact.value, dict) and "@value" not in fact.value):
            continue
        old = TEXT[start:end]
        if fact.field.min and re.search(rf"(^|[{{ ]){fact.field.key}: $", TEXT[:start].rpartition("\n")[2]):
            yield Mutant("cardinality", start, end, '""')
        if fact.field.max == 1 and old == fact.value and fact.field.kind in ("ref", "concept"):
            same = CONCEPTS.get(fact.field.key) or next((g for g in ids.values() if fact.value in g), set())
            others = sorted(same - {old})
            if others:
                yield Mutant("cardinality", start, end, f"[{old}, {rng.choice(others)}]")


def sampled() -> list[Mutant]:
    rng = random.Random(20250926)
    checked = check(DEMO, ROOT)
    (file,) = checked.graph.files
    facts = [mapped.fact for mapped in file.facts]
    ids: dict[str, set[str]] = {}
    for thing in file.file.things:
        if not thing.minted:
            ids.setdefault(thing.class_word, set()).add(thing.id)
    kinds = (
        list(values(facts, rng)),
        list(references(facts, rng, ids)),
        list(datatypes(facts, rng)),
        list(classes(facts, rng, ids)),
        list(cardinalities(facts, rng, ids)),
    )
    return [mutant for found in kinds for mutant in rng.sample(found, min(SAMPLE, len(found)))]


def unnamed(checked: Checked) -> set[tuple[str, str]]:
    """References whose passage says no word of the name of what they point to: (subject, target)."""

    def words(text: str) -> set[str]:
        return set(re.findall(r"\w{3,}", folded(text)))

    names: dict[object, set[str]] = {}
    for triple in checked.graph.plain:
        if re.split("[/#]", triple.predicate.value)[-1] in NAMING:
            names.setdefault(triple.subject, set()).update(words(getattr(triple.object, "value", "")))
    found = set()
    for file in checked.graph.files:
        source: SourceText | None = checked.sources.get(file.file.sha256 or "")
        for mapped in file.facts:
            standing = mapped.fact.standing
            if source is None or not mapped.fact.refers or mapped.fact.field.inverse or standing.status == "inferred":
                continue
            passage = " ".join(source.words(s.kind, s.start, s.end, s.pointer) or "" for s in standing.at)
            if not names.get(mapped.triple.object, set()) & words(passage):
                found.add((mapped.fact.subject, str(mapped.fact.value)))
    return found


@pytest.fixture(scope="module")
def noticed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Mutant], bool]:
    folder = tmp_path_factory.mktemp("mutant")
    (folder / "sources").mkdir()
    for source in (ROOT / DEMO.sources).iterdir():
        (folder / "sources" / source.name).write_bytes(source.read_bytes())
    settings = Settings(facts="facts.yaml", sources="sources")

    def run(text: str) -> Checked | None:
        (folder / "facts.yaml").write_text(text, encoding="utf-8", newline="\n")
        try:
            return check(settings, folder)
        except DataError:
            return None

    sound = run(TEXT)
    assert sound is not None
    known = unnamed(sound)

    def caught(mutant: Mutant) -> bool:
        checked = run(mutant.text())
        if checked is None or checked.problems or verify(checked.graph, checked.sources):
            return True
        return any(differences(checked.graph)) or bool(unnamed(checked) - known)

    return caught


def test_of_the_faults_put_into_the_facts_nineteen_in_twenty_are_noticed(
    noticed: Callable[[Mutant], bool], capsys: pytest.CaptureFixture[str]
) -> None:
    mutants = sampled()
    survivors = [mutant for mutant in mutants if not noticed(mutant)]
    assert {mutant.kind for mutant in mutants} == {"value", "reference", "datatype", "class", "cardinality"}
    assert len(mutants) > 150
    told = "\n".join(map(str, survivors))
    with capsys.disabled():  # the survivors are listed in every run
        sys.stdout.write(f"\n{len(mutants)} faults, {len(survivors)} unnoticed:\n{told}\n")
    assert len(survivors) <= len(mutants) * 0.05, told
