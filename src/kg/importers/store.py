"""What an import says, kept outside memory until every reference can be resolved.

Records name things before or after they describe them, by the source's own keys or by names, in one file or in
another. So things are numbered as they come, facts are kept beside them in a temporary database (SQLite, on disk
when it grows), and ids are given at the end, when it is known which names two things share.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Entry", "Store", "Thing", "mark_of"]

_SCHEMA = """
CREATE TABLE thing (
    n INTEGER PRIMARY KEY, section TEXT, word TEXT, record TEXT, label TEXT DEFAULT '', id TEXT DEFAULT '',
    shared INTEGER DEFAULT 0, whole INTEGER DEFAULT 0, dropped TEXT DEFAULT '', said INTEGER DEFAULT 0
);
CREATE UNIQUE INDEX by_record ON thing (section, record) WHERE record != '';
CREATE TABLE known (section TEXT, name TEXT, thing INTEGER, PRIMARY KEY (section, name, thing)) WITHOUT ROWID;
CREATE TABLE fact (
    seq INTEGER PRIMARY KEY, file INTEGER, thing INTEGER, key TEXT, mark TEXT, stands_in INTEGER, body TEXT
);
CREATE UNIQUE INDEX by_file ON fact (file, thing, key, mark);
CREATE INDEX by_key ON fact (thing, key);
CREATE TABLE value (thing INTEGER, key TEXT, tag TEXT, text TEXT, PRIMARY KEY (thing, key, tag)) WITHOUT ROWID;
CREATE TABLE inner_name (owner INTEGER, key TEXT, name TEXT, mark TEXT, PRIMARY KEY (owner, key, name)) WITHOUT ROWID;
"""

_EXTREME = (
    "SELECT file, body FROM fact JOIN thing ON n=thing WHERE section=? AND key=? AND dropped=''"
    " AND json_extract(body,'$.t') IS NOT NULL ORDER BY substr(json_extract(body,'$.t'),1,10) "
)

#: A fact on its way to a file; what each letter means is said in :mod:`.making`.
Entry = dict[str, object]


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that the import speaks of. ``record`` is the source's own key for it, empty when it has none."""

    n: int
    section: str
    word: str
    record: str
    label: str
    id: str
    shared: bool
    whole: bool
    dropped: str
    said: bool


