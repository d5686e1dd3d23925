"""Whatever stands in the data is text: attempts to make it run, in every field of facts, evidence and views."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from selenium.webdriver import Chrome

from kg.ontology import Ontology
from kg.prefixes import SKOS
from kg.render import page
from kg.view import View

from .conftest import ID, log, prove, save, triples
from .test_browser import all_of, one, press, search

ATTEMPTS = [
    "<script>window.pwned=1</script>",
    '"><img src=x onerror=window.pwned=1>',
    "</script><script>window.pwned=1</script>",
    "<a href='javascript:window.pwned=1'>href</a>",
    "javascript:window.pwned=1",
    "{{ 7*7 }}<svg onload=window.pwned=1>",
    "'-window.pwned=1-'",
    "<b>bold</b><!-- ",
    "__proto__",
]
#: Elements that data may never bring about; the page itself has three scripts, one icon and one link to its own text.
BROUGHT = (
    "document.querySelectorAll('img, iframe, object, embed, form, base, b, [onerror], [onload], [onclick],"
    " a:not(.skip), svg:not(.key), script:not(#data)').length"
)
#: Open every link of the view, and in the widest one every thing, and count after each.
WALK = (
    "const counts = []; const open = (what) => { kg.select(what); counts.push(" + BROUGHT + "); };"
    "if (arguments[0]) kg.data.things.forEach((_, thing) => open({ thing }));"
    "kg.view().edges.forEach((_, edge) => open({ edge })); return counts"
)


def poisoned(attempt: str, ontology: Ontology) -> tuple[ox.Store, dict[str, str]]:
    """The invented graph with the attempt in every text, and in every address as far as an IRI can hold it."""

    def text(value: str) -> str:
        return f"{attempt} {value}"

    def term(value: ox.Literal) -> ox.Literal:
        return (
            ox.Literal(text(value.value), language=value.language) if value.language else ox.Literal(text(value.value))
        )

    changed = [
        ox.Triple(t.subject, t.predicate, term(t.object) if isinstance(t.object, ox.Literal) else t.object)
        for t in triples()
    ]
    someone, same = ox.NamedNode(ID + "jonas-brun"), ox.NamedNode(SKOS + "exactMatch")
    changed += [
        ox.Triple(someone, same, ox.NamedNode("javascript:window.pwned=1")),
        ox.Triple(someone, same, ox.NamedNode("https://example.org/'onmouseover='window.pwned=1'")),
        ox.Triple(someone, same, ox.NamedNode("data:text/html,%3Cscript%3Ewindow.pwned=1%3C/script%3E")),
    ]
    sample = prove(changed, ontology, text)
    return sample.store, sample.passages


def hostile_view(view: View, attempt: str) -> View:
    both = {"fr": attempt, "en": attempt}
    return replace(
        view,
        titles=both,
        descriptions=both,
        types={key: replace(kind, labels=both) for key, kind in view.types.items()},
        links={key: replace(link, labels=both) for key, link in view.links.items()},
        filters=tuple(replace(item, labels=both) for item in view.filters),
        kinds=replace(view.kinds, labels=both) if view.kinds else None,
    )


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nothing_in_the_data_runs(
    attempt: str, browser: Chrome, ontology: Ontology, views: tuple[View, ...], tmp_path: Path
) -> None:
    store, passages = poisoned(attempt, ontology)
    hostile = [hostile_view(view, attempt) for view in views]
    log(browser, "browser")
    browser.get(save(page(store, ontology, hostile, passages=passages, title={"fr": attempt, "en": attempt}), tmp_path))
    brought = browser.execute_script(f"return {BROUGHT}")
    assert brought == 2, "the two scripts of the page"
    assert browser.title.startswith(attempt.strip()[:5])
    assert one(browser, "#title").get_property("textContent") == attempt
    browser.execute_script("kg.state.proofs = true")
    least = {"speakers": 14, "together": 2, "organisations": 1, "sessions": 12, "everything": 100}
    for place, view in enumerate(views):
        browser.execute_script("document.querySelectorAll('#views button')[arguments[0]].click()", place)
        counts = browser.execute_script(WALK, view.name == "everything")
        assert len(counts) >= least[view.name]
        assert set(counts) == {brought}
    press(browser, "#tabs button", "Tableau")
    press(browser, "#languages button", "English")
    search(browser, attempt)
    shown = {cell.get_property("textContent") for cell in all_of(browser, "tbody td")}
    assert any(str(text).startswith(attempt) for text in shown), "it is shown as it is written"
    assert browser.execute_script(f"return {BROUGHT}") == brought
    assert browser.execute_script("return window.pwned") is None
    assert browser.execute_script("return document.querySelectorAll('[title]').length") == 0
    assert log(browser, "browser") == []
