"""Header of every document: names, references for support, and whether anybody attended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.documents.text import sanitize
from debrief.documents.view import tiles

_SMALL = 10  # maximum number of attendees of a small session

if TYPE_CHECKING:
    from debrief.documents.text.sanitize import Clean
    from debrief.model import Session, Summary


def room_name(summary: Summary, clean: Clean = sanitize.clean) -> str:
    """Return the room's name, or its entry id."""
    return clean(summary.session.entry_name) or clean(summary.session.entry_id)


def host_name(summary: Summary, clean: Clean = sanitize.clean) -> str:
    """Return the host's name or id; blank if unknown."""
    host = summary.host
    names = (host.name, host.user_id) if host else ()
    return next((name for part in (*names, summary.session.host_user_id) if (name := clean(part))), "")


def session_reference(session: Session, clean: Clean = sanitize.clean) -> str:
    """Return a line with the ids that support needs to find a session."""
    return clean(f"Reference for support: session {session.cue_point_id}, room {session.entry_id}")


def event_reference(session: Session, clean: Clean = sanitize.clean) -> str:
    """Return a line with the id that support needs to find a virtual event."""
    return clean(f"Reference for support: virtual event {session.entry_id}")


def nobody_came(summary: Summary) -> bool:
    """Return whether nobody attended, according to Kaltura."""
    attendees = tiles.value_of(summary.metrics, "unique_attendees")
    watched = any(tiles.value_of(summary.metrics, key) for key in ("minutes_total", "viewers_total", "viewers_live"))
    return attendees == 0 and not watched and not summary.sections.get("attendees", {}).get("total", 0)


def is_small(summary: Summary) -> bool:
    """Return whether at most ten people came. The full PDF of a small session has no formulas; report.html has them."""
    counted = ("unique_attendees", "people_present", "viewers_total")
    return all((tiles.value_of(summary.metrics, key) or 0) <= _SMALL for key in counted)
