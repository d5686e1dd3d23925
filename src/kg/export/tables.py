"""Tables for spreadsheets: the nodes and links of a view, and the facts with their evidence.

CSV as RFC 4180 has it (https://www.rfc-editor.org/rfc/rfc4180), with line ends of one character. The file begins with
a byte order mark, without which Excel takes UTF-8 for something else; programs name the encoding ``utf-8-sig``.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula and runs it. So such a cell gets
an apostrophe in front, unless it is a number; and so does a cell that begins with an apostrophe, by which every cell
can be read back: who finds an apostrophe in front takes one away.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyoxigraph as ox

from kg.dossier import Dossier, Fact, Thing, read_dossier
from kg.export.built import Built, Term
from kg.export.drawing import Cell, Drawing, draw, join, shown
from kg.export.made import Loss, Made, Options, example
from kg.messages import choose
from kg.prefixes import KG, PROV, curie

__all__ = ["facts", "guarded", "links", "network", "nodes", "unguarded"]

Row = Sequence[Cell]
Held = Mapping[str, list[Term]]
#: What a statement may say of the reasons for a fact.
WHY = (KG + "inferredFrom", KG + "reading")
#: How a cell begins that is run, in some country's spreadsheet or other, and the apostrophe itself.
_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r\n']")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def network(built: Built, options: Options) -> Made:
    """Two tables: nodes and links of a view."""
    drawing = draw(built, options)
    made = (_nodes(drawing), _links(drawing))
    names = ("nodes.csv", "links.csv")
    files = {name: _text(rows, options.separator) for name, rows in zip(names, made, strict=True)}
    return Made(files, (*drawing.losses, *_guards(row for rows in made for row in rows)))


def nodes(built: Built, options: Options) -> Made:
    """The nodes of a view alone, see :func:`network`."""
    return _one(built, options, "nodes.csv")


def links(built: Built, options: Options) -> Made:
    """The links of a view alone, see :func:`network`."""
    return _one(built, options, "links.csv")


def _one(built: Built, options: Options, name: str) -> Made:
    drawing = draw(built, options)
    rows = _nodes(drawing) if name == "nodes.csv" else _links(drawing)
    return Made({name: _text(rows, options.separator)}, (*drawing.losses, *_guards(rows)))


def facts(built: Built, options: Options) -> Made:
    """One row a fact, source and passage; a fact without evidence has one row all the same."""
    dossier = read_dossier(built.store, built.ontology)
    rows = list(_facts(dossier, built, options.texts))
    told = {(fact.subject, fact.predicate, str(fact.object)) for fact in dossier.facts}
    rest = [t for t in built.plain if (getattr(t.subject, "value", ""), t.predicate.value, str(t.object)) not in told]
    params = {"count": len(rest), "example": example(min(rest, key=str), built) if rest else ""}
    losses = [Loss("lost_structure", params)] if rest else []
    return Made({"facts.csv": _text(rows, options.separator)}, (*losses, *_guards(rows)))


# ------------------------------------------------------------------ the network


def _nodes(drawing: Drawing) -> list[Row]:
    """Columns by the names that Gephi expects, then the look, then every attribute."""
    names = list(dict.fromkeys(name for node in drawing.nodes for name in node.attributes))
    names = [*names[:6], *sorted(names[6:])]
    rows: list[Row] = [["Id", "Label", "x", "y", "size", "color", *names]]
    for node in drawing.nodes:
        look: list[Cell] = [node.id, node.label, node.x, node.y, node.size, node.color]
        rows.append([*look, *(node.attributes.get(name, "") for name in names)])
    return rows


def _links(drawing: Drawing) -> list[Row]:
    names = ["link", "label_en", "label_fr", "via", "notes", "scopes"]
    rows: list[Row] = [["Id", "Source", "Target", "Type", "Label", "Weight", "color", *names]]
    for link in drawing.links:
        look: list[Cell] = [link.id, link.source, link.target, "Directed", link.label, 1, link.color]
        rows.append([*look, *(link.attributes.get(name, "") for name in names)])
    return rows


# ------------------------------------------------------------------ the facts


def _facts(dossier: Dossier, built: Built, lang: str) -> Iterator[Row]:
    said = [term for held in _statements(built) for name in WHY for term in held.get(name, ())]
    tags = sorted(set(map(_tag, said)))
    head = ["subject", "subject_label", "subject_kind", "property", "property_label"]
    head += ["value", "value_label", "datatype", "language", "status"]
    head += [f"{name}_{tag}" for name in ("inferred_from", "reading") for tag in tags]
    yield [*head, "source", "source_label", "start", "end", "record", "words"]
    for fact in dossier.facts:
        what = [*_names(dossier, fact.subject, lang), choose(dossier.things[fact.subject].kinds, lang)]
        what += [fact.predicate, choose(fact.labels, lang), *_value(fact, dossier, built, lang)]
        triple = ox.Triple(ox.NamedNode(fact.subject), ox.NamedNode(fact.predicate), fact.object)
        for held in built.statements.get(triple, [{}]):
            for proof in _proofs(held, dossier, tags, lang):
                yield [*what, *proof]


def _statements(built: Built) -> Iterator[Held]:
    return (held for statements in built.statements.values() for held in statements)


def _names(dossier: Dossier, iri: str, lang: str) -> list[str]:
    thing: Thing | None = dossier.things.get(iri)
    return [iri, choose(thing.labels, lang) if thing else ""]


def _value(fact: Fact, dossier: Dossier, built: Built, lang: str) -> list[str]:
    """The value, its label, and what kind of term it is: ``iri``, or a datatype with or without a language."""
    term = fact.object
    if isinstance(term, ox.NamedNode):
        return [*_names(dossier, term.value, lang), "iri", ""]
    return [term.value, "", curie(term.datatype.value, built.ontology.prefixes), term.language or ""]


def _proofs(held: Held, dossier: Dossier, tags: Sequence[str], lang: str) -> Iterator[Row]:
    """The standing, the source and, row by row, the passages that one statement gives for a fact."""
    status = join(term.value.rpartition("/")[2] for term in held.get(KG + "status", ()))
    why = [join(t.value for t in held.get(name, ()) if _tag(t) == tag) for name in WHY for tag in tags]
    source = next((term.value for term in held.get(PROV + "hadPrimarySource", ())), "")
    for iri in [term.value for term in held.get(PROV + "wasDerivedFrom", ())] or [""]:
        span = dossier.spans.get(iri)
        place = ["", "", "", ""]
        if span is not None:
            place = [*("" if n is None else str(n) for n in (span.start, span.end)), span.record, span.words]
        yield [status, *why, *_names(dossier, source, lang), *place]


def _tag(term: Term) -> str:
    return (term.language or "") if isinstance(term, ox.Literal) else ""


# ------------------------------------------------------------------ cells


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs.

    >>> guarded("=1+1"), guarded("-5"), guarded("'tis")
    ("'=1+1", '-5', "''tis")
    """
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that :func:`guarded` was given."""
    return cell.removeprefix("'")


def _text(rows: Iterable[Row], separator: str) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
    writer.writerows([guarded(shown(value)) for value in row] for row in rows)
    return "\ufeff" + stream.getvalue()


def _guards(rows: Iterable[Row]) -> list[Loss]:
    """That apostrophes were added, if they were: nothing is lost, but a cell is not what it was."""
    cells = [text for row in rows for value in row if guarded(text := shown(value)) != text]
    return [Loss("changed_cells", {"count": len(cells), "example": min(cells)})] if cells else []
