"""Number of attendees and length of stay from report 6001, and the estimate of report 6000."""

from __future__ import annotations

from math import fsum

from debrief.metrics.arithmetic import mean, percentile, share_from
from debrief.metrics.definition import ROUNDING, Definition, Facts
from debrief.util.values import number

NOBODY = "no identified attendee"
NO_DURATION = "the session has no duration"
_NO_ROOM_ROW = "report 6000 has no row for the session"
_NOT_IN_ROW = "report 6000 does not give this figure"
_ONLY_OF_PARTS = "report 6000 has a figure for each part of the interrupted session; estimates cannot be added"


def _attendance_share(facts: Facts) -> float | None:
    average = mean(facts.minutes)
    return None if average is None or not facts.duration else average / facts.duration


def why_not_in_6000(facts: Facts) -> str:
    """Return why report 6000 has no figure for the session."""
    if facts.data.session.parts:
        return _ONLY_OF_PARTS
    return _NOT_IN_ROW if facts.room else _NO_ROOM_ROW


def _kaltura_unique_users(facts: Facts) -> int | None:
    users = number(facts.room.meeting_view_period_unique_users) if facts.room else None
    return None if users is None else round(users)


def _stayed(percent: int) -> Definition:
    def share(facts: Facts) -> float | None:
        least = percent / 100 * facts.duration * (1 - ROUNDING)
        return share_from(facts.minutes, least) if facts.duration else None

    return Definition(
        f"stayed_{percent}",
        f"In the main room at least {percent}% of the time",
        "ratio",
        "6001",
        f"Share of identified attendees whose minutes in the main room are at least {percent}% of the session's "
        "duration.",
        share,
        f"{NOBODY}, or {NO_DURATION}",
    )


PEOPLE = (
    Definition(
        "unique_attendees",
        "Attendees",
        "people",
        "6001",
        "Number of different user ids that are neither blank nor Unknown.",
        lambda facts: len(facts.people),
    ),
    Definition(
        "guests",
        "Guests",
        "people",
        "6001",
        "Number of identified attendees whose user type is Guest.",
        lambda facts: facts.guests,
    ),
    Definition(
        "users",
        "Users",
        "people",
        "6001",
        "Number of identified attendees whose user type is not Guest.",
        lambda facts: len(facts.people) - facts.guests,
    ),
)
MINUTES = (
    Definition(
        "minutes_total",
        "Minutes attended",
        "minutes",
        "6001",
        "Sum of the minutes of all rows, including rows of unidentified viewers.",
        lambda facts: fsum(row.minutes or 0.0 for row in facts.rows),
    ),
    Definition(
        "minutes_unidentified",
        "Minutes of unidentified viewers",
        "minutes",
        "6001",
        "Sum of the minutes of the rows whose user id is blank or Unknown.",
        lambda facts: fsum(row.minutes or 0.0 for row in facts.unidentified),
    ),
)
MAIN_ROOM = (
    Definition(
        "minutes_average",
        "Average minutes in the main room",
        "minutes",
        "6001",
        "Minutes of identified attendees in the main room divided by the number of these attendees.",
        lambda facts: mean(facts.minutes),
        NOBODY,
    ),
    Definition(
        "minutes_median",
        "Median minutes in the main room",
        "minutes",
        "6001",
        "Half of the identified attendees were in the main room for at least this time.",
        lambda facts: percentile(facts.minutes, 0.5),
        NOBODY,
    ),
    Definition(
        "minutes_p90",
        "90th percentile of minutes in the main room",
        "minutes",
        "6001",
        "Nine in ten identified attendees were in the main room for at most this time (90th percentile, linear "
        "interpolation).",
        lambda facts: percentile(facts.minutes, 0.9),
        NOBODY,
    ),
    Definition(
        "attendance_share",
        "Average share attended, main room",
        "ratio",
        "6001, 6000",
        "Average minutes in the main room divided by the session's duration.",
        _attendance_share,
        f"{NOBODY}, or {NO_DURATION}",
    ),
    *(_stayed(percent) for percent in (25, 50, 75, 90)),
)
ESTIMATES = (
    Definition(
        "kaltura_unique_users",
        "Kaltura\N{RIGHT SINGLE QUOTATION MARK}s estimate of attendees",
        "people",
        "6000",
        "Kaltura's estimate of the number of different viewers, with an error of about ±2%.",
        _kaltura_unique_users,
        why_not_in_6000,
    ),
)
GROUP = (*PEOPLE, *MINUTES, *MAIN_ROOM, *ESTIMATES)
