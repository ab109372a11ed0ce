"""What SES tells of a mail afterwards: who is never mailed again, and what became of the delivery."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debrief.delivery.ledger.ledger import Delivery, DeliveryState, Ledger, Note
from debrief.delivery.ledger.suppressions import find_suppression, find_unsubscription
from debrief.delivery.mail.addresses import recipient_id
from debrief.errors import BadRequest, Conflict
from debrief.pipeline.mailing.deliver import mail_name
from debrief.pipeline.mailing.feedback import take_feedback
from debrief.pipeline.services import Services
from support.events import event
from support.world import END, World

ANN = recipient_id("ann@example.com")
MAIL = Delivery("1_cue00001", 1, ANN, "ann@example.com", "You host the room.")
EVENTS = ("bounce", "complaint", "delivery", "delay", "reject")


def told(name: str, **mail: Any) -> dict[str, Any]:
    """One of SES's events, some fields of its mail replaced."""
    message: dict[str, Any] = json.loads(event(f"ses_{name}")["Records"][0]["Sns"]["Message"])
    message["mail"] |= mail
    return message


def tagged(name: str, value: str) -> dict[str, Any]:
    return told(name, tags={"debrief-mail": [value]})


@pytest.fixture
def services(small: World) -> Iterator[Services]:
    with small.services() as opened:
        yield opened


def add(services: Services, state: DeliveryState, mail: Delivery = MAIL) -> Delivery:
    """A delivery in a state, an hour old."""
    mail = replace(mail, state=state, at=services.clock() - timedelta(hours=1))
    services.ledger.add_delivery(mail)
    return mail


def found(services: Services, mail: Delivery = MAIL) -> Delivery:
    delivery = services.ledger.delivery(mail.cue_point_id, mail.revision, mail.recipient_id, mail.occasion)
    assert delivery is not None
    return delivery


def everything(ledger: Ledger) -> list[object]:
    return [*ledger.deliveries("1_cue00001"), *ledger.notes("suppressed"), *ledger.notes("trouble")]


def test_only_a_bounce_is_read_as_one_whatever_else_an_event_holds(services: Services) -> None:
    add(services, "claimed")
    transient = {"bounceType": "Transient", "bounceSubType": "MessageTooLarge"}
    assert take_feedback(services, told("delivery") | {"bounce": transient}).kind == "delivered"
    assert found(services).state == "sent"


@pytest.mark.parametrize(("name", "kind"), [("bounce", "bounced"), ("complaint", "complained")])
@pytest.mark.parametrize("before", ["sent", "unknown", "claimed", "sending"])
def test_bad_news_refuses_the_mail_and_suppresses_its_address(
    services: Services, name: str, kind: str, before: DeliveryState
) -> None:
    add(services, before)
    outcome = take_feedback(services, told(name))
    assert (outcome.kind, outcome.suppressed, outcome.delivery) == (kind, (ANN,), found(services))
    assert found(services).state == "refused"
    mark = find_suppression(services.ledger, ANN)
    assert mark is not None
    for text in (found(services).reason, mark.detail):
        assert text.endswith(".")
        assert "@" not in text


def test_the_admin_hears_of_bad_news(services: Services) -> None:
    add(services, "sent")
    take_feedback(services, told("bounce"))
    reason = "The status of an email is refused: The recipient's mail server refused the email permanently."
    assert list(services.ledger.notes("trouble")) == [Note("trouble", f"1_cue00001/{ANN}", services.clock(), reason)]


def test_a_rejected_mail_is_refused_and_its_address_stays_good(services: Services) -> None:
    add(services, "sent")
    assert take_feedback(services, told("reject")).suppressed == ()
    assert found(services).state == "refused"
    assert find_suppression(services.ledger, ANN) is None


@pytest.mark.parametrize("before", ["unknown", "claimed", "sending"])
def test_a_delivery_proves_that_a_mail_of_unknown_fate_was_sent(services: Services, before: DeliveryState) -> None:
    add(services, before)
    outcome = take_feedback(services, told("delivery"))
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
    take_feedback(services, told(name))
    assert found(services) == before


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_a_bounce_that_may_pass_changes_nothing(services: Services, kind: str) -> None:
    add(services, "sent")
    before = everything(services.ledger)
    message = told("bounce")
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


