"""When the report of a virtual event waits, for what and how long, and what it says in the end."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from event_days import (
    ANN,
    BOB,
    CID,
    OVER,
    OWNER,
    PLACE,
    START,
    account,
    events,
    finish,
    record,
    room,
    run,
    scheduled_run,
    summary,
)

from debrief.errors import NotReady
from debrief.pipeline.events.due import due_events
from debrief.pipeline.mailing.admin_schedule import problems
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.state.lifecycle import PLAN_UNKNOWN
from kaltura_standin.faults import Fault
from support.world import World, world


def test_before_the_last_session_is_final_there_is_no_report(tmp_path: Path) -> None:
    with world(tmp_path, account(), START + timedelta(hours=25)) as built:
        finish(built, pdf=False)
        assert (record(built).state, record(built).revision) == ("waiting", 0)
        built.clock.now = START + timedelta(hours=40)
        assert events(scheduled_run(built, pdf=False)) == []
        built.clock.now = OVER
        scheduled_run(built, pdf=False)
        built.clock.now += timedelta(hours=1)
        assert [order.cue_point_id for order in events(scheduled_run(built, pdf=False))] == ["event-77"]


def test_the_report_waits_for_a_final_session_whose_incomplete_export_is_repeated(days: World) -> None:
    scheduled_run(days, pdf=False)
    days.clock.now += timedelta(minutes=15)
    with days.services() as services:
        session = services.ledger.session("1_cue00001")
        assert session
        assert session.state == "final"
        services.ledger.save(replace(session, due=days.clock.now + timedelta(hours=1)))
    assert events(scheduled_run(days, pdf=False)) == []
    assert record(days).reason == "A session of the event is not final yet."
    days.clock.now += timedelta(hours=1)
    scheduled_run(days, pdf=False)
    days.clock.now += timedelta(hours=1)
    assert [order.cue_point_id for order in events(scheduled_run(days, pdf=False))] == ["event-77"]


def test_while_kaltura_has_more_planned_it_waits_and_asks_rarely(tmp_path: Path) -> None:
    with world(tmp_path, account(planned=100), OVER) as built:
        assert finish(built, pdf=False) == []
        assert record(built).reason == "Kaltura has more sessions of this event planned."
        assert record(built).due == built.clock.now + (built.clock.now - record(built).end) / 24
        asked = len(built.kaltura.requests)
        with built.services() as services:
            assert due_events(services, built.clock.now + timedelta(minutes=30)) == []
        assert len(built.kaltura.requests) == asked
        built.clock.now = START + timedelta(hours=102)
        assert [order.cue_point_id for order in events(scheduled_run(built, pdf=False))] == ["event-77"]


def test_after_sixty_silent_days_nobody_waits_any_more(tmp_path: Path) -> None:
    with world(tmp_path, account(planned=24 * 365), OVER) as built:
        finish(built, pdf=False)
        built.clock.now = START + timedelta(days=70)
        assert events(scheduled_run(built, pdf=False)) == []
        assert (record(built).state, record(built).due) == ("skipped", None)


def test_a_skipped_session_is_not_waited_for_and_said_to_be_missing(days: World) -> None:
    finish(days, pdf=False, min_minutes=45)
    made = summary(days)
    assert made["metrics"]["sessions"]["value"] == 2
    (said,) = [one for one in made["warnings"] if one["code"] == "SESSIONS_MISSING"]
    assert said["message"].startswith("One session of the event is not in this report")


def test_the_report_of_an_interrupted_session_is_waited_for(tmp_path: Path) -> None:
    first, second = room(1, 0, ANN, BOB, minutes=30), room(2, 0.75, ANN, CID, minutes=30)
    now = START + timedelta(hours=28)
    with world(tmp_path, account(replace(first, runs=(*first.runs, *second.runs))), now) as built:
        asked = []
        for _ in range(3):
            with built.services(page=False, pdf=False) as services:
                asked.append([order.cue_point_id for order in run(services, reconcile(services))])
            built.clock.now += timedelta(minutes=65)
    assert asked == [["1_cue00001", "1_cue00002"], ["joint-1_cue00001"], ["event-77"]]


def test_a_session_that_is_just_being_written_is_waited_for(days: World) -> None:
    scheduled_run(days, pdf=False)
    key = "attendees/date=2026-11-02/session=1_cue00001/attendees.csv"
    manifest = "reports/date=2026-11-02/session=1_cue00001/manifest.json"
    days.clock.now += timedelta(minutes=15)
    with days.services(page=False) as services, services.archive.replacing(manifest, services.archive.read(manifest)):
        (days.root / "archive" / key).write_bytes(b"half")
        with pytest.raises(NotReady):
            run(services, events(reconcile(services)))
    assert not [key for key in days.archived() if key.startswith(PLACE)]


def test_kaltura_failing_hides_no_other_event_and_is_written_down(days: World) -> None:
    scheduled_run(days, pdf=False)
    days.clock.now += timedelta(minutes=15)
    with days.services(page=False) as services:
        days.kaltura.faults.add(Fault("drop_column", report=6000, column="cue_point_id"))
        assert due_events(services, days.clock.now) == []
    assert record(days).state == "waiting"
    assert record(days).reason
    days.kaltura.faults.clear()
    days.clock.now += timedelta(hours=3)
    assert [order.cue_point_id for order in events(scheduled_run(days, pdf=False))] == ["event-77"]


def damaged_files(days: World, session: str) -> Path:
    return next((days.root / "archive" / "reports").rglob(f"session={session}/summary.json"))


def test_an_event_is_reported_without_its_damaged_session_and_again_when_that_is_mended(days: World) -> None:
    with days.services(page=False, pdf=False, interruption_minutes=0, admin_to=("admin@example.com",)) as services:
        orders = [one for one in reconcile(services) if one.kind == "session"]
        run(services, orders)
        victim = damaged_files(days, "1_cue00001")
        whole = victim.read_bytes()
        victim.write_bytes(whole + b" ")
        run(services, reconcile(services))
        record = services.ledger.session("event-77")
        assert record
        assert (record.state, record.revision) == ("final", 1)
        assert record.due == days.clock.now + timedelta(hours=6)
        assert "1_cue00001" in record.reason
        (cause,) = problems(services).values()
        assert "damaged" in cause.reason
        made = json.loads(days.read(f"{PLACE}summary.json"))
        (said,) = [one for one in made["warnings"] if one["code"].startswith("SESSIONS_")]
        assert (
            said["message"] == "One session of the event is not in this report: its files in the archive are damaged."
        )
        victim.write_bytes(whole)
        days.clock.now += timedelta(hours=7)
        run(services, reconcile(services))
        record = services.ledger.session("event-77")
        assert record
        assert (record.revision, record.reason, record.due) == (2, "", None)
        assert problems(services) == {}


@pytest.mark.parametrize(
    ("service", "unknown"),
    [("schedule_scheduleEvent", "planned"), ("user", "owner"), ("virtualEvent_virtualEvent", "planned")],
)
def test_the_report_of_an_event_waits_while_kaltura_fails_to_return_its_plan_or_owner(
    days: World, service: str, unknown: str
) -> None:
    scheduled_run(days)
    days.kaltura.faults.add(Fault("api_error", times=None, service=service, code="INTERNAL_SERVERL_ERROR"))
    days.clock.now += timedelta(minutes=15)
    scheduled_run(days)
    waiting = record(days)
    assert (waiting.state, waiting.revision, unknown in waiting.reason) == ("waiting", 0, True)
    assert waiting.due == days.clock.now + timedelta(minutes=15)
    days.kaltura.faults.clear()
    days.clock.now += timedelta(minutes=15)
    scheduled_run(days)
    assert (record(days).state, record(days).reason) == ("final", "")
    with days.services() as services:
        assert [one.address for one in services.ledger.deliveries("event-77")] == [OWNER.email]


def test_after_a_week_of_that_the_event_is_reported_without_its_owner(days: World) -> None:
    scheduled_run(days, mail_to=("team@example.com",))
    days.kaltura.faults.add(Fault("api_error", times=None, service="user", code="INTERNAL_SERVERL_ERROR"))
    for after in (timedelta(minutes=15), timedelta(days=6), timedelta(days=1)):
        days.clock.now += after
        scheduled_run(days, mail_to=("team@example.com",))
    assert record(days).state == "final"
    with days.services() as services:
        assert [one.address for one in services.ledger.deliveries("event-77")] == ["team@example.com"]


def test_who_may_not_read_the_owner_s_user_gets_the_report_of_an_event_without_waiting(days: World) -> None:
    scheduled_run(days)
    days.kaltura.faults.add(Fault("api_error", times=None, service="user", code="SERVICE_FORBIDDEN"))
    days.clock.now += timedelta(minutes=15)
    scheduled_run(days)
    assert record(days).state == "final"


def plan_warnings(built: World) -> list[str]:
    return [one["message"] for one in summary(built)["warnings"] if one["code"] == "SESSIONS_PLAN_UNKNOWN"]


@pytest.mark.parametrize("code", ["INTERNAL_SERVERL_ERROR", "DRUID_QUERY_TIMED_OUT"])
def test_after_a_week_in_which_kaltura_cannot_return_what_is_planned_the_report_says_so(
    tmp_path: Path, code: str
) -> None:
    """The week begins with the trouble, however long ago the last session was."""
    with world(tmp_path, account(planned=24 * 9), OVER) as days:
        finish(days, pdf=False)
        days.clock.now += timedelta(days=9)
        days.kaltura.faults.add(Fault("api_error", times=None, service="schedule_scheduleEvent", code=code))
        for after in (timedelta(0), timedelta(days=6, hours=23)):
            days.clock.now += after
            scheduled_run(days, pdf=False)
            assert (record(days).state, record(days).revision) == ("waiting", 0)
            assert record(days).reason == PLAN_UNKNOWN
        days.clock.now += timedelta(hours=1)
        scheduled_run(days, pdf=False)
        assert (record(days).state, record(days).revision) == ("final", 1)
        assert len(plan_warnings(days)) == 1
        with days.services(page=False, pdf=False) as services:
            replay(services, record(days))
        assert len(plan_warnings(days)) == 1


def test_a_plan_that_kaltura_returned_after_all_leaves_no_note_and_trouble_begins_a_new_week(tmp_path: Path) -> None:
    with world(tmp_path, account(planned=24 * 12), OVER) as built:
        fault = Fault("api_error", times=None, service="schedule_scheduleEvent")
        finish(built, pdf=False)
        for days in (2, 4):
            built.kaltura.faults.add(fault)
            built.clock.now += timedelta(days=days)
            scheduled_run(built, pdf=False)
            assert record(built).reason == PLAN_UNKNOWN
            built.kaltura.faults.clear()
            built.clock.now += timedelta(minutes=15)
            scheduled_run(built, pdf=False)
            assert record(built).reason == "Kaltura has more sessions of this event planned."
        built.clock.now += timedelta(days=9)
        scheduled_run(built, pdf=False)
        assert record(built).state == "final"
        assert plan_warnings(built) == []


def test_an_event_whose_plan_may_not_be_read_is_reported_at_once_and_says_so(days: World) -> None:
    scheduled_run(days)
    days.kaltura.faults.add(Fault("api_error", times=None, service="schedule_scheduleEvent", code="SERVICE_FORBIDDEN"))
    days.clock.now += timedelta(minutes=15)
    scheduled_run(days)
    assert record(days).state == "final"
    assert len(plan_warnings(days)) == 1
