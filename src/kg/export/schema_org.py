"""A document for a web page in the terms of https://schema.org, as search engines read it.

What goes into it is data: ``ontology/export/schema-org.rq`` builds the document's graph from ours, and the shapes
beside it (``*.ttl``) say what a search engine asks for. Here the graph becomes nested JSON-LD: a thing that nothing
else points to is a document; every other thing stands where it is first mentioned, and by its id where it is mentioned
again.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.errors import ProductError, UsageError
from kg.export.built import TYPE, Built, Term, by_subject
from kg.export.made import Finding, Loss, Made, Options
from kg.messages import choose
from kg.prefixes import SH, XSD

if TYPE_CHECKING:
    import rdflib

__all__ = ["construct", "schema_org"]

FOLDER, QUERY = "export", "schema-org.rq"
VOCABULARY = "https://schema.org/"
#: The address of the context, as search engines document it.
CONTEXT = "https://schema.org"

Json = dict[str, object]
Held = Mapping[str, list[Term]]


def schema_org(built: Built, options: Options) -> Made:
    """The document, and what a search engine asks for that the graph does not say.

    Raises:
        UsageError: the graph has nothing to tell, or no such thing as is asked for.
        ProductError: the query or a shape is wrong.
    """
    triples = construct(built)
    about = by_subject(triples)
    pointed = {t.object.value for t in triples if isinstance(t.object, ox.NamedNode) and t.predicate.value != TYPE}
    roots = [node for node in about if node not in pointed] or list(about)[:1]
    roots = _chosen(roots, options.only, built)
    nest = _Nest(about, options.texts)
    documents = [nest.document(root) for root in roots]
    if not options.only:  # things that point to one another in a ring are found from none of the roots
        documents += [nest.document(node) for node in about if node not in nest.told]
    first: Json = {"@context": CONTEXT}
    data: Json = first | documents[0] if len(documents) == 1 else first | {"@graph": documents}
    # No "<", so that the text can stand in a page's <script> whatever a name holds.
    text = json.dumps(data, ensure_ascii=False, indent=2).replace("<", "\\u003c")
    told = [t for t in triples if isinstance(t.subject, ox.NamedNode) and t.subject.value in nest.told]
    return Made({"schema-org.jsonld": f"{text}\n"}, tuple(_losses(built, nest)), tuple(_findings(built, told)))


def construct(built: Built) -> frozenset[ox.Triple]:
    """The graph of the document.

    Raises:
        ProductError: the query is wrong, or makes what is no document (blank nodes).
    """
    file = built.ontology.folder / FOLDER / QUERY
    try:
        answer = built.store.query(file.read_text(encoding="utf-8"), prefixes=dict(built.ontology.prefixes))
    except (OSError, SyntaxError) as error:
        raise ProductError("cli.bad_ontology", file=f"{FOLDER}/{QUERY}", why=str(error)) from error
    if not isinstance(answer, ox.QueryTriples):
        raise ProductError("cli.bad_ontology", file=f"{FOLDER}/{QUERY}", why="a CONSTRUCT is wanted")
    found = frozenset(answer)
    for triple in found:
        if not isinstance(triple.subject, ox.NamedNode) or not isinstance(triple.object, ox.NamedNode | ox.Literal):
            raise ProductError("cli.bad_ontology", file=f"{FOLDER}/{QUERY}", why=str(triple))
    return found


def _chosen(roots: Sequence[str], only: str | None, built: Built) -> list[str]:
    if not roots:
        raise UsageError("export.no_document")
    if only is None:
        return list(roots)
    for root in roots:
        if only in (root, root.removeprefix(built.base)):
            return [root]
    ids = [root.removeprefix(built.base) for root in roots]
    near = difflib.get_close_matches(only, ids, n=3, cutoff=0.3) or ids[:3]
    raise UsageError("export.no_thing", only=only, near=", ".join(near))


class _Nest:
    """Writes things inside one another; keeps account of what has been told, and which texts were left out."""

    def __init__(self, about: Mapping[str, Held], lang: str) -> None:
        self.about, self.lang = about, lang
        self.told: set[str] = set()
        self.left_out: set[tuple[str, str, ox.Literal]] = set()
        self._here: set[str] = set()

    def document(self, root: str) -> Json:
        """A document that needs no other: what it mentions is told in it."""
        self._here = set()
        return self.thing(root)

    def thing(self, node: str) -> Json:
        """A thing with all that is said of it; its type and name first, then properties in alphabetical order."""
        held = self.about[node]
        self.told.add(node)
        self._here.add(node)
        types = [_local(term.value) for term in held.get(TYPE, ())]
        found: Json = {"@type": types[0] if len(types) == 1 else types, "@id": node}
        for path in sorted(held, key=lambda p: (_local(p) != "name", p)):
            if path != TYPE:
                values = [self.value(term) for term in self.texts(node, path)]
                found[_local(path)] = values[0] if len(values) == 1 else values
        return found

    def value(self, term: Term) -> object:
        if isinstance(term, ox.Literal):
            whole = term.datatype.value == XSD + "integer"
            return int(term.value) if whole else term.value
        if term.value not in self.about:
            return term.value  # an address on the web
        return {"@id": term.value} if term.value in self._here else self.thing(term.value)

    def texts(self, node: str, path: str) -> list[Term]:
        """The values in one language: the one wanted, else those without any, else the best of the others."""
        values = self.about[node][path]
        tags = {term.language or "" for term in values if isinstance(term, ox.Literal)}
        if not any(tags):
            return values
        best = next(tag for tag in (self.lang, "", "en", *sorted(tags)) if tag in tags)
        kept = [t for t in values if not isinstance(t, ox.Literal) or (t.language or "") == best]
        self.left_out |= {(node, path, t) for t in values if t not in kept and isinstance(t, ox.Literal)}
        return kept


def _local(iri: str) -> str:
    return iri.removeprefix(VOCABULARY)


def _losses(built: Built, nest: _Nest) -> list[Loss]:
    losses = []
    if nest.left_out:
        sample = min(nest.left_out, key=str)[2].value
        losses.append(Loss("lost_languages", {"count": len(nest.left_out), "example": sample, "lang": nest.lang}))
    things = [node for node in built.about if node.startswith(built.base)]
    missing = [node for node in things if node not in nest.told]
    if missing:
        sample = missing[0].removeprefix(built.base)
        losses.append(Loss("lost_things", {"count": len(missing), "all": len(things), "example": sample}))
    return losses


# ------------------------------------------------------------------ what a search engine asks for


def _findings(built: Built, triples: Iterable[ox.Triple]) -> list[Finding]:
    """What the shapes miss in the documents, thing by thing, what is required first."""
    import pyshacl
    import rdflib

    data = rdflib.Graph()
    data.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"", format="nt")
    sh = rdflib.Namespace(SH)
    found: list[Finding] = []
    for file in sorted((built.ontology.folder / FOLDER).glob("*.ttl")):
        _, report, _ = pyshacl.validate(data, shacl_graph=_shapes(file), inference="none", advanced=True)
        if not isinstance(report, rdflib.Graph):  # pySHACL hands back what went wrong instead of raising it
            raise ProductError("cli.bad_ontology", file=f"{FOLDER}/{file.name}", why=str(report))
        for result in report.subjects(rdflib.RDF.type, sh.ValidationResult):
            texts = _texts(report.objects(result, sh.resultMessage))
            required = report.value(result, sh.resultSeverity) == sh.Violation
            found.append(Finding(str(report.value(result, sh.focusNode)), texts, required))
    return sorted(found, key=lambda f: (f.thing, not f.required, choose(f.texts, "en")))


def _texts(messages: Iterable[object]) -> dict[str, str]:
    return {str(getattr(m, "language", None) or "en"): str(m) for m in sorted(messages, key=str)}


def _shapes(file: Path) -> rdflib.Graph:
    import rdflib

    try:
        return rdflib.Graph().parse(str(file), format="turtle")
    except (OSError, SyntaxError, ValueError) as error:
        raise ProductError("cli.bad_ontology", file=f"{FOLDER}/{file.name}", why=str(error)) from error