class Store:
    """The temporary database of one import."""

    def __init__(self) -> None:
        self.db = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536"):
            self.db.execute(f"PRAGMA {pragma}")
        self.db.executescript(_SCHEMA)
        self.db.execute("BEGIN")
        #: The thing, the key and the fact of each value that is an extreme of others.
        self.extremes: list[tuple[int, str, Entry]] = []

    def close(self) -> None:
        self.db.close()

    # -- things -------------------------------------------------------------------------------------------------

    def identify(self, section: str, record: str, known: Iterable[str]) -> int | None:
        """The number of the thing that has this key, or is known by these names; a new one when there is none.

        A thing with a key of its own is never taken for another that has one, whatever they are called. None when
        a name alone is given and several things have it.
        """
        names = list(dict.fromkeys(name for name in known if name))
        if record:
            row = self.db.execute("SELECT n FROM thing WHERE section=? AND record=?", (section, record)).fetchone()
            number = int(row[0]) if row else self._adopt(section, record, names)
        else:
            found = self._named(section, names)
            if len(found) > 1:
                return None
            number = found[0] if found else self._new(section, "")
        for name in names:
            self.db.execute("INSERT OR IGNORE INTO known VALUES (?,?,?)", (section, name, number))
        return number

    def _named(self, section: str, names: Iterable[str]) -> list[int]:
        for name in names:
            rows = self.db.execute("SELECT thing FROM known WHERE section=? AND name=?", (section, name)).fetchall()
            if rows:
                return [int(row[0]) for row in rows]
        return []

    def _adopt(self, section: str, record: str, names: Iterable[str]) -> int:
        """A thing that was so far only called by name takes the key; else a new one does."""
        for number in self._named(section, names):
            row = self.db.execute("SELECT record FROM thing WHERE n=?", (number,)).fetchone()
            if row and not row[0]:
                self.db.execute("UPDATE thing SET record=? WHERE n=?", (record, number))
                return number
        return self._new(section, record)

    def _new(self, section: str, record: str) -> int:
        cursor = self.db.execute("INSERT INTO thing (section, record) VALUES (?,?)", (section, record))
        return int(cursor.lastrowid or 0)

    def describe(self, number: int, word: str, label: str, wanted: str, *, shared: bool, whole: bool) -> None:
        """Keep what a thing is called and what its id is made of; what is already known stays."""
        self.db.execute(
            "UPDATE thing SET word=COALESCE(word,?), label=CASE label WHEN '' THEN ? ELSE label END,"
            " id=CASE id WHEN '' THEN ? ELSE id END, shared=MAX(shared,?), whole=MAX(whole,?) WHERE n=?",
            (word or None, label, wanted, int(shared), int(whole), number),
        )

    def drop(self, number: int, reason: str) -> None:
        """Leave a thing out, and with it whatever refers to it."""
        self.db.execute("UPDATE thing SET dropped=? WHERE n=? AND dropped=''", (reason, number))

    def thing(self, number: int) -> Thing:
        row = self.db.execute("SELECT * FROM thing WHERE n=?", (number,)).fetchone()
        n, section, word, record, label, name, shared, whole, dropped, said = row
        return Thing(n, section, word or "", record, label, name, bool(shared), bool(whole), dropped, bool(said))

    def things(self) -> Iterator[Thing]:
        for (number,) in self.db.execute("SELECT n FROM thing ORDER BY n").fetchall():
            yield self.thing(int(number))

    def count(self, without: Container[int]) -> Mapping[str, int]:
        """How many things of each section were said something of; those ``without`` are left out."""
        found: dict[str, int] = {}
        for number, section in self.db.execute("SELECT n, section FROM thing WHERE said ORDER BY n"):
            if int(number) not in without:
                found[str(section)] = found.get(str(section), 0) + 1
        return found

    # -- facts --------------------------------------------------------------------------------------------------

    def first_value(self, thing: int, key: str, tag: str, text: str) -> str:
        """Keep the value of a key that has but one, and give back the one that was there first."""
        self.db.execute("INSERT OR IGNORE INTO value VALUES (?,?,?,?)", (thing, key, tag, text))
        row = self.db.execute("SELECT text FROM value WHERE thing=? AND key=? AND tag=?", (thing, key, tag)).fetchone()
        return str(row[0])

    def inner_name(self, owner: int, key: str, wanted: Iterable[str], mark: str) -> str:
        """A name for something written out in a thing: the first that nothing else there has."""
        query = "SELECT mark FROM inner_name WHERE owner=? AND key=? AND name=?"
        names = [name for name in wanted if name]
        for name in (*names, *(f"{names[-1] if names else key}-{n}" for n in range(2, 10_000))):
            self.db.execute("INSERT OR IGNORE INTO inner_name VALUES (?,?,?,?)", (owner, key, name, mark))
            if self.db.execute(query, (owner, key, name)).fetchone()[0] == mark:
                return name
        return _digest(mark)

    def inner_names(self, owner: int, key: str) -> list[str]:
        """The names of what is written out under a key of a thing, in the order in which they came."""
        query = "SELECT body FROM fact WHERE thing=? AND key=? ORDER BY seq"
        names = [str(json.loads(body).get("name", "")) for (body,) in self.db.execute(query, (owner, key))]
        return list(dict.fromkeys(name for name in names if name))

    def say(self, file: int, thing: int, key: str, entry: Entry, mark: str = "") -> bool:
        """Keep a fact; False when the same file has said it already. ``mark`` tells it from others of the key."""
        body = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
        row = (file, thing, key, mark or mark_of(entry), int("o" in entry), body)
        query = "INSERT OR IGNORE INTO fact (file, thing, key, mark, stands_in, body) VALUES (?,?,?,?,?,?)"
        new = self.db.execute(query, row).rowcount > 0
        self.db.execute("UPDATE thing SET said=1 WHERE n=? AND said=0", (thing,))
        return new

    def facts(self, file: int, section: str) -> Iterator[tuple[int, str, Entry]]:
        """The facts of a file about a section: things in the order in which they came up, facts as they came."""
        query = "SELECT thing, key, body FROM fact JOIN thing ON n=thing WHERE file=? AND section=? ORDER BY thing, seq"
        for thing, key, body in self.db.execute(query, (file, section)):
            yield int(thing), str(key), json.loads(body)

    def first_fact(self, thing: int, key: str) -> Entry | None:
        """The first fact under a key of a thing."""
        query = "SELECT body FROM fact WHERE thing=? AND key=? ORDER BY seq LIMIT 1"
        row = self.db.execute(query, (thing, key)).fetchone()
        return json.loads(row[0]) if row else None

    def whole(self) -> int | None:
        """The one thing that everything belongs to."""
        row = self.db.execute("SELECT n FROM thing WHERE whole=1 LIMIT 1").fetchone()
        return int(row[0]) if row else None

    def has(self, thing: int, key: str) -> bool:
        """Whether a key of a thing has a value that does not only stand in for one."""
        query = "SELECT 1 FROM fact WHERE thing=? AND key=? AND NOT stands_in LIMIT 1"
        return self.db.execute(query, (thing, key)).fetchone() is not None

    def extreme(self, section: str, key: str, *, most: bool) -> tuple[int, Entry] | None:
        """The file and the fact that has the least or the most value of a key in a section."""
        query = _EXTREME + ("DESC, seq LIMIT 1" if most else "ASC, seq LIMIT 1")
        row = self.db.execute(query, (section, key)).fetchone()
        return (int(row[0]), json.loads(row[1])) if row else None


def mark_of(entry: Entry) -> str:
    """What tells one fact from another under the same key: everything but its evidence."""
    return _digest(json.dumps(_content(entry), sort_keys=True))


def _content(value: object) -> object:
    if isinstance(value, dict):
        return {key: _content(item) for key, item in value.items() if key not in ("a", "i")}
    return [_content(item) for item in value] if isinstance(value, list) else value


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
