"""The verdict: two plain sentences that say what happened, written by the rules in docs/verdict.md.

A clause whose figures are unknown is left out. The verdict names no person and no room, so recipients with any access
tier (full, names, totals) may read it.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from debrief.documents.text import figures, times
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.view.session_header import nobody_came
from debrief.documents.view.stay import attended_minutes, known_key
from debrief.documents.view.tiles import counts_more, value_of
from debrief.documents.view.time_axis import TimeAxis, axis_of, breakouts, gaps, is_within, parse_time
from debrief.util.rounding import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from debrief.model import Summary

CLOSING_MINUTES = 5  # people who leave in the last five minutes have not left early
SHORTEST = 20  # minutes; the verdict on a shorter session does not say when people left
_STILL_THERE = 0.9  # share of the largest audience; at or above it, the verdict says how many stayed
_LEAST_LEFT = 3  # people; if fewer left, the verdict does not say when
_MOST_UNKNOWN = 0.1  # largest share of minutes without a figure
_WITH_DECIMAL = 10  # minutes; the figures of a shorter session have a decimal


def verdict(summary: Summary, zone: ZoneInfo, formats: Formats = PLAIN) -> str:
    """Return the verdict of a session; blank if nothing is known."""
    if nobody_came(summary):
        return "Nobody attended this session."
    people = value_of(summary.metrics, "unique_attendees")
    only_breakout = value_of(summary.metrics, "people_breakout_only")
    if not people and not only_breakout:
        return _unidentified(summary, formats)
    came = f"{_who_came(people or 0, only_breakout or 0, _than_usual(summary, formats), formats)}."
    left = _left(summary, zone, formats) if people and people > 1 else ""
    second = "; ".join(filter(None, (_stayed(summary, formats), left)))
    return f"{came} {second[:1].upper()}{second[1:]}." if second else came


def _unidentified(summary: Summary, formats: Formats) -> str:
    viewers = value_of(summary.metrics, "viewers_live")
    if not viewers:
        return "Kaltura identified nobody in this session."
    return f"Kaltura counted {formats.plural(viewers, 'live viewer', 'live viewers')} and identified none of them."


def _who_came(people: float, only_breakout: float, than_usual: str, formats: Formats) -> str:
    """Return `347 people came`. If some people were only in breakouts, return the sum and its two parts."""
    everybody = people + only_breakout
    who = "One person" if everybody == 1 else f"{formats.count(everybody)} people"
    if not only_breakout:
        return f"{who} came{than_usual}"
    breakout = "a breakout" if only_breakout == 1 else "breakouts"
    if not people:
        return f"{who} took part, only in {breakout}"
    main = f"{formats.count(people)} in the main room{than_usual}{',' if than_usual else ''}"
    return f"{who} took part: {main} and {formats.count(only_breakout)} only in {breakout}"


def _than_usual(summary: Summary, formats: Formats) -> str:
    """Return `, 12 more than usual for this room`: the number of attendees compared with earlier sessions."""
    section = summary.sections.get("earlier") or {}
    sessions = section.get("sessions") or []
    mean = figures.known((section.get("figures") or {}).get("unique_attendees"))
    people = value_of(summary.metrics, "unique_attendees")
    if not sessions or mean is None or people is None or section.get("unavailable"):
        return ""
    usual = "usual for this room" if len(sessions) > 1 else "last time"
    change = round(people - rounded(mean, 0))
    if not change:
        return f", as many as {usual}"
    return f", {formats.count(abs(change))} {'more' if change > 0 else 'fewer'} than {usual}"


def _stayed(summary: Summary, formats: Formats) -> str:
    """Return `they stayed 46 of 52 minutes on average, engaged for 76% of the time`; blank if the stay is unknown."""
    minutes, whole = value_of(summary.metrics, known_key(summary, "presence_average")), attended_minutes(summary)
    if minutes is None or not whole:
        return ""
    printed = formats.count if whole >= _WITH_DECIMAL else formats.tick
    stay = "less than 1" if rounded(minutes, 0) == 0 and whole >= _WITH_DECIMAL else printed(minutes)
    engaged = value_of(summary.metrics, "engagement_rate")
    rate = "" if engaged is None else f", engaged for {whole_percent(engaged, formats)} of the time"
    alone = value_of(summary.metrics, "unique_attendees") == 1 and not value_of(summary.metrics, "people_breakout_only")
    average = "" if alone else " on average"
    return f"they stayed {stay} of {printed(whole)} {'minute' if whole == 1 else 'minutes'}{average}{rate}"


def _left(summary: Summary, zone: ZoneInfo, formats: Formats) -> str:
    """Return a clause that says how many people stayed until the last minutes, or when most of the others left.

    Blank if unknown, if the session was short, or if fewer than three people left and less than 90% stayed. The
    audience of a minute is the largest number of viewers in that minute or any later minute, because people who come
    back, from a breakout or an interruption, had not left.
    """
    section = summary.sections.get("timeline") or {}
    if not any(section.get("viewers") or ()) or attended_minutes(summary) < SHORTEST:
        return ""
    axis = axis_of(summary, section, zone)
    viewers = section["viewers"][: _attended_values(summary, axis, len(section["viewers"]))]
    closing = len(viewers) - round(CLOSING_MINUTES / axis.step)
    if closing < 1 or not _is_clear(summary, axis, viewers, closing):
        return ""
    audience = _audience(viewers)
    largest, stayed = audience[0], audience[closing]
    who, before = "live viewers" if counts_more(summary) else "people", f"{CLOSING_MINUTES} minutes before the end"
    if stayed == largest:
        there = f"{formats.count(stayed)} {who} were there"
        return f"in the last {CLOSING_MINUTES} minutes {there}, at least as many as at any earlier time"
    most = f"of the {formats.count(largest)} {who} at the busiest time"
    if stayed >= _STILL_THERE * largest:
        return f"{most}, {formats.count(stayed)} were still there {before}"
    if largest - stayed < _LEAST_LEFT:
        return ""
    last = max(place for place, count in enumerate(audience) if 2 * count >= largest + stayed)
    leavers = formats.count(largest - stayed)
    return f"{most}, {leavers} had left by {before}, most of them {_when(summary, axis, last, formats)}"


def _is_clear(summary: Summary, axis: TimeAxis, viewers: Sequence[int | None], closing: int) -> bool:
    """Return whether enough minutes are known, and no breakout or interruption is near the end."""
    rooms = (summary.sections.get("breakouts") or {}).get("rows") or ()
    unknown, pauses = sum(count is None for count in viewers), [*breakouts(summary), *gaps(summary.session)]
    return (
        any(viewers)
        and all(row["start"] and row["end"] for row in rooms)
        and unknown <= _MOST_UNKNOWN * len(viewers)
        and None not in viewers[closing:]
        and not any(is_within(axis, place, pauses) for place in range(closing, len(viewers)))
    )


def _when(summary: Summary, axis: TimeAxis, last: int, formats: Formats) -> str:
    """Return when most leavers left: after the value at index `last`, or in a breakout or interruption after it."""
    for name, spans in (("breakouts", breakouts(summary)), ("interruption", gaps(summary.session))):
        if pause := next((span for span in spans if is_within(axis, last + 1, [span])), None):
            return f"in the {name} that ended at {times.within(pause[1], axis.span, axis.zone, formats)}"
    return f"after {times.within(axis.time(last), axis.span, axis.zone, formats)}"


def _attended_values(summary: Summary, axis: TimeAxis, values: int) -> int:
    """Return the number of values until people stopped attending; the room may stay open for longer."""
    spans: Sequence[dict[str, str]] = summary.sections.get("attended_span", {}).get("spans") or []
    if not spans:
        return values
    end = parse_time(spans[-1]["to"])
    return max(min(values, int((end - axis.start) / timedelta(minutes=axis.step))), 0)


def _audience(viewers: Sequence[int | None]) -> list[int]:
    """Return for each minute the largest number of viewers from that minute to the end."""
    return list(accumulate((count or 0 for count in reversed(viewers)), max))[::-1]


def whole_percent(ratio: float, formats: Formats) -> str:
    """Return `76%` in the reader's format; only 0 becomes 0%, and only 1 becomes 100%."""
    percent = rounded(ratio * 100, 0)
    if 0.0 < ratio < 1.0:
        percent = min(max(percent, 1.0), 99.0)
    return f"{formats.count(percent)}{formats.before_percent}%"
