"""Sessions whose state was once unclear: long exports, late orders, pauses, errors during a scheduled run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.errors import BadCredentials, GiveUp, RetryLater, Unavailable
from debrief.orders import ExportOrder
from debrief.pipeline.mailing.admin_schedule import problems
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.revisions import manifest_of
from debrief.pipeline.state.session_records import cancel_orders
from kaltura_standin.account import Account, Run
from kaltura_standin.catalogue import ScheduleEvent, VirtualEvent
from kaltura_standin.faults import Fault
from support.world import END, START, World, seconds, small_account, world

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ID = "1_cue00001"
QUICK = {"page": False, "pdf": False, "html": False}


def work(services: Services, orders: Iterable[ExportOrder]) -> None:
    """Every order with its mails; what fails is in the ledger."""
    for order in orders:
        try:
            for mail in run_export(services, order):
                deliver(services, mail)
        except (RetryLater, GiveUp):
            pass


def scheduled_run(place: World, at: datetime, **changes: object) -> None:
    place.clock.now = at
    with place.services(**QUICK, **changes) as services:
        work(services, reconcile(services))


def record(place: World, cue_point_id: str = ID) -> SessionRecord:
    with place.services() as services:
        found = services.ledger.session(cue_point_id)
    assert found
    return found


def with_runs(*runs: Run) -> Account:
    """The small account with these sessions in its first room."""
    account = small_account()
    return replace(account, rooms=(replace(account.rooms[0], runs=runs), *account.rooms[1:]))


def test_an_export_that_straddles_the_last_check_becomes_final(small: World) -> None:
    small.clock.now = END + 24 * HOUR - 10 * timedelta(seconds=1)
    with small.services(**QUICK) as services:
        orders = reconcile(services)
        readings = iter([small.clock.now])
        work(replace(services, clock=lambda: next(readings, END + 24 * HOUR + MINUTE)), orders)
    scheduled_run(small, END + 25 * HOUR)
    with small.services() as services:
        manifest = manifest_of(services, START, ID)
    assert manifest
    assert (record(small).state, record(small).due, manifest.state) == ("final", None, "final")


def test_an_order_from_before_the_session_went_on_does_nothing(small: World) -> None:
    small.clock.now = END + 46 * MINUTE
    with small.services(**QUICK) as services:
        (stale,) = reconcile(services)
    first = small.kaltura.account.rooms[0].runs[0]
    small.kaltura.account = with_runs(replace(first, end=seconds(END + HOUR)))
    small.clock.now = END + 70 * MINUTE
    with small.services(**QUICK) as services:
        assert reconcile(services) == []
        work(services, [stale])
    assert (record(small).state, record(small).due) == ("waiting", END + 105 * MINUTE)
    assert not small.mails()
    scheduled_run(small, END + 105 * MINUTE)
    assert (record(small).state, record(small).end) == ("exported", END + HOUR)
    assert small.mails()


def test_after_a_long_pause_an_interrupted_session_is_mailed_like_any_other(tmp_path: Path) -> None:
    first = small_account().rooms[0].runs[0]
    there = tuple(replace(one, stays=((first.end + 700, first.end + 3000),)) for one in first.attendances)
    second = replace(first, id="1_cue00009", start=first.end + 600, end=first.end + 3600, attendances=there)
    with world(tmp_path, with_runs(first, second), END) as place:
        scheduled_run(place, END + 65 * MINUTE)
        assert not place.mails()
        scheduled_run(place, END + 61 * HOUR)
        scheduled_run(place, END + 62 * HOUR)
        assert [name for name in place.mails() if "joint" in name]


def test_a_session_that_kaltura_never_closes_is_reported_and_delays_no_event(tmp_path: Path) -> None:
    base = small_account()
    run = base.rooms[0].runs[0]
    there = tuple(replace(one, stays=((run.start, run.start + 3600),)) for one in run.attendances)
    room = replace(base.rooms[0], virtual_event_id="77")
    zombie = replace(run, id="1_cue00004", end=run.start, attendances=there)
    rooms = (room, replace(room, id="1_room0004", runs=(zombie,)), *base.rooms[1:])
    account = replace(base, rooms=rooms, virtual_events=(VirtualEvent("77", "Days"),))
    with world(tmp_path, account, END) as place:
        for hours in (0, 1, 7, 23.9, 25, 26, 28):
            scheduled_run(place, START + hours * HOUR, interruption_minutes=0)
        found = record(place, "1_cue00004")
        with place.services(admin_to=("admin@example.com",)) as services:
            in_problems = [one.record.cue_point_id for cause in problems(services).values() for one in cause.sessions]
        event = record(place, "event-77")
    assert (found.state, "open for more than a day" in found.reason, in_problems) == ("failed", True, ["1_cue00004"])
    assert (event.state, event.revision) == ("final", 1)


def test_an_unrelated_weekly_meeting_in_its_room_holds_an_event_back_for_a_week_at_most(tmp_path: Path) -> None:
    base = small_account()
    rooms = (replace(base.rooms[0], virtual_event_id="77"), *base.rooms[1:])
    weekly = tuple(
        ScheduleEvent(6000 + week, "1_room0001", seconds(START + 7 * week * DAY), seconds(END + 7 * week * DAY), "Team")
        for week in range(1, 10)
    )
    account = replace(base, rooms=rooms, schedule=weekly, virtual_events=(VirtualEvent("77", "Days"),))
    with world(tmp_path, account, END) as place:
        for days in (0.1, 1.1, 2, 6):
            scheduled_run(place, END + days * DAY)
        assert record(place, "event-77").revision == 0
        for hours in (1, 8, 16):
            scheduled_run(place, END + 7 * DAY + hours * HOUR)
        assert record(place, "event-77").state == "final"


def test_what_a_scheduled_run_asked_for_before_it_failed_is_asked_for_by_the_next_one(small: World) -> None:
    small.clock.now = END + HOUR
    with small.services(**QUICK) as services:

        class Passing:
            def __getattr__(self, name: str) -> object:
                return getattr(services.ledger, name)

            def put_note(self, _mark: object) -> None:
                raise Unavailable("The ledger cannot answer now.")

        with pytest.raises(Unavailable):
            reconcile(replace(services, ledger=Passing()))  # type: ignore[arg-type]
        small.clock.now += 15 * MINUTE
        assert [one.cue_point_id for one in reconcile(services)] == [ID]


def test_what_could_not_be_sent_to_the_queue_is_asked_for_by_the_next_scheduled_run(small: World) -> None:
    small.clock.now = END + HOUR
    with small.services(**QUICK) as services:
        orders = reconcile(services)
        assert reconcile(services) == []
        cancel_orders(services, orders)
        assert reconcile(services) == orders


def test_a_failure_of_an_old_session_is_reported_and_tried_again_for_a_week(small: World) -> None:
    late = END + 30 * DAY
    small.clock.now = late
    with small.services(**QUICK, admin_to=("admin@example.com",)) as services:
        order = ExportOrder(ID, "1_room0001", START, END)
        small.kaltura.faults.add(Fault("api_error", times=None, code="START_SESSION_ERROR"))
        with pytest.raises(BadCredentials):
            run_export(services, order)
        assert [one.record.cue_point_id for cause in problems(services).values() for one in cause.sessions] == [ID]
        assert record(small).due == late + HOUR
        small.clock.now = late + 7 * DAY
        with pytest.raises(BadCredentials):
            run_export(services, order)
    assert (record(small).state, record(small).due) == ("failed", None)
