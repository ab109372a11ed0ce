"""Segments by stay: people who stayed to the end, and people who left early.

Kaltura gives the number of each person's minutes; to know which minutes takes a request for each person. The rules
therefore use the number: somebody who was there for nine tenths of the time cannot have left before the last tenth.
"""

from __future__ import annotations

from datetime import timedelta

from debrief.metrics.attendees import Attendee
from debrief.metrics.definition import ROUNDING
from debrief.metrics.segments.audience import NOBODY, Audience
from debrief.segment import LEFT_EARLY, STAYED, Segment
from debrief.util.rounding import rounded, short_minutes
from debrief.util.values import moment

STAYED_PERCENT = 90  # share of the attended minutes
FIRST_MINUTES = 10
SHORTEST = 20  # minutes; in a shorter session ten minutes are not a short stay


def stayed(audience: Audience) -> Segment:
    """Return people who were there for at least 90% of the attended minutes, the longest first."""
    attended = audience.facts.attended_minutes
    if not audience.people or not attended:
        return Segment(STAYED, unavailable="the session has no duration" if audience.people else NOBODY)
    least = STAYED_PERCENT / 100 * min(attended, _printed(attended)) * (1 - ROUNDING)
    enough = {minutes for minutes, printed in _printed_presences(audience).items() if printed >= least}
    there = (person for person in audience.longest_first if person.presence and person.presence in enough)
    formula = f"There for at least {STAYED_PERCENT}% of the {short_minutes(attended)} minutes that people could attend."
    chosen = ((person, _there(audience, person)) for person in there)
    return audience.picked(STAYED, formula, chosen)


def left_early(audience: Audience) -> Segment:
    """Return people who were there for ten minutes at most, and in no breakout after the first ten minutes."""
    attended = audience.facts.attended_minutes
    if not audience.people or _printed(attended) <= SHORTEST:
        too_short = f"people could attend for no longer than {SHORTEST} minutes"
        return Segment(LEFT_EARLY, unavailable=too_short if audience.people else NOBODY)
    later = _in_later_breakouts(audience)
    few = {minutes for minutes, printed in _printed_presences(audience).items() if printed <= FIRST_MINUTES}
    gone = (
        person
        for person in audience.longest_first
        if person.presence in few and audience.persons.key_of(person.user_id) not in later
    )
    formula = (
        f"There for at most {FIRST_MINUTES} of the {short_minutes(attended)} minutes that people could attend, at "
        f"any time. People in a breakout that lasted beyond the first {FIRST_MINUTES} minutes are left out."
    )
    chosen = ((person, f"{_there(audience, person)}, at an unknown time") for person in gone)
    return audience.picked(LEFT_EARLY, formula, chosen)


def _there(audience: Audience, person: Attendee) -> str:
    of = short_minutes(audience.facts.attended_minutes)
    return f"there for {short_minutes(person.presence or 0.0)} of {of} minutes"


def _printed_presences(audience: Audience) -> dict[float, float]:
    """Return each presence of a person, and the same minutes as printed; many people have the same."""
    presences = {person.presence for person in audience.people if person.presence is not None}
    return {minutes: _printed(minutes) for minutes in presences}


def _printed(minutes: float) -> float:
    """Round minutes as printed: a person with 67.5 minutes in print counts as 67.5."""
    return rounded(minutes, 1)


def _in_later_breakouts(audience: Audience) -> set[str]:
    """Return people in a breakout that lasted, or may have lasted, beyond the first minutes."""
    data, span = audience.facts.data, audience.facts.attended_span
    first = (span[0][0] if span else data.session.start) + timedelta(minutes=FIRST_MINUTES)
    ends = [(room.breakout_entry_id, moment(room.session_end_time)) for room in data.breakouts]
    later = {entry_id for entry_id, end in ends if end is None or end > first}
    early = {entry_id for entry_id, _ in ends} - later
    return {audience.persons.key_of(row.user_id) for row in data.breakout_attendees if row.entry_id not in early}
