"""A sentence about registrations, for emails and reports. The view of all their figures is in registrations.py."""

from __future__ import annotations

from debrief.documents.text.locale_formats import PLAIN, Formats
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
    rate = value_of(summary.metrics, "registration_rate")
    share = f" ({formats.percent(rate)})" if rate is not None else ""
    whole = formats.plural(registered, "registered person", "registered people")
    people = f"{formats.count(came)} of {whole} came{share}"
    if value_of(summary.metrics, "registered_not_known"):
        people = f"At least {people}" if came else f"Not known how many of {whole} came"
    others = f"; {formats.count(walk_ins)} came without registering" if walk_ins else ""
    return f"{people}{others}."
