"""The engine and the command: what is asked, refused, stopped, and how faults are told."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from kg.errors import ProductError, UsageError
from kg.ontology import load_ontology
from kg.query import Answer, Engine, Graphs, Thing, bind, from_rdflib, has_header, read_question, run, to_rdflib
from kg.query.tokens import refuse, substitute, tokens

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGY = load_ontology(ROOT / "ontology")
BASE = "https://example.org/id/"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
#: Millions of millions of rows: no machine ends this.
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o FILTER(?a != ?m) }"
# rdflib 7.6 calls a property of its own that it has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")


@pytest.fixture(scope="session")
def graphs(built: Path) -> Graphs:
    return Graphs.of_folder(built)


@pytest.fixture(scope="session")
def small() -> Graphs:
    person = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://schema.org/Person>"
    names = {"ada": "Ada Éclair", "fair/ben": 'Ben \\"B\\" Ölm'}
    text = "".join(
        f'<{BASE}{key}> {person} .\n<{BASE}{key}> <https://schema.org/name> "{name}" .\n' for key, name in names.items()
    )
    return Graphs(text.encode())


def ask(graphs: Graphs, text: str, **values: object) -> Answer:
    return run(graphs, text, values, prefixes=ONTOLOGY.prefixes, base=BASE)  # type: ignore[arg-type] # terms


def refused(call: Callable[[], object]) -> UsageError:
    with pytest.raises(UsageError) as caught:
        call()
    return caught.value


# ------------------------------------------------------------------ asking


def test_default_graph_is_plain_and_evidence_is_named(graphs: Graphs) -> None:
    plain = ask(graphs, COUNT).rows[0][0]
    evidence = ask(graphs, "SELECT (COUNT(*) AS ?n) WHERE { GRAPH kg:evidence { ?s ?p ?o } }").rows[0][0]
    assert isinstance(plain, ox.Literal)
    assert isinstance(evidence, ox.Literal)
    assert 1000 < int(plain.value) < int(evidence.value)
    statements = "ASK { ?s a rdf:Statement }"
    assert ask(graphs, statements).truth is False
    assert ask(graphs, "ASK { GRAPH kg:evidence { ?s a rdf:Statement } }").truth is True


def test_own_prefix_wins_and_relative_iris_start_from_the_base(small: Graphs) -> None:
    assert ask(small, "PREFIX schema: <urn:other> ASK { ?s schema:name ?o }").truth is False
    assert ask(small, "ASK { <ada> schema:name ?o }").truth is True


def test_rows_without_an_order_come_sorted(small: Graphs) -> None:
    found = [ask(small, "SELECT ?s ?n { ?s schema:name ?n }") for _ in range(2)]
    assert found[0].rows == found[1].rows
    assert [str(row[0]) for row in found[0].rows] == sorted(str(row[0]) for row in found[0].rows)
    backward = ask(small, "SELECT ?s { ?s schema:name ?n } ORDER BY DESC(?n)")
    assert [row[0].value for row in backward.rows if isinstance(row[0], ox.NamedNode)] == [
        BASE + "fair/ben",
        BASE + "ada",
    ]


def test_formats_are_those_of_the_standards(small: Graphs) -> None:
    answer = ask(small, "SELECT ?n ?nothing { ?s schema:name ?n OPTIONAL { ?s schema:none ?nothing } } ORDER BY ?n")
    assert answer.to_csv() == b'n,nothing\r\nAda \xc3\x89clair,\r\n"Ben ""B"" \xc3\x96lm",\r\n'
    bindings = json.loads(answer.to_json())["results"]["bindings"]
    assert bindings[1] == {"n": {"type": "literal", "value": 'Ben "B" Ölm'}}
    assert json.loads(ask(small, "ASK { ?s ?p ?o }").to_json()) == {"head": {}, "boolean": True}
    assert ask(small, "ASK { ?s ?p 7 }").to_csv() == b"false\r\n"


def test_construct_and_describe_give_sorted_triples(small: Graphs) -> None:
    built = ask(small, "CONSTRUCT { ?s skos:prefLabel ?n } WHERE { ?s schema:name ?n }")
    assert built.triples is not None
    assert [str(triple.object) for triple in built.triples] == ['"Ada Éclair"', '"Ben \\"B\\" Ölm"']
    described = ask(small, "DESCRIBE <ada>")
    assert described.triples is not None
    assert len(described.triples) == 2


def test_rdflib_graphs_come_in_and_go_out(graphs: Graphs) -> None:
    dataset = to_rdflib(graphs)
    again = from_rdflib(dataset)
    count = "SELECT (COUNT(*) AS ?n) WHERE { { ?s ?p ?o } UNION { GRAPH kg:evidence { ?s ?p ?o } } }"
    assert ask(again, count).rows == ask(graphs, count).rows
    assert isomorphic(to_rdflib(again).default_graph, dataset.default_graph)
    single = rdflib.Graph().parse(data="<urn:a> <urn:b> 'c' .", format="turtle")
    assert ask(from_rdflib(single), "ASK { <urn:a> <urn:b> 'c' }").truth is True


# ------------------------------------------------------------------ parameters

HEAD = """# title: {en: t, fr: t}
# description: {en: d, fr: d}
# order: 1
"""
ROLES = '{type: role, label: {en: "the role", fr: "le rôle"}}'
PEOPLE = '{type: schema:Person, label: {en: "the person", fr: "la personne"}}'


def put(header: str, body: str, **given: str) -> str:
    question = read_question("q", f"{HEAD}{header}\n\n{body}\n")
    terms = {name: str(term) for name, term in bind(question, given, ONTOLOGY, "fr").items()}
    return substitute(body, terms)


def test_values_are_put_in_as_terms_and_never_as_text() -> None:
    header = '# param x: {type: text, label: {en: "a", fr: "b"}}'
    mean = '" } SERVICE <http://x> { ?s ?p "'
    text = put(header, 'SELECT * { ?s ?p ?x FILTER(?o != "?x") } # ?x', x=mean)
    assert [token.text for token in tokens(text) if token.kind == "string"] == [str(ox.Literal(mean)), '"?x"']
    refuse(text)


@pytest.mark.parametrize(
    ("kind", "value", "term"),
    [
        ("integer", "12", '"12"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("date", "2024-06-28", '"2024-06-28"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("language", "en", '"en"'),
        ("role", "speaker", "<https://w3id.org/congress-kg/role/speaker>"),
    ],
)
def test_each_type_of_value(kind: str, value: str, term: str) -> None:
    header = f'# param x: {{type: {kind}, label: {{en: "a", fr: "b"}}}}'
    assert put(header, "ASK { ?s ?p ?x }", x=value) == f"ASK {{ ?s ?p {term} }}"


@pytest.mark.parametrize(
    ("kind", "value"),
    [("integer", "twelve"), ("date", "2024-02-30"), ("date", "2024"), ("language", "de"), ("role", "speeker")],
)
def test_a_value_of_another_type_is_told(kind: str, value: str) -> None:
    header = f'# param x: {{type: {kind}, label: {{en: "a", fr: "b"}}}}'
    error = refused(lambda: put(header, "ASK { ?s ?p ?x }", x=value))
    assert error.exit_code == 2
    assert value in error.message("fr")
    if kind == "role":
        assert "speaker" in error.message("en")


def test_missing_and_unknown_parameters_are_told() -> None:
    header = f"# param role: {ROLES}"
    assert "le rôle" in refused(lambda: put(header, "ASK { ?s ?p ?role }")).message("fr")
    assert "it has: role" in refused(lambda: put(header, "ASK { ?s ?p ?role }", rôle="speaker")).message("en")


def test_the_reader_s_language_and_the_default_are_taken() -> None:
    header = """# param lang: {type: language, label: {en: a, fr: b}}
