"""Late data: the share of each session that analytics has, which may grow with each request of a report."""

from __future__ import annotations

import threading
from collections import Counter

from kaltura_standin.account import Account


class Lateness:
    """Counts the requests of each report."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: Counter[int] = Counter()

    def seen_part(self, account: Account, report: int) -> float:
        """Return the share of each session, 0..1 from its start, that analytics has; counts the request."""
        with self._lock:
            times = self._asked[report]
            self._asked[report] += 1
        factor = account.late_factor
        return factor(times) if callable(factor) else factor
