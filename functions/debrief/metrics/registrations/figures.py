"""Compute the figures of registrations, and their section of the summary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from debrief.metrics.attendees import Attendee
from debrief.metrics.definition import ROUNDING, Value
from debrief.metrics.profiles import REPORT, Profile
from debrief.metrics.registrations.roll import Roll
from debrief.metrics.segments.audience import Audience
from debrief.model import Metric, NotKnown
from debrief.util.values import number

STAYED_PERCENT = 75  # share of the attended minutes
_SOURCE = "list of registrations, 6001, 60010, 60012"
_NOBODY = "nobody on the list is registered"
_JOINED = "Registrants and attendees are joined by user id or address, never by name."


@dataclass(frozen=True)
class RegistrationFigure:
    """A figure. If `compute` returns None, `why_none` returns the reason."""

    key: str
    label: str  # its name in every document
    unit: str  # people, ratio (0..1)
    formula: str
    compute: Callable[[Roll], Value]
    why_none: Callable[[Roll], str] = lambda _: ""
    short: str = ""

    def metric(self, roll: Roll | NotKnown) -> Metric:
        """Return the metric; without a value if the list itself is unknown."""
        if isinstance(roll, NotKnown):
            return Metric(None, self.unit, self.formula, _SOURCE, roll.reason)
        value = self.compute(roll)
        return Metric(value, self.unit, self.formula, _SOURCE, self.why_none(roll) if value is None else None)


def _rate(roll: Roll) -> float | None:
    return len(roll.came) / roll.registered if roll.registered and not roll.not_known else None


def _why_no_rate(roll: Roll) -> str:
    return next((f"not known, because {reason}" for reason in roll.doubts), _NOBODY)


FIGURES = (
    RegistrationFigure(
        "registered",
        "Registered",
        "people",
        "Number of different people on the list of registrations, without staff and without cancelled, blocked and "
        "only invited people.",
        lambda roll: roll.registered,
    ),
    RegistrationFigure(
        "registered_came",
        "Registered and came",
        "people",
        f"Registered people whom Kaltura's reports identify in the session, live. {_JOINED}",
        lambda roll: len(roll.came),
    ),
    RegistrationFigure(
        "registered_recording_only",
        "Registered and watched only the recording",
        "people",
        "Registered people whom Kaltura identifies among the viewers of the recording, but not in the session.",
        lambda roll: len(roll.recording_only),
    ),
    RegistrationFigure(
        "registered_absent",
        "Registered, saw neither session nor recording",
        "people",
        "Registered people whom none of Kaltura's reports on the session or its recording identifies.",
        lambda roll: len(roll.absent),
    ),
    RegistrationFigure(
        "registered_not_known",
        "Registered, attendance not known",
        "people",
        "Registered people of whom Debrief cannot tell whether they came.",
        lambda roll: roll.not_known,
    ),
    RegistrationFigure(
        "registration_rate",
        "Share of the registered who came",
        "ratio",
        "Registered people who came, divided by registered people. Not known if the attendance of anybody on the list "
        "is not known.",
        _rate,
        _why_no_rate,
    ),
    RegistrationFigure(
        "walk_ins",
        "Came without registering",
        "people",
        "Present people who are not among the registered people, without staff and without people whose address "
        f"Kaltura does not give. {_JOINED}",
        lambda roll: len(roll.walk_ins),
    ),
)


def metrics(roll: Roll | NotKnown) -> Mapping[str, Metric]:
    """Return every figure as a metric."""
    return {figure.key: figure.metric(roll) for figure in FIGURES}


def section(audience: Audience, roll: Roll | NotKnown) -> dict[str, Any]:
    """Return the section: counts without names. A step of the funnel is None if it is unknown."""
    if isinstance(roll, NotKnown):
        return {"unavailable": roll.reason}
    least = STAYED_PERCENT / 100 * audience.facts.attended_minutes * (1 - ROUNDING)
    stayed = sum(person.presence is not None and person.presence >= least for person in roll.present)
    return {
        "scope": roll.registrations.scope,
        "origin": roll.registrations.origin,
        "funnel": {
            "registered": roll.registered,
            "came": len(roll.came),
            "stayed": stayed if audience.facts.attended_minutes else None,
            "active": _active(audience, roll.present),
            "recording": roll.viewers,
        },
        "apart": dict(roll.apart),
        "not_known": [{"people": len(people), "reason": reason} for reason, people in roll.doubts.items()],
        "guests": roll.guests,
        "unidentified": bool(audience.facts.unidentified),
    }


def _active(audience: Audience, people: Iterable[Attendee]) -> int | None:
    """Return how many of these people were active; None if unknown, or if the counts include another session."""
    page = audience.facts.data.page
    if audience.facts.page_reason(REPORT) or (page and page.is_shared):
        return None
    activities = slice(Profile._fields.index("reactions"), None)
    profiles = audience.profiles
    found = (profiles[person.user_id][activities] for person in people if person.user_id in profiles)
    return sum(any(number(cell) for cell in cells) for cells in found)
