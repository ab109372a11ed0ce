"""One email: claimed before it is sent, marked after, never sent twice."""

from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from postman import Postman, delivery, exported, raises

from debrief.delivery.ledger.ledger import ADMIN, Delivery, DeliveryState
from debrief.delivery.mail.mailer import Envelope
from debrief.errors import (
    GiveUp,
    NoRecipient,
    NotReady,
    OutcomeUnknown,
    Throttled,
)
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.mailing.report_mail import newest_revision
from debrief.pipeline.mailing.stale_claims import deliveries_to_queue, due_deliveries
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.stages import run_export
from support.world import END, World


def test_the_host_gets_one_mail_with_the_pdf_and_no_personal_data_in_the_subject(small: World) -> None:
    postman = Postman()
    with exported(small, postman) as (services, order):
        assert deliver(services, order) == "sent"
        assert deliver(services, order) == "sent"
    (envelope,) = postman.sent
    mail = message_from_bytes(envelope.message, policy=policy.default)
    assert mail["To"] == envelope.to == "ann@example.com"
    assert "Sales, EMEA" in mail["Subject"]
    assert "Ann" not in mail["Subject"]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["Sales-EMEA_2026-11-02_report.pdf"]


def test_a_mail_holds_what_the_archive_has_also_before_the_record_says_so(small: World) -> None:
    with exported(small, Postman()) as (services, order):
        record = services.ledger.session(order.cue_point_id)
        assert record is not None
        services.ledger.save(replace(record, revision=0))
        assert newest_revision(services, delivery(services, order)) == 1
        assert newest_revision(services, replace(delivery(services, order), cue_point_id=ADMIN)) == 0


def test_a_mail_that_was_certainly_not_sent_is_tried_again(small: World) -> None:
    postman = Postman(raises(Throttled("slow down")))
    with exported(small, postman) as (services, order):
        with pytest.raises(Throttled):
            deliver(services, order)
        assert delivery(services, order).state == "pending"
        postman.trouble = lambda: None
        assert deliver(services, order) == "sent"
    assert len(postman.sent) == 1


@pytest.mark.parametrize(("error", "state"), [(GiveUp("no such box"), "refused"), (OutcomeUnknown("?"), "unknown")])
def test_a_refused_or_unknown_mail_is_recorded_with_its_reason_and_never_sent_again(
    small: World, error: Exception, state: str
) -> None:
    postman = Postman(raises(error))
    with exported(small, postman) as (services, order):
        assert deliver(services, order) == state
        postman.trouble = lambda: None
        assert deliver(services, order) == state
        assert delivery(services, order).reason == str(error)
    assert not postman.sent


def test_of_two_runs_that_have_claimed_a_mail_one_sends_it(small: World) -> None:
    """As when a machine slept between its claim and its sending."""
    postman = Postman()
    with exported(small, postman) as (services, order):

        class Sleeping:
            def __getattr__(self, name: str) -> object:
                return getattr(services.ledger, name)

            def move(self, before: Delivery, to: DeliveryState, **more: Any) -> Delivery | None:
                if to == "sending":
                    small.clock.now += timedelta(minutes=16)
                    assert deliver(services, order) == "sent"
                return services.ledger.move(before, to, **more)

        with pytest.raises(NotReady):
            deliver(replace(services, ledger=Sleeping()), order)  # type: ignore[arg-type]
        assert deliver(services, order) == "sent"
    assert len(postman.sent) == 1


def test_a_mail_left_behind_while_being_sent_becomes_unknown_when_nobody_can_tell(small: World) -> None:
    postman = Postman()
    with exported(small, postman) as (services, order):
        services.ledger.move(delivery(services, order), "sending", at=small.clock())
        with pytest.raises(NotReady):
            deliver(services, order)
        small.clock.now += timedelta(minutes=16)
        assert [found.recipient_id for found in due_deliveries(services)] == [order.recipient_id]
        assert deliver(services, order) == "unknown"
    assert not postman.sent


def test_a_mail_that_was_never_asked_for_again_is_found_by_the_next_reconciliation(small: World) -> None:
    with exported(small, Postman()) as (services, order):
        assert due_deliveries(services) == []
        small.clock.now += timedelta(minutes=16)
        assert due_deliveries(services) == [order]


def test_a_mail_that_nobody_sends_is_asked_for_after_ever_longer_pauses(small: World) -> None:
    with exported(small, Postman()) as (services, order):
        asked = 0
        for _ in range(4 * 24 * 4):  # four days of the schedule, as long as a queue keeps a message
            small.clock.now += timedelta(minutes=15)
            asked += len(deliveries_to_queue(services))
        assert 10 < asked < 30
        assert deliver(services, order) == "sent"
        assert deliveries_to_queue(services) == []


def test_a_delivery_that_the_ledger_does_not_know_fails_permanently(small: World) -> None:
    with exported(small, Postman()) as (services, order), pytest.raises(NoRecipient):
        deliver(services, replace(order, recipient_id="0000000000000000"))


def test_two_addresses_that_are_the_same_person_get_one_mail(small: World) -> None:
    small.clock.now = END + timedelta(hours=1)
    with small.services(html=False, pdf=False, mail_to=("ANN@example.com", "boss@example.com")) as services:
        orders = run_export(services, reconcile(services)[0])
        assert len(orders) == 2


def date_of(envelope: Envelope) -> datetime:
    header = message_from_bytes(envelope.message, policy=policy.default)["Date"]
    assert isinstance(header.datetime, datetime)
    return header.datetime


def test_the_date_is_when_the_mail_is_first_sent_and_stays_when_it_is_made_again(small: World) -> None:
    tried: list[Envelope] = []

    class Failing(Postman):
        def send(self, envelope: Envelope) -> None:
            tried.append(envelope)
            super().send(envelope)

    postman = Failing(raises(Throttled("slow down")))
    with exported(small, postman) as (services, order):
        small.clock.now = first = END + timedelta(days=300)  # as of an old session
        for _ in range(2):
            with pytest.raises(Throttled):
                deliver(services, order)
            small.clock.now += timedelta(hours=2)
        small.clock.now = late = first + timedelta(days=10)
        postman.trouble = lambda: None
        assert deliver(services, order) == "sent"
    assert [date_of(envelope) for envelope in tried] == [first, first, late]
    assert tried[0].message == tried[1].message


def test_a_mail_that_was_too_large_goes_without_its_attachment_and_says_so_to_the_channel(small: World) -> None:
    postman = Postman()
    with exported(small, postman) as (services, order):
        deliver(services, order)
        smaller = replace(delivery(services, order), without_files=True)
        services.ledger.move(smaller, "pending", at=small.clock())
        small.clock.now += timedelta(minutes=16)
        assert due_deliveries(services) == [order]
        assert deliver(services, order) == "sent"
        assert deliver(services, order) == "sent"
    first, second = postman.sent
    mails = [message_from_bytes(one.message, policy=policy.default) for one in postman.sent]
    assert [len(list(mail.iter_attachments())) for mail in mails] == [1, 0]
    assert mails[0]["Message-ID"] != mails[1]["Message-ID"]
    assert (first.form, second.form, first.name) == ("", "without-files", second.name)
