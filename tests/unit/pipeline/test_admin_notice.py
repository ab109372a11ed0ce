"""What the admin's own emails say, from a ledger alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from debrief.delivery.ledger.ledger import ADMIN, Delivery, Note, SessionRecord
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.delivery.ledger.suppressions import record_block
from debrief.documents.mail.notice import Notice
from debrief.pipeline.mailing.admin_notice import notice_of
from debrief.pipeline.mailing.admin_schedule import due_notices, problems
from debrief.pipeline.services import Services
from debrief.pipeline.state.reconciliations import SUCCEEDED, record_failed_reconciliation
from debrief.settings import Settings

NOW = datetime(2026, 11, 3, 7, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAILY = Delivery(ADMIN, 1, "0123456789abcdef", "admin@example.com", occasion="daily-2026-11-03")
SENT = SessionRecord("1_sent", "1_room", NOW - 4 * HOUR, NOW - 3 * HOUR, "Sent", state="final", revision=1)
WAITS = replace(SENT, cue_point_id="1_waits", end=NOW - 2 * HOUR, state="waiting", reason="Later.", revision=0)
FAILED = replace(
    SENT, cue_point_id="1_failed", end=NOW - 2 * HOUR, state="failed", reason="Kaltura said no.", revision=0
)
EARLY = replace(FAILED, cue_point_id="1_early", end=NOW - 5 * HOUR)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Services of which the ledger alone is used."""
    return Services(
        kaltura=None,  # type: ignore[arg-type]
        archive=None,  # type: ignore[arg-type]
        ledger=SqliteLedger(tmp_path / "ledger.sqlite3"),
        mailer=None,  # type: ignore[arg-type]
        settings=Settings(partner_id="1", admin_to=(DAILY.address,)),
        clock=lambda: NOW,
    )


def daily(services: Services, *records: SessionRecord) -> Notice:
    for record in records:
        services.ledger.save(record)
    return notice_of(services, DAILY)


def test_the_daily_line_lists_what_failed_first_and_then_by_end(services: Services) -> None:
    services.ledger.add_delivery(Delivery("1_sent", 1, "0123456789abcdef", "ann@example.com", state="sent"))
    notice = daily(services, SENT, WAITS, FAILED, EARLY)
    assert notice.subject == "Debrief, 2026-11-03: 4 sessions, 2 failed"
    assert notice.lead.endswith(": 1 sent, 1 waiting, 2 failed.")
    assert list(notice.rows) == [
        ("1_early", "Sent", "failed", "Kaltura said no."),
        ("1_failed", "Sent", "failed", "Kaltura said no."),
        ("1_waits", "Sent", "waiting", "Later."),
        ("1_sent", "Sent", "sent", ""),
    ]
    assert len(notice.head) == 4
    assert all(re.fullmatch("[A-Z][a-z]+", word) for word in notice.head)


def test_the_daily_line_counts_a_merged_session_once_and_an_event_only_when_it_failed(services: Services) -> None:
    merged = replace(SENT, cue_point_id="joint-1_sent", kind="joint")
    part = replace(SENT, merged_id="joint-1_sent")
    well = replace(SENT, cue_point_id="event-1", kind="event")
    ill = replace(FAILED, cue_point_id="event-2", kind="event")
    notice = daily(services, merged, part, well, ill)
    assert [row[0] for row in notice.rows] == ["event-2", "joint-1_sent"]


def test_a_day_without_sessions_is_one_sentence_and_says_when_kaltura_was_last_asked(services: Services) -> None:
    empty = daily(services)
    assert (empty.subject, list(empty.rows)) == ("Debrief, 2026-11-03: 0 sessions", [])
    assert empty.lead == "No session ended between 2026-11-02 07:00 and 2026-11-03 07:00 (UTC)."
    assert "not been compared yet" in empty.notes[0]
    services.ledger.put_note(Note("compared", SUCCEEDED, NOW))
    assert "2026-11-03 at 07:05 (UTC)" in daily(services).notes[0]


@pytest.mark.parametrize(("many", "cut"), [(100, False), (101, True)])
def test_a_long_table_is_cut_at_a_hundred_rows_and_says_so(services: Services, many: int, *, cut: bool) -> None:
    notice = daily(services, *(replace(FAILED, cue_point_id=f"1_{number:03}") for number in range(many)))
    assert len(notice.rows) == 100
    assert [note for note in notice.notes if "100 of 101 sessions" in note] == [notice.notes[-1]] * cut


def test_a_problem_names_its_cause_and_its_sessions_and_one_that_passed_says_so(services: Services) -> None:
    daily(services, FAILED, EARLY)
    (occasion,) = {order.occasion for order in due_notices(services) if order.occasion.startswith("problem")}
    problem = notice_of(services, replace(DAILY, occasion=occasion))
    assert (problem.subject, problem.lead) == (
        "Debrief: a problem with 2 sessions",
        "2 sessions have this problem: Kaltura said no.",
    )
    assert {row[0] for row in problem.rows} == {"1_failed", "1_early"}
    assert len(problem.head) == 4
    ended = notice_of(services, replace(DAILY, occasion="problem-2026-11-03-00000000"))
    assert (ended.subject, list(ended.rows)) == ("Debrief: a problem has ended", [])


def test_the_occasion_of_a_problem_is_short_enough_for_the_name_of_an_email(services: Services) -> None:
    daily(services, FAILED)
    (occasion,) = {order.occasion for order in due_notices(services) if order.occasion.startswith("problem")}
    assert re.fullmatch("problem-2026-11-03-[0-9a-f]{8}", occasion)


def test_a_refused_email_of_a_session_that_goes_on_is_no_problem_for_longer_than_a_day(services: Services) -> None:
    services.ledger.save(replace(SENT, state="exported", due=NOW + HOUR))
    services.ledger.add_delivery(Delivery("1_sent", 1, DAILY.recipient_id, "ann@example.com", state="refused"))
    assert problems(services) == {}
    services.ledger.put_note(Note("trouble", f"1_sent/{DAILY.recipient_id}", NOW - 25 * HOUR))
    assert problems(services) == {}
    services.ledger.put_note(Note("trouble", f"1_sent/{DAILY.recipient_id}", NOW - HOUR))
    assert len(problems(services)) == 1


def test_a_problem_of_no_session_has_no_table(services: Services) -> None:
    record_failed_reconciliation(services, "Kaltura does not accept the credential.")
    (digest,) = problems(services)
    problem = notice_of(services, replace(DAILY, occasion=f"problem-2026-11-03-{digest}"))
    assert (problem.subject, problem.head, list(problem.rows)) == ("Debrief: reconciliation failed", (), [])
    assert problem.lead.endswith("cannot be compared: Kaltura does not accept the credential.")


def test_emails_that_wait_are_a_problem_of_their_own_beside_a_reconciliation_that_failed(services: Services) -> None:
    record_failed_reconciliation(services, "Kaltura does not accept the credential.")
    record_block(services.ledger, "SES is suspended.", NOW)
    leads = [
        notice_of(services, replace(DAILY, occasion=f"problem-2026-11-03-{digest}")).lead
        for digest in problems(services)
    ]
    assert sorted(leads) == [
        "Emails wait: SES is suspended.",
        "Kaltura and the ledger cannot be compared: Kaltura does not accept the credential.",
    ]