# param n: {type: integer, default: 3, label: {en: a, fr: b}}
# param free: {type: text, optional: true, label: {en: a, fr: b}}"""
    text = put(header, "ASK { ?lang ?n ?free }")
    assert text == 'ASK { "fr" "3"^^<http://www.w3.org/2001/XMLSchema#integer> ?free }'


@pytest.mark.parametrize("name", ["ada", BASE + "ada", "Ada Éclair", "ada  eclair", "ben", "fair/ben"])
def test_a_thing_is_found_by_id_iri_end_of_id_or_name(name: str, small: Graphs) -> None:
    thing = Thing("who", name, "https://schema.org/Person")
    answer = ask(small, "SELECT ?n { ?who schema:name ?n }", who=thing)
    assert len(answer.rows) == 1


def test_an_unknown_thing_is_told_with_the_nearest(small: Graphs) -> None:
    thing = Thing("who", "adda", "https://schema.org/Person")
    assert "ada" in refused(lambda: ask(small, "ASK { ?who ?p ?o }", who=thing)).message("en").split("mean:")[1]
    elsewhere = Thing("who", "ada", "https://schema.org/Place")
    refused(lambda: ask(small, "ASK { ?who ?p ?o }", who=elsewhere))


@pytest.mark.parametrize(
    "text",
    [
        "# title: {en: t}\n\nASK { ?s ?p ?o }",
        f"{HEAD}# param x: {{type: text}}\n\nASK {{ ?s ?p ?x }}",
        f"{HEAD}# param x: {PEOPLE}\n\nASK {{ ?s ?p ?o }}",
        f"{HEAD}# facts: [x]\n\nASK {{ ?s ?p ?o }}",
        "# title: [\n\nASK { ?s ?p ?o }",
    ],
)
def test_a_bad_header_is_a_fault_of_ours(text: str) -> None:
    with pytest.raises(ProductError):
        read_question("q", text)


