"""A rate limit that is shared by all threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

_NO_ACTIONS: Mapping[str, int] = MappingProxyType({})
_REQUESTS = ""  # every request counts here, whatever its actions are
# Calls of an action may be early by this time: Kaltura counts in windows of ten seconds, and a multirequest is a burst.
_EARLY_SECONDS = 2.0


class Pace:
    """Limits requests to `per_second`, evenly spaced, and on average the calls of each action; 0: no limit."""

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
        self._free: dict[str, float] = {}  # clock time of the next free slot, for requests and for each action

    def wait(self, actions: Mapping[str, int] = _NO_ACTIONS) -> None:
        """Sleep until the turn of a request that makes so many calls of each action."""
        if not self._interval:
            return
        counts = {_REQUESTS: 1, **actions}
        with self._lock:
            now = self._clock()
            free = {name: max(now, self._free.get(name, now)) for name in counts}
            turn = max(free[_REQUESTS], *(time - _EARLY_SECONDS for time in free.values()))
            self._free |= {name: max(turn, free[name]) + count * self._interval for name, count in counts.items()}
        if turn > now:
            self._sleep(turn - now)
