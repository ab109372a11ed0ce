"""Dates and times in the organizer's zone, the zone always named. English names, whatever the machine's locale."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_TO = "\N{EN DASH}"


def day(moment: datetime, zone: ZoneInfo) -> str:
    """The local date: `Tue 17 November 2026`."""
    local = moment.astimezone(zone)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"


def short_day(day_: date) -> str:
    """A date without its year: `Tue 17 Nov`."""
    return f"{_DAYS[day_.weekday()]} {day_.day} {_MONTHS[day_.month - 1][:3]}"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """The local time of day: `10:00`."""
    return f"{moment.astimezone(zone):%H:%M}"


def when(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """From when to when, in full: `Tue 17 November 2026, 10:00-11:02 CET (Europe/Berlin)`.

    A second date stands there when the session crosses midnight, a second abbreviation when the clock changed on the
    way. A session that has no end yet shows its start only.
    """
    first, last = f"{day(start, zone)}, {clock(start, zone)}", clock(end, zone)
    if end <= start:
        return f"from {first} {zone_name(start, zone)}"
    if day(end, zone) != day(start, zone):
        last = f"{day(end, zone)}, {last}"
    shifted = abbreviation(start, zone) != abbreviation(end, zone)
    if shifted:
        first = f"{first} {abbreviation(start, zone)}"
    gap = f" {_TO} " if shifted or "," in last else _TO
    return f"{first}{gap}{last} {zone_name(end, zone)}"


def zone_name(moment: datetime, zone: ZoneInfo) -> str:
    """The zone as people and machines know it: `CET (Europe/Berlin)`."""
    name = abbreviation(moment, zone)
    return name if name == zone.key else f"{name} ({zone.key})"


def abbreviation(moment: datetime, zone: ZoneInfo) -> str:
    """`CET`, or `UTC-03` where the zone has no letters of its own."""
    name = moment.astimezone(zone).tzname() or ""
    return name if name.isalpha() else f"UTC{name}"
