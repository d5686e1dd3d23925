"""``kg identity``: who may be the same, and the decisions of those who know."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import click

from kg.check import Gathered, gather
from kg.cli.common import Context
from kg.errors import UsageError
from kg.identity import Rules, load_rules
from kg.identity.candidates import Candidate, find_candidates
from kg.identity.decisions import read_decisions
from kg.identity.records import Record, labels_of, read_records
from kg.identity.review import Settled, said_of
from kg.identity.writing import add_decisions, decision_line
from kg.messages import choose, say
from kg.ontology import Ontology, load_ontology
from kg.source import SourceText, load_sources

__all__ = ["commands"]

FORMATS = ("table", "json")
#: Below so many bits a pair is shown only when all are asked for.
UNLIKELY = -3.0
LIMIT = 20


@dataclass(frozen=True, slots=True)
class _Work:
    """What the command works on."""

    context: Context
    gathered: Gathered
    ontology: Ontology
    rules: Rules
    labels: Mapping[str, Mapping[str, str]]
    found: Mapping[str, Sequence[Candidate]]
    common: int

    @property
    def file(self) -> str:
        return self.context.settings.identity

    def kind(self, key: str) -> str:
        """What the things of a kind are called."""
        return choose(self.ontology.labels[self.rules.kinds[key].class_iri], self.context.lang)


@click.pass_obj
def _identity(
    context: Context,
    /,
    action: str,
    kind: str | None,
    limit: int | None,
    everything: bool,
    auto: bool,
    form: str,
    **given: str | None,
) -> None:
    context = replace(context, settings=replace(context.settings, **{k: v for k, v in given.items() if v is not None}))
    work = _work(context, kind)
    if auto:
        _propose(work)
    elif form == "json":
        _json(work, everything)
    elif action == "review" and sys.stdin.isatty() and sys.stdout.isatty():
        _review(work, everything)
    else:
        _list(work, LIMIT if limit is None else limit, everything)


def _work(context: Context, only: str | None) -> _Work:
    ontology = load_ontology()
    rules = load_rules(ontology)
    if only is not None and only not in rules.kinds:
        raise UsageError("identity.unknown_kind", name=only, known=", ".join(rules.kinds))
    gathered = gather(context.settings, context.folder, ontology)
    gathered.stop_on_errors()
    labels = labels_of(gathered.files, ontology, rules)
    found: dict[str, Sequence[Candidate]] = {}
    common = 0
    for key, records in read_records(gathered.files, ontology, rules).items():
        if only in (None, key):
            kind = rules.kinds[key]
            found[key], more = find_candidates(records, kind, rules, identity=gathered.identity, labels=labels)
            common += more
    return _Work(context, gathered, ontology, rules, labels, found, common)


def _shown(candidates: Sequence[Candidate], everything: bool) -> list[Candidate]:
    return [c for c in candidates if everything or c.score >= UNLIKELY]


# ------------------------------------------------------------------ the list


def _list(work: _Work, limit: int, everything: bool) -> None:
    lang = work.context.lang
    number = 0
    for key, candidates in work.found.items():
        shown = _shown(candidates, everything)[:limit]
        if not shown:
            continue
        print(("\n" if number else "") + say("identity.kind", lang, what=work.kind(key), count=len(candidates)))
        for candidate in shown:
            number += 1
            print(f"\n{number}. {_pair(candidate)} · {_likely(candidate, lang)}")
            print("\n".join(_reasons(candidate, lang)))
        if len(candidates) > len(shown):
            print("\n" + say("identity.more", lang, count=len(candidates) - len(shown)))
    if not number:
        print(say("identity.none", lang))
    sys.stdout.flush()
    if work.common:
        print(say("identity.common", lang, count=work.common), file=sys.stderr)
    if number:
        print(say("identity.how", lang, file=work.file), file=sys.stderr)


def _pair(candidate: Candidate) -> str:
    by_id = {record.id: record for record in (candidate.one, candidate.other)}
    return " – ".join(f"{by_id[name].label} ({name})" for name in candidate.ids)


def _likely(candidate: Candidate, lang: str) -> str:
    level = "high" if candidate.automatic else "middle" if candidate.score >= 0 else "low"
    return say(f"identity.likely_{level}", lang)


def _reasons(candidate: Candidate, lang: str) -> Iterator[str]:
    yield from (f"   + {reason.told(lang)}" for reason in candidate.reasons)
    yield from (f"   - {reason.told(lang)}" for reason in candidate.against)


def _json(work: _Work, everything: bool) -> None:
    lang = work.context.lang
    rows = [
        {
            "kind": key,
            "ids": list(candidate.ids),
            "names": [{r.id: r.label for r in (candidate.one, candidate.other)}[name] for name in candidate.ids],
            "bits": round(candidate.score, 1),
            "automatic": candidate.automatic,
            "reasons": [reason.told(lang) for reason in candidate.reasons],
            "against": [reason.told(lang) for reason in candidate.against],
        }
        for key, candidates in work.found.items()
        for candidate in _shown(candidates, everything)
    ]
    print(json.dumps(rows, ensure_ascii=False, indent=2))


# ------------------------------------------------------------------ proposals


def _why(candidate: Candidate, lang: str) -> str:
    return "; ".join(reason.told(lang) for reason in candidate.reasons)


def _propose(work: _Work) -> None:
    lang = work.context.lang
    kept = work.gathered.identity.kept
    there = {frozenset(kept.get(name, name) for name in pair) for pair in work.gathered.identity.decided}
    lines = [
        decision_line("proposed", candidate.ids, "kg", _why(candidate, lang))
        for candidates in work.found.values()
        for candidate in candidates
        if candidate.automatic and frozenset(candidate.ids) not in there
    ]
    if lines:
        add_decisions(work.context.folder / work.file, work.file, lines)
    print(say("identity.proposed", lang, count=len(lines), file=work.file))


# ------------------------------------------------------------------ the review


def _review(work: _Work, everything: bool) -> None:
    context, lang = work.context, work.context.lang
    waiting = [(key, c) for key, candidates in work.found.items() for c in _shown(candidates, everything)]
    if not waiting:
        print(say("identity.none", lang))
        return
    sources = load_sources(context.folder / context.settings.sources)
    decisions, _ = read_decisions(context.folder / work.file, work.file)
    known = next((d.by for d in reversed(decisions) if d.verdict != "proposed"), None)
    by = click.prompt(say("identity.who", lang), default=known).strip()
    settled, written = Settled(), 0
    for decision in decisions:
        for pair in decision.pairs():
            if decision.verdict != "proposed":
                settled.add(decision.verdict, *pair)
    for number, (key, candidate) in enumerate(waiting, start=1):
        if settled.settles(*candidate.ids):
            continue
        head = {"number": number, "count": len(waiting), "what": work.kind(key), "likely": _likely(candidate, lang)}
        _show(work, candidate, sources, say("identity.place", lang, **head))
        verdict = _ask(lang)
        if verdict == "quit":
            break
        if verdict == "skip":
            continue
        why = click.prompt(say("identity.why", lang), default=_why(candidate, lang)).strip()
        line = decision_line(verdict, candidate.ids, by, why)
        add_decisions(context.folder / work.file, work.file, [line])
        print(say("identity.written", lang, file=work.file, line=line))
        settled.add(verdict, *candidate.ids)
        written += 1
    print("\n" + say("identity.done", lang, count=written, file=work.file))


def _show(work: _Work, candidate: Candidate, sources: Mapping[str, SourceText], head: str) -> None:
    lang = work.context.lang
    print(f"\n{head}\n")
    by_id: dict[str, Record] = {record.id: record for record in (candidate.one, candidate.other)}
    for name in candidate.ids:
        print(f"  {by_id[name].label} ({name})")
        source = ""
        for said in said_of(name, work.gathered.files, work.ontology, work.labels, sources, lang):
            if said.source != source:
                source = said.source
                print(f"    {say('identity.said_by', lang, source=_source_label(work, source))}")
            print(f"      {said.key}: {said.value}")
            for words in said.words:
                print(f"        {say('cli.quoted', lang, words=words)}")
        print()
    print("\n".join(_reasons(candidate, lang)))


def _source_label(work: _Work, name: str) -> str:
    """What a source is called, else its id."""
    texts = work.labels.get(name)
    return choose(texts, work.context.lang) if texts else name


def _ask(lang: str) -> str:
    """The verdict: same, different, unsure, skip or quit."""
    letters: dict[str, str] = {}
    for entry in say("identity.answers", lang).split(", "):
        letter, _, verdict = entry.partition(" ")
        letters[letter] = verdict
    while True:
        answer = click.prompt(say("identity.ask", lang), prompt_suffix=" ").strip().lower()
        verdict = letters.get(answer, answer)
        if verdict in letters.values():
            return verdict
        print(say("identity.again", lang))


def commands(lang: str) -> list[click.Command]:
    """The command, with its help in ``lang``."""
    parameters: list[click.Parameter] = [
        click.Argument(
            ["action"], type=click.Choice(("list", "review")), default="list", metavar=say("identity.action", lang)
        ),
        click.Option(["--kind"], metavar="KIND", help=say("identity.opt_kind", lang)),
        click.Option(["--limit"], type=click.IntRange(min=1), metavar="N", help=say("identity.opt_limit", lang)),
        click.Option(["--all", "everything"], is_flag=True, help=say("identity.opt_all", lang)),
        click.Option(["--auto"], is_flag=True, help=say("identity.opt_auto", lang)),
        click.Option(
            ["--format", "-f", "form"],
            type=click.Choice(FORMATS),
            default="table",
            help=say("identity.opt_format", lang),
        ),
        *(
            click.Option([f"--{name}"], metavar="PATH", help=say(f"cli.opt_{name}", lang))
            for name in ("facts", "sources")
        ),
    ]
    return [click.Command("identity", callback=_identity, help=say("identity.help", lang), params=parameters)]
