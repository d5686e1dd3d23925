"""Single values: is this text a date, a number, an id, a language tag, an address?

Lexical forms follow XML Schema 1.1 part 2, language tags BCP 47, addresses RFC 3987.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Collection, Sequence

from kg.prefixes import XSD

__all__ = ["datatype_of", "full_form", "is_id", "is_iri", "is_language", "names_in", "slug"]

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*")
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20/]+[^\s<>\"{}|\\^`\x00-\x20]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DATETIME = re.compile(r"(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?(Z|[+-](0\d|1[0-4]):[0-5]\d)?")
_FORMS = {
    XSD + "integer": re.compile(r"[+-]?\d+"),
    XSD + "decimal": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"),
    XSD + "boolean": re.compile(r"true|false|1|0"),
    XSD + "string": re.compile(r".*", re.DOTALL),
}


def is_id(text: str) -> bool:
    """Lower-case words, digits and hyphens, with slashes for scope.

    >>> is_id("lourmarin-2024/cybersecurite"), is_id("Lionel Peres")
    (True, False)
    """
    return _ID.fullmatch(text) is not None


def is_iri(text: str) -> bool:
    """A web address without characters that an IRI may not hold.

    >>> is_iri("https://www.wikidata.org/entity/Q42"), is_iri("https://exa mple.org"), is_iri("example.org")
    (True, False, False)
    """
    return _IRI.fullmatch(text) is not None


def is_language(text: str) -> bool:
    """A well-formed language tag: two or three letters, then subtags.

    >>> is_language("fr"), is_language("pt-BR"), is_language("french")
    (True, True, False)
    """
    return _LANGUAGE.fullmatch(text) is not None


def slug(text: str) -> str:
    """Lower-case words joined by hyphens, accents folded; may be empty.

    >>> slug("Chef d'escadron – Déléguée")
    'chef-d-escadron-deleguee'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    ascii_only = "".join(c for c in decomposed if not unicodedata.combining(c))
    return "-".join(re.findall(r"[a-z0-9]+", ascii_only))


def names_in(text: str, names: Collection[str]) -> bool:
    """Whether a text holds one of these names (in :func:`slug` form): whole words, accents and case folded.

    >>> names_in("D'après Mme Dupré", ["dupre"]), names_in("Dupréville", ["dupre"])
    (True, False)
    """
    folded = f"-{slug(text)}-"
    return any(f"-{name}-" in folded for name in names)


def _date_type(text: str) -> str | None:
    match = _DATE.fullmatch(text)
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    if not year or (month is not None and not 1 <= month <= 12):
        return None
    if day is not None and month is not None:
        return XSD + "date" if 1 <= day <= monthrange(year, month)[1] else None
    return XSD + ("gYearMonth" if month is not None else "gYear")


def full_form(text: str, datatype: str) -> str:
    """A valid form as the datatype's lexical space wants it: a clock time gets the seconds that people leave out.

    >>> full_form("2024-06-28T09:30", XSD + "dateTime"), full_form("2024", XSD + "gYear")
    ('2024-06-28T09:30:00', '2024')
    """
    match = _DATETIME.fullmatch(text) if datatype == XSD + "dateTime" else None
    return f"{text[:16]}:00{text[16:]}" if match and not match.group(3) else text


def datatype_of(text: str, allowed: Sequence[str]) -> str | None:
    """Which of the allowed datatypes this text is a valid form of, or None. A year alone is an ``xsd:gYear``.

    >>> datatype_of("2024", [XSD + "date", XSD + "gYear"]).removeprefix(XSD)
    'gYear'
    >>> datatype_of("2024-02-30", [XSD + "date", XSD + "gYear"]) is None
    True
    """
    by_form = _date_type(text)
    if by_form in allowed:
        return by_form
    if XSD + "dateTime" in allowed:
        match = _DATETIME.fullmatch(text)
        if match and _date_type(match.group(1)) == XSD + "date":
            return XSD + "dateTime"
    return next((d for d in allowed if d in _FORMS and _FORMS[d].fullmatch(text)), None)
