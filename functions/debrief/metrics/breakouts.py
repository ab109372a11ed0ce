"""Figures of a session's breakout rooms, from report 6002."""

from __future__ import annotations

from math import fsum

from debrief.metrics.arithmetic import mean_weighted
from debrief.metrics.attendees import NO_RATE
from debrief.metrics.definition import Definition, Facts
from debrief.util.values import number


def _why_no_rate(facts: Facts) -> str:
    has_people = any(number(row.participant_count) for row in facts.data.breakouts)
    return NO_RATE if has_people else "no participant in a breakout"


GROUP = (
    Definition(
        "breakout_rooms",
        "Breakout rooms",
        "count",
        "6002",
        "Number of different breakout rooms.",
        lambda facts: len({row.breakout_entry_id for row in facts.data.breakouts}),
    ),
    Definition(
        "breakout_sessions",
        "Breakout sessions",
        "count",
        "6002",
        "Number of breakout sessions that overlap the session.",
        lambda facts: len(facts.data.breakouts),
    ),
    Definition(
        "breakout_participants",
        "Breakout participants",
        "people",
        "6002",
        "Sum of the breakouts' participants, an estimate; a person in two rooms counts twice.",
        lambda facts: round(sum(number(row.participant_count) or 0.0 for row in facts.data.breakouts)),
    ),
    Definition(
        "breakout_minutes",
        "Breakout minutes",
        "minutes",
        "6002",
        "Sum of the breakouts' durations.",
        lambda facts: fsum(number(row.duration) or 0.0 for row in facts.data.breakouts) / 60,
    ),
    Definition(
        "breakout_engagement_rate",
        "Breakout engagement rate",
        "ratio",
        "6002",
        "Mean of the breakouts' engagement rates, weighted by participants.",
        lambda facts: mean_weighted(
            (number(row.participant_count), number(row.engagement_rate)) for row in facts.data.breakouts
        ),
        _why_no_rate,
    ),
)
