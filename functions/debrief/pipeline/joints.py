"""Interrupted sessions: those of one room with short gaps between them are archived each, and mailed as one.

The joint session has a record of its own. It waits until the room stays closed for longer than the gap.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from debrief.delivery.ledger import SessionRecord
from debrief.kaltura.chains import chain_around
from debrief.model import Part, Session
from debrief.pipeline.records import save
from debrief.pipeline.services import Services
from debrief.pipeline.settling import first_export

MOST_PARTS = 50
OPEN_FOR = timedelta(hours=24)  # a session that Kaltura calls open for longer holds nobody's report back
_GOES_ON = "The room is open again after an interruption."
_SETTLES = "Kaltura's figures settle first; the session was interrupted, so its parts are reported together."


def joint_for(services: Services, session: Session) -> SessionRecord | None:
    """The record of the joint session that this one is a part of, brought up to date; None for one that is whole.

    Asks Kaltura once. Raises RetryLater or GiveUp.
    """
    if not services.settings.interruption_minutes or session.parent_entry_id is not None:
        return None
    gap = timedelta(minutes=services.settings.interruption_minutes)
    chain = _with(session, chain_around(services.kaltura, session, gap))
    if len(chain) < 2:
        return None
    return _kept(services, chain)


def _with(session: Session, chain: list[Session]) -> list[Session]:
    """Of a chain that is too long for one report, the stretch that the session is in."""
    place = next((place for place, one in enumerate(chain) if one.cue_point_id == session.cue_point_id), 0)
    first = place // MOST_PARTS * MOST_PARTS
    return chain[first : first + MOST_PARTS]


def joint_session(record: SessionRecord) -> Session:
    """The joint session of a record."""
    return Session(
        record.cue_point_id, record.entry_id, record.start, record.end, record.entry_name, parts=record.parts
    )


def _kept(services: Services, chain: list[Session]) -> SessionRecord:
    """The joint record as it should be, saved if it is not so yet."""
    now = services.clock()
    is_open = any(session.is_open and now - session.start < OPEN_FOR for session in chain)
    first, last = chain[0], max(chain, key=lambda session: session.end)
    joint_id = f"joint-{first.cue_point_id}"
    found = services.ledger.session(joint_id)
    before = found or SessionRecord(joint_id, first.entry_id, first.start, last.end, kind="joint")
    parts = tuple(Part(session.cue_point_id, session.start, session.end) for session in chain if not session.is_open)
    after = replace(before, entry_name=before.entry_name or last.entry_name, start=first.start, end=last.end)
    if is_open:
        after = replace(after, state="waiting", reason=_GOES_ON, due=None, asked=None, parts=parts)
    elif parts != before.parts or (before.due is None and before.state == "waiting"):
        due = _due(services, chain)
        after = replace(after, state="waiting", reason=_SETTLES, due=due, asked=None, parts=parts)
    return after if after == found else save(services, after)


def _due(services: Services, chain: list[Session]) -> datetime:
    """When the last part's figures have settled, and the room has stayed closed for longer than the gap."""
    last = max(chain, key=lambda session: session.end)
    closed = last.end + timedelta(minutes=services.settings.interruption_minutes)
    return max(first_export(last, services.settings), closed)
