"""Run the pipeline's stages on one machine: a loop in place of Lambda's queues."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, TypeVar

from debrief.delivery.archive.manifest import Manifest
from debrief.delivery.ledger.ledger import CLAIMED_STATES, DIGEST
from debrief.delivery.ledger.suppressions import failure_sentence
from debrief.errors import Conflict, DebriefError, frames
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.events.due import due_events
from debrief.pipeline.mailing.admin_schedule import due_notices
from debrief.pipeline.mailing.stale_claims import due_deliveries
from debrief.pipeline.services import Services
from debrief.pipeline.stages import deliver, run_export
from debrief.pipeline.state.revisions import manifest_of
from debrief.pipeline.state.session_records import delivery_order_of, export_order_of

log = logging.getLogger(__name__)

T = TypeVar("T")
_ELSEWHERE = "Another run is exporting it."
Result: TypeAlias = Literal["exported", "unchanged", "skipped", "failed"]


@dataclass(frozen=True)
class Outcome:
    """The result of one session in one run."""

    order: ExportOrder
    result: Result
    reason: str = ""  # why it failed or was skipped
    name: str = ""
    state: str = ""
    revision: int = 0
    files: Sequence[str] = ()
    mails: Sequence[str] = field(default=())  # the state of each email and message of this run
    messages: int = 0  # how many of `mails` are messages to channels
    mail_problems: Sequence[str] = ()

    @property
    def is_well(self) -> bool:
        return self.result != "failed" and not self.mail_problems


def run(services: Services, orders: Iterable[ExportOrder]) -> Iterator[Outcome]:
    """Export and email each session; a failure does not stop the others.

    A merged session that is due is exported after the last of its parts in `orders`.
    """
    waiting = deque(orders)
    while waiting:
        order = waiting.popleft()
        yield _run_session(services, order)
        record = services.ledger.session(order.cue_point_id)
        merged = services.ledger.session(record.merged_id) if record and record.merged_id else None
        if not merged or not merged.due or merged.due > services.clock():
            continue
        if {merged.cue_point_id, *(part.cue_point_id for part in merged.parts)}.isdisjoint(
            other.cue_point_id for other in waiting
        ):
            yield _run_session(services, export_order_of(merged, mail=order.mail))


def run_events(services: Services) -> Iterator[Outcome]:
    """Report the virtual events that are over."""
    yield from run(services, due_events(services, services.clock()))


def run_deliveries(services: Services, *, digests: bool | None = None) -> list[str]:
    """Send emails that earlier runs left waiting: all, digests, or others. Returns a sentence for each problem."""
    orders = due_deliveries(services)
    if digests is not None:
        orders = [order for order in orders if (order.cue_point_id == DIGEST) == digests]
    return deliver_all(services, orders)[1]


def run_notices(services: Services) -> list[str]:
    """Send the admin emails that are due. Returns a sentence for each problem."""
    return deliver_all(services, due_notices(services))[1]


def _run_session(services: Services, order: ExportOrder) -> Outcome:
    earlier = _manifest(services, order)
    mails = services.ledger.deliveries(order.cue_point_id) if order.mail else ()
    claimed = [delivery_order_of(mail) for mail in mails if mail.state in CLAIMED_STATES]  # left by a killed run
    deliver_all(services, claimed)  # now, because the export needs the states of these emails
    deliveries, reason = _attempt(lambda: _export(services, order), order)
    record = services.ledger.session(order.cue_point_id)
    name = record.entry_name if record else ""
    if deliveries is None:
        return Outcome(order, "failed" if reason else "skipped", reason or _ELSEWHERE, name)
    orders = dict.fromkeys([*claimed, *deliveries])
    states, problems = deliver_all(services, orders)
    channels = _channels(services, order) if orders else set()
    manifest = _manifest(services, order)
    if manifest is None:
        return Outcome(order, "skipped", record.reason if record else "", name)
    is_same = earlier is not None and (earlier.revision, earlier.state) == (manifest.revision, manifest.state)
    return Outcome(
        replace(order, start=record.start, end=record.end) if record else order,
        "unchanged" if is_same else "exported",
        name=name,
        state=manifest.state,
        revision=manifest.revision,
        files=[services.archive.location(file.key) for file in manifest.files],
        mails=states,
        messages=sum(each.recipient_id in channels for each in orders),
        mail_problems=problems,
    )


def _channels(services: Services, order: ExportOrder) -> set[str]:
    """Return the recipient ids of the session's channels; none if the ledger cannot be read."""
    mails, _ = _attempt(lambda: services.ledger.deliveries(order.cue_point_id), order)
    return {mail.recipient_id for mail in mails or () if mail.channel}


def _export(services: Services, order: ExportOrder) -> list[DeliveryOrder] | None:
    """Return the emails to send; None when another run is exporting the session."""
    try:
        return run_export(services, order)
    except Conflict:
        return None


def deliver_all(services: Services, orders: Iterable[DeliveryOrder]) -> tuple[list[str], list[str]]:
    """Send emails. Returns their states, and a sentence for each that was neither sent nor stopped on purpose."""
    states: list[str] = []
    problems: list[str] = []
    for order in orders:
        state, reason = _attempt(lambda order=order: deliver(services, order), order)  # type: ignore[misc]
        states.append(state or "waiting")
        if state not in {"sent", "stopped"}:
            problems.append(reason or _why_unsent(services, order))
    return states, problems


def _attempt(stage: Callable[[], T], order: ExportOrder | DeliveryOrder) -> tuple[T | None, str]:
    """Return the stage's result, or None and the reason of its failure."""
    try:
        return stage(), ""
    except DebriefError as error:
        return None, str(error)
    except Exception as error:  # noqa: BLE001 - logged without its message, which may contain personal data
        details = type(error).__name__, "; ".join(frames(error))
        log.error("Session %s: unexpected error %s at %s", order.cue_point_id, *details)  # noqa: TRY400
        return None, "Internal error; the details are above. Please report it."


def _why_unsent(services: Services, order: DeliveryOrder) -> str:
    delivery = services.ledger.delivery(order.cue_point_id, order.revision, order.recipient_id, order.occasion)
    return failure_sentence(delivery) if delivery else "An email is not in the ledger."


def _manifest(services: Services, order: ExportOrder) -> Manifest | None:
    """Read the manifest in the folder of the record's start: a virtual event's order may have an earlier start."""
    record = services.ledger.session(order.cue_point_id)
    start = record.start if record else order.start
    return _attempt(lambda: manifest_of(services, start, order.cue_point_id), order)[0]
