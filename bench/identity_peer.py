"""The records of ``identity.py``'s volume in splink (https://moj-analytical-services.github.io/splink/), on DuckDB.

Splink is given what its manual asks for: given and family name in columns, folded as the product folds them; the
organisation and the series, with term frequencies; blocks by either name with the beginning of the other. Its weights
are learnt by expectation maximisation. It runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from identity_made import Made

from kg.identity.names import words_of

__all__ = ["splink_volume"]


def splink_volume(rows: Sequence[Made]) -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "rows.json"
        file.write_text(json.dumps([_row(number, row) for number, row in enumerate(rows)]), encoding="utf-8")
        subprocess.run([sys.executable, __file__, str(file)], check=True)  # noqa: S603 - this file itself


def _row(number: int, row: Made) -> dict[str, object]:
    words = words_of(row.name)
    if len(words) > 1 and words[0].shown.isupper() and len(words[0].shown) > 1 and not words[-1].shown.isupper():
        words = [*words[1:], words[0]]  # the family name first, in capitals
    return {
        "unique_id": number,
        "given": " ".join(word.folded for word in words[:-1]) or None,
        "family": words[-1].folded,
        "organisation": row.organisation,
        "series": row.congress.partition("/")[0],
        "who": row.who,
    }


def _run(file: Path) -> None:
    import pyarrow
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator
    from splink.backends.duckdb import DuckDBAPI
    from splink.blocking_rule_library import block_on

    rows = json.loads(file.read_text(encoding="utf-8"))
    begin = time.monotonic()
    api = DuckDBAPI()
    api.duckdb_con.execute("SET threads TO 2")
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("given").configure(term_frequency_adjustments=True),
            cl.NameComparison("family").configure(term_frequency_adjustments=True),
            cl.ExactMatch("organisation").configure(term_frequency_adjustments=True),
            cl.ExactMatch("series").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("family", "substr(given, 1, 1)"),
            block_on("given", "substr(family, 1, 2)"),
        ],
    )
    linker = Linker(api.register(pyarrow.Table.from_pylist(rows)), settings, log_level="ERROR")
    linker.training.estimate_probability_two_random_records_match([block_on("given", "family")], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("given", "family"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("organisation"))
    found = linker.inference.predict(threshold_match_probability=0.001).as_record_list()
    took = time.monotonic() - begin
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    who = [row["who"] for row in rows]
    counts: dict[int, int] = {}
    for one in who:
        counts[one] = counts.get(one, 0) + 1
    truth = sum(n * (n - 1) // 2 for n in counts.values())
    print(f"splink: {took:.1f} s, {memory:.0f} MB at most; {len(found)} pairs")
    pairs = sorted(
        ((row["match_probability"], who[row["unique_id_l"]] == who[row["unique_id_r"]]) for row in found), reverse=True
    )
    for least in (0.5, 0.9, 0.97, 0.99, 0.999):
        right = [same for probability, same in pairs if probability >= least]
        if right:
            print(
                f"  probability from {least}: {len(right)}, precision {sum(right) / len(right):.4f}, "
                f"recall {sum(right) / truth:.4f}"
            )


if __name__ == "__main__":
    _run(Path(sys.argv[1]))
