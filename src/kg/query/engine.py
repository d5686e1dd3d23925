"""Running a query: in a child process, so that it can be stopped at any moment.

A query that runs in-process ignores signals until it ends. The child is a new interpreter and not a fork or a
``multiprocessing`` worker: it never imports the caller's main module, so the library works in scripts, notebooks and
on every system alike. It stands in a process group of its own, so Ctrl-C reaches the parent alone, which kills it; and
it ends by itself when its parent is gone.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.config import DEFAULT_BASE
from kg.errors import UsageError
from kg.graph import EVIDENCE
from kg.query.question import Term
from kg.query.tokens import declared, is_ordered, nearest, refuse

__all__ = ["Answer", "Graphs", "Job", "run"]

FILES = ("graph.ttl", "graph-evidence.ttl")
Found = bytes | bool
Row = tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]


@dataclass(frozen=True, slots=True)
class Graphs:
    """What is asked: the plain graph, and the graph with evidence; a Turtle file, or N-Triples in memory."""

    plain: Path | bytes
    evidence: Path | bytes | None = None

    @classmethod
    def of_folder(cls, folder: Path) -> Graphs:
        """The graphs that a build wrote.

        Raises:
            UsageError: the folder has none.
        """
        plain, evidence = (folder / name for name in FILES)
        if not plain.is_file():
            raise UsageError("query.no_graph", folder=folder.as_posix())
        return cls(plain, evidence if evidence.is_file() else None)


@dataclass(frozen=True, slots=True)
class Job:
    """What the child is told: graphs by name (no name: the default graph), the query, and what its names mean."""

    graphs: tuple[tuple[str, str | bytes], ...]
    text: str
    terms: Mapping[str, Term]
    prefixes: Mapping[str, str]
    base: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: rows (one term or None per variable), a truth value, or triples sorted."""

    variables: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    truth: bool | None = None
    triples: tuple[ox.Triple, ...] | None = None
    _json: bytes = field(default=b"", repr=False)

    def to_json(self) -> bytes:
        """Rows or truth value as SPARQL 1.1 Query Results JSON."""
        return self._written(ox.QueryResultsFormat.JSON)

    def to_csv(self) -> bytes:
        """Rows or truth value as SPARQL 1.1 Query Results CSV."""
        return self._written(ox.QueryResultsFormat.CSV)

    def _written(self, form: ox.QueryResultsFormat) -> bytes:
        if self.truth is not None and form == ox.QueryResultsFormat.CSV:  # the standard has no CSV of a truth value
            return b"true\r\n" if self.truth else b"false\r\n"
        results = ox.parse_query_results(self._json, format=ox.QueryResultsFormat.JSON)
        if isinstance(results, ox.QueryBoolean):
            return self._json + b"\n"
        written = results.serialize(format=form) or b""
        return written if written.endswith(b"\n") else written + b"\n"


def run(
    graphs: Graphs,
    text: str,
    terms: Mapping[str, Term] | None = None,
    *,
    prefixes: Mapping[str, str],
    base: str = DEFAULT_BASE,
    timeout: float | None = None,
    name: str = "query",
) -> Answer:
    """Ask. Rows come in the order of the query, or sorted when it gives none.

    ``prefixes`` hold where the query declares no other; relative IRIs start from ``base``; ``timeout`` is in seconds
    and counts loading too; ``name`` is how messages call the text.

    Raises:
        UsageError: a syntax error (with its place), a refused query, an unknown thing, or the time is up.
    """
    refuse(text)
    files = [("", graphs.plain), (EVIDENCE, graphs.evidence)]
    sources = tuple((name, file if isinstance(file, bytes) else str(file)) for name, file in files if file is not None)
    kind, found = _ask(Job(sources, text, dict(terms or {}), dict(prefixes), base), timeout)
    if kind == "syntax":
        raise _syntax_error(name, text, prefixes, *found)
    if kind == "thing":
        parameter, value, near = found
        raise UsageError("query.unknown_thing", name=parameter, value=value, near=", ".join(near) or "–")
    if kind == "failed":
        raise UsageError("query.failed", why=found)
    return _answer(kind, found, ordered=is_ordered(text))


