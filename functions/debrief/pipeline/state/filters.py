"""Apply the session filters of the settings. Each gives the reason why it excludes a session."""

from __future__ import annotations

from debrief.delivery.rules.patterns import fits
from debrief.errors import Forbidden
from debrief.model import NotKnown, Session, VirtualEvent
from debrief.settings import Settings

OTHER_EVENT = "The session belongs to none of the virtual events of DEBRIEF_ONLY_EVENTS."


def why_skipped(session: Session, settings: Settings) -> str:
    """Return why the filters exclude a session; blank if they include it.

    While the room's name is unknown, the name filter is not applied.
    """
    if settings.only_rooms and session.entry_id not in settings.only_rooms:
        return "The room is not one of DEBRIEF_ONLY_ROOMS."
    if session.entry_name and not matches(session.entry_name, settings.name_patterns):
        return "The room's name does not match DEBRIEF_NAME_PATTERNS."
    if not session.is_open and session.duration_minutes < settings.min_minutes:
        return f"The session was shorter than the {settings.min_minutes:g} minutes of DEBRIEF_MIN_MINUTES."
    return ""


def is_of_wanted_event(event: VirtualEvent | NotKnown | None, settings: Settings) -> bool:
    """Return whether the filters include a session of this event. Raises Forbidden if the event is unknown."""
    if not settings.only_events:
        return True
    if isinstance(event, NotKnown):
        raise Forbidden(f"DEBRIEF_ONLY_EVENTS is set, and the session's event is unknown. {event.reason}")
    return event is not None and event.event_id in settings.only_events


def check_name(session: Session, settings: Settings) -> None:
    """Raise Forbidden if the name filter cannot be applied because the room's name is unknown."""
    if settings.name_patterns and not session.entry_name:
        raise Forbidden("DEBRIEF_NAME_PATTERNS is set, and the room's name is unknown.")


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a name fits a pattern (`*`, `?`, case ignored) and no pattern that starts with `!`."""
    excluded = [pattern[1:].strip() for pattern in patterns if pattern.startswith("!")]
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    return not fits(excluded, name) and (not wanted or fits(wanted, name))


def too_few(attendees: float | None, settings: Settings) -> str:
    """Return why a session with this number of attendees is excluded; blank if it is included."""
    if not settings.min_attendees or (attendees or 0) >= settings.min_attendees:
        return ""
    return f"The session had fewer than the {settings.min_attendees} attendees of DEBRIEF_MIN_ATTENDEES."
