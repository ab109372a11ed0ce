"""Whoever follows the guide waits for SES: emails wait too, and each goes out once when SES allows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from debrief.delivery.ledger.ledger import ADMIN, Ledger
from debrief.delivery.ledger.suppressions import mail_block
from debrief.delivery.mail.ses import SesMailer
from debrief.errors import RetryLater
from debrief.orders import DeliveryOrder
from debrief.pipeline.mailing.admin_schedule import due_notices
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.mailing.stale_claims import deliveries_to_queue
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from support.aws import make_ses, offline_aws
from support.ses_server import UNVERIFIED, Ses, ses_server
from support.world import END, World

HOST, LISTED, BOSS = "ann@example.com", "bob@example.org", "boss@example.net"
SENDER = "debrief@example.com"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@contextmanager
def installed(place: World) -> Iterator[tuple[Services, Ses]]:
    """An installation whose sender is verified, in an account that is in the sandbox."""
    place.clock.now = END + timedelta(hours=1)
    with (
        offline_aws(),
        ses_server() as ses,
        place.services(html=False, pdf=False, page=False, mail_to=(LISTED,), admin_to=(BOSS,)) as opened,
    ):
        ses.account["ProductionAccessEnabled"] = False
        ses.verified = {SENDER}
        yield replace(opened, mailer=SesMailer(make_ses(endpoint_url=ses.url))), ses


def pass_time(place: World, services: Services, how_long: timedelta, *, every: timedelta = 3 * HOUR) -> None:
    """Let the schedule run, and the queue's function process what it orders."""
    end = place.clock.now + how_long
    while place.clock.now < end:
        place.clock.now += every
        mails = deliveries_to_queue(services)
        for order in reconcile(services):
            mails += run_export(services, order)
        for mail in [*mails, *due_notices(services)]:
            try_to_deliver(services, mail)


def try_to_deliver(services: Services, order: DeliveryOrder) -> None:
    with suppress(RetryLater):  # the queue returns the message; the ledger has the email too
        deliver(services, order)


def states(ledger: Ledger) -> dict[str, tuple[str, str]]:
    """State and reason of each report's email by recipient."""
    found = [mail for mail in ledger.all_deliveries() if mail.cue_point_id != ADMIN]
    return {mail.address: (mail.state, mail.reason) for mail in found}


def test_after_sixteen_days_in_the_sandbox_every_email_goes_out_once(small: World) -> None:
    with installed(small) as (services, ses):
        pass_time(small, services, 16 * DAY, every=12 * HOUR)
        assert ses.sent == []
        waiting = states(services.ledger)
        assert set(waiting) == {HOST, LISTED}
        assert all(state == "pending" and "sandbox" in reason for state, reason in waiting.values())
        ses.account["ProductionAccessEnabled"] = True
        pass_time(small, services, DAY)
        assert {state for state, _ in states(services.ledger).values()} == {"sent"}
        got = ses.recipients()
        assert (got.count(HOST), got.count(LISTED)) == (1, 1)
        everything = len(ses.sent)
        assert everything == len(set(ses.messages()))
        pass_time(small, services, DAY)
        assert len(ses.sent) == everything + 1  # the next daily summary
        assert [*services.ledger.open_deliveries()] == []


def test_in_the_sandbox_verified_recipients_get_their_emails_at_once(small: World) -> None:
    with installed(small) as (services, ses):
        ses.verified |= {HOST, "example.net"}
        pass_time(small, services, 2 * DAY)
        assert mail_block(services.ledger) is None
        assert states(services.ledger)[HOST] == ("sent", "")
        assert states(services.ledger)[LISTED][0] == "pending"
        assert ses.recipients().count(HOST) == 1
        ses.verified.add(LISTED)
        pass_time(small, services, DAY / 2)
        assert ses.recipients().count(LISTED) == 1
        assert ses.recipients().count(HOST) == 1


@pytest.mark.parametrize(
    "fault",
    [
        ("MessageRejected", 400, UNVERIFIED.format(SENDER)),
        ("MailFromDomainNotVerifiedException", 400, "The MAIL FROM domain is not verified."),
        ("AccountSuspendedException", 400, "The account is suspended."),
        ("SendingPausedException", 400, "Sending is paused."),
        ("LimitExceededException", 400, "There are too many instances."),
        ("TooManyRequestsException", 429, "Daily message quota exceeded."),
        ("TooManyRequestsException", 429, "Maximum sending rate exceeded."),
        ("NotFoundException", 404, "Configuration set <debrief> does not exist."),
        ("AccessDeniedException", 403, f"User is not authorized to perform ses:SendEmail on identity/{SENDER}"),
    ],
    ids=lambda fault: f"{fault[0]}-{fault[2][:5]}",
)
def test_whatever_the_installation_lacks_emails_wait_and_go_out_once(small: World, fault: tuple[str, int, str]) -> None:
    with installed(small) as (services, ses):
        ses.account["ProductionAccessEnabled"] = True
        ses.fault = fault
        pass_time(small, services, 2 * DAY)
        waiting = states(services.ledger)
        assert set(waiting) == {HOST, LISTED}
        assert {state for state, _ in waiting.values()} == {"pending"}
        assert not any("@" in reason for _, reason in waiting.values())
        ses.fault = None
        pass_time(small, services, DAY)
        assert {state for state, _ in states(services.ledger).values()} == {"sent"}
        assert (ses.recipients().count(HOST), ses.recipients().count(LISTED)) == (1, 1)


def test_an_admin_who_cannot_be_mailed_gets_one_email_about_it_and_not_one_per_day(small: World) -> None:
    with installed(small) as (services, _):
        pass_time(small, services, 4 * DAY, every=6 * HOUR)
        admin = [mail.occasion for mail in services.ledger.open_deliveries() if mail.cue_point_id == ADMIN]
        assert len([one for one in admin if one.startswith("problem")]) == 1
        assert len([one for one in admin if one.startswith("daily")]) == 5
