"""Sends one mail, at most once: it is claimed in the ledger before it is sent and marked after it."""

from __future__ import annotations

from datetime import timedelta

from debrief.delivery.ledger import Delivery, DeliveryState
from debrief.delivery.mailer import Envelope
from debrief.delivery.marks import is_suppressed, note_trouble, unsubscribed
from debrief.documents.keys import safe_id
from debrief.errors import GiveUp, NoRecipient, NotReady, OutcomeUnknown, RetryLater
from debrief.model import DeliveryOrder
from debrief.pipeline.letters import Written, write_letter
from debrief.pipeline.mails import order_of
from debrief.pipeline.services import Services

CLAIM_LASTS = timedelta(minutes=15)  # the longest a Lambda function can run: a claim older than that is nobody's


def deliver(services: Services, order: DeliveryOrder) -> DeliveryState:
    """Send one mail if it was not sent yet. Returns the delivery's state: sent, stopped, refused or unknown.

    Raises RetryLater when the mail was certainly not sent, GiveUp when it cannot even be written.
    """
    delivery = services.ledger.delivery(order.cue_point_id, order.revision, order.recipient_id, order.occasion)
    if delivery is None:
        raise NoRecipient(f"The ledger knows no such mail for session {order.cue_point_id}.")
    if delivery.state == "claimed":
        return _taken_up(services, delivery)
    if delivery.state != "pending":
        _tell_admin(services, delivery)
        return delivery.state
    if reason := _stopped(services, delivery):
        return _moved(services, delivery, "stopped", reason)
    written = write_letter(services, delivery)
    claimed = services.ledger.move(delivery, "claimed", at=services.clock(), mailed=written.revision)
    if claimed is None:
        raise NotReady("Another run is sending this mail.", after=CLAIM_LASTS.total_seconds())
    return _send(services, claimed, written)


def due_deliveries(services: Services) -> list[DeliveryOrder]:
    """Mails that were never sent although nothing stands against it, as after a kill, and claims grown old."""
    long_ago = services.clock() - CLAIM_LASTS
    return [
        order_of(delivery)
        for delivery in services.ledger.open_deliveries()
        if delivery.at is None or delivery.at < long_ago
    ]


def old_claims(services: Services) -> list[Delivery]:
    """Mails that were claimed longer ago than any run lasts, and neither sent nor given up."""
    long_ago = services.clock() - CLAIM_LASTS
    found = services.ledger.open_deliveries()
    return [one for one in found if one.state == "claimed" and one.at is not None and one.at < long_ago]


def mail_name(delivery: Delivery) -> str:
    """A file-safe name of the mail, without the address."""
    name = f"{safe_id(delivery.cue_point_id)}-r{delivery.revision}-{delivery.recipient_id}"
    return f"{name}-{safe_id(delivery.occasion)}" if delivery.occasion else name


def _stopped(services: Services, delivery: Delivery) -> str:
    """Why this address gets no mail any more; blank when it does."""
    if mark := is_suppressed(services.ledger, delivery.recipient_id):
        return mark.detail or "The address bounced or complained; it is not mailed again."
    if delivery.occasion:  # asked for by the recipient, or the admin's own
        return ""
    record = services.ledger.session(delivery.cue_point_id)
    stopped = unsubscribed(services.ledger, delivery.recipient_id, record.entry_id if record else "")
    return "The recipient wants no more of these mails." if stopped else ""


def _taken_up(services: Services, delivery: Delivery) -> DeliveryState:
    """A claim that somebody left behind: only a mailer that can tell lets us go on."""
    sent = services.mailer.was_sent(mail_name(delivery))
    if sent:
        return _moved(services, delivery, "sent", "")
    if sent is False:
        return _send(services, delivery, write_letter(services, delivery))
    if delivery.at is not None and services.clock() - delivery.at < CLAIM_LASTS:
        raise NotReady("Another run may be sending this mail.", after=CLAIM_LASTS.total_seconds())
    return _moved(services, delivery, "unknown", "The run that was sending this mail ended before it could say more.")


def _send(services: Services, delivery: Delivery, written: Written) -> DeliveryState:
    try:
        services.mailer.send(Envelope(mail_name(delivery), delivery.address, written.message))
    except RetryLater:
        _moved(services, delivery, "pending", "")
        raise
    except GiveUp as error:
        return _moved(services, delivery, "refused", str(error))
    except OutcomeUnknown as error:
        return _moved(services, delivery, "unknown", str(error))
    return _moved(services, delivery, "sent", "")


def _moved(services: Services, delivery: Delivery, to: DeliveryState, reason: str) -> DeliveryState:
    moved = services.ledger.move(delivery, to, at=services.clock(), reason=reason)
    if moved is None:
        return to
    _tell_admin(services, moved)
    return moved.state


def _tell_admin(services: Services, delivery: Delivery) -> None:
    """Said again by a run that finds it after a kill."""
    if delivery.state in {"refused", "unknown"}:
        note_trouble(services.ledger, delivery, services.clock())
