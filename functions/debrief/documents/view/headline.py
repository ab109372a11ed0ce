"""Headline figures of the emails, and whether they changed enough for a second email."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from debrief.documents.text import figures
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.view.common import is_for_whole_event
from debrief.documents.view.stay import OF_MAIN_ROOM
from debrief.util.rounding import rounded, rounded_percent

if TYPE_CHECKING:
    from debrief.model import Summary

HEADLINE = (
    "unique_attendees",
    "registration_rate",
    "presence_average",
    "present_75",
    "engagement_rate",
    "peak_live_viewers",
)

# Figures of pages and emails about several sessions: metrics, and the sizes of follow-up lists.
_OF_SEVERAL = ("presence_share", "registered", "registered_absent", "registered_not_known")
_LISTS = ("first-time", "came-back")

# The smallest changes that count: in a small session, one person more is already a change of over ten percent.
_LEAST = {
    "unique_attendees": 2.0,  # people
    "peak_live_viewers": 2.0,
    "registration_rate": 0.02,  # ratio: two percentage points
    "presence_average": 1.0,  # minutes
    "present_75": 0.02,
    "engagement_rate": 0.02,
}
_OF_A_LIST = ("registration_rate",)  # no email says only that such a figure is not known any more
_PEOPLE = ("unique_attendees", "peak_live_viewers")
_ROUNDING = 1e-9  # 0.66 - 0.64 is slightly below 0.02


def headline_figures(summary: Summary) -> dict[str, float]:
    """Return the headline figures of the summary by key: people, minutes, ratios (0..1).

    If people registered for a whole event, the share who came to this session is none of them.
    """
    known = {key: figures.known(summary.metrics[key].value) for key in HEADLINE if key in summary.metrics}
    if is_for_whole_event(summary):
        known.pop("registration_rate", None)
    return {key: float(value) for key, value in known.items() if value is not None}


def recorded_figures(summary: Summary) -> dict[str, float]:
    """Return the figures that the ledger keeps of each revision: the headline figures, and those of several sessions.

    A figure that is not known is left out, and so are no-shows if people registered for a whole event: they may have
    wanted another session of it. `earlier_sessions` is the number of the room's sessions that were compared.
    """
    found = {key: figures.known(summary.metrics[key].value) for key in _OF_SEVERAL if key in summary.metrics}
    if is_for_whole_event(summary):
        found.pop("registered_absent", None)
    segments = summary.sections.get("segments") or {}
    found |= {
        row["key"].replace("-", "_"): row.get("people") for row in segments.get("rows", ()) if row["key"] in _LISTS
    }
    if "sessions" in segments:
        found["earlier_sessions"] = len(segments["sessions"])
    return headline_figures(summary) | {key: float(value) for key, value in found.items() if value is not None}


def format_headline(key: str, value: float | None, formats: Formats = PLAIN) -> str:
    """Format one headline figure with its unit: `133`, `43.1 min`, `48.1%`, or a dash."""
    if value is None or key in _PEOPLE:
        return formats.count(value)
    return f"{formats.minutes(value)} min" if key == "presence_average" else formats.percent(value)


def difference(key: str, value: float, other: float, formats: Formats = PLAIN) -> tuple[int, str]:
    """Return 1, 0 or -1 if `value` is larger than, equal to or smaller than `other`, and the difference with its unit.

    Both values are rounded as printed before they are compared.
    """
    change = _as_printed(key, value) - _as_printed(key, other)
    size = rounded(abs(change), 1)
    unit = "" if key in _PEOPLE else " min" if key == "presence_average" else " points"
    words = formats.count(size) if key in _PEOPLE else formats.minutes(size)
    return (0 if not size else 1 if change > 0 else -1), f"{words}{unit}"


def _as_printed(key: str, value: float) -> float:
    if key in _PEOPLE:
        return rounded(value, 0)
    return rounded(value, 1) if key == "presence_average" else rounded_percent(value)


def comparable(before: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    """Return the keys of the headline figures that may be compared, even if `before` or `after` lacks them.

    A figure of an older version that excludes breakouts is not compared with a figure that includes breakouts.
    """
    return [key for key in HEADLINE if (older := OF_MAIN_ROOM.get(key)) not in before and older not in after]


def changed_clearly(before: Mapping[str, float], after: Mapping[str, float], threshold: float) -> bool:
    """Return whether a headline figure changed by at least `threshold` (0..1) of the smaller value.

    A figure that became known or unknown has changed, but not the share of registered people when it became unknown:
    another email could only say less. Otherwise, swapping `before` and `after` does not change the result. Changes of
    less than two people, one minute or two percentage points never count.
    """
    return any(_changed_clearly(key, before.get(key), after.get(key), threshold) for key in comparable(before, after))


def _changed_clearly(key: str, before: float | None, after: float | None, threshold: float) -> bool:
    if before is None or after is None:
        return before is not after and not (after is None and key in _OF_A_LIST)
    change = abs(after - before) + _ROUNDING
    return change >= _LEAST[key] and change >= threshold * min(abs(before), abs(after))
