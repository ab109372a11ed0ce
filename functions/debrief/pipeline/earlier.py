"""The room's earlier sessions, read from the archive, for the comparison on the first page."""

from __future__ import annotations

from dataclasses import replace

from debrief.documents.keys import report_key
from debrief.documents.summary import from_json
from debrief.documents.told import TOLD
from debrief.errors import BadRequest
from debrief.kaltura.sessions import before
from debrief.model import Earlier, Session, SessionData
from debrief.pipeline.services import Services

SESSIONS = 3


def with_earlier(services: Services, data: SessionData) -> SessionData:
    """The data with the room's last sessions before this one, as far as they are archived."""
    sessions = before(services.kaltura, data.session, SESSIONS)
    found = (_archived(services, session) for session in sessions)
    return replace(data, earlier=[one for one in found if one])


def _archived(services: Services, session: Session) -> Earlier | None:
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
