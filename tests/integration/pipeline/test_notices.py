"""The admin's mails: a line a day, and each failure's cause at most once a day."""

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from debrief.delivery.ledger.suppressions import end_block, record_block
from debrief.errors import GiveUp
from debrief.pipeline.mailing.admin_schedule import due_notices
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.reconciliations import record_failed_reconciliation
from kaltura_standin.faults import Fault
from support.world import END, World

HOUR = timedelta(hours=1)
ADMIN = "admin@example.com"


def scheduled_run(place: World, at: datetime, **settings: object) -> None:
    """What the schedule does, failures included."""
    place.clock.now = at
    with place.services(pdf=False, html=False, page=False, admin_to=(ADMIN,), **settings) as services:
        mails = []
        for order in reconcile(services):
            try:
                mails += run_export(services, order)
            except GiveUp:
                continue
        for mail in [*mails, *due_notices(services)]:
            deliver(services, mail)


def notices(place: World) -> dict[str, str]:
    """The text of the admin's mails by subject."""
    found = {}
    for path in sorted((place.root / "outbox").glob("admin-*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=default)
        body = message.get_body(("plain",))
        assert body is not None
        assert message["To"] == ADMIN
        found[str(message["Subject"])] = body.get_content()
    return found


def test_the_daily_line_counts_the_sessions_of_the_day_before(small: World) -> None:
    scheduled_run(small, END + HOUR)
    scheduled_run(small, END.replace(hour=7, minute=5) + timedelta(days=1))
    texts = {subject: text for subject, text in notices(small).items() if "2026-11-03" in subject}
    assert list(texts) == ["Debrief, 2026-11-03: 1 session"]
    assert "1 session ended between 2026-11-02 07:00 and 2026-11-03 07:00 (UTC): 1 sent." in " ".join(
        "".join(texts.values()).split()
    )


def test_the_daily_line_comes_once_a_day_at_the_hour_that_is_set(small: World) -> None:
    midnight = END.replace(hour=0, minute=0)
    for hour in range(48):
        scheduled_run(small, midnight + hour * HOUR, daily_hour=9, timezone="Europe/Berlin")
    daily = [subject for subject in notices(small) if subject.startswith("Debrief, ")]
    assert daily == ["Debrief, 2026-11-02: 0 sessions", "Debrief, 2026-11-03: 1 session"]


def test_a_daily_line_is_owed_until_it_is_written_and_comes_once(small: World) -> None:
    first = END.replace(hour=8, minute=0)
    scheduled_run(small, first)
    for day, hour in ((1, 3), (4, 6), (4, 9), (4, 20), (5, 2)):
        scheduled_run(small, first.replace(hour=hour) + timedelta(days=day))
    daily = [subject.partition(":")[0] for subject in notices(small) if subject.startswith("Debrief, ")]
    assert daily == [f"Debrief, 2026-11-{day:02}" for day in (2, 3, 4, 5, 6)]
    scheduled_run(small, first + timedelta(days=40))  # a pause of weeks is made good for a week
    assert len([subject for subject in notices(small) if subject.startswith("Debrief, ")]) == 5 + 7


def test_a_failure_is_mailed_once_a_day_with_its_cause_and_its_sessions(small: World) -> None:
    small.kaltura.faults.add(Fault("drop_column", report=6001, column="meeting_view_time", times=100))
    for hours in range(1, 6):
        scheduled_run(small, END + hours * HOUR, daily_hour=23)
    (subject,) = notices(small)
    assert subject == "Debrief: a problem with 1 session"
    assert "Kaltura's report 6001 no longer has the column meeting_view_time." in " ".join(
        notices(small)[subject].split()
    )
    assert "1_cue00001" in notices(small)[subject]
    scheduled_run(small, END + timedelta(days=1), daily_hour=23)
    assert len(list((small.root / "outbox").glob("admin-*problem*.eml"))) == 2


def test_sessions_with_the_same_cause_are_listed_in_one_mail(sample: World) -> None:
    sample.kaltura.faults.add(Fault("drop_column", report=6001, column="meeting_view_time", times=1000))
    scheduled_run(sample, sample.clock.now, daily_hour=23)
    (text,) = notices(sample).values()
    assert text.count("1_") > 2


def test_a_failed_reconciliation_is_reported_until_one_succeeds(small: World) -> None:
    with small.services(admin_to=(ADMIN,), daily_hour=23) as services:
        record_failed_reconciliation(services, "Kaltura does not accept the credential.")
        for mail in due_notices(services):
            deliver(services, mail)
    (text,) = notices(small).values()
    assert "Kaltura does not accept the credential." in " ".join(text.split())
    small.clock.now += HOUR
    with small.services(admin_to=(ADMIN,), daily_hour=23) as services:
        reconcile(services)
        assert due_notices(services) == []


@pytest.mark.parametrize("hours", [1, 30])
def test_without_an_admin_s_address_nobody_is_emailed(small: World, hours: int) -> None:
    small.clock.now = END + hours * HOUR
    with small.services() as services:
        assert due_notices(services) == []


def test_an_email_about_a_block_that_another_email_has_ended_says_why_there_was_one(small: World) -> None:
    small.clock.now = END + HOUR
    with small.services(pdf=False, html=False, page=False, admin_to=(ADMIN,)) as services:
        record_block(services.ledger, "SES has no verified sender in this region.", END)
        (order,) = (one for one in due_notices(services) if one.occasion.startswith("problem-"))
        end_block(services.ledger, END + HOUR)
        deliver(services, order)
    (text,) = notices(small).values()
    assert "emails are sent again now. The reason was: SES has no verified sender" in " ".join(text.split())
