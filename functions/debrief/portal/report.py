"""`/r/<token>`: the page of one report, with its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from debrief.documents.text import labels, times
from debrief.documents.text.locale_formats import Formats, language_of
from debrief.documents.text.sanitize import clean
from debrief.pipeline.services import Services
from debrief.pipeline.state.retention import retention_sentence
from debrief.portal.http import Request, Response
from debrief.portal.link_access import is_admin
from debrief.portal.pages import page
from debrief.portal.resolve_link import FILES, LISTS, Opened, note_opening, opened

if TYPE_CHECKING:
    from debrief.pipeline.services import Services

_CSV = "CSV for Excel"
_LABELS = {
    "report": ("Report", "Web page"),
    "pdf": ("Report as PDF", "PDF"),
    "attendees": ("Attendee list", _CSV),
    **{key: (labels.segment(key), _CSV) for key in LISTS},
}


@dataclass(frozen=True)
class FileRow:
    """One file on the page."""

    href: str
    label: str
    about: str


def show_page(services: Services, request: Request, token: str) -> Response:
    """The session's head and its files."""
    found = opened(services, token, renew=f"{token}/renew")
    if isinstance(found, Response):
        return found
    note_opening(services, request, found.link, "page")
    record, manifest, formats = found.record, found.files.manifest, found.formats
    state, note = labels.state(manifest.state, formats=formats)
    return page(
        200,
        "report",
        language=language_of(found.language),
        contact=services.settings.contact,
        kind="Event report" if record.kind == "event" else "Session report",
        room=clean(record.entry_name) or "A session without a name",
        when=times.when(record.start, record.end, found.zone, formats),
        parts=times.interrupted(record.parts, found.zone, formats),
        state=state,
        note=note,
        revision=manifest.revision,
        mailed=found.link.revision,
        rows=[row for what in FILES if (row := _row(found, token, what))],
        lists=[row for what in LISTS if (row := _row(found, token, what))],
        until=_until(found),
        kept=retention_sentence(services.settings, record.end, found.link.issued, found.zone, formats),
        unsubscribe=f"../u/{token}",
        index=f"{token}/index" if is_admin(services, found.link.recipient_id) else "",
    )


def _until(found: Opened) -> str:
    end, zone, formats = found.link.expires, found.zone, found.formats
    return f"{times.day(end, zone, formats)}, {times.clock(end, zone, formats)} {times.zone_name(end, zone)}"


def _row(found: Opened, token: str, what: str) -> FileRow | None:
    file = found.file(what)
    if file is None or (what in LISTS and not file.rows):  # a list for follow-up that nobody is on
        return None
    label, about = _LABELS[what]
    rows = [found.formats.plural(file.rows, "row", "rows")] if file.rows is not None else []
    return FileRow(f"{token}/{what}", label, ", ".join([about, *rows, _size(file.bytes, found.formats)]))


def _size(count: int, formats: Formats) -> str:
    """`212 kB`, `1.2 MB`: in powers of ten, as download dialogs have it."""
    if count < 999_500:
        return f"{formats.count(max(round(count / 1000), 1))} kB"
    return f"{formats.minutes(count / 1_000_000)} MB"
