"""Send one email or message once: compose it, claim it, record that it is being sent, send it, record the result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import ADMIN, CLAIMED_STATES, DIGEST, OPEN
from debrief.delivery.ledger.suppressions import (
    end_block,
    find_blocks,
    record_block,
    record_trouble,
)
from debrief.errors import (
    BadRequest,
    DebriefError,
    GiveUp,
    MailBlocked,
    NoRecipient,
    NothingToSend,
    NotReady,
    OutcomeUnknown,
    RecipientBlocked,
    RetryLater,
)
from debrief.pipeline.mailing.current_tier import current_tier
from debrief.pipeline.mailing.report_mail import newest_revision, write_mail
from debrief.pipeline.mailing.senders import mail_name, sender_of
from debrief.pipeline.mailing.stale_claims import CLAIM_LASTS, must_wait
from debrief.pipeline.mailing.written_mail import WrittenMail
from debrief.pipeline.privacy.tombstones import ERASED, tombstones

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import Delivery, DeliveryState
    from debrief.orders import DeliveryOrder
    from debrief.pipeline.services import Services

_ANOTHER = "Another run is sending this email."


def deliver(services: Services, order: DeliveryOrder) -> DeliveryState:
    """Send one email if it was not sent yet. Returns its state: sent, stopped, refused, unknown or pending.

    An email stays pending while no email can be sent, or none to its recipient (MailBlocked: configuration or quota).
    stale_claims.py orders it again. It becomes `refused` if its documents are missing or damaged, or if the mailer
    rejects it permanently.

    Raises RetryLater if the email was certainly not sent; NotReady, too, while another run sends or may be sending it,
    or while its documents are being written. Raises GiveUp if a setting is wrong or the ledger has no such email.
    """
    delivery = _delivery_of(services, order)
    if delivery.state in CLAIMED_STATES:
        return _resolve_claim(services, delivery)
    if delivery.state != "pending":
        return delivery.state
    if must_wait(services.ledger, delivery, services.clock()):
        return "pending"
    return _send_or_keep_pending(services, delivery)


def record_why_unwritten(services: Services, order: DeliveryOrder, reason: str) -> DeliveryState:
    """Record why a pending email cannot be composed. Returns the state of a finished email, else `pending`."""
    delivery = _delivery_of(services, order)
    if delivery.state not in OPEN:
        return delivery.state
    if delivery.state == "pending":
        services.ledger.move(delivery, "pending", at=services.clock(), reason=reason)
    return "pending"


def _delivery_of(services: Services, order: DeliveryOrder) -> Delivery:
    delivery = services.ledger.delivery(order.cue_point_id, order.revision, order.recipient_id, order.occasion)
    if delivery is None:
        raise NoRecipient(f"The ledger has no such email for session {order.cue_point_id}.")
    return delivery


def _resolve_claim(services: Services, delivery: Delivery) -> DeliveryState:
    """Continue with an email that an earlier run claimed.

    If it may have been sent, it is sent again only if the mailer says that it was not, or the receiver recognizes it.
    """
    if (mail_name(delivery), delivery.at) in services.unsent:
        return _send_or_keep_pending(services, delivery)
    sender = sender_of(services, delivery)
    sent = sender.was_sent(delivery)
    if sent:
        return _change_state(services, delivery, "sent", "")
    if sent is False:
        return _send_or_keep_pending(services, delivery)
    if delivery.at is not None and services.clock() - delivery.at < CLAIM_LASTS:
        raise NotReady("Another run may be sending this email.", after=CLAIM_LASTS.total_seconds())
    if delivery.state == "claimed" or sender.is_repeatable:
        return _send_or_keep_pending(services, delivery)
    return _change_state(
        services, delivery, "unknown", "The run that was sending this email ended before recording the result."
    )


def _send_or_keep_pending(services: Services, delivery: Delivery) -> DeliveryState:
    """Send an email that is pending, or was claimed and certainly not sent, with the newest figures."""
    try:
        return _compose_claim_and_send(services, delivery)
    except GiveUp as error:  # a setting is wrong or unreadable: the email waits until the setting is corrected
        services.ledger.move(delivery, "pending", at=services.clock(), reason=str(error))
        raise


def _compose_claim_and_send(services: Services, delivery: Delivery) -> DeliveryState:
    if reason := _why_stopped(services, delivery):
        return _change_state(services, delivery, "stopped", reason)
    if delivery.channel:
        from debrief.pipeline.mailing.channel_attempts import why_disabled

        if reason := why_disabled(services.ledger, delivery):
            return _change_state(services, delivery, "refused", reason)
    delivery = _by_current_rules(services, delivery)
    try:
        written = write_mail(services, delivery)
    except NothingToSend as error:
        return _change_state(services, delivery, "stopped", str(error))
    except (NoRecipient, BadRequest) as error:  # the documents are missing or damaged, and waiting does not help
        return _change_state(services, delivery, "refused", str(error))
    delivery = replace(delivery, mailed=written.revision, dated=written.date or delivery.dated)
    claimed = services.ledger.move(delivery, "claimed", at=services.clock())
    if claimed is None:
        raise NotReady(_ANOTHER, after=CLAIM_LASTS.total_seconds())
    # Check again: an export that finished before the claim relies on this email to show its revision. An export that
    # finishes after the claim sees the claim, and waits for the result.
    try:
        newest = newest_revision(services, claimed)
    except DebriefError:
        _change_state(services, claimed, "pending", "")
        raise
    if newest != written.revision:
        _change_state(services, claimed, "pending", "")
        raise NotReady("The session's documents have just been rewritten.", after=1)
    now = services.clock()
    with _certainly_unsent(services, replace(claimed, at=now)):
        sending = services.ledger.move(claimed, "sending", at=now)
    if sending is None:
        raise NotReady(_ANOTHER, after=CLAIM_LASTS.total_seconds())
    return _send(services, sending, written)


def _why_stopped(services: Services, delivery: Delivery) -> str:
    """Return why this recipient gets no email or message; blank if it gets it."""
    is_report = delivery.cue_point_id != ADMIN  # of a session, or a digest of reports
    is_of_session = delivery.cue_point_id not in {ADMIN, DIGEST}
    record = services.ledger.session(delivery.cue_point_id) if is_of_session else None
    blocks = find_blocks(services.ledger, [delivery.recipient_id], record.entry_id if record else "")
    block = blocks.get(delivery.recipient_id)
    if block and block.kind == "suppressed":
        return block.detail or "Emails to this address bounced or were reported as spam; no more are sent to it."
    if delivery.channel:
        from debrief.pipeline.mailing.report_events import why_stopped

        return why_stopped(services, delivery, record)
    # Admins are not compared with the erased people: `tombstones` raises if the people key is wrong, and the admin must
    # get the email about this.
    if not is_report:
        return ""
    if tombstones(services).has(delivery.address):
        return ERASED
    if services.rules.current().is_never(delivery.address):
        return "The address is on the rules file's never list."
    return "The recipient has unsubscribed from these emails." if block else ""


def _by_current_rules(services: Services, delivery: Delivery) -> Delivery:
    """Lower the tier if the rules changed after the email was ordered and now allow less.

    If they allow no email at all, _why_stopped has stopped the email before.
    """
    if delivery.rules == services.rules.current().digest or delivery.cue_point_id in {ADMIN, DIGEST}:
        return delivery
    record = services.ledger.session(delivery.cue_point_id)
    if record is None:
        return delivery
    tier = current_tier(services, record, delivery.address, delivery.tier)
    return replace(delivery, tier=tier or delivery.tier)


def _send(services: Services, delivery: Delivery, written: WrittenMail) -> DeliveryState:
    # `unsent` may have an earlier attempt at the same instant. Remove it, because this attempt may succeed.
    services.unsent.discard((mail_name(delivery), delivery.at))
    sender = sender_of(services, delivery)
    try:
        sender.send(delivery, written)
    except OutcomeUnknown as error:
        if sender.is_repeatable:
            return _try_again_later(services, delivery, error)
        return _change_state(services, delivery, "unknown", str(error))
    except DebriefError as error:
        with _certainly_unsent(services, delivery):
            if sender.is_repeatable and isinstance(error, RetryLater):
                return _try_again_later(services, delivery, error)
            return _handle_unsent(services, delivery, error)
    if delivery.channel:
        from debrief.pipeline.mailing.channel_attempts import enable

        enable(services.ledger, delivery.recipient_id, services.clock())
    else:
        end_block(services.ledger, services.clock())
    return _change_state(services, delivery, "sent", "")


def _try_again_later(services: Services, delivery: Delivery, error: DebriefError) -> DeliveryState:
    """Keep a message pending for its next attempt, or refuse it after the last one.

    Raises NotReady if the next attempt is so soon that the order of this one can wait for it.
    """
    from debrief.pipeline.mailing.channel_attempts import record_failed_attempt

    pause, reason = record_failed_attempt(services.ledger, delivery, error, services.clock())
    if pause is None:
        return _change_state(services, delivery, "refused", reason)
    _change_state(services, delivery, "pending", "")
    if pause < CLAIM_LASTS:
        raise NotReady(str(error), after=pause.total_seconds())
    return "pending"


def _handle_unsent(services: Services, delivery: Delivery, error: DebriefError) -> DeliveryState:
    """Record why an email was not sent. Raises `error` again if it is temporary."""
    if isinstance(error, RetryLater):
        _change_state(services, delivery, "pending", "")
        raise error
    if isinstance(error, MailBlocked):
        if not (isinstance(error, RecipientBlocked) or delivery.channel):
            record_block(services.ledger, str(error), services.clock())
        return _change_state(services, delivery, "pending", str(error))
    return _change_state(services, delivery, "refused", str(error))


@contextmanager
def _certainly_unsent(services: Services, delivery: Delivery) -> Iterator[None]:
    """If the ledger cannot be written, remember in this process that nothing was sent."""
    try:
        yield
    except DebriefError:
        if delivery.at is not None:
            services.unsent.add((mail_name(delivery), delivery.at))
        raise


def _change_state(services: Services, delivery: Delivery, to: DeliveryState, reason: str) -> DeliveryState:
    """Change the state of a delivery, and return the state. If it is a failure, record the admin's problem first.

    In the other order, a run that is killed between the two would leave a failure without a notice to the admin.
    """
    if to in {"refused", "unknown"}:
        now = services.clock()
        record_trouble(services.ledger, replace(delivery, state=to, reason=reason, at=now), now)
    if delivery.cue_point_id == DIGEST and to in {"refused", "stopped"}:
        from debrief.pipeline.mailing.daily_section import release_daily

        release_daily(services, delivery)
    services.ledger.move(delivery, to, at=services.clock(), reason=reason)
    return to
