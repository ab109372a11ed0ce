"""Read and write notes: suppressions, unsubscriptions, revocations, blocks, and problems for the admin."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from debrief.delivery.ledger.ledger import Delivery, Ledger, Link, Note, NoteKind
from debrief.errors import Unavailable

_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=15), timedelta(hours=6)
WANTED_AGAIN = "The recipient wants these mails again."  # detail of a cancelled unsubscription, which is not deleted
_CURRENT = "current"
_KEY_SETTLES = timedelta(minutes=10)  # processes read a changed secret within five minutes
_KEY_CHANGED = "The link signing key was changed a moment ago, so the email waits until every process has the new one."


def find_suppression(ledger: Ledger, recipient_id: str) -> Note | None:
    """Return the suppression of an address that bounced or complained; None if there is none."""
    return ledger.note("suppressed", recipient_id)


def find_unsubscription(ledger: Ledger, recipient_id: str, entry_id: str) -> Note | None:
    """Return a recipient's unsubscription from all emails, or else from this room's emails; None if there is none.

    With a blank entry id only the unsubscription from all emails is returned.
    """
    from_all = unsubscription(ledger, recipient_id)
    if from_all or not entry_id:
        return from_all
    return unsubscription(ledger, f"{recipient_id}/{entry_id}")


def find_blocks_and_digests(
    ledger: Ledger, recipient_ids: Collection[str], entry_id: str
) -> tuple[dict[str, Note], dict[str, str]]:
    """Return the blocks as `find_blocks` does, and by recipient id the recipient's own choice of a digest."""
    notes = ledger.notes_of([*_blocks_of(recipient_ids, entry_id), *(("digest", each) for each in recipient_ids)])
    return _by_recipient(notes), {note.subject: note.detail for note in notes if note.kind == "digest"}


def unsubscribed_rooms(ledger: Ledger, recipient_id: str, entry_ids: Collection[str]) -> set[str]:
    """Return those of the rooms from whose reports a recipient has unsubscribed."""
    wanted: list[tuple[NoteKind, str]] = [("unsubscribed", f"{recipient_id}/{each}") for each in sorted(entry_ids)]
    return {note.subject.partition("/")[2] for note in ledger.notes_of(wanted) if _is_block(note)}


def digest_choice(ledger: Ledger, recipient_id: str) -> str:
    """Return the recipient's own choice: `weekly`, `monthly` or `no`; blank if there is none."""
    note = ledger.note("digest", recipient_id)
    return note.detail if note else ""


def find_blocks(ledger: Ledger, recipient_ids: Iterable[str], entry_id: str) -> dict[str, Note]:
    """Return by recipient id the note that blocks a recipient's emails about a room, with few requests.

    A suppression comes before an unsubscription from all emails, and this before one from the room's emails.
    """
    return _by_recipient(ledger.notes_of(_blocks_of(recipient_ids, entry_id)))


def _blocks_of(recipient_ids: Iterable[str], entry_id: str) -> list[tuple[NoteKind, str]]:
    wanted: list[tuple[NoteKind, str]] = []
    for each in recipient_ids:
        wanted += [("suppressed", each), ("unsubscribed", each)]
        wanted += [("unsubscribed", f"{each}/{entry_id}")] if entry_id else []
    return wanted


def _by_recipient(notes: Iterable[Note]) -> dict[str, Note]:
    blocks: dict[str, Note] = {}
    for note in notes:
        if note.kind != "digest" and _is_block(note):
            blocks.setdefault(note.subject.partition("/")[0], note)
    return blocks


def unsubscription(ledger: Ledger, subject: str) -> Note | None:
    """Return the unsubscription of `<recipient id>` or `<recipient id>/<entry id>`; None if there is none."""
    note = ledger.note("unsubscribed", subject)
    return note if note and _is_block(note) else None


def _is_block(note: Note) -> bool:
    """Return whether a suppression or unsubscription blocks emails: an unsubscription may have been cancelled."""
    return note.kind == "suppressed" or note.detail != WANTED_AGAIN


def record_unsubscription(ledger: Ledger, subject: str, at: datetime) -> None:
    """Record an unsubscription from all emails or from one room. An earlier record is kept."""
    if not unsubscription(ledger, subject):
        ledger.put_note(Note("unsubscribed", subject, at))


def cancel_unsubscription(ledger: Ledger, subject: str, at: datetime) -> None:
    if unsubscription(ledger, subject):
        ledger.put_note(Note("unsubscribed", subject, at, WANTED_AGAIN))


