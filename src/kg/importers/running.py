"""Runs an import: finds the files, reads them by their rules, settles what they say, writes facts files.

Nothing is written here; the caller gets texts by path, so that all of them are put in place together or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from zoneinfo import ZoneInfo

from kg.errors import DataError, Place, Problem, UsageError
from kg.importers.account import Account, Loss
from kg.importers.coverage import prefixes_of, read_file
from kg.importers.emit import block_text, head_text
from kg.importers.fieldmap import FieldMap, FileRule, Take
from kg.importers.foreign import Foreign, open_foreign
from kg.importers.making import Maker
from kg.importers.reading import Reader
from kg.importers.settle import Settled
from kg.importers.store import Store
from kg.importers.taking import Taker
from kg.importers.times import find_zone
from kg.importers.tree import Leaf, Node, Scope, leaves
from kg.messages import say
from kg.ontology import Ontology
from kg.values import is_language, slug

__all__ = ["Document", "Imported", "Options", "import_source"]

#: A facts file is parted below the size that the checker refuses.
MOST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller says of the source: empty where the map or the file shall say it."""

    series: str = ""
    edition: str = ""
    name: str = ""
    language: str = ""
    zone: str = ""
    accepted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Document:
    """A facts file in parts: its head, then the entries of its sections in order."""

    name: str
    head: str
    blocks: Sequence[tuple[str, str]]


@dataclass(slots=True)
class Imported:
    """What an import gives: documents to be written, and the account."""

    documents: list[Document]
    folder: str
    records: Mapping[str, int]
    things: Mapping[str, int]
    skipped: Mapping[tuple[str, str], int]
    losses: Sequence[Loss]
    files: int
    facts: int
    zoneless: int
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def unexplained(self) -> list[Loss]:
        return [loss for loss in self.losses if not loss.explained]


Progress = Callable[[str, int], None]
Input = tuple[FileRule, Foreign, Reader]


def find_inputs(source: Path, shown: str, field_map: FieldMap, account: Account) -> Iterator[tuple[FileRule, Foreign]]:
    """The files of a source with the rules that read them: rules in the order of the map, files by name.

    Files that the map leaves out are put in the account.

    Raises:
        DataError: a file that the map needs is missing, or one is there that it does not speak of.
    """
    if source.is_file():
        fitting = [rule for rule in field_map.files if rule.reader and _fits(source.name, rule)]
        rules = fitting or [rule for rule in field_map.files if rule.reader]
        if len(rules) > 1 and not fitting:
            wanted = ", ".join(pattern for rule in rules for pattern in rule.match)
            raise DataError([Problem(Place(shown), "I009", {"wanted": wanted})])
        yield rules[0], open_foreign(source, shown, source.name)
        return
    names = sorted(path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file())
    names = [name for name in names if not any(part.startswith(".") for part in name.split("/"))]
    chosen: dict[str, int] = {}
    for name in names:
        index = next((i for i, rule in enumerate(field_map.files) if _fits(name, rule)), None)
        if index is not None:
            chosen[name] = index
    problems = [
        Problem(Place(f"{shown}/{name}"), "I010", {"map": field_map.name}) for name in names if name not in chosen
    ]
    for index, rule in enumerate(field_map.files):
        if rule.reader and not rule.optional and index not in chosen.values():
            problems.append(Problem(Place(shown), "I009", {"wanted": ", ".join(rule.match)}))
    if problems:
        raise DataError(problems)
    for index, rule in enumerate(field_map.files):
        for name in (name for name, at in chosen.items() if at == index):
            if not rule.reader:
                account.lose(rule.match[0], "left-out", name, rule.reason)
                continue
            yield rule, open_foreign(source / name, f"{shown}/{name}", name)


def _fits(name: str, rule: FileRule) -> bool:
    """Whether a rule is meant for a file: by its path below the source, or by its last part."""
    last = name.rpartition("/")[2]
    return any(fnmatchcase(name, p) or ("/" not in p and fnmatchcase(last, p)) for p in rule.match)


