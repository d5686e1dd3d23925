"""Who may be the same: which names agree and which do not, in words; what is shared; what speaks against."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.check import gather
from kg.config import Settings
from kg.errors import Place, UsageError
from kg.identity import load_rules
from kg.identity.agreement import corporate_names, personal_names
from kg.identity.blocking import pairs
from kg.identity.candidates import Candidate, find_candidates
from kg.identity.names import corporate, personal
from kg.identity.records import Called, Record, labels_of, read_records
from kg.ontology import load_ontology

pytest.importorskip("rapidfuzz")

ONTOLOGY = load_ontology()
RULES = load_rules(ONTOLOGY)


def ways(one: str, other: str, form: str = "personal") -> set[str] | None:
    if form == "personal":
        found = personal_names(personal(one, RULES.words), personal(other, RULES.words))
    else:
        found = corporate_names(corporate(one, RULES.words), corporate(other, RULES.words))
    return set(found.ways) if found else None


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Marie Durand", "Marie Durand", {"same"}),
        ("Marie Durand", "Marie DURAND", {"capitals"}),
        ("Marie Durand", "DURAND Marie", {"capitals", "order"}),
        ("Marie Durand", "Durand, Marie", {"order"}),
        ("Aurélie Léger", "Aurelie Leger", {"accents"}),
        ("Jean-Yves Le Gall", "Jean Yves LE GALL", {"capitals", "hyphens"}),
        ("Ludwig van Beek", "Ludwig Beek", {"particle"}),
        ("Jörg Müller", "Joerg Mueller", {"umlaut"}),
        ("Jörg Müller", "Jorg Muller", {"accents"}),
        ("Dr. Jörg Müller", "Jörg Müller", {"title"}),
        ("Müller Dr. Jörg", "Jörg Müller", {"order", "title"}),
        ("Łukasz Żak", "Lukasz Zak", {"accents"}),
        ("Siân O'Malley", "Sian O’Malley", {"accents"}),
        ("Jean-Yves Dupont", "J.-Y. Dupont", {"initials"}),
        ("Jean-Yves Dupont", "J-Y DUPONT", {"initials"}),
        ("Jean-Yves Dupont", "JY Dupont", {"initials"}),
        ("Jean-Yves Dupont", "J. Dupont", {"initials"}),
        ("DUPONT J.Y.", "Jean Yves Dupont", {"initials"}),
        ("Jean-Yves Dupont", "Jean Dupont", {"part"}),
        ("Anne Petit-Pas", "Anne Petit", {"part"}),
        ("Alexandre Roy", "Alex Roy", {"short"}),
        ("Anne Dupont", "Anne Dupond", {"letter"}),
        ("Stefan Westphal", "Stephan Westphal", {"letter"}),
        ("Tom Burck", "TomBurck", {"together"}),
        ("Vanessa Roy", "Vanessa", {"alone"}),
        ("Иван Петров", "ПЕТРОВ Иван", {"capitals", "order"}),
        ("Jean-Yves Dupont", "Jean-Luc Dupont", None),
        ("Jean-Yves Dupont", "P. Dupont", None),
        ("Marie Durand", "Marie Martin", None),
        ("Marie Durand", "Paul Durand", None),
        ("J. Dupont", "P. Dupont", None),
        ("Anne Roy", "Anna Ray", None),
        ("Li Wei", "Wei Na", None),
    ],
)
def test_names_of_people_agree_in_these_ways(one: str, other: str, expected: set[str] | None) -> None:
    assert ways(one, other) == expected
    assert ways(other, one) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("SFEIR", "Sfeir", {"capitals"}),
        ("Ligue Imaginaire", "Ligue Imaginaire SAS", {"noise"}),
        ("Digitale Digue e.V.", "Digitale Digue", {"noise"}),
        ("Réseau des Écluses", "Reseau Ecluses", {"accents", "small"}),
        ("Booking.com", "Booking", {"noise"}),
        ("Open Data City", "OpenDataCity", {"together"}),
        ("Institut für Deiche", "InstitutfürDeiche", {"together"}),
        ("Ligue Imaginaire des Digues", "LID", {"initialism"}),
        ("Ligue des Digues du Sud", "LDDDS", {"initialism"}),
        ("FU Sens", "Freie Universität Sens", {"initialism"}),
        ("Agence des Digues", "Agence des Digues Sud", {"part"}),
        ("Europäisches Parlament", "Europäischs Parlament", {"letter"}),
        ("Open Digues DE", "Open Digues", {"part"}),
        ("Section 13", "Section 84", None),
        ("Université de Sens", "Université de Dole", None),
        ("Ville de Sens", "Agglomération de Sens", None),
        ("The", "Office", None),
    ],
)
def test_names_of_organisations_agree_in_these_ways(one: str, other: str, expected: set[str] | None) -> None:
    assert ways(one, other, "corporate") == expected
    assert ways(other, one, "corporate") == expected


NAMES = st.lists(st.text(alphabet="aéeüößlLŁA-'. ", min_size=1, max_size=9), min_size=1, max_size=4).map(" ".join)


@given(NAMES, NAMES)
@settings(max_examples=400, deadline=None)
def test_agreement_is_the_same_seen_from_either_name(one: str, other: str) -> None:
    for parse, agree in ((personal, personal_names), (corporate, corporate_names)):
        a, b = parse(one, RULES.words), parse(other, RULES.words)
        if a.words and b.words:
            there, back = agree(a, b), agree(b, a)
            assert (there and set(there.ways)) == (back and set(back.ways))


@given(NAMES)
@settings(max_examples=200, deadline=None)
def test_a_name_agrees_with_itself_in_capitals_turned_round_and_without_accents(name: str) -> None:
    own = personal(name, RULES.words)
    if len(own.words) < 2 or any(len(w.folded) < 3 for w in own.words):
        return
    for other in (name.upper(), ", ".join(reversed(name.split()))):
        assert personal_names(own, personal(other, RULES.words)) is not None


# ------------------------------------------------------------------ candidates


def record(name: str, text: str, kind: str = "people", source: str = "") -> Record:
    parse = personal if kind == "people" else corporate
    called = (Called(parse(text, RULES.words), True, False),)
    empty = (frozenset[str](),) * len(RULES.kinds[kind].shared)
    sources = frozenset({source or name})
    return Record(name, kind, called, frozenset(), empty, frozenset(), frozenset(), sources, Place(name))


def found(folder: Path, facts: dict[str, str], kind: str = "people", decisions: str = "") -> list[Candidate]:
    for name, text in facts.items():
        (folder / "facts").mkdir(exist_ok=True)
        (folder / "facts" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "identity.yaml").write_text(decisions, encoding="utf-8")
    gathered = gather(Settings(facts="facts"), folder, ONTOLOGY)
    gathered.stop_on_errors()
    records = read_records(gathered.files, ONTOLOGY, RULES)[kind]
    labels = labels_of(gathered.files, ONTOLOGY, RULES)
    return find_candidates(records, RULES.kinds[kind], RULES, identity=gathered.identity, labels=labels)[0]


A = """
source: {id: first, type: Report, language: fr}
congresses: [{id: sens-2023, name: Congrès de Sens 2023, series: rivers}]
series: [{id: rivers, name: {fr: Congrès des rivières}}]
people:
  - {id: jean-yves-dupont, name: Jean-Yves Dupont, memberships: [{id: m1, of: sens, stated: {fr: DGS}}]}
  - {id: jean-luc-dupont, name: Jean-Luc Dupont}
