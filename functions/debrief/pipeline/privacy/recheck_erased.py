"""Repeat an export when a person was erased during it, so that the export does not restore the person."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from debrief.delivery.ledger.ledger import OPEN
from debrief.errors import RetryLater
from debrief.pipeline.privacy.tombstones import ERASED, Tombstones, tombstones
from debrief.pipeline.services import Services

T = TypeVar("T")
log = logging.getLogger(__name__)


def repeat_if_erased_meanwhile(services: Services, cue_point_id: str, work: Callable[[Services], T]) -> T:
    """Do the work, and repeat it if a person was erased in the meantime, also after a conflict with the erasure.

    The work gets services with the tombstones of its start, which it need not read again.

    In a bucket, files that name the person stay as old versions until `debrief erase` runs again; docs/operate.md
    explains the warning.
    """
    before = tombstones(services)
    while True:
        conflict: RetryLater | None = None
        try:
            result = work(replace(services, erased=before.hashes))
        except RetryLater as error:
            conflict = error
        after = tombstones(services)
        if after.hashes == before.hashes:
            if conflict:
                raise conflict
            return result
        log.warning("A person was erased while session %s was written; the session is written again.", cue_point_id)
        _forget_mails(services, after, cue_point_id)
        before = after


def _forget_mails(services: Services, stones: Tombstones, cue_point_id: str) -> None:
    """Stop and anonymize emails to erased people that were added after the erasure had searched for them."""
    for mail in [each for each in services.ledger.deliveries(cue_point_id) if stones.has(each.address)]:
        is_open = mail.state in OPEN
        stopped = services.ledger.move(mail, "stopped", at=services.clock(), reason=ERASED) if is_open else None
        services.ledger.forget(stopped or mail)
    services.ledger.compact()
