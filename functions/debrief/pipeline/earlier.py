"""The room's earlier sessions, read from the archive: what the first page compares with, and who came to them."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import islice

from debrief.cells import is_identified
from debrief.delivery.ledger import SessionRecord
from debrief.documents.keys import report_key
from debrief.documents.summary import from_json
from debrief.documents.told import TOLD
from debrief.errors import BadRequest, NotReady, ReportChanged
from debrief.kaltura.sessions import before
from debrief.model import AttendeeRow, Earlier, Person, Session, SessionData
from debrief.pipeline.forgetting.tombstones import tombstones
from debrief.pipeline.revisions import manifest_of
from debrief.pipeline.rows import is_in_session, machine_tables, rows_of
from debrief.pipeline.services import Services

SESSIONS = 5
_ASKED = 12  # more, because an interrupted session counts once, and one that nobody attended not at all


def with_earlier(services: Services, data: SessionData, joint: SessionRecord | None = None) -> SessionData:
    """The data with the room's last sessions before this one, as far as they are archived.

    `joint` is the record of the joint session that this one is a part of: the other parts are no earlier sessions,
    whether or not their own records tell that yet.
    """
    own = {part.cue_point_id for part in joint.parts} if joint else set(data.session.cue_point_ids)
    found = (archived_earlier(services, session) for session in _whole_ones(services, data.session, own))
    return replace(data, earlier=list(islice(filter(None, found), SESSIONS)))


def _whole_ones(services: Services, later: Session, own: AbstractSet[str]) -> Iterator[Session | SessionRecord]:
    """The sessions before that one, an interrupted one once, the latest first; none of its `own` parts."""
    seen: set[str] = set()
    for session in before(services.kaltura, later, _ASKED):
        one = _whole(services, session, own)
        if one and one.cue_point_id not in seen:
            seen.add(one.cue_point_id)
            yield one


def _whole(services: Services, session: Session, own: AbstractSet[str]) -> Session | SessionRecord | None:
    """The session, or the joint one that it is a part of; None when it is, or that has, one of those."""
    record = services.ledger.session(session.cue_point_id)
    joint = services.ledger.session(record.joint) if record and record.joint else None
    parts = {part.cue_point_id for part in joint.parts} if joint else {session.cue_point_id}
    return None if parts & own else joint or session


def archived_earlier(services: Services, session: Session | SessionRecord) -> Earlier | None:
    """An earlier session as the archive has it; None when it has none of it, or nobody came."""
    body = services.archive.read(report_key(session.start, session.cue_point_id, "summary.json"))
    if body is None:
        return None
    try:
        summary = from_json(body)
    except BadRequest:  # of another version; nothing to compare with
        return None
    known = {key: summary.metrics[key].value for key in TOLD if key in summary.metrics}
    figures = {key: float(value) for key, value in known.items() if isinstance(value, int | float)}
    if not figures.get("unique_attendees"):
        return None
    return Earlier(session.cue_point_id, session.start, figures, _people(services, summary.session))


def _people(services: Services, session: Session) -> dict[str, Person]:
    """Who came, by user id, and was not erased; of names that differ the last by alphabet stays.

    Nobody when the list cannot be read: it is damaged, of another version, or being written. This session's report
    must not wait for that.
    """
    try:
        manifest = manifest_of(services, session.start, session.cue_point_id)
        tables = machine_tables(services, session.parts, manifest) if manifest else ()
        every = (found for table in tables for found in rows_of(AttendeeRow, table))
        rows = [row for row, cells in every if is_in_session(row, cells)]
    except (BadRequest, NotReady, ReportChanged):
        return {}
    stones = tombstones(services)
    named = sorted((row.user_id, row.user_name, row.user_email) for row in rows if is_identified(row.user_id))
    return {user_id: Person(user_id, name, email) for user_id, name, email in named if not stones.has(user_id, email)}
