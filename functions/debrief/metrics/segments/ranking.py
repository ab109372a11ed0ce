"""Percentile ranks in whole numbers, so that rounding cannot change who is in the top tenth."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf
from operator import add


class Ranking:
    """Ranks: the number of smaller values plus half the number of equal values, counted in halves."""

    def __init__(self, values: Iterable[float]) -> None:
        self._ordered = sorted(values)
        self.people = len(self._ordered)

    def halves(self, value: float) -> int:
        """Return twice the number of smaller values plus the number of equal values: from 0 to twice `people`."""
        return bisect_left(self._ordered, value) + bisect_right(self._ordered, value)

    def of_each(self, values: Sequence[float]) -> list[int]:
        """Rank many values. Most are known values, so a lookup is faster than a search."""
        counted = Counter(self._ordered)
        up_to = list(accumulate(counted.values()))
        known = dict(zip(counted, map(add, [0, *up_to], up_to), strict=False))
        return [
            self.halves(value) if halves is None else halves
            for value, halves in zip(values, map(known.get, values), strict=True)
        ]

    def least_with(self, halves: int) -> float:
        """Return the smallest value with at least this many halves; infinity if there is none."""
        place = bisect_left(self._ordered, halves, key=self.halves)
        return self._ordered[place] if place < self.people else inf

    def percent(self, value: float) -> int:
        """Return the percentile rank of a value, 0..100, rounded down."""
        return 100 * self.halves(value) // (2 * self.people) if self.people else 0