def bounce(kind: str, subtype: str, *, form: str = "") -> dict[str, Any]:
    message = told("bounce")
    message["bounce"] |= {"bounceType": kind, "bounceSubType": subtype}
    if form:
        message["mail"]["tags"]["debrief-form"] = [form]
    return message


@pytest.mark.parametrize(("kind", "subtype", "told_kind", "state", "stops"), SUBTYPES)
def test_every_subtype_of_a_bounce_leads_somewhere(
    services: Services, kind: str, subtype: str, told_kind: str, state: DeliveryState, *, stops: bool
) -> None:
    add(services, "sent")
    outcome = take_feedback(services, bounce(kind, subtype))
    assert (outcome.kind, bool(outcome.suppressed), found(services).state) == (told_kind, stops, state)
    assert bool(list(services.ledger.notes("trouble"))) == (state == "refused")
    assert found(services).reason.endswith("." if state != "sent" else "")


@pytest.mark.parametrize("subtype", ["MessageTooLarge", "AttachmentRejected"])
def test_a_mail_that_is_too_large_goes_again_without_its_attachment_once(services: Services, subtype: str) -> None:
    add(services, "sent")
    take_feedback(services, bounce("Transient", subtype))
    assert found(services).without_files
    services.ledger.move(found(services), "claimed", at=services.clock())
    services.ledger.move(found(services), "sent", at=services.clock())
    for late in (bounce("Transient", subtype), told("delivery"), told("reject")):  # of the first one, come again
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
    message = told("complaint")
    message["complaint"]["complaintFeedbackType"] = kind
    assert take_feedback(services, message).kind == "other"
    assert everything(services.ledger) == before


@pytest.mark.parametrize("name", EVENTS)
def test_a_repeated_event_changes_nothing(services: Services, small: World, name: str) -> None:
    add(services, "unknown")
    take_feedback(services, told(name))
    before = everything(services.ledger)
    small.clock.now = END + timedelta(days=1)
    assert take_feedback(services, told(name)).suppressed == ()
    assert everything(services.ledger) == before


@pytest.mark.parametrize("order", list(itertools.permutations(["bounce", "delivery", "delay", "delivery"])))
@pytest.mark.parametrize("before", ["sent", "claimed"])
def test_a_bounce_wins_in_whatever_order_events_come(
    services: Services, before: DeliveryState, order: tuple[str, ...]
) -> None:
    add(services, before)
    for name in order:
        take_feedback(services, told(name))
    assert found(services).state == "refused"
    assert find_suppression(services.ledger, ANN) is not None


@pytest.mark.parametrize(
    ("cue_point_id", "occasion"),
    [
        ("joint-1_cue00001", ""),
        ("event-77", ""),
        ("1_cue00001", "link-2026-11-24"),
        ("admin", "daily-2026-11-24"),
        ("admin", "problem-2026-11-24-0a1b2c3d"),
        ("1_x-r1-0123456789abcdef", ""),
    ],
)
def test_every_kind_of_mail_is_found_by_its_name(services: Services, cue_point_id: str, occasion: str) -> None:
    mail = add(services, "sent", replace(MAIL, cue_point_id=cue_point_id, revision=12, occasion=occasion))
    add(services, "sent", replace(mail, revision=1))
    outcome = take_feedback(services, tagged("bounce", mail_name(mail)))
    assert outcome.delivery == found(services, mail)
    assert found(services, mail).state == "refused"
    assert found(services, replace(mail, revision=1)).state == "sent"


@pytest.mark.parametrize(
    "tags",
    [
        None,
        [],
        {},
        {"debrief-mail": []},
        {"debrief-mail": "1_cue00001-r1-" + ANN},
        {"debrief-mail": [None]},
        {"debrief-mail": [f"1_cue00001-r1-{ANN}", f"1_cue00001-r1-{ANN}"]},
        {"debrief-mail": [f"1_cue00001-r2-{ANN}"]},
        {"debrief-mail": [f"1_cue00001-r01-{ANN}"]},
        {"debrief-mail": [f"1_cue00001-r1-{ANN}\n"]},
        {"debrief-mail": [f"1_cue00001-r1-{ANN.upper()}"]},
        {"debrief-mail": [f"../1_cue00001-r1-{ANN}"]},
    ],
)
def test_a_bounce_of_a_mail_that_is_not_known_suppresses_the_address_alone(services: Services, tags: object) -> None:
    add(services, "sent")
    outcome = take_feedback(services, told("bounce", tags=tags))
    assert (outcome.suppressed, outcome.delivery) == ((ANN,), None)
    assert found(services).state == "sent"


