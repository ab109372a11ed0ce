"""Carries the stages' messages on one machine: a loop where Lambda has queues."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, TypeVar

from debrief.delivery.archive.manifest import Manifest
from debrief.delivery.ledger.ledger import IN_HAND, SessionRecord
from debrief.errors import Conflict, DebriefError, frames
from debrief.orders import DeliveryOrder, ExportOrder
from debrief.pipeline.events.due import due_events
from debrief.pipeline.mailing.admin_schedule import due_notices
from debrief.pipeline.mailing.stale_claims import due_deliveries
from debrief.pipeline.services import Services
from debrief.pipeline.stages import deliver, export_order
from debrief.pipeline.state.revisions import manifest_of
from debrief.pipeline.state.session_records import order_for, order_of

log = logging.getLogger(__name__)

T = TypeVar("T")
_ELSEWHERE = "Another run has it."
Result: TypeAlias = Literal["exported", "unchanged", "skipped", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What became of one session in one run."""

    order: ExportOrder
    result: Result
    reason: str = ""  # why it failed or was skipped: one sentence
    name: str = ""
    state: str = ""
    revision: int = 0
    files: Sequence[str] = ()
    mails: Sequence[str] = field(default=())  # the state of each mail that this run dealt with
    mail_problems: Sequence[str] = ()

    @property
    def is_well(self) -> bool:
        """Whether everything asked for was done."""
        return self.result != "failed" and not self.mail_problems


def run(services: Services, orders: Iterable[ExportOrder]) -> Iterator[Outcome]:
    """Export and mail each session; one that fails does not stop the others.

    A joint session follows the last of its parts that is asked for, when it is due.
    """
    waiting = deque(orders)
    while waiting:
        order = waiting.popleft()
        yield _run_one(services, order)
        joint = _joint_of(services, order)
        left = {one.cue_point_id for one in waiting}
        if joint and not left & {joint.cue_point_id, *(part.cue_point_id for part in joint.parts)}:
            yield _run_one(services, order_for(joint, mail=order.mail))


def _joint_of(services: Services, order: ExportOrder) -> SessionRecord | None:
    """The joint session of a part, when it is due."""
    record = services.ledger.session(order.cue_point_id)
    joint = services.ledger.session(record.joint) if record and record.joint else None
    return joint if joint and joint.due and joint.due <= services.clock() else None


def run_events(services: Services) -> Iterator[Outcome]:
    """Report the virtual events that are over."""
    yield from run(services, due_events(services, services.clock()))


def run_deliveries(services: Services) -> list[str]:
    """Send what earlier runs left behind. Returns the problems, a sentence each."""
    return deliver_all(services, due_deliveries(services))[1]


def run_notices(services: Services) -> list[str]:
    """Send the admin's mails that are due. Returns the problems, a sentence each."""
    return deliver_all(services, due_notices(services))[1]


def _run_one(services: Services, order: ExportOrder) -> Outcome:
    before = _manifest(services, order)
    left_behind = _left_behind(services, order)
    deliver_all(services, left_behind)  # and once more below, which tells what became of them
    deliveries, reason = _attempt(lambda: _exported(services, order), order)
    if deliveries is None and not reason:
        return Outcome(order, "skipped", _ELSEWHERE, _name(services, order))
    if deliveries is None:
        return Outcome(order, "failed", reason, _name(services, order))
    mails, problems = deliver_all(services, dict.fromkeys([*left_behind, *deliveries]))
    after = _manifest(services, order)
    if after is None:
        record = services.ledger.session(order.cue_point_id)
        return Outcome(order, "skipped", record.reason if record else "", _name(services, order))
    is_same = before is not None and (before.revision, before.state) == (after.revision, after.state)
    record = services.ledger.session(order.cue_point_id)
    return Outcome(
        replace(order, start=record.start, end=record.end) if record else order,
        "unchanged" if is_same else "exported",
        name=record.entry_name if record else "",
        state=after.state,
        revision=after.revision,
        files=[services.archive.location(file.key) for file in after.files],
        mails=mails,
        mail_problems=problems,
    )


def _left_behind(services: Services, order: ExportOrder) -> list[DeliveryOrder]:
    """Mails that a killed run has claimed. What became of them decides whether there is news for their recipients."""
    mails = services.ledger.deliveries(order.cue_point_id) if order.mail else ()
    return [order_of(mail) for mail in mails if mail.state in IN_HAND]


def _exported(services: Services, order: ExportOrder) -> list[DeliveryOrder] | None:
    """The mails to send; None when another run is at the same session."""
    try:
        return export_order(services, order)
    except Conflict:
        return None


def deliver_all(services: Services, orders: Iterable[DeliveryOrder]) -> tuple[list[str], list[str]]:
    """The states of the mails, and a sentence for each that did not go out."""
    states: list[str] = []
    problems: list[str] = []
    for order in orders:
        state, reason = _attempt(lambda order=order: deliver(services, order), order)  # type: ignore[misc]
        states.append(state or "waiting")
        if state not in {"sent", "stopped"}:
            problems.append(reason or _why(services, order))
    return states, problems


def _attempt(stage: Callable[[], T], order: ExportOrder | DeliveryOrder) -> tuple[T | None, str]:
    """The stage's result, or the reason why there is none."""
    try:
        return stage(), ""
    except DebriefError as error:
        return None, str(error)
    except Exception as error:  # noqa: BLE001 - told by its kind and place: its words may quote an attendee
        told = type(error).__name__, "; ".join(frames(error))
        log.error("Session %s: unexpected error %s at %s", order.cue_point_id, *told)  # noqa: TRY400
        return None, "Debrief failed inside; the details are above. Please report it."


def _why(services: Services, order: DeliveryOrder) -> str:
    delivery = services.ledger.delivery(order.cue_point_id, order.revision, order.recipient_id, order.occasion)
    return f"A mail is {delivery.state}: {delivery.reason}" if delivery else "A mail is not in the ledger."


def _manifest(services: Services, order: ExportOrder) -> Manifest | None:
    """The record's start counts: that of a virtual event is known for sure only when all its sessions were read."""
    record = services.ledger.session(order.cue_point_id)
    start = record.start if record else order.start
    return _attempt(lambda: manifest_of(services, start, order.cue_point_id), order)[0]


def _name(services: Services, order: ExportOrder) -> str:
    record = services.ledger.session(order.cue_point_id)
    return record.entry_name if record else ""
