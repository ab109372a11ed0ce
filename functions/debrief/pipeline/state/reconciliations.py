"""When Kaltura and the ledger were last compared, and why they could not be."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import Mark

if TYPE_CHECKING:
    from debrief.pipeline.services import Services

COMPARED, FAILED = "last", "failed"


def comparison_failed(services: Services, reason: str) -> None:
    """Remember that Kaltura and the ledger could not be compared, for the admin's mail."""
    services.ledger.put_mark(Mark("compared", FAILED, services.clock(), reason))


def last_comparison(services: Services) -> datetime | None:
    """When Kaltura and the ledger were last compared with success; None when never."""
    mark = services.ledger.mark("compared", COMPARED)
    return mark.at if mark else None
