"""What the program says, in French and English.

One YAML file beside this module per part of the program; each entry is ``key: {en: …, fr: …}`` and is
addressed as ``file.key``. Placeholders are those of :meth:`str.format`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

LANGUAGES = ("en", "fr")

__all__ = ["LANGUAGES", "catalogue", "choose", "say"]


@cache
def catalogue(name: str) -> Mapping[str, Mapping[str, str]]:
    """All entries of one file: key → language → text."""
    text = files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    entries: Mapping[str, Mapping[str, str]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return entries


def choose(texts: Mapping[str, str], lang: str) -> str:
    """The text in ``lang``, else in English, else the first by language tag."""
    for tag in (lang, "en", *sorted(texts)):
        if tag in texts:
            return texts[tag]
    return ""


def say(key: str, lang: str = "en", /, **params: object) -> str:
    """The message ``file.key`` in ``lang``, filled with ``params``.

    A parameter that is a mapping of languages is itself chosen by language.

    >>> say("problems.count", "fr", count=2)
    '2 problème(s) dans les données ; rien n’a été écrit'
    """
    name, _, entry = key.partition(".")
    texts = catalogue(name)[entry]
    chosen = {k: choose(v, lang) if isinstance(v, Mapping) else v for k, v in params.items()}
    return choose(texts, lang).format(**chosen)
