"""Five real programmes, imported whole: what the graph holds is what plain code counts in the files.

The files are no part of this repository: KG_PROGRAMMES names the folder that has them. The counts below are made
with json, yaml and regular expressions alone, and know nothing of the importers.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from importing import Imported, imported, plain, programme

#: What stands where these files have no organisation to name; read by eye, not taken from the field maps.
NO_ORGANISATION = {
    *("", "null", "-", "*", "*m", "freelance", "freiberufler", "none currently"),
    # professions and jokes under “org” in re:publica
    *("online-redakteurin", "software engineer", "service designer", "artist", "journalist und moderator"),
    *("hybridautor", "coder, cyborg, teetrinker", "internetikone mit bunten haaren", "truth & beauty operator"),
    *("dozent – moderator – model", "design intern at betahaus"),
}


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def organisations(names: Iterable[object]) -> set[str]:
    """Names that differ in more than case and spaces."""
    texts = (" ".join(html.unescape(str(name or "")).split()).casefold() for name in names)
    return {text for text in texts if text not in NO_ORGANISATION}


def front_matter(folder: Path, pattern: str) -> dict[str, tuple[Mapping[str, Any], str]]:
    """The head and the body of Markdown files, by path."""
    found = {}
    for path in sorted(folder.glob(pattern)):
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        found[path.relative_to(folder).as_posix()] = (yaml.load(head, Loader=yaml.CBaseLoader), body)  # noqa: S506 # texts only
    return found


def got(result: Imported, role: str = "speaker") -> dict[str, int]:
    facts = result.facts
    return {
        "persons": facts.count("people"),
        "sessions": facts.count("sessions"),
        "links": len(facts.links(role)),
        "organisations": facts.count("organisations"),
    }


def test_mixit(tmp_path: Path) -> None:
    source = programme("mixit-2019")
    speakers, talks = load(source / "speakers.json"), load(source / "talks.json")
    titles = {talk["title"] for talk in talks}
    elsewhere = {s["name"] for speaker in speakers for s in speaker["sessions"]} - titles
    assert len(elsewhere) == 3, "three talks are only in speakers.json: withdrawn, or called otherwise there"
    companies = []
    for speaker in speakers:
        words = re.split(r"\s*@\s*|\s+chez\s+|\s+at\s+", (speaker["tagLine"] or "").strip())
        if len(words) > 1 and words[0] and not re.search("[,:&-]", words[-1]):
            companies.append(words[-1])
    assert len(companies) == 29, "tag lines that name a post and an organisation by “@”, “chez” or “at”"
    result = imported(tmp_path, source, "mixit")
    assert got(result) == {
        "persons": len({speaker["id"] for speaker in speakers}),
        "sessions": len(talks) + len(elsewhere),
        "links": sum(len(speaker["sessions"]) for speaker in speakers),
        "organisations": len(organisations(companies)),
    }


def test_republica(tmp_path: Path) -> None:
    source = programme("republica14")
    speakers = [item for item in load(source / "speakers.json")["items"] if item["label"].strip()]
    sessions = load(source / "sessions.json")["items"]
    cancelled = [s for s in sessions if re.match(r"\[(abgesagt|cancelled)\]", s["title"])]
    assert len(cancelled) == 4
    held = [s for s in sessions if s not in cancelled]
    links = {(s["nid"], uid.strip()) for s in held for uid in s["speaker_uids"].split(",") if uid.strip()}
    result = imported(tmp_path, source, "republica")
    assert got(result) == {
        "persons": len({speaker["uid"] for speaker in speakers}),
        "sessions": len(held),
        "links": len(links),
        "organisations": len(organisations(speaker["org"] for speaker in speakers)),
    }
    assert result.facts.count("places") == len(load(source / "rooms.json")["rooms"])
    first = next(s for s in held if s["nid"] == "187")
    assert first["datetime"].startswith("07.05.2014 - 13:45")
    talk = result.facts.things["sessions"]["re-publica-2014/sessions/187"]
    assert plain(talk["date"]) == "2014-05-07T13:45+02:00", "summer time in Berlin"


@pytest.mark.parametrize("year", ["2017", "2018"])
def test_devfest(year: str, tmp_path: Path) -> None:
    source = programme("devfest-nantes") / f"devfest{year}"
    speakers, sessions = load(source / "speakers.json"), load(source / "sessions.json")
    held = {key: session for key, session in sessions.items() if session["type"] != "break"}
    assert len(sessions) - len(held) == 5
    links = {(key, str(uid)) for key, session in held.items() for uid in session["speakers"]}
    result = imported(tmp_path, source, "hoverboard", "--series", "DevFest Nantes", "--edition", year)
    assert got(result) == {
        "persons": len(speakers),
        "sessions": len(held),
        "links": len(links),
        "organisations": len(organisations(s.get("company") for s in speakers.values())) + (year == "2018"),
    }, "in 2018 the organiser is one more organisation"
    timed = {
        str(number): f"{day['date']}T{slot['startTime']}"
        for day in load(source / "schedule.json")
        for slot in day["timeslots"]
        for numbers in slot["sessions"]
        for number in numbers
    }
    mistyped = {key for key, start in timed.items() if not start.startswith(year)}
    assert bool(mistyped) == (year == "2018"), "the second day of 2018 is dated 2017: no day of that congress"
    for key in held:
        session = result.facts.things["sessions"][f"devfest-nantes-{year}/sessions/{key}"]
        assert ("date" not in session) if key in mistyped else plain(session["date"]) == f"{timed[key]}+02:00"


def test_djangocon(tmp_path: Path) -> None:
    source = programme("djangocon-us-2023")
    people = front_matter(source, "_presenters/*.md")
    organisers = front_matter(source, "_organizers/*.md")
    sponsors = front_matter(source, "_sponsors/*.md")
    sessions = {path: head for path, (head, _) in front_matter(source, "_schedule/*/*.md").items()}
    assert (len(people), len(organisers), len(sponsors), len(sessions)) == (59, 25, 23, 97)
    served = {"Break", "Lunch", "Early Lunch", "Breakfast"}
    rooms = {"Registration", "Lactation Room", "Quiet Room", "Speaker Green Room"}
    held = {path: head for path, head in sessions.items() if head["title"] not in served | rooms}
    names = {head["name"] for head, _ in people.values()} | {head["name"] for head, _ in organisers.values()}
    companies = [head.get("company") for head, _ in people.values()]
    companies += [head["name"] for head, _ in sponsors.values()]
    result = imported(tmp_path, source, "djangocon")
    assert got(result) == {
        "persons": len(names),
        "sessions": len(held),
        "links": sum(len(head.get("presenter_slugs") or []) for head in held.values()),
        "organisations": len(organisations(companies)),
    }
    parts = {(plain(part["who"]), plain(part["role"])) for part in result.facts.things["participations"].values()}
    roles = [role for _, role in parts]
    assert roles.count("organiser") == len(organisers)
    assert roles.count("sponsor") == len({head["name"] for head, _ in sponsors.values()}), "one sponsors twice"
    keynote = result.facts.things["sessions"]["djangocon-us-2023/sessions/keynote-django-the-dinosaur"]
    assert (plain(keynote["format"]), plain(keynote["date"])) == ("keynote", "2023-10-17T09:45-04:00")


#: How many people each workshop page names as speakers, read by eye. Three pages stand for two workshops each, and
#: what one page says in lists below its first sentence is not split: these speakers are not in the graph.
SPEAKERS = {
    **dict.fromkeys(["amue-verslelibre", "esup-pod-openmole", "georiviere", "pole-eole-mim-libre"], 2),
    **dict.fromkeys(["propriete-intellectuelle-marches-publics", "rte", "sambaedu"], 2),
    **dict.fromkeys(["cozy-cloud", "framework-dash", "france-brevets", "locokit", "squash-tm", "tdp"], 3),
    **dict.fromkeys(["catala", "docusaurus", "eupl", "inseca", "keycloakify", "khartis", "medialab-sciences-po"], 1),
    **dict.fromkeys(["nixos", "open-terms-archive", "ospo-alliance-good-governance-initiative", "proxmox"], 1),
    **dict.fromkeys(["ow2-good-governance-initiative", "premiere-contribution-projet-open-source", "react-dsfr"], 1),
    **dict.fromkeys(["promouvoir-votre-projet-libre", "samba-ad", "scenari-opale", "sll", "xwiki"], 1),
    "demarches-simplifiees": 4,
}


def test_bluehats(tmp_path: Path) -> None:
    source = programme("bluehats-codegouv")
    index = (source / "ateliers" / "index.md").read_text(encoding="utf-8")
    listed = [line for line in index.splitlines() if re.match(r"- \[?\d", line)]
    pages = {path.stem for path in (source / "ateliers").glob("*.md")} - {"index"}
    alone = {page for page in pages if f"/ateliers/{page}" not in index}
    assert (len(listed), alone) == (45, {"keycloakify"})
    meetings = {
        "journee-2021": (14, 15),  # talks, speakers named: one talk has two
        "journee-2022": (20, 21),  # two talks name a group; one has two speakers, one has three
        "floss-esr-2022": (8, 7),  # two talks name nobody, one names two
    }
    for name, (talks, _) in meetings.items():
        text = (source / "rencontres" / f"{name}.md").read_text(encoding="utf-8").split("## Notes")[0]
        assert len(re.findall(r"^- ", text, re.MULTILINE)) == talks
    result = imported(tmp_path, source, "bluehats")
    assert result.facts.count("sessions") == len(listed) + len(alone) + sum(talks for talks, _ in meetings.values())
    links = sum(SPEAKERS.values()) + sum(speakers for _, speakers in meetings.values())
    assert len(result.facts.links("speaker")) == links
    assert "several things are known by it; one page for two workshops" in result.output
    assert result.facts.count("congresses") == 1 + len(meetings)
