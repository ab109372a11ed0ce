"""Explanations of why the counts of people differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from debrief.documents.text import labels
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.text.sanitize import listed
from debrief.documents.view.tiles import counts_more, value_of

if TYPE_CHECKING:
    from debrief.model import Summary


def counting(summary: Summary, formats: Formats = PLAIN) -> list[str]:
    """Return sentences that relate the number of attendees to the session's other counts of people."""
    attendees = value_of(summary.metrics, "unique_attendees")
    if attendees is None:
        return []
    people = formats.plural(attendees, "attendee", "attendees")
    return [
        f"{people}: identified by Kaltura in the room, each counted once, organizers and staff included.",
        *_list(summary.sections.get("counts") or {}, formats),
        *_estimates(summary, formats),
        *_peak(summary, formats),
    ]


def _list(counts: Mapping[str, Any], formats: Formats) -> Iterator[str]:
    """Explain the rows of the list of attendees that do not count as attendees."""
    kinds = {
        "breakout_only": ("person seen in a breakout room only", "people seen in a breakout room only"),
        "without_name": ("row without a name", "rows without a name"),
        "page_only": ("person seen in the player or the chat only", "people seen in the player or the chat only"),
    }
    parts = [formats.plural(counts[key], *words) for key, words in kinds.items() if counts.get(key)]
    if parts:
        rows = formats.plural(counts["listed"], "row", "rows")
        yield f"The list of attendees also has {listed(parts)}: {rows} in all."
    if counts.get("breakout_only"):
        yield "Figures of stay include people in breakout rooms."


def _estimates(summary: Summary, formats: Formats) -> Iterator[str]:
    room, live = (value_of(summary.metrics, key) for key in ("kaltura_unique_users", "viewers_live"))
    parts = [] if room is None else [f"{formats.plural(room, 'person', 'people')} in the room"]
    if live is not None:
        parts.append(f"{formats.plural(live, 'live viewer', 'live viewers')} in room or player")
    if parts:
        error = "An estimate may be about 2% too high or too low."
        yield f"Kaltura estimates {listed(parts)}, named or not. {error}"


def _peak(summary: Summary, formats: Formats) -> Iterator[str]:
    peak = value_of(summary.metrics, "peak_live_viewers")
    if peak is not None and counts_more(summary):
        yield (
            f"{labels.metric('peak_live_viewers')} ({formats.count(peak)}) are more than the attendees: the "
            "count for a minute includes each open device or player, and viewers without a name."
        )