def session_subject(cue_point_id: str) -> str:
    return f"session/{cue_point_id}"


def person_subject(recipient_id: str) -> str:
    return f"person/{recipient_id}"


ALL_LINKS = "all"  # subject of the revocation of all links


def is_revoked(ledger: Ledger, subject: str, issued: datetime) -> bool:
    """Return whether links of a session or a person that were issued at this time are revoked."""
    note = ledger.note("revoked", subject)
    return note is not None and note.at >= issued


def record_link_key(ledger: Ledger, key_id: str, at: datetime) -> None:
    """Record the link signing key in use. Links signed with other keys become invalid.

    For ten minutes after a change, raises Unavailable in a process with another key: by then every process has read the
    new key.
    """
    known = ledger.note("linkkey", _CURRENT)
    if known is not None and known.detail == key_id:
        return
    if known is not None and at - known.at < _KEY_SETTLES:
        raise Unavailable(_KEY_CHANGED, after=_KEY_SETTLES.total_seconds())
    ledger.put_note(Note("linkkey", _CURRENT, at, key_id))


def is_of_old_key(ledger: Ledger, link: Link) -> bool:
    """Return whether a link was signed with a key that has been replaced."""
    known = ledger.note("linkkey", _CURRENT)
    return known is not None and known.detail != link.key


def is_link_revoked(ledger: Ledger, link: Link) -> bool:
    """Return whether a link does not work, because its recipient's, its session's or all links were revoked.

    A link signed with a replaced key does not work either.
    """
    subjects = person_subject(link.recipient_id), session_subject(link.cue_point_id), ALL_LINKS
    return is_of_old_key(ledger, link) or any(is_revoked(ledger, subject, link.issued) for subject in subjects)


def record_block(ledger: Ledger, reason: str, at: datetime) -> None:
    """Record that a fault of the installation blocks all emails. The start of the block is kept."""
    if not mail_block(ledger):
        ledger.put_note(Note("blocked", "since", at, reason))
    ledger.put_note(Note("blocked", "last", at, reason))


def end_block(ledger: Ledger, at: datetime) -> None:
    if block := mail_block(ledger):
        ledger.put_note(Note("blocked", "ended", at, block.detail))
        for subject in ("last", "since"):
            ledger.put_note(Note("blocked", subject, at))


def ended_block(ledger: Ledger) -> Note | None:
    """Return when the latest block ended, and why no email could be sent; None if there was none."""
    return ledger.note("blocked", "ended")


def mail_block(ledger: Ledger) -> Note | None:
    """Return since when and why no email can be sent; None if emails can be sent."""
    note = ledger.note("blocked", "since")
    return note if note and note.detail else None


def next_attempt(ledger: Ledger) -> datetime | None:
    """Return when an email may next test whether the block has ended; None without a block. The intervals grow."""
    since = mail_block(ledger)
    last = ledger.note("blocked", "last") if since else None
    if since is None or last is None:
        return None
    return last.at + min(max(last.at - since.at, _SHORTEST_PAUSE), _LONGEST_PAUSE)


def delivery_subject(delivery: Delivery) -> str:
    return f"{delivery.cue_point_id}/{delivery.revision}/{delivery.recipient_id}/{delivery.occasion}"


def may_retry_delivery(ledger: Ledger, delivery: Delivery, at: datetime) -> bool:
    """Return whether to order a waiting email again now; if so, record the order.

    The intervals grow, because earlier orders may still be in the queue.
    """
    subject = delivery_subject(delivery)
    last = ledger.note("asked", subject)
    times = int(last.detail) if last else 0
    if last and at < last.at + min(_SHORTEST_PAUSE * 2 ** min(times, 10), _LONGEST_PAUSE):
        return False
    ledger.put_note(Note("asked", subject, at, str(times + 1)))
    return True


def record_trouble(ledger: Ledger, delivery: Delivery, at: datetime) -> None:
    """Record a problem for the admin: an email was refused or returned, or its status is unknown."""
    subject = f"{delivery.cue_point_id}/{delivery.recipient_id}"
    ledger.put_note(Note("trouble", subject, delivery.at or at, failure_sentence(delivery)))


def failure_sentence(delivery: Delivery) -> str:
    """Say what happened to an email or message that was not delivered."""
    what = f"a message to the channel {delivery.channel}" if delivery.channel else "an email"
    return f"The status of {what} is {delivery.state}: {delivery.reason}"
