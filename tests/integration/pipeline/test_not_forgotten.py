"""Interrupted sessions that a filter, a long chain or a room left open could make the schedule forget."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from debrief.pipeline.reconcile import reconcile
from debrief.runner import run
from kaltura_standin.account import Account, Attendance, Room, Run, User
from support.world import START, World, seconds, world

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def session(cue_point_id: str, first: int, last: int, people: int = 2) -> Run:
    """A session from one minute to another, all its people there all the time."""
    start, end = seconds(START + first * MINUTE), seconds(START + last * MINUTE)
    there = tuple(Attendance(f"u{n}", f"Person {n}", stays=((start, end),)) for n in range(people))
    return Run(cue_point_id, start, end, "ann@example.com", there)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, Account(users=(User("ann@example.com", "Ann", "Lee", "ann@example.com"),)), START) as found:
        yield found


def hold(place: World, *runs: Run) -> None:
    place.kaltura.account = replace(place.kaltura.account, rooms=(Room("1_room0001", "Sales", runs),))


def scheduled_runs(place: World, first: float, last: float, step: float = 1, **changes: object) -> None:
    """Ticks of the schedule, in hours since START."""
    hours = first
    while hours <= last:
        place.clock.now = START + hours * HOUR
        place.kaltura.account = replace(place.kaltura.account, now=place.clock.now)
        with place.services(pdf=False, html=False, **changes) as services:
            assert all(outcome.is_well for outcome in run(services, reconcile(services)))
        hours += step


def mailed(place: World) -> list[str]:
    return sorted(name.partition("-r")[0] for name in place.mails())


def test_parts_that_are_too_short_each_count_by_their_time_together(place: World) -> None:
    hold(place, session("1_a", 0, 8), session("1_b", 12, 20), session("1_c", 24, 32))
    scheduled_runs(place, 0.5, 3, 0.5, min_minutes=20)
    assert mailed(place) == ["joint-1_a"]


def test_parts_that_are_too_short_together_are_still_left_out(place: World) -> None:
    hold(place, session("1_a", 0, 8), session("1_b", 12, 20))
    scheduled_runs(place, 0.5, 3, 0.5, min_minutes=20)
    assert mailed(place) == []


def test_what_comes_after_fifty_parts_is_reported_too(place: World) -> None:
    hold(place, *(session(f"1_p{n:02}", n * 20, n * 20 + 10) for n in range(53)))
    scheduled_runs(place, 20, 22)
    assert mailed(place) == ["joint-1_p00", "joint-1_p50"]


def test_a_session_that_kaltura_never_closes_does_not_hold_back_the_one_before(place: World) -> None:
    hold(place, session("1_a", 0, 60), session("1_open", 70, 60 * 24 * 30))
    scheduled_runs(place, 2, 24)
    assert mailed(place) == []
    scheduled_runs(place, 26, 28)
    assert mailed(place) == ["1_a"]


def test_nothing_is_emailed_before_it_is_known_whether_the_session_goes_on(place: World) -> None:
    hold(place, session("1_a", 0, 60), session("1_b", 80, 160))
    scheduled_runs(place, 1, 5, 0.25, settle_minutes=5)
    assert mailed(place) == ["joint-1_a"]


def test_usual_is_what_whole_sessions_were_and_not_their_parts(place: World) -> None:
    day = 24 * 60
    before = (session("1_a", -3 * day, 20 - 3 * day, 100), session("1_b", 30 - 3 * day, 50 - 3 * day, 5))
    hold(place, *before, session("1_now", 0, 60, 100))
    scheduled_runs(place, -70, -68)
    scheduled_runs(place, 2, 2)
    summary = json.loads(place.read("reports/date=2026-11-02/session=1_now/summary.json"))
    assert [one["cue_point_id"] for one in summary["sections"]["earlier"]["sessions"]] == ["joint-1_a"]
    assert summary["sections"]["earlier"]["figures"]["unique_attendees"] == 100
