"""One setting says how long files are kept: emails and the portal say so, links and the folder obey it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest

from debrief.delivery.ledger.dynamodb import DynamoLedger
from debrief.delivery.ledger.ledger import SessionRecord
from debrief.delivery.mail.outbox import OutboxMailer
from debrief.documents.text.locale_formats import formats_of
from debrief.pipeline.mailing.issue_links import link_expiry
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.state.retention import deletion_date, kept_until, retention_sentence
from debrief.pipeline.state.session_records import export_order_of
from debrief.portal.http import Request
from debrief.portal.report import show_page
from debrief.runner import run
from debrief.settings import Settings
from debrief.wiring import open_ledger
from support.aws import moto_aws
from support.held import PORTAL, Held, Run
from support.world import END, START, World

DAY = timedelta(days=1)


def mailed(place: World, **settings: object) -> tuple[str, str]:
    """The text of the one mail, and of the page to which it leads."""
    with place.services(pdf=False, portal_url=PORTAL, **settings) as services:
        orders = [export_order_of(one) for one in select(services, Selection(sessions=("1_cue00001",), since=START))]
        assert [one.result for one in run(services, orders)] == ["exported"]
        ((_, message),) = OutboxMailer(place.root / "outbox").mails("1_cue00001")
        body = message_from_bytes(message, policy=policy.default).get_body(("plain",))
        assert body is not None
        text = body.get_content()
        token = text.partition(f"{PORTAL}/r/")[2].split("/")[0].split()[0]
        page = show_page(services, Request("GET", f"/r/{token}"), token)
    return text, page.body.decode()


def test_without_a_limit_mail_and_portal_say_that_files_stay(small: World) -> None:
    for shown in mailed(small):
        assert "The files of this session have no deletion date." in " ".join(shown.split())


def test_the_files_of_an_event_are_those_of_an_event(small: World) -> None:
    record = SessionRecord("event-77", "77", START, END, kind="event")
    said = retention_sentence(Settings(), record, END, ZoneInfo("UTC"), formats_of("en"))
    assert said == "The files of this event have no deletion date."


def test_mail_and_portal_name_the_day_and_the_link_ends_with_the_files(small: World) -> None:
    mail, page = mailed(small, archive_days=10)
    for shown in (mail, page):
        assert "The files of this session are kept until Thu 12 November 2026." in " ".join(shown.split())
    assert "works until Thu 12 November 2026" in " ".join(page.split())


def test_a_link_ends_with_whatever_ends_first() -> None:
    settings = Settings(link_days=30)
    assert link_expiry(settings, END, END + DAY) == END + 31 * DAY
    assert link_expiry(replace(settings, archive_days=10), END, END + DAY) == END + 10 * DAY
    assert link_expiry(replace(settings, archive_days=90), END, END + DAY) == END + 31 * DAY
    assert deletion_date(replace(settings, archive_days=10), END, END + 99 * DAY) == END + 109 * DAY  # exported late


def test_the_files_are_kept_as_long_as_any_email_about_the_session_says(small: World) -> None:
    with small.services(pdf=False, archive_days=10) as services:
        orders = [export_order_of(one) for one in select(services, Selection(sessions=("1_cue00001",), since=START))]
        assert [one.result for one in run(services, orders)] == ["exported"]
        (record,) = [one for one in services.ledger.all_sessions() if one.cue_point_id == "1_cue00001"]
        (delivery,) = services.ledger.deliveries("1_cue00001")
        assert kept_until(services, record) == record.end + 10 * DAY
        late = replace(delivery, revision=2, at=record.end + 99 * DAY)  # exported long after its end
        services.ledger.add_delivery(late)
        assert kept_until(services, record) == record.end + 109 * DAY


@pytest.mark.parametrize("days", ["0", "30"])
def test_prune_deletes_what_is_past_and_nothing_without_the_setting(debrief: Run, held: Held, days: str) -> None:
    before = held.archived()
    code, out, err = debrief("archive", "prune", "--dry-run", DEBRIEF_ARCHIVE_DAYS=days)
    assert held.archived() == before
    assert code == (2 if days == "0" else 0), err
    code, out, _ = debrief("archive", "prune", DEBRIEF_ARCHIVE_DAYS=days)
    listed = {line.split()[0] for line in out.splitlines()}
    left = {key for key in before if not any(f"session={one}/" in key for one in listed)}
    assert held.archived().keys() == left


def test_the_ledgers_days_are_a_setting() -> None:
    with moto_aws():
        ledger = open_ledger(Settings(ledger="dynamodb:x", ledger_days=60))
    assert isinstance(ledger, DynamoLedger)
    assert ledger._expiry(END) == int((END + 60 * DAY).timestamp())
