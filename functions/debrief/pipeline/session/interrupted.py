"""Merge the parts of an interrupted session: each part is archived, and one merged session is emailed.

The merged session has its own record, created when all parts are known and have ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.delivery.rules.rule import Verdict
from debrief.model import Part, Session
from debrief.pipeline.services import Services
from debrief.pipeline.session.merging import Undecided, sessions_to_merge
from debrief.pipeline.state.check_schedule import first_export
from debrief.pipeline.state.lifecycle import MERGED_SETTLES, MERGED_UNMAILED, PARTS_SEPARATE, UNDECIDED
from debrief.pipeline.state.session_records import save

MOST_PARTS = 50


def merged_session_for(services: Services, session: Session, *, mail: bool = True) -> SessionRecord | None:
    """Return the updated record of the merged session to which a session belongs; None without an interruption.

    Sessions once merged in a report stay merged; a session once reported alone does not wait for others. Calls Kaltura
    once, and more often only when the room had another session close to this one. Without `mail` a new merged session
    is not emailed, also if this run stops before exporting it. Raises Undecided, RetryLater or GiveUp.
    """
    if session.parent_entry_id is not None:
        return None
    record = services.ledger.session(session.cue_point_id)
    merged = services.ledger.session(record.merged_id) if record and record.merged_id else None

    def earlier_verdict(one: Session, other: Session) -> Verdict:
        return _earlier_verdict(services, one, other)

    found = sessions_to_merge(services, session, earlier_verdict, wait=not (record and record.revision))
    if merged and merged.revision:
        return _save_merged(services, merged, [*_parts_of(services, merged, found)], mail=mail)
    parts = _block_of_parts(session, found)
    if len(parts) > 1 and any(part.is_open for part in parts):  # a part was opened again
        raise Undecided(UNDECIDED)
    if len(parts) > 1:
        return _save_merged(services, services.ledger.session(f"joint-{parts[0].cue_point_id}"), parts, mail=mail)
    if merged:
        save(services, replace(merged, state="skipped", reason=PARTS_SEPARATE, due=None, asked=None))
    return None


def _earlier_verdict(services: Services, one: Session, other: Session) -> Verdict:
    """Return the ledger's decision: True if one merged session has both, False if both were exported, else None."""
    records = [services.ledger.session(session.cue_point_id) for session in (one, other)]
    merged = [services.ledger.session(record.merged_id) for record in records if record and record.merged_id]
    ids = {one.cue_point_id, other.cue_point_id}
    if any(each and ids <= {part.cue_point_id for part in each.parts} for each in merged):
        return True
    return False if all(record and record.revision for record in records) else None


def _parts_of(services: Services, merged: SessionRecord, found: Sequence[Session]) -> Iterator[Session]:
    """Yield the reported parts with their current times, then new parts that are in no other merged session."""
    current = {session.cue_point_id: session for session in found if not session.is_open}
    for part in merged.parts:
        yield current.pop(part.cue_point_id, Session(part.cue_point_id, merged.entry_id, part.start, part.end))
    records = ((session, services.ledger.session(session.cue_point_id)) for session in current.values())
    free = [session for session, record in records if not record or record.merged_id in {"", merged.cue_point_id}]
    yield from free[: max(MOST_PARTS - len(merged.parts), 0)]


def _block_of_parts(session: Session, parts: list[Session]) -> list[Session]:
    """Return the block of at most 50 parts that has the session; more parts get several reports."""
    place = next(place for place, part in enumerate(parts) if part.cue_point_id == session.cue_point_id)
    first = place // MOST_PARTS * MOST_PARTS
    return parts[first : first + MOST_PARTS]


def _save_merged(
    services: Services, saved: SessionRecord | None, parts: Sequence[Session], *, mail: bool
) -> SessionRecord:
    """Update the merged session's record and save changes. Once its export has begun, only exports move its start."""
    parts = sorted(parts, key=lambda part: (part.start, part.end, part.cue_point_id))
    first, last = parts[0], max(parts, key=lambda part: part.end)
    old = saved or SessionRecord(f"joint-{first.cue_point_id}", first.entry_id, first.start, last.end, kind="joint")
    times = tuple(Part(part.cue_point_id, part.start, part.end) for part in parts)
    new = replace(
        old,
        entry_name=old.entry_name or last.entry_name,
        start=old.start if old.begun else first.start,
        end=last.end,
        parts=times,
    )
    if times != old.parts or (old.due is None and old.state in {"waiting", "skipped"}):
        reason = MERGED_SETTLES if mail else MERGED_UNMAILED
        new = replace(new, state="waiting", reason=reason, due=first_export(last, services.settings), asked=None)
    return new if new == saved else save(services, new)
