"""Find the staff of a session: its organizers, and people listed in the settings. Follow-up lists leave staff out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from operator import attrgetter

from debrief.delivery.rules.patterns import matcher
from debrief.model import AttendeeRow, SessionData
from debrief.persons import Persons, address_key, id_key
from debrief.util.values import is_identified

_ID_NAME_EMAIL = attrgetter("user_id", "user_name", "user_email")


def staff_of(data: SessionData, page_only: Sequence[AttendeeRow], listed: Sequence[str], *hosts: str) -> frozenset[str]:
    """Return the user ids of staff in the data; `page_only` are people who are only on the Summary page.

    Entries of `listed` are addresses or user ids, with the wildcards `*` and `?`, or a domain such as
    `@example.com`. `hosts` are further staff. If a person has several ids, all of them are returned.
    """
    is_staff = _staff_test(data, listed, hosts)
    everybody = [person for person in _everybody(data, page_only) if is_identified(person[0])]
    staff_ids = [person[0] for person in everybody if is_staff(*person)]
    if not staff_ids:
        return frozenset()
    persons = Persons((user_id, email) for user_id, _, email in everybody)
    staff = set(map(persons.key_of, staff_ids))
    return frozenset(user_id for user_id, _, _ in everybody if persons.key_of(user_id) in staff)


def _staff_test(data: SessionData, listed: Sequence[str], hosts: Sequence[str]) -> Callable[[str, str, str], bool]:
    """Return a test that takes a user id, a name and an address.

    An organizer's user id is compared with user ids and addresses. In some accounts the id is a full name: then it is
    compared with names too.
    """
    ids = [*(organizer.person.user_id for organizer in data.organizers), data.session.host_user_id, *hosts]
    organizers = {id_key(user_id) for user_id in ids if user_id.strip()}
    names = {key for key in organizers if " " in key}
    is_listed = matcher(f"*{entry}" if entry.startswith("@") else entry for entry in listed)

    def is_staff(user_id: str, name: str, email: str) -> bool:
        return (
            id_key(user_id) in organizers
            or (bool(email) and address_key(email) in organizers)
            or (bool(names) and id_key(name) in names)
            or (bool(listed) and (is_listed(user_id) or is_listed(email)))
        )

    return is_staff


def _everybody(data: SessionData, page_only: Sequence[AttendeeRow]) -> Iterator[tuple[str, str, str]]:
    """Yield id, name and address for each row, and once for each person of earlier sessions who is in no row."""
    tables = (data.attendees, data.breakout_attendees, page_only)
    yield from map(_ID_NAME_EMAIL, chain.from_iterable(tables))
    seen = {row.user_id for row in chain.from_iterable(tables)} if data.earlier else set()
    for earlier in data.earlier:
        new = earlier.people.keys() - seen
        seen |= new
        yield from ((user_id, earlier.people[user_id].name, earlier.people[user_id].email) for user_id in new)
