"""A picture of a view without a browser: SVG written from the same drawing as the page, PNG made of that SVG.

The SVG (`SVG 2 <https://www.w3.org/TR/SVG2/>`_) is light, has its texts as text, tells in ``title`` and ``desc`` what
it shows, and is the same for the same graph on every run. The PNG is rendered by resvg with a font that comes from a
package, so that it does not depend on the machine; only letters that this font lacks are drawn with the machine's own
(:func:`needs_fonts`).
"""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

import pyoxigraph as ox

from kg.dossier import Dossier, read_dossier
from kg.drawing import Drawing, Link, Node, draw, heading
from kg.errors import UsageError
from kg.figures import FIGURES, Shift, curve, plain
from kg.layout import FONT, LINE, text_width, wrap
from kg.messages import choose, say
from kg.network import project
from kg.ontology import Ontology
from kg.prefixes import DCTERMS
from kg.view import View

__all__ = ["needs_fonts", "picture", "png", "svg"]

Texts = Mapping[str, str]
FAMILY = "Roboto"
FACE = f"{FAMILY}, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
PAPER, INK, QUIET, RULE = "#ffffff", "#1f2430", "#5a6170", "#dedbd2"
MARGIN, LEAST_WIDTH, TITLE = 28, 640, 22
#: Width of links, size of their arrows, width of the light edge of labels: as in the page.
THICK, ARROW, EDGE = 1.3, 7, 4
#: How many sources a picture names, and the most pixels of a PNG.
SOURCES, MOST_PIXELS = 3, 120_000_000
#: So many link types that look alike are not named one by one.
MANY = 4
#: What XML 1.0 cannot hold (section 2.2).
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: How Unicode calls the letters that the font has.
_LETTERS = ("LATIN", "GREEK", "CYRILLIC", "MODIFIER", "FEMININE", "MASCULINE", "MICRO")


def picture(store: ox.Store, ontology: Ontology, views: Sequence[View], view: View, lang: str) -> str:
    """The SVG of a view, for a store as :func:`kg.render.page` wants it; the heading is that of the first of all views.

    Raises:
        ProductError: a view is wrong.
    """
    dossier = read_dossier(store, ontology)
    top = heading(project(views[0], store, ontology), dossier)
    return svg(draw(view, project(view, store, ontology), dossier), dossier, top, lang)


