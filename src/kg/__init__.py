"""kg: facts about congresses as a knowledge graph.

    import kg

    graph = kg.load("data/facts", sources="sources")   # or kg.read("output"), once built
    graph.rows("speakers", lang="fr")                  # a ready question, or SPARQL
    graph.network("speakers")                          # a networkx graph
    graph.to_rdflib()                                  # an rdflib dataset
    graph                                              # in a notebook: the page

What is listed in ``__all__`` is public and kept; see ``docs/howto/library.en.md``. Names are fetched when they are
first used, so that the command line does not load what it does not need.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.api import KnowledgeGraph, build, load, questions, read, views
    from kg.errors import DataError, KgError, Problem, UsageError
    from kg.export import Made as Export
    from kg.export import Options as ExportOptions
    from kg.query import Answer

__all__ = [
    "Answer",
    "DataError",
    "Export",
    "ExportOptions",
    "KgError",
    "KnowledgeGraph",
    "Problem",
    "UsageError",
    "__version__",
    "build",
    "load",
    "questions",
    "read",
    "views",
]

#: Where each name lives, and what it is called there; the others are in ``kg.api`` under their own name.
_HOMES = {
    "Answer": ("query", "Answer"),
    "DataError": ("errors", "DataError"),
    "Export": ("export", "Made"),
    "ExportOptions": ("export", "Options"),
    "KgError": ("errors", "KgError"),
    "Problem": ("errors", "Problem"),
    "UsageError": ("errors", "UsageError"),
}

try:
    __version__ = version("congress-kg")
except PackageNotFoundError:  # run from the source folder; the number stands in pyproject.toml alone
    __version__ = "0+source"


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'kg' has no attribute '{name}'")
    home, there = _HOMES.get(name, ("api", name))
    return getattr(import_module(f"kg.{home}"), there)


def __dir__() -> list[str]:
    return sorted(__all__)
