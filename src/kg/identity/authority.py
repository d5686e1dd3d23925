"""Addresses of authority records: do they have the form that the authority gives them, and does their number add up?

Which authorities there are, with the form of their addresses, is declared; the arithmetic is that of the standards:
ISO/IEC 7064 (ORCID, ISNI: MOD 11-2; ROR: MOD 97-10 over Crockford's base 32), the Luhn formula of ISO/IEC 7812-1
(SIREN), and the weighted sum of PICA record numbers (IdRef). Whether there is such a record is not asked: no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from kg.errors import Problem
from kg.facts import Fact, FactsFile
from kg.identity.declared import Authority, Rules

__all__ = ["CHECKS", "check_authorities"]

_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


def check_authorities(files: Iterable[FactsFile], rules: Rules) -> list[Problem]:
    """A warning for each address of a known authority that cannot be one of its records."""
    by_host = {host: authority for authority in rules.authorities.values() for host in authority.hosts}
    links = (fact for file in files for fact in file.facts if fact.field.path in rules.records)
    return [problem for fact in links for problem in _faults(fact, by_host)]


def _faults(fact: Fact, by_host: Mapping[str, Authority]) -> Iterator[Problem]:
    iri = fact.text()
    authority = by_host.get(_host(iri))
    if authority is None:
        return
    match = authority.form.fullmatch(iri)
    told = {"iri": iri, "authority": authority.name, "example": authority.example}
    if match is None:
        yield Problem(fact.place, "D008", told, "warning")
    elif authority.check and not CHECKS[authority.check](match[1]):
        yield Problem(fact.place, "D009", told, "warning")


def _host(iri: str) -> str:
    try:
        return urlsplit(iri).hostname or ""
    except ValueError:
        return ""


def _mod11_2(number: str) -> bool:
    """ISO/IEC 7064 MOD 11-2.

    >>> _mod11_2("0000-0002-1825-0097"), _mod11_2("0000-0002-1825-0079")
    (True, False)
    """
    total = 0
    for digit in number.replace("-", ""):
        total = (2 * total + (10 if digit == "X" else int(digit))) % 11
    return total == 1


def _mod97_10(number: str) -> bool:
    """ISO/IEC 7064 MOD 97-10 as ROR uses it: the last two digits check the number that the others write in base 32.

    >>> _mod97_10("05a28rw58"), _mod97_10("05a28rw85")
    (True, False)
    """
    value = 0
    for letter in number[:-2]:
        value = 32 * value + _BASE32.index(letter)
    return 98 - (value * 100) % 97 == int(number[-2:])


def _luhn(number: str) -> bool:
    """The Luhn formula.

    >>> _luhn("552032534"), _luhn("552032543")
    (True, False)
    """
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2], sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def _mod11(number: str) -> bool:
    """The weighted sum of PICA record numbers: weights from the right, the last digit counting once.

    >>> _mod11("026927608"), _mod11("026927680")
    (True, False)
    """
    digits = [10 if digit == "X" else int(digit) for digit in number]
    return sum(weight * digit for weight, digit in enumerate(reversed(digits), start=1)) % 11 == 0


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "iso7064-mod11-2": _mod11_2,
    "iso7064-mod97-10-base32": _mod97_10,
    "luhn": _luhn,
    "mod11": _mod11,
}
