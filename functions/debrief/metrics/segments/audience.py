"""The people whom segments are made of, and how a rule picks from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from debrief.metrics.attendees import Attendee, crowd
from debrief.metrics.definition import Facts
from debrief.metrics.profiles import Profile, as_attendee, profiles
from debrief.model import AttendeeRow
from debrief.rounding import short_minutes
from debrief.segment import Member, Segment

NOBODY = "Kaltura's attendee report names nobody"

Chosen: TypeAlias = tuple[Attendee, str]  # somebody, and why: the reason in words


@dataclass(frozen=True)
class Audience:
    """A session's facts, the user ids of staff, and the rows of people whom only the Summary page knows."""

    facts: Facts
    staff: Collection[str] = field(repr=False)
    apart: Sequence[AttendeeRow] = field(default=(), repr=False)

    @property
    def people(self) -> list[Attendee]:
        """Identified attendees, in the order in which they lie in memory, which is the fastest to go through."""
        return self.facts.people

    @cached_property
    def outsiders(self) -> list[Attendee]:
        """Those of them who are no staff."""
        return [person for person in self.people if person.user_id not in self.staff]

    @cached_property
    def here(self) -> Mapping[str, Attendee]:
        """Everybody identified whom any report has seen in the session, by user id."""
        in_breakouts = crowd(Attendee(row.user_id, row.user_name, row.user_email) for row in self._in_breakouts)
        return {row.user_id: as_attendee(row) for row in self.apart} | in_breakouts.people | self.facts.crowd.people

    @cached_property
    def profiles(self) -> Mapping[str, Profile]:
        """What report 60010 knows, by user id."""
        return profiles(self.facts.data)

    @property
    def _in_breakouts(self) -> Sequence[AttendeeRow]:
        return self.facts.data.breakout_attendees

    @staticmethod
    def longest_first(people: Iterable[Attendee]) -> list[Attendee]:
        """Those with the most minutes first."""
        return sorted(people, key=lambda person: (-(person.minutes or 0.0), person.user_id))

    def picked(self, key: str, formula: str, chosen: Iterable[Chosen], among: Collection[str] | None = None) -> Segment:
        """The segment of those chosen, in their order, of all attendees or of the people with these user ids."""
        members: list[Member] = []
        staff = 0
        for person, reason in chosen:
            if person.user_id in self.staff:
                staff += 1
            else:
                members.append(Member(person.user_id, person.name, person.email, reason))
        everybody = len(self.people if among is None else among)
        outsiders = len(self.outsiders) if among is None else sum(one not in self.staff for one in among)
        return Segment(key, formula, members, outsiders, len(members) + staff, everybody)


def minutes_in_words(minutes: float) -> str:
    """Minutes with a decimal only where there is one: `58`, `57.5`."""
    return short_minutes(minutes)


def plural(count: int, one: str, many: str) -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else many}"
