"""Compute the roll of a session: every registrant in exactly one class, by Kaltura's reports.

A registrant is a person on the list of registrations. Attendance is computed from the reports on attendees, never from
a status on the list. Registrants and attendees are matched by user id or address, in upper or lower case, never by
name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import not_

from debrief.metrics.attendees import Attendee, is_guest_without_address
from debrief.metrics.completeness import ATTENDEES, SHARED, VIEWERS, is_hidden, why_incomplete
from debrief.metrics.page_sections import recordings
from debrief.metrics.segments.audience import Audience
from debrief.model import NOT_COUNTED, NotKnown
from debrief.persons import IdAndAddress, Persons
from debrief.registration import NOT_REGISTERED, STAFF, UNCLEAR, Registrant, Registrations
from debrief.util.values import is_identified

APART = (*NOT_REGISTERED, STAFF)  # kinds of registrants who do not count as registered
_ERASED_ID = re.compile(r"erased-[0-9a-f]{8}").fullmatch
NO_MATCH = "some lines of the list have neither an address nor a user id"


@dataclass(frozen=True)
class Roll:
    """Every registrant once, by class (`came`, `recording_only`, `absent`, `doubts`, `apart`).

    `walk_ins` are present people without a registration, staff left out, the longest first; `unmatched` are
    people of whom it is unknown whether they are registered, because Kaltura gives no address of them. `unclear` is the
    number of present people whose status on the list Debrief does not know; they are neither. `doubts` has the people
    of `not_known` by reason. `apart` counts people on the list who do not count as registered, by kind.
    `present` has for each registered person who came the attendees who are this person, from any report. `viewers` is
    the number of registrants who watched the recording, also after they came; None if unknown. `counts_recording` is
    False if Kaltura does not count the recording's viewers. `listed` has the line of
    each person on the list, of any kind, by every user id in the session's reports and by the id of the line.
    """

    registrations: Registrations
    came: Sequence[Registrant] = field(repr=False)
    recording_only: Sequence[Registrant] = field(repr=False)
    absent: Sequence[Registrant] = field(repr=False)
    doubts: Mapping[str, Sequence[Registrant]] = field(repr=False)
    apart: Mapping[str, int]
    walk_ins: Sequence[Attendee] = field(repr=False)
    unmatched: Sequence[Attendee] = field(repr=False)
    unclear: int
    present: Sequence[Sequence[Attendee]] = field(repr=False)
    viewers: int | None
    counts_recording: bool
    listed: Mapping[str, Registrant] = field(repr=False)
    persons: Persons = field(repr=False, compare=False)

    @property
    def not_known(self) -> int:
        return sum(map(len, self.doubts.values()))

    @property
    def guests(self) -> int:
        return len(self.unmatched)

    @property
    def registered(self) -> int:
        return len(self.came) + len(self.recording_only) + len(self.absent) + self.not_known


def roll_of(audience: Audience) -> Roll | NotKnown | None:
    """Return the roll of a session; None if there is no list of registrations."""
    registrations = audience.facts.data.registrations
    return _call_roll(audience, registrations) if isinstance(registrations, Registrations) else registrations


def _call_roll(audience: Audience, registrations: Registrations) -> Roll:
    """Compare the list with everybody whom Kaltura's reports identify in the session."""
    people = [person for person in registrations.people if person.own_id]
    persons = audience.persons.merged_with(_ids_and_addresses(audience, people))
    watched = None if audience.facts.page_reason(VIEWERS) else recordings(audience.facts).get("viewers")
    viewers = _keys(persons, (viewer["user_id"] for viewer in watched or ()))
    here = defaultdict[str, list[Attendee]](list)
    for key, attendee in zip(persons.keys_of([*audience.here]), audience.here.values(), strict=True):
        here[key].append(attendee)
    perhaps = _keys(persons, (user_id for user_id, _ in _on_shared_page(audience))) - here.keys()
    staff = _keys(persons, audience.staff)
    doubt = why_incomplete(audience.facts)
    came: list[Registrant] = []
    recording_only: list[Registrant] = []
    absent: list[Registrant] = []
    doubts: dict[str, list[Registrant]] = {}
    apart = Counter[str]()
    registered = set[str]()
    lines = each_once(persons, people)
    for key, person in lines.items():
        kind = STAFF if key in staff else person.status
        if kind in APART:
            apart[kind] += 1
            continue
        registered.add(key)
        if key in here:
            came.append(person)
        elif reason := SHARED if key in perhaps else doubt:
            doubts.setdefault(reason, []).append(person)
        else:
            (recording_only if key in viewers else absent).append(person)
    without_id = [person for person in registrations.people if not person.own_id]
    for person in without_id:
        if person.status in APART:
            apart[person.status] += 1
        else:
            doubts.setdefault(NO_MATCH, []).append(person)
    strangers = _strangers(audience, persons, registered | staff)
    unclear = {key for key in strangers if key in lines and lines[key].status == UNCLEAR}
    strangers = {key: person for key, person in strangers.items() if key not in unclear}
    have_ids = all(person.user_id for person in registrations.people)
    comparable = [_is_comparable(person, have_ids=have_ids) for person in strangers.values()]
    return Roll(
        registrations,
        came,
        recording_only,
        absent,
        doubts,
        {kind: apart[kind] for kind in APART if apart[kind]},
        list(compress(strangers.values(), comparable)),
        list(compress(strangers.values(), map(not_, comparable))),
        len(unclear),
        [found for key, found in here.items() if key in registered],
        None if watched is None else len(viewers & registered),
        audience.facts.page_reason(VIEWERS) != NOT_COUNTED.reason,
        _by_user_id(persons, lines, audience),
        persons,
    )


