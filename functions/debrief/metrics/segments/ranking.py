"""Percentile ranks, in whole numbers so that no order of summation can change who is in the top tenth."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence


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
        last = dict(zip(self._ordered, range(1, self.people + 1), strict=True))
        first = dict(zip(reversed(self._ordered), range(self.people - 1, -1, -1), strict=True))
        return [first[value] + last[value] if value in first else self.halves(value) for value in values]

    def percent(self, halves: int) -> int:
        """The percentile rank, 0..100, rounded down."""
        return 100 * halves // (2 * self.people) if self.people else 0