def _answer(kind: str, found: Found, *, ordered: bool) -> Answer:
    if isinstance(found, bool):
        truth = json.dumps({"head": {}, "boolean": found}, separators=(",", ":"))
        return Answer(truth=found, _json=truth.encode("utf-8"))
    if kind == "triples":
        triples = {quad.triple for quad in ox.parse(found, format=ox.RdfFormat.N_TRIPLES)}
        return Answer(triples=tuple(sorted(triples, key=str)))
    if not ordered:
        data = json.loads(found)
        data["results"]["bindings"].sort(key=lambda row: json.dumps(row, sort_keys=True, ensure_ascii=False))
        found = json.dumps(data, ensure_ascii=False).encode("utf-8")
    solutions = ox.parse_query_results(found, format=ox.QueryResultsFormat.JSON)
    if not isinstance(solutions, ox.QuerySolutions):
        raise UsageError("query.broken")
    names = tuple(variable.value for variable in solutions.variables)
    rows = tuple(tuple(solution[name] for name in names) for solution in solutions)
    return Answer(names, rows, _json=found)


# ------------------------------------------------------------------ the child


def _ask(job: Job, timeout: float | None) -> tuple[str, Any]:
    """Start the child, give it the job, wait for its result; whatever happens, no child is left."""
    environment = dict(os.environ)
    paths = [str(Path(__file__).resolve().parents[2]), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    command = [sys.executable, "-m", "kg.query.worker"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    if sys.platform == "win32":
        pipes["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        pipes["process_group"] = 0
    try:
        with subprocess.Popen(command, env=environment, **pipes) as child:  # noqa: S603 - our own module, no shell
            try:
                return _result(child, job, timeout)
            finally:
                child.kill()
    except OSError as error:  # no child could be started, or it fell over before it had read its job
        raise UsageError("query.broken") from error


def _result(child: subprocess.Popen[bytes], job: Job, timeout: float | None) -> tuple[str, Any]:
    received: list[bytes] = []
    if child.stdin is None or child.stdout is None:
        raise UsageError("query.broken")
    stream = child.stdout
    reader = threading.Thread(target=lambda: received.append(stream.read()), daemon=True)
    reader.start()
    deadline = None if timeout is None else time.monotonic() + timeout
    pickle.dump(job, child.stdin)
    child.stdin.flush()  # and left open: its end tells the child that we are gone
    while reader.is_alive():  # in short waits, so that Ctrl-C is heard on every system
        reader.join(0.1 if deadline is None else max(0.0, min(0.1, deadline - time.monotonic())))
        if reader.is_alive() and deadline is not None and time.monotonic() >= deadline:
            raise UsageError("query.timeout", seconds=f"{timeout:g}")
    if not received or not received[0]:
        raise UsageError("query.broken")
    result: tuple[str, Any] = pickle.loads(received[0])  # noqa: S301 - written by our own child
    return result


# ------------------------------------------------------------------ faults


def _syntax_error(name: str, text: str, prefixes: Mapping[str, str], said: str, start: int, word: str) -> UsageError:
    """A syntax error at its place in the user's text, with the line and a caret below."""
    before = text[:start]
    line, column = before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1
    shown = text.split("\n")[line - 1].rstrip("\r")
    caret = "".join("\t" if c == "\t" else " " for c in shown[: column - 1]) + "^"
    place = {"name": name, "line": line, "column": column, "shown": shown, "caret": caret}
    if said == "Prefix not found":
        prefix = word.partition(":")[0]
        near = nearest(prefix, {**prefixes, **dict.fromkeys(declared(text), "")})
        return UsageError("query.syntax_prefix", prefix=prefix, near=near, **place)
    if said in ("end", "string", "word"):
        return UsageError(f"query.syntax_{said}", word=word, **place)
    return UsageError("query.syntax_other", why=said, **place)
