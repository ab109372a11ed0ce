"""Find the staff of a session: its organizers, and people listed in the settings. Follow-up lists leave staff out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import attrgetter

from debrief.delivery.rules.patterns import matcher
from debrief.model import AttendeeRow, SessionData
from debrief.persons import id_key, id_keys, ids_of_persons
from debrief.registration import Registrations
from debrief.util.values import is_identified

_ID_NAME_EMAIL = attrgetter("user_id", "user_name", "user_email")


def staff_of(data: SessionData, page_only: Sequence[AttendeeRow], listed: Sequence[str], *hosts: str) -> frozenset[str]:
    """Return the user ids of staff in the data; `page_only` are people who are only on the Summary page.

    Entries of `listed` are addresses or user ids, with the wildcards `*` and `?`, or a domain such as
    `@example.com`. `hosts` are further staff. If a person has several ids, all of them are returned.
    """
    everybody = [person for person in _everybody(data, page_only) if is_identified(person[0])]
    ids = [*(organizer.person.user_id for organizer in data.organizers), data.session.host_user_id, *hosts]
    organizers = {id_key(user_id) for user_id in ids if user_id.strip()}
    staff = organizers | set(id_keys([*_with_names(everybody, organizers), *_listed(everybody, listed)]))
    return frozenset(ids_of_persons([(user_id, email) for user_id, _, email in everybody], staff, organizers))


def _with_names(everybody: Sequence[tuple[str, str, str]], organizers: Iterable[str]) -> Iterator[str]:
    """Yield the ids of people with an organizer's name: in some accounts an organizer's user id is a full name."""
    if names := {key for key in organizers if " " in key}:
        yield from (user_id for user_id, name, _ in everybody if id_key(name) in names)


def _listed(everybody: Sequence[tuple[str, str, str]], listed: Sequence[str]) -> Iterator[str]:
    """Yield the ids of people whose id or address the settings list."""
    if listed:
        is_listed = matcher(f"*{entry}" if entry.startswith("@") else entry for entry in listed)
        yield from (user_id for user_id, _, email in everybody if is_listed(user_id) or is_listed(email))


def _everybody(data: SessionData, page_only: Sequence[AttendeeRow]) -> Iterator[tuple[str, str, str]]:
    """Yield id, name and address for each row, for each registrant, and for people of earlier sessions in no row."""
    tables = (data.attendees, data.breakout_attendees, page_only)
    yield from map(_ID_NAME_EMAIL, chain.from_iterable(tables))
    if isinstance(data.registrations, Registrations):
        yield from ((person.own_id, person.name, person.email) for person in data.registrations.people)
    seen = {row.user_id for row in chain.from_iterable(tables)} if data.earlier else set()
    for earlier in data.earlier:
        new = earlier.people.keys() - seen
        seen |= new
        yield from ((user_id, earlier.people[user_id].name, earlier.people[user_id].email) for user_id in new)
