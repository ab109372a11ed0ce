"""Time spans: merge, clip and measure them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

Span: TypeAlias = tuple[datetime, datetime]  # start and end; both are equal in an empty span


def union(spans: Iterable[Span]) -> list[Span]:
    """Merge spans that touch or overlap. Returns the merged spans by start, without empty ones."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def clipped(span: Span, within: Span) -> Span | None:
    """Return the part of a span that lies within another; None when there is no overlap."""
    start, end = max(span[0], within[0]), min(span[1], within[1])
    return (start, end) if start < end else None


def minutes(spans: Iterable[Span]) -> float:
    """Return the total minutes of spans that do not overlap."""
    return sum((end - start for start, end in spans), timedelta()).total_seconds() / 60
