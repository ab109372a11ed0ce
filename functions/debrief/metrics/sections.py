"""The parts of a summary that are more than one figure: who came, the breakouts, how long people stayed."""

from __future__ import annotations

from math import ceil
from typing import Any

from debrief.metrics.attendees import Attendee, everyone
from debrief.metrics.definition import Facts
from debrief.model import BreakoutRow, SessionData, moment, number, utc_text

_STEPS_MINUTES = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240)
_MOST_BINS = 13


def attendees(data: SessionData, limit: int) -> dict[str, Any]:
    """The attendees that documents list, those who stayed longest first, and how many there are in all."""
    people = everyone(data)
    shown = people[:limit]
    return {"total": len(people), "shown": len(shown), "rows": [_attendee(person) for person in shown]}


def breakouts(data: SessionData) -> dict[str, Any]:
    """The breakout sessions, by start, then name."""
    rows = [_breakout(row) for row in data.breakouts]
    return {"rows": sorted(rows, key=lambda row: (row["start"] or "", row["name"], row["cue_point_id"]))}


def minutes_stayed(facts: Facts) -> dict[str, Any]:
    """How many identified attendees stayed how long, in equal steps from 0 to the longest stay or the duration.

    A step holds its lower bound, the last one its upper bound too.
    """
    longest = max([facts.duration, *facts.minutes[-1:]])
    step = next((step for step in _STEPS_MINUTES if longest / step <= _MOST_BINS), _STEPS_MINUTES[-1])
    bins = max(ceil(longest / step), 1)
    counts = [0] * bins
    for minutes in facts.minutes:
        counts[min(int(max(minutes, 0.0) // step), bins - 1)] += 1
    return {
        "people": len(facts.minutes),
        "bins": [
            {"from_minutes": float(place * step), "to_minutes": float((place + 1) * step), "people": count}
            for place, count in enumerate(counts)
        ],
    }


def _attendee(person: Attendee) -> dict[str, Any]:
    return {
        "user_id": person.user_id,
        "name": person.name,
        "email": person.email,
        "type": person.user_type,
        "minutes": person.minutes,
        "engagement_rate": person.engagement,
        "breakout_minutes": person.breakout_minutes,
    }


def _breakout(row: BreakoutRow) -> dict[str, Any]:
    seconds, participants = number(row.duration), number(row.participant_count)
    return {
        "entry_id": row.breakout_entry_id,
        "cue_point_id": row.cue_point_id,
        "name": row.breakout_entry_name,
        "initiator": row.session_initiator,
        "start": _iso(row.session_start_time),
        "end": _iso(row.session_end_time),
        "minutes": None if seconds is None else seconds / 60,
        "participants": None if participants is None else round(participants),
        "engagement_rate": number(row.engagement_rate),
    }


def _iso(cell: str) -> str | None:
    time = moment(cell)
    return None if time is None else utc_text(time)
