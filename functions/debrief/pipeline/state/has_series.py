"""Decide whether a report links to the page of its room; the email and the portal ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.errors import DebriefError

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import SessionRecord
    from debrief.pipeline.services import Services


def has_series(services: Services, record: SessionRecord) -> bool:
    """Return whether a report links to the page of its room: the room had an earlier session, and pages are written.

    If the rules file cannot be read, there is no link; the report must not fail because of it.
    """
    figures = record.history.get(record.revision, {})
    if record.kind == "event" or record.parent_entry_id is not None or not figures.get("earlier_sessions"):
        return False
    try:
        return services.rules.current().series
    except DebriefError:
        return False
