"""Who in a session is staff, and so nobody to follow up: those who organize it, and whom the settings list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import TypeAlias

from debrief.delivery.rules.patterns import fitting
from debrief.model import AttendeeRow, SessionData
from debrief.persons import Persons, address_key, id_key
from debrief.util.values import is_identified

_WHO = attrgetter("user_id", "user_name", "user_email")

IsStaff: TypeAlias = Callable[[str, str, str], bool]  # of a user id, a name and an address


def staff_of(data: SessionData, apart: Sequence[AttendeeRow], listed: Sequence[str], *hosts: str) -> frozenset[str]:
    """The user ids of staff among everybody in the data; `apart` are people whom only the Summary page knows.

    `listed` are addresses and user ids as people write them: with `*` and `?`, or `@example.com` for a whole domain.
    `hosts` are staff besides the session's organizers. An id of somebody who is staff under another id is staff too.
    """
    is_staff = _rule(data, listed, hosts)
    everybody = [one for one in _everybody(data, apart) if is_identified(one[0])]
    named = [one[0] for one in everybody if is_staff(*one)]
    if not named:
        return frozenset()
    persons = Persons((user_id, email) for user_id, _, email in everybody)
    staff = set(map(persons.key_of, named))
    return frozenset(user_id for user_id, _, _ in everybody if persons.key_of(user_id) in staff)


def _rule(data: SessionData, listed: Sequence[str], hosts: Sequence[str]) -> IsStaff:
    """The test for staff.

    Organizers are known by their user id, wherever it stands: as user id, as address, or, when it is no id but a first
    and a last name as in some accounts, as name.
    """
    ids = [*(one.person.user_id for one in data.organizers), data.session.host_user_id, *hosts]
    organizers = {id_key(one) for one in ids if one.strip()}
    names = {one for one in organizers if " " in one}
    is_listed = fitting(f"*{one}" if one.startswith("@") else one for one in listed)

    def is_staff(user_id: str, name: str, email: str) -> bool:
        return (
            id_key(user_id) in organizers
            or (bool(email) and address_key(email) in organizers)
            or (bool(names) and id_key(name) in names)
            or (bool(listed) and (is_listed(user_id) or is_listed(email)))
        )

    return is_staff


def _everybody(data: SessionData, apart: Sequence[AttendeeRow]) -> Iterator[tuple[str, str, str]]:
    """User id, name and address of everybody, those of earlier sessions once each."""
    every = (data.attendees, data.breakout_attendees, apart)
    yield from map(_WHO, chain.from_iterable(every))
    known = {row.user_id for row in chain.from_iterable(every)} if data.earlier else set()
    for one in data.earlier:
        gone = one.people.keys() - known
        known |= gone
        yield from ((user_id, one.people[user_id].name, one.people[user_id].email) for user_id in gone)
