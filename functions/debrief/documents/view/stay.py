"""Figures of stay: presence in main room and breakouts, and the time in which people attended.

A summary of an older version has no presence: its minutes in the main room are used instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from debrief.documents.text import figures, times
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.util.values import moment

if TYPE_CHECKING:
    from debrief.model import Summary

OF_MAIN_ROOM = {
    "presence_average": "minutes_average",
    "presence_median": "minutes_median",
    "presence_share": "attendance_share",
    "present_75": "stayed_75",
    "present_90": "stayed_90",
}
_LEFT_OPEN = 5.0  # minutes; a shorter time in which the room was open without people is not noted


def known_key(summary: Summary, key: str) -> str:
    """Return the key if the summary has this figure, else the key of the main-room figure."""
    return key if key in summary.metrics else OF_MAIN_ROOM[key]


def attended_minutes(summary: Summary) -> float:
    """Return the minutes in which people could attend. All shares of stay are shares of these minutes.

    In a summary of an older version, return the session's duration.
    """
    metric = summary.metrics.get("attended_minutes")
    value = figures.known(metric.value) if metric else None
    return summary.session.duration_minutes if value is None else value


def is_left_open(summary: Summary) -> bool:
    """Return whether the room was open for at least five minutes longer than people attended."""
    return summary.session.duration_minutes - attended_minutes(summary) >= _LEFT_OPEN


def left_open(summary: Summary, zone: ZoneInfo, formats: Formats = PLAIN) -> list[str]:
    """Return a note that the room was open longer than people attended; empty for less than five minutes."""
    if not is_left_open(summary):
        return []
    session, spans = summary.session, summary.sections.get("attended_span", {}).get("spans") or []
    first, last = (moment(spans[0]["from"]), moment(spans[-1]["to"])) if spans else (None, None)
    early = first is not None and (first - session.start).total_seconds() / 60 >= _LEFT_OPEN
    late = last is not None and (session.end - last).total_seconds() / 60 >= _LEFT_OPEN
    start, end = (times.clock(time, zone, formats) for time in (session.start, session.end))
    opened = f"open from {start} to {end}" if early and late else f"already open at {start}" if early else ""
    shares = f"Shares are of the {formats.tick(attended_minutes(summary))} minutes in which people attended."
    if opened:
        return [f"The room was {opened}. {shares}"]
    return [f"The room stayed open until {end}. {shares}" if late else shares]
