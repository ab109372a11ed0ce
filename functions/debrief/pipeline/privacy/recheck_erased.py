"""Repeat an export when a person was erased during it, so that the export does not restore the person."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from debrief.delivery.ledger.ledger import OPEN
from debrief.errors import RetryLater
from debrief.pipeline.privacy.tombstones import ERASED, tombstones
from debrief.pipeline.services import Services

T = TypeVar("T")
log = logging.getLogger(__name__)


def repeat_if_erased_meanwhile(services: Services, cue_point_id: str, work: Callable[[], T]) -> T:
    """Do the work, and repeat it if a person was erased in the meantime, also after a conflict with the erasure.

    In a bucket, files that name the person stay as old versions until `debrief erase` runs again; docs/operate.md
    explains the warning.
    """
    before = _erased(services)
    while True:
        conflict: RetryLater | None = None
        try:
            result = work()
        except RetryLater as error:
            conflict = error
        after = _erased(services)
        if after == before:
            if conflict:
                raise conflict
            return result
        log.warning("A person was erased while session %s was written; the session is written again.", cue_point_id)
        _forget_mails(services, cue_point_id)
        before = after


def _erased(services: Services) -> frozenset[str]:
    return frozenset(note.subject for note in services.ledger.notes("erased"))


def _forget_mails(services: Services, cue_point_id: str) -> None:
    """Stop and anonymize emails to erased people that were added after the erasure had searched for them."""
    stones = tombstones(services)
    for mail in [each for each in services.ledger.deliveries(cue_point_id) if stones.has(each.address)]:
        is_open = mail.state in OPEN
        stopped = services.ledger.move(mail, "stopped", at=services.clock(), reason=ERASED) if is_open else None
        services.ledger.forget(stopped or mail)
    services.ledger.compact()
