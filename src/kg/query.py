"""Questions in SPARQL: the ready ones, and any other.

The engine is pyoxigraph, in a child process: a query that runs in-process ignores signals until it ends, a child can
be stopped at any time (Ctrl-C, ``timeout``). The plain graph is the default graph, the evidence is the named graph
``kg:evidence``. ``SERVICE`` is refused, since the engine would call the web unasked.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import yaml

from kg.errors import ProductError, UsageError
from kg.graph import EVIDENCE
from kg.ontology import Ontology
from kg.values import datatype_of, is_id, is_iri, is_language

if TYPE_CHECKING:
    import rdflib

__all__ = ["Answer", "Parameter", "Question", "bind", "load_questions", "prepare", "run", "to_rdflib", "to_results_json"]

FILES = (("graph.ttl", None), ("graph-evidence.ttl", EVIDENCE))
Terms = Mapping[str, ox.NamedNode | ox.Literal]
_SKIPPED = re.compile(r"<[^<>\"{}|^`\\\s]*>|'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|#[^\n]*", re.DOTALL)
_SERVICE = re.compile(r"(?<![\w:?$@-])SERVICE(?![\w:-])", re.IGNORECASE)
_UNICODE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_PLACE = re.compile(r"error at (\d+):(\d+)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question may be asked about: ``kind`` is ``id``, ``text``, ``language`` or a datatype of XML Schema."""

    name: str
    kind: str
    label: Mapping[str, str]
    default: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """One ready question: its text as it lies in ``queries/``, with what its header says."""

    name: str
    title: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: rows (one term or None per variable), a truth value, or triples."""

    variables: tuple[str, ...] = ()
    rows: tuple[tuple[ox.NamedNode | ox.Literal | None, ...], ...] = ()
    truth: bool | None = None
    triples: tuple[ox.Triple, ...] | None = None
    source: bytes | None = None


def load_questions(folder: Path) -> dict[str, Question]:
    """All questions of a folder by name, sorted. The header is the YAML in the leading ``#`` lines.

    Raises:
        ProductError: a header is not as it should be.
    """
    return {path.stem: read_question(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.rq"))}


def read_question(name: str, text: str) -> Question:
    """A question from its text."""
    lines = [line[1:].removeprefix(" ") for line in text.split("\n\n")[0].split("\n") if line.startswith("#")]
    try:
        head = yaml.load("\n".join(lines), Loader=yaml.CSafeLoader)
        parameters = tuple(
            Parameter(key, str(p["kind"]), p["label"], str(p["default"]) if "default" in p else None)
            for key, p in head.get("parameters", {}).items()
        )
        return Question(name, head["title"], parameters, text)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ProductError("query.bad_header", name=name, why=str(error)) from error


def bind(question: Question, given: Mapping[str, str], ontology: Ontology, base: str, lang: str) -> Terms:
    """The terms to put for the parameters of a question; ``lang`` is the reader's unless given.

    Raises:
        UsageError: a parameter is unknown, missing, or no value of its kind.
    """
    known = {parameter.name: parameter for parameter in question.parameters}
    for name in given:
        if name not in known:
            allowed = ", ".join(known) or "–"
            raise UsageError("query.unknown_parameter", name=name, question=question.name, allowed=allowed)
    terms: dict[str, ox.NamedNode | ox.Literal] = {}
    for name, parameter in known.items():
        text = given.get(name, lang if parameter.kind == "language" else parameter.default)
        if text is None:
            raise UsageError("query.missing_parameter", name=name, question=question.name, label=parameter.label)
        term = _term(text, parameter.kind, ontology, base)
        if term is None:
            raise UsageError("query.bad_parameter", name=name, value=text, kind=parameter.kind)
        terms[name] = term
    return terms


def _term(text: str, kind: str, ontology: Ontology, base: str) -> ox.NamedNode | ox.Literal | None:
    if kind in ontology.schemes:
        iri = ontology.schemes[kind].get(text)
        return ox.NamedNode(iri) if iri else None
    if kind == "id":
        return ox.NamedNode(text if is_iri(text) else base + text) if is_iri(text) or is_id(text) else None
    if kind == "language":
        return ox.Literal(text) if is_language(text) else None
    if kind == "text":
        return ox.Literal(text)
    datatype = datatype_of(text, [ontology.prefixes["xsd"] + kind])
    return ox.Literal(text, datatype=ox.NamedNode(datatype)) if datatype else None


def prepare(text: str, prefixes: Mapping[str, str]) -> tuple[str, int]:
    """The query with every prefix of ours that it does not declare, and how many characters went before it.

    Prefixes go on the first line, so the lines of the user's text keep their numbers.

    Raises:
        UsageError: the query would call another server.
    """
    plain = _UNICODE.sub(lambda m: chr(int(m.group(1) or m.group(2), 16)), text)
    if any(_SERVICE.search(_SKIPPED.sub(" ", form)) for form in (plain, text)):
        raise UsageError("query.service")
    declared = set(re.findall(r"PREFIX\s+([\w-]*):", _SKIPPED.sub("<>", text), re.IGNORECASE))
    head = "".join(f"PREFIX {name}: <{iri}> " for name, iri in sorted(prefixes.items()) if name not in declared)
    return head + text, len(head)


def run(folder: Path, text: str, prefixes: Mapping[str, str], terms: Terms | None = None, timeout: float | None = None) -> Answer:
    """Run a query on the graphs written in ``folder``.

    Rows come in the order of the question, or sorted when it does not order them.

    Raises:
        UsageError: no graph there, a syntax error (with its place), a refused query, or time is up.
    """
    if not all((folder / name).is_file() for name, _ in FILES):
        raise UsageError("query.no_graph", folder=folder.name)
    prepared, offset = prepare(text, prefixes)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    values = {name: str(term) for name, term in (terms or {}).items()}
    child = context.Process(target=_work, args=(theirs, str(folder), prepared, values), daemon=True)
    child.start()
    theirs.close()
    try:
        if not ours.poll(timeout):
            raise UsageError("query.timeout", seconds=timeout)
        kind, found = ours.recv()
    except EOFError as error:
        raise UsageError("query.broken") from error
    finally:
        child.kill()
        child.join()
        ours.close()
    if kind == "error":
        raise _syntax(found, text, offset)
    return _answer(kind, found, ordered=re.search(r"ORDER\s+BY", _SKIPPED.sub(" ", text), re.IGNORECASE) is not None)


def _work(pipe: Any, folder: str, text: str, values: Mapping[str, str]) -> None:
    """In the child: load, ask, send back what can travel between processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    store = ox.Store()
    for name, graph in FILES:
        store.load(path=f"{folder}/{name}", format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph) if graph else None)
    bound: dict[ox.Variable, Any] = {ox.Variable(name): _parsed(term) for name, term in values.items()}
    try:
        result = store.query(text, substitutions=bound)
        if isinstance(result, ox.QueryBoolean):
            pipe.send(("truth", bool(result)))
        elif isinstance(result, ox.QueryTriples):
            data = ox.serialize(list(result), format=ox.RdfFormat.N_TRIPLES)
            pipe.send(("triples", data))
        else:
            pipe.send(("rows", result.serialize(format=ox.QueryResultsFormat.JSON)))
    except (SyntaxError, ValueError, OSError, RuntimeError) as error:
        pipe.send(("error", str(error)))


