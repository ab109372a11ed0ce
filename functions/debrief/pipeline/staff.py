"""Who in a session is staff, and so nobody to follow up: those who organize it, and whom the settings list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from operator import attrgetter

from debrief.cells import is_identified
from debrief.delivery.patterns import fitting
from debrief.model import AttendeeRow, SessionData

_WHO = attrgetter("user_id", "user_name", "user_email")


def staff_of(data: SessionData, apart: Sequence[AttendeeRow], listed: Sequence[str]) -> frozenset[str]:
    """The user ids of staff among everybody in the data; `apart` are people whom only the Summary page knows.

    `listed` are addresses and user ids as people write them: with `*` and `?`, or `@example.com` for a whole domain.
    Organizers are known by their user id, wherever it stands: as user id, as address, or, when it is no id but a first
    and a last name as in some accounts, as name.
    """
    organizers = {one.person.user_id.casefold() for one in data.organizers} | {data.session.host_user_id.casefold()}
    organizers = {one for one in organizers if one.strip()}
    names = {one for one in organizers if " " in one}
    is_listed = fitting(f"*{one}" if one.startswith("@") else one for one in listed)
    found = {
        user_id
        for user_id, name, email in _everybody(data, apart)
        if user_id.casefold() in organizers
        or email.casefold() in organizers
        or (names and name.casefold() in names)
        or (listed and (is_listed(user_id) or is_listed(email)))
    }
    return frozenset(filter(is_identified, found))


def _everybody(data: SessionData, apart: Sequence[AttendeeRow]) -> Iterator[tuple[str, str, str]]:
    """User id, name and address of everybody, those of earlier sessions once each."""
    every = (data.attendees, data.breakout_attendees, apart)
    yield from map(_WHO, chain.from_iterable(every))
    known = {row.user_id for row in chain.from_iterable(every)} if data.earlier else set()
    for one in data.earlier:
        gone = one.people.keys() - known
        known |= gone
        yield from ((user_id, one.people[user_id].name, one.people[user_id].email) for user_id in gone)
