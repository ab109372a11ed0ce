"""Comparison of figures with the room's earlier sessions, or with other sessions of the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from debrief.documents.text import figures, labels, times
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.view.headline import HEADLINE, difference, format_headline
from debrief.documents.view.tiles import value_of
from debrief.model import Summary
from debrief.util.values import moment

_COMPARED = (
    ("unique_attendees", figures.count, ""),
    ("presence_average", figures.minutes, " min"),
    ("presence_share", figures.percent, ""),
    ("present_75", figures.percent, ""),
    ("engagement_rate", figures.percent, ""),
)

_NOT_KNOWN = "Better or worse than usual: not known"
_NONE = f"{_NOT_KNOWN} yet. No earlier report about this room can be compared with this one."
_UNKNOWN = "Earlier sessions of this room could not be looked up: {}"
NO_EARLIER_EVENT = f"{_NOT_KNOWN}. Reports compare sessions of a room, but not events."
_UP, _DOWN = "\N{BLACK UP-POINTING TRIANGLE}", "\N{BLACK DOWN-POINTING TRIANGLE}"

_USUAL = "\N{LEFT DOUBLE QUOTATION MARK}Usual\N{RIGHT DOUBLE QUOTATION MARK}"
_LAST = "\N{LEFT DOUBLE QUOTATION MARK}Last time\N{RIGHT DOUBLE QUOTATION MARK}"


def in_one_sentence(summary: Summary, zone: ZoneInfo) -> str:
    """Return the comparison, or why earlier sessions could not be looked up; blank if nothing can be compared.

    `Compared with this room's last session: attendees 14 against 11; average stay 41.3 min against 38.0 min.`
    """
    section = summary.sections.get("earlier") or {}
    if reason := section.get("unavailable"):
        return _UNKNOWN.format(reason)
    means = section.get("figures") or {}
    parts = [
        f"{labels.within_sentence(labels.metric(key))} {printed(value)}{unit} against {printed(mean)}{unit}"
        for key, printed, unit in _COMPARED
        if (value := value_of(summary.metrics, key)) is not None and (mean := figures.known(means.get(key))) is not None
    ]
    sessions = _compared_sessions(section, zone, PLAIN) if _count(section) else ""
    return f"Compared with {sessions}: {'; '.join(parts)}." if sessions and parts else ""


def changes(summary: Summary, formats: Formats = PLAIN) -> dict[str, str]:
    """Return an arrow and a text for each figure in HEADLINE: its change since the compared sessions.

    If the sessions' lengths differ, shares of the session are compared instead of minutes.
    """
    section = summary.sections.get("earlier") or {}
    sessions, means = _count(section), section.get("figures") or {}
    instead = section.get("instead") or {}
    return {
        key: _change(by, value, mean, formats, of=" of the session" if key in instead else "", several=sessions > 1)
        for key in HEADLINE
        if sessions
        and (value := value_of(summary.metrics, by := instead.get(key, key))) is not None
        and (mean := figures.known(means.get(by))) is not None
    }


def _change(key: str, value: float, mean: float, formats: Formats, *, of: str, several: bool) -> str:
    sign, size = difference(key, value, mean, formats)
    before = f"{format_headline(key, mean, formats)}{of}"
    with_what = f"usual ({before})" if several else f"last time ({before})"
    if not sign:
        return f"= the same as {with_what}"
    return f"{_UP} {size} more than {with_what}" if sign > 0 else f"{_DOWN} {size} less than {with_what}"


def with_what(summary: Summary, zone: ZoneInfo, formats: Formats = PLAIN) -> str:
    """Name the sessions with which figures are compared, or say why there is no comparison.

    Blank if the summary has no section about earlier sessions, or no figure can be compared.
    """
    section = summary.sections.get("earlier")
    if section is None:
        return ""
    if reason := section.get("unavailable"):
        return f"{_NOT_KNOWN}. {_UNKNOWN.format(reason)}"
    sessions = _count(section)
    if not sessions:
        return _NONE
    if not changes(summary, formats):
        return ""
    return f"{_USUAL if sessions > 1 else _LAST} is {_compared_sessions(section, zone, formats)}."


def _count(section: Mapping[str, Any]) -> int:
    """Return the number of compared sessions: those of the room, or if there are none, those of the account."""
    return len(section.get("sessions") or ()) or section.get("others") or 0


def _compared_sessions(section: Mapping[str, Any], zone: ZoneInfo, formats: Formats) -> str:
    sessions = section.get("sessions") or []
    if not sessions:
        others = formats.plural(section["others"], "other session", "other sessions")
        return f"the mean of {others} of this account with a similar length and number of attendees"
    if len(sessions) > 1:
        return f"the mean of this room's last {len(sessions)} sessions"
    start = moment(sessions[0].get("start", ""))
    when = f" of {times.short_day(start.astimezone(zone).date(), formats)}" if start else ""
    return f"this room's last session{when}"
