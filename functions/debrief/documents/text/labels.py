"""Labels in documents: metrics, reactions, follow-up segments, states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.documents.text import metric_labels
from debrief.documents.text.locale_formats import PLAIN, Formats

if TYPE_CHECKING:
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
}

_PROVISIONAL = "Kaltura may still be adding viewing data. If figures change, this report is updated."
_CHANGING = "They are checked again later and may still change."
_FIXED = "These figures will not change any more."
_FINAL = f"The last check of this session is done. {_FIXED}"


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


def state(name: State, check_minutes: float | None = None, formats: Formats = PLAIN) -> tuple[str, str]:
    """Return the name of a summary's state, and an explanation for the reader.

    The figures were fetched at least `check_minutes` after the session's end; None if unknown.
    """
    if name == "final":
        note = f"Checked {_after(check_minutes, formats)}. {_FIXED}" if check_minutes is not None else _FINAL
        return "Final", note
    if check_minutes is None:
        return "Provisional", _PROVISIONAL
    return "Provisional", f"Figures from Kaltura, fetched {_after(check_minutes, formats)}. {_CHANGING}"


def _after(minutes: float, formats: Formats) -> str:
    """Return `45 minutes after the end`, `6 hours after the end`."""
    if minutes and minutes % 60 == 0:
        return f"{formats.plural(minutes // 60, 'hour', 'hours')} after the end"
    return f"{formats.tick(minutes)} {'minute' if minutes == 1 else 'minutes'} after the end"
