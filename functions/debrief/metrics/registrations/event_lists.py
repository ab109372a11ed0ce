"""Make an event's follow-up lists of registered people who came to no session, and of people without registration."""

from __future__ import annotations

from collections.abc import Sequence

from debrief.metrics.event_people import EventAttendee
from debrief.metrics.registrations.event_figures import why_unknown
from debrief.metrics.registrations.event_roll import EventRegistrant, EventRoll
from debrief.metrics.registrations.lists import not_registered, who_else
from debrief.metrics.segments.audience import plural
from debrief.registration import ABSENT, RECORDING_ONLY, SessionRoll
from debrief.segment import CAME_UNREGISTERED, REGISTERED_NEVER_CAME, Member, Segment
from debrief.util.rounding import short_minutes

_MOST_NAMED = 3  # sessions in a reason


def lists(roll: EventRoll | None, of: int) -> list[Segment]:
    """Return both follow-up lists; none without a list of registrations. `of` people came, staff left out."""
    if roll is None:
        return []
    if reason := why_unknown(roll).removeprefix("not known, because "):
        return [Segment(key, unavailable=reason) for key in (REGISTERED_NEVER_CAME, CAME_UNREGISTERED)]
    return [_never_came(roll), _walk_ins(roll, of)]


def _never_came(roll: EventRoll) -> Segment:
    """Return registered people who are in no session's reports, live; viewers of a recording come first."""
    late, absent, not_known = roll.of_class(RECORDING_ONLY), roll.of_class(ABSENT), sum(roll.doubts.values())
    if not_known and not (late or absent):
        return Segment(REGISTERED_NEVER_CAME, unavailable=next(iter(roll.doubts)))
    formula = "Registered, and Kaltura identifies them in no session of this report, live."
    if late:
        formula += f" Those who watched a recording ({len(late):,}) come first."
    if not_known:
        formula += f" {plural(not_known, 'registrant', 'registrants')} of unknown attendance left out."
    if roll.unmatched or any(session.crowd.unidentified for session in roll.facts.sessions):
        formula += " Somebody on this list may have been there without a name or an address."
    members = [_member(roll, person) for person in (*late, *absent)]
    return Segment(REGISTERED_NEVER_CAME, formula, members, roll.registered)


def _member(roll: EventRoll, person: EventRegistrant) -> Member:
    row = person.row
    rolls = (roll.facts.sessions[place].roll for place in person.listed)
    is_for_event = any(isinstance(list_, SessionRoll) and list_.scope == "event" for list_ in rolls)
    what = "the event" if is_for_event else _names(roll, person.listed)
    watched = [place for place, class_ in enumerate(person.classes) if class_ == RECORDING_ONLY]
    late = f"; watched the recording of {_names(roll, watched)}" if watched else ""
    return Member(row.user_id or row.email, row.name, row.email, f"registered for {what}; came to no session{late}")


def _names(roll: EventRoll, places: Sequence[int]) -> str:
    """Name the sessions as the report does; if there are many, only the first of them."""
    sessions = roll.facts.sessions
    named = [
        f"S{place + 1} {' '.join(sessions[place].session.entry_name.split()) or sessions[place].session.entry_id}"
        for place in places[:_MOST_NAMED]
    ]
    more = [plural(len(places) - _MOST_NAMED, "more session", "more sessions")] if len(places) > _MOST_NAMED else []
    return " and ".join(filter(None, (", ".join([*named, *more][:-1]), [*named, *more][-1])))


def _walk_ins(roll: EventRoll, of: int) -> Segment:
    """Return people who came and are registered for no session, those with most minutes first."""
    first: dict[str, EventAttendee] = {}
    for person in roll.facts.people:
        first.setdefault(roll.persons.key_of(person.user_id), person)
    members = []
    for key, status in roll.walk_ins.items():
        person = first[key]
        came = plural(roll.facts.came_to(person.user_id), "session", "sessions")
        reason = f"{not_registered(status)}; came to {came}, {short_minutes(person.total)} minutes together"
        members.append(Member(person.user_id, person.name, person.email, reason))
    formula = (
        "In a session with a list of registrations, or its breakouts, and registered for no session of this event."
    )
    formula += who_else(any(roll.walk_ins.values()), roll.unclear)
    if roll.unmatched:
        formula += f" {plural(len(roll.unmatched), 'person', 'people')} without an address left out."
    return Segment(CAME_UNREGISTERED, formula, members, of)
