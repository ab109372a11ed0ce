"""Find the recipients of a report by the rules, and leave out suppressed, unsubscribed and erased addresses."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from debrief.delivery.ledger.suppressions import find_blocks_and_digests
from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.rules.rule import DIGESTS
from debrief.delivery.rules.rules import BAD_ADDRESS, Plan, Recipient
from debrief.model import Organizer, SessionData, Tier, VirtualEvent
from debrief.pipeline.privacy.tombstones import ERASED, tombstones
from debrief.util.channel_address import channel_in

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Delivery, Note
    from debrief.pipeline.services import Services

log = logging.getLogger(__name__)

_SUPPRESSED = "Emails to this address bounced or were reported as spam."
_UNSUBSCRIBED = "The recipient has unsubscribed from all reports."
_UNSUBSCRIBED_HERE = "The recipient has unsubscribed from the reports of this room."


@dataclass(frozen=True, slots=True)
class NotMailed:
    """The id of a recipient who gets no email, and the reason: one sentence without personal data."""

    recipient_id: str
    reason: str


def recipients_of(services: Services, data: SessionData) -> tuple[Recipient, ...]:
    """Return who gets the report of a session. Raises BadSettings or RetryLater if the rules cannot be read."""
    plan = plan_of(services, data)
    for left_out in plan.left_out:
        if left_out.reason == BAD_ADDRESS:
            log.warning("An organizer of session %s has no valid email address.", data.session.cue_point_id)
    return plan.recipients


def event_recipients_of(services: Services, event: VirtualEvent) -> tuple[Recipient, ...]:
    """Return who gets the report of a virtual event. Raises the errors of `recipients_of`."""
    return services.rules.current().event_plan(event, services.settings.mail_to).recipients


def plan_of(services: Services, data: SessionData) -> Plan:
    """Return who gets the report of a session and who does not. Raises the errors of `recipients_of`."""
    organizers = data.organizers or ([Organizer(data.host, "host")] if data.host else [])
    mail_to, is_host_known = services.settings.mail_to, _is_host_known(data, organizers)
    return services.rules.current().plan(
        data.session, organizers, data.virtual_event, mail_to, is_host_known=is_host_known
    )


def _is_host_known(data: SessionData, organizers: Iterable[Organizer]) -> bool:
    """Return whether every host and each host's address are known: Kaltura may hide a host, or all users."""
    from debrief.kaltura.sessions.organizers import ORGANIZERS_CUT, ORGANIZERS_FAILED, USERS_UNREADABLE

    hosts = [organizer.person for organizer in organizers if organizer.role == "host"]
    codes = {finding.code for finding in data.findings}
    # Hosts come first in the list. If the list was cut and names only hosts, some hosts may be missing.
    is_cut = ORGANIZERS_CUT in codes and len(hosts) == len(data.organizers)
    is_hidden = bool({USERS_UNREADABLE.code, ORGANIZERS_FAILED.code} & codes) and not all(host.email for host in hosts)
    return bool(hosts) and not is_cut and not is_hidden


def tiers_for(deliveries: Iterable[Delivery], recipients: Iterable[Recipient]) -> set[Tier]:
    """Return the tiers that need documents: the tiers of the recipients, and of everybody who already has a link.

    An export without emails must not remove the documents of these links. `deliveries` are all of the session.
    """
    of_links: set[Tier] = {delivery.tier for delivery in deliveries}
    return of_links | {recipient.tier for recipient in recipients}


def deliverable(
    services: Services, recipients: Sequence[Recipient], entry_id: str
) -> tuple[Sequence[Recipient], Sequence[NotMailed]]:
    """Return who may get emails about a room, and who may not: erased, suppressed or unsubscribed.

    A recipient's own choice between emails and digests replaces that of the rules.
    """
    kept: list[Recipient] = []
    left_out: list[NotMailed] = []
    if not recipients:
        return kept, left_out
    stones, keys = tombstones(services), [recipient_id(recipient.address) for recipient in recipients]
    blocks, choices = find_blocks_and_digests(services.ledger, keys, entry_id)
    for recipient, key in zip(recipients, keys, strict=True):
        if channel_in(recipient.address):  # nobody unsubscribes a channel, except in the rules file
            kept.append(recipient)
            continue
        block = blocks.get(key)
        if reason := ERASED if stones.has(recipient.address) else _reason(block) if block else "":
            left_out.append(NotMailed(key, reason))
        else:
            own = DIGESTS.get(choices[key]) if key in choices else None
            kept.append(replace(recipient, digest=own, chose_digest=True) if key in choices else recipient)
    return kept, left_out


def _reason(block: Note) -> str:
    if block.kind == "suppressed":
        return _SUPPRESSED
    return _UNSUBSCRIBED_HERE if "/" in block.subject else _UNSUBSCRIBED
