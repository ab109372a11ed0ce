"""What a metric is: a key, a unit, a formula in words, a source, and the function that computes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from debrief.metrics.arithmetic import mean_weighted
from debrief.metrics.attendees import Attendee, Crowd, attended, crowd
from debrief.model import Metric, RoomRow, SessionData

Value = float | int | str | None


@dataclass(frozen=True)
class Facts:
    """What metrics are computed from: one session's data and the views of it that several metrics share."""

    data: SessionData = field(repr=False)

    @cached_property
    def rows(self) -> list[Attendee]:
        """The session's own rows of report 6001, one each."""
        return attended(self.data.attendees)

    @cached_property
    def crowd(self) -> Crowd:
        """The same, merged per user."""
        return crowd(self.rows)

    @cached_property
    def people(self) -> list[Attendee]:
        """Identified attendees, each once."""
        return list(self.crowd.people.values())

    @cached_property
    def guests(self) -> int:
        """How many of them are guests."""
        return [person.user_type for person in self.people].count("Guest")

    @property
    def unidentified(self) -> list[Attendee]:
        """The rows that are blank or `Unknown`."""
        return self.crowd.unidentified

    @cached_property
    def minutes(self) -> list[float]:
        """Minutes of each identified attendee, ascending; unknown minutes count as none."""
        return sorted(person.minutes or 0.0 for person in self.people)

    @cached_property
    def engagement_rate(self) -> float | None:
        """Engaged minutes over all minutes, 0..1, unidentified viewers included."""
        return mean_weighted((row.minutes, row.engagement) for row in self.rows)

    @property
    def duration(self) -> float:
        """The session's length in minutes."""
        return self.data.session.duration_minutes

    @property
    def room(self) -> RoomRow | None:
        """The session's own row in report 6000, if it came."""
        session = self.data.session
        own = (session.entry_id, session.cue_point_id)
        return next((row for row in self.data.rooms if (row.entry_id, row.cue_point_id) == own), None)


@dataclass(frozen=True)
class Definition:
    """One metric. `compute` gives None when there is nothing to compute it from; `otherwise` says why in words."""

    key: str
    unit: str  # people, minutes, ratio (0..1), count
    source: str  # the reports it comes from
    formula: str
    compute: Callable[[Facts], Value]
    otherwise: str | Callable[[Facts], str] = ""

    def metric(self, facts: Facts) -> Metric:
        """The figure with its meaning."""
        value = self.compute(facts)
        return Metric(value, self.unit, self.formula, self.source, self._reason(facts) if value is None else None)

    def _reason(self, facts: Facts) -> str:
        return self.otherwise if isinstance(self.otherwise, str) else self.otherwise(facts)
