"""Presence of people in a time window, and how people are counted."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from kaltura_standin.account import Attendance, Room, Run, Stay

_EXACT_BELOW = 100  # people; larger counts are estimates with an error of about 2%


class Seen(NamedTuple):
    """The seconds in which a person was present in a window, and the engaged part of them."""

    who: Attendance
    seconds: float
    engaged_seconds: float


class Sight(NamedTuple):
    """One session, and everybody seen in it in a window."""

    room: Room
    run: Run
    seen: list[Seen]

    @property
    def ratio(self) -> float:
        """Return engaged time divided by all time, 0..1."""
        return sum(one.engaged_seconds for one in self.seen) / sum(one.seconds for one in self.seen)

    @property
    def unique_users(self) -> int:
        """Return the number of users, `Unknown` being one of them; a large number is an estimate, rounded down."""
        return estimate(len(self.seen), self.run.id)


def estimate(count: int, seed: str) -> int:
    """Return a number of people as HyperLogLog counts it: exact if small, else with an error of up to 2%."""
    if count < _EXACT_BELOW:
        return count
    error = hashlib.sha256(seed.encode()).digest()[0] / 255 * 0.04 - 0.02
    return int(count * (1 + error))


def seen_in(run: Run, window: Stay, clock: int | None, late: float) -> list[Seen]:
    """Return everybody present in the window, each user once; each deleted user is an entry of its own.

    `clock` is the account's clock in unix seconds. `late` is the share of the session, from its start, that analytics
    has.
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
