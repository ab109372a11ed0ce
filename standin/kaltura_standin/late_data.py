"""Late data: the part of each session that analytics has, which may grow between calls of a report."""

from __future__ import annotations

import threading
from collections import Counter

from kaltura_standin.account import Account


class Lateness:
    """Counts how often each report was asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: Counter[int] = Counter()

    def seen_part(self, account: Account, report: int) -> float:
        """0..1, from the start of a session; the call counts as one."""
        with self._lock:
            times = self._asked[report]
            self._asked[report] += 1
        factor = account.late_factor
        return factor(times) if callable(factor) else factor
