"""Events from SES with any content: the email is found by its name, and anything else is refused."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ses_events import ANN, EVENTS, MAIL, add, everything, found, ses_event, tagged

from debrief.delivery.mail.addresses import recipient_id
from debrief.errors import BadRequest
from debrief.pipeline.mailing.feedback import take_feedback
from debrief.pipeline.mailing.senders import mail_name
from debrief.pipeline.services import Services


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
    outcome = take_feedback(services, ses_event("bounce", tags=tags))
    assert (outcome.suppressed, outcome.delivery) == ((ANN,), None)
    assert found(services).state == "sent"


def test_a_name_on_a_mail_to_somebody_else_moves_nothing(services: Services) -> None:
    add(services, "sent")
    assert take_feedback(services, ses_event("bounce", destination=["bob@example.com"])).delivery is None
    assert found(services).state == "sent"


def test_an_address_behind_a_forwarding_is_suppressed_with_the_one_that_was_mailed(services: Services) -> None:
    add(services, "sent")
    message = ses_event("bounce")
    message["bounce"]["bouncedRecipients"] = [{"emailAddress": "Ann Lee <ann.lee@elsewhere.example>"}, {"x": 1}, None]
    assert take_feedback(services, message).suppressed == (recipient_id("ann.lee@elsewhere.example"), ANN)


def test_an_address_is_suppressed_however_it_is_written(services: Services) -> None:
    message = ses_event("complaint", tags={})
    message["complaint"]["complainedRecipients"] = [{"emailAddress": "ANN@Example.COM"}]
    assert take_feedback(services, message).suppressed == (ANN,)


def test_notifications_without_event_publishing_are_understood_too(services: Services) -> None:
    message = ses_event("bounce")
    message["notificationType"] = message.pop("eventType")
    assert take_feedback(services, message).kind == "bounced"


@pytest.mark.parametrize("kind", ["Send", "Open", "Click", "Subscription"])
def test_what_says_nothing_of_a_mails_fate_changes_nothing(services: Services, kind: str) -> None:
    before = add(services, "unknown")
    assert take_feedback(services, ses_event("delivery") | {"eventType": kind}).kind == "other"
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
        take_feedback(services, ses_event("bounce") | change)
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
    message = copy.deepcopy(ses_event(name))
    *path, last = data.draw(st.sampled_from(sorted(spots(message), key=str)))
    inner = message
    for key in path:
        inner = inner[key]
    inner[last] = junk
    with suppress(BadRequest):
        assert take_feedback(services, message).kind
