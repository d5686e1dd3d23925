"""kg: facts about congresses as a knowledge graph."""

from importlib.metadata import PackageNotFoundError, version

__all__ = ["__version__"]

try:
    __version__ = version("congress-kg")
except PackageNotFoundError:  # run from the source folder; the number stands in pyproject.toml alone
    __version__ = "0+source"
