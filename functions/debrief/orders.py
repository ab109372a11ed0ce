"""Orders from one pipeline stage to the next. They contain ids and times, never personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from debrief.model import Kind, Part, Source


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """An order to export one session, merged session or virtual event.

    For a virtual event `entry_id` is its id, and `cue_point_id` is `event-` and its id.
    """

    cue_point_id: str
    entry_id: str
    start: datetime
    end: datetime
    parent_entry_id: str | None = None
    mail: bool = True
    kind: Kind = "session"
    parts: tuple[Part, ...] = ()  # set for a merged session
    source: Source = "kaltura"  # `archive`: rebuild from archived answers, without emails


@dataclass(frozen=True, slots=True)
class DeliveryOrder:
    """An order to send one revision of one session to one recipient. Only the ledger knows the recipient's address.

    `occasion` is blank for a report; ledger.Delivery lists its other values.
    """

    cue_point_id: str
    revision: int
    recipient_id: str
    occasion: str = ""
