"""What a cell of a report says: a number, a time, somebody whom Kaltura knows. And how files of ours write a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite

_MILLISECONDS_FROM = 1e11  # as seconds this would be the year 5138
UNKNOWN = "Unknown"  # the user id of whoever Kaltura did not know
_LARGEST = 1e15  # a time in milliseconds is the largest number that Kaltura sends


def number(cell: str) -> float | None:
    """A cell as a number; None when it is blank, no number, or too large to be added up."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if -_LARGEST < value < _LARGEST and "_" not in cell else None


def numbers(cells: Sequence[str]) -> list[float | None]:
    """`number` of each cell, in a quarter of the time when all of them are plain numbers, as they are in a report."""
    try:
        values = list(map(float, cells))
    except ValueError:
        return list(map(number, cells))
    are_plain = all(map(isfinite, values)) and max(map(abs, values), default=0.0) < _LARGEST
    return [*values] if are_plain and "_" not in "".join(cells) else list(map(number, cells))


def moment(cell: str) -> datetime | None:
    """A cell as UTC: unix seconds, milliseconds, or ISO 8601 (UTC when it names no zone); None when it is no time."""
    stamp = number(cell)
    if stamp is None:
        return _iso(cell)
    seconds = stamp / 1000 if abs(stamp) >= _MILLISECONDS_FROM else stamp
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        value = datetime.fromisoformat(text.strip()).replace(microsecond=0)  # files of ours have full seconds
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def utc_text(time: datetime) -> str:
    """A time as every file of ours writes it: `2024-08-01T09:00:00Z`."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_identified(user_id: str) -> bool:
    """Whether Kaltura knew who this was (contract: neither blank nor `Unknown`)."""
    return bool(user_id.strip()) and user_id != UNKNOWN
