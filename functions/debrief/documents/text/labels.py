"""Labels in documents: metrics, reactions, follow-up segments, states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.documents.text import metric_labels, times
from debrief.documents.text.locale_formats import PLAIN, Formats

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from debrief.model import State

OPEN_POLL = "Open ended"  # Kaltura's word for a poll that is answered in words
# The kinds of reaction in the order of Kaltura's Summary page.
REACTIONS = {"clap": "Clap", "heart": "Heart", "think": "Thinking", "wow": "Wow", "smile": "Smile"}

# The lists for follow-up.
SEGMENTS = {
    "stayed-to-the-end": "Stayed to the end",
    "left-early": "There for ten minutes or less",
    "asked-a-question": "Asked a question",
    "most-engaged": "Most engaged",
    "first-time": "First time here",
    "came-back": "Came back",
    "used-to-come": "Used to come and did not",
    "came-to-all": "Came to every session",
    "came-once": "Came to one session",
}

FINAL = "These figures will not change any more."


def metric(key: str) -> str:
    """Return a metric's label; a key without a label is spelled out."""
    return metric_labels.OF_SESSION.get(key) or _spelled_out(key)


def short_metric(key: str) -> str:
    """Return a metric's short label, for the head of a narrow column, or its label."""
    return metric_labels.SHORT.get(key) or session_metric(key)


def session_metric(key: str) -> str:
    """Return the label of a figure of one session in an event: a metric, or a figure that only events have."""
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
    """Return a segment's label; a key without a label is spelled out."""
    return SEGMENTS.get(key) or _spelled_out(key.replace("-", "_"))


def reaction(kind: str) -> str:
    """Return a reaction's label."""
    return REACTIONS[kind]


def state(name: State, last_check: datetime, zone: ZoneInfo, formats: Formats = PLAIN) -> tuple[str, str]:
    """Return the name of a summary's state, and until when figures may change."""
    if name == "final":
        return "Final", FINAL
    day = times.short_day(last_check.astimezone(zone).date(), formats)
    until = f"{day}, {times.clock(last_check, zone, formats)} {times.abbreviation(last_check, zone)}"
    return "Figures may still change", f"Figures may still change until {until}."
