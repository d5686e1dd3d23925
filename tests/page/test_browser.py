"""The page in Chromium: opened from a file, without any network, by hand and by keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.selenium import Axe
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from kg.config import find_data
from kg.dossier import read_dossier
from kg.finding import study
from kg.graph import Graph
from kg.ontology import Ontology
from kg.render import page
from kg.view import View, load_views

from .conftest import Sample, log, save

WIDE, NARROW = (1400, 900), (320, 640)


def resize(browser: Chrome, size: tuple[int, int], theme: str = "light") -> None:
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": theme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


@pytest.fixture
def opened(browser: Chrome, sample_page: str) -> Iterator[Chrome]:
    """The page of the invented graph, freshly opened; it must not have complained when the test ends."""
    resize(browser, WIDE)
    log(browser, "browser")
    log(browser, "performance")
    browser.get(sample_page)
    yield browser
    assert log(browser, "browser") == []


def all_of(browser: Chrome, css: str) -> list[WebElement]:
    return browser.find_elements(By.CSS_SELECTOR, css)


def one(browser: Chrome, css: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, css)


def texts(browser: Chrome, css: str) -> list[str]:
    return [element.text for element in all_of(browser, css)]


def press(browser: Chrome, css: str, text: str) -> None:
    """Click the element of this text, wherever it is scrolled to."""
    found = [element for element in all_of(browser, css) if element.get_property("textContent") == text]
    assert found, f"no {css} says {text!r}: {texts(browser, css)}"
    browser.execute_script("arguments[0].click()", found[0])


def search(browser: Chrome, words: str) -> None:
    field = one(browser, "#search")
    field.clear()
    field.send_keys(words)


def index(browser: Chrome) -> list[str]:
    return [str(element.get_property("textContent")) for element in all_of(browser, "#index button")]


def drawn(browser: Chrome) -> list[str]:
    """The labels of the nodes in the drawing that are not hidden."""
    found = browser.execute_script(
        "return kg.network().body.data.nodes.get().filter(n => !n.hidden).map(n => n.label.replaceAll('\\n', ' '))"
    )
    return list(found)


def requests(browser: Chrome) -> list[str]:
    """Every address that the page asked for, the page itself and data: addresses apart."""
    messages = [json.loads(entry)["message"] for entry in log(browser, "performance")]
    urls = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return [url for url in urls if not url.startswith(("file:", "data:", "blob:"))]


def test_it_opens_without_network_and_complaint(browser: Chrome, sample_page: str) -> None:
    resize(browser, WIDE)
    log(browser, "browser")
    log(browser, "performance")
    browser.get(sample_page)
    press(browser, "#views button", "Tout le graphe")
    press(browser, "#index button", "Jonas Brun")
    sent = [json.loads(entry)["message"] for entry in log(browser, "performance")]
    urls = [m["params"]["request"]["url"] for m in sent if m["method"] == "Network.requestWillBeSent"]
    assert [url for url in urls if url.startswith("file:")] == [sample_page], "the log does see requests"
    assert [url for url in urls if not url.startswith(("file:", "data:", "blob:"))] == []
    assert log(browser, "browser") == []


def test_the_policy_stops_what_is_not_ours(browser: Chrome, sample_page: str) -> None:
    browser.get(sample_page)
    browser.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.pwned = 1'; document.body.append(s);"
        "const i = document.createElement('img'); i.src = 'https://example.org/x.png'; document.body.append(i);"
    )
    assert browser.execute_script("return window.pwned") is None
    blocked = log(browser, "browser")
    assert len(blocked) == 2
    assert all("Content Security Policy" in message for message in blocked)


def test_nodes_and_links_are_drawn(opened: Chrome) -> None:
    assert sorted(label for label in drawn(opened) if label.startswith("Marthe")) == ["Marthe Vasseur-Le Goff"]
    assert len(drawn(opened)) == 13
    assert opened.execute_script("return kg.network().body.data.edges.length") == 14
    colors = opened.execute_script(
        "const c = document.querySelector('#drawing canvas');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "const seen = new Set(); for (let i = 0; i < d.length; i += 4) seen.add([d[i], d[i+1], d[i+2]].join());"
        "return [...seen]"
    )
    assert {"154,91,0", "10,102,168", "11,122,90"} <= set(colors), "sessions, people and organisations are painted"


def overlapping(browser: Chrome) -> int:
    return int(
        browser.execute_script(
            "const n = kg.network(), ids = n.body.data.nodes.getIds(), b = ids.map(i => n.getBoundingBox(i));"
            "let c = 0; for (let i = 0; i < b.length; i++) for (let j = 0; j < i; j++)"
            " c += b[i].left < b[j].right && b[j].left < b[i].right"
            " && b[i].top < b[j].bottom && b[j].top < b[i].bottom;"
            "return c"
        )
    )


def test_no_labels_overlap_in_either_language(opened: Chrome) -> None:
    for language in ("Français", "English"):
        press(opened, "#languages button", language)
        for place in range(len(all_of(opened, "#views button"))):
            opened.execute_script("document.querySelectorAll('#views button')[arguments[0]].click()", place)
            assert overlapping(opened) == 0


def test_the_real_graph_opens(
    browser: Chrome, real: Graph, ontology: Ontology, views: tuple[View, ...], tmp_path: Path
) -> None:
    address = save(page(real.store(), ontology, views), tmp_path)
    assert (tmp_path / "network.html").stat().st_size < 1_500_000
    resize(browser, WIDE)
    log(browser, "browser")
    log(browser, "performance")
    browser.get(address)
    for place in range(len(views)):
        browser.execute_script("document.querySelectorAll('#views button')[arguments[0]].click()", place)
        assert overlapping(browser) == 0
    assert requests(browser) == []
    assert log(browser, "browser") == []


@pytest.mark.parametrize("words", ["GOFF marthe", "vasseur le goff", "Vasseur-Le Goff", "vàsseur‐lé"])
def test_search_folds_accents_case_and_hyphens(opened: Chrome, words: str) -> None:
    search(opened, words)
    assert index(opened)[0] == "Marthe Vasseur-Le Goff"
    search(opened, "aelig ODERIC")
    assert index(opened)[0] == "Aëlig Odéric"
    assert "Jonas Brun" not in index(opened)


def test_search_finds_acronyms_other_names_and_posts(opened: Chrome) -> None:
    search(opened, "alec")
    assert index(opened) == ["Association des lecteurs de la côte"]
    search(opened, "j brun")
    assert index(opened) == ["Jonas Brun"]
    search(opened, "commandante de la brigade")
    assert index(opened) == ["Inès Carlier", "Brigade de Port-Élan"]
    search(opened, "xyzzy")
    assert index(opened) == []
    assert texts(opened, "#index .empty")[0].startswith("Rien ne correspond")
    assert one(opened, "#said").get_property("textContent") == "0 nœud sur 13 correspond."


def test_filters_by_type_and_session(opened: Chrome) -> None:
    opened.execute_script("document.querySelectorAll('#types input')[2].click()")
    assert "Jonas Brun" not in drawn(opened)
    assert "Jonas Brun" not in index(opened)
    opened.execute_script("document.querySelectorAll('#types input')[2].click()")
    options = texts(opened, "#filter-0 option")
    assert options == [
        "toutes",
        "La bibliothèque sans murs",
        "Mettre les fonds en réseau",
        "Ouvrir tard : pour qui, à quel prix ?",
    ]
    all_of(opened, "#filter-0 option")[2].click()
    assert {label for label in drawn(opened) if label.startswith(("Paul", "Inès"))} == {"Paul Nérac", "Inès Carlier"}
    assert "Jonas Brun" not in drawn(opened)
    assert one(opened, "#count").text == "5 nœuds sur 13, 4 liens"


def test_legend_counts(opened: Chrome) -> None:
    assert texts(opened, "#types label") == ["Congrès\n1", "Séances\n3", "Personnes\n5", "Organisations\n4"]
    assert texts(opened, "#linktypes label") == ["prend la parole à\n6", "intervient pour\n5", "fait partie de\n3"]


def test_both_languages_say_everything(opened: Chrome) -> None:
    press(opened, "#index button", "Marthe Vasseur-Le Goff")
    french = one(opened, "body").text
    press(opened, "#languages button", "English")
    english = one(opened, "body").text
    assert one(opened, "html").get_attribute("lang") == "en"
    assert "conférencier : Marthe" in french
    for word in (
        "Who speaks, and for whom",
        "People",
        "speaks for",
        "post or membership",
        "stated by the source",
        "role at the event",
    ):
        assert word in english
        assert word not in french
    for word in ("intervient pour", "dit par la source", "Personnes", "Fermer", "Séance"):
        assert word in french
        assert word not in english


def test_details_show_facts_and_their_evidence(opened: Chrome, sample: Sample) -> None:
    press(opened, "#views button", "Tout le graphe")
    press(opened, "#index button", "Jonas Brun")
    press(opened, "#details button", "Montrer toutes les preuves")
    said = one(opened, "#details").text
    assert "président" in said
    assert "modérateur" in said or "animateur" in said
    assert "Ouvrir tard : pour qui, à quel prix ?" in said
    fact = next(place for place, t in enumerate(sample.facts) if getattr(t.object, "value", "") == "Jonas Brun")
    assert f"passage {fact}" in texts(opened, "#details blockquote")
    assert f"caractères {fact} à {fact + 9}" in said
    assert "Les lecteurs du soir" in said
    assert "14 mars 2025" in said


def test_details_tell_what_is_inferred_and_how_it_was_read(opened: Chrome, sample: Sample) -> None:
    press(opened, "#views button", "Tout le graphe")
    for place, word in ((0, "déduit de : ce qui précède"), (1, "lecture : ce qui précède")):
        subject = getattr(sample.facts[place].subject, "value", "")
        opened.execute_script("kg.select({thing: kg.data.things.findIndex(t => t.iri === arguments[0])})", subject)
        opened.execute_script("document.querySelectorAll('#details details').forEach(d => { d.open = true; })")
        assert word in one(opened, "#details").text


def test_every_fact_is_in_the_details_with_its_passage(opened: Chrome, sample: Sample) -> None:
    press(opened, "#views button", "Tout le graphe")
    opened.execute_script("kg.state.proofs = true")
    shown = opened.execute_script(
        "return kg.data.things.flatMap((_, thing) => { kg.select({ thing });"
        " return [...document.querySelectorAll('#details blockquote')].map(q => q.textContent); })"
    )
    assert set(shown) == set(sample.passages.values())


def test_a_link_tells_its_wording_its_session_and_its_facts(opened: Chrome) -> None:
    press(opened, "#index button", "Aëlig Odéric")
    press(opened, "#details .linklist button", "intervient pour → Ville de Port-Élan")
    said = one(opened, "#details").text
    assert "Aëlig Odéric → Ville de Port-Élan" in said
    assert "tel qu’imprimé" in said
    assert "lors de Ouvrir tard : pour qui, à quel prix ?" in said.replace("\n", " ")
    assert "dit par la source" in said
    press(opened, "#details dd button", "Ville de Port-Élan")
    assert one(opened, "#details h2").text == "Ville de Port-Élan"


def test_each_link_of_each_view_has_facts(opened: Chrome) -> None:
    for place, links in enumerate((14, 2, 1, 12, 59)):
        opened.execute_script("document.querySelectorAll('#views button')[arguments[0]].click()", place)
        facts = opened.execute_script(
            "return kg.view().edges.map((_, edge) => { kg.select({ edge });"
            " return document.querySelectorAll('#details dd').length; })"
        )
        assert len(facts) == links
        assert min(facts) > 0


def test_the_page_tells_what_each_network_shows(opened: Chrome, sample: Sample, ontology: Ontology) -> None:
    dossier = read_dossier(sample.store, ontology)
    names = {iri: thing.labels for iri, thing in dossier.things.items()}
    for language, lang in (("Français", "fr"), ("English", "en")):
        press(opened, "#languages button", language)
        for place, view in enumerate(load_views(find_data("views"))):
            opened.execute_script("document.querySelectorAll('#views button')[arguments[0]].click()", place)
            wanted = [finding.text(lang, names) for finding in study(view, sample.store, ontology, dossier).findings]
            shown = [str(item.get_property("textContent")) for item in all_of(opened, "#sentences li")]
            assert shown == [re.sub("[“”]|« | »", "", text) for text in wanted]
    assert len(shown) > 5


def test_a_name_in_a_sentence_selects_what_it_names(opened: Chrome) -> None:
    buttons = all_of(opened, "#sentences button")
    assert len(buttons) > 3
    name = str(buttons[-1].get_property("textContent"))
    opened.execute_script("arguments[0].click()", buttons[-1])
    assert one(opened, "#details h2").text == name
    assert opened.execute_script("return kg.network().getSelectedNodes().length") == 1
    opened.execute_script("document.querySelector('#findings').open = false")
    assert not one(opened, "#sentences").is_displayed()


def test_a_session_chooses_among_people_who_sat_together(opened: Chrome) -> None:
    press(opened, "#views button", "Qui a siégé avec qui")
    assert len(drawn(opened)) == 5
    options = [option.text for option in all_of(opened, "#filter-0 option")]
    assert options == [
        "toutes",
        "La bibliothèque sans murs",
        "Mettre les fonds en réseau",
        "Ouvrir tard : pour qui, à quel prix ?",
    ]
    all_of(opened, "#filter-0 option")[1].click()
    assert drawn(opened) == ["Marthe Vasseur- Le Goff"], "who sat alone is there too"
    assert one(opened, "#count").text == "1 nœud sur 5, 0 lien"
    all_of(opened, "#filter-0 option")[2].click()
    assert one(opened, "#count").text == "2 nœuds sur 5, 1 lien"
    press(opened, "#languages button", "English")
    assert one(opened, "#count").text == "2 nodes of 5, 1 link"


def test_a_link_by_way_of_a_session_shows_who_took_part_there(opened: Chrome) -> None:
    press(opened, "#views button", "Organisations liées")
    assert opened.execute_script("return kg.network().body.data.edges.get(0).arrows.to.enabled") is False
    opened.execute_script("kg.select({ edge: 0 })")
    said = one(opened, "#details").text
    assert "Association des lecteurs de la côte – Ville de Port-Élan" in said
    for word in (
        "Ouvrir tard : pour qui, à quel prix ?",
        "Jonas Brun",
        "Aëlig Odéric",
        "président",
        "dit par la source",
    ):
        assert word in said
    assert "Inès Carlier" not in said
    press(opened, "#details button", "Fermer")
    press(opened, "#index button", "Ville de Port-Élan")
    links = texts(opened, "#details .linklist li")
    assert links == ["à la même séance que – Association des lecteurs de la côte Ouvrir tard : pour qui, à quel prix ?"]


@pytest.mark.parametrize("size", [(1280, 900), (360, 740), NARROW])
def test_labels_of_facts_break_between_words_only(opened: Chrome, size: tuple[int, int]) -> None:
    resize(opened, size)
    opened.refresh()
    press(opened, "#views button", "Tout le graphe")
    broken = opened.execute_script(
        "const found = []; let seen = 0; kg.data.things.forEach((_, thing) => { kg.select({ thing });"
        " for (const dt of document.querySelectorAll('#details dt')) { seen += 1;"
        "  if (getComputedStyle(dt).overflowWrap !== 'normal' || getComputedStyle(dt).wordBreak !== 'normal'"
        "   || dt.scrollWidth > dt.clientWidth + 1) found.push(dt.textContent); } });"
        "return [seen, found]"
    )
    assert broken[0] > 200
    assert broken[1] == []


def rows(browser: Chrome) -> list[list[str]]:
    return [
        list(row)
        for row in browser.execute_script(
            "return [...document.querySelectorAll('tbody tr')].map(r => [...r.children].map(c => c.textContent))"
        )
    ]


def test_the_table_holds_every_fact(opened: Chrome, sample: Sample) -> None:
    press(opened, "#views button", "Tout le graphe")
    press(opened, "#tabs button", "Tableau")
    assert len(rows(opened)) == len(sample.facts) < 200
    assert one(opened, "#rows").text == f"Lignes 1 à {len(sample.facts)} sur {len(sample.facts)}"
    assert one(opened, "caption").text
    assert {th.get_attribute("scope") for th in all_of(opened, "th")} == {"col", "row"}
    values = {row[2] for row in rows(opened)}
    assert {"Marthe Vasseur-Le Goff", "12 mars 2025", "140", "environ", "ALEC"} <= values


def test_the_table_sorts_and_follows_search_and_filters(opened: Chrome) -> None:
    press(opened, "#views button", "Tout le graphe")
    press(opened, "#tabs button", "Tableau")
    place = all_of(opened, "thead button")[4]
    opened.execute_script("arguments[0].click()", place)
    starts = [int(row[4].partition("–")[0]) for row in rows(opened)]
    assert starts == sorted(starts)
    opened.execute_script("document.querySelectorAll('thead button')[4].click()")
    assert [int(row[4].partition("–")[0]) for row in rows(opened)] == sorted(starts, reverse=True)
    assert all_of(opened, "thead th")[4].get_attribute("aria-sort") == "descending"
    search(opened, "delegue a la lecture")
    assert {row[2] for row in rows(opened)} >= {"délégué à la lecture"}
    assert all("délégué à la lecture" in " ".join(row) for row in rows(opened))
    search(opened, " ")
    opened.execute_script(
        "const s = document.querySelectorAll('#filter-0 option'); s[1].selected = true;"
        "s[1].parentElement.dispatchEvent(new Event('change'))"
    )
    assert "Marthe Vasseur-Le Goff" in {row[0] for row in rows(opened)}
    assert "Jonas Brun" not in {row[0] for row in rows(opened)}


def test_a_long_table_is_turned_page_by_page(
    browser: Chrome, real: Graph, ontology: Ontology, views: tuple[View, ...], tmp_path: Path
) -> None:
    browser.get(save(page(real.store(), ontology, views), tmp_path))
    press(browser, "#views button", "Tout le graphe")
    press(browser, "#tabs button", "Tableau")
    facts = len({mapped.triple for file in real.files for mapped in file.facts})
    assert one(browser, "#rows").text == f"Lignes 1 à 200 sur {facts}"
    seen = len(rows(browser))
    while one(browser, ".pager button:last-child").is_enabled():
        press(browser, ".pager button", "Suivantes")
        seen += len(rows(browser))
    assert seen == facts


def focused(browser: Chrome) -> Any:
    return browser.execute_script("return document.activeElement.id || document.activeElement.textContent")


def test_it_is_used_by_keyboard_alone(opened: Chrome) -> None:
    canvas = one(opened, "#drawing")
    assert canvas.get_attribute("aria-label")
    opened.execute_script("arguments[0].focus()", canvas)
    opened.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    first = one(opened, "#details h2").text
    opened.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert one(opened, "#details h2").text != first
    assert str(one(opened, "#said").get_property("textContent")).endswith("détail affiché.")
    scale = opened.execute_script("return kg.network().getScale()")
    opened.switch_to.active_element.send_keys("+")
    assert opened.execute_script("return kg.network().getScale()") > scale
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    assert focused(opened) == "details"
    opened.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert opened.execute_script("return kg.state.selected") is None
    search(opened, "jonas")
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    assert one(opened, "#details h2").text == "Jonas Brun"


def test_every_node_is_reached_by_tab_and_focus_is_seen(opened: Chrome) -> None:
    opened.execute_script("document.querySelector('#search').focus()")
    reached: list[str] = []
    for _ in range(90):
        opened.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(str(focused(opened)))
        outline = opened.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or focused(opened) == "details", focused(opened)
        if reached[-1] == "drawing":
            break
    assert set(index(opened)) <= set(reached)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_axe_finds_no_fault(opened: Chrome, theme: str, size: tuple[int, int]) -> None:
    resize(opened, size, theme)
    opened.refresh()
    opened.execute_script("document.querySelectorAll('#side details').forEach(d => { d.open = true; })")
    for step in ("start", "details", "table"):
        if step == "details":
            press(opened, "#index button", "Aëlig Odéric")
            press(opened, "#details button", "Montrer toutes les preuves")
        if step == "table":
            press(opened, "#tabs button", "Tableau")
        found = Axe().run(opened)["violations"]
        assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found] == [], step


def test_it_fits_a_narrow_screen(opened: Chrome) -> None:
    resize(opened, NARROW)
    opened.refresh()
    opened.execute_script("document.querySelectorAll('#side details').forEach(d => { d.open = true; })")
    for act in ("", "Aëlig Odéric", "Tableau"):
        if act:
            press(opened, "#index button, #tabs button", act)
        assert opened.execute_script("return document.documentElement.scrollWidth - innerWidth") <= 0


def test_without_script_there_is_a_notice(browser: Chrome, sample_page: str) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(sample_page)
        assert "graph.ttl" in one(browser, "noscript").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_positions_are_the_same_each_time(opened: Chrome) -> None:
    before = opened.execute_script("return kg.network().getPositions()")
    opened.refresh()
    assert opened.execute_script("return kg.network().getPositions()") == before