class _Import:
    """The state of one import."""

    def __init__(self, field_map: FieldMap, ontology: Ontology, options: Options, progress: Progress) -> None:
        self.map = field_map
        self.ontology = ontology
        self.options = options
        self.progress = progress
        self.account = Account(options.accepted, field_map.accepted)
        self.store = Store()
        self.sources: list[tuple[Foreign, str]] = []
        self.series = options.series
        self.edition = options.edition
        self.zoneless = 0

    def look(self, rule: FileRule, reader: Reader) -> tuple[Node, Node | None]:
        """The top of a file, and its first record that says something."""
        prefixes = prefixes_of(rule)
        top = reader.top(prefixes)
        units = (unit for _, unit in reader.units(prefixes))
        return top, next((unit for unit in units if any(leaf.text.strip() for _, leaf in leaves(unit))), None)

    def settle_names(self, inputs: Sequence[Input]) -> None:
        """The series and the edition: from the caller, the map, or the first file that says them.

        Raises:
            UsageError: nothing says them.
        """
        quiet = Taker(self.map, Account())
        for rule, _, reader in inputs:
            if slug(self.series) and slug(self.edition):
                return
            top, first = self.look(rule, reader)
            scope = Scope(first or top, top, {}, {})
            self.series = self.series or self.option("", self.map.series, quiet, scope)
            self.edition = self.edition or self.option("", self.map.edition, quiet, scope)
        if not slug(self.series) or not slug(self.edition):
            raise UsageError("importing.no_edition")

    def read(self, rule: FileRule, source: Foreign, reader: Reader) -> None:
        """One file into the store."""
        self.account.file = ", ".join(rule.match) if len(self.map.files) > 1 else ""
        taker = Taker(self.map, self.account)
        top, first = self.look(rule, reader)
        anchor = next((leaf for node in (top, first) if node for _, leaf in leaves(node) if leaf.text.strip()), None)
        if anchor is None:
            raise DataError([Problem(Place(source.shown), "I008", {"map": self.map.name})])
        said = Scope(first or top, top, {}, {})
        given = {
            "series": self.series,
            "edition": self.edition,
            "name": self.options.name or f"{self.series} {self.edition}",
            "stem": Path(source.name).stem,
            "path": source.name,
        }
        scope = Scope(top, top, {}, {key: Leaf(text, anchor.at, taken=True) for key, text in given.items()})
        taker.language = self.option(self.options.language, self.map.language, taker, said) or "und"
        taker.zone = self.zone(taker, said)
        for _, leaf in leaves(top):
            leaf.taken = False
        records = tuple(record for record in rule.records if not (record.once and self.sources))
        maker = Maker(self.map, self.store, self.account, taker, len(self.sources))
        self.sources.append((source, taker.language))
        kept = replace(rule, records=records)
        count = read_file(kept, reader, maker, scope, lambda done: self.progress(source.name, done))
        self.zoneless += taker.zoneless
        if not count:
            raise DataError([Problem(Place(source.shown), "I008", {"map": self.map.name})])

    def option(self, given: str, take: Take, taker: Taker, scope: Scope) -> str:
        if given:
            return given
        value = taker.first(take, scope)
        return value.text if value else ""

    def zone(self, taker: Taker, scope: Scope) -> ZoneInfo | None:
        name = self.option(self.options.zone, self.map.zone, taker, scope)
        zone = find_zone(name) if name else None
        if name and zone is None:
            raise UsageError("importing.bad_zone", zone=name)
        return zone

    # -- writing ------------------------------------------------------------------------------------------------

    def result(self) -> Imported:
        self.account.file = ""
        scope = f"{slug(self.series)}-{slug(self.edition)}"
        settled = Settled(self.store, self.map, self.ontology, self.account, scope)
        names = _file_names([source.name for source, _ in self.sources])
        documents = []
        facts = 0
        for number, (source, language) in enumerate(self.sources):
            blocks = []
            for block in settled.blocks(number):
                facts += sum(len(values) for _, values in block.items)
                blocks.append((block.section, block_text(block, language)))
            if blocks:
                head = self.head(source, language, f"{scope}/sources/{names[source.name]}")
                documents.append(Document(names[source.name], head, blocks))
        things = self.store.count(settled.dead)
        return Imported(
            documents=documents,
            folder=f"{slug(self.series)}/{slug(self.edition)}",
            records=dict(self.account.records),
            things=things,
            skipped=dict(self.account.skipped),
            losses=self.account.losses(),
            files=len(self.sources),
            facts=facts,
            zoneless=self.zoneless,
            reasons=self.map.reasons,
        )

    def head(self, source: Foreign, language: str, name: str) -> str:
        comment = "\n".join(say("importing.head", lang, name=source.name, map=self.map.name) for lang in ("fr", "en"))
        about = {"id": name, "type": "Dataset", "language": language, "sha256": source.sha256}
        return head_text(comment, language, about)


def _file_names(names: Sequence[str]) -> dict[str, str]:
    """The path of each facts file below the folder of the edition, without ending; no two are alike."""
    found: dict[str, str] = {}
    for full in (False, True):
        shorts: dict[str, list[str]] = {}
        for name in names:
            *folders, last = name.split("/")
            last = last if full else last.rpartition(".")[0] or last
            parts = [slug(part) or "x" for part in (*folders, last)]
            shorts.setdefault("/".join(parts), []).append(name)
        for short, owners in shorts.items():
            if len(owners) == 1:
                found.setdefault(owners[0], short)
    for index, name in enumerate(names):
        found.setdefault(name, f"file-{index + 1}")
    return found


def import_source(
    field_map: FieldMap,
    source: Path,
    shown: str,
    ontology: Ontology,
    options: Options,
    open_reader: Callable[[str, Foreign], Reader],
    progress: Progress = lambda _name, _done: None,
) -> Imported:
    """Import a file or a folder by a field map.

    Raises:
        UsageError: which congress it is cannot be told, or a library is missing.
        DataError: a file is not what it should be.
    """
    if options.language and not is_language(options.language):
        raise UsageError("importing.bad_language", tag=options.language)
    state = _Import(field_map, ontology, options, progress)
    try:
        found = find_inputs(source, shown, field_map, state.account)
        inputs = [(rule, file, open_reader(rule.reader, file)) for rule, file in found]
        state.settle_names(inputs)
        for rule, file, reader in inputs:
            progress(file.name, 0)
            state.read(rule, file, reader)
        return state.result()
    finally:
        state.store.close()
