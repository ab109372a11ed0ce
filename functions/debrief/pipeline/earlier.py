"""The room's earlier sessions, read from the archive, for the comparison on the first page."""

from __future__ import annotations

from dataclasses import replace

from debrief.delivery.ledger import SessionRecord
from debrief.documents.keys import report_key
from debrief.documents.summary import from_json
from debrief.documents.told import TOLD
from debrief.errors import BadRequest
from debrief.kaltura.sessions import before
from debrief.model import Earlier, Session, SessionData
from debrief.pipeline.services import Services

SESSIONS = 3
_ASKED = 8  # more, because an interrupted session counts once


def with_earlier(services: Services, data: SessionData) -> SessionData:
    """The data with the room's last sessions before this one, as far as they are archived."""
    sessions = before(services.kaltura, data.session, _ASKED)
    whole = {one.cue_point_id: one for session in sessions if (one := _whole(services, session, data.session))}
    found = (archived_earlier(services, session) for session in list(whole.values())[:SESSIONS])
    return replace(data, earlier=[one for one in found if one])


def _whole(services: Services, session: Session, later: Session) -> Session | SessionRecord | None:
    """The session, or the joint one that it is a part of; None when `later` is another part of that."""
    record = services.ledger.session(session.cue_point_id)
    joint = services.ledger.session(record.joint) if record and record.joint else None
    if joint is None:
        return session
    return None if set(later.cue_point_ids) & {part.cue_point_id for part in joint.parts} else joint


def archived_earlier(services: Services, session: Session | SessionRecord) -> Earlier | None:
    """An earlier session as the archive has it; None when it has none of it, or nobody came."""
    body = services.archive.read(report_key(session.start, session.cue_point_id, "summary.json"))
    if body is None:
        return None
    try:
        metrics = from_json(body).metrics
    except BadRequest:  # of another version; nothing to compare with
        return None
    known = {key: metrics[key].value for key in TOLD if key in metrics}
    figures = {key: float(value) for key, value in known.items() if isinstance(value, int | float)}
    return Earlier(session.cue_point_id, session.start, figures) if figures.get("unique_attendees") else None
