"""The sessions on one page of the index: how each stands, and which files it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from debrief.delivery.archive.layout import safe_id
from debrief.delivery.archive.manifest import Manifest
from debrief.documents.text import times
from debrief.documents.text.locale_formats import PLAIN
from debrief.documents.text.sanitize import clean, clean_sentence
from debrief.errors import BadRequest
from debrief.pipeline.maintenance.search import people
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.pipeline.state.session_status import Word, session_status
from debrief.portal.resolve_link import FILES

if TYPE_CHECKING:
    from debrief.delivery.ledger.ledger import SessionRecord
    from debrief.pipeline.services import Services
    from debrief.portal.index_query import Search

PAGE_ROWS = 50
_LABELS = {"report": "Report", "pdf": "PDF", "attendees": "Attendee list"}


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One session. Links are (address relative to the index, label)."""

    id: str
    clock: str
    room: str
    host: str
    marks: Sequence[str]
    facts: Sequence[str]
    word: Word
    reason: str
    links: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class IndexPage:
    """One page of what was found."""

    total: int
    page: int
    pages: int
    days: Sequence[tuple[str, Sequence[IndexRow]]]  # sessions by the day on which they ended, the latest first

    @property
    def first(self) -> int:
        """The number of the page's first session among all; 0 when there is none."""
        return (self.page - 1) * PAGE_ROWS + 1 if self.total else 0

    @property
    def last(self) -> int:
        """That of its last."""
        return min(self.page * PAGE_ROWS, self.total)


def listing(services: Services, search: Search, base: str) -> IndexPage:
    """What a search finds, with or without documents. `base` is where links to files begin, relative to the page.

    A page beyond the last one is the last one.
    """
    zone = services.settings.zone
    found = [] if search.problem else [*_found(services, search)]
    pages = max(-(-len(found) // PAGE_ROWS), 1)
    page = min(search.page, pages)
    shown = found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    by_day = groupby(shown, key=lambda record: times.day(record.end, zone))
    days = [(day, [_row(services, record, base) for record in records]) for day, records in by_day]
    return IndexPage(len(found), page, pages, days)


def _found(services: Services, search: Search) -> Iterator[SessionRecord]:
    wanted, records = search.wanted, list(services.ledger.sessions(*search.span(services.settings.zone)))
    return (record for record in reversed(records) if wanted.fits(record))


def _row(services: Services, record: SessionRecord, base: str) -> IndexRow:
    stands, told = session_status(services.ledger, record), _manifest(services, record)
    manifest = told if isinstance(told, Manifest) else None
    reasons = [stands.reason, told if isinstance(told, str) else ""]
    return IndexRow(
        id=record.cue_point_id,
        clock=_clock(record.start, record.end, services.settings.zone),
        room=clean(record.entry_name) or "A session without a name",
        host=clean(record.host_name or record.host_user_id),
        marks=[*_marks(record)],
        facts=[*_facts(record, manifest)],
        word=stands.word,
        reason=clean_sentence(" ".join(filter(None, reasons))),
        links=_links(services, record, manifest, base) if manifest else (),
    )


def _manifest(services: Services, record: SessionRecord) -> Manifest | str:
    """What vouches for a session's files, or why there are none; blank when there never were any."""
    if not record.revision:
        return ""
    try:
        return manifest_of(services, record.start, record.cue_point_id) or "Its files are no longer kept."
    except BadRequest as error:  # one damaged manifest must not hide all other sessions
        return str(error)


def _links(services: Services, record: SessionRecord, manifest: Manifest, base: str) -> list[tuple[str, str]]:
    files, place = Files(services, manifest), f"{base}/{safe_id(record.cue_point_id)}"
    return [(f"{place}/{what}", _LABELS[what]) for what, name in FILES.items() if files.named(name)]


def _marks(record: SessionRecord) -> Iterator[str]:
    """What kind of session it is, where it is not just one."""
    if record.kind == "event":
        yield "Virtual event"
    if record.kind == "joint":
        yield f"Interrupted session, {len(record.parts)} parts"
    if record.joint:
        yield "Part of an interrupted session"
    if record.parent_entry_id:
        yield "Breakout room"


def _facts(record: SessionRecord, manifest: Manifest | None) -> Iterator[str]:
    there = people(record)
    if there is not None:
        yield PLAIN.plural(there, "person", "people")
    if record.revision:
        yield f"revision {record.revision}" + (f", {manifest.state}" if manifest else "")


def _clock(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """`10:00-11:02`, under the heading of the day of its end; a session that began on another day names it."""
    first, last = times.clock(start, zone), times.clock(end, zone)
    began = start.astimezone(zone).date()
    if began == end.astimezone(zone).date():
        return f"{first}\N{EN DASH}{last}"
    return f"{times.short_day(began)}, {first} \N{EN DASH} {last}"
