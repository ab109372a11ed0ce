"""Define metrics: key, label, unit, formula in words, source, and the function that computes the value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from debrief.metrics.arithmetic import mean_weighted
from debrief.metrics.attended_span import attended_span
from debrief.metrics.attendees import Attendee, Crowd, crowd, everyone, parse_attendees, presence
from debrief.metrics.profiles import Profile, only_on_page, profiles
from debrief.model import AttendeeRow, Metric, RoomRow, SessionData
from debrief.persons import Persons
from debrief.util.columns import Cells
from debrief.util.spans import Span, minutes

LONGER_THAN_SESSION = 1.0  # minutes; Kaltura counts in steps of ten seconds, so up to one minute more is no error
ROUNDING = 1e-12  # Kaltura prints 14 digits, so a share reached exactly may look a little smaller

PAGE_NOT_READ = "The reports behind Kaltura's Summary page were not read."

Value = float | int | str | None


@dataclass(frozen=True)
class Facts:
    """One session's data, and the values computed from it that several metrics share.

    Metrics and texts about how long people stayed use `present`, and divide each person's `presence` by
    `attended_minutes`.
    """

    data: SessionData = field(repr=False)

    @cached_property
    def rows(self) -> list[Attendee]:
        """Return an attendee for each of the session's own rows of report 6001."""
        return parse_attendees(self.data.attendees)

    @cached_property
    def crowd(self) -> Crowd:
        """Return the same rows, with the rows of each user merged."""
        return crowd(self.rows)

    @cached_property
    def people(self) -> list[Attendee]:
        """Return one attendee for each identified user id."""
        return list(self.crowd.people.values())

    @cached_property
    def guests(self) -> int:
        return [person.user_type for person in self.people].count("Guest")

    @property
    def unidentified(self) -> list[Attendee]:
        """Return the rows with a blank or `Unknown` user id."""
        return self.crowd.unidentified

    @cached_property
    def minutes(self) -> list[float]:
        """Return the minutes of each identified attendee, ascending; unknown minutes count as 0."""
        return sorted(person.minutes or 0.0 for person in self.people)

    @cached_property
    def engagement_rate(self) -> float | None:
        """Return engaged minutes divided by all minutes, 0..1, including unidentified viewers."""
        return mean_weighted((row.minutes, row.engagement) for row in self.rows)

    @property
    def duration(self) -> float:
        return self.data.session.duration_minutes

    @cached_property
    def attended_span(self) -> list[Span]:
        """Return the time in which people could attend: one span, or several of a merged session."""
        return attended_span(self.data)

    @cached_property
    def attended_minutes(self) -> float:
        """Return the minutes in which people could attend; nobody's presence is longer."""
        return minutes(self.attended_span)

    @cached_property
    def everyone(self) -> list[Attendee]:
        """Return everybody in the main room or in a breakout, each identified user id once, with presence."""
        return [*self.present, *self._everyone.unidentified]

    @cached_property
    def present(self) -> list[Attendee]:
        """Return the present people: the identified people of `everyone`."""
        people, most, twice = self._everyone.people.values(), self.attended_minutes, self.is_counted_twice
        if not most:
            return list(people)
        known = (presence(person.minutes, person.breakout_minutes, most, twice=twice) for person in people)
        return [Attendee(*person[:-1], minutes_there) for person, minutes_there in zip(people, known, strict=True)]

    @cached_property
    def profiles(self) -> Mapping[str, Profile]:
        """Return the profiles of report 60010 by user id."""
        return profiles(self.data)

    @cached_property
    def page_only(self) -> list[AttendeeRow]:
        """Return rows of people who are only on the Summary page."""
        return only_on_page(self.data)

    @cached_property
    def persons(self) -> Persons:
        """Return which user ids of present people belong to the same person."""
        return Persons((person.user_id, person.email) for person in self.present)

    @cached_property
    def presence(self) -> list[float]:
        """Return the presence of each present person, ascending; unknown minutes count as 0."""
        return sorted(person.presence or 0.0 for person in self.present)

    @cached_property
    def is_counted_twice(self) -> bool:
        """Return whether Kaltura counts people in the main room while they are in a breakout.

        Debrief assumes this if more than half of the people with breakout minutes have more minutes in main room and
        breakouts together than the session.
        """
        sums = [
            (person.minutes or 0.0) + person.breakout_minutes
            for person in self._everyone.people.values()
            if person.breakout_minutes
        ]
        return sum(one > self.duration + LONGER_THAN_SESSION for one in sums) > len(sums) / 2

    @cached_property
    def _everyone(self) -> Crowd:
        return everyone(self.crowd, self.data.breakout_attendees)

    def page_rows(self, name: str) -> Sequence[Cells]:
        """Return the rows of a report of the Summary page; empty if the report was not read."""
        return self.data.page.rows(name) if self.data.page else ()

    def page_reason(self, name: str) -> str | None:
        """Return why a report of the Summary page was not read; None if it was read."""
        return self.data.page.reason(name) if self.data.page else PAGE_NOT_READ

    @property
    def room(self) -> RoomRow | None:
        """Return the session's own row in report 6000; None if the report has no such row."""
        session = self.data.session
        own = (session.entry_id, session.cue_point_id)
        return next((row for row in self.data.rooms if (row.entry_id, row.cue_point_id) == own), None)


@dataclass(frozen=True)
class Definition:
    """One metric. If `compute` returns None, the metric has no value, and `why_none` says why.

    `make generated` copies labels and formulas from the definitions into tables, SQL and docs.
    """

    key: str
    label: str  # its name in every document
    unit: str  # people, minutes, ratio (0..1), count
    source: str  # numbers of Kaltura's reports
    formula: str
    compute: Callable[[Facts], Value]
    why_none: str | Callable[[Facts], str] = ""
    short: str = ""  # a shorter label, for narrow columns and charts

    def metric(self, facts: Facts) -> Metric:
        value, reason = self.compute(facts), None
        if value is None:
            reason = self.why_none if isinstance(self.why_none, str) else self.why_none(facts)
        return Metric(value, self.unit, self.formula, self.source, reason)
