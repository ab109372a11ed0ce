"""What the stages work with; wiring.py picks the implementations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from debrief.util.lazy import lazy

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import Archive
    from debrief.delivery.ledger.ledger import Ledger
    from debrief.delivery.mail.mailer import Mailer
    from debrief.delivery.rules.rules import RuleSource
    from debrief.kaltura.api.client import Kaltura
    from debrief.settings import Settings


def no_rules() -> RuleSource:
    """The rules of an installation without a rules file."""
    return lazy(_no_rules)


def _no_rules() -> RuleSource:
    from debrief.delivery.rules.rules import NO_RULES

    return NO_RULES


@dataclass(frozen=True)
class Services:
    """Kaltura, the three places that things leave to, the settings, a clock that gives UTC, and who gets what.

    `people_key` gives the key of the index of people, see people.py; none where none is configured. `unsent` are the
    attempts, by name and time, of which this process knows that no mail went out, and the ledger does not.
    """

    kaltura: Kaltura
    archive: Archive
    ledger: Ledger
    mailer: Mailer
    settings: Settings
    clock: Callable[[], datetime]
    rules: RuleSource = field(default_factory=no_rules)
    people_key: Callable[[], bytes] = field(default=bytes, repr=False)
    unsent: set[tuple[str, datetime]] = field(default_factory=set, repr=False)
