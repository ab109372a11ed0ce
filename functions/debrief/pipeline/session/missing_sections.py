"""Sections that are missing because Kaltura stopped answering, mostly for a moment: they are worth waiting for."""

from __future__ import annotations

from datetime import datetime

from debrief.delivery.archive.manifest import Manifest
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.documents.data.summary_json import from_json
from debrief.errors import NotReady
from debrief.kaltura.session_data.summary_page import INCOMPLETE
from debrief.model import SessionData
from debrief.pipeline.services import Services
from debrief.pipeline.state.lifecycle import FIRST_EXPORT_WAIT, may_fill_gaps
from debrief.pipeline.state.revisions import Files

_AGAIN_AFTER = 300.0  # seconds


def has_gaps(data: SessionData) -> bool:
    """Whether sections are missing because Kaltura stopped answering."""
    return INCOMPLETE in data.findings


def is_better_than_gaps(services: Services, record: SessionRecord, manifest: Manifest | None, now: datetime) -> bool:
    """Whether the documents that there are have all sections, so that ones with gaps must not replace them.

    Raises NotReady in the first hour of a first export: a report is not mailed with gaps for a moment's trouble.
    """
    is_first = record.revision == 0 and may_fill_gaps(record, now)
    if is_first and record.due and now < record.due + FIRST_EXPORT_WAIT:
        raise NotReady("Kaltura stopped answering before the report was whole.", after=_AGAIN_AFTER)
    summary = Files(services, manifest).named("summary.json") if manifest else None
    if manifest is None or summary is None:
        return False
    warnings = from_json(Files(services, manifest).read(summary)).warnings
    return INCOMPLETE.code not in {warning.code for warning in warnings}
