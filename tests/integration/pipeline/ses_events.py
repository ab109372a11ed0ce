"""Events from SES about an email, and the email in the ledger."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from debrief.delivery.ledger.ledger import Delivery, DeliveryState, Ledger
from debrief.delivery.mail.addresses import recipient_id
from debrief.pipeline.services import Services
from support.events import event

ANN = recipient_id("ann@example.com")
MAIL = Delivery("1_cue00001", 1, ANN, "ann@example.com", "You host the room.")
EVENTS = ("bounce", "complaint", "delivery", "delay", "reject")


def ses_event(name: str, **mail: Any) -> dict[str, Any]:
    """One of SES's events, some fields of its mail replaced."""
    message: dict[str, Any] = json.loads(event(f"ses_{name}")["Records"][0]["Sns"]["Message"])
    message["mail"] |= mail
    return message


def tagged(name: str, value: str) -> dict[str, Any]:
    return ses_event(name, tags={"debrief-mail": [value]})


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


def bounce(kind: str, subtype: str, *, form: str = "") -> dict[str, Any]:
    message = ses_event("bounce")
    message["bounce"] |= {"bounceType": kind, "bounceSubType": subtype}
    if form:
        message["mail"]["tags"]["debrief-form"] = [form]
    return message
