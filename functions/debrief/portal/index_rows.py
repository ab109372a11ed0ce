"""Sessions on one page of the index, each with its status and its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from debrief.pipeline.state.has_series import has_series
from debrief.pipeline.state.revisions import Files, manifest_of
from debrief.pipeline.state.session_status import Word, session_status
from debrief.portal.resolve_link import FILES, LISTS, SERIES, SHORT_LABELS, offered_files
from debrief.portal.session_zip import ZIP, fits

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import ManifestFile
    from debrief.delivery.ledger.ledger import Delivery, SessionRecord
    from debrief.pipeline.services import Services
    from debrief.portal.index_query import Search

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A session. Links are (address relative to the index, label).

    `emails` name recipients, so only admins may see them.
    """

    id: str
    clock: str
    room: str
    host: str
    kinds: Sequence[str]
    facts: Sequence[str]
    status: Word
    reason: str
    links: Sequence[tuple[str, str]]
    lists: Sequence[tuple[str, str]]  # follow-up lists
    emails: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class IndexPage:
    """One page of the search results."""

    total: int
    page: int
    pages: int
    days: Sequence[tuple[str, Sequence[IndexRow]]]  # sessions by the day of their end, the latest first

    @property
    def first(self) -> int:
        """Return the number of the page's first session; 0 if nothing was found."""
        return (self.page - 1) * PAGE_ROWS + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Return the number of the page's last session."""
        return min(self.page * PAGE_ROWS, self.total)


def find_page(services: Services, search: Search, base: str) -> IndexPage:
    """Find sessions, with or without documents. `base` is the prefix of the relative links.

    A page number that is too large gives the last page.
    """
    zone = services.settings.zone
    if search.problem:
        return IndexPage(0, 1, 1, [])
    found = services.ledger.search(*search.span(zone), search.wanted)
    pages = max(-(-found.total // PAGE_ROWS), 1)
    page = min(search.page, pages)
    on_page = found.part((page - 1) * PAGE_ROWS, page * PAGE_ROWS)
    by_day = groupby(on_page, key=lambda record: times.day(record.end, zone))
    days = [(day, [_row(services, record, base) for record in records]) for day, records in by_day]
    return IndexPage(found.total, page, pages, days)


def _row(services: Services, record: SessionRecord, base: str) -> IndexRow:
    status = session_status(services.ledger, record)
    manifest, problem = _manifest(services, record)
    offered = offered_files(Files(services, manifest), "full") if manifest else {}
    place = f"{base}/{safe_id(record.cue_point_id)}"
    return IndexRow(
        id=record.cue_point_id,
        clock=_clock(record.start, record.end, services.settings.zone),
        room=clean(record.entry_name) or "A session without a name",
        host=clean(record.host_name or record.host_user_id),
        kinds=[*_kinds(record)],
        facts=[*_facts(record, manifest)],
        status=status.word,
        reason=clean_sentence(" ".join(filter(None, [status.reason, problem]))),
        links=_links(offered, place) + ([(f"{place}/series", SERIES)] if has_series(services, record) else []),
        lists=[(f"{place}/{path_name}", SHORT_LABELS[path_name]) for path_name in offered if path_name in LISTS],
        emails=[
            _email(delivery, services.settings.zone)
            for delivery in sorted(status.deliveries, key=lambda mail: (mail.revision, mail.address))
        ],
    )


def _manifest(services: Services, record: SessionRecord) -> tuple[Manifest | None, str]:
    """Return a session's manifest, and the reason if an exported session has none."""
    if not record.revision:
        return None, ""
    try:
        manifest = manifest_of(services, record.start, record.cue_point_id)
    except BadRequest as error:  # a damaged manifest must not hide the other sessions
        return None, str(error)
    return manifest, "" if manifest else "Its files were deleted."


def _links(offered: Mapping[str, ManifestFile], place: str) -> list[tuple[str, str]]:
    links = [(f"{place}/{path_name}", SHORT_LABELS[path_name]) for path_name in offered if path_name in FILES]
    return [*links, (f"{place}/{ZIP}", "All files (zip)")] if fits(offered.values()) else links


def _email(delivery: Delivery, zone: ZoneInfo) -> str:
    """Return the recipient and the status of an email."""
    address = clean(delivery.address) or "an erased person"
    when = (
        f" {times.short_day(delivery.at.astimezone(zone).date())}, {times.clock(delivery.at, zone)}"
        if delivery.at
        else ""
    )
    return f"{address}: {delivery.state_word}{when}"


def _kinds(record: SessionRecord) -> Iterator[str]:
    """Name the kind of a special session."""
    if record.kind == "event":
        yield "Virtual event"
    if record.kind == "joint":
        yield f"Interrupted session, {len(record.parts)} parts"
    if record.merged_id:
        yield "Part of an interrupted session"
    if record.parent_entry_id:
        yield "Breakout room"


def _facts(record: SessionRecord, manifest: Manifest | None) -> Iterator[str]:
    count = people(record)
    if count is not None:
        yield PLAIN.plural(count, "person", "people")
    if manifest:
        yield "final" if manifest.state == "final" else "figures may still change"
    if record.revision > 1:
        yield "updated"


def _clock(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return `10:00-11:02`, shown below the day of the end. A start on another day is shown with its day."""
    first, last = times.clock(start, zone), times.clock(end, zone)
    began = start.astimezone(zone).date()
    if began == end.astimezone(zone).date():
        return f"{first}\N{EN DASH}{last}"
    return f"{times.short_day(began)}, {first} \N{EN DASH} {last}"
