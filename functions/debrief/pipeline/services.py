"""The services that the stages use; wiring.py chooses the implementations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from debrief.errors import NoRecipient
from debrief.util.lazy import lazy

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import Archive
    from debrief.delivery.channels.channel import Channel
    from debrief.delivery.ledger.ledger import Ledger, Link
    from debrief.delivery.mail.mailer import Mailer
    from debrief.delivery.rules.rules import RuleSource
    from debrief.kaltura.api.client import Kaltura
    from debrief.settings import Settings


def no_rules(*, organizers: bool = True) -> RuleSource:
    """Return the rules that apply if there is no rules file. `organizers` says whether organizers get reports."""

    def load() -> RuleSource:
        from debrief.delivery.rules.rules import NO_RULES

        return NO_RULES if organizers else replace(NO_RULES, roles=())

    return lazy(load)


def no_channel(name: str) -> Channel:
    """Raise NoRecipient: there are no channels without a rules file."""
    raise NoRecipient(f"There is no channel {name}.")


@dataclass(frozen=True)
class Services:
    """Kaltura, the archive, the ledger, the mailer, the settings, a UTC clock and the rules.

    `channel` opens the channel of the rules file with this name, and raises NoRecipient if there is none.
    `people_key` returns the key of the people index (see people_index.py), or nothing if no key is configured. `unsent`
    has the attempts that certainly sent nothing, but could not be recorded in the ledger: each has the email's
    `mail_name` (deliver.py) and the attempt's time.
    `local_link` opens the portal's list of sessions for the person who started `debrief serve`. No ledger has this
    link, and it works until the process ends. `erased` has the hashes of erased people at the start of an export,
    which is repeated if there are others at its end.
    """

    kaltura: Kaltura
    archive: Archive
    ledger: Ledger
    mailer: Mailer
    settings: Settings
    clock: Callable[[], datetime]
    rules: RuleSource = field(default_factory=no_rules)
    people_key: Callable[[], bytes] = field(default=bytes, repr=False)
    channel: Callable[[str], Channel] = field(default=no_channel, repr=False)
    unsent: set[tuple[str, datetime]] = field(default_factory=set, repr=False)
    local_link: Link | None = None
    erased: frozenset[str] | None = field(default=None, repr=False)
