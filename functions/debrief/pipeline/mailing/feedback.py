"""Read SES's events about sent emails: a bounce or complaint suppresses the address, a Delivery event confirms arrival.

SNS carries the events in the event publishing format, or as older notifications without tags. They may come late, more
than once and in any order: a failure overrules a success, and a repeated event changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
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
    delivery: Delivery | None = None  # the email with its new state; None if the email is not in the ledger


@dataclass(frozen=True, slots=True)
class _Effect:
    """What an event does to a delivery."""

    to: DeliveryState
    from_states: frozenset[DeliveryState]  # the states that `to` replaces
    reason: str = ""
    suppression_reason: str = ""  # why the address gets no more emails; blank: it still gets emails
    without_files: bool = False  # send the email again without attachments


_PERHAPS_SENT = frozenset[DeliveryState]({*CLAIMED_STATES, "unknown", "sent"})
_EFFECTS: Mapping[FeedbackKind, _Effect] = {
    "bounced": _Effect(
        "refused",
        _PERHAPS_SENT,
        "The recipient's mail server refused the email permanently.",
        "An earlier email to this address was refused permanently; no more are sent to it.",
    ),
    "complained": _Effect(
        "refused",
        _PERHAPS_SENT,
        "The recipient reported the email as spam.",
        "The recipient reported an earlier email as spam; no more are sent to this address.",
    ),
    "too large": _Effect(
        "pending",
        _PERHAPS_SENT,
        "The email was too large for the recipient's mail server; it is sent again without attachments.",
        without_files=True,
    ),
    "returned": _Effect("refused", _PERHAPS_SENT),
    "rejected": _Effect(
        "refused", _PERHAPS_SENT, "SES accepted the email and then did not send it, for example because of a virus."
    ),
    "delivered": _Effect("sent", frozenset({*CLAIMED_STATES, "unknown"})),
}
_KINDS: Mapping[str, FeedbackKind] = {  # by the event's type, except Bounce and Complaint
    "DeliveryDelay": "delayed",  # SES tries again
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
    "Transient": "put off",  # for example an absence notice: the email may have arrived
    "Undetermined": "put off",
}
# Transient bounces after which SES does not try again, by subtype: their kind, and the reason shown to the admin.
_FINAL: Mapping[str, tuple[FeedbackKind, str]] = {
    "MessageTooLarge": ("too large", "The recipient's mail server refused the email as too large."),
    "AttachmentRejected": ("too large", "The recipient's mail server refused the email's attachment."),
    "ContentRejected": ("returned", "The recipient's mail server refused the email's content."),
    "MailboxFull": ("returned", "The recipient's mailbox is full."),
    "CustomTimeoutExceeded": ("returned", "The recipient's mail server could not be reached in time."),
}
_NO_COMPLAINTS = ("not-spam", "auth-failure")  # feedback types that are no complaint (RFC 5965, RFC 6591)
_NAME = re.compile(  # the format of deliver.mail_name; SES accepts no % in a tag, so there are no encoded ids
    r"(?P<cue_point_id>[A-Za-z0-9_-]{1,80})-r(?P<revision>[1-9][0-9]{0,5})-(?P<recipient_id>[0-9a-f]{16})"
    r"(?:-(?P<occasion>[A-Za-z0-9_-]{1,80}))?"
)
_MOST_RECIPIENTS = 50  # SES's limit for an email
_TRIES = 5


def take_feedback(services: Services, message: Mapping[str, Any]) -> FeedbackOutcome:
    """Record one SES event in the ledger.

    A permanent bounce or a complaint suppresses the address, and the email becomes `refused`. After a rejection, or a
    temporary bounce that SES does not retry, the email becomes `refused` without a suppression. An email that was too
    large is sent once more without its attachment. A Delivery event confirms that an email of unknown state was sent.
    Raises RetryLater if the ledger cannot be used, BadRequest, without quoting the message, if it is not an SES event.
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
    # The event may be about the first sending of an email that was then sent again without attachments.
    is_about_first = known is not None and known.without_files and not is_smaller
    why = effect.suppression_reason if effect else ""
    if effect is None or (is_about_first and not why):
        return FeedbackOutcome(kind, delivery=known)
    suppressed = _suppress(services, why, _affected_recipients(message, kind, known)) if why else ()
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
    """Return the subtype of a transient bounce; blank for other events."""
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
    """Return the delivery that the email's tag names, if the email was sent to the delivery's recipient."""
    tags = mail.get("tags")
    names = _short_list(tags.get(MAIL_TAG)) if isinstance(tags, Mapping) else []
    match = _NAME.fullmatch(names[0]) if len(names) == 1 and isinstance(names[0], str) else None
    if match is None or match["recipient_id"] not in _recipients(_short_list(mail.get("destination"))):
        return None
    occasion = match["occasion"] or ""
    return services.ledger.delivery(match["cue_point_id"], int(match["revision"]), match["recipient_id"], occasion)


def _affected_recipients(message: Mapping[str, Any], kind: FeedbackKind, known: Delivery | None) -> list[str]:
    """Return the recipients in the event and in the delivery, which differ if a forwarded email bounced."""
    part, name = ("bounce", "bouncedRecipients") if kind == "bounced" else ("complaint", "complainedRecipients")
    listed = [
        entry.get("emailAddress") for entry in _short_list(_object(message, part).get(name)) if isinstance(entry, dict)
    ]
    found = list(dict.fromkeys([*_recipients(listed), *([known.recipient_id] if known else [])]))
    if not found:
        raise BadRequest("The SES event names no address.")
    return found


def _suppress(services: Services, why: str, recipients: list[str]) -> tuple[str, ...]:
    """Suppress recipients. Returns the newly suppressed ones."""
    new = tuple(each for each in recipients if find_suppression(services.ledger, each) is None)
    for each in new:
        services.ledger.put_note(Note("suppressed", each, services.clock(), why))
    return new


def _short_list(values: object) -> list[Any]:
    return values if isinstance(values, list) and len(values) <= _MOST_RECIPIENTS else []


def _recipients(addresses: list[Any]) -> list[str]:
    """Return the ids of the addresses; an address to which Debrief cannot send an email is left out."""
    found = []
    for address in addresses:
        if isinstance(address, str):
            with suppress(BadSettings):
                found.append(recipient_id(address))
    return found


def _apply(services: Services, effect: _Effect, known: Delivery) -> Delivery:
    """Apply the effect of an event to a delivery. Raises Conflict if other processes keep changing the delivery."""
    found = known
    for _ in range(_TRIES):
        moved: Delivery | None = found
        if found.state in effect.from_states:
            changed = replace(found, without_files=effect.without_files or found.without_files)
            moved = services.ledger.move(changed, effect.to, at=services.clock(), reason=effect.reason)
        if moved is not None:
            if moved.state == effect.to == "refused":  # repeated if an earlier run was killed before the next line
                record_trouble(services.ledger, moved, services.clock())
            return moved
        key = found.cue_point_id, found.revision, found.recipient_id, found.occasion
        found = services.ledger.delivery(*key) or found
    raise Conflict("Other processes keep changing the record of this email.", after=5)
