"""Programmes of other makers become facts files, without a silent loss.

A *reader* turns a foreign format into a tree of texts with their places (:mod:`.tree`). A *field map*, data in
``imports/``, says which text becomes which key of ours, what is left out and why (:mod:`.fieldmap`, :mod:`.maps`).
Records go through it one by one (:mod:`.coverage`, :mod:`.taking`, :mod:`.making`) into a store that lies outside
memory (:mod:`.store`); when everything is read, references are resolved (:mod:`.settle`) and written as a person
would write them (:mod:`.emit`), merged with what a person changed since (:mod:`.merge`, :mod:`.saving`). An account
(:mod:`.account`) counts what came in, what went out and what was lost.

This package is the only place that speaks the words of foreign formats.
"""

from __future__ import annotations

from kg.importers.account import Loss
from kg.importers.fieldmap import FieldMap
from kg.importers.maps import load_map, map_names
from kg.importers.readers import open_reader
from kg.importers.running import Imported, Options, import_source
from kg.importers.saving import Saved, prepare

__all__ = [
    "FieldMap",
    "Imported",
    "Loss",
    "Options",
    "Saved",
    "import_source",
    "load_map",
    "map_names",
    "open_reader",
    "prepare",
]
