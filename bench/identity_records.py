"""Real programmes as records to compare: the least that a facts file needs, one file for each list of people.

The folder of programmes is not part of the project; each reader takes the fields of one programme and writes what it
says as facts: who, with which organisation, in which session of which congress. Ids are ``list/record`` so that labels
can refer to records without repeating what they say.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from kg.values import slug

__all__ = ["PLACEHOLDERS", "lists", "write_facts"]

PLACEHOLDERS = {"", "-", "*", "*m", "n/a", "tba", "freelance", "freelancer", "freiberufler", "artist", "journalist"}
Row = dict[str, Any]


class People:
    """People of one list, written as a facts file."""

    def __init__(self, name: str, congress: str, series: str | None = None) -> None:
        self.name, self.congress = name, congress
        self.people: dict[str, Row] = {}
        self.organisations: dict[str, Row] = {}
        self.sessions: dict[str, Row] = {}
        self.bodies: dict[str, str] = {}
        self.series = series

    def person(self, record: str, name: str, organisation: str = "") -> None:
        name = " ".join(html.unescape(name).split())
        if not re.search(r"\w", name):
            return
        row: Row = {"id": f"{self.name}/{slug(record)}", "name": name}
        organisation = " ".join(html.unescape(organisation or "").split())
        if organisation.lower() not in PLACEHOLDERS and slug(organisation):
            body = self.bodies.setdefault(organisation, f"{self.name}/org/{slug(record)}")
            self.organisations[body] = {"id": body, "name": organisation}
            row["memberships"] = [{"id": f"{row['id']}/post", "of": body}]
        self.people[row["id"]] = row

    def spoke(self, record: str, session: str | None) -> None:
        who = f"{self.name}/{slug(record)}"
        if who not in self.people:
            return
        where = f"{self.congress}/{slug(session)}" if session else self.congress
        if session:
            self.sessions[where] = {"id": where, "format": "talk", "within": self.congress}
        self.people[who].setdefault("spoke", set()).add(where)

    def facts(self) -> Row:
        parts = [
            {"id": f"{who}/{number}", "who": who, "during": where, "role": "speaker"}
            for who, row in self.people.items()
            for number, where in enumerate(sorted(row.get("spoke", ())))
        ]
        congress: Row = {"id": self.congress, "name": self.congress}
        found: Row = {
            "source": {"id": f"{self.name}-list", "type": "Dataset", "language": "en", "sha256": "0" * 64},
            "people": [{k: v for k, v in row.items() if k != "spoke"} for row in self.people.values()],
            "organisations": list(self.organisations.values()),
            "sessions": list(self.sessions.values()),
            "congresses": [congress],
            "participations": parts,
        }
        if self.series:
            congress["series"] = self.series
            found["series"] = [{"id": self.series, "name": self.series}]
        return {key: value for key, value in found.items() if value}


def _devfest(folder: Path, year: str) -> People:
    people = People(f"df{year[2:]}", f"devfest-{year}", "devfest")
    held = folder / "devfest-nantes" / f"devfest{year}"
    for record, row in json.loads((held / "speakers.json").read_text("utf-8")).items():
        people.person(record, row.get("name", ""), row.get("company", ""))
    for session, row in json.loads((held / "sessions.json").read_text("utf-8")).items():
        for record in row.get("speakers") or []:
            people.spoke(str(record), session)
    return people


_AT = re.compile(r"(?:@|\bchez\b|\bat\b)\s*(?P<what>[^,;|/&]+?)\s*(?:$|[,;|/&]|\s-\s)")


def _mixit(folder: Path) -> People:
    people = People("mx19", "mixit-2019")
    for row in json.loads((folder / "mixit-2019" / "speakers.json").read_text("utf-8")):
        at = _AT.search(row.get("tagLine") or "")
        people.person(row["id"], row["fullName"], at["what"] if at else "")
        for session in row.get("sessions", []):
            people.spoke(row["id"], str(session["id"]))
    return people


def _republica(folder: Path) -> tuple[People, People]:
    listed, timetable = People("rps", "republica-2014"), People("rpn", "republica-2014")
    held = folder / "republica14"
    (speakers,) = json.loads((held / "speakers.json").read_text("utf-8")).values()
    (sessions,) = json.loads((held / "sessions.json").read_text("utf-8")).values()
    for row in speakers:
        if row["uid"]:
            listed.person(row["uid"], row["label"], row["org"])
            listed.spoke(row["uid"], None)
    for row in sessions:
        uids, names = ([part.strip() for part in row[key].split(",")] for key in ("speaker_uids", "speaker_names"))
        if len(uids) == len(names):  # a comma inside a name would shift the others
            for uid, name in zip(uids, names, strict=True):
                if uid:
                    timetable.person(uid, name)
                    timetable.spoke(uid, row["nid"])
    return listed, timetable


def _front(file: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(file.read_text("utf-8").split("---", 2)[1])
    return found


def _djangocon(folder: Path) -> tuple[People, People]:
    speakers, organisers = People("djp", "djangocon-us-2023"), People("djo", "djangocon-us-2023")
    held = folder / "djangocon-us-2023"
    for people, part in ((speakers, "_presenters"), (organisers, "_organizers")):
        for file in sorted((held / part).glob("*.md")):
            row = _front(file)
            people.person(file.stem, row.get("name") or row.get("title") or "", str(row.get("company") or ""))
            people.spoke(file.stem, None)
    for file in sorted((held / "_schedule").rglob("*.md")):
        row = _front(file)
        for who in row.get("presenter_slugs") or []:
            speakers.spoke(who, file.stem)
    return speakers, organisers


def lists(folder: Path) -> list[People]:
    """Every list of the programmes in ``folder``."""
    return [
        _devfest(folder, "2017"),
        _devfest(folder, "2018"),
        _mixit(folder),
        *_republica(folder),
        *_djangocon(folder),
    ]


def write_facts(found: list[People], folder: Path) -> None:
    """One facts file a list. JSON is YAML."""
    folder.mkdir(parents=True, exist_ok=True)
    for people in found:
        text = json.dumps(people.facts(), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / f"{people.name}.yaml").write_text(text, encoding="utf-8")


Reader = Callable[[Path], Iterator[People]]