organisations: [{id: sens, name: Ville de Sens}]
participations:
  - {who: jean-yves-dupont, role: speaker, during: sens-2023}
  - {who: jean-luc-dupont, role: speaker, during: sens-2023}
"""
B = """
source: {id: second, type: Report, language: fr}
congresses: [{id: dole-2024, name: Congrès de Dole 2024, series: rivers}]
series: [{id: rivers, name: {fr: Congrès des rivières}}]
people: [{id: j-y-dupont, name: DUPONT J.-Y., memberships: [{id: m2, of: commune-sens, stated: {fr: DGS}}]}]
organisations: [{id: commune-sens, name: VILLE DE SENS}]
participations: [{who: j-y-dupont, role: speaker, during: dole-2024}]
"""


def told(candidate: Candidate, lang: str = "en") -> tuple[list[str], list[str]]:
    return [r.told(lang) for r in candidate.reasons], [r.told(lang) for r in candidate.against]


def test_reasons_are_told_in_words_in_both_languages(tmp_path: Path) -> None:
    (first,) = found(tmp_path, {"a": A, "b": B})
    assert first.ids == ("jean-yves-dupont", "j-y-dupont"), "the fuller name first: it is the one to keep"
    assert told(first) == (
        ["initials: J Y = Jean Yves", "same organisation: VILLE DE SENS", "both at: Congrès des rivières"],
        [],
    )
    assert told(first, "fr")[0] == [
        "initiales : J Y = Jean Yves",
        "même organisation : VILLE DE SENS",
        "tous deux à : Congrès des rivières",
    ]


def test_two_in_one_session_of_one_source_are_hardly_one(tmp_path: Path) -> None:
    facts = """