def test_free_queries_have_no_header() -> None:
    assert not has_header("# a remark: of mine\nASK { ?s ?p ?o }")
    assert has_header(f"{HEAD}\nASK {{ ?s ?p ?o }}")


# ------------------------------------------------------------------ refusing


@pytest.mark.parametrize(
    "text",
    [
        "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "ASK { service silent ?x { ?s ?p ?o } }",
        "ASK { SERV\\u0049CE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "ASK { \\U00000053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "ASK { ?x ?y 1e5SERVICE<http://127.0.0.1:9/>{} }",
        "ASK { ?x ?y trueSERVICE<http://127.0.0.1:9/>{} }",
        "ASK { SERVICESILENT<http://127.0.0.1:9/>{} }",
        "PREFIX : <http://127.0.0.1:9/> ASK { ?x ?y 5 .SERVICE:x {} }",
        "ASK { ?a ?p ?b FILTER(?a<?b)SERVICE?s#>\n{ ?s ?p ?o } }",
        "ASK { ?a ?p ?b FILTER(?a<?b)#>'''\nSERVICE ?s { ?s ?p ?o } #'''\n }",
        "ASK { # \\u000A SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    ],
)
def test_service_is_refused_however_it_is_spelt(text: str) -> None:
    assert refused(lambda: refuse(text)).key == "query.service"


@pytest.mark.parametrize(
    "text",
    [
        'ASK { ?s ?p "SERVICE <http://x> {}" }',
        "ASK { ?s ?p '''it's\nSERVICE''' }",
        "ASK { ?s ?p ?o } # SERVICE <http://x> { FROM }",
        "ASK { ?service ?p $SERVICE }",
        "ASK { ?s a schema:Service ; schema:service 1 }",
        "ASK { ?s a <https://schema.org/Service#FROM> }",
        'ASK { ?s ?p "from" , "insert" }',
        "ASK { ?s ?p ?o FILTER(?s < ?o && ?o > 3) } # <service>",
    ],
)
def test_the_word_elsewhere_is_no_call(text: str, small: Graphs) -> None:
    assert ask(small, text).truth is not None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("SELECT * FROM <http://127.0.0.1:9/> { ?s ?p ?o }", "query.from"),
        ("ASK FROM NAMED <http://127.0.0.1:9/> { ?s ?p ?o }", "query.from"),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", "query.update"),
        ("PREFIX a: <urn:a> DELETE WHERE { ?s ?p ?o }", "query.update"),
        ("LOAD <http://127.0.0.1:9/>", "query.update"),
        ("clear all", "query.update"),
    ],
)
def test_other_graphs_and_updates_are_refused(text: str, key: str, small: Graphs) -> None:
    assert refused(lambda: ask(small, text)).key == key


