"""SERVICE: refused unless it is asked for, and then a real call to a real endpoint, which may be slow or broken."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import kg_query
from kg.errors import UsageError
from kg.query.tokens import refuse

JSON = ox.QueryResultsFormat.JSON


class Endpoint(ThreadingHTTPServer):
    """A SPARQL endpoint that knows where people live; what it was asked is kept."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.store = ox.Store()
        self.store.extend(
            ox.Quad(ox.NamedNode(f"urn:{n}"), ox.NamedNode("urn:home"), ox.Literal(home))
            for n, home in (("a", "Aix"), ("b", "Sète"))
        )
        self.asked: list[str] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/sparql"


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        form = self.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
        self.answer(parse_qs(body)["query"][0] if form else body)

    def do_GET(self) -> None:
        self.answer(parse_qs(urlsplit(self.path).query)["query"][0])

    def answer(self, query: str) -> None:
        self.server.asked.append(query)
        if "urn:slow" in query:
            self.server.released.wait(60)
        if "urn:broken" in query:
            self.send_error(503)
            return
        found = self.server.store.query(query)
        assert isinstance(found, ox.QuerySolutions)
        data = found.serialize(format=JSON) or b""
        self.send_response(200)
        self.send_header("Content-Type", JSON.media_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing: the test looks into ``asked``."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


def query(server: Endpoint, pattern: str = "?who <urn:home> ?home") -> str:
    return (
        f"SELECT ?home {{ <lionel-peres> schema:name ?name . SERVICE <{server.url}> {{ {pattern} }} }} ORDER BY ?home"
    )


def test_refused_it_calls_nobody(endpoint: Endpoint, built: Path, tmp_path: Path) -> None:
    done = kg_query(tmp_path, query(endpoint), graph=built)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--service" in done.stderr
    assert endpoint.asked == []


def test_allowed_it_joins_what_the_other_server_says(endpoint: Endpoint, built: Path, tmp_path: Path) -> None:
    done = kg_query(tmp_path, query(endpoint), "--service", "-f", "csv", graph=built)
    assert (done.returncode, done.stdout, done.stderr) == (0, "home\nAix\nSète\n", "")
    assert len(endpoint.asked) == 1
    empty = kg_query(tmp_path, query(endpoint, "?who <urn:home> 'Nice'"), "--service", graph=built)
    assert empty.returncode == 0
    assert "cannot be told, because of SERVICE" in empty.stderr


def test_other_refusals_stay(endpoint: Endpoint, built: Path, tmp_path: Path) -> None:
    for text in ("SELECT * FROM <{}> {{ ?s ?p ?o }}", "LOAD <{}>"):
        assert kg_query(tmp_path, text.format(endpoint.url), "--service", graph=built).returncode == 2
    assert endpoint.asked == []


def test_a_broken_server_is_told(endpoint: Endpoint, built: Path, tmp_path: Path) -> None:
    done = kg_query(tmp_path, query(endpoint, "?who <urn:broken> ?home"), "--service", graph=built)
    assert (done.returncode, done.stdout) == (2, "")
    assert "503" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_slow_server_is_not_waited_for(endpoint: Endpoint, built: Path, tmp_path: Path) -> None:
    start = time.monotonic()
    done = kg_query(tmp_path, query(endpoint, "?who <urn:slow> ?home"), "--service", "--timeout", "1.5", graph=built)
    assert done.returncode == 2
    assert "1.5 s" in done.stderr
    assert time.monotonic() - start < 20
    assert len(endpoint.asked) == 1


# ------------------------------------------------------------------ nothing slips through

WORDS = r"""SERVICE sErViCe SILENT SERV\u0049CE \u0022 \u0027 \u000A \u003C # ' " ''' < > { } ( ) ?x ?a<?b
FILTER(?a<?b)#> ex:a ex:\# ex:a\' _:b @en 'a' "b"@en 1 1. 1e5 . ; , a / \ true [] {}"""
PIECES = st.sampled_from([*WORDS.split(), '"' * 3, " ", "\n", "VALUES ?q { 1 }"])


@settings(deadline=None, max_examples=400)
@given(
    st.lists(PIECES, max_size=6),
    st.lists(PIECES, max_size=6),
    st.sampled_from(["SERVICE ", "sErViCe", "SERV\\u0049CE "]),
)
def test_what_is_let_pass_calls_nobody(before: list[str], after: list[str], word: str) -> None:
    """The engine says that a port is closed to it before it calls: that it says so proves that it would have called."""
    call = f"{word}<http://127.0.0.1:9/> {{ }}"
    text = f"PREFIX ex: <http://e/> ASK {{ ?a ?b ?c {''.join(before)}{call}{''.join(after)} }}"
    try:
        refuse(text)
    except UsageError:
        return
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("http://e/a"), ox.NamedNode("http://e/p"), ox.Literal(1)))
    try:
        store.query(text)
    except SyntaxError:
        return


def test_the_engine_does_say_so() -> None:
    with pytest.raises(OSError, match="port 9"):
        ox.Store().query("ASK { SERVICE <http://127.0.0.1:9/> { } }")
