"""The page: one HTML file that holds the views, every fact with its evidence, and all it needs to show them.

pyvis keeps the model of each drawing and brings vis-network; its own writer is not used, because that one calls the
web and lets data run as script. Here data goes into one JSON block that no browser executes, the two scripts and the
style are admitted by hash only (Content Security Policy), and the page builds its text as text.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.dossier import Dossier, Evidence, Fact, Span, Thing, read_dossier
from kg.drawing import Drawing, draw, heading
from kg.errors import ProductError
from kg.finding import Finding, Name, Study, study
from kg.layout import FONT
from kg.messages import LANGUAGES, catalogue, choose
from kg.network import reach
from kg.ontology import Ontology
from kg.prefixes import DCTERMS, curie
from kg.view import View

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["page"]

Json = dict[str, object]
Texts = Mapping[str, str]

VIS_FILE = "templates/lib/vis-9.1.2/vis-network.min.js"
VIS_SHA256 = "1f20f0736f32cb9bedf8f6383b25cfea2f839e1abe80d6e8040b4d5bea378c69"
#: The page's own script, in this order, and its style.
SCRIPTS = ("base.js", "drawing.js", "details.js", "table.js", "main.js")
STYLE = "page.css"


def page(
    store: ox.Store,
    ontology: Ontology,
    views: Sequence[View],
    *,
    passages: Mapping[str, str] | None = None,
    title: Texts | None = None,
    lang: str = "fr",
) -> str:
    """The page for a store whose default graph is the plain one, ``kg:evidence`` the one with evidence.

    ``passages`` gives the words of spans by IRI, to be shown as evidence; ``title`` is by language; ``lang`` is the
    language the page opens in, the reader may change it. The same store gives the same text.

    Raises:
        ProductError: a view is wrong, or vis-network is not the file that was checked.
    """
    dossier = read_dossier(store, ontology, passages)
    numbers = {iri: place for place, iri in enumerate(dossier.things)}
    studies = [study(view, store, ontology, dossier) for view in views]
    top = title or (heading(studies[0].graph, dossier) if studies else catalogue("page")["title"])
    data: Json = {
        "lang": lang,
        "languages": sorted(LANGUAGES, key=lambda tag: (tag != lang, tag)),
        "title": top,
        "words": catalogue("page"),
        "font": FONT,
        **_pool(dossier, numbers, ontology),
        "views": [_view(each, draw(each.view, each.graph, dossier), numbers, lang) for each in studies],
    }
    return _fill(data, choose(top, lang), lang)


# -- the drawing ----------------------------------------------------------------------------------------------


def _view(told: Study, drawing: Drawing, numbers: Mapping[str, int], lang: str) -> Json:
    """A view as the page reads it. Nodes go by their number in the pool of things."""
    view = told.view
    nodes, edges = _model(drawing, numbers, lang)
    types = [view.types[key] for key in drawing.node_types()]
    return {
        "name": view.name,
        "title": view.titles,
        "description": view.descriptions,
        "types": [{"key": kind.key, "label": kind.labels, "color": kind.color, "shape": kind.shape} for kind in types],
        "links": [
            {"key": word, "label": link.labels}
            | {"color": link.kind.color, "dashes": link.kind.dashes, "arrow": link.kind.arrow}
            for word, link in drawing.link_types().items()
        ],
        "filters": [
            {
                "label": item.labels,
                "options": [
                    [numbers[n], [numbers[near] for near in around]] for n, around in reach(told.graph, item).items()
                ],
            }
            for item in view.filters
        ],
        "findings": [_finding(finding, numbers) for finding in told.findings],
        "nodes": nodes,
        "edges": edges,
    }


def _model(drawing: Drawing, numbers: Mapping[str, int], lang: str) -> tuple[list[Json], list[Json]]:
    """Nodes and links in vis-network's terms, kept by pyvis. Directed, or pyvis would lose parallel links."""
    from pyvis.network import Network

    network = Network(directed=True)
    for node in drawing.nodes.values():
        kind, labels = node.kind, {tag: "\n".join(text) for tag, text in node.lines.items()}
        shown = labels.get(lang) or " "
        look = {"shape": kind.shape, "size": kind.size, "color": kind.color[0], "kind": kind.key, "labels": labels}
        network.add_node(numbers[node.iri], label=shown, x=node.position.x, y=node.position.y, **look)
    for link in drawing.links:
        network.add_edge(
            numbers[link.source],
            numbers[link.target],
            id=len(network.edges),
            link=link.word,
            via=numbers.get(link.via, -1),
            notes=list(link.notes),
            scopes=[numbers[scope] for scope in link.scopes],
            smooth=_smooth(link.bend),
        )
    return network.nodes, network.edges


def _smooth(bend: float) -> Json | bool:
    return {"type": "curvedCW" if bend > 0 else "curvedCCW", "roundness": abs(bend)} if bend else False


def _finding(finding: Finding, numbers: Mapping[str, int]) -> dict[str, list[str | int]]:
    """A sentence by language: words, and the numbers of the nodes named between them."""
    return {
        lang: [numbers[part.node] if isinstance(part, Name) else part for part in parts]
        for lang, parts in finding.parts.items()
    }


# -- the facts ------------------------------------------------------------------------------------------------


