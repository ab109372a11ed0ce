"""An email while the ledger, the archive or the sender fails: it is sent once, or its status says why not."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from postman import Postman, delivery, exported, raises

from debrief.delivery.archive.layout import report_key
from debrief.delivery.ledger.ledger import Delivery, DeliveryState, Ledger
from debrief.errors import (
    BadSettings,
    GiveUp,
    MailBlocked,
    NotReady,
    Throttled,
    Unavailable,
)
from debrief.pipeline.mailing.admin_schedule import due_notices
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.mailing.stale_claims import deliveries_to_queue, due_deliveries
from support.world import World


def test_a_claim_whose_correction_failed_too_is_taken_up_and_sent_once(small: World) -> None:
    postman = Postman()
    with exported(small, postman) as (services, order):

        class Failing:
            def __getattr__(self, name: str) -> object:
                return getattr(services.ledger, name)

            def move(self, before: Delivery, to: DeliveryState, **more: Any) -> Delivery | None:
                if to != "claimed":
                    raise Unavailable("DynamoDB cannot answer now.")
                return services.ledger.move(before, to, **more)

        with pytest.raises(Unavailable):
            deliver(replace(services, ledger=Failing(), unsent=set()), order)  # type: ignore[arg-type]
        with pytest.raises(NotReady):
            deliver(services, order)
        small.clock.now += timedelta(minutes=16)
        assert deliver(services, order) == "sent"
    assert len(postman.sent) == 1


def test_while_mails_are_blocked_one_probe_is_asked_for_and_another_one_each_time(small: World) -> None:
    postman = Postman(raises(MailBlocked("SES's sending quota is used up.")))
    with exported(small, postman) as (services, order):
        first = delivery(services, order)
        for number in range(100):
            services.ledger.add_delivery(replace(first, recipient_id=f"{number:016x}"))
        assert deliver(services, order) == "pending"
        probes = []
        for _ in range(4 * 24):
            small.clock.now += timedelta(minutes=15)
            found = deliveries_to_queue(services)
            assert len(found) <= 1
            probes += found
            assert all(deliver(services, one) == "pending" for one in found)
        assert 3 < len(probes) < 12
        assert len(set(probes)) > 1
        postman.trouble = lambda: None
        small.clock.now += timedelta(hours=6)
        (probe,) = deliveries_to_queue(services)
        assert deliver(services, probe) == "sent"
        small.clock.now += timedelta(minutes=15)
        assert len(deliveries_to_queue(services)) == 100


@pytest.mark.parametrize("others", range(1, 8))
@pytest.mark.parametrize("hours", [1, 6, 24, 48])
def test_each_blocked_mail_is_tried_some_time_at_any_interval_of_the_schedule(
    small: World, others: int, hours: int
) -> None:
    with exported(small, Postman(raises(MailBlocked("SES's sending quota is used up.")))) as (services, order):
        first = delivery(services, order)
        for number in range(others):
            services.ledger.add_delivery(replace(first, recipient_id=f"{number:016x}"))
        assert deliver(services, order) == "pending"
        tried = set()
        for _ in range(100):
            small.clock.now += timedelta(hours=hours)
            tried |= {one.recipient_id for one in due_deliveries(services)}
        assert len(tried) == 1 + others


def test_a_mail_whose_archive_may_not_be_read_waits_with_the_reason(small: World) -> None:
    postman = Postman()
    with exported(small, postman) as (services, order):

        class Refusing:
            def __getattr__(self, name: str) -> object:
                return getattr(services.archive, name)

            def read(self, _key: str, _version: str | None = None) -> bytes | None:
                raise BadSettings("AWS refuses s3:GetObject: AccessDenied.")

        with pytest.raises(BadSettings):
            deliver(replace(services, archive=Refusing()), order)  # type: ignore[arg-type]
        found = delivery(services, order)
        assert (found.state, found.reason) == ("pending", "AWS refuses s3:GetObject: AccessDenied.")
        assert deliver(services, order) == "sent"
    assert len(postman.sent) == 1


def test_a_mail_is_not_made_from_half_a_revision(small: World) -> None:
    with exported(small, Postman()) as (services, order):
        path = small.root / "archive/reports/date=2026-11-02/session=1_cue00001/summary.json"
        key = "reports/date=2026-11-02/session=1_cue00001/manifest.json"
        with services.archive.replacing(key, services.archive.read(key)):
            path.write_bytes(path.read_bytes().replace(b'"revision": 1', b'"revision": 2'))
            with pytest.raises(NotReady):
                deliver(services, order)
        assert delivery(services, order).state == "pending"


def test_a_claim_is_given_back_when_the_archive_fails_before_the_mail_is_sent(small: World) -> None:
    postman = Postman()
    with exported(small, postman) as (services, order):

        class Failing:
            def __getattr__(self, name: str) -> object:
                return getattr(services.archive, name)

            def read(self, key: str, version: str | None = None) -> bytes | None:
                if delivery(services, order).state == "claimed":
                    raise Unavailable("SlowDown")
                return services.archive.read(key, version)

        with pytest.raises(Unavailable):
            deliver(replace(services, archive=Failing()), order)  # type: ignore[arg-type]
        assert delivery(services, order).state == "pending"
        assert deliver(services, order) == "sent"
    assert len(postman.sent) == 1


def test_an_email_waits_when_the_documents_are_written_again_while_it_is_made(small: World) -> None:
    with exported(small, Postman()) as (services, order):
        record = services.ledger.session(order.cue_point_id)
        assert record is not None
        key = report_key(record.start, record.cue_point_id, "manifest.json")

        class WrittenAgain:
            def __getattr__(self, name: str) -> object:
                return getattr(services.archive, name)

            def read(self, key_: str, version: str | None = None) -> bytes | None:
                body = services.archive.read(key_, version)
                is_claimed = key_ == key and delivery(services, order).state == "claimed"
                return body.replace(b'"revision": 1', b'"revision": 2') if body and is_claimed else body

        with pytest.raises(NotReady, match="just been rewritten"):
            deliver(replace(services, archive=WrittenAgain()), order)  # type: ignore[arg-type]
        assert delivery(services, order).state == "pending"
        assert deliver(services, order) == "sent"


def test_a_refusal_of_the_installation_keeps_mails_pending_with_growing_pauses_and_one_notice(small: World) -> None:
    tried: list[datetime] = []

    def blocked() -> None:
        tried.append(small.clock.now)
        raise MailBlocked("AWS refuses ses:SendEmail: AccessDeniedException.")

    postman = Postman(blocked)
    with exported(small, postman) as (opened, order):
        settings = replace(opened.settings, admin_to=("boss@example.com",), daily_hour=23)
        services = replace(opened, settings=settings)
        assert deliver(services, order) == "pending"
        notices = set()
        for _ in range(4 * 24):  # a day of the schedule
            small.clock.now += timedelta(minutes=15)
            for one in [*due_deliveries(services), *due_notices(services)]:
                notices |= {one.occasion} if "problem" in one.occasion else set()
                assert deliver(services, one) == "pending"
        assert len(notices) == 1
        assert 5 < len(tried) < 12
        postman.trouble = lambda: None
        for _ in range(4 * 8):
            small.clock.now += timedelta(minutes=15)
            for one in due_deliveries(services):
                assert deliver(services, one) == "sent"
    assert sorted(envelope.to for envelope in postman.sent if "daily" not in envelope.name) == [
        "ann@example.com",
        "boss@example.com",
    ]


class Unwritable:
    """A ledger that takes no move of an email to these states for now."""

    def __init__(self, ledger: Ledger, *states: DeliveryState) -> None:
        self._ledger, self.states = ledger, states

    def move(self, delivery: Delivery, to: DeliveryState, **more: Any) -> Delivery | None:
        if to in self.states:
            raise Unavailable("The ledger cannot be written now.")
        return self._ledger.move(delivery, to, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


@pytest.mark.parametrize("error", [Throttled("slow down"), MailBlocked("no sender"), GiveUp("no such box")])
def test_an_email_that_was_certainly_not_sent_is_sent_though_the_ledger_could_not_take_that(
    small: World, error: Exception
) -> None:
    postman = Postman(raises(error))
    with exported(small, postman) as (services, order):
        ledger = Unwritable(services.ledger, "pending", "refused")
        failing = replace(services, ledger=cast("Ledger", ledger))
        with pytest.raises(Unavailable):
            deliver(failing, order)
        assert delivery(services, order).state == "sending"
        ledger.states = ()
        postman.trouble = lambda: None
        small.clock.now += timedelta(hours=1)
        assert deliver(failing, order) == "sent"
    assert len(postman.sent) == 1


def test_an_email_whose_mark_before_sending_was_lost_on_the_way_is_sent(small: World) -> None:
    postman = Postman()
    with exported(small, postman) as (services, order):

        class Deaf(Unwritable):
            """Takes the move, and its answer is lost."""

            def move(self, delivery: Delivery, to: DeliveryState, **more: Any) -> Delivery | None:
                moved = self._ledger.move(delivery, to, **more)
                if to in self.states:
                    raise Unavailable("The answer was lost.")
                return moved

        ledger = Deaf(services.ledger, "sending")
        failing = replace(services, ledger=cast("Ledger", ledger))
        with pytest.raises(Unavailable):
            deliver(failing, order)
        ledger.states = ()
        assert delivery(services, order).state == "sending"
        assert deliver(failing, order) == "sent"
    assert len(postman.sent) == 1


def test_what_one_process_knows_of_an_attempt_says_nothing_of_another_ones(small: World) -> None:
    postman = Postman(raises(Throttled("slow down")))
    with exported(small, postman) as (services, order):
        ledger = Unwritable(services.ledger, "pending")
        knowing = replace(services, ledger=cast("Ledger", ledger))
        with pytest.raises(Unavailable):
            deliver(knowing, order)
        small.clock.now += timedelta(hours=1)
        ours = delivery(services, order)
        assert services.ledger.move(ours, "sending", at=small.clock.now)  # another process took it up
        small.clock.now += timedelta(hours=1)
        assert deliver(knowing, order) == "unknown"


def test_an_attempt_at_the_very_time_of_one_that_was_not_sent_is_not_taken_for_it(small: World) -> None:
    postman = Postman(raises(Throttled("slow down")))
    with exported(small, postman) as (services, order):
        ledger = Unwritable(services.ledger, "pending")
        failing = replace(services, ledger=cast("Ledger", ledger))
        with pytest.raises(Unavailable):
            deliver(failing, order)
        postman.trouble = lambda: None
        ledger.states = ("sent",)
        with pytest.raises(Unavailable):  # out, and the ledger could not take that
            deliver(failing, order)
        with pytest.raises(NotReady):
            deliver(failing, order)
    assert len(postman.sent) == 1
