"""Identity across sources: who may be the same, who was decided to be, and what becomes of the graph then."""

from __future__ import annotations

from kg.identity.authority import check_authorities
from kg.identity.decisions import Decision, Identity, judge, read_decisions
from kg.identity.declared import Rules, load_rules
from kg.identity.merge import Merged, merge

__all__ = [
    "Decision",
    "Identity",
    "Merged",
    "Rules",
    "check_authorities",
    "judge",
    "load_rules",
    "merge",
    "read_decisions",
]
