"""Any order of sessions, late figures, pauses, kills, replays and erasures ends as one undisturbed export would.

`make faults` tries more and longer ones.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from kaltura_standin.account import Account
from kaltura_standin.server import StandIn
from support.killing import Countdown
from support.life import HOUR, MINUTE, ROOMS, Life, Pause
from support.world import START, Clock, World

_LIVES = int(os.environ.get("LIVES", "0"))
SETTINGS = (
    ("interruption_minutes", 0.0),
    ("interruption_minutes", 45.0),
    ("check_hours", (3.0, 12.0, 24.0)),
    ("mail_to", ("boss@example.com",)),
    ("timezone", "Asia/Kolkata"),
    ("portal_url", "https://reports.example.com"),
    ("html", True),
)
Plan: TypeAlias = tuple[str, int, int]
writes = st.integers(1, 25)
rooms = st.sampled_from(ROOMS)
plans = st.tuples(
    rooms, st.sampled_from([5, 30, 61]), st.sampled_from([0, 4, 20])
)  # minutes; hours that figures are late


class Lives(RuleBasedStateMachine):
    """One life of two rooms."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.kaltura = StandIn(Account())
        self.kaltura.__enter__()
        self.life = Life(World(self.kaltura, Path(self.folder.name), Clock(START)))

    @initialize(first=plans, between=st.sampled_from([0.2, 1, 6]), then=plans, last=plans)
    def three_sessions(self, first: Plan, between: float, then: Plan, last: Plan) -> None:
        for plan in (first, then, last):
            self.a_session_is_held(plan)
            self.life.passes(between * HOUR)
            self.life.ticks()

    @rule(plan=plans)
    def a_session_is_held(self, plan: Plan) -> None:
        self.life.begins(*plan)
        self.life.passes(45 * MINUTE)

    @rule(room=rooms, minutes=st.sampled_from([1, 20, 90]))
    def a_session_goes_on(self, room: str, minutes: int) -> None:
        self.life.goes_on(room, minutes)

    @rule(hours=st.sampled_from([0.2, 0.5, 1, 1, 2, 6, 20]))
    def time_passes(self, hours: float) -> None:
        self.life.passes(timedelta(hours=hours))

    @rule(minutes=st.sampled_from([15, 50, 70]), room=rooms)
    def a_tick_after_a_while(self, minutes: int, room: str) -> None:
        self.life.passes(minutes * MINUTE)
        self.life.ticks()

    @rule(at=writes, after=st.booleans())
    def a_tick_is_killed(self, at: int, after: bool) -> None:
        self.life.ticks(Countdown(at, after=after))

    @rule(at=writes, what=st.sampled_from(["ticks", "replays"]))
    def two_work_at_once(self, at: int, what: str) -> None:
        self.life.ticks(pause=Pause(at, getattr(self.life, what)))

    @rule(at=writes, room=rooms)
    def a_guest_is_erased_beside_an_export(self, at: int, room: str) -> None:
        self.life.ticks(pause=Pause(at, lambda: self.a_guest_is_erased(room)))

    @rule()
    def all_is_replayed(self) -> None:
        self.life.replays()

    @rule()
    def the_ledger_is_lost(self) -> None:
        self.life.loses_ledger()

    @rule(room=rooms)
    def a_guest_is_erased(self, room: str) -> None:
        mine = [one for one in self.life.held if one.room == room and one.end < self.life.elapsed]
        if mine:
            self.life.erases(mine[-1].guest)

    @rule(setting=st.sampled_from(SETTINGS))
    def settings_change(self, setting: tuple[str, object]) -> None:
        self.life.changes |= dict([setting])

    def teardown(self) -> None:
        try:
            self.life.settled()
            assert self.life.wrong() == []
        finally:
            self.kaltura.__exit__(None, None, None)
            self.folder.cleanup()


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=_LIVES or 6,
    stateful_step_count=40 if _LIVES else 15,
    derandomize=not _LIVES,
    database=None,
    suppress_health_check=list(HealthCheck),
)
