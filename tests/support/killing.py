"""Processes that end in the midst of their work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from debrief.pipeline.services import Services

WRITING = {
    "write",
    "save",
    "add_delivery",
    "add_deliveries",
    "move",
    "add_link",
    "put_note",
    "send",
    "forget",
    "delete",
    "remove",
}


class KilledError(BaseException):
    """The process ends here; nothing may catch it."""


class Countdown:
    """Ends the process at the n-th writing call, before or after its effect; never when `at` is 0."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.left = at
        self.after = after
        self.calls = 0

    def around(self, call: Callable[[], Any]) -> Any:
        self.calls += 1
        self.left -= 1
        if self.left == 0 and not self.after:
            raise KilledError
        result = call()
        if self.left == 0:
            raise KilledError
        return result


class Watched:
    """Passes every call on, and counts those that write."""

    def __init__(self, real: Any, countdown: Countdown) -> None:
        self._real = real
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if name == "replacing":
            return self._replacing
        if name == "save_all":
            return self._save_all
        if name not in WRITING:
            return method
        return lambda *args, **named: self._countdown.around(lambda: method(*args, **named))

    def _save_all(self, records: Iterable[Any]) -> Iterator[Any]:
        results = iter(self._real.save_all(records))
        with suppress(StopIteration):
            while True:
                yield self._countdown.around(lambda: next(results))

    @contextmanager
    def _replacing(self, key: str, before: bytes | None) -> Iterator[Callable[[Any], Any]]:
        with self._real.replacing(key, before) as replace_it:
            yield lambda document: self._countdown.around(lambda: replace_it(document))


def watched(services: Services, countdown: Countdown) -> Services:
    """The services, under a countdown."""
    places = {name: Watched(getattr(services, name), countdown) for name in ("archive", "ledger", "mailer")}
    return replace(services, **places)
