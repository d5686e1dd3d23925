"""What went in and what came out, in numbers: ``report.json`` for programs, ``report.md`` for people.

No clock and no machine: the same input gives the same report.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg.errors import Problem
from kg.graph import Graph
from kg.identity import Merged
from kg.messages import say
from kg.ontology import Ontology
from kg.prefixes import RDF, curie
from kg.withhold import Withheld

__all__ = ["Report", "make_report"]


@dataclass(frozen=True, slots=True)
class Report:
    """The numbers of one build. Every fact is accounted for: ``facts = triples_of_facts + repeated``."""

    files: int
    things: int
    facts: int
    withheld: Withheld
    merged: Merged
    repeated: int
    triples_of_facts: int
    structural: int
    triples: int
    evidence_triples: int
    without_evidence: int
    nodes: int
    links: int
    classes: Mapping[str, int]
    properties: Mapping[str, int]
    statuses: Mapping[str, int]
    problems: tuple[Problem, ...]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]

    def to_json(self) -> str:
        """The report as JSON; keys sorted."""
        data = {
            "facts": {
                "files": self.files,
                "things": self.things,
                "facts": self.facts,
                "by_status": dict(self.statuses),
                "without_evidence": self.without_evidence,
            },
            "graph": {
                "triples": self.triples,
                "of_facts": self.triples_of_facts,
                "structural": self.structural,
                "with_evidence": self.evidence_triples,
                "nodes": self.nodes,
                "nodes_by_class": dict(self.classes),
                "links": self.links,
                "triples_by_property": dict(self.properties),
            },
            "losses": {
                "withheld_ids": len(self.withheld.ids),
                "withheld_things": self.withheld.things,
                "withheld_facts": self.withheld.facts,
                "facts_said_twice": self.repeated,
            },
            "identity": {
                "joined": self.merged.joined,
                "unsure": len(self.merged.unsure),
                "facts_set_aside": self.merged.aside,
            },
            "problems": [problem.line("en") for problem in self.problems],
            "inputs": dict(self.inputs),
            "outputs": dict(self.outputs),
        }
        return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"

    def to_markdown(self, ontology: Ontology) -> str:
        """The report for people, in both languages side by side."""
        both = [self._part(ontology, lang) for lang in ("en", "fr")]
        return "\n\n---\n\n".join(both) + "\n"

    def _part(self, ontology: Ontology, lang: str) -> str:
        def line(key: str, *values: object) -> str:
            return f"| {say(f'report.{key}', lang)} | {' | '.join(map(str, values))} |"

        head = [f"# {say('report.title', lang)}", "", line("what", say("report.count", lang)), "| --- | ---: |"]
        rows = [
            line("files", self.files),
            line("things", self.things),
            line("facts", self.facts),
            line("without_evidence", self.without_evidence),
            line("withheld", f"{len(self.withheld.ids)} → {self.withheld.things} / {self.withheld.facts}"),
            line("identity", f"{self.merged.joined} / {len(self.merged.unsure)} / {self.merged.aside}"),
            line("repeated", self.repeated),
            line("of_facts", self.triples_of_facts),
            line("structural", self.structural),
            line("triples", self.triples),
            line("evidence_triples", self.evidence_triples),
            line("links", self.links),
        ]
        rows += [line(f"status_{name}", count) for name, count in self.statuses.items()]
        tables = [
            _table(say("report.classes", lang), self.classes, ontology, lang),
            _table(say("report.properties", lang), self.properties, ontology, lang),
            f"## {say('report.problems', lang)}\n\n"
            + ("\n".join(f"- {p.line(lang)}" for p in self.problems) or say("report.none", lang)),
            f"## {say('report.inputs', lang)}\n\n" + "\n".join(f"- `{h}` {n}" for n, h in self.inputs.items()),
            f"## {say('report.outputs', lang)}\n\n" + "\n".join(f"- `{h}` {n}" for n, h in self.outputs.items()),
        ]
        return "\n".join([*head, *rows]) + "\n\n" + "\n\n".join(tables)


def _table(title: str, counts: Mapping[str, int], ontology: Ontology, lang: str) -> str:
    expand = {curie(iri, ontology.prefixes): iri for iri in ontology.labels}
    lines = [f"| `{name}` | {ontology.label(expand.get(name, name), lang)} | {n} |" for name, n in counts.items()]
    return "\n".join([f"## {title}", "", "| | | |", "| --- | --- | ---: |", *lines])


def make_report(
    graph: Graph,
    withheld: Withheld,
    merged: Merged,
    problems: tuple[Problem, ...],
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
) -> Report:
    """Count everything once the graph is made."""
    facts = [mapped for file in graph.files for mapped in file.facts]
    unique = {mapped.triple for mapped in facts}
    type_iri = ox.NamedNode(RDF + "type")
    nodes = {t.subject for t in graph.plain if t.predicate == type_iri}
    classes = Counter(
        curie(getattr(t.object, "value", ""), graph.prefixes) for t in graph.plain if t.predicate == type_iri
    )
    named = {triple.subject for file in graph.files for _, triple in file.types}
    return Report(
        files=len(graph.files),
        things=len(named),
        facts=len(facts),
        withheld=withheld,
        merged=merged,
        repeated=len(facts) - len(unique),
        triples_of_facts=len(unique),
        structural=len(graph.structural),
        triples=len(graph.plain),
        evidence_triples=len(graph.evidence),
        without_evidence=sum(1 for m in facts if not m.fact.standing.at and not m.fact.field.bookkeeping),
        nodes=len(nodes),
        links=sum(1 for t in unique if isinstance(t.object, ox.NamedNode)),
        classes=dict(sorted(classes.items())),
        properties=dict(sorted(Counter(curie(t.predicate.value, graph.prefixes) for t in graph.plain).items())),
        statuses=dict(sorted(Counter(m.fact.standing.status for m in facts).items())),
        problems=problems,
        inputs=dict(sorted(inputs.items())),
        outputs=dict(sorted(outputs.items())),
    )
