"""Sections of a summary: attendees, breakouts, length of stay."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import compress, pairwise
from math import ceil, fsum
from typing import Any

from debrief.metrics.attendees import Attendee, by_presence, minutes_there
from debrief.metrics.completeness import why_strangers_may_be_there
from debrief.metrics.definition import Facts
from debrief.metrics.heatmap import minute_after, shades
from debrief.metrics.page import ENGAGEMENT, LIVE, cell, total
from debrief.metrics.profiles import UNKNOWN_FIGURES, as_attendee, why_no_roles
from debrief.model import BreakoutRow, PageData, SessionData
from debrief.util.values import moment, number, utc_text

# If sessions differ in length, this share is compared in place of the minutes.
SHARE_OF = {"presence_average": "presence_share"}
_ALIKE_RATIO = 1.25  # largest ratio of two lengths whose minutes are compared
_STEPS_MINUTES = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240)
_MOST_BINS = 13


def attendees(facts: Facts, limit: int) -> dict[str, Any]:
    """Return the attendees for documents, longest presence first, and the total number."""
    people = [*facts.everyone, *map(as_attendee, facts.page_only)]
    shown = _longest(people, limit)
    rows = [_attendee(person) for person in shown]
    section = {
        "total": len(people),
        "shown": len(shown),
        "rows": rows,
        "may_lack": why_strangers_may_be_there(facts) or None,  # why a person in no report may still have come
    }
    return section | _on_page(facts, facts.data.page, rows) if facts.data.page else section


def counts(facts: Facts) -> dict[str, Any]:
    """Return counts by kind. Documents use them to explain why two of their numbers of people differ."""
    attendees, without_name = len(facts.people), len(facts.everyone) - len(facts.present)
    page_only = len(facts.page_only)
    engagement = total(facts, ENGAGEMENT)
    return {
        "attendees": attendees,
        "breakout_only": len(facts.present) - attendees,
        "without_name": without_name,
        "page_only": page_only,
        "listed": len(facts.everyone) + page_only,
        "viewers_of_shares": None if engagement is None else round(cell(engagement, LIVE) or 0),
    }


def _on_page(facts: Facts, page: PageData, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Add the data of the Summary page's reports to each person's row."""
    data, profiles = facts.data, facts.profiles
    start, end = minute_after(page.start), page.end
    shown = {row["user_id"] for row in rows}
    in_6001 = {row.user_id for row in (*data.attendees, *data.breakout_attendees) if row.user_id in shown}

    def with_profile(row: dict[str, Any]) -> dict[str, Any]:
        user_id = row["user_id"]
        profile, heatmap = profiles.get(user_id), page.heatmaps.get(user_id)
        known_to = ("both" if profile else "6001") if user_id in in_6001 else "60010"
        figures = profile.figures() if profile else UNKNOWN_FIGURES
        strip = {"heatmap": line} if heatmap and (line := shades(heatmap, start, end)) else {}
        return {**row, **figures, "known_to": known_to, **strip}

    no_roles = {"no_roles": reason} if (reason := why_no_roles(data, profiles)) else {}
    return {"rows": list(map(with_profile, rows)), "heatmap": {"from": utc_text(start), "step_seconds": 60}, **no_roles}


def breakouts(data: SessionData) -> dict[str, Any]:
    """Return the breakout sessions, by start, then name."""
    rows = [_breakout(row) for row in data.breakouts]
    return {"rows": sorted(rows, key=lambda row: (row["start"] or "", row["name"], row["cue_point_id"]))}


def earlier(facts: Facts) -> dict[str, Any]:
    """Return the averages of the room's earlier sessions, for each figure that all these sessions have.

    `instead` has the share that replaces each figure in minutes; it is empty if the sessions have similar lengths.
    `unavailable` says why earlier sessions could not be looked up. If the room had no earlier session, the averages may
    be from other rooms of the account; `others` is then the number of their sessions.
    """
    sessions = facts.data.earlier
    if facts.data.account and not sessions:
        return dict(facts.data.account)
    keys = set.intersection(*(set(session.figures) for session in sessions)) if sessions else set()
    instead = {} if all(_is_as_long(facts.attended_minutes, session.minutes) for session in sessions) else SHARE_OF
    left_out = instead.keys() if instead else SHARE_OF.values()
    unknown = {"unavailable": facts.data.earlier_unknown} if facts.data.earlier_unknown else {}
    return {
        "sessions": [{"cue_point_id": session.cue_point_id, "start": utc_text(session.start)} for session in sessions],
        "figures": {
            key: fsum(session.figures[key] for session in sessions) / len(sessions)
            for key in sorted(keys - set(left_out))
        },
        "instead": {minutes: share for minutes, share in sorted(instead.items()) if {minutes, share} <= keys},
        **unknown,
    }


def _is_as_long(first: float, second: float) -> bool:
    """Return whether two lengths differ by at most a quarter of the shorter, or one is unknown."""
    return not first or not second or max(first, second) <= _ALIKE_RATIO * min(first, second)


def attended_span(facts: Facts) -> dict[str, Any]:
    """Return the time in which people could attend: one span, or several of a merged session."""
    return {"spans": [{"from": utc_text(start), "to": utc_text(end)} for start, end in facts.attended_span]}


def minutes_stayed(facts: Facts) -> dict[str, Any]:
    """Count present people by minutes stayed, in equal steps from 0 to the end of the attended span.

    A step includes its lower bound, the last step also its upper bound.
    """
    minutes, longest = facts.presence, facts.attended_minutes
    if not longest:
        return {"unavailable": "The session has no duration."}
    step = _step(longest)
    bounds = [place * step for place in range(max(ceil(longest / step), 1) + 1)]
    below = [0, *(bisect_left(minutes, bound) for bound in bounds[1:-1]), len(minutes)]
    return {
        "people": len(minutes),
        "bins": [
            {"from_minutes": float(start), "to_minutes": float(end), "people": after - before}
            for (start, end), (before, after) in zip(pairwise(bounds), pairwise(below), strict=True)
        ],
    }


def _step(longest: float) -> int:
    """Return the smallest width in minutes with at most 13 bins: a round number, or a multiple of the largest."""
    widest = _STEPS_MINUTES[-1]
    wider = widest * ceil(longest / widest / _MOST_BINS)
    return next((step for step in _STEPS_MINUTES if longest / step <= _MOST_BINS), wider)


def _longest(people: Sequence[Attendee], limit: int) -> list[Attendee]:
    """Return the people with the longest presence. For speed, only the candidates are fully sorted."""
    minutes = list(map(minutes_there, people))
    least = min(sorted(minutes, reverse=True)[:limit], default=0.0)
    return sorted(compress(people, [there >= least for there in minutes]), key=by_presence)[:limit]


def _attendee(person: Attendee) -> dict[str, Any]:
    return {
        "user_id": person.user_id,
        "name": person.name,
        "email": person.email,
        "type": person.user_type,
        "minutes": person.minutes,
        "engagement_rate": person.engagement,
        "breakout_minutes": person.breakout_minutes,
        "presence": person.presence,
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
