"""Every kind of fault with a case of it: what goes wrong, what is said of it, how it is put right.

One file a code lies in ``ontology/faults/``; ``kg explain``, the manual and the tests all read it. What is said is
never written down: it comes from running the command on the files of the case.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from kg.check import check
from kg.config import Settings, find_data
from kg.draft import anchor_file
from kg.errors import DataError, Problem
from kg.messages import LANGUAGES, catalogue, choose
from kg.ontology import load_ontology
from kg.source import load_sources
from kg.verify import verify

__all__ = ["Case", "CaseFile", "codes", "load_case", "message", "told"]

FACTS, SOURCES = "facts", "sources"


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of a case: its text, how often it is repeated, and how it is encoded."""

    text: str
    times: int = 1
    encoding: str = "utf-8"

    def data(self, sha256: str) -> bytes:
        """The bytes of the file; ``{sha256}`` in it stands for the hash of the case's source."""
        return (self.text * self.times).replace("{sha256}", sha256).encode(self.encoding)


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of fault. ``wrong`` and ``right`` are files by path; both are empty for a fault that no files show.

    ``command`` is what finds it: ``check``, ``verify`` or ``anchor``.
    """

    code: str
    about: Mapping[str, str]
    command: str
    wrong: Mapping[str, CaseFile]
    right: Mapping[str, CaseFile]


def codes() -> list[str]:
    """All codes, sorted."""
    return sorted(code for code in catalogue("problems") if code[1:].isdigit())


def message(code: str, lang: str) -> str:
    """What is said of a fault, with the blanks still in braces."""
    return choose(catalogue("problems")[code], lang).replace("{{", "{").replace("}}", "}")


def load_case(code: str) -> Case:
    """The case of a code that :func:`codes` lists."""
    text = (find_data("ontology") / "faults" / f"{code}.yaml").read_text(encoding="utf-8")
    data = yaml.load(text, Loader=yaml.CSafeLoader)
    wrong, right = ({name: _file(given) for name, given in data.get(key, {}).items()} for key in ("wrong", "right"))
    return Case(code, {tag: data["about"][tag] for tag in LANGUAGES}, data.get("command", "check"), wrong, right)


def _file(given: str | Mapping[str, object]) -> CaseFile:
    if isinstance(given, str):
        return CaseFile(given)
    return CaseFile(str(given["text"]), int(str(given.get("times", 1))), str(given.get("encoding", "utf-8")))


def told(case: Case, files: Mapping[str, CaseFile]) -> tuple[Problem, ...]:
    """What the case's command says of some files, in a folder of their own; nothing when all is well."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = next((file for path, file in files.items() if path.startswith(SOURCES)), None)
        sha256 = hashlib.sha256(source.data("")).hexdigest() if source else ""
        for path, file in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(file.data(sha256))
        settings = Settings(facts=FACTS if (folder / FACTS).is_dir() else f"{FACTS}.yaml")
        try:
            return _run(case.command, settings, folder)
        except DataError as error:
            return tuple(error.problems)


def _run(command: str, settings: Settings, folder: Path) -> tuple[Problem, ...]:
    if command == "anchor":
        anchor_file(folder / settings.facts, settings.facts, load_sources(folder / SOURCES), load_ontology())
        return ()
    checked = check(settings, folder)
    return (*checked.problems, *(verify(checked.graph, checked.sources) if command == "verify" else ()))
