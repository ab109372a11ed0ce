"""What a metric is: a key, a unit, a formula in words, a source, and the function that computes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum

from debrief.metrics.attendees import Attendee, identified
from debrief.model import Metric, RoomRow, SessionData, number

Value = float | int | None


@dataclass(frozen=True)
class Facts:
    """What metrics are computed from: one session's data and the views of it that several metrics share."""

    data: SessionData

    @cached_property
    def people(self) -> list[Attendee]:
        """Identified attendees, merged per user."""
        return list(identified(self.data.attendees).values())

    @cached_property
    def minutes(self) -> list[float]:
        """Minutes of each identified attendee, ascending; unknown minutes count as none."""
        return sorted(person.minutes or 0.0 for person in self.people)

    @property
    def duration(self) -> float:
        """The session's length in minutes."""
        return self.data.session.duration_minutes

    @property
    def room(self) -> RoomRow | None:
        """The session's own row in report 6000, if it came."""
        own = self.data.session.cue_point_id
        return next((row for row in self.data.rooms if row.cue_point_id == own), None)


@dataclass(frozen=True)
class Definition:
    """One metric. `compute` gives None when there is nothing to compute it from; `otherwise` says why in words."""

    key: str
    unit: str  # people, minutes, ratio (0..1), count
    source: str  # the reports it comes from
    formula: str
    compute: Callable[[Facts], Value]
    otherwise: str = ""

    def metric(self, facts: Facts) -> Metric:
        """The figure with its meaning."""
        value = self.compute(facts)
        return Metric(value, self.unit, self.formula, self.source, self.otherwise if value is None else None)


def mean_weighted(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Σ(weight x value) / Σ weight over cells (weight, value); None when the weights add up to nothing."""
    known = [
        (w, v) for weight, value in pairs if (w := number(weight)) is not None and (v := number(value)) is not None
    ]
    total = fsum(w for w, _ in known)
    return fsum(w * v for w, v in known) / total if total else None
