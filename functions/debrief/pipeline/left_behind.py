"""Mails that earlier runs left behind."""

from __future__ import annotations

from debrief.delivery.ledger import Delivery
from debrief.model import DeliveryOrder
from debrief.pipeline.mails import CLAIM_LASTS, order_of
from debrief.pipeline.services import Services


def due_deliveries(services: Services) -> list[DeliveryOrder]:
    """Mails that were never sent although nothing stands against it, as after a kill, and claims grown old."""
    return [order_of(delivery) for delivery in _left_behind(services)]


def old_claims(services: Services) -> list[Delivery]:
    """Mails that were claimed longer ago than any run lasts, and neither sent nor given up."""
    return [delivery for delivery in _left_behind(services) if delivery.state == "claimed"]


def _left_behind(services: Services) -> list[Delivery]:
    long_ago = services.clock() - CLAIM_LASTS
    return [one for one in services.ledger.open_deliveries() if one.at is None or one.at < long_ago]
