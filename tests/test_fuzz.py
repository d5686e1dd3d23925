"""The reader of facts, fed with what no person would write: it says what is wrong, in bounded time and memory.

Hypothesis makes the files. ``python tests/test_fuzz.py`` runs the same target under atheris, coverage-guided, for as
long as one likes (``pip install atheris``; ``-max_total_time=600``).
"""

from __future__ import annotations

import contextlib
import re
import resource
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kg.check import check
from kg.config import Settings
from kg.draft import anchored
from kg.errors import DataError, KgError
from kg.facts import check_references
from kg.ontology import load_ontology
from kg.reader import read_facts

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGY = load_ontology()
DEMO = next((ROOT / "data" / "demo" / "facts").rglob("*.yaml")).read_text(encoding="utf-8")
#: More than any sound reading of a file of some kilobytes needs.
SECONDS, MEGABYTES = 5, 200

keys = sorted(
    {key for shape in ONTOLOGY.sections.values() for key in shape.fields} | {*ONTOLOGY.sections, "id", "type"}
)
pieces = st.sampled_from(
    [
        *keys,
        *("is: ", "at: [[0, 4]]", "inferred: {fr: x}", ": ", "- ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ", "),
        *("&a ", "*a", "<<: ", "!!str ", "? ", "|\n", ">\n", "'", '"', "#", "---\n", "\t", "\x85", "\ufeff", "é"),
        "2024-02-30",
    ]
)
soups = st.lists(pieces, max_size=60).map("".join)


@st.composite
def spliced(draw: st.DrawFn) -> str:
    """A sound file with some of its parts cut out, doubled, or replaced by a soup of signs."""
    text = DEMO
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 60)))
        text = text[:start] + draw(st.one_of(soups, st.just(text[start:end] * 2), st.text(max_size=8))) + text[end:]
    return text


def target(data: bytes) -> None:
    """Read a file and look at its references; every fault lies in the file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "facts.yaml"
        file.write_bytes(data)
        read, problems = read_facts(file, "facts.yaml", ONTOLOGY)
        problems += check_references([read], ONTOLOGY)
    lines = re.split("\r\n|[\r\n\x85\u2028\u2029]", data.decode("utf-8", errors="replace"))  # as YAML breaks lines
    for problem in problems:
        assert problem.line("fr")
        assert problem.line("en")
        assert 1 <= problem.place.line <= len(lines) + 1, problem.line()


relaxed = settings(max_examples=300, deadline=SECONDS * 1000, suppress_health_check=list(HealthCheck))


@relaxed
@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b"%YAML 9.9\n---\n")
@example("people: [{id: a, name: \ud800}]".encode("utf-8", "surrogatepass"))
def test_bytes(data: bytes) -> None:
    target(data)


@relaxed
@given(soups)
@example("people:\n  - {id: a, name: {is: {is: {is: x}}}}")
@example("people:\n  - {id: a, memberships: {of: {id: b, location: {id: c, in: {id: d, in: e}}}}}")
@example("figures: [{id: f, value: 1e999, on: 99999-01-01}]")
@example("people: {id: 1, name: 012, family: no, given: ~}")
def test_soups_of_keys_and_signs(text: str) -> None:
    target(text.encode("utf-8", errors="surrogatepass"))


@relaxed
@given(spliced())
def test_sound_files_damaged(text: str) -> None:
    target(text.encode("utf-8", errors="surrogatepass"))


@settings(max_examples=25, deadline=SECONDS * 1000, suppress_health_check=list(HealthCheck))
@given(spliced())
def test_the_whole_check_ends_in_a_graph_or_in_faults(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "facts.yaml").write_bytes(text.encode("utf-8", errors="surrogatepass"))
        with contextlib.suppress(DataError):
            check(Settings(facts="facts.yaml"), Path(folder))


@relaxed
@given(spliced())
def test_drafts(text: str) -> None:
    with contextlib.suppress(KgError):
        anchored(text, "facts.yaml", {}, ONTOLOGY)


@pytest.mark.skipif(sys.platform == "win32", reason="the peak of memory is asked of a POSIX system")
def test_memory_stays_bounded() -> None:
    """The peak of this process so far, after all that was fed to the reader."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    target(
        b"a: &a ["
        + b"x," * 9
        + b"x]\n"
        + b"".join(b"%c: &%c [*%c,*%c,*%c]\n" % (c, c, c - 1, c - 1, c - 1) for c in range(98, 122))
    )
    target(b"[" * 100_000)
    target(b"{a: " * 50_000)
    target(b"people:\n" + b"  - {id: a, name: b}\n" * 20_000)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) / 1024 < MEGABYTES


if __name__ == "__main__":
    import atheris

    atheris.instrument_all()
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
