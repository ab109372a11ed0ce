"""A first event for each function of the template, in the world of lambda_world."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from debrief.delivery.ledger.ledger import Delivery
from debrief.model import Session
from debrief.order_codec import encode
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.state.session_records import delivery_order_of
from kaltura_standin.webhooks import notification
from support.events import event
from support.lambda_world import BOSS, HOST, WEBHOOK_SECRET, LambdaWorld

# What template.yaml calls each function, by its handler's name.
FUNCTIONS = {
    name: f"{name.capitalize()}Function" for name in ("reconcile", "receive", "export", "deliver", "portal", "feedback")
}


def first_event(handler: str, world: LambdaWorld) -> dict[str, Any]:
    """A sample of tests/events, about one of the world's sessions."""
    match handler:
        case "reconcile":
            return event("schedule")
        case "receive":
            return notified(world.order(1))
        case "export":
            return ordered("sqs_export", world.order(2))
        case "deliver":
            return ordered("sqs_delivery", delivery_order_of(world.delivery(HOST)))
        case "portal":
            return opened(world.link(BOSS, "Report").removesuffix("/report"))
        case "feedback":
            return bounced(world.delivery(BOSS))
    raise KeyError(handler)


def ordered(name: str, order: ExportOrder | DeliveryOrder) -> dict[str, Any]:
    """A message with an order."""
    found = event(name)
    found["Records"][0]["body"] = encode(order)
    return found


def opened(address: str) -> dict[str, Any]:
    """Somebody follows a link."""
    found = event("portal_page")
    found["rawPath"] = found["requestContext"]["http"]["path"] = urlsplit(address).path
    return found


def notified(order: ExportOrder, secret: str = WEBHOOK_SECRET) -> dict[str, Any]:
    """Kaltura's notification about a session, signed."""
    session = Session(order.cue_point_id, order.entry_id, order.start, order.end)
    headers, body = notification(session, secret=secret)
    found = event("webhook_form")
    found["headers"] |= {name.lower(): value for name, value in headers.items()}
    return found | {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def bounced(mail: Delivery) -> dict[str, Any]:
    """SNS's event that an email bounced."""
    return _of_ses("ses_bounce", mail, bounce={"bouncedRecipients": [{"emailAddress": mail.address}]})


def delivered(mail: Delivery) -> dict[str, Any]:
    """SNS's event that an email arrived."""
    return _of_ses("ses_delivery", mail, delivery={"recipients": [mail.address]})


def _of_ses(name: str, mail: Delivery, **parts: dict[str, Any]) -> dict[str, Any]:
    found = event(name)
    message = json.loads(found["Records"][0]["Sns"]["Message"])
    tag = f"{mail.cue_point_id}-r{mail.revision}-{mail.recipient_id}"
    for part, values in {**parts, "mail": {"destination": [mail.address], "tags": {"debrief-mail": [tag]}}}.items():
        message[part] |= values
    found["Records"][0]["Sns"]["Message"] = json.dumps(message)
    return found
