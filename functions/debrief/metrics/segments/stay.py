"""Who stayed to the end and who left at once.

Report 6001 tells how many minutes somebody was there, and not which. Of those who have a heatmap every minute is
known; of the others the minutes have to do, and each reason says which of the two it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from math import ceil

from debrief.metrics.attendees import Attendee
from debrief.metrics.heatmap import AWAY, shades
from debrief.metrics.segments.audience import NOBODY, Audience, minutes_in_words, plural
from debrief.model import PageData
from debrief.segment import LEFT_EARLY, STAYED, Segment

STAYED_PERCENT = 90  # of a session: who was there for so much of it, or after so much of it, stayed
FIRST_MINUTES = 10
SHORTEST = 20  # minutes of a session in which leaving in the first ten says something
_ROUNDING = 1e-12  # as in attendance


@dataclass(frozen=True)
class _Stays:
    """`last` is the last minute in which each person with a heatmap was seen, counted from 1, of `span`."""

    minutes: float
    span: float
    last: dict[str, int]

    @classmethod
    def of(cls, audience: Audience) -> _Stays:
        session, page = audience.facts.data.session, audience.facts.data.page
        span = (session.end - session.start) / timedelta(minutes=1)
        return cls(session.duration_minutes, span, _last_minutes(page) if page else {})

    @cached_property
    def length(self) -> str:
        """The session's minutes in words."""
        return minutes_in_words(self.minutes)

    def formula(self, audience: Audience, by_minute: str, by_sum: str) -> str:
        """Both rules, or the one that all are judged by."""
        mapped = sum(person.user_id in self.last for person in audience.people) if self.last else 0
        if not mapped:
            return f"{by_sum[:1].upper()}{by_sum[1:]}."
        if mapped == len(audience.people):
            return f"{by_minute}."
        known = plural(mapped, "attendee", "attendees")
        return f"{by_minute}, for the {known} whose minutes are known one by one; for the others, {by_sum}."

    def words(self, person: Attendee) -> str:
        """How long somebody was there, and until when, if that is known."""
        there = f"there for {minutes_in_words(person.minutes or 0.0)} of {self.length} minutes"
        last = self.last.get(person.user_id)
        return f"last seen in minute {last:,} of {minutes_in_words(self.span)}, {there}" if last else there


def stayed(audience: Audience) -> Segment:
    """Those who were there at the end, as far as can be told."""
    stays = _Stays.of(audience)
    if not audience.people or not stays.minutes:
        return Segment(STAYED, unavailable=NOBODY if stays.minutes else "the session has no duration")
    part = STAYED_PERCENT / 100 * (1 - _ROUNDING)

    by_minute, by_sum, last = part * stays.span, part * stays.minutes, stays.last
    there = audience.longest_first(
        person
        for person in audience.people
        if (last[person.user_id] >= by_minute if person.user_id in last else (person.minutes or 0.0) >= by_sum)
    )
    formula = stays.formula(
        audience,
        f"Seen in minute {ceil(part * stays.span):,} of {minutes_in_words(stays.span)} or later",
        f"at least {STAYED_PERCENT} % of the {minutes_in_words(stays.minutes)} minutes attended",
    )
    return audience.picked(STAYED, formula, ((person, stays.words(person)) for person in there))


def left_early(audience: Audience) -> Segment:
    """Those who were there at the beginning at most, as far as can be told."""
    stays = _Stays.of(audience)
    if not audience.people or stays.minutes <= SHORTEST:
        too_short = f"the session lasted no longer than {SHORTEST} minutes"
        return Segment(LEFT_EARLY, unavailable=too_short if audience.people else NOBODY)

    last = stays.last
    gone = audience.longest_first(
        person
        for person in audience.people
        if (known := last.get(person.user_id, person.minutes)) is not None and known <= FIRST_MINUTES
    )

    def why(person: Attendee) -> str:
        return stays.words(person) + ("" if person.user_id in stays.last else "; at what time is not known")

    formula = stays.formula(
        audience,
        f"Seen for the last time in the first {FIRST_MINUTES} minutes",
        f"at most {FIRST_MINUTES} minutes attended, at whatever time",
    )
    return audience.picked(LEFT_EARLY, formula, ((person, why(person)) for person in gone))


def _last_minutes(page: PageData) -> dict[str, int]:
    """Of each heatmap in which somebody was there at all: the last minute of that, as the strips show it."""
    strips = {user_id: shades(rows, page.start, page.end) for user_id, rows in page.heatmaps.items()}
    return {user_id: last for user_id, strip in strips.items() if (last := len(strip.rstrip(AWAY)))}
