"""How long files are kept: what mails and the portal say, what links obey, and what deletes from a folder."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from debrief.documents.text import times

if TYPE_CHECKING:
    from debrief.documents.text.locale_formats import Formats
    from debrief.settings import Settings


def kept_until(settings: Settings, end: datetime, made: datetime) -> datetime | None:
    """Until when the files of a session that ended then are kept at least; None: nothing deletes them.

    They are written after its end; of one that was exported so late that its time was over, when it was first mailed.
    """
    if not settings.archive_days:
        return None
    lasts = timedelta(days=settings.archive_days)
    return end + lasts if end + lasts > made else made + lasts


def link_end(settings: Settings, end: datetime, made: datetime) -> datetime:
    """When a link that is made then ends: never after the files that it leads to."""
    own = made + timedelta(days=settings.link_days)
    kept = kept_until(settings, end, made)
    return min(own, kept) if kept else own


def kept_sentence(settings: Settings, end: datetime, made: datetime, zone: ZoneInfo, formats: Formats) -> str:
    """For the foot of mails and of the portal's page."""
    kept = kept_until(settings, end, made)
    return f"Its files are kept until {times.day(kept, zone, formats) if kept else 'somebody deletes them'}."
