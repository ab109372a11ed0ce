"""Dates and times in the organizer's time zone.

`formats` sets the order of a date and the clock (12 or 24 hours). Names of days and months are always English, because
`strftime` would use the machine's locale.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from debrief.documents.text import sanitize
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.util.rounding import short_minutes
from debrief.util.spans import Span, union

if TYPE_CHECKING:
    from debrief.model import Part

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_TO = "\N{EN DASH}"
_MOST_PARTS = 6  # the times of more parts are not listed
_UNINTERRUPTED = "without interruption"


def day(moment: datetime, zone: ZoneInfo, formats: Formats = PLAIN) -> str:
    """Format the local date: `Tue 17 November 2026`, `Tue, November 17, 2026` or `Tue 2026-11-17`."""
    local = moment.astimezone(zone)
    name, month = _DAYS[local.weekday()], _MONTHS[local.month - 1]
    return {
        "dmy": f"{name} {local.day} {month} {local.year}",
        "mdy": f"{name}, {month} {local.day}, {local.year}",
        "ymd": f"{name} {local:%Y-%m-%d}",
    }[formats.order]


def short_day(day_: date, formats: Formats = PLAIN) -> str:
    """Format a date without its year: `Tue 17 Nov`, or `Tue Nov 17`."""
    name, month = _DAYS[day_.weekday()], _MONTHS[day_.month - 1][:3]
    return f"{name} {day_.day} {month}" if formats.order == "dmy" else f"{name} {month} {day_.day}"


def clock(moment: datetime, zone: ZoneInfo, formats: Formats = PLAIN) -> str:
    """Format the local time of day: `15:00`, or `3:00 PM`."""
    local = moment.astimezone(zone)
    if not formats.twelve:
        return f"{local.hour:02}:{local.minute:02}"
    return f"{local.hour % 12 or 12}:{local:%M}\N{NO-BREAK SPACE}{'AM' if local.hour < 12 else 'PM'}"


def within(moment: datetime, span: Span, zone: ZoneInfo, formats: Formats = PLAIN) -> str:
    """Format the time of day of a moment in a span, such as `Sun 25 Oct, 02:10 CEST`.

    The day is included if the span covers several days, the zone's abbreviation if the clock changes in the span.
    """
    words = clock(moment, zone, formats)
    first, last = (end.astimezone(zone).date() for end in span)
    if first != last:
        words = f"{short_day(moment.astimezone(zone).date(), formats)}, {words}"
    return f"{words} {abbreviation(moment, zone)}" if clock_changes(span, zone) else words


def clock_changes(span: Span, zone: ZoneInfo) -> bool:
    """Return whether the zone's offset differs between start and end of the span."""
    return span[0].astimezone(zone).utcoffset() != span[1].astimezone(zone).utcoffset()


def zone_names(span: Span, zone: ZoneInfo) -> str:
    """Return the zone's abbreviation during a span: `CET`, or `CEST, then CET` if the clock changes."""
    return ", then ".join(dict.fromkeys(abbreviation(moment, zone) for moment in span))


def when(start: datetime, end: datetime, zone: ZoneInfo, formats: Formats = PLAIN) -> str:
    """Format a session's time in full: `Tue 17 November 2026, 10:00-11:02 CET (Europe/Berlin)`.

    If the session ends on another day, add its date; if the clock changes, add the first abbreviation. The time of an
    open session is only its start.
    """
    first, last = f"{day(start, zone, formats)}, {clock(start, zone, formats)}", clock(end, zone, formats)
    if end <= start:
        return f"from {first} {zone_name(start, zone)}"
    other_day = day(end, zone) != day(start, zone)
    if other_day:
        last = f"{day(end, zone, formats)}, {last}"
    shifted = abbreviation(start, zone) != abbreviation(end, zone)
    if shifted:
        first = f"{first} {abbreviation(start, zone)}"
    gap = f" {_TO} " if shifted or other_day else _TO
    return f"{first}{gap}{last} {zone_name(end, zone)}"


def interrupted(parts: Sequence[Part], zone: ZoneInfo, formats: Formats = PLAIN) -> str:
    """Describe the parts of a session: `10:00-10:31 and 10:43-11:30, interrupted for 12 minutes`.

    Blank for a session without parts. Between overlapping parts there is no interruption.
    """
    if len(parts) < 2:
        return ""
    all_parts = [(part.start, part.end) for part in parts]
    merged = union(all_parts)
    lengths = [(after - before).total_seconds() / 60 for (_, before), (after, _) in pairwise(merged)]
    gaps = [length for length in lengths if short_minutes(length) != "0"]
    if len(parts) > _MOST_PARTS:
        how_often = "once" if len(gaps) == 1 else f"{len(gaps)} times"
        pauses = f"interrupted {how_often} for {_minutes(sum(gaps), formats)} in all" if gaps else _UNINTERRUPTED
        return f"{len(parts)} parts, {pauses}"
    shown = merged if gaps else all_parts
    spans = [f"{clock(start, zone, formats)}{_TO}{clock(end, zone, formats)}" for start, end in shown]
    if not gaps:
        return f"{sanitize.listed(spans)}, {_UNINTERRUPTED}"
    pauses = sanitize.listed([*map(formats.tick, gaps[:-1]), _minutes(gaps[-1], formats)])
    return f"{sanitize.listed(spans)}, interrupted for {pauses}"


def _minutes(gap: float, formats: Formats) -> str:
    return f"{formats.tick(gap)} {'minute' if short_minutes(gap) == '1' else 'minutes'}"


def zone_name(moment: datetime, zone: ZoneInfo) -> str:
    """Return the zone's abbreviation and name: `CET (Europe/Berlin)`."""
    name = abbreviation(moment, zone)
    return name if name == zone.key else f"{name} ({zone.key})"


def abbreviation(moment: datetime, zone: ZoneInfo) -> str:
    """Return the zone's abbreviation: `CET`, or `UTC-03` if it has no letters."""
    name = moment.astimezone(zone).tzname() or ""
    return name if name.isalpha() else f"UTC{name}"


def month(day_: date) -> str:
    """Format the month of a date: `November 2026`."""
    return f"{_MONTHS[day_.month - 1]} {day_.year}"