# ------------------------------------------------------------------ syntax errors


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("SELCT ?x WHERE { ?x a ?y }", 1, 1, "SELCT"),
        ("SELECT ?x WERE {\n ?x a ?y .\n}", 1, 11, "WERE"),
        ("SELECT ?x WHERE {\n ?x a ?y .\n ?x foaf name ?z .\n}\nORDER BY ?x", 3, 5, "foaf"),
        ("SELECT ?x WHERE {\n ?x a ?y\n ?é a ?z .\n}", 3, 2, "?é"),
        ("SELECT ?x WHERE {\n ?x a ?y .\n BIND(FOO(?x) AS ?z)\n}", 3, 7, "FOO"),
        ('SELECT ?x WHERE {\n ?x a "abc .\n}', 2, 7, '"'),
        ("SELECT ?x WHERE {\n ?x a nope:Thing .\n}", 2, 7, "nope:"),
        ("ASK { ?s scema:name ?o }", 1, 10, "schema"),
        ("SELECT ?x { ?x a ?y } LIMIT ten", 1, 29, "ten"),
        ("ASK {\n ?s ?p ?o", 2, 10, ""),
        ("", 1, 1, ""),
        ("SELECT ?a (COUNT(?b) AS ?n) { ?a ?p ?b }", 1, 41, "unbound"),
    ],
)
def test_a_syntax_error_is_shown_at_its_place(text: str, line: int, column: int, word: str, small: Graphs) -> None:
    error = refused(lambda: ask(small, text))
    for lang in ("en", "fr"):
        first, shown, caret = error.message(lang).split("\n")
        assert first.startswith(f"query:{line}:{column}")
        assert word in first
        assert shown == text.split("\n")[line - 1]
        assert caret == " " * (column - 1) + "^"


def test_a_tab_before_the_fault_keeps_the_caret_below_it(small: Graphs) -> None:
    assert refused(lambda: ask(small, "ASK {\n\t?x é ?y }")).message("en").endswith("\n\t?x é ?y }\n\t   ^")


# ------------------------------------------------------------------ stopping


