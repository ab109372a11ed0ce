"""Parse report cells (numbers, times, user ids) and format times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite

_MILLISECONDS_FROM = 1e11  # as seconds this would be the year 5138
UNKNOWN = "Unknown"  # user id of people whom Kaltura did not identify
_LARGEST = 1e15  # a time in milliseconds is the largest number that Kaltura sends


def number(cell: str) -> float | None:
    """Return a cell as a number; None when it is blank, not a number, or too large to add up."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if -_LARGEST < value < _LARGEST and "_" not in cell else None


def numbers(cells: Sequence[str]) -> list[float | None]:
    """Apply `number` to each cell; four times as fast if all cells are plain numbers, as they usually are."""
    try:
        values = list(map(float, cells))
    except ValueError:
        return list(map(number, cells))
    are_plain = all(map(isfinite, values)) and max(map(abs, values), default=0.0) < _LARGEST
    return [*values] if are_plain and "_" not in "".join(cells) else list(map(number, cells))


def moment(cell: str) -> datetime | None:
    """Parse unix seconds, milliseconds or ISO 8601 to UTC; None for anything else. A time without a zone is UTC."""
    stamp = number(cell)
    try:
        if stamp is not None:
            return datetime.fromtimestamp(int(stamp / 1000 if abs(stamp) >= _MILLISECONDS_FROM else stamp), UTC)
        value = datetime.fromisoformat(cell.strip()).replace(microsecond=0)  # Debrief's files have whole seconds
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def utc_text(time: datetime) -> str:
    """Return a time as Debrief's files write it: `2024-08-01T09:00:00Z`."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_identified(user_id: str) -> bool:
    """Return whether Kaltura identified this user: the id is neither blank nor `Unknown`."""
    return bool(user_id.strip()) and user_id != UNKNOWN


def repeats_id(text: str, user_id: str) -> bool:
    """Return whether a text is this user id, ignoring case and outer spaces, and the id identifies somebody."""
    return is_identified(user_id) and text.strip().casefold() == user_id.strip().casefold()
