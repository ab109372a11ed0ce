"""The time axis of a session: when each value in a list was, and what can be told of the list itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from debrief.documents.text import times
from debrief.util.spans import Span, clipped, union

if TYPE_CHECKING:
    from debrief.model import Session, Summary

MOST_ROWS = 720  # of the data table, and points of the chart
_STEPS = (1, 2, 5, 10, 15, 20)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Says of each place in a list of values when it was: `start` of the first one, `step` minutes between two.

    `offset` is the same start in minutes from the start of the session, `span` the session's start and end.
    """

    start: datetime
    zone: ZoneInfo
    offset: float
    step: float
    span: Span

    def minute(self, place: float) -> float:
        """Minutes from the session's start."""
        return self.offset + place * self.step

    def number(self, place: float) -> int:
        """Which minute of the session it is: the first is minute 1, in chart, table, sentence and list."""
        return number_of(self.minute(place))

    def time(self, place: float) -> datetime:
        """When it was."""
        return self.start + timedelta(minutes=place * self.step)

    def clock(self, place: float) -> str:
        """The time of day in the organizer's zone: `16:14`, with day and offset where they change in the session."""
        return times.within(self.time(place), self.span, self.zone)

    @property
    def zone_names(self) -> str:
        """What the zone is called in the session: `CET`, or `CEST, then CET`."""
        return times.zone_names(self.span, self.zone)


def axis_of(summary: Summary, section: Mapping[str, Any], zone: ZoneInfo) -> TimeAxis:
    """The axis of a section that says `from` when its values are, and how many `step_seconds` apart."""
    start = moment(section["from"])
    session = summary.session
    span = (session.start, session.end)
    return TimeAxis(start, zone, minutes_in(summary, start), section["step_seconds"] / 60, span)


def minutes_in(summary: Summary, time: datetime) -> float:
    """Minutes from the session's start to a time."""
    return (time - summary.session.start).total_seconds() / 60


def number_of(minutes: float) -> int:
    """The minute of the session, counted from 1, that is so many minutes from its start."""
    return int(minutes + 1e-9) + 1


def moment(iso: str) -> datetime:
    """A time of the summary. Raises ValueError when it is none."""
    return datetime.fromisoformat(iso)


def gaps(session: Session) -> list[Span]:
    """The interruptions of a session, from when to when."""
    return [(before, after) for (_, before), (after, _) in pairwise(session.spans)]


def breakouts(summary: Summary) -> list[Span]:
    """When breakouts of the session were open; those at the same time are one stretch."""
    rows = (summary.sections.get("breakouts") or {}).get("rows") or ()
    times_ = [(moment(row["start"]), moment(row["end"])) for row in rows if row["start"] and row["end"]]
    session = summary.session.start, summary.session.end
    return union(span for each in times_ if (span := clipped(each, session)))


def is_within(axis: TimeAxis, place: int, spans: Sequence[Span]) -> bool:
    """Decide whether the middle of a value's time is in one of the spans."""
    middle = axis.time(place + 0.5)
    return any(start <= middle < end for start, end in spans)


def together(values: int) -> int:
    """How many values a point of the chart and a row of the table hold: one up to twelve hours minute by minute."""
    return next((step for step in _STEPS if values <= step * MOST_ROWS), ceil(values / MOST_ROWS))


def drawn(viewers: Sequence[int | None]) -> list[int]:
    """The viewers as they are drawn: nobody where they are not known."""
    return [count or 0 for count in viewers]


def unknown(viewers: Sequence[int | None]) -> list[tuple[int, int]]:
    """The stretches without a figure: the first place of each, and the first after it."""
    edges = [place for place, pair in enumerate(pairwise([0, *viewers, 0])) if (pair[0] is None) != (pair[1] is None)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def half_gone(viewers: Sequence[int], axis: TimeAxis, apart: Sequence[Span]) -> int | None:
    """The place from which on fewer than half of the most were there; None when half stayed to the end.

    In breakouts, the spans `apart`, nobody has left.
    """
    most = max(viewers)
    last = max(place for place, count in enumerate(viewers) if count * 2 >= most or is_within(axis, place, apart))
    return last + 1 if last + 1 < len(viewers) else None
