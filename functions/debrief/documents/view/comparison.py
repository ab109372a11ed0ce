"""Comparison with the room's earlier sessions: in one sentence, or figure by figure."""

from __future__ import annotations

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

_NONE = "The archive has no earlier session of this room for a comparison."
_UNKNOWN = "Earlier sessions of this room could not be looked up: {}"
_UP, _DOWN = "\N{BLACK UP-POINTING TRIANGLE}", "\N{BLACK DOWN-POINTING TRIANGLE}"

_USUAL = "\N{LEFT DOUBLE QUOTATION MARK}Usual\N{RIGHT DOUBLE QUOTATION MARK}"
_LAST = "\N{LEFT DOUBLE QUOTATION MARK}Last time\N{RIGHT DOUBLE QUOTATION MARK}"


def compared(summary: Summary, zone: ZoneInfo) -> str:
    """Return `Compared with …: attendees 14 against 11; average stay 41.3 min against 38.0 min.`, or blank.

    If earlier sessions could not be looked up, say so.
    """
    section = summary.sections.get("earlier") or {}
    if reason := section.get("unavailable"):
        return _UNKNOWN.format(reason)
    sessions, means = section.get("sessions") or [], section.get("figures") or {}
    parts = [
        f"{labels.within_sentence(labels.metric(key))} {printed(value)}{unit} against {printed(mean)}{unit}"
        for key, printed, unit in _COMPARED
        if (value := value_of(summary.metrics, key)) is not None and (mean := figures.known(means.get(key))) is not None
    ]
    return f"Compared with {_compared_sessions(sessions, zone)}: {'; '.join(parts)}." if sessions and parts else ""


def changes(summary: Summary, formats: Formats) -> dict[str, str]:
    """Return the change of each headline figure since the earlier sessions: an arrow, and a text."""
    section = summary.sections.get("earlier") or {}
    sessions, means = section.get("sessions") or [], section.get("figures") or {}
    instead = section.get("instead") or {}
    return {
        key: _change(
            by, value, mean, formats, of=" of the session" if key in instead else "", several=len(sessions) > 1
        )
        for key in HEADLINE
        if sessions
        and (value := value_of(summary.metrics, by := instead.get(key, key))) is not None
        and (mean := figures.known(means.get(by))) is not None
    }


def _change(key: str, value: float, mean: float, formats: Formats, *, of: str, several: bool) -> str:
    way, size = difference(key, value, mean, formats)
    before = f"{format_headline(key, mean, formats)}{of}"
    with_what = f"usual ({before})" if several else f"last time ({before})"
    if not way:
        return f"= the same as {with_what}"
    return f"{_UP} {size} more than {with_what}" if way > 0 else f"{_DOWN} {size} less than {with_what}"


def with_what(summary: Summary, zone: ZoneInfo, formats: Formats) -> str:
    """Name the sessions of the comparison, or say that there is none or none could be looked up.

    Blank if the summary has no comparison, or no figure can be compared.
    """
    section = summary.sections.get("earlier")
    if section is None:
        return ""
    if reason := section.get("unavailable"):
        return _UNKNOWN.format(reason)
    sessions = section.get("sessions") or []
    if not sessions:
        return _NONE
    if not changes(summary, formats):
        return ""
    whom = _compared_sessions(sessions, zone, formats)
    return f"{_USUAL if len(sessions) > 1 else _LAST} is {whom}."


def _compared_sessions(sessions: list[dict[str, str]], zone: ZoneInfo, formats: Formats = PLAIN) -> str:
    if len(sessions) > 1:
        return f"the mean of this room's last {len(sessions)} sessions"
    start = moment(sessions[0].get("start", ""))
    when = f" of {times.short_day(start.astimezone(zone).date(), formats)}" if start else ""
    return f"this room's last session{when}"
