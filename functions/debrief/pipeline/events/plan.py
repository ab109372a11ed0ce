"""Ask Kaltura whether more sessions of a virtual event are planned, and record since when Kaltura cannot answer.

If Kaltura cannot answer, the event may not be over, so its report waits for up to a week. It does not wait if a
permission is missing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import Note
from debrief.errors import RetryLater
from debrief.kaltura.sessions.virtual_events import is_over
from debrief.model import Finding, NotKnown
from debrief.pipeline.state.lifecycle import GIVE_UP_AFTER, PLAN_UNKNOWN

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import SessionRecord
    from debrief.pipeline.services import Services

log = logging.getLogger(__name__)

PLANNED = "Kaltura has more sessions of this event planned."
_MAY_GO_ON = Finding(
    "SESSIONS_PLAN_UNKNOWN",
    "Kaltura did not say whether more sessions of the event are planned, so the event may not be over.",
)


def why_not_over(services: Services, record: SessionRecord, rooms: Sequence[str], now: datetime) -> str:
    """Return why the report waits: more is planned, or Kaltura cannot answer now; blank if the report is due."""
    try:
        over = is_over(services.kaltura, record.entry_id, rooms, record.end, now)
    except RetryLater as error:
        since = _remember(services, record, str(error), now)
        return PLAN_UNKNOWN if now < since + GIVE_UP_AFTER else ""
    if isinstance(over, NotKnown):
        log.warning(
            "It is not known whether more sessions of virtual event %s are planned: %s", record.entry_id, over.reason
        )
        _remember(services, record, over.reason, now)
        return ""
    if _unknown_since(services, record):
        services.ledger.put_note(Note("trouble", _subject(record), now))
    return "" if over else PLANNED


def plan_findings(services: Services, record: SessionRecord) -> list[Finding]:
    """Return the report's finding if Kaltura did not answer, at the last check, whether more is planned."""
    return [_MAY_GO_ON] if _unknown_since(services, record) else []


def _remember(services: Services, record: SessionRecord, reason: str, now: datetime) -> datetime:
    """Return since when it is not known whether more is planned."""
    if since := _unknown_since(services, record):
        return since
    services.ledger.put_note(Note("trouble", _subject(record), now, reason))
    return now


def _unknown_since(services: Services, record: SessionRecord) -> datetime | None:
    note = services.ledger.note("trouble", _subject(record))
    return note.at if note and note.detail else None


def _subject(record: SessionRecord) -> str:
    return f"{record.cue_point_id}/plan"
