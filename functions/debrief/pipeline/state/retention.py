"""Compute how long a session's files are kept, for emails, links, the portal, `debrief prune` and `debrief verify`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from debrief.documents.text import times

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import SessionRecord
    from debrief.documents.text.locale_formats import Formats
    from debrief.pipeline.services import Services
    from debrief.settings import Settings


def deletion_date(settings: Settings, end: datetime, sent: datetime) -> datetime | None:
    """Return the earliest deletion date of a session's files; None if files are never deleted.

    Files are kept for a period after the session's end. Only if the email is sent after this period has passed does a
    new period start with the email.
    """
    if not settings.archive_days:
        return None
    period = timedelta(days=settings.archive_days)
    return end + period if end + period > sent else sent + period


def kept_until(services: Services, record: SessionRecord) -> datetime | None:
    """Return the latest deletion date in an email about the session; None if the files are never deleted."""
    sent = (delivery.at or record.end for delivery in services.ledger.deliveries(record.cue_point_id))
    dates = [deletion_date(services.settings, record.end, at) for at in (record.end, *sent)]
    return max((date for date in dates if date), default=None)


def retention_sentence(
    settings: Settings, record: SessionRecord, sent: datetime, zone: ZoneInfo, formats: Formats
) -> str:
    """Return the sentence about retention in the footer of emails and of the portal's page."""
    what = "event" if record.kind == "event" else "session"
    deletion = deletion_date(settings, record.end, sent)
    if not deletion:
        return f"The files of this {what} have no deletion date."
    return f"The files of this {what} are kept until {times.day(deletion, zone, formats)}."
