"""Sections of the Summary page that are missing because Kaltura stopped answering, for a moment or for long."""

from __future__ import annotations

import json
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.reconcile import reconcile
from debrief.runner import run, run_notices
from kaltura_standin.faults import Fault
from support.world import END, World

SESSION = "1_cue00001"
OUTAGE = Fault("http_status", status=502, report=60004, times=None)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def scheduled_run(place: World, after: timedelta, **settings: object) -> SessionRecord:
    """What the schedule does so long after the session's end; the session's record then."""
    place.clock.now = END + after
    with place.services(pdf=False, **settings) as services:
        list(run(services, reconcile(services)))
        run_notices(services)
        record = services.ledger.session(SESSION)
    assert record
    return record


def warnings(place: World) -> set[str]:
    """The codes of what the newest summary warns of."""
    (key,) = (key for key in place.archived() if key.endswith(f"{SESSION}/summary.json"))
    return {warning["code"] for warning in json.loads(place.read(key))["warnings"]}


def test_a_first_report_waits_an_hour_for_what_kaltura_does_not_answer(small: World) -> None:
    small.kaltura.faults.add(OUTAGE)
    assert scheduled_run(small, 50 * MINUTE).revision == 0
    assert not small.mails()
    small.kaltura.faults.clear()
    assert scheduled_run(small, 50 * MINUTE + 2 * HOUR).revision == 1
    assert "INCOMPLETE" not in warnings(small)
    assert len(small.mails()) == 1


def test_one_that_is_late_waits_as_long(small: World) -> None:
    """Its hour begins when it is asked for, as after a pause of the schedule."""
    small.kaltura.faults.add(OUTAGE)
    assert scheduled_run(small, 5 * HOUR).revision == 0
    assert not small.mails()
    assert scheduled_run(small, 7 * HOUR).revision == 1


def test_after_that_hour_it_goes_out_without_them_and_is_completed_later(small: World) -> None:
    small.kaltura.faults.add(OUTAGE)
    scheduled_run(small, 50 * MINUTE)
    record = scheduled_run(small, 50 * MINUTE + 2 * HOUR)
    assert (record.revision, record.due) == (1, END + 50 * MINUTE + 3 * HOUR)
    assert "INCOMPLETE" in warnings(small)
    assert len(small.mails()) == 1
    small.kaltura.faults.clear()
    assert scheduled_run(small, 4 * HOUR).revision == 2
    assert "INCOMPLETE" not in warnings(small)


LOOK_UP = Fault("http_status", status=502, service="cuepoint_cuepoint", times=None)
ALONE = {"page": False, "html": False, "interruption_minutes": 0}  # so that nothing else asks for cue points


def section(place: World, name: str) -> dict:
    (key,) = (key for key in place.archived() if key.endswith(f"{SESSION}/summary.json"))
    return json.loads(place.read(key))["sections"][name]


def test_a_report_waits_an_hour_for_earlier_sessions_too_then_says_that_they_are_not_known(small: World) -> None:
    small.clock.now = END + 50 * MINUTE
    with small.services(pdf=False, **ALONE) as services:
        orders = reconcile(services)
        small.kaltura.faults.add(LOOK_UP)
        list(run(services, orders))
        assert not small.mails()
        small.clock.now += 2 * HOUR
        list(run(services, orders))
    assert "INCOMPLETE" in warnings(small)
    assert "502" in section(small, "earlier")["unavailable"]
    assert all("502" in row["unavailable"] for row in section(small, "segments")["rows"][-3:])
    (name,) = small.mails()
    body = message_from_bytes((small.root / "outbox" / name).read_bytes(), policy=default).get_body(("plain",))
    assert body
    text = body.get_content()
    assert "Earlier sessions of this room could not be looked up" in " ".join(text.split())
    before = small.archived()
    with small.services(pdf=False, **ALONE) as services:
        record = services.ledger.session(SESSION)
        assert record
        assert replay(services, record).change == "same"
    assert small.archived() == before
    small.kaltura.faults.clear()
    assert scheduled_run(small, 4 * HOUR, **ALONE).revision == 2
    assert "INCOMPLETE" not in warnings(small)
    assert "unavailable" not in section(small, "earlier")


def test_who_may_not_list_sessions_of_a_room_reads_why_there_is_no_comparison(small: World) -> None:
    forbidden = Fault("api_error", service="cuepoint_cuepoint", code="SERVICE_FORBIDDEN", times=None)
    small.kaltura.faults.add(forbidden)
    assert scheduled_run(small, 50 * MINUTE).revision == 1
    assert "SERVICE_FORBIDDEN" in section(small, "earlier")["unavailable"]
    assert "INCOMPLETE" not in warnings(small)


def test_a_check_that_kaltura_does_not_finish_leaves_whole_documents_alone(small: World) -> None:
    scheduled_run(small, 50 * MINUTE)
    before = small.archived()
    small.kaltura.faults.add(OUTAGE)
    record = scheduled_run(small, 6 * HOUR)
    assert (record.state, record.due) == ("exported", END + 7 * HOUR)
    assert small.archived() == before
    small.kaltura.faults.clear()
    assert scheduled_run(small, 7 * HOUR).due == END + 24 * HOUR
    assert (scheduled_run(small, 24 * HOUR).state, small.mails().keys()) == (
        "final",
        {f"{SESSION}-r1-71d4f55f72fa128d.eml"},
    )


def test_a_week_without_answers_leaves_whole_documents_alone_and_says_why_they_stay_provisional(small: World) -> None:
    scheduled_run(small, 50 * MINUTE)
    before = small.archived()
    small.kaltura.faults.add(OUTAGE)
    assert scheduled_run(small, 6 * DAY).state == "exported"
    record = scheduled_run(small, 8 * DAY)
    assert (record.state, record.due) == ("exported", None)
    assert "is kept" in record.reason
    assert small.archived() == before


def test_documents_with_gaps_are_final_after_a_week_without_answers(small: World) -> None:
    small.kaltura.faults.add(OUTAGE)
    scheduled_run(small, 50 * MINUTE)
    scheduled_run(small, 3 * HOUR)
    record = scheduled_run(small, 8 * DAY)
    assert (record.state, record.due) == ("final", None)
    assert "lacks sections" in record.reason
    assert "INCOMPLETE" in warnings(small)


@pytest.mark.parametrize("first", [50 * MINUTE, 6 * HOUR])
def test_the_admin_gets_one_email_that_kaltura_stopped_answering_for_a_week(small: World, first: timedelta) -> None:
    """First whole documents that stay, then documents with gaps; the scheduled runs continue past midnight."""
    if first == 50 * MINUTE:
        scheduled_run(small, first)
    small.kaltura.faults.add(OUTAGE)
    for after in (6 * HOUR, 8 * HOUR, 10 * HOUR, *(8 * DAY + hour * HOUR for hour in range(40))):
        scheduled_run(small, after, admin_to=("admin@example.com",), daily_hour=23)
    (name,) = [name for name in small.mails() if name.startswith("admin-r1") and "problem" in name]
    mail = message_from_bytes((small.root / "outbox" / name).read_bytes(), policy=default)
    body = mail.get_body(("plain",))
    assert body
    assert "Kaltura stopped answering for a week" in " ".join(body.get_content().split())
