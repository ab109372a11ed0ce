"""The two kinds of average that Debrief uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import starmap
from math import fsum
from operator import itemgetter, mul


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
