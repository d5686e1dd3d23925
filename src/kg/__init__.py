"""kg: facts about congresses as a knowledge graph."""

__version__ = "0.1.0"
