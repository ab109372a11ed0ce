"""The weeks and months of digests, in the recipient's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from debrief.delivery.rules.rule import Digest

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """An ISO week (`2026-W48`) or a month (`2026-11`): from midnight to midnight, whatever the clocks do between."""

    label: str
    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        """Return the first moment."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """Return the first moment of the next period."""
        return _midnight(self.last + _DAY, self.zone)

    @property
    def is_week(self) -> bool:
        return "W" in self.label

    def due(self, hour: int) -> datetime:
        """Return when the digest is due: at this hour of the day after the period."""
        return datetime.combine(self.last + _DAY, time(hour), self.zone).astimezone(UTC)

    def previous(self) -> Period:
        return _period_with(self.first - _DAY, self.zone, is_week=self.is_week)

    def next(self) -> Period:
        return _period_with(self.last + _DAY, self.zone, is_week=self.is_week)


def period_of(digest: Digest, moment: datetime, zone: ZoneInfo) -> Period:
    """Return the week or the month in which a moment is."""
    return _period_with(moment.astimezone(zone).date(), zone, is_week=digest == "weekly")


def period_named(label: str, zone: ZoneInfo) -> Period:
    """Return the period of a label. Raises ValueError for any other text."""
    year, _, number = label.partition("-")
    if number.startswith("W"):
        return _period_with(date.fromisocalendar(int(year), int(number[1:]), 1), zone, is_week=True)
    return _period_with(date(int(year), int(number), 1), zone, is_week=False)


def _period_with(day: date, zone: ZoneInfo, *, is_week: bool) -> Period:
    if is_week:
        year, week, weekday = day.isocalendar()
        first = day - (weekday - 1) * _DAY
        return Period(f"{year}-W{week:02}", first, first + 6 * _DAY, zone)
    first = day.replace(day=1)
    next_month = (first + 31 * _DAY).replace(day=1)
    return Period(f"{first:%Y-%m}", first, next_month - _DAY, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
