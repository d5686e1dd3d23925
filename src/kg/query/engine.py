"""Asking: in a child process, so that a query can be stopped at any moment.

A query that runs in-process ignores signals until it ends. The child is a new interpreter and not a fork or a
``multiprocessing`` worker: it never imports the caller's main module, so the library works in scripts, notebooks and
on every system alike. It stands in a process group of its own, so Ctrl-C reaches the parent alone, which kills it; and
it ends by itself when its parent is gone. The graphs are loaded once and may be asked several times.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pyoxigraph as ox

from kg.config import DEFAULT_BASE
from kg.errors import UsageError
from kg.graph import EVIDENCE
from kg.query.question import Term
from kg.query.results import Answer
from kg.query.tokens import declared, is_ordered, line_and_column, nearest, refuse

__all__ = ["Engine", "Graphs", "Job", "run"]

FILES = ("graph.ttl", "graph-evidence.ttl")
Found = bytes | bool


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
    """What the child is told first: graphs by name (no name: the default graph), and what names in queries mean.

    Then come pairs: the text of a query, and the terms to put for its variables.
    """

    graphs: tuple[tuple[str, str | bytes], ...]
    prefixes: Mapping[str, str]
    base: str


class Engine:
    """The graphs, loaded and ready to be asked; a context manager that leaves no child behind.

    ``prefixes`` hold where a query declares no other; relative IRIs start from ``base``; ``timeout`` is in seconds,
    for everything until the end, loading included; ``service`` lets queries call other servers.
    """

    def __init__(
        self,
        graphs: Graphs,
        *,
        prefixes: Mapping[str, str],
        base: str = DEFAULT_BASE,
        timeout: float | None = None,
        service: bool = False,
    ) -> None:
        files = [("", graphs.plain), (EVIDENCE, graphs.evidence)]
        held = tuple((name, file if isinstance(file, bytes) else str(file)) for name, file in files if file is not None)
        self.prefixes, self.base = dict(prefixes), base
        self._job = Job(held, self.prefixes, base)
        self._service = service
        self._timeout = timeout
        self._end: float | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._results: queue.SimpleQueue[tuple[str, Any] | None] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        self._end = None if self._timeout is None else time.monotonic() + self._timeout
        try:
            self._child = _start()
            if self._child.stdout is not None:
                threading.Thread(target=_listen, args=(self._child.stdout, self._results), daemon=True).start()
            self._send(self._job)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):  # no child could be started
                raise UsageError("query.broken") from error
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave nothing behind; nothing can be asked any more."""
        self._stop()
        child, self._child = self._child, None
        if child is not None:
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    _close(stream)

    def ask(
        self, text: str, terms: Mapping[str, Term] | None = None, *, name: str = "query", within: float | None = None
    ) -> Answer:
        """Ask. Rows come in the order of the query, or sorted when it gives none.

        ``name`` is how messages call the text; ``within`` bounds this one query, in seconds. After an error the engine
        may be gone.

        Raises:
            UsageError: a syntax error (with its place), a refused query, an unknown thing, or the time is up.
        """
        refuse(text, service=self._service)
        self._send((text, dict(terms or {})))
        kind, found = self._receive(within)
        if kind == "syntax":
            raise _syntax_error(name, text, self.prefixes, *found)
        if kind == "thing":
            parameter, value, near = found
            raise UsageError("query.unknown_thing", name=parameter, value=value, near=", ".join(near) or "–")
        if kind == "failed":
            raise UsageError("query.failed", why=found)
        return _answer(kind, found, ordered=is_ordered(text))

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()

    def _send(self, what: object) -> None:
        """Hand something to the child; its input stays open, since its end tells the child that we are gone."""
        if self._child is None or self._child.stdin is None:
            raise UsageError("query.broken")
        try:
            pickle.dump(what, self._child.stdin)
            self._child.stdin.flush()
        except OSError as error:  # it fell over before it had read
            raise UsageError("query.broken") from error

    def _receive(self, within: float | None) -> tuple[str, Any]:
        """The next result, waited for in short steps, so that Ctrl-C is heard on every system."""
        bounds = {within: time.monotonic() + within} if within is not None else {}
        if self._end is not None:
            bounds[self._timeout or 0.0] = self._end
        seconds, end = min(bounds.items(), key=lambda item: item[1], default=(0.0, None))
        while True:
            left = 0.1 if end is None else max(0.0, min(0.1, end - time.monotonic()))
            try:
                result = self._results.get(timeout=left)
            except queue.Empty:
                if end is not None and time.monotonic() >= end:
                    self._stop()  # its late result must not be taken for that of another query
                    raise UsageError("query.timeout", seconds=f"{seconds:g}") from None
                continue
            if result is None:
                raise UsageError("query.broken")
            return result


def run(
    graphs: Graphs,
    text: str,
    terms: Mapping[str, Term] | None = None,
    *,
    prefixes: Mapping[str, str],
    base: str = DEFAULT_BASE,
    timeout: float | None = None,
    name: str = "query",
    service: bool = False,
) -> Answer:
    """Ask one question; see :class:`Engine` and :meth:`Engine.ask`.

    Raises:
        UsageError: a syntax error (with its place), a refused query, an unknown thing, or the time is up.
    """
    refuse(text, service=service)  # before anything is started
    with Engine(graphs, prefixes=prefixes, base=base, timeout=timeout, service=service) as engine:
        return engine.ask(text, terms, name=name)


def _answer(kind: str, found: Found, *, ordered: bool) -> Answer:
    if isinstance(found, bool):
        truth = json.dumps({"head": {}, "boolean": found}, separators=(",", ":"))
        return Answer.of_json(truth.encode("utf-8"))
    if kind == "triples":
        triples = {quad.triple for quad in ox.parse(found, format=ox.RdfFormat.N_TRIPLES)}
        return Answer(triples=tuple(sorted(triples, key=str)))
    if not ordered:
        data = json.loads(found)
        data["results"]["bindings"].sort(key=lambda row: json.dumps(row, sort_keys=True, ensure_ascii=False))
        found = json.dumps(data, ensure_ascii=False).encode("utf-8")
    return Answer.of_json(found)


# ------------------------------------------------------------------ the child


def _start() -> subprocess.Popen[bytes]:
    environment = dict(os.environ)
    paths = [str(Path(__file__).resolve().parents[2]), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    if sys.platform == "win32":
        pipes["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        pipes["process_group"] = 0
    command = [sys.executable, "-m", "kg.query.worker"]
    return subprocess.Popen(command, env=environment, **pipes)  # noqa: S603 - our own module, no shell


def _listen(stream: IO[bytes], results: queue.SimpleQueue[tuple[str, Any] | None]) -> None:
    """Pass on each result of the child, and None at its end."""
    try:
        while True:
            results.put(pickle.load(stream))  # noqa: S301 - written by our own child
    except (EOFError, OSError, ValueError, pickle.UnpicklingError):
        results.put(None)


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except OSError:  # what was still to be written to a child that is gone
        return


# ------------------------------------------------------------------ faults


def _syntax_error(name: str, text: str, prefixes: Mapping[str, str], said: str, start: int, word: str) -> UsageError:
    """A syntax error at its place in the user's text, with the line and a caret below."""
    line, column = line_and_column(text, start)
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