def _strangers(audience: Audience, persons: Persons, others: Collection[str]) -> dict[str, Attendee]:
    """Return present people by key without these others; of several attendees who are one person, the longest."""
    strangers: dict[str, Attendee] = {}
    for attendee in audience.longest_first:
        if (key := persons.key_of(attendee.user_id)) not in others:
            strangers.setdefault(key, attendee)
    return strangers


def _by_user_id(persons: Persons, lines: Mapping[str, Registrant], audience: Audience) -> dict[str, Registrant]:
    """Return each person's line by every user id of the person, of staff too."""
    ids = [person.user_id for person in audience.facts.present] + [row.user_id for row in audience.page_only]
    ids += [line.own_id for line in lines.values()]
    return {user_id: lines[key] for user_id, key in zip(ids, persons.keys_of(ids), strict=True) if key in lines}


def _ids_and_addresses(audience: Audience, people: Iterable[Registrant]) -> Iterator[IdAndAddress]:
    """Yield every registrant; the address also as an id, because it is the user id in most accounts."""
    for person in people:
        yield person.own_id, person.email
        yield person.email, person.email
    yield from _on_shared_page(audience)


def _is_comparable(person: Attendee, *, have_ids: bool) -> bool:
    """Return whether an attendee would be found on the list: by address, or by the id if all registrants `have_ids`."""
    if person.email.strip() or "@" in person.user_id or _ERASED_ID(person.user_id):
        return True  # an erased person counts as before
    return have_ids and not (is_guest_without_address(person) or is_hidden(person.user_id))


def _keys(persons: Persons, ids: Iterable[str]) -> set[str]:
    return {persons.key_of(user_id) for user_id in ids if is_identified(user_id)}


def each_once(persons: Persons, people: Iterable[Registrant]) -> dict[str, Registrant]:
    """Return each person's line by key: the first that counts as registered, else that is unclear, else the first."""
    found: dict[str, Registrant] = {}
    for person in people:
        key = persons.key_of(person.own_id)
        if key not in found or _rank(person) < _rank(found[key]):
            found[key] = person
    return found


def _rank(person: Registrant) -> int:
    return 1 if person.status == UNCLEAR else 2 if person.status in NOT_REGISTERED else 0


def _on_shared_page(audience: Audience) -> Iterable[IdAndAddress]:
    """Return the people of the Summary page if it also covers another session: they may have been in that one."""
    page = audience.facts.data.page
    return (
        [(row.get("user_id", ""), row.get("email", "")) for row in page.rows(ATTENDEES)]
        if page and page.is_shared
        else ()
    )
