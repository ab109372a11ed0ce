"""The flow in one screen: reconcile asks for exports, an export asks for emails, deliver sends one email.

    scheduled run -> reconcile() -> ExportOrder -> run_export() -> DeliveryOrder -> deliver()

No stage calls the next one. In Lambda the queues of template.yaml carry each order to its function (handlers/); on one
machine a loop does (runner.py). Every stage may be killed at any line, run twice at once, and run again. Only
export_session is always imported; the other stages are imported when they are called. The handlers of reconcile and
deliver import their stage directly, because export_session would slow their cold start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.errors import GiveUp
from debrief.pipeline.privacy.recheck_erased import repeat_if_erased_meanwhile
from debrief.pipeline.session.export_session import export_session
from debrief.pipeline.state.failures import save_failure
from debrief.pipeline.state.revisions import retry_if_overtaken
from debrief.pipeline.state.session_records import record_of

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import DeliveryState
    from debrief.orders import DeliveryOrder, ExportOrder
    from debrief.pipeline.services import Services


def reconcile(services: Services) -> list[ExportOrder]:
    """Compare the sessions that Kaltura lists with the ledger. Returns the exports that are due now."""
    from debrief.pipeline import reconcile as stage

    return stage.reconcile(services)


def run_export(services: Services, order: ExportOrder) -> list[DeliveryOrder]:
    """Export one session, merged session or virtual event. Returns the emails still to be sent for it.

    Raises GiveUp after the reason was recorded in the ledger, RetryLater if the same order can be run again. An order
    with `source="archive"` renders the archived answers with the installed code, emails nobody and records no failure.
    """
    if order.source == "archive":
        from debrief.pipeline.maintenance.replay import replay

        replay(services, record_of(services, order))
        return []
    if order.kind == "event":
        from debrief.pipeline.events.export_event import export_event

        export = export_event
    else:
        export = export_session
    try:
        return repeat_if_erased_meanwhile(
            services, order.cue_point_id, lambda services: retry_if_overtaken(lambda: export(services, order))
        )
    except GiveUp as error:
        save_failure(services, order, str(error))
        raise


def deliver(services: Services, order: DeliveryOrder) -> DeliveryState:
    """Send one email if it was not sent yet. Returns the state of the email."""
    from debrief.pipeline.mailing import deliver as stage

    return stage.deliver(services, order)
