"""What stands against a mail to someone, and what the admin should hear of: the ledger's marks, read and written."""

from __future__ import annotations

from datetime import datetime, timedelta

from debrief.delivery.ledger.ledger import Delivery, Ledger, Link, Mark
from debrief.errors import Unavailable

_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=15), timedelta(hours=6)
_WANTED_AGAIN = "The recipient wants these mails again."  # stands in a mark that was taken back: none is ever deleted
_CURRENT = "current"
_KEY_SETTLES = timedelta(minutes=10)  # a changed secret counts within five
_KEY_CHANGED = "The link signing key was changed a moment ago, so the email waits until every process has the new one."


def is_suppressed(ledger: Ledger, recipient_id: str) -> Mark | None:
    """That the address bounced or complained, so that it is never mailed again; None when it did not."""
    return ledger.mark("suppressed", recipient_id)


def unsubscribed(ledger: Ledger, recipient_id: str, entry_id: str) -> Mark | None:
    """That the recipient wants no mail at all, or none of this room's; None when they never said so.

    With a blank entry id only the former is looked for.
    """
    everything = stopped(ledger, recipient_id)
    if everything or not entry_id:
        return everything
    return stopped(ledger, f"{recipient_id}/{entry_id}")


def stopped(ledger: Ledger, subject: str) -> Mark | None:
    """That a recipient unsubscribed from just this, a recipient id or `<recipient id>/<entry id>`; None if not so."""
    mark = ledger.mark("unsubscribed", subject)
    return mark if mark and mark.detail != _WANTED_AGAIN else None


def stop_mails(ledger: Ledger, subject: str, at: datetime) -> None:
    """Note that a recipient unsubscribed, from all or from one room; the first time stands."""
    if not stopped(ledger, subject):
        ledger.put_mark(Mark("unsubscribed", subject, at))


def want_mails_again(ledger: Ledger, subject: str, at: datetime) -> None:
    """Take an unsubscription back."""
    if stopped(ledger, subject):
        ledger.put_mark(Mark("unsubscribed", subject, at, _WANTED_AGAIN))


def session_subject(cue_point_id: str) -> str:
    """What the revocation of a session's links is noted under."""
    return f"session/{cue_point_id}"


def person_subject(recipient_id: str) -> str:
    """What the revocation of a person's links is noted under."""
    return f"person/{recipient_id}"


ALL_LINKS = "all"  # what the revocation of every link is noted under


def is_revoked(ledger: Ledger, subject: str, issued: datetime) -> bool:
    """Whether links of a session or a person that were issued then no longer work."""
    mark = ledger.mark("revoked", subject)
    return mark is not None and mark.at >= issued


def note_link_key(ledger: Ledger, key_id: str, at: datetime) -> None:
    """Note which link signing key is in use: links of another one end. Raises Unavailable within minutes of a change.

    By then every process has read the new key, so none goes on with the old one.
    """
    known = ledger.mark("linkkey", _CURRENT)
    if known is not None and known.detail == key_id:
        return
    if known is not None and at - known.at < _KEY_SETTLES:
        raise Unavailable(_KEY_CHANGED, after=_KEY_SETTLES.total_seconds())
    ledger.put_mark(Mark("linkkey", _CURRENT, at, key_id))


def is_of_old_key(ledger: Ledger, link: Link) -> bool:
    """Whether a link was derived from a link signing key that has been replaced since."""
    known = ledger.mark("linkkey", _CURRENT)
    return known is not None and known.detail != link.key


def note_block(ledger: Ledger, reason: str, at: datetime) -> None:
    """Note that no mail can be sent, for a reason that concerns the installation; the first time stands."""
    if not blocked(ledger):
        ledger.put_mark(Mark("blocked", "since", at, reason))
    ledger.put_mark(Mark("blocked", "last", at, reason))


def end_block(ledger: Ledger, at: datetime) -> None:
    """Note that mails can be sent again."""
    if blocked(ledger):
        for subject in ("last", "since"):
            ledger.put_mark(Mark("blocked", subject, at))


def blocked(ledger: Ledger) -> Mark | None:
    """Since when, and why, no mail can be sent; None when mails can."""
    mark = ledger.mark("blocked", "since")
    return mark if mark and mark.detail else None


def next_attempt(ledger: Ledger) -> datetime | None:
    """When one mail may try whether the block has ended: after ever longer pauses. None when there is no block."""
    since, last = blocked(ledger), ledger.mark("blocked", "last")
    if since is None or last is None:
        return None
    return last.at + min(max(last.at - since.at, _SHORTEST_PAUSE), _LONGEST_PAUSE)


def is_to_be_asked(ledger: Ledger, delivery: Delivery, at: datetime) -> bool:
    """Whether a mail that was left behind is to be asked for now: after ever longer pauses. It is noted if so.

    Its messages may all be in a queue that nobody reads.
    """
    subject = f"{delivery.cue_point_id}/{delivery.revision}/{delivery.recipient_id}/{delivery.occasion}"
    last = ledger.mark("asked", subject)
    times = int(last.detail) if last else 0
    if last and at < last.at + min(_SHORTEST_PAUSE * 2 ** min(times, 10), _LONGEST_PAUSE):
        return False
    ledger.put_mark(Mark("asked", subject, at, str(times + 1)))
    return True


def note_trouble(ledger: Ledger, delivery: Delivery, at: datetime) -> None:
    """Tell the admin of a delivery that was refused or came back, or of which nobody knows what became of it."""
    subject = f"{delivery.cue_point_id}/{delivery.recipient_id}"
    reason = f"An email is {delivery.state}: {delivery.reason}"
    ledger.put_mark(Mark("trouble", subject, delivery.at or at, reason))
