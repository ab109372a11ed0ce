"""Averages and shares of many values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from itertools import starmap
from math import fsum
from operator import itemgetter, mul


def mean(values: Collection[float]) -> float | None:
    return fsum(values) / len(values) if values else None


def share_from(ordered: Sequence[float], least: float) -> float | None:
    """Return the share of the ordered values that are not below `least`; None without values."""
    return (len(ordered) - bisect_left(ordered, least)) / len(ordered) if ordered else None


def mean_weighted(pairs: Iterable[tuple[float | None, float | None]]) -> float | None:
    """Return Σ(weight x value) / Σ weight over pairs with both numbers known; None without any weight."""
    known = [pair for pair in pairs if None not in pair]
    total = fsum(map(itemgetter(0), known))
    return fsum(starmap(mul, known)) / total if total > 0 else None


def percentile(ordered: Sequence[float], part: float) -> float | None:
    """Return the value below which `part` (0..1) of the ordered values lie, by linear interpolation between neighbours.

    This is the "inclusive" method: the smallest value is the 0th, the largest the 100th percentile.
    """
    if not ordered:
        return None
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
