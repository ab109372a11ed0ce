"""Find archived sessions by room, host, event or words in the ledger, without listing the bucket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import SessionRecord
    from debrief.delivery.ledger.search import SearchFilter


def lookup(records: Iterable[SessionRecord], wanted: SearchFilter) -> Iterator[SessionRecord]:
    """Return the records of sessions with documents that fit the conditions, in the order given."""
    return (record for record in records if record.revision and record.fits(wanted))


def people(record: SessionRecord) -> int | None:
    """Return the number of identified attendees in the newest revision; None if the ledger does not have it."""
    figures = record.history.get(record.revision, {})
    attendees = figures.get("unique_attendees", figures.get("people"))
    return None if attendees is None else round(attendees)
