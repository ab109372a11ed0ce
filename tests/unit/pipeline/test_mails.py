"""Which mails a revision calls for."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from debrief.delivery.ledger.ledger import Delivery, DeliveryState, Note, SessionRecord
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.rules.rules import Recipient
from debrief.errors import NotReady
from debrief.orders import DeliveryOrder
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.mailing.plan import add_mails, mailed_revision, mails_to_send, may_get_another
from debrief.pipeline.mailing.senders import mail_name
from debrief.pipeline.services import Services
from debrief.settings import Settings

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ANN = Recipient("ann@example.com", "You hosted this session.", "names", "Europe/Berlin", "de-DE")
KEY = recipient_id(ANN.address)
FEW, MANY = {"unique_attendees": 10.0}, {"unique_attendees": 20.0}
RECORD = SessionRecord("1_cue", "1_room", NOW, NOW, revision=2, history={1: FEW, 2: MANY})


class Blind:
    """A mailer that cannot tell what it has sent."""

    def was_sent(self, _name: str) -> None:
        return None


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Services of which the ledger alone is used."""
    return Services(
        kaltura=None,  # type: ignore[arg-type]
        archive=None,  # type: ignore[arg-type]
        ledger=SqliteLedger(tmp_path / "ledger.sqlite3"),
        mailer=Blind(),  # type: ignore[arg-type]
        settings=Settings(partner_id="1"),
        clock=lambda: NOW,
    )


def mail(state: DeliveryState = "sent", revision: int = 1, **more: object) -> Delivery:
    return replace(Delivery("1_cue", revision, KEY, ANN.address, state=state), **more)  # type: ignore[arg-type]


def mails(services: Services) -> list[tuple[int, str, int]]:
    """Return the revision, the state and the revision of the email before, for each email."""
    return sorted((one.revision, one.state, one.before) for one in services.ledger.deliveries("1_cue"))


def test_a_first_mail_says_to_whom_why_and_in_what_form(services: Services) -> None:
    add_mails(services, RECORD, [ANN])
    (made,) = services.ledger.deliveries("1_cue")
    assert made == Delivery(
        "1_cue", 2, KEY, ANN.address, ANN.why, at=NOW, tier="names", timezone="Europe/Berlin", language="de-DE"
    )


def test_of_an_archive_of_another_ledger_no_mail_is_sent_because_it_may_have_gone_out(services: Services) -> None:
    add_mails(services, RECORD, [ANN], is_from_other_installation=True)
    (made,) = services.ledger.deliveries("1_cue")
    assert (made.state, made.reason) == (
        "unknown",
        "The archive was written with another ledger, so it is not known whether this email was sent.",
    )


