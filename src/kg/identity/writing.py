"""Adding lines to the file of decisions: whatever stands there stays as it is, remarks and layout included."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from kg.errors import DataError, KgError, UsageError
from kg.identity.decisions import Decision, parse_decisions
from kg.values import is_id

__all__ = ["add_decisions", "decision_line"]

#: What needs no quotation marks in YAML, inside braces and out, and looks like nothing but a text.
_PLAIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ][\wÀ-ÖØ-öø-ÿ .’'-]*[\wÀ-ÖØ-öø-ÿ.]")
_WORDS = ("true", "false", "null", "yes", "no", "on", "off")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]+")


def decision_line(verdict: str, ids: Sequence[str], by: str, why: str) -> str:
    """One decision as a line of the file, without its line end.

    >>> decision_line("same", ["ada", "a-x"], "Jo Curator", "same post: DGS")
    '- {same: [ada, a-x], by: Jo Curator, why: "same post: DGS"}'
    """
    listed = ", ".join(name if is_id(name) and not name.isdigit() else _quoted(name) for name in ids)
    return f"- {{{verdict}: [{listed}], by: {_text(by)}, why: {_text(why)}}}"


def _text(text: str) -> str:
    clean = " ".join(_CONTROL.sub(" ", text).split())
    return clean if _PLAIN.fullmatch(clean) and clean.lower() not in _WORDS else _quoted(clean)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def add_decisions(file: Path, path: str, lines: Iterable[str]) -> list[Decision]:
    """Append lines to the file that the user calls ``path``, at once and whole; all decisions of it come back.

    The file, and its folder, are made when absent. Line ends are those that the file has.

    Raises:
        DataError: the file holds faults already.
        KgError: lines cannot be appended to what stands there, a list in square brackets for instance.
        UsageError: the file cannot be written.
    """
    try:
        before = file.read_bytes().decode("utf-8") if file.exists() else ""
        _, problems = parse_decisions(before.removeprefix("\ufeff"), path)
        if problems:
            raise DataError(problems)
        end = "\r\n" if "\r\n" in before else "\n"
        joint = end if before and not before.endswith("\n") else ""
        after = before + joint + "".join(f"{line}{end}" for line in lines)
        decisions, problems = parse_decisions(after.removeprefix("\ufeff"), path)
        if problems:
            raise KgError("identity.cannot_add", file=path)
        new = file.with_name(f".{file.name}.new")
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(after.encode("utf-8"))
        new.replace(file)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise UsageError("identity.cannot_write", file=path, why=why) from error
    return decisions
