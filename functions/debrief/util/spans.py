"""Stretches of time: put together so that no moment counts twice, cut off, and measured."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

Span: TypeAlias = tuple[datetime, datetime]  # from the first moment to the last; an empty one ends when it starts


def union(spans: Iterable[Span]) -> list[Span]:
    """Put together the spans that touch or overlap, by start; empty ones are left out."""
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
    """Cut off what is not within another span; None when nothing is left."""
    start, end = max(span[0], within[0]), min(span[1], within[1])
    return (start, end) if start < end else None


def minutes(spans: Iterable[Span]) -> float:
    """Add up the lengths of spans that do not overlap, in minutes."""
    return sum((end - start for start, end in spans), timedelta()).total_seconds() / 60
