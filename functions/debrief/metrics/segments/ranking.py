"""Percentile ranks, in whole numbers so that no order of summation can change who is in the top tenth."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate


class Ranking:
    """Where a value stands among others: those below it and half of its equals, counted in halves."""

    def __init__(self, values: Iterable[float]) -> None:
        counts = Counter(values)
        self._distinct = sorted(counts)
        self._below = [0, *accumulate(counts[value] for value in self._distinct)]
        self.people = self._below[-1]
        places = enumerate(self._distinct)
        self._halves = {value: self._below[place] + self._below[place + 1] for place, value in places}

    def halves(self, value: float) -> int:
        """Twice the number below the value plus that of its equals: from 0 to twice `people`."""
        found = self._halves.get(value)
        return 2 * self._below[bisect_left(self._distinct, value)] if found is None else found

    def all_halves(self, values: Iterable[float]) -> list[int]:
        """The same of each of these values."""
        known = self._halves
        return [known[value] if value in known else self.halves(value) for value in values]

    def percent(self, value: float) -> int:
        """The percentile rank, 0..100, rounded down."""
        return 100 * self.halves(value) // (2 * self.people) if self.people else 0

    def is_in_top(self, value: float, percent: int) -> bool:
        """Whether the percentile rank is 100 - `percent` or more."""
        return self.people > 0 and 100 * self.halves(value) >= 2 * self.people * (100 - percent)
