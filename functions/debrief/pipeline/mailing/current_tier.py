"""Find the tier that the rules allow a recipient now, from the ledger, without Kaltura."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.delivery.rules.rules import HOSTED
from debrief.model import Person, Tier, VirtualEvent
from debrief.pipeline.state.session_records import session_of

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import SessionRecord
    from debrief.pipeline.services import Services


def current_tier(services: Services, record: SessionRecord, address: str, tier: Tier) -> Tier | None:
    """Return the tier that the rules allow now: the same `tier` or a lower one; None on the never list."""
    rules = services.rules.current()
    if record.kind == "event":
        return rules.still_sees(address, tier, None, VirtualEvent(record.entry_id))
    session = session_of(record)
    event = VirtualEvent(record.virtual_event_id) if record.virtual_event_id else None
    # The host's address is known only if the report was mailed to the host.
    mails = services.ledger.deliveries(record.cue_point_id)
    host_address = next((mail.address for mail in mails if mail.why == HOSTED and mail.address), "")
    host = Person(record.host_user_id, record.host_name, host_address) if host_address else None
    return rules.still_sees(address, tier, session, event, host)
