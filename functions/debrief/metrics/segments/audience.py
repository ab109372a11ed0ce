"""The people of a session from whom segments are chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from itertools import compress
from operator import itemgetter, not_
from typing import TypeAlias

from debrief.metrics.attendees import Attendee, merged, minutes_there
from debrief.metrics.definition import Facts
from debrief.metrics.profiles import Profile, as_attendee, merge_profiles
from debrief.model import AttendeeRow
from debrief.persons import Persons
from debrief.segment import Member, Segment

NOBODY = "Kaltura's attendee report names nobody"

Chosen: TypeAlias = tuple[Attendee, str]  # a person, and the reason in words


@dataclass(frozen=True)
class Audience:
    """A session's facts, the user ids of staff, and the people known from the Summary page only.

    Each person is included once, under the user id of the longest stay. Dates in reasons are in `zone`.
    """

    facts: Facts
    staff: Collection[str] = field(repr=False)
    page_only: Sequence[AttendeeRow] = field(default=(), repr=False)
    zone: tzinfo = UTC

    @cached_property
    def persons(self) -> Persons:
        """Return which ids belong to the same person, in this session and the earlier ones."""
        before = (person for session in self.facts.data.earlier for person in session.people.values())
        others = [(row.user_id, row.user_email) for row in self.page_only] + [
            (person.user_id, person.email) for person in before
        ]
        return self.facts.persons.merged_with(others) if others else self.facts.persons

    @cached_property
    def people(self) -> list[Attendee]:
        """Return everybody present: in the main room or in a breakout."""
        if not self._several:
            return self.facts.present
        return [self.here[user_id] for user_id in self._present if user_id in self.here]

    @cached_property
    def outsiders(self) -> list[Attendee]:
        """Return the present people except staff."""
        return self.without_staff(self.people)

    @cached_property
    def longest_first(self) -> list[Attendee]:
        """Return the people sorted by presence, the longest first, then by user id."""
        by_id = sorted(self.people, key=itemgetter(0))
        return sorted(by_id, key=minutes_there, reverse=True)  # sorting twice by one value is faster than by pairs

    @cached_property
    def here(self) -> Mapping[str, Attendee]:
        """Return everybody identified in the session by any report, by the user id that represents the person."""
        found = dict(zip(map(itemgetter(0), self._everybody), self._everybody, strict=True))
        for user_ids in self._several:
            whole = self._merge_person([found.pop(user_id) for user_id in user_ids])
            found[whole.user_id] = whole
        return found

    @cached_property
    def profiles(self) -> Mapping[str, Profile]:
        """Return the profiles of report 60010 by user id, merged for each person."""
        found = dict(self.facts.profiles)
        for user_ids in self._several:
            ids = sorted(user_ids, key=lambda user_id: (user_id not in self.here, user_id))
            if known := [found.pop(user_id) for user_id in ids if user_id in found]:
                found[ids[0]] = merge_profiles(known)
        return found

    @cached_property
    def seen(self) -> set[str]:
        """Return the people seen in the session by any report, as `persons` identifies them."""
        return set(self.persons.keys_of([*self.here]))

    def without_staff(self, people: Iterable[Attendee]) -> list[Attendee]:
        """Return the people who are not staff, under any id."""
        people = list(people)
        return list(compress(people, map(not_, self.are_staff(people))))

    def are_staff(self, people: Sequence[Attendee]) -> list[bool]:
        """Return for each person whether they are staff, under any id."""
        if not self.staff:
            return [False] * len(people)
        staff = set(self.persons.keys_of([*self.staff]))
        return [key in staff for key in self.persons.keys_of([person.user_id for person in people])]

    def day(self, time: datetime) -> str:
        """Format a date for the reasons."""
        return f"{time.astimezone(self.zone):%Y-%m-%d}"

    @cached_property
    def ids_left_out(self) -> int:
        """Return the number of user ids that are not counted, because the person has another id."""
        return len(self._present) - len(self.people)

    def _merge_person(self, attendees: Sequence[Attendee]) -> Attendee:
        """Merge the ids of one person. The sum of their presence is limited to the attended minutes."""
        attendees = sorted(
            attendees,
            key=lambda attendee: (attendee.user_id not in self._present, -minutes_there(attendee), attendee.user_id),
        )
        names, addresses = [attendee.name for attendee in attendees], [attendee.email for attendee in attendees]
        presences = [attendee.presence for attendee in attendees if attendee.presence is not None]
        return merged(attendees)._replace(
            name=next(filter(None, names), ""),
            email=next(filter(None, addresses), ""),
            presence=min(sum(presences), self.facts.attended_minutes) if presences else None,
        )

    @cached_property
    def _present(self) -> Mapping[str, Attendee]:
        return {person.user_id: person for person in self.facts.present}

    @cached_property
    def _everybody(self) -> list[Attendee]:
        return [*self.facts.present, *map(as_attendee, self.page_only)]

    @cached_property
    def _several(self) -> list[list[str]]:
        """Return the ids of each person who has several ids."""
        return self.persons.groups(person.user_id for person in self._everybody)

    def picked(self, key: str, formula: str, chosen: Iterable[Chosen]) -> Segment:
        """Return a segment of the chosen people without staff, in their order."""
        pairs = list(chosen)
        are_staff = self.are_staff([person for person, _ in pairs])
        members = [
            Member(person.user_id, person.name, person.email, reason)
            for (person, reason), is_staff in zip(pairs, are_staff, strict=True)
            if not is_staff
        ]
        return Segment(key, formula, members, len(self.outsiders))


def plural(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
