"""Presence: the minutes of each person in the main room and its breakouts, at most the attended minutes."""

from __future__ import annotations

from collections.abc import Callable

from debrief.metrics.arithmetic import mean, percentile, share_from
from debrief.metrics.definition import ROUNDING, Definition, Facts, Value

NOBODY = "no identified person in the session or its breakouts"
NO_DURATION = "the session has no duration"
_SOURCE = "6001, 6002, 60004"


def _share(facts: Facts) -> float | None:
    average = mean(facts.presence)
    return average / facts.attended_minutes if average is not None else None


def _present(percent: int) -> Callable[[Facts], float | None]:
    return lambda facts: share_from(facts.presence, percent / 100 * facts.attended_minutes * (1 - ROUNDING))


def _figure(
    key: str, label: str, unit: str, formula: str, compute: Callable[[Facts], Value], short: str = ""
) -> Definition:
    """Return the definition of a metric that needs attended minutes."""

    def known(facts: Facts) -> Value:
        return compute(facts) if facts.attended_minutes else None

    def why_not(facts: Facts) -> str:
        return NOBODY if facts.attended_minutes else NO_DURATION

    return Definition(key, label, unit, _SOURCE, formula, known, why_not, short)


GROUP = (
    Definition(
        "attended_minutes",
        "Minutes that people could attend",
        "minutes",
        "60004, 6002",
        "Time from the first to the last minute in which there were at least two viewers (one, if there were never "
        "two) or a breakout was open; without figures by minute, or without viewers and breakouts, the session's "
        "duration. The parts of an interrupted session are measured one by one.",
        lambda facts: facts.attended_minutes,
    ),
    Definition(
        "people_present",
        "People present, breakouts included",
        "people",
        "6001",
        "Number of different identified people in the session or in one of its breakouts.",
        lambda facts: len(facts.present),
    ),
    Definition(
        "people_breakout_only",
        "People in breakouts only",
        "people",
        "6001",
        "People present who were in a breakout and never in the main room.",
        lambda facts: sum(person.user_id not in facts.crowd.people for person in facts.present),
    ),
    _figure(
        "presence_average",
        "Average stay",
        "minutes",
        "Minutes of the people present, in the main room and its breakouts, divided by the number of these people; "
        "each person counts with at most the minutes that people could attend.",
        lambda facts: mean(facts.presence),
        short="Avg. stay",
    ),
    _figure(
        "presence_median",
        "Median stay",
        "minutes",
        "Half of the people present stayed at least this long, breakouts included.",
        lambda facts: percentile(facts.presence, 0.5),
    ),
    _figure(
        "presence_p90",
        "90th percentile of stays",
        "minutes",
        "Nine in ten of the people present stayed at most this long, breakouts included (90th percentile, linear "
        "interpolation).",
        lambda facts: percentile(facts.presence, 0.9),
    ),
    _figure(
        "presence_share",
        "Average share attended",
        "ratio",
        "Average stay divided by the minutes that people could attend.",
        _share,
    ),
    *(
        _figure(
            f"present_{percent}",
            f"Stayed at least {percent}%",
            "ratio",
            f"Share of the people present who stayed, breakouts included, for at least {percent}% of the minutes that "
            "people could attend.",
            _present(percent),
            short=f"Stayed {percent}%",
        )
        for percent in (25, 50, 75, 90)
    ),
)
