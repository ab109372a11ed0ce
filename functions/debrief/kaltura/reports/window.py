"""Time windows of reports, aligned to full hours.

Kaltura stores figures under the start of each hour, so a window that starts later may miss them (analytics-front-end,
entry-ep-view.component.ts).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span [start, end) on full hours, UTC."""

    start: datetime
    end: datetime

    @classmethod
    def around(cls, start: datetime, end: datetime, *, before: timedelta = HOUR, after: timedelta = HOUR) -> Window:
        """Return the full hours that cover [start, end] with a margin on both sides."""
        last = floor_hour(end + after)
        return cls(floor_hour(start - before), last if last == end + after else last + HOUR)

    def halves(self) -> tuple[Window, Window] | None:
        """Return two shorter windows; None when this one is a single hour."""
        hours = int((self.end - self.start) / HOUR)
        if hours < 2:
            return None
        middle = self.start + (hours // 2) * HOUR
        return Window(self.start, middle), Window(middle, self.end)


def floor_hour(moment: datetime) -> datetime:
    """Return the full hour, UTC, at or before a moment."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
