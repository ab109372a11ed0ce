"""Finds archived sessions by room, host, event or words: the ledger is the index, the bucket is not listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import SessionRecord


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a session must be; a blank wish fits all. Ids must match whole, names and words in part, in any case."""

    room: str = ""  # entry id, or a part of the room's name
    host: str = ""  # user id, or a part of the host's name
    event: str = ""  # virtual event id
    text: tuple[str, ...] = ()  # words that the room's name, the host's name or an id must all hold

    def fits(self, record: SessionRecord) -> bool:
        """Whether a session is wanted."""
        return (
            _is_named(self.room, record.entry_id, record.entry_name)
            and _is_named(self.host, record.host_user_id, record.host_name)
            and self.event in {"", record.virtual_event_id, record.entry_id if record.kind == "event" else ""}
            and all(word.casefold() in _all_of(record) for word in self.text)
        )


def lookup(records: Iterable[SessionRecord], wanted: Wanted) -> Iterator[SessionRecord]:
    """The sessions with documents that are wanted, in the order given."""
    return (record for record in records if record.revision and wanted.fits(record))


def people(record: SessionRecord) -> int | None:
    """Identified attendees of the newest revision, as far as the ledger knows."""
    told = record.history.get(record.revision, {})
    found = told.get("unique_attendees", told.get("people"))
    return None if found is None else round(found)


def _is_named(wish: str, id_: str, name: str) -> bool:
    return not wish or wish == id_ or wish.casefold() in name.casefold()


def _all_of(record: SessionRecord) -> str:
    texts = (record.entry_name, record.host_name, record.host_user_id, record.entry_id, record.cue_point_id)
    return "\n".join(texts).casefold()
