"""Webinars that report 6000 does not list at all: found by the schedule, or because the caller knows the room."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from kaltura_over_http import Line, T, at, connected, person, run

from debrief.errors import Unavailable
from debrief.kaltura.sessions.discovery import discover
from debrief.model import Session
from kaltura_standin.account import Account, Room
from kaltura_standin.catalogue import ScheduleEvent
from kaltura_standin.faults import Fault

SINCE, UNTIL = at(T) - timedelta(hours=24), at(T) + timedelta(hours=24)
QUIET = Room("1_quiet", "Quiet, room", (run("1_q", 0, 60),))
BUSY = Room("1_busy", "Busy", (run("1_b", 0, 60, person("x", (0, 60))),))


def planned(room: str = "1_quiet", end: int = 60, name: str = "Quiet webinar", number: int = 1) -> ScheduleEvent:
    """An event of an hour; its end in minutes from T."""
    return ScheduleEvent(number, room, T + end * 60 - 3600, T + end * 60, name)


def names(found: list[Session]) -> dict[str, str]:
    return {one.cue_point_id: one.entry_name for one in found}


def discovered(account: Account, **options: list[str]) -> list[Session]:
    with connected(account) as line:
        return discover(line.kaltura, SINCE, UNTIL, **options)


def test_a_webinar_that_nobody_attended_is_found_by_the_schedule_and_called_as_it_says() -> None:
    found = discovered(Account(rooms=(QUIET, BUSY), schedule=(planned(),)))
    assert names(found) == {"1_q": "Quiet webinar", "1_b": "Busy"}
    assert [one.has_figures for one in found if one.cue_point_id == "1_q"] == [False]


def test_without_an_event_or_somebody_who_knows_the_room_it_stays_unknown() -> None:
    account = Account(rooms=(QUIET, BUSY))
    assert names(discovered(account)) == {"1_b": "Busy"}
    assert names(discovered(account, also_rooms=["1_quiet", "1_busy", "1_gone"])) == {
        "1_q": "Quiet, room",
        "1_b": "Busy",
    }


def test_an_event_without_a_name_leaves_it_to_the_room() -> None:
    assert names(discovered(Account(rooms=(QUIET,), schedule=(planned(name=""),)))) == {"1_q": "Quiet, room"}


@pytest.mark.parametrize("end", [60 - 47 * 60, 60, 60 + 47 * 60])
def test_a_session_may_end_up_to_a_day_off_the_look_back_before_or_after_its_plan(end: int) -> None:
    assert names(discovered(Account(rooms=(QUIET,), schedule=(planned(end=end),)))) == {"1_q": "Quiet webinar"}


@pytest.mark.parametrize(
    "event",
    [
        planned(end=-49 * 60),
        planned(end=50 * 60),
        replace(planned(), status=1),
        replace(planned(), status=3),
        replace(planned(), recurrence=1),
        replace(planned(), kind="Blackout"),
        replace(planned(), entry=""),
    ],
    ids=["long before", "long after", "cancelled", "deleted", "series", "blackout", "no room"],
)
def test_events_without_a_session_now_lead_nowhere(event: ScheduleEvent) -> None:
    with connected(Account(rooms=(QUIET,), schedule=(event,))) as line:
        assert discover(line.kaltura, SINCE, UNTIL) == []
        assert line.asked("list", "cuepoint_cuepoint") == 0


@pytest.mark.parametrize("kind", ["LiveStream", "Meeting", "Record"])
@pytest.mark.parametrize("recurrence", [0, 2])
def test_events_of_every_kind_that_have_a_room_count(kind: str, recurrence: int) -> None:
    event = replace(planned(), kind=kind, recurrence=recurrence)
    assert names(discovered(Account(rooms=(QUIET,), schedule=(event,)))) == {"1_q": "Quiet webinar"}


@pytest.mark.parametrize("code", ["SERVICE_FORBIDDEN", "SERVICE_DOES_NOT_EXISTS", "INTERNAL_SERVERL_ERROR"])
def test_an_account_without_a_schedule_to_read_finds_the_rest_and_logs_it(
    code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with connected(Account(rooms=(QUIET, BUSY), schedule=(planned(),))) as line:
        line.standin.faults.add(Fault("api_error", times=None, service="schedule_scheduleEvent", code=code))
        assert names(discover(line.kaltura, SINCE, UNTIL)) == {"1_b": "Busy"}
    assert "The schedule cannot be read" in caplog.text


def test_a_schedule_that_cannot_be_reached_ends_the_reconciliation_which_is_then_repeated() -> None:
    with connected(Account(rooms=(QUIET,), schedule=(planned(),))) as line:
        line.standin.faults.add(Fault("http_status", times=None, service="schedule_scheduleEvent"))
        with pytest.raises(Unavailable):
            discover(line.kaltura, SINCE, UNTIL)


def test_rooms_that_may_not_be_listed_leave_the_name_blank() -> None:
    with connected(Account(rooms=(QUIET,))) as line:
        line.standin.faults.add(Fault("api_error", times=None, service="baseEntry", code="SERVICE_FORBIDDEN"))
        assert names(discover(line.kaltura, SINCE, UNTIL, also_rooms=["1_quiet"])) == {"1_q": ""}


def test_a_breakout_room_that_the_caller_knows_stays_a_breakout() -> None:
    side = Room("1_side", "Side", (run("1_s", 5, 20, person("y", (5, 20))), run("1_t", 30, 40)), parent="1_busy")
    assert names(discovered(Account(rooms=(BUSY, side)), also_rooms=["1_side", "1_busy"])) == {"1_b": "Busy"}


def calls(line: Line) -> list[str]:
    """What was asked for, logins left out."""
    logins = {"session", "appToken"}
    return [f"{one.service}.{one.action}" for one in line.standin.requests if one.service not in logins]


def test_one_reconciliation_of_an_ordinary_account_takes_four_calls_at_most() -> None:
    rooms = tuple(replace(QUIET, id=f"1_r{n}", runs=(run(f"1_c{n}", n, n + 30),)) for n in range(300))
    account = Account(rooms=(*rooms, BUSY), schedule=tuple(planned(f"1_r{n}", number=n + 1) for n in range(200)))
    with connected(account) as line:
        found = discover(line.kaltura, SINCE, UNTIL, also_rooms=[room.id for room in rooms])
        assert len(found) == 301
        assert calls(line) == [
            "report.getCsvFromStringParams",
            "schedule_scheduleEvent.list",
            "cuepoint_cuepoint.list",
            "baseEntry.list",
        ]


def test_rooms_or_events_asked_for_leave_the_schedule_alone() -> None:
    account = Account(rooms=(QUIET, replace(BUSY, virtual_event_id="77")), schedule=(planned(),))
    with connected(account) as line:
        assert names(discover(line.kaltura, SINCE, UNTIL, events=["77"])) == {"1_b": "Busy"}
        assert names(discover(line.kaltura, SINCE, UNTIL, rooms=["1_quiet"])) == {"1_q": "Quiet, room"}
        assert line.asked("list", "schedule_scheduleEvent") == 0


@pytest.mark.parametrize("count", [499, 500, 1100])
@pytest.mark.parametrize("apart", [0, 1])
def test_a_schedule_of_many_pages_is_read_whole_and_its_rooms_are_asked_for_in_batches(count: int, apart: int) -> None:
    rooms = tuple(Room(f"1_r{n}", f"R{n}", (run(f"1_c{n}", 0, 30),)) for n in range(count))
    schedule = tuple(
        ScheduleEvent(n + 1, f"1_r{n}", T, T + 3600 + n * apart, f"Webinar {n}") for n in reversed(range(count))
    )
    with connected(Account(rooms=rooms, schedule=schedule)) as line:
        found = discover(line.kaltura, SINCE, UNTIL)
        assert names(found) == {f"1_c{n}": f"Webinar {n}" for n in range(count)}
        assert line.asked("list", "cuepoint_cuepoint") <= 3 * (count // 500) + 1


def test_a_look_back_to_the_beginning_of_time_is_no_time_relative_to_now() -> None:
    with connected(Account(rooms=(QUIET,), schedule=(planned(),), now=at(T + 7200))) as line:
        assert names(discover(line.kaltura, at(0), at(T + 7200))) == {"1_q": "Quiet webinar"}