def _pool(dossier: Dossier, numbers: Mapping[str, int], ontology: Ontology) -> Json:
    """Things, properties, passages and proofs, each once; facts point to them by number."""
    kinds, properties, proofs = _Once(), _Once(), _Once()
    spans = {iri: place for place, iri in enumerate(dossier.spans)}
    statuses = {p.status for fact in dossier.facts for p in fact.evidence}
    things = [_thing(thing, kinds) for thing in dossier.things.values()]
    short = {fact.predicate: curie(fact.predicate, ontology.prefixes) for fact in dossier.facts}
    facts = [_fact(fact, short[fact.predicate], numbers, spans, properties, proofs) for fact in dossier.facts]
    return {
        "things": things,
        "kinds": kinds.items,
        "properties": properties.items,
        "facts": facts,
        "proofs": proofs.items,
        "spans": [_span(span, numbers) for span in dossier.spans.values()],
        "statuses": {s: {tag: ontology.label(s, tag) for tag in sorted(LANGUAGES)} for s in sorted(statuses)},
        "dated": [(numbers[f.subject], _literal(f.object)) for f in dossier.facts if _is_issue(f)],
    }


class _Once:
    """A list in which equal items stand once."""

    def __init__(self) -> None:
        self.items: list[Json] = []
        self._places: dict[str, int] = {}

    def place(self, item: Json) -> int:
        key = json.dumps(item, sort_keys=True, ensure_ascii=False)
        if key not in self._places:
            self._places[key] = len(self.items)
            self.items.append(item)
        return self._places[key]


def _thing(thing: Thing, kinds: _Once) -> Json:
    found: Json = {"iri": thing.iri, "label": thing.labels}
    if thing.kinds:
        found["kind"] = kinds.place(dict(thing.kinds))
    if not thing.named:
        found["unnamed"] = 1
    if thing.listed:
        found["listed"] = 1
    return found


def _fact(
    fact: Fact, word: str, numbers: Mapping[str, int], spans: Mapping[str, int], properties: _Once, proofs: _Once
) -> list[object]:
    label: Json = {"link": word, "label": dict(fact.labels), "inverse": dict(fact.inverse)}
    value = numbers[fact.object.value] if isinstance(fact.object, ox.NamedNode) else _literal(fact.object)
    found = [proofs.place(_proof(item, numbers, spans)) for item in fact.evidence]
    return [numbers[fact.subject], properties.place(label), value, found]


def _literal(term: ox.NamedNode | ox.Literal) -> Json:
    if isinstance(term, ox.Literal) and term.language:
        return {"v": term.value, "l": term.language}
    kind = term.datatype.value.rpartition("#")[2] if isinstance(term, ox.Literal) else ""
    return {"v": term.value, "t": kind} if kind not in ("", "string") else {"v": term.value}


def _proof(item: Evidence, numbers: Mapping[str, int], spans: Mapping[str, int]) -> Json:
    found: Json = {"status": item.status, "spans": [spans[iri] for iri in item.spans if iri in spans]}
    if item.source in numbers:
        found["source"] = numbers[item.source]
    for name, texts in (("inferred", item.inferred), ("reading", item.reading)):
        if texts:
            found[name] = dict(texts)
    return found


def _span(span: Span, numbers: Mapping[str, int]) -> Json:
    found: Json = {"source": numbers.get(span.source, -1)}
    if span.start is not None and span.end is not None:
        found |= {"a": span.start, "b": span.end}
    if span.record:
        found["record"] = span.record
    if span.words:
        found["words"] = span.words
    return found


def _is_issue(fact: Fact) -> bool:
    return fact.predicate == DCTERMS + "issued"


# -- the file -------------------------------------------------------------------------------------------------


def _asset(path: str, wanted: str) -> str:
    """A text file of the installed pyvis, if it is the one that was checked."""
    raw = files("pyvis").joinpath(path).read_bytes()
    found = hashlib.sha256(raw).hexdigest()
    if found != wanted:
        raise ProductError("views.asset", file=path.rpartition("/")[2], found=found, wanted=wanted)
    return raw.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _own(name: str) -> str:
    return files("kg").joinpath("page", name).read_text(encoding="utf-8")


def _allow(text: str) -> str:
    """The hash by which a Content Security Policy (level 3, section 2.3.1) admits an inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def _inert(data: Json) -> str:
    """JSON that no HTML parser can leave: no tag, no comment, no entity can begin in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _as_is(text: str) -> Markup:
    """Our own files, and JSON that :func:`_inert` has made safe, go in as they are, or their hashes would not fit."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - never called on anything else


def _fill(data: Json, heading: str, lang: str) -> str:
    from jinja2 import Environment, StrictUndefined

    vis, style = _asset(VIS_FILE, VIS_SHA256), _own(STYLE)
    script = "(() => {\n'use strict';\n" + "\n".join(_own(name) for name in SCRIPTS) + "})();\n"
    policy = (
        f"default-src 'none'; script-src {_allow(vis)} {_allow(script)}; style-src {_allow(style)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    words = {key: choose(texts, lang) for key, texts in catalogue("page").items()}
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_own("template.html"))
    return template.render(
        lang=lang,
        title=heading,
        say=words,
        policy=policy,
        style=_as_is(style),
        vis=_as_is(vis),
        script=_as_is(script),
        data=_as_is(_inert(data)),
    )