def children(parent: int) -> set[int]:
    """The processes that a process started and that still run."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, ppid = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:2]
        except OSError:  # it has just ended
            continue
        if int(ppid) == parent and state != "Z":
            found.add(int(entry.name))
    return found


def alive(process: int) -> bool:
    try:
        return (Path("/proc") / str(process) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see which processes run")


def test_a_query_stops_when_its_time_is_up(graphs: Graphs) -> None:
    before = children(os.getpid()) if sys.platform == "linux" else set()
    start = time.monotonic()
    error = refused(lambda: run(graphs, ENDLESS, prefixes=ONTOLOGY.prefixes, timeout=1))
    assert error.key == "query.timeout"
    assert 1 <= time.monotonic() - start < 10
    if sys.platform == "linux":
        assert children(os.getpid()) == before


def test_an_engine_answers_several_queries_and_none_after_its_time(graphs: Graphs) -> None:
    before = children(os.getpid()) if sys.platform == "linux" else set()
    with Engine(graphs, prefixes=ONTOLOGY.prefixes) as engine:
        assert engine.ask("ASK { ?s a schema:Person }").truth is True
        assert refused(lambda: engine.ask("ASK { ?s }")).key == "query.syntax_word"
        assert refused(lambda: engine.ask("ASK { SERVICE <http://127.0.0.1:9/> { } }")).key == "query.service"
        assert engine.ask("ASK { ?s schema:name 12 }").truth is False
        assert refused(lambda: engine.ask(ENDLESS, within=0.3)).key == "query.timeout"
        assert refused(lambda: engine.ask("ASK { ?s a schema:Person }")).key == "query.broken"
    if sys.platform == "linux":
        assert children(os.getpid()) == before
    assert refused(lambda: engine.ask("ASK { }")).key == "query.broken"


@pytest.fixture
def endless(built: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """``kg query`` at work on what never ends, and the process of its engine."""
    command = [sys.executable, "-m", "kg", "query", "--graph", str(built), ENDLESS]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as kg:
        assert eventually(lambda: bool(children(kg.pid)))
        (engine,) = children(kg.pid)
        time.sleep(0.5)
        yield kg, engine
        kg.kill()


@on_linux
def test_ctrl_c_stops_the_query_and_leaves_nothing_running(endless: tuple[subprocess.Popen[str], int]) -> None:
    kg, engine = endless
    kg.send_signal(signal.SIGINT)
    _, err = kg.communicate(timeout=20)
    assert kg.returncode == 130
    assert "Traceback" not in err
    assert not alive(engine)


@on_linux
def test_the_engine_ends_when_its_parent_is_killed(endless: tuple[subprocess.Popen[str], int]) -> None:
    kg, engine = endless
    kg.kill()
    kg.wait()
    assert eventually(lambda: not alive(engine))


@on_linux
def test_the_engine_does_not_hear_ctrl_c_itself(endless: tuple[subprocess.Popen[str], int]) -> None:
    kg, engine = endless
    assert os.getpgid(engine) != os.getpgid(kg.pid)


def test_a_dead_engine_is_told(tmp_path: Path) -> None:
    missing = Graphs(tmp_path / "none.ttl")
    assert refused(lambda: ask(missing, COUNT)).key == "query.failed"


# ------------------------------------------------------------------ the command


def environment() -> dict[str, str]:
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "LC_ALL": "C.UTF-8"}


@pytest.fixture
def kg(built: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    def call(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "kg", "query", "--graph", str(built), *words]
        return subprocess.run(command, cwd=tmp_path, env=environment(), input=given, capture_output=True, check=False)

    return call


Kg = Callable[..., "subprocess.CompletedProcess[bytes]"]


def test_a_piped_count_shows_its_number(kg: Kg) -> None:
    done = kg(COUNT)
    head, line, number = done.stdout.decode().splitlines()
    assert (head, set(line)) == ("n", {"-"})
    assert int(number) > 1000
    assert done.stderr == b""


def test_list_has_a_line_for_each_question_in_both_languages(kg: Kg) -> None:
    english, french = (kg("--list", "--lang", lang).stdout.decode().splitlines() for lang in ("en", "fr"))
    assert len(english) == len(french) == len(list((ROOT / "queries").glob("*.rq")))
    assert [line.split()[0] for line in english] == [line.split()[0] for line in french]
    assert any("Qui siégeait avec quelqu’un" in line and "person=…" in line for line in french)
    assert b"\x1b" not in kg("--list").stdout


def test_query_from_name_file_and_standard_input(kg: Kg, tmp_path: Path) -> None:
    (tmp_path / "mine.rq").write_text(f"# mine\n{COUNT}\n", encoding="utf-8", newline="\r\n")
    assert kg(COUNT).stdout == kg("mine.rq").stdout == kg("-", given=COUNT.encode()).stdout
    text = (ROOT / "queries" / "who-sat-with.rq").read_text(encoding="utf-8")
    (tmp_path / "copy.rq").write_text(text, encoding="utf-8", newline="\n")
    named, copied = (kg(name, "person=Fatima Meslem", "--lang", "fr") for name in ("who-sat-with", "copy.rq"))
    assert named.stdout == copied.stdout
    assert named.stdout.count(b"\n") == 5


def test_output_speaks_the_reader_s_language(kg: Kg) -> None:
    assert "about" in kg("figures", "--lang", "en").stdout.decode()
    assert "environ" in kg("figures", "--lang", "fr").stdout.decode()
    assert "environ" in kg("figures", "lang=fr", "--lang", "en").stdout.decode()


def test_csv_json_and_turtle(kg: Kg) -> None:
    rows = list(csv.reader(io.StringIO(kg("speakers", "--format", "csv").stdout.decode(), newline="")))
    assert rows[0] == ["event", "person", "capacity", "organisation"]
    data = json.loads(kg("speakers", "--format", "json").stdout)
    assert len(data["results"]["bindings"]) == len(rows) - 1
    turtle = kg("CONSTRUCT { ?p schema:name ?n } WHERE { ?p a schema:Person ; schema:name ?n }").stdout
    graph = rdflib.Graph().parse(data=turtle, format="turtle")
    assert len(graph) == int(kg("SELECT (COUNT(*) AS ?n) { ?p a schema:Person ; schema:name ?n }").stdout.split()[-1])
    assert kg(COUNT, "--format", "turtle").returncode == 2
    assert kg("DESCRIBE <lionel-peres>", "--format", "csv").returncode == 2
    assert kg("ASK { ?s a schema:Person }", "--lang", "fr").stdout.decode() == "oui\n"


def test_iris_are_short_in_tables(kg: Kg) -> None:
    out = kg("SELECT ?p ?k { ?p a schema:Person ; ?k 'Lionel Peres' }").stdout.decode()
    assert out.splitlines()[2].split() == ["lionel-peres", "schema:name"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["speaker"], "speakers"),
        (["who-sat-with"], "person=…"),
        (["who-sat-with", "person=Fatima Mesle"], "fatima-meslem"),
        (["who-sat-with", "who=x"], "person, lang"),
        (["who-sat-with", "person"], "name=value"),
        (["who-sat-with", "person=a", "person=b"], "twice"),
        ([COUNT, "a=b"], "parameters"),
        (["none.rq"], "none.rq"),
        (["ASK { SERVICE <http://127.0.0.1:9/> {} }"], "SERVICE"),
        (["ASK {\n ?s }"], "query:2:5"),
        ([], "--list"),
        ([ENDLESS, "--timeout", "0.2"], "0.2 s"),
        ([COUNT, "--timeout", "0"], "timeout"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_to_do(kg: Kg, words: list[str], told: str) -> None:
    done = kg(*words, "--lang", "en")
    assert done.returncode == 2
    assert told in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


def test_a_fault_in_a_file_names_the_file(kg: Kg, tmp_path: Path) -> None:
    (tmp_path / "mine.rq").write_text("# mine\nASK { ?s ? ?o }\n", encoding="utf-8", newline="\n")
    assert "mine.rq:2:" in kg("mine.rq").stderr.decode()
    (tmp_path / "latin.rq").write_bytes("ASK { ?s ?p 'é' }".encode("latin-1"))
    assert kg("latin.rq").returncode == 2


def test_without_a_graph_the_way_to_one_is_told(kg: Kg, tmp_path: Path) -> None:
    done = kg(COUNT, "--graph", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "kg build" in done.stderr.decode()


def test_facts_changed_since_the_build_are_told_and_the_answer_comes(built: Path, kg: Kg, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for file in built.glob("*.ttl"):
        (folder / file.name).write_bytes(file.read_bytes())
    (tmp_path / "facts.yaml").write_bytes(b"old")
    (folder / "report.json").write_text('{"inputs": {"facts.yaml": "00"}}', encoding="utf-8", newline="\n")
    stale = kg(COUNT, "--graph", "out")
    assert "facts.yaml" in stale.stderr.decode()
    assert "kg build" in stale.stderr.decode()
    assert stale.returncode == 0
    assert stale.stdout == kg(COUNT).stdout
    (folder / "report.json").write_text("[1]", encoding="utf-8", newline="\n")
    assert kg(COUNT, "--graph", "out").stderr == b""
