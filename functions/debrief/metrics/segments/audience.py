"""The people whom segments are made of, and how a rule picks from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import TypeAlias

from debrief.metrics.attendees import Attendee, merged, minutes_there
from debrief.metrics.definition import Facts
from debrief.metrics.profiles import Profile, added_up, as_attendee, profiles
from debrief.model import AttendeeRow
from debrief.persons import Persons
from debrief.segments import Member, Segment

NOBODY = "Kaltura's attendee report names nobody"

Chosen: TypeAlias = tuple[Attendee, str]  # somebody, and why: the reason in words


@dataclass(frozen=True)
class Audience:
    """A session's facts, the user ids of staff, and the rows of people whom only the Summary page knows.

    Everybody is in it once, however many user ids they came under: under that of the longest stay. Dates in reasons are
    those of `zone`.
    """

    facts: Facts
    staff: Collection[str] = field(repr=False)
    apart: Sequence[AttendeeRow] = field(default=(), repr=False)
    zone: tzinfo = UTC

    @cached_property
    def persons(self) -> Persons:
        """Who is who, in this session and the earlier ones."""
        before = (person for one in self.facts.data.earlier for person in one.people.values())
        others = [(row.user_id, row.user_email) for row in self.apart] + [(one.user_id, one.email) for one in before]
        return self.facts.persons.merged_with(others) if others else self.facts.persons

    @cached_property
    def people(self) -> list[Attendee]:
        """Everybody present: in the main room or in a breakout."""
        return [self.here[user_id] for user_id in self._present if user_id in self.here]

    @cached_property
    def outsiders(self) -> list[Attendee]:
        """Those of them who are no staff."""
        return [person for person in self.people if not self.is_staff(person.user_id)]

    @cached_property
    def here(self) -> Mapping[str, Attendee]:
        """Everybody identified whom any report has seen in the session, by the user id that stands for them."""
        found = {person.user_id: person for person in self._everybody}
        for user_ids in self._several:
            whole = self._put_together([found.pop(user_id) for user_id in user_ids])
            found[whole.user_id] = whole
        return found

    @cached_property
    def profiles(self) -> Mapping[str, Profile]:
        """What report 60010 knows, by user id; of several ids of one person together."""
        found = profiles(self.facts.data)
        for user_ids in self._several:
            ids = sorted(user_ids, key=lambda user_id: (user_id not in self.here, user_id))
            if known := [found.pop(user_id) for user_id in ids if user_id in found]:
                found[ids[0]] = added_up(known)
        return found

    @cached_property
    def seen(self) -> set[str]:
        """Who was seen in the session by any report, as `persons` knows them."""
        return set(map(self.persons.key_of, self.here))

    def is_staff(self, user_id: str) -> bool:
        """Whether somebody is staff, under whatever id."""
        return user_id in self.staff or self.persons.key_of(user_id) in self._staff

    def day(self, time: datetime) -> str:
        """The date of a time, as the report dates things."""
        return f"{time.astimezone(self.zone):%Y-%m-%d}"

    @cached_property
    def ids_left_out(self) -> int:
        """How many user ids of people present are not counted, because the person is counted under another one."""
        return len(self._present) - len(self.people)

    def _put_together(self, ids: Sequence[Attendee]) -> Attendee:
        """One person's ids as one attendee; of two devices at once no minute counts twice if that can be told."""
        ids = sorted(ids, key=lambda one: (one.user_id not in self._present, -minutes_there(one), one.user_id))
        names, addresses = [one.name for one in ids], [one.email for one in ids]
        there = [one.presence for one in ids if one.presence is not None]
        return merged(ids)._replace(
            name=next(filter(None, names), ""),
            email=next(filter(None, addresses), ""),
            presence=min(sum(there), self.facts.attended_minutes) if there else None,
        )

    @cached_property
    def _present(self) -> Mapping[str, Attendee]:
        return {person.user_id: person for person in self.facts.present}

    @cached_property
    def _staff(self) -> set[str]:
        return set(map(self.persons.key_of, self.staff))

    @cached_property
    def _everybody(self) -> list[Attendee]:
        return [*self.facts.present, *map(as_attendee, self.apart)]

    @cached_property
    def _several(self) -> list[list[str]]:
        """The ids of each person who came under several."""
        return self.persons.groups(person.user_id for person in self._everybody)

    @staticmethod
    def longest_first(people: Iterable[Attendee]) -> list[Attendee]:
        """Those who were there longest first."""
        return sorted(people, key=lambda person: (-minutes_there(person), person.user_id))

    def picked(self, key: str, formula: str, chosen: Iterable[Chosen]) -> Segment:
        """The segment of those chosen who are no staff, in their order."""
        members = (
            Member(person.user_id, person.name, person.email, reason)
            for person, reason in chosen
            if not self.is_staff(person.user_id)
        )
        return Segment(key, formula, list(members), len(self.outsiders))


def plural(count: int, one: str, many: str) -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else many}"
