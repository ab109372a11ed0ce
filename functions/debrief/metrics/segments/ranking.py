"""Percentile ranks, in whole numbers so that no order of summation can change who is in the top tenth."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf
from operator import add


class Ranking:
    """Where a value stands among others: those below it and half of its equals, counted in halves."""

    def __init__(self, values: Iterable[float]) -> None:
        self._ordered = sorted(values)
        self.people = len(self._ordered)

    def halves(self, value: float) -> int:
        """Twice the number below the value plus that of its equals: from 0 to twice `people`."""
        return bisect_left(self._ordered, value) + bisect_right(self._ordered, value)

    def of_each(self, values: Sequence[float]) -> list[int]:
        """The same of many values, most of which are among those ranked. To look those up is faster than to search."""
        counted = Counter(self._ordered)
        up_to = list(accumulate(counted.values()))
        known = dict(zip(counted, map(add, [0, *up_to], up_to), strict=False))
        return [
            self.halves(value) if halves is None else halves
            for value, halves in zip(values, map(known.get, values), strict=True)
        ]

    def least_with(self, halves: int) -> float:
        """The least of the values ranked that has at least so many halves; infinite when none has."""
        place = bisect_left(self._ordered, halves, key=self.halves)
        return self._ordered[place] if place < self.people else inf

    def percent(self, value: float) -> int:
        """The percentile rank of a value, 0..100, rounded down."""
        return 100 * self.halves(value) // (2 * self.people) if self.people else 0
