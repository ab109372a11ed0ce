"""What exists already: one record per session, one per delivery. SQLite and DynamoDB implement it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

SessionState: TypeAlias = Literal["waiting", "exported", "final", "skipped", "failed"]
DeliveryState: TypeAlias = Literal["pending", "claimed", "sent", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What the ledger knows of one session. `version` counts the writes; 0 is a record not yet saved."""

    cue_point_id: str
    entry_id: str
    start: datetime
    end: datetime
    entry_name: str = ""
    parent_entry_id: str | None = None
    state: SessionState = "waiting"
    reason: str = ""  # why it waits, was skipped or failed: one sentence, no personal data
    revision: int = 0  # 0: nothing exported yet
    content_hash: str = ""  # of the figures and rows, see documents
    due: datetime | None = None  # the next export or check; None: nothing more to do
    asked: datetime | None = None  # when the last export was asked for and not yet done
    begun: bool = False  # whether an export of it was begun under this ledger
    version: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One revision of one session's documents to one recipient."""

    cue_point_id: str
    revision: int
    recipient_id: str  # a hash of the address, safe for keys, messages and logs
    address: str = field(repr=False)
    why: str = ""  # why this person gets the mail, one sentence for the mail's foot
    state: DeliveryState = "pending"
    reason: str = ""
    at: datetime | None = None  # when the state was last changed


class Ledger(Protocol):
    """Conditional writes over two kinds of records. Times are UTC."""

    def session(self, cue_point_id: str) -> SessionRecord | None:
        """One session's record, or None."""
        ...

    def sessions(self, since: datetime, until: datetime) -> Iterable[SessionRecord]:
        """The records of sessions that ended in [since, until), by end, then cue point id."""
        ...

    def unfinished(self) -> Iterable[SessionRecord]:
        """The records that wait, failed or have a check due, whenever they ended."""
        ...

    def save(self, record: SessionRecord) -> SessionRecord:
        """Write the record if nobody wrote it since it was read (its `version` still stands).

        Returns the record with its new version. Raises Conflict when it was changed meanwhile, or when a new
        record (version 0) exists already.
        """
        ...

    def add_delivery(self, delivery: Delivery) -> bool:
        """Write a delivery unless one with the same session, revision and recipient exists; whether it was new."""
        ...

    def delivery(self, cue_point_id: str, revision: int, recipient_id: str) -> Delivery | None:
        """One delivery, or None."""
        ...

    def deliveries(self, cue_point_id: str) -> Iterable[Delivery]:
        """All deliveries of a session, by revision, then recipient id."""
        ...

    def open_deliveries(self) -> Iterable[Delivery]:
        """All deliveries that are pending or claimed, of any session."""
        ...

    def move(
        self,
        delivery: Delivery,
        to: DeliveryState,
        *,
        at: datetime,
        reason: str = "",
    ) -> Delivery | None:
        """Change a delivery's state if it is still `delivery.state`.

        Returns the changed delivery, or None when somebody else changed it first. This is the claim: of two that
        move the same delivery from pending to claimed, exactly one gets it.
        """
        ...

    def close(self) -> None:
        """Let go of what is open; nothing is lost by not calling it."""
        ...
