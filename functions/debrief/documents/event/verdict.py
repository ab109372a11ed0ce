"""The verdict of a virtual event: two or three plain sentences that name nobody; docs/verdict.md has their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.documents.event.registrations import in_one_sentence
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.view.stay import known_key
from debrief.documents.view.tiles import value_of
from debrief.documents.view.verdict import whole_percent

if TYPE_CHECKING:
    from debrief.model import Summary


def event_verdict(summary: Summary, formats: Formats = PLAIN) -> str:
    """Return the verdict of an event. A clause whose figure is unknown is left out."""
    metrics = summary.metrics
    people = value_of(metrics, "unique_attendees")
    sessions = value_of(metrics, "sessions") or len(summary.sections["sessions"]["rows"])
    only_breakout = value_of(metrics, "people_breakout_only")
    if not people and not only_breakout:
        return " ".join(filter(None, ("Kaltura identified nobody in this event.", in_one_sentence(summary, formats))))
    came = f"{_people(people or 0, formats)} came to {_the_sessions(sessions, formats)}"
    if only_breakout:
        took_part = f"{_people((people or 0) + only_breakout, formats)} took part in {_the_sessions(sessions, formats)}"
        rooms = "a breakout" if only_breakout == 1 else "breakouts"
        came = f"{took_part}, only in {rooms}"
        if people:
            came = (
                f"{took_part}: {formats.count(people)} in main rooms and {formats.count(only_breakout)} only in {rooms}"
            )
    several, every = value_of(metrics, "returning_rate"), value_of(metrics, "all_sessions_rate")
    if sessions > 1 and several is not None and (people or 0) + (only_breakout or 0) > 1:
        came += f"; {whole_percent(several, formats)} came to at least two"
        if sessions > 2 and every is not None:
            came += f", {whole_percent(every, formats)} to all"
    return " ".join(filter(None, (f"{came}.", _spent(summary, sessions, formats), in_one_sentence(summary, formats))))


def _spent(summary: Summary, sessions: float, formats: Formats) -> str:
    minutes = value_of(summary.metrics, known_key(summary, "presence_average"))
    engaged = value_of(summary.metrics, "engagement_rate")
    if minutes is None:
        return ""
    together = " in all sessions together" if sessions > 1 else ""
    rate = "" if engaged is None else f", engaged for {whole_percent(engaged, formats)} of the time"
    return f"They spent {formats.count(minutes)} minutes{together} on average{rate}."


def _people(people: float, formats: Formats) -> str:
    return "One person" if people == 1 else formats.plural(people, "person", "people")


def _the_sessions(sessions: float, formats: Formats) -> str:
    return "the only session" if sessions == 1 else f"{formats.count(sessions)} sessions"
