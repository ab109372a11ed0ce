"""What every document says of a session first: which room, whose, and whether anybody came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.documents.text import sanitize
from debrief.documents.view import tiles

if TYPE_CHECKING:
    from debrief.documents.text.sanitize import Clean
    from debrief.model import Summary


def room_name(summary: Summary, clean: Clean = sanitize.clean) -> str:
    """The room's name, or its entry id when it has none."""
    return clean(summary.session.entry_name) or clean(summary.session.entry_id)


def host_name(summary: Summary, clean: Clean = sanitize.clean) -> str:
    """The host's name, or whatever else tells who it was; blank when nothing does."""
    host = summary.host
    names = (host.name, host.user_id) if host else ()
    return next((name for part in (*names, summary.session.host_user_id) if (name := clean(part))), "")


def nobody_came(summary: Summary) -> bool:
    """Whether nobody was there, as far as Kaltura knows."""
    came = tiles.value_of(summary.metrics, "unique_attendees")
    watched = any(tiles.value_of(summary.metrics, key) for key in ("minutes_total", "viewers_total", "viewers_live"))
    return came == 0 and not watched and not summary.sections.get("attendees", {}).get("total", 0)
