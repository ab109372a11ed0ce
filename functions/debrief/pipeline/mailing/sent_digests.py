"""Find the sessions of a room whose reports a recipient got in a digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.delivery.ledger.ledger import DIGEST
from debrief.delivery.ledger.suppressions import unsubscription
from debrief.pipeline.mailing.add_to_digests import occasion_of

if TYPE_CHECKING:
    from collections.abc import Container

    from debrief.pipeline.services import Services


def sessions_in_sent_digests(
    services: Services, recipient_id: str, entry_id: str, cue_point_ids: Container[str]
) -> set[str]:
    """Return those of a room's sessions that are in digests that were sent to a recipient.

    A digest leaves out a room from which its recipient has unsubscribed. The ledger has only the last choice, so a
    digest counts only if that choice says that the room was in it.
    """
    by_label: dict[str, set[str]] = {}
    for note in services.ledger.notes("listed", f"{recipient_id}/"):
        _, label, cue_point_id = note.subject.split("/", 2)
        if cue_point_id in cue_point_ids:
            by_label.setdefault(label, set()).add(cue_point_id)
    if not by_label:
        return set()
    room = f"{recipient_id}/{entry_id}"
    choice, stops = services.ledger.note("unsubscribed", room), unsubscription(services.ledger, room) is not None
    found: set[str] = set()
    for label, sessions in by_label.items():
        digest = services.ledger.delivery(DIGEST, 1, recipient_id, occasion_of(label))
        if digest is None or digest.state != "sent" or digest.at is None:
            continue
        if choice is None or (choice.at < digest.at) != stops:
            found |= sessions
    return found