def _parsed(term: str) -> Any:
    return next(iter(ox.parse(f"<urn:s> <urn:p> {term} .", format=ox.RdfFormat.N_TRIPLES))).object


def _answer(kind: str, found: Any, ordered: bool) -> Answer:
    if kind == "truth":
        return Answer(truth=found, source=json.dumps({"head": {}, "boolean": found}).encode())
    if kind == "triples":
        triples = (quad.triple for quad in ox.parse(found or b"", format=ox.RdfFormat.N_TRIPLES))
        return Answer(triples=tuple(sorted(triples, key=str)))
    solutions = ox.parse_query_results(found, format=ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101 - rows were sent
    names = tuple(variable.value for variable in solutions.variables)
    rows: list[tuple[Any, ...]] = [tuple(solution[name] for name in names) for solution in solutions]
    if not ordered:
        rows.sort(key=lambda row: [str(term or "") for term in row])
    return Answer(names, tuple(rows), source=found)


def to_results_json(answer: Answer) -> str:
    """Rows or a truth value as SPARQL 1.1 Query Results JSON, rows in their order."""
    data = json.loads(answer.source or b"{}")
    if answer.truth is None:
        bindings = data["results"]["bindings"]
        cells = {json.dumps(b, sort_keys=True): b for b in bindings}
        data["results"]["bindings"] = [cells[key] for key in sorted(cells)] if len(cells) == len(bindings) else bindings
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _syntax(message: str, text: str, offset: int) -> UsageError:
    """A syntax error at its place in the user's text, with the line and a caret below."""
    match = _PLACE.search(message)
    if not match:
        return UsageError("query.failed", why=message)
    line, column = int(match.group(1)), int(match.group(2))
    if line == 1:
        column = max(1, column - offset)
    lines = text.split("\n")
    shown = lines[min(line, len(lines)) - 1]
    why = message.partition(": ")[2] or message
    return UsageError("query.syntax", line=line, column=column, why=why, shown=shown, caret=" " * (column - 1) + "^")


def to_rdflib(folder: Path) -> rdflib.Dataset:
    """The graphs written in ``folder`` as an ``rdflib.Dataset`` with the same names."""
    import rdflib

    dataset = rdflib.Dataset()
    for name, graph in FILES:
        target = dataset.graph(rdflib.URIRef(graph)) if graph else dataset.default_graph
        target.parse(folder / name, format="turtle")
    return dataset
