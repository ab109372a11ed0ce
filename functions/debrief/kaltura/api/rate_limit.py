"""A rate limit that is shared by all threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Limits calls to `per_second`, evenly spaced; 0: no limit."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 1 / per_second if per_second > 0 else 0.0
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free: float | None = None  # clock time of the next free slot

    def wait(self) -> None:
        """Sleep until this caller's turn."""
        if not self._interval:
            return
        with self._lock:
            now = self._clock()
            turn = now if self._free is None else max(now, self._free)
            self._free = turn + self._interval
        if turn > now:
            self._sleep(turn - now)
