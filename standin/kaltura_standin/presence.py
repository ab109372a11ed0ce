"""Presence of people within a window of time, and how it is counted."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from kaltura_standin.account import Attendance, Room, Run, Stay

_EXACT_BELOW = 100  # people; larger counts are estimates, about 2% off


class Seen(NamedTuple):
    """How long somebody was there within a window, and how much of it engaged."""

    who: Attendance
    seconds: float
    engaged_seconds: float


class Sight(NamedTuple):
    """One session and everybody seen in it within a window."""

    room: Room
    run: Run
    seen: list[Seen]

    @property
    def ratio(self) -> float:
        """Engaged time over all time, 0..1."""
        return sum(one.engaged_seconds for one in self.seen) / sum(one.seconds for one in self.seen)

    @property
    def unique_users(self) -> int:
        """People, `Unknown` being one of them; an estimate, rounded down, once there are many."""
        return estimate(len(self.seen), self.run.id)


def estimate(count: int, seed: str) -> int:
    """A number of people as HyperLogLog counts them: exact while few, else up to 2% off, rounded down."""
    if count < _EXACT_BELOW:
        return count
    error = hashlib.sha256(seed.encode()).digest()[0] / 255 * 0.04 - 0.02
    return int(count * (1 + error))


def seen_in(run: Run, window: Stay, clock: int | None, late: float) -> list[Seen]:
    """Everybody present in the window, one entry a user; each deleted user stays one of their own.

    `clock` is the account's, in unix seconds; `late` the part of the session, from its start, that has been seen.
    """
    whole = (run.start, run.end if run.end > run.start or clock is None else clock)
    until = min(window[1], window[1] if clock is None else clock)
    if late < 1:
        until = min(until, whole[0] + int((whole[1] - whole[0]) * late))
    people: dict[object, Seen] = {}
    for number, who in enumerate(run.attendances):
        seconds = sum(_overlap(stay, (window[0], until)) for stay in who.stays or (whole,))
        if seconds:
            key = who.user_id or number
            earlier = people.get(key, Seen(who, 0, 0))
            people[key] = Seen(earlier.who, earlier.seconds + seconds, earlier.engaged_seconds + seconds * who.engaged)
    return list(people.values())


def _overlap(one: Stay, other: Stay) -> int:
    return max(min(one[1], other[1]) - max(one[0], other[0]), 0)
