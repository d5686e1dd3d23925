"""Days, clock times and durations as programmes write them, and the zone they are meant in.

What can be read in two ways is not read: ``05/06/2024`` is a day only where the language says which part is the
month. A time keeps its distance from UTC when it has one; else it is that of its zone, on that day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

__all__ = ["Moment", "duration_of", "find_zone", "moment_of", "written"]

_ISO = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})"
    r"(?:(?:T|\s+|\s*-\s*)(?P<clock>\d{2}:?\d{2}(?::?\d{2})?)(?:[.,]\d+)?)?\s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)
_PARTS = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2}))?")
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})(?P<rest>.*)")
_SLASHED = re.compile(r"(?P<a>\d{1,2})[/-](?P<b>\d{1,2})[/-](?P<year>\d{4})(?P<rest>.*)")
_NAMED = (
    re.compile(
        r"(?:\w+\.?,?\s+)?(?P<day>\d{1,2})(?:\.|er|st|nd|rd|th)?\s+(?P<name>[^\W\d]+)\.?,?\s+(?P<year>\d{4})(?P<rest>.*)"
    ),
    re.compile(
        r"(?:\w+\.?,?\s+)?(?P<name>[^\W\d]+)\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})(?P<rest>.*)"
    ),
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*(?::|h|\.|uhr)\s*(?P<minute>\d{2})?(?::(?P<second>\d{2}))?)?\s*(?P<half>[ap]\.?m\.?)?(?:\s*uhr)?",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?")
_ISO_LENGTH = re.compile(r"P(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+)S)?)?", re.IGNORECASE)
_LENGTH = re.compile(
    r"(?:(?P<h>\d+)\s*(?:h|:|hours?|heures?|std\.?)\s*)?(?:(?P<m>\d+)\s*(?:m|min|mins|minutes?|:00)?\.?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, or a time on it. ``part`` is a year or a month when no day is said."""

    day: date
    clock: time | None = None
    offset: tzinfo | None = None
    part: str = ""


def find_zone(name: str) -> ZoneInfo | None:
    """A time zone by its name in the IANA database, or None.

    >>> find_zone("Europe/Paris"), find_zone("Paris")
    (zoneinfo.ZoneInfo(key='Europe/Paris'), None)
    """
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    """A time of day; nothing for an empty text."""
    words = text.strip(" ,-–—\t").removeprefix("T").strip()
    match = _BARE.fullmatch(words) or _CLOCK.fullmatch(words)
    if match is None:
        return None
    parts = match.groupdict()
    hour = int(parts["hour"])
    half = (parts.get("half") or "").replace(".", "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif match.re is _CLOCK and parts["minute"] is None and not re.search(r"[h:]|uhr", words, re.IGNORECASE):
        return None
    try:
        return time(hour, int(parts["minute"] or 0), int(parts.get("second") or 0))
    except ValueError:
        return None


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return UTC
    sign, digits = text[0], text[1:].replace(":", "").ljust(4, "0")
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-length if sign == "-" else length) if length <= timedelta(hours=14) else None


def _with_rest(day: date | None, rest: str) -> Moment | None:
    if day is None:
        return None
    if not rest.strip(" ,.-–—\t"):
        return Moment(day)
    clock = _clock(re.sub(r"^[\s,–—-]*(?:à|at|um|-)?\s+", "", rest))
    return Moment(day, clock) if clock else None


def moment_of(text: str, months: Mapping[str, int], day_first: bool | None = None) -> Moment | None:
    """The day or time that a text names, or None. ``day_first`` says how two small numbers before a year are meant.

    >>> moment_of("2023-10-16 08:00:00-04:00", {}).clock, moment_of("17 mars 2023", {"mars": 3}).day
    (datetime.time(8, 0), datetime.date(2023, 3, 17))
    >>> moment_of("05/06/2024", {}), moment_of("05/06/2024", {}, day_first=True).day
    (None, datetime.date(2024, 6, 5))
    """
    words = " ".join(text.split())
    if match := _ISO.fullmatch(words):
        day = _day(match["year"], match["month"], match["day"])
        clock = _clock(match["clock"]) if match["clock"] else None
        if day is None or (match["clock"] and clock is None):
            return None
        return Moment(day, clock, _offset(match["offset"]) if clock else None)
    if match := _PARTS.fullmatch(words):
        first = _day(match["year"], match["month"] or "1", "1")
        return Moment(first, part=words) if first else None
    if match := _DOTTED.fullmatch(words):
        return _with_rest(_day(match["year"], match["month"], match["day"]), match["rest"])
    if match := _SLASHED.fullmatch(words):
        a, b = int(match["a"]), int(match["b"])
        leads = True if a > 12 or a == b else False if b > 12 else day_first
        if leads is None:
            return None
        return _with_rest(_day(match["year"], str(b if leads else a), str(a if leads else b)), match["rest"])
    for pattern in _NAMED:
        match = pattern.fullmatch(words)
        month = months.get(match["name"].casefold()) if match else None
        if match and month:
            return _with_rest(_day(match["year"], str(month), match["day"]), match["rest"])
    return None


def clock_of(text: str) -> time | None:
    """A time of day as people write it, or None.

    >>> clock_of("9h30"), clock_of("2:15 PM"), clock_of("0930"), clock_of("9")
    (datetime.time(9, 30), datetime.time(14, 15), datetime.time(9, 30), None)
    """
    return _clock(" ".join(text.split()))


def duration_of(text: str) -> timedelta | None:
    """A length of time: ``PT45M``, ``01:30``, ``1h30``, ``45 min``, or a number of minutes; None when it is none.

    >>> duration_of("01:30"), duration_of("PT45M"), duration_of("20"), duration_of("soon")
    (datetime.timedelta(seconds=5400), datetime.timedelta(seconds=2700), datetime.timedelta(seconds=1200), None)
    """
    words = text.strip()
    for pattern in (_ISO_LENGTH, _LENGTH):
        match = pattern.fullmatch(words)
        if match and any(match.groupdict().values()):
            parts = {key: int(value or 0) for key, value in match.groupdict().items()}
            length = timedelta(days=parts.get("d", 0), hours=parts["h"], minutes=parts["m"], seconds=parts.get("s", 0))
            return length if length < timedelta(days=400) else None
    return None


def written(moment: Moment, zone: ZoneInfo | None, plus: timedelta | None = None) -> str:
    """A moment as a facts file writes it; seconds only where there are any.

    >>> written(Moment(date(2014, 5, 7), time(13, 45)), find_zone("Europe/Berlin"))
    '2014-05-07T13:45+02:00'
    """
    if moment.part:
        return moment.part
    if moment.clock is None:
        return moment.day.isoformat()
    local = datetime.combine(moment.day, moment.clock, moment.offset)
    if moment.offset is not None:
        local = local.astimezone(zone) if zone is not None else local
    elif zone is not None:
        local = local.replace(tzinfo=zone)
    if plus is not None:  # by the clock of UTC, so that a change of summer time counts
        local = (local.astimezone(UTC) + plus).astimezone(local.tzinfo) if local.tzinfo else local + plus
    text = local.isoformat(timespec="seconds")
    text = re.sub(r"\+00:00$", "Z", text)
    return re.sub(r"^(.{16}):00", r"\1", text)
