"""Interrupted sessions: the parts of one meeting are archived each, and mailed as one.

The joint session has a record of its own, made when all of its parts are known and have ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.delivery.rules.rule import Verdict
from debrief.model import Part, Session
from debrief.pipeline.services import Services
from debrief.pipeline.session.meetings import Undecided, meeting_of
from debrief.pipeline.state.check_schedule import first_export
from debrief.pipeline.state.lifecycle import MERGED_SETTLES, MERGED_UNMAILED, PARTS_SEPARATE, UNDECIDED
from debrief.pipeline.state.session_records import save

MOST_PARTS = 50


def joint_for(services: Services, session: Session, *, mail: bool = True) -> SessionRecord | None:
    """The record of the joint session that this one is a part of, brought up to date; None for one that is whole.

    What was reported as one stays one, and what was reported alone waits for nobody. Asks Kaltura once, more only when
    the room had another session close to this one. Without `mail` one that is new is archived only, should this run end
    before its export. Raises Undecided, RetryLater or GiveUp.
    """
    if session.parent_entry_id is not None:
        return None
    record = services.ledger.session(session.cue_point_id)
    known = services.ledger.session(record.joint) if record and record.joint else None

    def decided(one: Session, other: Session) -> Verdict:
        return _decided(services, one, other)

    found = meeting_of(services, session, decided, wait=not (record and record.revision))
    if known and known.revision:
        return _kept(services, known, [*_of_joint(services, known, found)], mail=mail)
    parts = _stretch(session, found)
    if len(parts) > 1 and any(one.is_open for one in parts):  # a part was opened again
        raise Undecided(UNDECIDED)
    if len(parts) > 1:
        return _kept(services, services.ledger.session(f"joint-{parts[0].cue_point_id}"), parts, mail=mail)
    if known:
        save(services, replace(known, state="skipped", reason=PARTS_SEPARATE, due=None, asked=None))
    return None


def _decided(services: Services, one: Session, other: Session) -> Verdict:
    """What the ledger says of two sessions; None when at least one of them is new to it."""
    records = [services.ledger.session(session.cue_point_id) for session in (one, other)]
    joints = [services.ledger.session(record.joint) for record in records if record and record.joint]
    ids = {one.cue_point_id, other.cue_point_id}
    if any(joint and ids <= {part.cue_point_id for part in joint.parts} for joint in joints):
        return True
    return False if all(record and record.revision for record in records) else None


def _of_joint(services: Services, joint: SessionRecord, found: Sequence[Session]) -> Iterator[Session]:
    """The parts that were reported, at the times that Kaltura has now, and those that no other joint session has."""
    now = {session.cue_point_id: session for session in found if not session.is_open}
    for part in joint.parts:
        yield now.pop(part.cue_point_id, Session(part.cue_point_id, joint.entry_id, part.start, part.end))
    records = ((session, services.ledger.session(session.cue_point_id)) for session in now.values())
    free = [session for session, record in records if not record or record.joint in {"", joint.cue_point_id}]
    yield from free[: max(MOST_PARTS - len(joint.parts), 0)]


def _stretch(session: Session, meeting: list[Session]) -> list[Session]:
    """Of a meeting that is too long for one report, the stretch that the session is in."""
    place = next(place for place, one in enumerate(meeting) if one.cue_point_id == session.cue_point_id)
    first = place // MOST_PARTS * MOST_PARTS
    return meeting[first : first + MOST_PARTS]


def _kept(services: Services, found: SessionRecord | None, parts: Sequence[Session], *, mail: bool) -> SessionRecord:
    """The joint record as it should be, saved if it is not so yet. Where it is archived stays until the next export."""
    parts = sorted(parts, key=lambda one: (one.start, one.end, one.cue_point_id))
    first, last = parts[0], max(parts, key=lambda session: session.end)
    before = found or SessionRecord(f"joint-{first.cue_point_id}", first.entry_id, first.start, last.end, kind="joint")
    times = tuple(Part(session.cue_point_id, session.start, session.end) for session in parts)
    after = replace(
        before,
        entry_name=before.entry_name or last.entry_name,
        start=before.start if before.begun else first.start,
        end=last.end,
        parts=times,
    )
    if times != before.parts or (before.due is None and before.state in {"waiting", "skipped"}):
        reason = MERGED_SETTLES if mail else MERGED_UNMAILED
        after = replace(after, state="waiting", reason=reason, due=first_export(last, services.settings), asked=None)
    return after if after == found else save(services, after)