def test_who_is_not_mailed_is_logged_by_id_with_the_reason(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    services.ledger.put_note(Note("suppressed", KEY, NOW))
    with caplog.at_level(logging.INFO):
        add_mails(services, RECORD, [ANN])
    assert mails(services) == []
    assert f"The report on session 1_cue is not emailed to {KEY}: Emails to this address bounced" in caplog.text
    assert "ann@" not in caplog.text
    assert "has no recipients" not in caplog.text
    add_mails(services, RECORD, [])
    assert "Session 1_cue has no recipients" in caplog.text


@pytest.mark.parametrize(
    ("last", "is_mailed"),
    [
        (mail(), True),
        (mail(mailed=1), True),
        (mail(mailed=2), False),
        (mail("pending"), False),
        (mail("refused"), False),
        (mail("unknown"), False),
        (mail("stopped"), False),
    ],
)
def test_another_mail_goes_to_whom_the_last_one_showed_other_figures(
    services: Services, last: Delivery, *, is_mailed: bool
) -> None:
    services.ledger.add_delivery(last)
    add_mails(services, RECORD, [ANN])
    assert mails(services) == [(1, last.state, 0), *[(2, "pending", 1)] * is_mailed]
    assert may_get_another(RECORD, last) is is_mailed


def test_figures_that_did_not_move_or_are_not_known_mail_nobody_again(services: Services) -> None:
    services.ledger.add_delivery(mail())
    for history in ({1: FEW, 2: FEW}, {2: MANY}, {1: FEW}, {}):
        add_mails(services, replace(RECORD, history=history), [ANN])
        assert mails(services) == [(1, "sent", 0)]


def test_a_mail_that_is_just_being_sent_with_other_figures_is_waited_for(services: Services) -> None:
    services.ledger.add_delivery(mail("claimed", mailed=1))
    with pytest.raises(NotReady, match="is being sent"):
        add_mails(services, RECORD, [ANN])
    assert mails(services) == [(1, "claimed", 0)]


def test_the_mails_to_send_are_those_of_before_and_the_new_ones(services: Services) -> None:
    bob = replace(ANN, address="bob@example.com")
    services.ledger.add_delivery(mail("pending", revision=1))
    found = add_mails(services, RECORD, [ANN, bob])
    assert {(order.revision, order.recipient_id) for order in found} == {(1, KEY), (2, recipient_id(bob.address))}
    assert found == mails_to_send(services.ledger.deliveries("1_cue"))


def test_a_new_recipient_does_not_wait_for_a_mail_that_is_being_sent(services: Services) -> None:
    bob = replace(ANN, address="bob@example.com")
    services.ledger.add_delivery(mail("claimed", mailed=1))
    with pytest.raises(NotReady, match="is being sent"):
        add_mails(services, RECORD, [ANN, bob])
    assert mails(services) == [(1, "claimed", 0), (2, "pending", 0)]


def test_a_fresh_link_is_no_report_and_takes_no_report_s_place(services: Services) -> None:
    services.ledger.add_delivery(mail(revision=2, occasion="link-2026-11-20"))
    add_mails(services, RECORD, [ANN])
    assert mails(services) == [(2, "pending", 0), (2, "sent", 0)]


def test_a_mail_shows_what_it_held_when_it_was_claimed_or_else_its_own_revision() -> None:
    assert (mailed_revision(mail(mailed=3)), mailed_revision(mail(mailed=0))) == (3, 1)


def test_mails_that_wait_or_were_left_behind_are_to_be_sent(services: Services) -> None:
    states: list[DeliveryState] = ["pending", "claimed", "sent", "refused", "unknown", "stopped"]
    for revision, state in enumerate(states, start=1):
        services.ledger.add_delivery(mail(state, revision))
    assert sorted(order.revision for order in mails_to_send(services.ledger.deliveries("1_cue"))) == [1, 2]


@pytest.mark.parametrize(
    ("at", "state"), [(None, "unknown"), (NOW - timedelta(days=1), "unknown"), (NOW - timedelta(seconds=5), "sending")]
)
def test_a_mail_handed_over_of_which_nobody_knows_anything_is_waited_for_and_then_unknown_and_reported(
    services: Services, at: datetime | None, state: str
) -> None:
    services.ledger.add_delivery(mail("sending", at=at))
    order = DeliveryOrder("1_cue", 1, KEY)
    if state == "sending":
        with pytest.raises(NotReady):
            deliver(services, order)
    else:
        assert deliver(services, order) == "unknown"
        (mark,) = services.ledger.notes("trouble")
        assert mark.detail == (
            "The status of an email is unknown: The run that was sending this email ended before recording the result."
        )
        assert mark.at == NOW
    assert [one.state for one in services.ledger.deliveries("1_cue")] == [state]


@pytest.mark.parametrize(
    ("detail", "reason"),
    [
        ("It bounced.", "It bounced."),
        ("", "Emails to this address bounced or were reported as spam; no more are sent to it."),
    ],
)
def test_an_email_to_a_suppressed_address_is_stopped_with_the_reason(
    services: Services, detail: str, reason: str
) -> None:
    services.ledger.put_note(Note("suppressed", KEY, NOW, detail))
    services.ledger.add_delivery(mail("pending"))
    assert deliver(services, DeliveryOrder("1_cue", 1, KEY)) == "stopped"
    assert [one.reason for one in services.ledger.deliveries("1_cue")] == [reason]


def test_a_mail_s_name_is_of_its_session_revision_recipient_and_occasion() -> None:
    assert mail_name(mail()) == f"1_cue-r1-{KEY}"
    assert mail_name(mail(occasion="link-2026-11-20")) == f"1_cue-r1-{KEY}-link-2026-11-20"