def svg(drawing: Drawing, dossier: Dossier, top: Texts, lang: str) -> str:
    """The drawing with its title, a legend, and the sources of what it shows; ``top`` stands above the title."""
    left, right, above, below = drawing.bounds()
    width = max(LEAST_WIDTH, right - left + 2 * MARGIN)
    name, title = drawing.view.name, choose(drawing.view.titles, lang)
    described = choose(drawing.view.descriptions, lang)
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg"})
    _add(root, "title", f"{title} – {choose(top, lang)}", id=f"{name}-title")
    counts = say("network.drawn", lang, nodes=len(drawing.nodes), links=len(drawing.links))
    _add(root, "desc", f"{described} {counts}", id=f"{name}-desc")
    _add(root, "rect", width="100%", height="100%", fill=PAPER)
    y = _head(root, (choose(top, lang), title, described), width)
    shift = Shift((width - left - right) // 2, y + MARGIN - above)
    _links(_add(root, "g", id=f"{name}-links", fill="none", stroke_width=THICK), drawing, shift, lang)
    _nodes(_add(root, "g", id=f"{name}-nodes", text_anchor="middle"), drawing, shift, lang)
    y = _legend(root, drawing, lang, width, y + 2 * MARGIN + below - above)
    y = _lines(root, wrap(_sources(dossier, lang), width - 2 * MARGIN, 4), y, QUIET) + MARGIN // 2
    root.attrib |= {"width": str(width), "height": str(y), "viewBox": f"0 0 {width} {y}", "lang": lang}
    root.attrib |= {"role": "img", "aria-labelledby": f"{name}-title {name}-desc"}
    root.attrib |= {"font-family": FACE, "font-size": str(FONT), "fill": INK}
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def _add(parent: ET.Element, tag: str, text: str = "", /, **attributes: object) -> ET.Element:
    """A child element; the underscore in the name of an attribute is a hyphen."""
    named = {name.replace("_", "-"): _NO_XML.sub("\ufffd", plain(value)) for name, value in attributes.items()}
    child = ET.SubElement(parent, tag, named)
    child.text = _NO_XML.sub("\ufffd", text) or None
    return child


# -- words ----------------------------------------------------------------------------------------------------


def _lines(parent: ET.Element, lines: Sequence[str], y: int, color: str, size: int = FONT) -> int:
    """Lines of text at the left margin, below ``y``; gives where the next part begins."""
    look = {"font_size": size, "font_weight": 600} if size != FONT else {}
    for line in lines:
        y += LINE + size - FONT
        _add(parent, "text", line, x=MARGIN, y=y, fill=color, **look)
    return y + 4


def _head(root: ET.Element, texts: tuple[str, str, str], width: int) -> int:
    space = width - 2 * MARGIN
    top, title, described = texts
    y = _lines(root, wrap(top, space, 2), MARGIN // 2, QUIET)
    y = _lines(root, wrap(title, space * FONT // TITLE, 2), y, INK, TITLE)
    return _lines(root, wrap(described, space, 4), y, QUIET)


def _sources(dossier: Dossier, lang: str) -> str:
    """The sources that prove what the graph says, with the date on which each came out."""
    used = {proof.source for fact in dossier.facts for proof in fact.evidence if proof.source in dossier.things}
    dates = {fact.subject: fact.object.value for fact in dossier.facts if fact.predicate == DCTERMS + "issued"}
    # A date is not broken at its hyphens.
    named = sorted(
        (choose(dossier.things[iri].labels, lang), dates.get(iri, "").replace("-", "\u2011")) for iri in used
    )
    texts = [f"{name} ({date})" if date else name for name, date in named]
    if len(texts) > SOURCES:
        texts[SOURCES:] = [say("network.others", lang, n=len(texts) - SOURCES)]
    if not texts:
        return ""
    return say("network.source" if len(texts) == 1 else "network.sources", lang, sources=" ; ".join(texts))


def _legend(root: ET.Element, drawing: Drawing, lang: str, width: int, y: int) -> int:
    """Node types with how many there are, then link types, in rows as wide as the picture."""
    legend = _add(root, "g", id=f"{drawing.view.name}-legend")
    _add(legend, "path", d=f"M{MARGIN} {y - LINE}H{width - MARGIN}", stroke=RULE)
    types = drawing.view.types
    items: list[tuple[str, str | Link]] = [
        (f"{choose(types[key].labels, lang)} ({count})", key) for key, count in drawing.node_types().items()
    ]
    items += [
        (", ".join(labels) if len(labels) < MANY else say("network.links", lang), link)
        for labels, link in _looks(drawing, lang)
    ]
    x = MARGIN
    for label, what in items:
        wide = text_width(label) + 54
        if x > MARGIN and x + wide > width - MARGIN:
            x, y = MARGIN, y + LINE + 7
        entry = _add(legend, "g")
        if isinstance(what, Link):
            _add(entry, "path", d=f"M{x} {y}h24", stroke_width=THICK, **_stroke(what))
        else:
            tag, figure = FIGURES[types[what].shape](x + 12, y, 8)
            _add(entry, tag, fill=types[what].color[0], **figure)
        _add(entry, "text", label, x=x + 32, y=y + 5)
        x += wide
    return y + LINE


def _looks(drawing: Drawing, lang: str) -> list[tuple[list[str], Link]]:
    """Link types that look alike, under what they are called, each look with a link of it."""
    found: dict[tuple[object, ...], tuple[list[str], Link]] = {}
    for link in drawing.link_types().values():
        look = (link.kind.color, link.kind.dashes, link.kind.arrow)
        found.setdefault(look, ([], link))[0].append(choose(link.labels, lang))
    return list(found.values())


# -- nodes and links ------------------------------------------------------------------------------------------


def _nodes(parent: ET.Element, drawing: Drawing, shift: Shift, lang: str) -> None:
    for node in drawing.nodes.values():
        x, y = shift.x + node.position.x, shift.y + node.position.y
        group = _add(parent, "g")
        _add(group, "title", f"{node.names[lang]} ({choose(node.kind.labels, lang)})")
        tag, figure = FIGURES[node.kind.shape](x, y, node.kind.size)
        _add(group, tag, fill=node.kind.color[0], **figure)
        _label(group, node, x, y, lang)


def _label(group: ET.Element, node: Node, x: int, y: int, lang: str) -> None:
    """The lines of a label below the mark, with a light edge that keeps links off the letters."""
    if not node.lines[lang]:
        return
    text = _add(group, "text", stroke=PAPER, stroke_width=EDGE, stroke_linejoin="round", paint_order="stroke")
    for place, line in enumerate(node.lines[lang]):
        _add(text, "tspan", line, x=x, y=y + node.kind.size + 3 + FONT + place * LINE)


def _stroke(link: Link) -> dict[str, object]:
    return {"stroke": link.kind.color[0], **({"stroke_dasharray": "5 4"} if link.kind.dashes else {})}


def _links(parent: ET.Element, drawing: Drawing, shift: Shift, lang: str) -> None:
    """All links, those of one look together, with an arrow for each colour."""
    name = drawing.view.name
    colors = sorted({link.kind.color[0] for link in drawing.links if link.kind.arrow})
    for place, color in enumerate(colors):
        marker = {"viewBox": "0 0 10 10", "refX": 10, "refY": 5, "markerWidth": ARROW, "markerHeight": ARROW}
        look = {"markerUnits": "userSpaceOnUse", "orient": "auto"}
        arrow = _add(parent, "marker", id=f"{name}-arrow-{place}", **marker, **look)
        _add(arrow, "path", d="M0 0L10 5L0 10z", fill=color)
    groups: dict[tuple[object, ...], ET.Element] = {}
    for link in drawing.links:
        look_of = (link.kind.color, link.kind.dashes, link.kind.arrow)
        if look_of not in groups:
            end = {"marker_end": f"url(#{name}-arrow-{colors.index(link.kind.color[0])})"} if link.kind.arrow else {}
            groups[look_of] = _add(parent, "g", "", **_stroke(link), **end)
        one, other = drawing.nodes[link.source], drawing.nodes[link.target]
        way = curve(one.position, other.position, (one.kind.size, other.kind.size), link.bend, shift)
        path = _add(groups[look_of], "path", d=way)
        _add(path, "title", f"{one.names[lang]} – {choose(link.labels, lang)} – {other.names[lang]}")


# -- PNG ------------------------------------------------------------------------------------------------------


def needs_fonts(text: str) -> bool:
    """Whether a text has signs that the picture's own font lacks, so that the machine's fonts are asked.

    The font has the letters of Latin, Greek and Cyrillic, and marks upon them, but few symbols beyond punctuation.

    >>> needs_fonts("Élodie Œuvré – Ελλάδα, Київ: 20 °C"), needs_fonts("東京")
    (False, True)
    """
    return any(_is_foreign(char) for char in set(text) if ord(char) > 0x36F)


def _is_foreign(char: str) -> bool:
    category = unicodedata.category(char)[0]
    if category in "LM":
        return not unicodedata.name(char, "").startswith(_LETTERS)
    return category in "SC" and ord(char) >= 0x2190


def png(text: str, scale: int = 2) -> bytes:
    """An SVG as PNG, ``scale`` pixels to each of its own.

    Raises:
        UsageError: the packages of the extra ``picture`` are not installed, or the picture would be too large.
    """
    try:
        import fontpkg
        import resvg_py
    except ImportError as error:
        raise UsageError("network.no_png") from error
    root = ET.fromstring(text)  # noqa: S314 - our own SVG
    if int(root.get("width", "0")) * int(root.get("height", "0")) * scale**2 > MOST_PIXELS:
        raise UsageError("network.too_large")
    files = [str(fontpkg.path(FAMILY, weight=weight)) for weight in (400, 600)]
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=text,
            zoom=scale,
            skip_system_fonts=not needs_fonts("".join(root.itertext())),
            font_files=sorted(set(files)),
            sans_serif_family=FAMILY,
        )
    )
