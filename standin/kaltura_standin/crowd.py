"""Crowds: the people of a session, when they join and leave, and their engagement. A seed decides everything."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from itertools import islice

from kaltura_standin.account import Account, Attendance, Room, Run, Stay
from kaltura_standin.interactions import Peak, Script
from kaltura_standin.names import Person, guests, people
from kaltura_standin.personas import invented_profile

Curve = Callable[[random.Random, int, int], tuple[Stay, ...]]
_SHORTEST = 20  # seconds of presence


def webinar_curve(rng: random.Random, start: int, end: int) -> tuple[Stay, ...]:
    """Return when one person is present at a webinar of about an hour.

    Most people join in the first minutes, some in the middle. Some leave soon and some before the questions; most stay.
    """
    length = end - start
    late = rng.random()
    joined = (
        rng.expovariate(1 / 110)
        if late < 0.78
        else rng.uniform(300, length * 0.4)
        if late < 0.9
        else rng.gauss(length * 0.48, 100)
    )
    kind = rng.random()
    left = (
        joined + 40 + rng.expovariate(1 / 420)
        if kind < 0.13
        else rng.gauss(length * 0.74, 120)
        if kind < 0.25
        else rng.uniform(joined, length)
        if kind < 0.31
        else length - rng.expovariate(1 / 45)
    )
    return _stays(rng, start, (joined, left), length, gap_chance=0.06)


def meeting_curve(rng: random.Random, start: int, end: int) -> tuple[Stay, ...]:
    """Return when one person is present at a meeting: nearly all come within two minutes and stay to the end."""
    length = end - start
    joined = rng.expovariate(1 / 60)
    left = rng.uniform(length / 3, length) if rng.random() < 0.08 else length - rng.expovariate(1 / 15)
    return _stays(rng, start, (joined, left), length, gap_chance=0.03)


def _stays(
    rng: random.Random, start: int, presence: tuple[float, float], length: int, *, gap_chance: float
) -> tuple[Stay, ...]:
    """Return the presence within the session, in whole seconds; sometimes a dropped connection interrupts it."""
    joined = min(max(int(presence[0]), 0), length - _SHORTEST)
    left = min(max(int(presence[1]), joined + _SHORTEST), length)
    if rng.random() < gap_chance and left - joined > 900:
        dropped = rng.randint(joined + 200, left - 500)
        back = dropped + rng.randint(40, 300)
        return ((start + joined, start + dropped), (start + back, start + left))
    return ((start + joined, start + left),)


def attend(
    rng: random.Random, who: Iterable[Person], start: int, end: int, curve: Curve = meeting_curve
) -> tuple[Attendance, ...]:
    """Return the attendances of these people at one session. People who stay longer are more engaged."""
    return tuple(_attendance(rng, person, curve(rng, start, end), end - start) for person in who)


def _attendance(rng: random.Random, person: Person, stays: tuple[Stay, ...], length: int) -> Attendance:
    share = sum(stay[1] - stay[0] for stay in stays) / length
    engaged = 0.0 if rng.random() < 0.02 else min(rng.betavariate(2.0 + 4.0 * share, 1.8), 1.0)
    return Attendance(*person, stays=stays, engaged=engaged)


def big_account(attendees: int = 100_000, minutes: int = 60) -> Account:
    """Return an account of one room, with one session of many attendees, for measurements.

    The session starts at 2026-11-18T15:00:00Z. Kaltura returns at most 100,000 rows, even if there are more attendees.
    """
    rng = random.Random(7)
    start = 1_795_014_000
    end = start + minutes * 60
    crowd = [*islice(people(rng), attendees - attendees // 10), *islice(guests(rng), attendees // 10)]
    attendances = tuple(
        Attendance(*person, stays=((start + rng.randrange(600), end - rng.randrange(600)),), engaged=rng.random())
        for person in crowd
    )
    host = attendances[0].user_id if attendances else ""
    script = Script(peaks=(Peak(minutes / 3, "smile", 0.2), Peak(minutes - 2, "clap", 0.4)))
    run = Run("1_bigcue01", start, end, host, attendances, script=script)
    room = Room("1_bigroom1", "Annual conference", (run,), owner=host)
    return Account(rooms=(room,), profiles=invented_profile)
