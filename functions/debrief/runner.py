"""Carries the stages' messages on one machine: a loop where Lambda has queues."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

from debrief.errors import DebriefError
from debrief.model import DeliveryOrder, ExportOrder
from debrief.pipeline import Services, deliver, due_deliveries, export_session
from debrief.pipeline.export import manifest_of

log = logging.getLogger(__name__)

T = TypeVar("T")
Result: TypeAlias = Literal["exported", "unchanged", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What became of one session in one run."""

    order: ExportOrder
    result: Result
    reason: str = ""  # why it failed: one sentence
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
    """Export and mail each session; one that fails does not stop the others."""
    for order in orders:
        yield _run_one(services, order)


def run_deliveries(services: Services) -> list[str]:
    """Send what earlier runs left behind. Returns the problems, a sentence each."""
    _, problems = _deliver_all(services, due_deliveries(services))
    return problems


def _run_one(services: Services, order: ExportOrder) -> Outcome:
    before = _revision(services, order)
    deliveries, reason = _attempt(lambda: export_session(services, order), order)
    if deliveries is None:
        return Outcome(order, "failed", reason, _name(services, order))
    mails, problems = _deliver_all(services, deliveries)
    manifest = manifest_of(services, order.start, order.cue_point_id)
    assert manifest is not None
    return Outcome(
        order,
        "unchanged" if before == (manifest.revision, manifest.state) else "exported",
        name=_name(services, order),
        state=manifest.state,
        revision=manifest.revision,
        files=[services.archive.location(file.key) for file in manifest.files],
        mails=mails,
        mail_problems=problems,
    )


def _deliver_all(services: Services, orders: Iterable[DeliveryOrder]) -> tuple[list[str], list[str]]:
    """The states of the mails, and a sentence for each that did not go out."""
    states: list[str] = []
    problems: list[str] = []
    for order in orders:
        state, reason = _attempt(lambda order=order: deliver(services, order), order)  # type: ignore[misc]
        states.append(state or "waiting")
        if state != "sent":
            problems.append(reason or _why(services, order))
    return states, problems


def _attempt(stage: Callable[[], T], order: ExportOrder | DeliveryOrder) -> tuple[T | None, str]:
    """The stage's result, or the reason why there is none."""
    try:
        return stage(), ""
    except DebriefError as error:
        return None, str(error)
    except Exception:
        log.exception("Session %s failed in a way that Debrief does not know.", order.cue_point_id)
        return None, "Debrief failed inside; the details are above. Please report it."


def _why(services: Services, order: DeliveryOrder) -> str:
    delivery = services.ledger.delivery(order.cue_point_id, order.revision, order.recipient_id)
    return f"A mail is {delivery.state}: {delivery.reason}" if delivery else "A mail is not in the ledger."


def _revision(services: Services, order: ExportOrder) -> tuple[int, str] | None:
    found, _ = _attempt(lambda: manifest_of(services, order.start, order.cue_point_id), order)
    return (found.revision, found.state) if found else None


def _name(services: Services, order: ExportOrder) -> str:
    record = services.ledger.session(order.cue_point_id)
    return record.entry_name if record else ""
