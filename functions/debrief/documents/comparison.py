"""One sentence that says how the session did beside the room's own earlier ones."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from debrief.documents import figures, times
from debrief.documents.tiles import value_of
from debrief.model import Summary, moment

_COMPARED = (
    ("unique_attendees", "attendees", figures.count, ""),
    ("minutes_average", "average stay", figures.minutes, " min"),
    ("stayed_75", "stayed at least 75%", figures.percent, ""),
    ("engagement_rate", "engagement rate", figures.percent, ""),
)


def compared(summary: Summary, zone: ZoneInfo) -> str:
    """`Compared with …: attendees 14 against 11; average stay 41.3 min against 38.0 min.` Blank without any."""
    section = summary.sections.get("earlier") or {}
    sessions, means = section.get("sessions") or [], section.get("figures") or {}
    parts = [
        f"{label} {printed(value)}{unit} against {printed(mean)}{unit}"
        for key, label, printed, unit in _COMPARED
        if (value := value_of(summary.metrics, key)) is not None and (mean := figures.known(means.get(key))) is not None
    ]
    return f"Compared with {_whom(sessions, zone)}: {'; '.join(parts)}." if sessions and parts else ""


def _whom(sessions: list[dict[str, str]], zone: ZoneInfo) -> str:
    if len(sessions) > 1:
        return f"the mean of this room's last {len(sessions)} sessions"
    start = moment(sessions[0].get("start", ""))
    when = f" of {times.short_day(start.astimezone(zone).date())}" if start else ""
    return f"this room's last session{when}"
