"""Make the follow-up lists of registered people who did not come, and of people who came without registering."""

from __future__ import annotations

from debrief.metrics.attendees import Attendee
from debrief.metrics.registrations.roll import Roll
from debrief.metrics.segments.audience import Audience, plural
from debrief.model import NotKnown
from debrief.registration import Registrant
from debrief.segment import CAME_UNREGISTERED, REGISTERED_ABSENT, Member, Segment
from debrief.util.rounding import short_minutes

_FOR = {"session": "this session", "event": "the event", "room": "this room"}
_ABSENT = {
    "session": "registered and not seen in the session",
    "event": "registered for the event, not seen in this session",
    "room": "registered for the room, not seen in this session",
}


def lists(audience: Audience, roll: Roll | NotKnown | None) -> list[Segment]:
    """Return both follow-up lists; none if there is no list of registrations."""
    if roll is None:
        return []
    if isinstance(roll, NotKnown):
        reason = roll.reason.rstrip(".")
        return [Segment(key, unavailable=reason) for key in (REGISTERED_ABSENT, CAME_UNREGISTERED)]
    return [_absent(audience, roll), _walk_ins(audience, roll)]


def _absent(audience: Audience, roll: Roll) -> Segment:
    """Return registered people who are in no report on the live session; viewers of the recording come first."""
    if roll.not_known and not (roll.absent or roll.recording_only):
        return Segment(REGISTERED_ABSENT, unavailable=next(iter(roll.doubts)))
    scope = roll.registrations.scope
    formula = f"Registered for {_FOR[scope]}, and Kaltura identifies them nowhere in this session, live."
    if roll.recording_only:
        formula += f" Those who watched the recording ({len(roll.recording_only):,}) come first."
    if roll.not_known:
        formula += f" {plural(roll.not_known, 'registrant', 'registrants')} of unknown attendance left out."
    if roll.guests or audience.facts.unidentified:
        formula += " Somebody on this list may have been there without a name or an address."
    members = [_member(person, f"{_ABSENT[scope]}; watched the recording") for person in roll.recording_only]
    members += [_member(person, _ABSENT[scope]) for person in roll.absent]
    return Segment(REGISTERED_ABSENT, formula, members, roll.registered)


def _walk_ins(audience: Audience, roll: Roll) -> Segment:
    """Return attendees who are not registered, those who stayed longest first."""
    scope = roll.registrations.scope
    length = short_minutes(audience.facts.attended_minutes)
    members = [
        Member(
            person.user_id,
            person.name,
            person.email,
            f"{not_registered(_status(roll, person))}; "
            f"there for {short_minutes(person.presence or 0.0)} of {length} minutes",
        )
        for person in roll.walk_ins
    ]
    formula = f"In the session or a breakout, and not registered for {_FOR[scope]}." + who_else(
        any(_status(roll, person) for person in roll.walk_ins), roll.unclear
    )
    if roll.guests:
        formula += f" {plural(roll.guests, 'person', 'people')} without an address left out."
    return Segment(CAME_UNREGISTERED, formula, members, len(audience.outsiders))


def _status(roll: Roll, person: Attendee) -> str:
    """Return a walk-in's status on the list; blank if the person is not on it."""
    line = roll.listed.get(person.user_id)
    return line.status if line else ""


def not_registered(status: str) -> str:
    """Return why somebody is a walk-in: `not registered: cancelled`, or `not registered` if not on the list."""
    return f"not registered: {status}" if status else "not registered"


def who_else(some_are_listed: bool, unclear: int) -> str:
    """Return sentences about people on the list: those who are named all the same, and those who are left out."""
    words = " Some of them are on the list, but cancelled, were blocked or only invited." if some_are_listed else ""
    if unclear:
        words += f" {plural(unclear, 'person', 'people')} with an unclear status on the list left out."
    return words


def _member(person: Registrant, reason: str) -> Member:
    return Member(person.own_id, person.name, person.email, reason)
