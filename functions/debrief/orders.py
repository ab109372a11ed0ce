"""What one stage asks of the next: orders carry ids and times, never data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from debrief.model import Kind, Part, Source


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """Asks for the export of one session, joint session or virtual event. Carries ids and times, never data.

    Of a virtual event `cue_point_id` is `event-` and its id, and `entry_id` its id.
    """

    cue_point_id: str
    entry_id: str
    start: datetime
    end: datetime
    parent_entry_id: str | None = None
    mail: bool = True
    kind: Kind = "session"
    parts: tuple[Part, ...] = ()  # of a joint session
    source: Source = "kaltura"  # `archive`: make the documents again from what is archived; that mails nobody


@dataclass(frozen=True, slots=True)
class DeliveryOrder:
    """Asks for one mail: one revision of one session to one recipient, who is named in the ledger only.

    `occasion` is blank for a report; see ledger.Delivery for the others.
    """

    cue_point_id: str
    revision: int
    recipient_id: str
    occasion: str = ""
