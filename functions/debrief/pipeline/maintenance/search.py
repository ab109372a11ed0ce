"""Find archived sessions by room, host, event or words in the ledger, without listing the bucket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import SessionRecord


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Conditions on sessions. Every session fits a blank condition.

    Ids must match exactly. Of a name or id, a part is enough for `text`; of a name also for `room` and `host`.
    """

    room: str = ""  # entry id, or a part of the room's name
    host: str = ""  # user id, or a part of the host's name
    event: str = ""  # virtual event id
    text: tuple[str, ...] = ()  # words; each must be in the room's name, the host's name or an id

    def fits(self, record: SessionRecord) -> bool:
        names = (record.entry_name, record.host_name, record.host_user_id, record.entry_id, record.cue_point_id)
        text = "\n".join(names).casefold()
        return (
            _is_named(self.room, record.entry_id, record.entry_name)
            and _is_named(self.host, record.host_user_id, record.host_name)
            and self.event in {"", record.virtual_event_id, record.entry_id if record.kind == "event" else ""}
            and all(word.casefold() in text for word in self.text)
        )


def lookup(records: Iterable[SessionRecord], wanted: SearchFilter) -> Iterator[SessionRecord]:
    """Return the records of sessions with documents that fit the conditions, in the order given."""
    return (record for record in records if record.revision and wanted.fits(record))


def people(record: SessionRecord) -> int | None:
    """Return the number of identified attendees in the newest revision; None if the ledger does not have it."""
    figures = record.history.get(record.revision, {})
    attendees = figures.get("unique_attendees", figures.get("people"))
    return None if attendees is None else round(attendees)


def _is_named(text: str, id_: str, name: str) -> bool:
    return not text or text == id_ or text.casefold() in name.casefold()
