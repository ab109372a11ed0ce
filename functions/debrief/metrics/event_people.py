"""People of a virtual event: each person once, with the minutes of every session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from math import fsum, inf
from typing import Any

from debrief.metrics.arithmetic import mean_weighted
from debrief.metrics.attendees import Attendee, Crowd, crowd, parse_attendees, presence
from debrief.model import AttendeeRow, Metric, NotKnown, Session
from debrief.persons import IdAndAddress, Persons
from debrief.registration import SessionRoll


@dataclass(frozen=True)
class EventSession:
    """One session of an event as archived: its own metrics, and its own rows of report 6001."""

    session: Session
    metrics: Mapping[str, Metric]
    rows: Sequence[AttendeeRow] = field(repr=False)
    profiles: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)  # title, company by user id
    breakout_minutes: Mapping[str, float] = field(default_factory=dict, repr=False)  # by user id
    is_counted_twice: bool = False  # see Facts
    breakout_only: Sequence[AttendeeRow] = field(default=(), repr=False)  # rows of people who are not in `rows`
    sections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)  # sections of its summary
    roll: SessionRoll | NotKnown | None = None  # None if there is no list of registrations
    page_only: Sequence[IdAndAddress] = field(default=(), repr=False)  # people who are only on the Summary page
    viewers: Sequence[str] = field(default=(), repr=False)  # user ids of people who watched the recording
    may_lack: str | None = None  # why somebody in no list of this session may still have come; None if nobody did

    @cached_property
    def attendees(self) -> list[Attendee]:
        """Return an attendee for each row."""
        return parse_attendees(self.rows)

    @cached_property
    def crowd(self) -> Crowd:
        """Return the people of the main room: each identified user id once."""
        return crowd(self.attendees)

    @cached_property
    def present(self) -> dict[str, Attendee]:
        """Return everybody in the main room or in a breakout, by user id."""
        return crowd(parse_attendees(self.breakout_only)).people | self.crowd.people

    def presence(self, person: Attendee) -> float:
        """Return the minutes of a present person, including breakouts; unknown minutes count as 0."""
        metric = self.metrics.get("attended_minutes")  # None if an older version archived the session
        most = metric.value if metric and isinstance(metric.value, int | float) and metric.value else inf
        in_breakouts = self.breakout_minutes.get(person.user_id)
        return presence(person.minutes, in_breakouts, most, twice=self.is_counted_twice) or 0.0


@dataclass(frozen=True, slots=True)
class EventAttendee:
    """A person in an event. `minutes` has the presence in each session; None if the person was not in it."""

    user_id: str = field(repr=False)
    name: str = field(repr=False)
    email: str = field(repr=False)
    user_type: str
    title: str = field(repr=False)
    company: str = field(repr=False)
    minutes: tuple[float | None, ...]
    engagement: float | None  # 0..1, weighted by minutes
    main_room: float | None  # minutes in all main rooms; None if the person was only in breakouts

    @property
    def total(self) -> float:
        """Return the minutes of all sessions together. Time in overlapping sessions counts twice."""
        return fsum(minutes or 0.0 for minutes in self.minutes)

    @property
    def is_matchable(self) -> bool:
        """Return whether other sessions show the same person: everybody, except guests without an email address."""
        return self.user_type != "Guest" or bool(self.email.strip())

    @property
    def sessions(self) -> int:
        """Return the number of sessions in which the person was present under this id."""
        return sum(minutes is not None for minutes in self.minutes)


@dataclass(frozen=True)
class EventFacts:
    """An event's sessions by start, and the values computed from them that several figures share."""

    sessions: Sequence[EventSession]

    @cached_property
    def people(self) -> list[EventAttendee]:
        """Return everybody present, each user id once, most minutes first."""
        user_ids = sorted({user_id for session in self.sessions for user_id in session.present})
        return sorted(map(self._attendee, user_ids), key=_by_presence)

    @cached_property
    def attendees(self) -> list[EventAttendee]:
        """Return the people who were in a main room; the sessions' reports call only these people attendees."""
        return [person for person in self.people if person.main_room is not None]

    @cached_property
    def persons(self) -> Persons:
        """Return which user ids belong to the same person."""
        rows = (row for session in self.sessions for row in (*session.rows, *session.breakout_only))
        return Persons((row.user_id, row.user_email) for row in rows)

    @cached_property
    def person_keys_by_session(self) -> list[set[str]]:
        """Return the people of each session and its breakouts, as `persons` identifies them."""
        return [set(map(self.persons.key_of, session.present)) for session in self.sessions]

    def came_to(self, user_id: str) -> int:
        """Return the number of sessions in which the person was present, under any user id."""
        return self._came_to[self.persons.key_of(user_id)]

    @cached_property
    def _came_to(self) -> Counter[str]:
        return Counter(chain.from_iterable(self.person_keys_by_session))

    @cached_property
    def rows(self) -> list[Attendee]:
        """Return an attendee for each row of each session, unidentified viewers included."""
        return [row for session in self.sessions for row in session.attendees]

    def _attendee(self, user_id: str) -> EventAttendee:
        """Build an attendee. If names differ, the latest session's is used."""
        attendees = [session.present.get(user_id) for session in self.sessions]
        rows = [row for row in reversed(attendees) if row is not None]
        main_room_rows = [row for session in self.sessions if (row := session.crowd.people.get(user_id))]
        profiles = [profile for session in reversed(self.sessions) if (profile := session.profiles.get(user_id))]
        rates = [row.engagement for row in rows if row.engagement is not None]
        weighted = mean_weighted((row.minutes, row.engagement) for row in rows)
        return EventAttendee(
            user_id,
            _first(row.name for row in rows),
            _first(row.email for row in rows),
            max(row.user_type for row in rows),  # `User` wins over `Guest`
            _first(title for title, _ in profiles),
            _first(company for _, company in profiles),
            tuple(
                None if row is None else session.presence(row)
                for session, row in zip(self.sessions, attendees, strict=True)
            ),
            max(rates, default=None) if weighted is None else weighted,
            fsum(row.minutes or 0.0 for row in main_room_rows) if main_room_rows else None,
        )


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _by_presence(person: EventAttendee) -> tuple[float, int, str, str]:
    return (-person.total, -person.sessions, person.name.casefold(), person.user_id)
