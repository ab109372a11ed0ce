"""A sentence about registrations, for emails and reports. The view of all their figures is in registrations.py."""

from __future__ import annotations

from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.view.common import is_for_whole_event
from debrief.documents.view.tiles import value_of
from debrief.model import Summary


def in_one_sentence(summary: Summary, formats: Formats = PLAIN) -> str:
    """Return how many of the registered people came; blank if there is no list, or nobody's attendance is known."""
    registered, came, walk_ins = (
        value_of(summary.metrics, key) for key in ("registered", "registered_came", "walk_ins")
    )
    if registered and came is None:
        return f"{formats.plural(registered, 'person', 'people')} registered; not known how many of them came."
    if not registered or came is None:
        return ""
    others = f"; {formats.count(walk_ins)} came without registering" if walk_ins else ""
    is_doubtful = bool(value_of(summary.metrics, "registered_not_known"))
    if is_for_whole_event(summary):
        whole = formats.plural(registered, "person", "people")
        part = f"{formats.count(came)} of them came to this session"
        if is_doubtful:
            part = f"at least {part}" if came else "not known how many of them came to this session"
        return f"{whole} registered for the whole event; {part}{others}."
    rate = value_of(summary.metrics, "registration_rate")
    share = f" ({formats.percent(rate)})" if rate is not None else ""
    whole = formats.plural(registered, "registered person", "registered people")
    people = f"{formats.count(came)} of {whole} came{share}"
    if is_doubtful:
        people = f"At least {people}" if came else f"Not known how many of {whole} came"
    return f"{people}{others}."
