"""What the stages work with; wiring.py picks the implementations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from debrief.delivery.rules import NO_RULES, RuleSource

if TYPE_CHECKING:
    from debrief.delivery.archive import Archive
    from debrief.delivery.ledger import Ledger
    from debrief.delivery.mailer import Mailer
    from debrief.kaltura.client import Kaltura
    from debrief.settings import Settings


@dataclass(frozen=True)
class Services:
    """Kaltura, the three places that things leave to, the settings, a clock that gives UTC, and who gets what."""

    kaltura: Kaltura
    archive: Archive
    ledger: Ledger
    mailer: Mailer
    settings: Settings
    clock: Callable[[], datetime]
    rules: RuleSource = NO_RULES
