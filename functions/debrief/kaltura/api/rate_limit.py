"""A pace that calls keep: evenly spaced, whichever thread they come from."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Lets at most `per_second` callers through in a second, one after the other; 0 lets everybody through at once."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._apart = 1 / per_second if per_second > 0 else 0.0
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free: float | None = None  # when the next caller may go, on the clock

    def wait(self) -> None:
        """Come back when it is this caller's turn."""
        if not self._apart:
            return
        with self._lock:
            now = self._clock()
            turn = now if self._free is None else max(now, self._free)
            self._free = turn + self._apart
        if turn > now:
            self._sleep(turn - now)
