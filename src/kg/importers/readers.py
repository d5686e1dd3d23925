"""Readers by name."""

from __future__ import annotations

from kg.importers.foreign import Foreign
from kg.importers.json_reader import JsonReader
from kg.importers.marked import FrontMatterReader, YamlReader
from kg.importers.reading import Reader

__all__ = ["open_reader"]


def open_reader(name: str, source: Foreign) -> Reader:
    """The reader of a format, for one file."""
    if name == "json":
        return JsonReader(source)
    if name == "yaml":
        return YamlReader(source)
    return FrontMatterReader(source)
