"""How well, and how fast, pairs are found that are one: ``python bench/identity.py --programmes DIR``.

Three groups, kept apart:

* real: lists of five real programmes (a folder that is not part of the project; left out when absent). Pairs are the
  same when one programme says so itself (one number in two of its lists) or when ``identity-labels.yaml`` says so by
  record references; records of one list are different, the labels name the exceptions. Hard negatives are all pairs
  that the product lists or whose names are alike.
* made: spelling variants of these names by stated rules, against siblings: two people whose family names and first
  letters agree, two organisations that differ in one word.
* volume: invented people in any number, who share names by chance as in life; time, memory and, with ``--peer``, the
  same records in splink.

Printed for each: precision of what is proposed unasked and its interval (Clopper–Pearson, 95 %), recall of that, and
recall after the likeliest tenth of the remaining pairs was looked at by somebody who is right.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import combinations
from math import comb
from pathlib import Path

import yaml
from rapidfuzz import fuzz

sys.path.insert(0, str(Path(__file__).parent))

from identity_made import CORPORATE, PERSONAL, Made, branches, invent, siblings
from identity_records import lists, write_facts

from kg.check import gather
from kg.config import Settings
from kg.errors import Place
from kg.identity.candidates import Candidate, find_candidates
from kg.identity.declared import Kind, load_rules
from kg.identity.names import corporate, folded, personal
from kg.identity.records import Called, Record, read_records
from kg.ontology import load_ontology

Pair = frozenset[str]
LABELS = Path(__file__).parent / "identity-labels.yaml"
ALIKE = 70
SEED = 20240628
DRAWS = 5
ONTOLOGY = load_ontology()
RULES = load_rules(ONTOLOGY)


# ------------------------------------------------------------------ figures


def interval(right: int, of: int) -> tuple[float, float]:
    """The interval of Clopper and Pearson for a share, 95 %, by bisection of the binomial sums."""

    def tail(share: float, least: int) -> float:
        return sum(comb(of, n) * share**n * (1 - share) ** (of - n) for n in range(least, of + 1))

    def solve(least: int, wanted: float) -> float:
        low, high = 0.0, 1.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if tail(middle, least) < wanted else (low, middle)
        return low

    if not of:
        return 0.0, 1.0
    return (solve(right, 0.025) if right else 0.0), (solve(right + 1, 0.975) if right < of else 1.0)


@dataclass(frozen=True, slots=True)
class Figures:
    """How many pairs there are, were proposed, looked at and found."""

    name: str
    positives: int
    negatives: int
    proposed: int
    right: int
    reviewed: int
    found: int

    def show(self) -> None:
        low, high = interval(self.right, self.proposed) if self.proposed < 900 else _wilson(self.right, self.proposed)
        total = self.positives + self.negatives
        print(f"{self.name}: {total} pairs ({self.positives} the same, {self.negatives} not)")
        print(
            f"  proposed as the same, unasked: {self.proposed}, right {self.right}: "
            f"precision {_share(self.right, self.proposed)} [{low:.4f}, {high:.4f}]"
        )
        print(f"  recall of these: {_share(self.right, self.positives)}")
        print(
            f"  recall after a look at {self.reviewed} pairs ({_share(self.reviewed, total)}): "
            f"{_share(self.found, self.positives)}"
        )


def _wilson(right: int, of: int) -> tuple[float, float]:
    """Wilson's interval, for numbers too large for binomial sums."""
    z, share = 1.959964, right / of
    centre, spread = share + z * z / (2 * of), z * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    return (centre - spread) / (1 + z * z / of), (centre + spread) / (1 + z * z / of)


def _share(part: int, of: int) -> str:
    return f"{part / of:.4f}" if of else "–"


