"""One time for the world and its children: it moves only when somebody sleeps or waits in vain."""

from __future__ import annotations

import mmap
import struct
import time
from datetime import UTC, datetime, timedelta

import time_machine

_SECONDS = struct.Struct("d")


_clocks: list[Clock] = []


def _sleep(seconds: float) -> None:
    """What `time.sleep` is where there is a Clock."""
    _clocks[0].sleep(seconds)


def install() -> None:
    """Replace `time.sleep`. To be called before anything is imported that keeps it, such as kaltura.client."""
    time.sleep = _sleep


class Clock:
    """The time. A process sees what another one has moved as soon as it catches up."""

    def __init__(self, start: datetime) -> None:
        self._start = start.timestamp()
        self._moved = 0.0  # seconds, as this process knows
        self._shared = mmap.mmap(-1, _SECONDS.size)
        self._traveller = time_machine.travel(self._start, tick=False).start()
        _clocks[:] = [self]

    @property
    def now(self) -> datetime:
        """UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Do not wait, and let it be later than it has become for all."""
        self.catch_up()
        self._set(self._moved + seconds)
        _SECONDS.pack_into(self._shared, 0, self._moved)

    def to(self, moment: datetime) -> None:
        """Let time pass until a moment, if it is still to come."""
        self.sleep(max((moment - self.now) / timedelta(seconds=1), 0.0))

    def catch_up(self) -> None:
        """See how late it has become in the meantime."""
        self._set(_SECONDS.unpack_from(self._shared, 0)[0])

    def part(self) -> None:
        """Go a way of one's own: called in a copy of the world."""
        self._shared = mmap.mmap(-1, _SECONDS.size)
        _SECONDS.pack_into(self._shared, 0, self._moved)

    def _set(self, moved: float) -> None:
        self._moved = moved
        self._traveller.move_to(self._start + moved, tick=False)
