"""Engagement: Kaltura's share of view time in which people were engaged, 0..1.

Kaltura counts a minute in a room as engaged, unless all of these hold: the tab is in the background and not in full
screen, the camera is off, and the person is not on stage (kKavaBase.php, the list `meeting_engagement`).
"""

from __future__ import annotations

from debrief.metrics.arithmetic import mean
from debrief.metrics.attendance import NOBODY, why_not_in_6000
from debrief.metrics.attendees import NO_RATE, why_no_rate
from debrief.metrics.definition import Definition, Facts
from debrief.util.values import number


def kaltura_engagement_rate(facts: Facts) -> float | None:
    return number(facts.room.meeting_engaged_play_time_ratio) if facts.room else None


GROUP = (
    Definition(
        "engagement_rate",
        "Engagement rate",
        "ratio",
        "6001",
        "Engaged minutes divided by all minutes, over all rows: each row's rate is weighted by its minutes.",
        lambda facts: facts.engagement_rate,
        lambda facts: why_no_rate(facts.rows),
        short="Engaged",
    ),
    Definition(
        "engagement_rate_mean",
        "Engagement rate, mean of attendees",
        "ratio",
        "6001",
        "Mean of the identified attendees' engagement rates, not weighted by their minutes.",
        lambda facts: mean([person.engagement for person in facts.people if person.engagement is not None]),
        lambda facts: NO_RATE if facts.people else NOBODY,
    ),
    Definition(
        "kaltura_engagement_rate",
        "Kaltura\N{RIGHT SINGLE QUOTATION MARK}s engagement rate",
        "ratio",
        "6000",
        "Engagement rate of the session as Kaltura states it.",
        kaltura_engagement_rate,
        why_not_in_6000,
    ),
)
