"""Percentile ranks, in whole numbers so that no order of summation can change who is in the top tenth."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import add


class Ranking:
    """Where a value stands among others: those below it and half of its equals, counted in halves."""

    def __init__(self, values: Iterable[float]) -> None:
        counted = Counter(values)
        self._ordered = sorted(counted)
        self._below = [0, *accumulate(map(counted.__getitem__, self._ordered))]  # of each, and of all
        self.people = self._below[-1]

    def halves(self, value: float) -> int:
        """Twice the number below the value plus that of its equals: from 0 to twice `people`."""
        return self._below[bisect_left(self._ordered, value)] + self._below[bisect_right(self._ordered, value)]

    def of_each(self, values: Sequence[float]) -> list[int]:
        """The same of many values, most of which are among those ranked. To look those up is faster than to search."""
        known = dict(zip(self._ordered, map(add, self._below, self._below[1:]), strict=True))
        return [known[value] if value in known else self.halves(value) for value in values]

    def percent(self, halves: int) -> int:
        """The percentile rank, 0..100, rounded down."""
        return 100 * halves // (2 * self.people) if self.people else 0
