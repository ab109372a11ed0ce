"""Handle sections that are missing because Kaltura stopped answering."""

from __future__ import annotations

from datetime import datetime

from debrief.delivery.archive.manifest import Manifest
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.data.summary_json import from_json
from debrief.errors import NotReady
from debrief.kaltura.session_data.summary_page import INCOMPLETE
from debrief.model import SessionData
from debrief.pipeline.services import Services
from debrief.pipeline.state.lifecycle import FIRST_EXPORT_WAIT, may_wait_for_kaltura
from debrief.pipeline.state.revisions import Files

_RETRY_SECONDS = 300.0


def lacks_sections(data: SessionData) -> bool:
    """Return whether sections are missing because Kaltura stopped answering."""
    return INCOMPLETE in data.findings


def retry_while_sections_missing(record: SessionRecord, now: datetime) -> None:
    """Raise NotReady in the first hour of a first export, because Kaltura usually answers again within this hour."""
    is_first = record.revision == 0 and may_wait_for_kaltura(record, now)
    if is_first and record.due and now < record.due + FIRST_EXPORT_WAIT:
        raise NotReady("Kaltura stopped answering before the report was complete.", after=_RETRY_SECONDS)


def must_keep_documents(services: Services, manifest: Manifest | None) -> bool:
    """Return whether the archived documents have all sections, so that incomplete documents must not replace them.

    Raises BadRequest or NotReady if the archived summary cannot be read.
    """
    summary = Files(services, manifest).named("summary.json") if manifest else None
    if manifest is None or summary is None:
        return False
    warnings = from_json(Files(services, manifest).read(summary)).warnings
    return INCOMPLETE.code not in {warning.code for warning in warnings}
