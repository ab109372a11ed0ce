"""The comparison of Kaltura with the ledger, with a moved clock."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.errors import GiveUp, Unavailable
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.reconcile import overdue, reconcile
from debrief.pipeline.stages import run_export
from kaltura_standin.account import Account, Room, Run
from kaltura_standin.faults import Fault
from support.world import END, START, World, seconds, small_account

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def scheduled_run(place: World, at: datetime) -> list[str]:
    """One scheduled run with its exports and mails; the sessions that were exported."""
    place.clock.now = at
    with place.services(pdf=False, html=False) as services:
        orders = reconcile(services)
        for order in orders:
            for delivery in run_export(services, order):
                deliver(services, delivery)
        return [order.cue_point_id for order in orders]


def record(place: World) -> SessionRecord:
    with place.services() as services:
        found = services.ledger.session("1_cue00001")
    assert found is not None
    return found


def summary(place: World) -> dict[str, object]:
    value = json.loads(place.read("reports/date=2026-11-02/session=1_cue00001/summary.json"))
    assert isinstance(value, dict)
    return value


def test_a_session_too_fresh_waits_until_its_figures_have_settled(small: World) -> None:
    assert scheduled_run(small, END + 44 * MINUTE) == []
    waiting = record(small)
    assert (waiting.state, waiting.due) == ("waiting", END + 45 * MINUTE)
    assert scheduled_run(small, END + 45 * MINUTE) == ["1_cue00001"]
    assert record(small).state == "exported"


def test_checks_come_at_six_and_twenty_four_hours_and_then_never_again(small: World) -> None:
    exported = [minutes for minutes in range(0, 48 * 60, 15) if scheduled_run(small, END + minutes * MINUTE)]
    assert exported == [45, 6 * 60, 24 * 60]
    assert record(small).state == "final"
    assert record(small).due is None


def test_a_check_that_brings_the_same_figures_mails_nobody_and_keeps_the_revision(small: World) -> None:
    scheduled_run(small, END + HOUR)
    mails = small.mails()
    scheduled_run(small, END + 7 * HOUR)
    assert (summary(small)["revision"], summary(small)["state"]) == (1, "provisional")
    scheduled_run(small, END + 25 * HOUR)
    assert (summary(small)["revision"], summary(small)["state"]) == (1, "final")
    assert small.mails() == mails


def mail_of(place: World, revision: int) -> str:
    (path,) = (place.root / "outbox").glob(f"*-r{revision}-*.eml")
    message = message_from_bytes(path.read_bytes(), policy=default)
    body = message.get_body(("plain",))
    assert body is not None
    return f"{message['Subject']}\n{body.get_content()}"


def test_figures_that_move_by_more_than_the_threshold_are_mailed_again_with_what_changed(small: World) -> None:
    small.kaltura.account = replace(small_account(), late_factor=0.5)
    scheduled_run(small, END + HOUR)
    small.kaltura.account = small_account()
    scheduled_run(small, END + 7 * HOUR)
    assert summary(small)["revision"] == 2
    assert "Updated" not in mail_of(small, 1)
    text = mail_of(small, 2)
    assert text.startswith("Updated: Sales, EMEA")
    first, now = (record(small).history[revision]["presence_average"] for revision in (1, 2))
    assert f"{int(first)}." in text
    assert f"{int(now)}." in text


def test_figures_that_hardly_move_make_a_revision_and_no_mail(small: World) -> None:
    small.kaltura.account = replace(small_account(), late_factor=0.97)
    scheduled_run(small, END + HOUR)
    small.kaltura.account = small_account()
    scheduled_run(small, END + 7 * HOUR)
    assert summary(small)["revision"] == 2
    assert len(small.mails()) == 1


def test_the_documents_say_which_check_the_figures_come_from(small: World) -> None:
    scheduled_run(small, END + HOUR)
    assert summary(small)["check_minutes"] == 45
    scheduled_run(small, END + 25 * HOUR)
    assert summary(small)["check_minutes"] == 24 * 60


def test_a_scheduled_run_that_comes_twice_asks_once(small: World) -> None:
    small.clock.now = END + HOUR
    with small.services() as services:
        assert len(reconcile(services)) == 1
        assert reconcile(services) == []


def test_an_export_that_was_asked_for_and_lost_is_asked_for_again(small: World) -> None:
    small.clock.now = END + HOUR
    with small.services() as services:
        reconcile(services)
    assert scheduled_run(small, END + 2 * HOUR) == []
    assert scheduled_run(small, END + 3 * HOUR) == ["1_cue00001"]


def test_an_outage_of_twenty_hours_loses_nothing(small: World) -> None:
    assert scheduled_run(small, END + 20 * HOUR) == ["1_cue00001"]
    assert len(small.mails()) == 1


def test_an_open_session_waits_and_is_exported_when_it_has_ended(small: World) -> None:
    small.kaltura.account = replace(small_account(), now=START + 30 * MINUTE)
    assert scheduled_run(small, START + 30 * MINUTE) == []
    assert record(small).reason == "The session is still open."
    small.kaltura.account = small_account()
    assert scheduled_run(small, END + HOUR) == ["1_cue00001"]


def test_a_session_that_nobody_attended_waits_for_the_first_check_before_it_says_so(small: World) -> None:
    empty = Run("1_cue00009", seconds(START) - 7200, seconds(START) - 3600)
    rooms = small_account().rooms
    small.kaltura.account = Account(rooms=(replace(rooms[0], runs=(*rooms[0].runs, empty)), rooms[1]))
    ended = START - HOUR
    assert "1_cue00009" not in scheduled_run(small, ended + 5 * HOUR)
    assert "1_cue00009" in scheduled_run(small, ended + 6 * HOUR)
    body = json.loads(small.read("reports/date=2026-11-02/session=1_cue00009/summary.json"))
    assert body["metrics"]["unique_attendees"]["value"] == 0
    assert body["metrics"]["presence_average"]["value"] is None


def test_a_failure_stands_in_the_ledger_and_is_tried_again_an_hour_later(small: World) -> None:
    small.kaltura.faults.add(Fault("rename_column", report=6001, column="user_type", to="kind", times=None))
    with pytest.raises(GiveUp, match="user_type"):
        scheduled_run(small, END + HOUR)
    failed = record(small)
    assert (failed.state, failed.due) == ("failed", END + 2 * HOUR)
    assert "user_type" in failed.reason
    small.kaltura.faults.clear()
    assert scheduled_run(small, END + 2 * HOUR) == ["1_cue00001"]
    assert record(small).state == "exported"


def test_kaltura_down_raises_retry_later_and_changes_nothing(small: World) -> None:
    small.kaltura.faults.add(Fault("http_status", status=503, times=None))
    with pytest.raises(Unavailable):
        scheduled_run(small, END + HOUR)
    small.kaltura.faults.clear()
    assert scheduled_run(small, END + HOUR + 15 * MINUTE) == ["1_cue00001"]


def test_an_archive_written_under_another_ledger_is_taken_over_without_a_second_mail(small: World) -> None:
    scheduled_run(small, END + HOUR)
    mails = small.mails()
    (small.root / "archive/.debrief/ledger.sqlite3").unlink()
    assert scheduled_run(small, END + 2 * HOUR) == ["1_cue00001"]
    assert small.mails() == mails
    with small.services() as services:
        assert [delivery.state for delivery in services.ledger.deliveries("1_cue00001")] == ["unknown"]
    scheduled_run(small, END + 7 * HOUR)
    assert small.mails() == mails
    assert record(small).begun


def test_a_breakout_whose_main_room_had_no_session_is_archived_and_mailed_to_nobody(small: World) -> None:
    rooms = small_account().rooms
    small.kaltura.account = replace(small_account(), rooms=(Room("1_room0001", "Sales"), rooms[1]))
    assert scheduled_run(small, END + HOUR) == ["1_cue00002"]
    assert not small.mails()
    body = json.loads(small.read("reports/date=2026-11-02/session=1_cue00002/summary.json"))
    assert body["session"]["parent_entry_id"] == "1_room0001"


def test_a_session_past_its_deadline_without_a_report_is_overdue_until_it_has_one(small: World) -> None:
    small.clock.now = END + HOUR
    with small.services() as services:
        reconcile(services)
        assert overdue(services) == []
    small.clock.now = END + 10 * HOUR
    with small.services() as services:
        assert [one.cue_point_id for one in overdue(services)] == ["1_cue00001"]
    scheduled_run(small, END + 10 * HOUR)
    with small.services() as services:
        assert overdue(services) == []


def test_a_virtual_event_that_waits_for_its_sessions_is_not_overdue(small: World) -> None:
    with small.services() as services:
        services.ledger.save(SessionRecord("event-77", "77", START, END, kind="event", due=END + 24 * HOUR))
        small.clock.now = END + 12 * HOUR
        assert overdue(services) == []


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"only_rooms": ("1_other",)}, "The room is not one of DEBRIEF_ONLY_ROOMS."),
        ({"name_patterns": ("Town hall*",)}, "The room's name does not match DEBRIEF_NAME_PATTERNS."),
        ({"min_minutes": 90.0}, "The session was shorter than the 90 minutes of DEBRIEF_MIN_MINUTES."),
    ],
)
def test_what_a_filter_leaves_out_is_skipped_with_the_reason_and_found_again_without_it(
    small: World, settings: dict[str, object], reason: str
) -> None:
    small.clock.now = END + HOUR
    with small.services(**settings) as services:
        assert reconcile(services) == []
    assert (record(small).state, record(small).reason) == ("skipped", reason)
    assert scheduled_run(small, END + HOUR) == ["1_cue00001"]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [({"min_attendees": 3}, "DEBRIEF_MIN_ATTENDEES"), ({"only_events": ("77",)}, "DEBRIEF_ONLY_EVENTS")],
)
def test_what_only_an_export_can_judge_is_skipped_then_with_the_reason_and_looked_at_again(
    small: World, settings: dict[str, object], reason: str
) -> None:
    small.clock.now = END + HOUR
    with small.services(pdf=False, html=False, **settings) as services:
        (order,) = reconcile(services)
        assert run_export(services, order) == []
    assert (record(small).state, record(small).due, record(small).asked) == ("skipped", END + 6 * HOUR, None)
    assert reason in record(small).reason
    assert small.archived() == {}
    small.clock.now = END + 7 * HOUR
    with small.services(pdf=False, html=False, min_attendees=2) as services:
        (order,) = reconcile(services)
        assert len(run_export(services, order)) == 1


def test_what_was_reported_once_stays_reported_when_a_filter_would_leave_it_out_now(small: World) -> None:
    scheduled_run(small, END + HOUR)
    small.clock.now = END + 7 * HOUR
    with small.services(pdf=False, html=False, min_attendees=3) as services:
        (order,) = reconcile(services)
        run_export(services, order)
    assert (record(small).state, record(small).reason, record(small).due) == ("exported", "", END + 24 * HOUR)


def test_without_the_page_none_of_its_reports_is_asked_for(small: World) -> None:
    small.clock.now = END + HOUR
    with small.services(pdf=False, html=False, page=False) as services:
        (order,) = reconcile(services)
        run_export(services, order)
    assert "viewers_live" not in record(small).history[1]
    assert not [key for key in small.archived() if "-get" in key]
    scheduled_run(small, END + 7 * HOUR)
    assert [key for key in small.archived() if "60002-getTotal" in key]


def test_a_reconciliation_is_noted_with_its_time(small: World) -> None:
    for at in (END + HOUR, END + 2 * HOUR):
        scheduled_run(small, at)
        with small.services() as services:
            mark = services.ledger.note("compared", "last")
        assert mark is not None
        assert mark.at == at


def test_the_figures_of_the_last_ten_revisions_are_remembered(small: World) -> None:
    scheduled_run(small, END + HOUR)
    with small.services() as services:
        first = record(small)
        services.ledger.save(replace(first, history=dict.fromkeys(range(-20, 2), first.history[1])))
    small.kaltura.account = replace(small_account(), late_factor=0.5)
    scheduled_run(small, END + 7 * HOUR)
    assert list(record(small).history) == list(range(-7, 3))
