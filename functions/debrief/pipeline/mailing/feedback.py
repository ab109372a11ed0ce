"""Read SES's events about sent emails: a bounce or complaint suppresses the address, a delivery confirms a sending.

SNS carries them in the event publishing format, or as older notifications without tags. They come late,
twice and in any order: a failure overrules a success, and a repeated event changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from debrief.delivery.ledger.ledger import CLAIMED_STATES, Delivery, DeliveryState, Note
from debrief.delivery.ledger.suppressions import find_suppression, record_trouble
from debrief.delivery.mail.addresses import recipient_id
from debrief.delivery.mail.mailer import FORM_TAG, MAIL_TAG, WITHOUT_FILES
from debrief.errors import BadRequest, BadSettings, Conflict

if TYPE_CHECKING:
    from debrief.pipeline.services import Services

FeedbackKind: TypeAlias = Literal[
    "bounced", "too large", "returned", "complained", "put off", "delayed", "rejected", "delivered", "other"
]


@dataclass(frozen=True, slots=True)
class FeedbackOutcome:
    """The kind of an event and what it changed, without addresses."""

    kind: FeedbackKind
    suppressed: tuple[str, ...] = ()  # recipient ids that get no more emails
    delivery: Delivery | None = None  # the email's new state; None when the ledger does not know it


@dataclass(frozen=True, slots=True)
class _Effect:
    """The new state of a delivery and the reason; `stops` is why its addresses get no more emails."""

    to: DeliveryState
    from_states: frozenset[DeliveryState]  # the states that it replaces
    reason: str = ""
    stops: str = ""
    without_files: bool = False  # send it again without attachments


_OUT = frozenset[DeliveryState]({*CLAIMED_STATES, "unknown", "sent"})
_EFFECTS: Mapping[FeedbackKind, _Effect] = {
    "bounced": _Effect(
        "refused",
        _OUT,
        "The recipient's mail server refused the email permanently.",
        "An earlier email to this address was refused permanently; no more are sent to it.",
    ),
    "complained": _Effect(
        "refused",
        _OUT,
        "The recipient reported the email as spam.",
        "The recipient reported an earlier email as spam; no more are sent to this address.",
    ),
    "too large": _Effect(
        "pending",
        _OUT,
        "The email was too large for the recipient's mail server; it is sent again without attachments.",
        without_files=True,
    ),
    "returned": _Effect("refused", _OUT),
    "rejected": _Effect(
        "refused", _OUT, "SES accepted the email and then did not send it, for example because of a virus."
    ),
    "delivered": _Effect("sent", frozenset({*CLAIMED_STATES, "unknown"})),
}
_KINDS: Mapping[str, FeedbackKind] = {  # by type of event; Bounce and Complaint have types of their own
    "DeliveryDelay": "delayed",
    "Reject": "rejected",
    "Rendering Failure": "rejected",
    "Delivery": "delivered",
    "Send": "other",
    "Open": "other",
    "Click": "other",
    "Subscription": "other",
}
_BOUNCES: Mapping[str, FeedbackKind] = {
    "Permanent": "bounced",
    "Transient": "put off",  # such as an absence notice: the email may have arrived
    "Undetermined": "put off",
}
# Transient bounces that SES does not try again, by subtype: their kind, and the reason shown to the admin.
_FINAL: Mapping[str, tuple[FeedbackKind, str]] = {
    "MessageTooLarge": ("too large", "The recipient's mail server refused the email as too large."),
    "AttachmentRejected": ("too large", "The recipient's mail server refused the email's attachment."),
    "ContentRejected": ("returned", "The recipient's mail server refused the email's content."),
    "MailboxFull": ("returned", "The recipient's mailbox is full."),
    "CustomTimeoutExceeded": ("returned", "The recipient's mail server could not be reached in time."),
}
_NO_COMPLAINTS = ("not-spam", "auth-failure")  # RFC 5965, 6591: no complaint
_NAME = re.compile(  # as deliver.mail_name writes it; an encoded id cannot be a tag
    r"(?P<cue_point_id>[A-Za-z0-9_-]{1,80})-r(?P<revision>[1-9][0-9]{0,5})-(?P<recipient_id>[0-9a-f]{16})"
    r"(?:-(?P<occasion>[A-Za-z0-9_-]{1,80}))?"
)
_MOST_RECIPIENTS = 50  # SES's own limit for a mail
_TRIES = 5


def take_feedback(services: Services, message: Mapping[str, Any]) -> FeedbackOutcome:
    """Record one SES event in the ledger.

    A permanent bounce or a complaint suppresses the address, and the delivery becomes `refused`. After a rejection or a
    return the delivery becomes `refused`, too. An email that was too large is sent once more without its attachment. A
    delivery confirms an email of unknown state as sent. Raises RetryLater. Raises BadRequest, without quoting the
    message, if it is not an SES event.
    """
    kind, mail = _kind(message), _object(message, "mail")
    known = _delivery(services, mail)
    if kind == "too large" and (known is None or known.occasion or known.without_files):
        kind = "returned"  # there is no attachment that could be left out
    effect = _EFFECTS.get(kind)
    if effect and kind == "returned":
        effect = replace(effect, reason=_FINAL[_subtype(message)][1])
    tags = mail.get("tags")
    is_smaller = isinstance(tags, Mapping) and tags.get(FORM_TAG) == [WITHOUT_FILES]
    if effect is None or (known and not effect.stops and known.without_files and not is_smaller):
        return FeedbackOutcome(kind, delivery=known)  # also if the event is about the first of two sendings
    suppressed = _suppress(services, effect.stops, _affected_recipients(message, kind, known)) if effect.stops else ()
    return FeedbackOutcome(kind, suppressed, _apply(services, effect, known) if known else None)


def _kind(message: Mapping[str, Any]) -> FeedbackKind:
    event = message.get("eventType", message.get("notificationType"))
    if event == "Complaint":
        return "other" if _object(message, "complaint").get("complaintFeedbackType") in _NO_COMPLAINTS else "complained"
    if event == "Bounce" and (final := _FINAL.get(_subtype(message))):
        return final[0]
    kinds, name = (_BOUNCES, _object(message, "bounce").get("bounceType")) if event == "Bounce" else (_KINDS, event)
    if not isinstance(name, str) or name not in kinds:
        raise BadRequest("The message is not an SES event that this version knows.")
    return kinds[name]


def _subtype(message: Mapping[str, Any]) -> str:
    """Return the subtype of a transient bounce; blank for all else."""
    match message.get("bounce"):
        case {"bounceType": "Transient", "bounceSubType": str(subtype)}:
            return subtype
    return ""


def _object(message: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = message.get(name)
    if not isinstance(found, Mapping):
        raise BadRequest(f"The SES event has no object {name}.")
    return found


def _delivery(services: Services, mail: Mapping[str, Any]) -> Delivery | None:
    """Return the delivery whose name the mail was tagged with, if the mail went to its recipient."""
    tags = mail.get("tags")
    names = _short_list(tags.get(MAIL_TAG)) if isinstance(tags, Mapping) else []
    match = _NAME.fullmatch(names[0]) if len(names) == 1 and isinstance(names[0], str) else None
    if match is None or match["recipient_id"] not in _recipients(_short_list(mail.get("destination"))):
        return None
    occasion = match["occasion"] or ""
    return services.ledger.delivery(match["cue_point_id"], int(match["revision"]), match["recipient_id"], occasion)


def _affected_recipients(message: Mapping[str, Any], kind: FeedbackKind, known: Delivery | None) -> list[str]:
    """Return the recipients in the event and in the delivery.

    They differ if the email was forwarded and then bounced.
    """
    part, name = ("bounce", "bouncedRecipients") if kind == "bounced" else ("complaint", "complainedRecipients")
    listed = [
        entry.get("emailAddress") for entry in _short_list(_object(message, part).get(name)) if isinstance(entry, dict)
    ]
    found = list(dict.fromkeys([*_recipients(listed), *([known.recipient_id] if known else [])]))
    if not found:
        raise BadRequest("The SES event names no address.")
    return found


def _suppress(services: Services, why: str, recipients: list[str]) -> tuple[str, ...]:
    """Suppress recipients that are not suppressed yet. Returns these."""
    new = tuple(one for one in recipients if find_suppression(services.ledger, one) is None)
    for one in new:
        services.ledger.put_note(Note("suppressed", one, services.clock(), why))
    return new


def _short_list(values: object) -> list[Any]:
    return values if isinstance(values, list) and len(values) <= _MOST_RECIPIENTS else []


def _recipients(addresses: list[Any]) -> list[str]:
    """Return the ids of the addresses, without those to which Debrief could not have sent an email."""
    found = (_recipient(address) for address in addresses if isinstance(address, str))
    return [one for one in found if one]


def _recipient(address: str) -> str | None:
    try:
        return recipient_id(address)
    except BadSettings:
        return None


def _apply(services: Services, effect: _Effect, known: Delivery) -> Delivery:
    """Change the delivery as the event demands. Raises Conflict when other processes keep changing it."""
    found = known
    for _ in range(_TRIES):
        moved: Delivery | None = found
        if found.state in effect.from_states:
            changed = replace(found, without_files=effect.without_files or found.without_files)
            moved = services.ledger.move(changed, effect.to, at=services.clock(), reason=effect.reason)
        if moved is not None:
            if moved.state == effect.to == "refused":  # also when a run before this one was killed right here
                record_trouble(services.ledger, moved, services.clock())
            return moved
        key = found.cue_point_id, found.revision, found.recipient_id, found.occasion
        found = services.ledger.delivery(*key) or found
    raise Conflict("Other processes keep changing the record of this email.", after=5)