source: {id: first, type: Report, language: fr}
sessions:
  - id: debate
    title: {fr: Les digues}
    format: round-table
    participations: [{who: anne-roy, role: speaker}, {who: a-roy, role: moderator}]
people: [{id: anne-roy, name: Anne Roy}, {id: a-roy, name: A. Roy}]
"""
    (only,) = found(tmp_path, {"a": facts})
    assert told(only)[1] == ["one source has both in one session: Les digues"]
    assert not only.automatic
    assert only.score < 0


def test_an_organisation_and_its_section_are_not_one(tmp_path: Path) -> None:
    facts = """
organisations:
  - {id: ligue, name: Ligue des digues, acronym: LDD}
  - {id: ligue-13, name: Ligue des digues 13, part-of: ligue}
  - {id: ligue-84, name: Ligue des digues 84, part-of: ligue}
"""
    pairs_ = {c.ids: told(c)[1] for c in found(tmp_path, {"a": facts}, "organisations")}
    assert all("one is part of the other" in against for ids, against in pairs_.items() if "ligue" in ids)
    assert ("ligue-13", "ligue-84") not in {tuple(sorted(ids)) for ids in pairs_}


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("name: Ligue des digues, acronym: LDD", "name: LDD", "under another name that it has: LDD"),
        ("name: Ligue des digues, alias: Les Digues", "name: LES DIGUES", "under another name that it has: Les Digues"),
        ("name: Ligue des digues du Sud (LDS)", "name: LDS", "under another name that it has: LDS"),
        ("name: Digues, acronym: DDT", "name: Direction des digues et torrents", "acronym: DDT = Direction"),
    ],
)
def test_acronyms_and_other_names_bring_organisations_together(
    tmp_path: Path, one: str, other: str, reason: str
) -> None:
    facts = f"organisations:\n  - {{id: one, {one}}}\n"
    (first,) = found(tmp_path, {"a": facts, "b": f"organisations:\n  - {{id: two, {other}}}\n"}, "organisations")
    assert any(reason in text for text in told(first)[0]), told(first)


def test_records_of_authorities_bring_together_and_part(tmp_path: Path) -> None:
    one, other = "https://orcid.org/0000-0002-1825-0097", "https://orcid.org/0000-0001-5109-3700"
    line = 'people: [{{id: {}, name: {}, same-as: "{}"}}]\n'
    (same,) = found(tmp_path, {"a": line.format("a", "Anne Roy", one), "b": line.format("b", "Zoé Lenoir", one)})
    assert told(same) == ([f"same authority record: {one}"], [])
    (apart,) = found(tmp_path, {"a": line.format("a", "Anne Roy", one), "b": line.format("b", "Anne Roy", other)})
    assert told(apart)[1] == [f"two records of one authority: {one} – {other}"]
    assert not apart.automatic


@pytest.mark.parametrize("verdict", ["same", "different", "unsure"])
def test_what_is_decided_is_not_listed_again(tmp_path: Path, verdict: str) -> None:
    line = f"- {{{verdict}: [jean-yves-dupont, j-y-dupont], by: Jo, why: x}}\n"
    assert found(tmp_path, {"a": A, "b": B}, decisions=line) == []
    proposed = line.replace(verdict, "proposed")
    assert len(found(tmp_path, {"a": A, "b": B}, decisions=proposed)) == 1
    assert found(tmp_path, {"a": A, "b": B}, decisions=proposed + line) == []


def test_a_short_name_that_may_be_either_of_two_is_not_proposed() -> None:
    kind = RULES.kinds["people"]
    shared = tuple(frozenset({"sens"}) if n == 1 else frozenset[str]() for n in range(len(kind.shared)))
    crowd = [record(f"p{n:03}", f"Given{n} Family{n}") for n in range(400)]
    crowd += [record(f"q{n:03}", f"Given{n} Family{n}") for n in range(0, 400, 8)]  # some come back

    def proposed(*names: str) -> list[bool]:
        people = [record(f"r{n}", name) for n, name in enumerate(names)]
        some = [
            Record(r.id, r.kind, r.called, r.authority, shared, r.together, r.points, r.sources, r.place)
            for r in people
        ]
        listed = find_candidates([*some, *crowd], kind, RULES)[0]
        return [c.automatic for c in listed if "r" in c.one.id + c.other.id]

    assert proposed("Jean Quimperle-Dole", "Jean Quimperle") == [True]
    assert proposed("Jean Quimperle-Dole", "Jean Quimperle", "Jean Quimperle-Sens") == [False, False]


def test_a_name_that_many_bear_is_not_proposed_and_a_rare_one_is() -> None:
    kind = RULES.kinds["people"]
    given, family = [f"Given{n:02}" for n in range(20)], [f"Family{n:03}" for n in range(400)]
    crowd = [f"{given[n % 20]} {family[n]}" for n in range(400)]
    crowd += crowd[::8]  # some come back
    crowd += [f"Thomas {name}" for name in family[:60]] + [f"{name} Muller" for name in given]
    records = [record(f"p{n:04}", name) for n, name in enumerate(crowd)]
    for name, expected in (("Thomas Muller", False), ("Quirin Zwettl", True)):
        two = [record("x1", name), record("x2", name)]
        pair = next(
            c for c in find_candidates([*records, *two], kind, RULES)[0] if {c.one.id, c.other.id} == {"x1", "x2"}
        )
        assert pair.automatic is expected, pair.score


# ------------------------------------------------------------------ which are compared


def test_every_pair_that_agrees_is_compared() -> None:
    """Against holding each name against each: nothing that agreement finds is lost by the keys."""
    chance = random.Random(7)
    given, family = ["Anne", "Jean-Yves", "Jörg", "Alexandre", "Li"], ["Dupont", "Le Gall", "Müller", "O'Hara", "Roy"]
    plain = [f"{g} {f}" for g in given for f in family]
    changed = [
        change(name)
        for name in plain
        for change in (
            str.upper,
            lambda n: " ".join(reversed(n.split())),
            lambda n: f"{n[0]}. {n.split()[-1]}",
            lambda n: n.replace("ü", "ue").replace("ö", "oe"),
            lambda n: n[:-2] + n[-1],
            lambda n: n.split()[-1],
            lambda n: n.replace(" ", "", 1),
        )
    ]
    texts = [*plain, *chance.sample(changed, 120)]
    records = [record(f"r{n:03}", text) for n, text in enumerate(texts)]
    compared = set(pairs(records, "given-and-family")[0])
    missing = [
        (records[i].label, records[j].label)
        for i, j in itertools.combinations(range(len(records)), 2)
        if (i, j) not in compared and personal_names(records[i].called[0].name, records[j].called[0].name)
    ]
    assert missing == []


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    def shown(candidates: Sequence[Candidate]) -> list[object]:
        return [(c.ids, round(c.score, 6), told(c)) for c in candidates]

    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = found(tmp_path / "one", {"a": A, "b": B})
    second = found(tmp_path / "two", {"z": A, "b": B})
    assert shown(first) == shown(second)


def test_many_of_one_name_do_not_all_meet_all() -> None:
    records = [record(f"r{n:04}", "Ligue des digues", "organisations") for n in range(500)]
    assert len(list(pairs(records, "words")[0])) < 600


def test_without_rapidfuzz_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.identity.candidates.find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"congress-kg\[identity\]"):
        find_candidates([], RULES.kinds["people"], RULES)
