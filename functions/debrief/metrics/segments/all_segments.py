"""All segments of a session, and the section of the summary that counts them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from debrief.metrics.segments.activity import asked, most_engaged
from debrief.metrics.segments.audience import Audience
from debrief.metrics.segments.history import came_back, first_time, used_to_come
from debrief.metrics.segments.stay import left_early, stayed
from debrief.segment import Segment
from debrief.util.values import utc_text

RULES: tuple[Callable[[Audience], Segment], ...] = (
    stayed,
    left_early,
    asked,
    most_engaged,
    first_time,
    came_back,
    used_to_come,
)


def segments(audience: Audience) -> list[Segment]:
    """Return every segment, including those whose members are unknown."""
    return [rule(audience) for rule in RULES]


def section(audience: Audience, found: Sequence[Segment]) -> dict[str, Any]:
    """Return the size and the rule of each segment, without names.

    All lists are about the same `people`: present, not `staff`, each once even with several user ids. `sessions` are
    the earlier sessions used for comparison, the latest first.
    """
    return {
        "people": len(audience.outsiders),
        "staff": len(audience.people) - len(audience.outsiders),
        "ids_left_out": audience.ids_left_out,
        "sessions": [
            {"cue_point_id": session.cue_point_id, "start": utc_text(session.start)}
            for session in audience.facts.data.earlier
        ],
        "rows": [_row(segment) for segment in found],
    }


def _row(segment: Segment) -> dict[str, Any]:
    if segment.unavailable:
        return {"key": segment.key, "unavailable": segment.unavailable}
    return {
        "key": segment.key,
        "people": segment.people,
        "formula": segment.formula,
        "file": segment.file,
    }
