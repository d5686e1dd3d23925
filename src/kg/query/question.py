"""Ready questions: SPARQL files whose header says, in data, what they are called and what they may be asked about.

A question is ``queries/NAME.rq``. Its first comment lines are YAML::

    # title: {en: …, fr: …}
    # description: {en: …, fr: …}
    # order: 10
    # param who: {type: schema:Person, label: {en: …, fr: …}}
    # param lang: {type: language, label: {en: …, fr: …}}
    # facts: [part]

``order`` is the place in lists, under the heading of its hundred. ``facts`` names the variables of the text that stand
for nodes with evidence of their own. A ``param`` is a variable of the text, never among its answers; a term is put in
its place. Its ``type`` is ``text``, ``integer``, ``date``, ``language`` (the reader's when none is given), the name of
a closed list, a class of things in the graph, or ``thing`` for any of them. It is needed unless it has a ``default`` or
is ``optional``: then the variable stays free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyoxigraph as ox
import yaml

from kg.errors import ProductError, UsageError
from kg.messages import LANGUAGES
from kg.ontology import Ontology
from kg.prefixes import XSD
from kg.query.tokens import nearest, tokens
from kg.values import datatype_of

__all__ = [
    "KINDS",
    "Parameter",
    "Question",
    "Term",
    "Thing",
    "bind",
    "class_of",
    "has_header",
    "load_groups",
    "load_questions",
    "read_question",
]

KINDS = ("text", "integer", "date", "language")
#: How many values a message names.
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question may be asked about. ``kind`` is the ``type`` of the header."""

    name: str
    kind: str
    label: Mapping[str, str]
    default: str | None = None
    optional: bool = False

    @property
    def needed(self) -> bool:
        """Whether the question cannot be asked without it."""
        return self.default is None and not self.optional and self.kind != "language"


@dataclass(frozen=True, slots=True)
class Question:
    """One ready question: its text as it lies in ``queries/``, with what its header says."""

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    order: int
    parameters: tuple[Parameter, ...]
    facts: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that the user named: by id, IRI, the last part of its id, or a name. The graph says which it is.

    Without a class it may be anything that the graph describes.
    """

    parameter: str
    text: str
    class_iri: str


Term = ox.NamedNode | ox.Literal | Thing


def load_questions(folder: Path) -> dict[str, Question]:
    """All questions of a folder by name, in the order that they give themselves.

    Raises:
        ProductError: a header is not as it should be.
    """
    files = sorted(folder.glob("*.rq"))
    questions = [read_question(file.stem, file.read_text(encoding="utf-8")) for file in files]
    return {question.name: question for question in sorted(questions, key=lambda q: (q.order, q.name))}


def load_groups(folder: Path) -> dict[int, Mapping[str, str]]:
    """The headings of lists by the hundreds of ``order`` that stand below them (``queries/groups.yaml``), sorted.

    Raises:
        ProductError: the file is not as it should be.
    """
    try:
        data = yaml.load((folder / "groups.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return {int(number): _texts(texts) for number, texts in sorted(data.items())}
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ProductError("query.bad_header", name="groups.yaml", why=f"{type(error).__name__}: {error}") from error


def read_question(name: str, text: str) -> Question:
    """A question from its text.

    Raises:
        ProductError: the header is not as it should be.
    """
    try:
        head = yaml.load(_header(text), Loader=yaml.CSafeLoader)
        parameters = tuple(
            _parameter(key.removeprefix("param "), given) for key, given in head.items() if key.startswith("param ")
        )
        question = Question(
            name,
            _texts(head["title"]),
            _texts(head["description"]),
            int(head["order"]),
            parameters,
            tuple(map(str, head.get("facts", ()))),
            text,
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ProductError("query.bad_header", name=name, why=f"{type(error).__name__}: {error}") from error
    variables = {token.text[1:] for token in tokens(text) if token.kind == "variable"}
    for variable in (*(parameter.name for parameter in parameters), *question.facts):
        if variable not in variables:
            raise ProductError("query.bad_header", name=name, why=f"?{variable} is not in the query")
    return question


def has_header(text: str) -> bool:
    """Whether a query says of itself what it is, as ready questions do."""
    return any(line.startswith(("title:", "param ")) for line in _header(text).split("\n"))


def _header(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        if not line.startswith("#"):
            break
        lines.append(line[1:].removeprefix(" "))
    return "\n".join(lines)


def _texts(given: Mapping[str, str]) -> Mapping[str, str]:
    """A text in every language of ours."""
    return {tag: str(given[tag]).strip() for tag in LANGUAGES}


def _parameter(name: str, given: Mapping[str, object]) -> Parameter:
    label = given["label"]
    if not isinstance(label, Mapping):
        raise TypeError(f"the label of {name} is no text by language")
    default = given.get("default")
    chosen = None if default is None else str(default)
    return Parameter(name, str(given["type"]), _texts(label), chosen, bool(given.get("optional", False)))


def bind(
    question: Question,
    given: Mapping[str, str],
    ontology: Ontology,
    lang: str,
    examples: Callable[[Parameter], Iterable[str]] | None = None,
) -> dict[str, Term]:
    """What to put for the parameters of a question; ``lang`` is the reader's language.

    ``examples`` gives values that a parameter may have, for the message when it is missing.

    Raises:
        UsageError: a parameter is unknown, missing, or no value of its type.
    """
    known = {parameter.name: parameter for parameter in question.parameters}
    for name in given:
        if name not in known:
            raise UsageError("query.unknown_parameter", name=name, question=question.name, allowed=_all(question))
    terms: dict[str, Term] = {}
    for name, parameter in known.items():
        text = given.get(name, lang if parameter.kind == "language" else parameter.default)
        if text is not None:
            terms[name] = _term(text, parameter, ontology)
        elif not parameter.optional:
            raise _missing(question.name, parameter, examples(parameter) if examples else ())
    return terms


def _missing(question: str, parameter: Parameter, examples: Iterable[str]) -> UsageError:
    told = {"question": question, "name": parameter.name, "label": parameter.label}
    few = list(islice(examples, EXAMPLES))
    if not few:
        return UsageError("query.missing_parameter", **told)
    return UsageError("query.missing_parameter_such", **told, examples=", ".join(few))


def _all(question: Question) -> str:
    return ", ".join(parameter.name for parameter in question.parameters) or "–"


def _term(text: str, parameter: Parameter, ontology: Ontology) -> Term:
    kind, name = parameter.kind, parameter.name
    if kind == "text":
        return ox.Literal(text)
    if kind == "language":
        if text not in LANGUAGES:
            raise UsageError("query.bad_word", name=name, value=text, near=", ".join(LANGUAGES))
        return ox.Literal(text)
    if kind in KINDS:
        datatype = datatype_of(text, [XSD + kind])
        if datatype is None:
            raise UsageError(f"query.bad_{kind}", name=name, value=text)
        return ox.Literal(text, datatype=ox.NamedNode(datatype))
    if kind in ontology.schemes:
        words = ontology.schemes[kind]
        if text not in words:
            near = nearest(text, words)
            raise UsageError("query.bad_word", name=name, value=text, near=near if near != "–" else ", ".join(words))
        return ox.NamedNode(words[text])
    return Thing(name, text, class_of(parameter, ontology))


def class_of(parameter: Parameter, ontology: Ontology) -> str:
    """The class of things that a parameter may be; empty for any of them."""
    prefix, _, local = parameter.kind.partition(":")
    return "" if parameter.kind == "thing" else ontology.prefixes.get(prefix, prefix + ":") + local
