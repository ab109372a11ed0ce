"""Record and read when a reconciliation last succeeded, and when and why one last failed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import Note

if TYPE_CHECKING:
    from debrief.pipeline.services import Services

SUCCEEDED, FAILED = "last", "failed"  # subjects of the notes about reconciliations; their stored kind is `compared`


def record_reconciliation(services: Services, at: datetime) -> None:
    services.ledger.put_note(Note("compared", SUCCEEDED, at))


def record_failed_reconciliation(services: Services, reason: str) -> None:
    """Record why a reconciliation failed, for the admin email."""
    services.ledger.put_note(Note("compared", FAILED, services.clock(), reason))


def last_reconciliation(services: Services) -> datetime | None:
    """Return when a reconciliation last succeeded; None if no reconciliation has succeeded."""
    note = services.ledger.note("compared", SUCCEEDED)
    return note.at if note else None
