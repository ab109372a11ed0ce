"""Compute the figures of registrations, and their section of the summary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from debrief.metrics.attendees import Attendee
from debrief.metrics.chat_data import NO_CHAT_DATA, lacks_chat_data
from debrief.metrics.completeness import VIEWERS
from debrief.metrics.definition import ROUNDING, Value
from debrief.metrics.profiles import REPORT, Profile
from debrief.metrics.registrations.answers import by_answer, by_origin
from debrief.metrics.registrations.roll import Roll
from debrief.metrics.segments.audience import Audience
from debrief.model import CountedOnly, Metric, NotKnown
from debrief.registration import REGISTERED
from debrief.util.values import number

STAYED_PERCENT = 75  # share of the attended minutes
_ACTIVITIES = slice(Profile._fields.index("reactions"), None)
_SOURCE = "list of registrations, 6001, 60010, 60012"
_NOBODY = "nobody on the list is registered"
_SHARED = "another session of the room was in the same hour, and Kaltura counts what people did in both together"
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
    counted: Callable[[CountedOnly], Value] = lambda _: None  # the value if people are counted, but not known

    def metric(self, roll: Roll | NotKnown) -> Metric:
        """Return the metric; without a value if the list itself is unknown."""
        if isinstance(roll, NotKnown):
            counted = self.counted(roll) if isinstance(roll, CountedOnly) else None
            return Metric(counted, self.unit, self.formula, _SOURCE, roll.reason if counted is None else None)
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
        counted=lambda roll: roll.counts.get(REGISTERED, 0),
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
        lambda roll: len(roll.recording_only) if roll.counts_recording else None,
        lambda _: "not known, because recordings are counted for scheduled webinars only",
    ),
    RegistrationFigure(
        "registered_absent",
        "Registered and not seen",
        "people",
        "Registered people whom none of Kaltura's reports on the session or its recording identifies. If Kaltura does "
        "not count the viewers of the recording, as for rooms, some of them may have watched it.",
        lambda roll: len(roll.absent),
        short="No-shows",
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
        "Present people who are not among the registered people, without staff, without people whose status on the "
        f"list is unclear, and without people whose address Kaltura does not give. {_JOINED}",
        lambda roll: len(roll.walk_ins),
    ),
)


def metrics(roll: Roll | NotKnown) -> Mapping[str, Metric]:
    """Return every figure as a metric."""
    return {figure.key: figure.metric(roll) for figure in FIGURES}


def section(audience: Audience, roll: Roll | NotKnown, questions: Sequence[str] = ()) -> dict[str, Any]:
    """Return the section: counts without names. A step of the funnel is None if it is unknown; `unknown` says why.

    Origins are left out if nobody has one, unless the settings name their column, or the list comes from Kaltura.
    """
    if isinstance(roll, CountedOnly):
        return {"unavailable": roll.reason, "counted": dict(roll.counts)}
    if isinstance(roll, NotKnown):
        return {"unavailable": roll.reason}
    funnel, unknown = _funnel(audience, roll)
    origin = by_origin(roll) if roll.registered else {}
    listed = roll.registrations
    has_origin = "rows" in origin or listed.names_origin or listed.origin == "kaltura"
    return {
        "scope": listed.scope,
        "origin": listed.origin,
        "funnel": funnel,
        "unknown": unknown,
        **({"note": listed.note} if listed.note else {}),
        "apart": dict(roll.apart),
        "not_known": [{"people": len(people), "reason": reason} for reason, people in roll.doubts.items()],
        "guests": roll.guests,
        "unclear": roll.unclear,
        "unidentified": bool(audience.facts.unidentified),
        **({"by_origin": origin} if origin and has_origin else {}),
        **({"by_answer": by_answer(roll, questions)} if questions and roll.registered else {}),
    }


def _funnel(audience: Audience, roll: Roll) -> tuple[dict[str, int | None], dict[str, str]]:
    """Return the people of each step, None if unknown, and why steps are unknown."""
    facts = audience.facts
    least = STAYED_PERCENT / 100 * facts.attended_minutes * (1 - ROUNDING)
    stayed = sum(sum(attendee.presence or 0.0 for attendee in attendees) >= least for attendees in roll.present)
    unknown = {
        "stayed": "" if facts.attended_minutes else "the session has no duration",
        "active": _why_not_active(audience),
        "recording": facts.page_reason(VIEWERS) or "",
    }
    funnel = {
        "registered": roll.registered,
        "came": len(roll.came),
        "stayed": stayed,
        "active": sum(_is_active(audience, attendees) for attendees in roll.present),
        "recording": roll.viewers,
    }
    unknown = {step: reason for step, reason in unknown.items() if reason}
    return {step: None if step in unknown else people for step, people in funnel.items()}, unknown


def _why_not_active(audience: Audience) -> str:
    """Return why it is unknown what people did in the session; blank if it is known."""
    data = audience.facts.data
    if data.page and data.page.is_shared:
        return _SHARED
    return audience.facts.page_reason(REPORT) or (NO_CHAT_DATA if lacks_chat_data(data.session) else "")


def _is_active(audience: Audience, attendees: Iterable[Attendee]) -> bool:
    """Return whether a person, who may have several ids, did something in the session."""
    profiles = audience.profiles
    found = (profiles[attendee.user_id][_ACTIVITIES] for attendee in attendees if attendee.user_id in profiles)
    return any(number(cell) for cells in found for cell in cells)
