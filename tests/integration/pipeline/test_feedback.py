"""What an event from SES changes: the status of the email, and the suppression of its address."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from ses_events import ANN, EVENTS, MAIL, add, bounce, everything, found, ses_event

from debrief.delivery.ledger.ledger import Delivery, DeliveryState, Ledger, Note
from debrief.delivery.ledger.suppressions import find_suppression, find_unsubscription
from debrief.errors import Conflict
from debrief.pipeline.mailing.feedback import take_feedback
from debrief.pipeline.mailing.senders import mail_name
from debrief.pipeline.services import Services
from support.world import END, World


def test_only_a_bounce_is_read_as_one_whatever_else_an_event_holds(services: Services) -> None:
    add(services, "claimed")
    transient = {"bounceType": "Transient", "bounceSubType": "MessageTooLarge"}
    assert take_feedback(services, ses_event("delivery") | {"bounce": transient}).kind == "delivered"
    assert found(services).state == "sent"


@pytest.mark.parametrize(("name", "kind"), [("bounce", "bounced"), ("complaint", "complained")])
@pytest.mark.parametrize("before", ["sent", "unknown", "claimed", "sending"])
def test_bad_news_refuses_the_mail_and_suppresses_its_address(
    services: Services, name: str, kind: str, before: DeliveryState
) -> None:
    add(services, before)
    outcome = take_feedback(services, ses_event(name))
    assert (outcome.kind, outcome.suppressed, outcome.delivery) == (kind, (ANN,), found(services))
    assert found(services).state == "refused"
    mark = find_suppression(services.ledger, ANN)
    assert mark is not None
    for text in (found(services).reason, mark.detail):
        assert text.endswith(".")
        assert "@" not in text


def test_the_admin_hears_of_bad_news(services: Services) -> None:
    add(services, "sent")
    take_feedback(services, ses_event("bounce"))
    reason = "The status of an email is refused: The recipient's mail server refused the email permanently."
    assert list(services.ledger.notes("trouble")) == [Note("trouble", f"1_cue00001/{ANN}", services.clock(), reason)]


def test_a_rejected_mail_is_refused_and_its_address_stays_good(services: Services) -> None:
    add(services, "sent")
    assert take_feedback(services, ses_event("reject")).suppressed == ()
    assert found(services).state == "refused"
    assert find_suppression(services.ledger, ANN) is None


@pytest.mark.parametrize("before", ["unknown", "claimed", "sending"])
def test_a_delivery_proves_that_a_mail_of_unknown_fate_was_sent(services: Services, before: DeliveryState) -> None:
    add(services, before)
    outcome = take_feedback(services, ses_event("delivery"))
    assert (outcome.kind, outcome.suppressed) == ("delivered", ())
    assert found(services) == replace(MAIL, state="sent", at=services.clock())


OVERRULED = {
    "bounce": "claimed sending unknown sent",
    "complaint": "claimed sending unknown sent",
    "reject": "claimed sending unknown sent",
}
OVERRULED |= {"delivery": "claimed sending unknown", "delay": ""}
KEPT = [(name, state) for name in EVENTS for state in get_args(DeliveryState) if state not in OVERRULED[name]]


@pytest.mark.parametrize(("name", "state"), KEPT)
def test_other_states_stay_as_they_are(services: Services, name: str, state: DeliveryState) -> None:
    before = add(services, state)
    take_feedback(services, ses_event(name))
    assert found(services) == before


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_a_bounce_that_may_pass_changes_nothing(services: Services, kind: str) -> None:
    add(services, "sent")
    before = everything(services.ledger)
    message = ses_event("bounce")
    message["bounce"]["bounceType"] = kind
    outcome = take_feedback(services, message)
    assert (outcome.kind, outcome.suppressed) == ("put off", ())
    assert everything(services.ledger) == before


SUBTYPES = [  # every one of SES's documentation: type, subtype, kind, the state of a mail that was sent, suppressed
    ("Undetermined", "Undetermined", "put off", "sent", False),
    ("Permanent", "General", "bounced", "refused", True),
    ("Permanent", "NoEmail", "bounced", "refused", True),
    ("Permanent", "Suppressed", "bounced", "refused", True),
    ("Permanent", "OnAccountSuppressionList", "bounced", "refused", True),
    ("Permanent", "UnsubscribedRecipient", "bounced", "refused", True),
    ("Transient", "General", "put off", "sent", False),
    ("Transient", "MailboxFull", "returned", "refused", False),
    ("Transient", "MessageTooLarge", "too large", "pending", False),
    ("Transient", "CustomTimeoutExceeded", "returned", "refused", False),
    ("Transient", "ContentRejected", "returned", "refused", False),
    ("Transient", "AttachmentRejected", "too large", "pending", False),
]


@pytest.mark.parametrize(("kind", "subtype", "expected", "state", "stops"), SUBTYPES)
def test_every_subtype_of_a_bounce_leads_somewhere(
    services: Services, kind: str, subtype: str, expected: str, state: DeliveryState, *, stops: bool
) -> None:
    add(services, "sent")
    outcome = take_feedback(services, bounce(kind, subtype))
    assert (outcome.kind, bool(outcome.suppressed), found(services).state) == (expected, stops, state)
    assert bool(list(services.ledger.notes("trouble"))) == (state == "refused")
    assert found(services).reason.endswith("." if state != "sent" else "")


@pytest.mark.parametrize("subtype", ["MessageTooLarge", "AttachmentRejected"])
def test_a_mail_that_is_too_large_goes_again_without_its_attachment_once(services: Services, subtype: str) -> None:
    add(services, "sent")
    take_feedback(services, bounce("Transient", subtype))
    assert found(services).without_files
    services.ledger.move(found(services), "claimed", at=services.clock())
    services.ledger.move(found(services), "sent", at=services.clock())
    for late in (
        bounce("Transient", subtype),
        ses_event("delivery"),
        ses_event("reject"),
    ):  # of the first one, come again
        take_feedback(services, late)
        assert found(services).state == "sent"
    outcome = take_feedback(services, bounce("Transient", subtype, form="without-files"))
    assert (outcome.kind, found(services).state) == ("returned", "refused")
    assert len(list(services.ledger.notes("trouble"))) == 1


def test_a_mail_without_attachments_is_not_sent_again_when_it_is_too_large(services: Services) -> None:
    mail = add(services, "sent", replace(MAIL, occasion="link-2026-11-02"))
    message = bounce("Transient", "MessageTooLarge")
    message["mail"]["tags"]["debrief-mail"] = [mail_name(mail)]
    take_feedback(services, message)
    assert found(services, mail).state == "refused"


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_a_report_that_is_no_complaint_changes_nothing(services: Services, kind: str) -> None:
    add(services, "sent")
    before = everything(services.ledger)
    message = ses_event("complaint")
    message["complaint"]["complaintFeedbackType"] = kind
    assert take_feedback(services, message).kind == "other"
    assert everything(services.ledger) == before


@pytest.mark.parametrize("name", EVENTS)
def test_a_repeated_event_changes_nothing(services: Services, small: World, name: str) -> None:
    add(services, "unknown")
    take_feedback(services, ses_event(name))
    before = everything(services.ledger)
    small.clock.now = END + timedelta(days=1)
    assert take_feedback(services, ses_event(name)).suppressed == ()
    assert everything(services.ledger) == before


@pytest.mark.parametrize("order", list(itertools.permutations(["bounce", "delivery", "delay", "delivery"])))
@pytest.mark.parametrize("before", ["sent", "claimed"])
def test_a_bounce_wins_in_whatever_order_events_come(
    services: Services, before: DeliveryState, order: tuple[str, ...]
) -> None:
    add(services, before)
    for name in order:
        take_feedback(services, ses_event(name))
    assert found(services).state == "refused"
    assert find_suppression(services.ledger, ANN) is not None


class Restless:
    """A ledger in which somebody always changes the delivery first, a given number of times."""

    def __init__(self, ledger: Ledger, times: int) -> None:
        self.ledger = ledger
        self.times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    def move(self, delivery: Delivery, to: DeliveryState, **more: Any) -> Delivery | None:
        if self.times:
            self.times -= 1
            other = "sent" if delivery.state == "claimed" else "claimed"
            self.ledger.move(delivery, other, at=more["at"])
        return self.ledger.move(delivery, to, **more)


def test_bad_news_that_crosses_another_change_wins_all_the_same(services: Services) -> None:
    add(services, "claimed")
    take_feedback(replace(services, ledger=Restless(services.ledger, 2)), ses_event("bounce"))
    assert found(services).state == "refused"


def test_a_mail_that_others_keep_changing_is_left_for_later(services: Services) -> None:
    add(services, "claimed")
    with pytest.raises(Conflict):
        take_feedback(replace(services, ledger=Restless(services.ledger, 99)), ses_event("bounce"))


def test_unsubscribing_holds_for_one_room_or_for_all(services: Services) -> None:
    services.ledger.put_note(Note("unsubscribed", f"{ANN}/1_room0001", services.clock()))
    assert find_unsubscription(services.ledger, ANN, "1_room0001") is not None
    assert find_unsubscription(services.ledger, ANN, "1_room0002") is None
    assert find_unsubscription(services.ledger, ANN, "") is None
    services.ledger.put_note(Note("unsubscribed", ANN, services.clock()))
    assert find_unsubscription(services.ledger, ANN, "1_room0002") is not None
    assert find_unsubscription(services.ledger, ANN, "") is not None
