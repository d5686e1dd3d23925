"""A first project: an invented text, its facts with remarks, settings, and the schema for editors.

The files are copied from ``ontology/start/<language>``: what they speak of is the domain's business.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kg.draft import anchored
from kg.errors import UsageError
from kg.schema import schema_text
from kg.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kg.ontology import Ontology

__all__ = ["FACTS", "SOURCE", "first_project", "write_project"]

FACTS = "data/facts/my-series/2024/first-source.yaml"
SCHEMA = "data/facts/facts.schema.json"
SOURCE = "sources/first-source.txt"
_PLACES = {"facts.yaml": FACTS, "source.txt": SOURCE}


def first_project(ontology: Ontology, lang: str) -> Mapping[str, str]:
    """Every file of a first project, by its path with slashes. Its quotes are positions already."""
    folder = ontology.folder / "start" / lang
    texts = {file.name: file.read_bytes().decode("utf-8") for file in sorted(folder.iterdir())}
    words = texts["source.txt"]
    sha256 = hashlib.sha256(words.encode("utf-8")).hexdigest()
    draft = texts["facts.yaml"].replace("{sha256}", sha256)
    source = SourceText(sha256, words, SOURCE)
    texts["facts.yaml"], _ = anchored(draft, FACTS, {sha256: source}, ontology)
    return {SCHEMA: schema_text(ontology, lang), **{_PLACES.get(name, name): text for name, text in texts.items()}}


def write_project(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files below a folder, which is made when it is absent.

    Raises:
        UsageError: one of the files is there already (then none is written), or the folder cannot be written.
    """
    for name in sorted(files):
        if (folder / name).exists():
            raise UsageError("curate.exists", file=(folder / name).as_posix())
    try:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with (folder / name).open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
    except OSError as error:
        raise UsageError("curate.cannot_write", folder=folder.as_posix(), why=error.strerror or "") from error