def test_a_name_on_a_mail_to_somebody_else_moves_nothing(services: Services) -> None:
    add(services, "sent")
    assert take_feedback(services, told("bounce", destination=["bob@example.com"])).delivery is None
    assert found(services).state == "sent"


def test_an_address_behind_a_forwarding_is_suppressed_with_the_one_that_was_mailed(services: Services) -> None:
    add(services, "sent")
    message = told("bounce")
    message["bounce"]["bouncedRecipients"] = [{"emailAddress": "Ann Lee <ann.lee@elsewhere.example>"}, {"x": 1}, None]
    assert take_feedback(services, message).suppressed == (recipient_id("ann.lee@elsewhere.example"), ANN)


def test_an_address_is_suppressed_however_it_is_written(services: Services) -> None:
    message = told("complaint", tags={})
    message["complaint"]["complainedRecipients"] = [{"emailAddress": "ANN@Example.COM"}]
    assert take_feedback(services, message).suppressed == (ANN,)


def test_notifications_without_event_publishing_are_understood_too(services: Services) -> None:
    message = told("bounce")
    message["notificationType"] = message.pop("eventType")
    assert take_feedback(services, message).kind == "bounced"


@pytest.mark.parametrize("kind", ["Send", "Open", "Click", "Subscription"])
def test_what_says_nothing_of_a_mails_fate_changes_nothing(services: Services, kind: str) -> None:
    before = add(services, "unknown")
    assert take_feedback(services, told("delivery") | {"eventType": kind}).kind == "other"
    assert found(services) == before


@pytest.mark.parametrize(
    "change",
    [
        {"eventType": "Explosion"},
        {"eventType": None},
        {"eventType": ["Bounce"]},
        {"eventType": {}},
        {"mail": None},
        {"mail": "ann@example.com"},
        {"bounce": None},
        {"bounce": {}},
        {"bounce": {"bounceType": "Permanently"}},
        {"bounce": {"bounceType": ["Permanent"]}},
        {"bounce": {"bounceType": "Permanent"}, "mail": {}},
        {"bounce": {"bounceType": "Permanent", "bouncedRecipients": {"emailAddress": "x@y.zz"}}, "mail": {}},
        {"bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "no address"}]}, "mail": {}},
        {"bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "x@y.zz"}] * 51}, "mail": {}},
    ],
)
def test_what_is_no_event_is_refused_without_being_repeated(services: Services, change: dict[str, Any]) -> None:
    add(services, "sent")
    before = everything(services.ledger)
    with pytest.raises(BadRequest) as refused:
        take_feedback(services, told("bounce") | change)
    assert "@" not in str(refused.value)
    assert "Explosion" not in str(refused.value)
    assert everything(services.ledger) == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to every value within."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*path, key)
        yield from spots(item, (*path, key))


@given(data=st.data(), name=st.sampled_from(EVENTS), junk=JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_an_event_with_anything_anywhere_is_taken_or_refused(
    services: Services, data: st.DataObject, name: str, junk: Any
) -> None:
    add(services, "sent")
    message = copy.deepcopy(told(name))
    *path, last = data.draw(st.sampled_from(sorted(spots(message), key=str)))
    inner = message
    for key in path:
        inner = inner[key]
    inner[last] = junk
    with suppress(BadRequest):
        assert take_feedback(services, message).kind


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
    take_feedback(replace(services, ledger=Restless(services.ledger, 2)), told("bounce"))
    assert found(services).state == "refused"


def test_a_mail_that_others_keep_changing_is_left_for_later(services: Services) -> None:
    add(services, "claimed")
    with pytest.raises(Conflict):
        take_feedback(replace(services, ledger=Restless(services.ledger, 99)), told("bounce"))


def test_unsubscribing_holds_for_one_room_or_for_all(services: Services) -> None:
    services.ledger.put_note(Note("unsubscribed", f"{ANN}/1_room0001", services.clock()))
    assert find_unsubscription(services.ledger, ANN, "1_room0001") is not None
    assert find_unsubscription(services.ledger, ANN, "1_room0002") is None
    assert find_unsubscription(services.ledger, ANN, "") is None
    services.ledger.put_note(Note("unsubscribed", ANN, services.clock()))
    assert find_unsubscription(services.ledger, ANN, "1_room0002") is not None
    assert find_unsubscription(services.ledger, ANN, "") is not None
