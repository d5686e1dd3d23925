"""What the tests of the page share: a small invented graph with evidence, pages made of it, and one browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from selenium import webdriver

from kg.config import find_data
from kg.ontology import Ontology, load_ontology
from kg.prefixes import KG, OA, PROV, RDF, SKOS
from kg.render import page
from kg.view import View, load_views

ID = "https://example.org/id/"
EVIDENCE = ox.NamedNode(KG + "evidence")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--accept-lang=fr",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A store as the page wants it, its facts (classes apart), and the words of its spans."""

    store: ox.Store
    facts: tuple[ox.Triple, ...]
    passages: dict[str, str]


def prove(plain: Iterable[ox.Triple], ontology: Ontology, text: Callable[[str], str] = str) -> Sample:
    """Give each fact one statement and one span. The first fact is inferred, the second read in one of two ways."""
    source, triples = ox.NamedNode(ID + "report-2025"), sorted(plain, key=str)
    store, passages = ox.Store(), {}
    facts = tuple(t for t in triples if t.predicate.value != RDF + "type")
    store.extend([ox.Quad(t.subject, t.predicate, t.object) for t in triples])
    store.extend(_lists(triples, ontology))
    for place, fact in enumerate(facts):
        node, span = ox.NamedNode(f"{ID}fact/{place}"), ox.NamedNode(f"{source.value}/text/{place}-{place + 9}")
        selector = ox.NamedNode(f"{span.value}/selector")
        status = ontology.schemes["status"]["inferred" if place == 0 else "asserted"]
        said = [
            (node, RDF + "subject", fact.subject),
            (node, RDF + "predicate", fact.predicate),
            (node, RDF + "object", fact.object),
            (node, KG + "status", ox.NamedNode(status)),
            (node, PROV + "wasDerivedFrom", span),
            (node, PROV + "hadPrimarySource", source),
            (span, OA + "hasSource", source),
            (span, OA + "hasSelector", selector),
            (selector, OA + "start", ox.Literal(place)),
            (selector, OA + "end", ox.Literal(place + 9)),
        ]
        if place < 2:
            name = KG + ("inferredFrom" if place == 0 else "reading")
            said.append((node, name, ox.Literal(text("ce qui précède"), language="fr")))
        store.extend(ox.Quad(s, ox.NamedNode(p), o, EVIDENCE) for s, p, o in said)
        passages[span.value] = text(f"passage {place}")
    return Sample(store, facts, passages)


def _lists(triples: Iterable[ox.Triple], ontology: Ontology) -> Iterator[ox.Quad]:
    words = {iri for scheme in ontology.schemes.values() for iri in scheme.values()}
    for iri in sorted({t.object.value for t in triples if isinstance(t.object, ox.NamedNode)} & words):
        node = ox.NamedNode(iri)
        yield ox.Quad(node, ox.NamedNode(RDF + "type"), ox.NamedNode(SKOS + "Concept"))
        yield ox.Quad(node, ox.NamedNode(SKOS + "inScheme"), ox.NamedNode(iri.rpartition("/")[0]))
        for lang, label in ontology.labels[iri].items():
            yield ox.Quad(node, ox.NamedNode(SKOS + "prefLabel"), ox.Literal(label, language=lang))


def triples() -> list[ox.Triple]:
    """The invented graph."""
    path = Path(__file__).with_name("sample.ttl")
    return [quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return load_ontology()


@pytest.fixture(scope="session")
def views() -> tuple[View, ...]:
    return load_views(find_data("views"))


@pytest.fixture(scope="session")
def sample(ontology: Ontology) -> Sample:
    return prove(triples(), ontology)


@pytest.fixture(scope="session")
def html(sample: Sample, ontology: Ontology, views: tuple[View, ...]) -> str:
    return page(sample.store, ontology, views, passages=sample.passages)


@pytest.fixture(scope="session")
def sample_page(html: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of the invented graph."""
    return save(html, tmp_path_factory.mktemp("page"))


def save(text: str, folder: Path) -> str:
    path = folder / "network.html"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path.as_uri()


def log(browser: webdriver.Chrome, kind: str) -> list[str]:
    """The messages logged since the last call."""
    entries = browser.get_log(kind)
    return [str(entry["message"]) for entry in entries]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One Chromium for all tests of the page, with a profile of its own and a log of all it asks the network for."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.fail("the page is tested in a browser: install chromium and chromedriver (Debian: chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}", "--window-size=1400,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield chrome
    chrome.quit()
