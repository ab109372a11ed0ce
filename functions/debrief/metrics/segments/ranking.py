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
        """The same of many values, of which most are alike."""
        known = {value: self.halves(value) for value in sorted(set(values))}  # neighbours are found fast
        return [known[value] for value in values]

    def percent(self, value: float) -> int:
        """The percentile rank, 0..100, rounded down."""
        return 100 * self.halves(value) // (2 * self.people) if self.people else 0

    def is_in_top(self, value: float, percent: int) -> bool:
        """Whether the percentile rank is 100 - `percent` or more."""
        return self.people > 0 and 100 * self.halves(value) >= 2 * self.people * (100 - percent)
