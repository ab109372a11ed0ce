"""Labels in documents: metrics, reactions, follow-up segments, states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.documents.text import metric_labels, times
from debrief.documents.text.locale_formats import PLAIN, Formats

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from debrief.model import State

OPEN_POLL = "Open ended"  # Kaltura's type of polls that people answer in their own words
# In the order of Kaltura's Summary page.
REACTIONS = {"clap": "Clap", "heart": "Heart", "think": "Thinking", "wow": "Wow", "smile": "Smile"}

# The follow-up lists.
SEGMENTS = {
    "stayed-to-the-end": "Stayed to the end",
    "left-early": "There for ten minutes or less",
    "asked-a-question": "Asked a question",
    "most-engaged": "Most engaged",
    "first-time": "First time here",
    "came-back": "Came back",
    "used-to-come": "Usually come but were absent",
    "registered-absent": "Registered and not in this session",
    "came-unregistered": "Came without registering",
    "came-to-all": "Came to every session",
    "came-once": "Came to one session",
    "registered-never-came": "Registered and did not come",
}

# How people registered, by Kaltura's word.
ORIGINS = {
    "registration": "Registration form",
    "invite": "Invitation",
    "webhook": "Another system (webhook)",
    "sso": "Single sign-on",
    "admin": "Added by an administrator",
}

# Names of sums and means over several sessions, which are not the metric of a session.
VISITS, ATTENDEES_OF_A_SESSION = "Visits", "Attendees of a session"

FINAL = "These figures will not change any more."


def metric(key: str) -> str:
    """Return a metric's label, or the key in words if the metric has no label."""
    return metric_labels.OF_SESSION.get(key) or _spelled_out(key)


def short_metric(key: str) -> str:
    """Return a metric's label for the head of a narrow column."""
    return metric_labels.SHORT.get(key) or session_metric(key)


def session_metric(key: str) -> str:
    """Return the label of a session's figure in an event's report: a metric, or a figure that only events have."""
    return metric_labels.OF_SESSION_IN_EVENT.get(key) or metric(key)


def event_metric(key: str) -> str:
    """Return the label of a figure of a whole event."""
    return metric_labels.OF_EVENT.get(key) or _spelled_out(key)


def within_sentence(label: str) -> str:
    """Return a label for use within a sentence: `average stay`."""
    return label[:1].lower() + label[1:]


def _spelled_out(key: str) -> str:
    return key.replace("_", " ").capitalize()


def segment(key: str) -> str:
    """Return a follow-up list's label, or the key in words if the list has no label."""
    return SEGMENTS.get(key) or _spelled_out(key.replace("-", "_"))


def reaction(kind: str) -> str:
    return REACTIONS[kind]


def state(name: State, last_check: datetime, zone: ZoneInfo, formats: Formats = PLAIN) -> tuple[str, str]:
    """Return the label of a summary's state, and a sentence that says until when figures may change."""
    if name == "final":
        return "Final", FINAL
    day = times.short_day(last_check.astimezone(zone).date(), formats)
    until = f"{day}, {times.clock(last_check, zone, formats)} {times.abbreviation(last_check, zone)}"
    return "Figures may still change", f"Figures may still change until {until}."
