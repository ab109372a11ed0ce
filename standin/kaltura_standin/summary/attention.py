"""A person's attention during a session: periods of one state each, and the minutes of each period.

The periods of a stay add up to the stay, and the engaged periods to its engaged share, so that the heatmap agrees with
the ratios of the other reports. States are the strings of Kaltura's players and rooms (kKavaBase.php).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from kaltura_standin.account import Stay
from kaltura_standin.summary.dataset import Scene, View
from kaltura_standin.summary.states import habits_of, state

MINUTE = 60  # seconds
_SHORTEST = 30  # seconds of distraction
_MOST_GAPS = 6


class Spell(NamedTuple):
    """A period in one state, half-open."""

    since: int
    until: int
    engaged: bool
    state: str


def spells_of(view: View, reach: Stay) -> list[Spell]:
    """Return the periods within the window, by time."""
    scene, who = view.scene, view.who
    rng = random.Random(f"{scene.id} {who.user_id} {view.number}")
    stays = sorted(who.stays) or [(scene.start, scene.end)]
    pieces = _pieces(rng, scene, stays, who.engaged)
    habits = habits_of(rng, scene.run, who.user_id)
    return [
        Spell(max(since, reach[0]), min(until, reach[1]), engaged, state(rng, habits, engaged=engaged))
        for since, until, engaged in _laid_out(pieces, stays)
        if min(until, reach[1]) > max(since, reach[0])
    ]


def owned_minutes(spells: list[Spell]) -> Iterator[tuple[int, int, bool]]:
    """Return first and last minute of each period, and whether it is engaged.

    A minute belongs to the first period in it, so that a viewer counts once a minute, as with one viewPeriod event a
    minute.
    """
    taken = -1
    for spell in spells:
        first, last = _minute(spell.since), _minute(spell.until - 1)
        first = max(first, taken + MINUTE) if taken >= 0 else first
        if first <= last:
            yield first, last, spell.engaged
            taken = last


def states_by_minute(spells: list[Spell]) -> set[tuple[int, str]]:
    """Return every state of every minute: several states if the state changed in it."""
    return {
        (minute, spell.state)
        for spell in spells
        for minute in range(_minute(spell.since), _minute(spell.until - 1) + 1, MINUTE)
    }


def _minute(second: int) -> int:
    return second - second % MINUTE


def _pieces(rng: random.Random, scene: Scene, stays: list[Stay], engaged: float) -> list[tuple[int, bool]]:
    """Return lengths in seconds, engaged and distracted in turn, for all stays together."""
    present = sum(until - since for since, until in stays)
    away = round(present * (1 - engaged))
    if away < _SHORTEST or present - away < _SHORTEST:
        return [(present, away < _SHORTEST)]
    gaps = min(1 + int(rng.expovariate(0.7)), _MOST_GAPS, away // _SHORTEST)
    lengths = _split(rng, away, gaps)
    cuts = sorted(_cut(rng, scene, stays[0][0], (present, present - away)) for _ in lengths)
    pieces, done = [], 0
    for cut, length in zip(cuts, lengths, strict=True):
        pieces += [(cut - done, True), (length, False)]
        done = cut
    return [*pieces, (present - away - done, True)]


def _split(rng: random.Random, whole: int, parts: int) -> list[int]:
    marks = sorted(rng.randrange(whole + 1) for _ in range(parts - 1))
    return [until - since for since, until in pairwise([0, *marks, whole])]


def _cut(rng: random.Random, scene: Scene, joined: int, lengths: tuple[int, int]) -> int:
    """Return where a distraction interrupts the engaged time: anywhere, or in one of the session's lulls."""
    present, engaged = lengths
    script = scene.run.script if scene.run else None
    if not (script and script.lulls) or rng.random() < 0.4:
        return rng.randrange(engaged + 1)
    lull = rng.choice(script.lulls)
    at = scene.start + rng.uniform(lull.since, lull.until) * MINUTE - joined
    return min(max(int(at * engaged / present), 0), engaged)


def _laid_out(pieces: list[tuple[int, bool]], stays: list[Stay]) -> Iterator[tuple[int, int, bool]]:
    """Return the pieces as times. A piece that is longer than a stay continues in the next stay."""
    rest = iter(stays)
    since, until = next(rest)
    for length, engaged in pieces:
        left = length
        while left > 0:
            if since >= until:
                since, until = next(rest)
            took = min(left, until - since)
            yield since, since + took, engaged
            since, left = since + took, left - took
