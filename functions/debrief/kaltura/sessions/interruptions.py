"""Sessions of one room with short gaps between them: the candidates for parts of one interrupted session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from debrief.errors import BadRequest, Forbidden
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.sessions.cue_points import cue_points
from debrief.model import Session

_AROUND = timedelta(hours=12)  # how far around a session is looked at first; then twice as far, and so on
_FARTHEST = timedelta(days=64)  # a room that has not been empty for so long is no interrupted session


def chains(sessions: Iterable[Session], gap: timedelta) -> list[list[Session]]:
    """The sessions of main rooms, those of one room in one list when less than `gap` lies between them.

    Those that touch or overlap belong together too. An open session joins when its start is that close to the last
    end. Chains and their sessions come by start. Breakouts are left out: they belong to a main room's session.
    """
    found: list[list[Session]] = []
    last_of: dict[str, tuple[list[Session], datetime]] = {}
    for session in sorted(sessions, key=_by_start):
        if session.parent_entry_id is not None:
            continue
        chain, last_end = last_of.get(session.entry_id, ([], session.start))
        if not chain or not is_close(last_end, session, gap):
            chain, last_end = [], session.end
            found.append(chain)
        chain.append(session)
        last_of[session.entry_id] = chain, max(last_end, session.start, session.end)
    return found


def chain_around(kaltura: Kaltura, session: Session, gap: timedelta) -> list[Session]:
    """The chain that a session is a link of, by start, itself and open ones included.

    One call, more only when the chain goes on for half a day, so that every link finds the same chain. Just the session
    itself when it is a breakout's, or when session cue points may not be listed. Raises RetryLater or GiveUp.
    """
    if session.parent_entry_id is not None:
        return [session]
    around = _AROUND
    while True:
        since, until = session.start - gap - around, max(session.start, session.end) + gap + around
        try:
            chain = _chain_within(kaltura, session, gap, since, until)
        except (Forbidden, BadRequest):
            return [session]
        first, last = chain[0].start - gap, max(max(one.start, one.end) for one in chain) + gap
        if (since <= first and last <= until) or around >= _FARTHEST:
            return chain
        around *= 2


def _chain_within(
    kaltura: Kaltura, session: Session, gap: timedelta, since: datetime, until: datetime
) -> list[Session]:
    fields = {
        "filter[entryIdEqual]": session.entry_id,
        "filter[endTimeGreaterThanOrEqual]": str(int(since.timestamp())),
        "filter[startTimeLessThanOrEqual]": str(int(until.timestamp())),
    }
    found = {one.cue_point_id: replace(one, entry_name=session.entry_name) for one in cue_points(kaltura, fields)}
    found.setdefault(session.cue_point_id, session)
    every = chains(found.values(), gap)
    return next(chain for chain in every if any(one.cue_point_id == session.cue_point_id for one in chain))


def is_close(last_end: datetime, session: Session, gap: timedelta) -> bool:
    """Whether a session starts less than `gap` after that end, or before it."""
    return session.start <= last_end or session.start - last_end < gap


def _by_start(session: Session) -> tuple[datetime, datetime, str]:
    return session.start, session.end, session.cue_point_id