def figures(name: str, listed: Sequence[Candidate], same: set[Pair], different: set[Pair]) -> Figures:
    """``listed`` is ranked; pairs without a label do not count. One in ten labelled pairs may be looked at."""
    labelled = [(frozenset((c.one.id, c.other.id)), c.automatic) for c in listed]
    labelled = [(pair, automatic) for pair, automatic in labelled if pair in same or pair in different]
    proposed = [pair for pair, automatic in labelled if automatic]
    asked = [pair for pair, automatic in labelled if not automatic][: (len(same) + len(different)) // 10]
    right = sum(pair in same for pair in proposed)
    found = right + sum(pair in same for pair in asked)
    return Figures(name, len(same), len(different), len(proposed), right, len(asked), found)


# ------------------------------------------------------------------ real


def real_records(folder: Path) -> dict[str, list[Record]]:
    with tempfile.TemporaryDirectory() as name:
        write_facts(lists(folder), Path(name) / "facts")
        gathered = gather(Settings(facts="facts"), Path(name), ONTOLOGY)
        gathered.stop_on_errors()
        return read_records(gathered.files, ONTOLOGY, RULES)


def labels_of(kind: str, records: Sequence[Record]) -> tuple[set[Pair], set[Pair], set[Pair]]:
    """Pairs that are the same, that are not, and that nobody can tell, as the labels and the lists say."""
    given = yaml.safe_load(LABELS.read_text("utf-8"))[kind]
    here = {record.id for record in records}
    same, different, open_ = (
        {frozenset(p) for group in given.get(key) or [] for p in combinations(group, 2) if set(p) <= here}
        for key in ("same", "different", "open")
    )
    if kind == "people":
        numbers = {name.partition("/")[2] for name in here if name.startswith("rpn/")}
        same |= {frozenset((f"rpn/{n}", f"rps/{n}")) for n in numbers if f"rps/{n}" in here}
    return same, different, open_


def _of_one_list(one: Record, other: Record) -> bool:
    a, b = (record.id.partition("/")[0].replace("rpn", "rps") for record in (one, other))
    return a == b


def real(folder: Path, *, wrong: bool) -> None:
    for kind, records in real_records(folder).items():
        same, different, open_ = labels_of(kind, records)
        listed, _ = find_candidates(records, RULES.kinds[kind], RULES)
        for one, other in [*((c.one, c.other) for c in listed), *_alike(records)]:
            pair = frozenset((one.id, other.id))
            if pair not in same | open_ and (kind != "people" or _of_one_list(one, other)):
                different.add(pair)
        figures(f"real, {kind}", listed, same, different).show()
        labels = {record.id: record.label for record in records}
        unlike = {pair for pair in same if len({labels[name] for name in pair}) == 2}
        found = {frozenset((c.one.id, c.other.id)): c.automatic for c in listed}
        print(
            f"  of those the same, {len(unlike)} are printed in two ways: "
            f"{sum(pair in found for pair in unlike)} listed, {sum(found.get(p, False) for p in unlike)} proposed"
        )
        if wrong:
            _show_wrong(listed, same, different)


def _alike(records: Sequence[Record]) -> Iterable[tuple[Record, Record]]:
    """Pairs of records whose names resemble each other for a machine that knows nothing of names."""
    names = [(" ".join(sorted(folded(record.label).split())), record) for record in records]
    for (a, one), (b, other) in combinations(names, 2):
        if abs(len(a) - len(b)) < 8 and fuzz.ratio(a, b) >= ALIKE:
            yield one, other


def _show_wrong(listed: Sequence[Candidate], same: set[Pair], different: set[Pair]) -> None:
    there = {frozenset((c.one.id, c.other.id)) for c in listed}
    for c in listed:
        pair = frozenset((c.one.id, c.other.id))
        if c.automatic and pair in different:
            print(f"    wrong: {c.score:.1f} {c.one.id} {c.one.label!r} – {c.other.id} {c.other.label!r}")
    for missing in sorted(map(sorted, same - there)):
        print(f"    not listed: {' '.join(missing)}")


# ------------------------------------------------------------------ made


def record(name: str, kind: Kind, text: str, shared: Sequence[Iterable[str]] = (), source: str = "") -> Record:
    parse = personal if kind.form == "given-and-family" else corporate
    values = tuple(frozenset(v) for v in shared) or (frozenset[str](),) * len(kind.shared)
    return Record(
        id=name,
        kind=kind.key,
        called=(Called(parse(text, RULES.words), True, False),),
        authority=frozenset(),
        shared=values,
        together=frozenset(),
        points=frozenset(),
        sources=frozenset({source or name}),
        place=Place(source or "made"),
    )


def made(folder: Path | None, *, wrong: bool) -> None:
    """Several draws, each with a seed of its own; in the sums the same names stand in other spellings."""
    people, bodies = _names(folder)
    for key, names in (("people", people), ("organisations", bodies)):
        draws = [_draw(key, names, SEED + number, wrong=wrong) for number in range(DRAWS)] if names else []
        if not draws:
            continue
        total = Figures(f"made, {key}, {DRAWS} draws", *map(sum, zip(*(astuple(d)[1:] for d, _ in draws), strict=True)))
        total.show()
        shares = sorted(d.found / d.positives for d, _ in draws)
        print(f"  draw by draw: {', '.join(f'{share:.4f}' for share in shares)}")
        rules: dict[str, list[bool | None]] = {}
        for _, rows in draws:
            for way, found in rows.items():
                rules.setdefault(way, []).extend(found)
        for way, found in sorted(rules.items()):
            listed = [automatic for automatic in found if automatic is not None]
            shares_ = f"listed {_share(len(listed), len(found))}  proposed {_share(sum(listed), len(found))}"
            print(f"    {way:<50} {len(found):>4}  {shares_}")


def _draw(key: str, names: dict[str, str], seed: int, *, wrong: bool) -> tuple[Figures, dict[str, list[bool | None]]]:
    """Each name as it is; every other one, by lot, also as a rule changes it; beside each a sibling.

    Where the list gives an organisation, four in five variants keep it and one in ten siblings has the same. For each
    rule: of each of its variants whether it was proposed, None when it was not even listed.
    """
    kind, chance = RULES.kinds[key], random.Random(seed)
    rules, beside = (PERSONAL, siblings) if key == "people" else (CORPORATE, branches)
    others = dict(beside(list(names), chance))
    records: list[Record] = []

    def add(which: str, name: str, body: str, chosen: bool) -> str:
        shared: list[set[str]] = [set() for _ in kind.shared]
        if body:
            shared[1].add(body if chosen else f"not {body}")
        records.append(record(which, kind, name, shared, which[0]))
        return which

    same: set[Pair] = set()
    different: set[Pair] = set()
    by_rule: dict[str, list[Pair]] = {}
    for number, (name, body) in enumerate(names.items()):
        own = add(f"a/{number}", name, body, True)
        shown = {way: rule(name, random.Random(seed + number)) for way, rule in rules.items()}
        changing = [way for way, text in shown.items() if text != name]
        if changing and chance.random() < 0.5:
            way = chance.choice(changing)
            pair = frozenset((own, add(f"b/{number}", shown[way], body, chance.random() < 0.8)))
            same.add(pair)
            by_rule.setdefault(way, []).append(pair)
        if name in others:
            different.add(frozenset((own, add(f"c/{number}", others[name], body, chance.random() < 0.1))))
    for one, other in _alike(records):  # names of two that a machine would take for one
        (a, first), (b, second) = one.id.split("/"), other.id.split("/")
        if first != second and "c" not in (a, b):  # of a sibling and a third nobody can tell
            different.add(frozenset((one.id, other.id)))
    listed, _ = find_candidates(records, kind, RULES)
    if wrong:
        _show_wrong(listed, same, different)
    there = {frozenset((c.one.id, c.other.id)): c.automatic for c in listed}
    return figures(key, listed, same, different), {way: [there.get(p) for p in ps] for way, ps in by_rule.items()}


def _names(folder: Path | None) -> tuple[dict[str, str], dict[str, str]]:
    """Names of people with their organisations, and of organisations: real ones when at hand, else invented."""
    if folder is None:
        first = {row.who: row for row in reversed(invent(1200, SEED))}
        return _unlike({row.name: row.organisation for row in first.values()}, "people"), {}
    found = real_records(folder)
    labels = {r.id: r.label for r in found["organisations"]}
    people = {
        r.label: next((labels.get(body, "") for body in sorted(r.shared[1])), "")
        for r in found["people"]
        if len(r.called[0].name.words) > 1 and not r.id.startswith(("rpn", "djo"))
    }
    bodies = {r.label: "" for r in found["organisations"] if len(r.called[0].name.joined) > 3}
    return _unlike(people, "people"), _unlike(bodies, "organisations")


def _unlike(names: dict[str, str], kind: str) -> dict[str, str]:
    """One name of each key, sorted: two of one key would be one thing or a namesake, and nobody could tell."""
    found: dict[tuple[str, ...], str] = {}
    for name in sorted(names):
        parsed = personal(name, RULES.words) if kind == "people" else corporate(name, RULES.words)
        found.setdefault(parsed.key, name)
    return {name: names[name] for name in sorted(found.values())}


# ------------------------------------------------------------------ volume


def volume_records(rows: Sequence[Made], kind: Kind) -> list[Record]:
    found = []
    for number, row in enumerate(rows):
        shared: list[set[str]] = [set() for _ in kind.shared]
        shared[1].add(row.organisation)
        shared[2] |= {row.congress, row.congress.partition("/")[0]}
        found.append(record(f"r{number}", kind, row.name, shared, row.congress))
    return found


def volume(count: int, seed: int, *, wrong: bool) -> None:
    rows = invent(count, seed)
    kind = RULES.kinds["people"]
    begin = time.monotonic()
    records = volume_records(rows, kind)
    parsed = time.monotonic()
    listed, common = find_candidates(records, kind, RULES)
    done = time.monotonic()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"volume, seed {seed}: {count} names, {len(listed)} pairs listed, {common} keys too common")
    print(f"  {parsed - begin:.1f} s to take the names apart, {done - parsed:.1f} s to rank; {memory:.0f} MB at most")
    truth = _truth([row.who for row in rows])
    pairs = [(int(c.one.id[1:]), int(c.other.id[1:]), c.automatic) for c in listed]
    proposed = [(i, j) for i, j, automatic in pairs if automatic]
    right = sum(rows[i].who == rows[j].who for i, j in proposed)
    low, high = _wilson(right, len(proposed))
    asked = [(i, j) for i, j, automatic in pairs if not automatic][: len(pairs) // 10]
    found = right + sum(rows[i].who == rows[j].who for i, j in asked)
    everything = sum(rows[i].who == rows[j].who for i, j, _ in pairs)
    print(f"  pairs that are one: {truth}, listed {_share(everything, truth)}")
    print(
        f"  proposed unasked: {len(proposed)}, precision {_share(right, len(proposed))} [{low:.4f}, {high:.4f}],"
        f" recall {_share(right, truth)}; after a look at {len(asked)}: {_share(found, truth)}"
    )
    _calibration(listed, rows)
    if wrong:
        for i, j in proposed[:]:
            if rows[i].who != rows[j].who:
                print(f"    wrong: {rows[i].name!r} {rows[i].organisation} – {rows[j].name!r} {rows[j].organisation}")


def _calibration(listed: Sequence[Candidate], rows: Sequence[Made]) -> None:
    """Whether a score means what it says: among pairs of so many bits, how many are one."""
    steps: dict[int, list[bool]] = {}
    for c in listed:
        step = max(-6, min(12, int(c.score // 2) * 2))
        steps.setdefault(step, []).append(rows[int(c.one.id[1:])].who == rows[int(c.other.id[1:])].who)
    shown = [f"{s:+d}: {sum(v) / len(v):.3f} of {len(v)}" for s, v in sorted(steps.items())]
    print(f"  share that is one by score in bits: {'; '.join(shown)}")


def _truth(who: Sequence[int]) -> int:
    counts: dict[int, int] = {}
    for one in who:
        counts[one] = counts.get(one, 0) + 1
    return sum(n * (n - 1) // 2 for n in counts.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programmes", type=Path, help="folder of real programmes")
    parser.add_argument("--names", type=int, default=100_000, help="how many invented names (0: none)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--wrong", action="store_true", help="show what went wrong, pair by pair")
    parser.add_argument("--peer", action="store_true", help="the same records in splink")
    given = parser.parse_args()
    if given.names:
        volume(given.names, given.seed, wrong=given.wrong)
        if given.peer:
            from identity_peer import splink_volume

            splink_volume(invent(given.names, given.seed))
    if given.programmes:
        real(given.programmes, wrong=given.wrong)
    made(given.programmes, wrong=given.wrong)


if __name__ == "__main__":
    main()
