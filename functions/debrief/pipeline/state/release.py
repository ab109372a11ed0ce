"""Cancel orders that could not be queued, so that the next scheduled run orders them again."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from debrief.errors import DebriefError
from debrief.pipeline.state import lifecycle
from debrief.pipeline.state.session_records import save

if TYPE_CHECKING:
    from debrief.orders import ExportOrder
    from debrief.pipeline.services import Services


def cancel_orders(services: Services, orders: Iterable[ExportOrder]) -> None:
    """Record that these orders could not be queued, as far as the ledger can be written."""
    with suppress(DebriefError):
        for order in orders:
            record = services.ledger.session(order.cue_point_id)
            if record and record.asked:
                save(services, lifecycle.cancel_request(record))
