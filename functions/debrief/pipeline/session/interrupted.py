"""Merge the parts of an interrupted session: each part is archived, and one merged session is emailed.

The merged session has its own record, created when all parts are known and have ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.model import Part, Session
from debrief.pipeline.services import Services
from debrief.pipeline.session.merging import Decision, Undecided, sessions_to_merge
from debrief.pipeline.state.check_schedule import first_export
from debrief.pipeline.state.lifecycle import MERGED_SETTLES, MERGED_UNMAILED, PARTS_SEPARATE, UNDECIDED
from debrief.pipeline.state.session_records import save

MOST_PARTS = 50


def merged_session_for(
    services: Services, session: Session, record: SessionRecord, *, mail: bool = True
) -> SessionRecord | None:
    """Return the updated record of the merged session to which a session belongs; None without an interruption.

    Reported merged sessions stay merged, and a session with a report of its own does not wait for others. One call
    to Kaltura is enough if the room had no other session shortly before or after this one. Without `mail`, a new merged
    session that ended before the look-back period is never emailed. Raises Undecided, RetryLater or GiveUp.
    """
    if session.parent_entry_id is not None:
        return None
    merged = services.ledger.session(record.merged_id) if record.merged_id else None

    earlier_decision = partial(_earlier_decision, services)
    found = sessions_to_merge(services, session, earlier_decision, wait=not record.revision)
    if merged and merged.revision:
        return _save_merged(services, merged, [*_reported_and_new_parts(services, merged, found)], mail=mail)
    parts = _block_of_parts(session, found)
    if len(parts) > 1 and any(part.is_open for part in parts):  # a part was opened again
        raise Undecided(UNDECIDED)
    if len(parts) > 1:
        return _save_merged(services, services.ledger.session(f"joint-{parts[0].cue_point_id}"), parts, mail=mail)
    if merged:
        save(services, replace(merged, state="skipped", reason=PARTS_SEPARATE, due=None, asked=None))
    return None


def _earlier_decision(services: Services, one: Session, other: Session) -> Decision:
    """Return the decision in the ledger: True if both are parts of one merged session, else False if both have reports.

    Return None if the ledger has no decision.
    """
    records = [services.ledger.session(session.cue_point_id) for session in (one, other)]
    merged = [services.ledger.session(record.merged_id) for record in records if record and record.merged_id]
    ids = {one.cue_point_id, other.cue_point_id}
    if any(each and ids <= {part.cue_point_id for part in each.parts} for each in merged):
        return True
    return False if all(record and record.revision for record in records) else None


def _reported_and_new_parts(services: Services, merged: SessionRecord, found: Sequence[Session]) -> Iterator[Session]:
    """Yield the reported parts with their current times, then new parts that belong to no other merged session."""
    current = {session.cue_point_id: session for session in found if not session.is_open}
    for part in merged.parts:
        yield current.pop(part.cue_point_id, Session(part.cue_point_id, merged.entry_id, part.start, part.end))
    records = ((session, services.ledger.session(session.cue_point_id)) for session in current.values())
    free = [session for session, record in records if not record or record.merged_id in {"", merged.cue_point_id}]
    yield from free[: max(MOST_PARTS - len(merged.parts), 0)]


def _block_of_parts(session: Session, parts: list[Session]) -> list[Session]:
    """Return the block of at most 50 parts that contains the session; each block gets its own report."""
    place = next(place for place, part in enumerate(parts) if part.cue_point_id == session.cue_point_id)
    first = place // MOST_PARTS * MOST_PARTS
    return parts[first : first + MOST_PARTS]


def _save_merged(
    services: Services, saved: SessionRecord | None, parts: Sequence[Session], *, mail: bool
) -> SessionRecord:
    """Update the merged session's record, and save it if it changed.

    Once its export has begun, only an export changes its start.
    """
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
