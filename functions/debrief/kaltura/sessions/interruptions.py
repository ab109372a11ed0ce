"""Find sessions of one room with short gaps in between, which may be parts of an interrupted session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from debrief.errors import BadRequest, Forbidden
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.sessions.cue_points import cue_points, cue_points_call
from debrief.model import Session

_AROUND = timedelta(hours=12)  # first search distance around a session; doubled as needed
_FARTHEST = timedelta(days=64)  # longer groups are not interrupted sessions


def group_by_gap(sessions: Iterable[Session], gap: timedelta) -> list[list[Session]]:
    """Group the sessions of each main room that overlap or have a gap shorter than `gap` between them.

    An open session belongs to a group if its start is close to the last end. Groups and their sessions are sorted by
    start. Breakouts are left out.
    """
    found: list[list[Session]] = []
    last_of: dict[str, tuple[list[Session], datetime]] = {}
    for session in sorted(sessions, key=lambda session: (session.start, session.end, session.cue_point_id)):
        if session.parent_entry_id is not None:
            continue
        group, last_end = last_of.get(session.entry_id, ([], session.start))
        if not group or not is_close(last_end, session, gap):
            group, last_end = [], session.end
            found.append(group)
        group.append(session)
        last_of[session.entry_id] = group, max(last_end, session.start, session.end)
    return found


def group_around(kaltura: Kaltura, session: Session, gap: timedelta) -> list[Session]:
    """Return all sessions in the group of a session, including open ones, by start.

    Every session of a group finds the same group. This needs one call, or more if the group is longer than half a day.
    For a breakout, or when Kaltura refuses to list cue points, the group has this session only. Raises RetryLater or
    GiveUp.
    """
    if session.parent_entry_id is not None:
        return [session]
    around = _AROUND
    while True:
        since, until = _span(session, gap, around)
        try:
            group = _group_within(kaltura, session, gap, since, until)
        except (Forbidden, BadRequest):
            return [session]
        first, last = group[0].start - gap, max(max(each.start, each.end) for each in group) + gap
        if (since <= first and last <= until) or around >= _FARTHEST:
            return group
        around *= 2


def group_call(session: Session, gap: timedelta) -> ApiCall:
    """Return the first call of `group_around`."""
    return cue_points_call(_group_filter(session, *_span(session, gap, _AROUND)))


def _span(session: Session, gap: timedelta, around: timedelta) -> tuple[datetime, datetime]:
    return session.start - gap - around, max(session.start, session.end) + gap + around


def _group_filter(session: Session, since: datetime, until: datetime) -> dict[str, str]:
    return {
        "filter[entryIdEqual]": session.entry_id,
        "filter[endTimeGreaterThanOrEqual]": str(int(since.timestamp())),
        "filter[startTimeLessThanOrEqual]": str(int(until.timestamp())),
    }


def _group_within(
    kaltura: Kaltura, session: Session, gap: timedelta, since: datetime, until: datetime
) -> list[Session]:
    fields = _group_filter(session, since, until)
    found = {other.cue_point_id: replace(other, entry_name=session.entry_name) for other in cue_points(kaltura, fields)}
    found.setdefault(session.cue_point_id, session)
    groups = group_by_gap(found.values(), gap)
    return next(group for group in groups if session.cue_point_id in {each.cue_point_id for each in group})


def is_close(last_end: datetime, session: Session, gap: timedelta) -> bool:
    """Return whether a session starts before `last_end`, or less than `gap` after it."""
    return session.start <= last_end or session.start - last_end < gap
