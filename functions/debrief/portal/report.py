"""`/r/<token>`: the page of one report, with links to its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from debrief.documents.room_name import room_name
from debrief.documents.text import labels, times
from debrief.documents.text.locale_formats import Formats, language_of
from debrief.documents.text.sanitize import clean
from debrief.pipeline.state.check_schedule import last_check
from debrief.pipeline.state.has_series import has_series
from debrief.pipeline.state.retention import retention_sentence
from debrief.portal.http import Request, Response
from debrief.portal.link_access import is_admin
from debrief.portal.pages import page
from debrief.portal.resolve_link import FILES, LISTS, LinkTarget, record_opening, resolve_link

if TYPE_CHECKING:
    from debrief.delivery.archive.archive import ManifestFile
    from debrief.pipeline.services import Services

_CSV = "CSV for Excel"
_LABELS = {
    "report": ("Report", "Web page"),
    "pdf": ("Report as PDF", "PDF"),
    "full": ("Full report as PDF", "PDF"),
    "workbook": ("All lists and figures", "Excel workbook"),
    "attendees": ("Attendee list", _CSV),
    **{key: (labels.segment(key), _CSV) for key in LISTS},
}


@dataclass(frozen=True)
class FileRow:
    """A file on the page."""

    href: str
    label: str
    about: str


def show_page(services: Services, request: Request, token: str) -> Response:
    """Show the session's name and time, and its files."""
    target = resolve_link(services, token, renew=f"{token}/renew")
    if isinstance(target, Response):
        return target
    record_opening(services, request, target.link, "page")
    record, manifest, zone, formats = target.record, target.files.manifest, target.zone, target.formats
    state, note = labels.state(manifest.state, last_check(record.end, services.settings), zone, formats)
    end, offered = target.link.expires, target.offered()
    return page(
        200,
        "report",
        language=language_of(target.language),
        contact=services.settings.contact,
        kind="Event report" if record.kind == "event" else "Session report",
        room=clean(room_name(record.entry_name, target.link.tier)) or "A session without a name",
        when=times.when(record.start, record.end, zone, formats),
        parts=times.interrupted(record.parts, zone, formats),
        state=state,
        note=note,
        is_updated=manifest.revision != target.link.revision,
        rows=[_row(target, token, path_name, file) for path_name, file in offered.items() if path_name in FILES],
        lists=[_row(target, token, path_name, file) for path_name, file in offered.items() if path_name in LISTS],
        until=f"{times.day(end, zone, formats)}, {times.clock(end, zone, formats)} {times.zone_name(end, zone)}",
        kept=retention_sentence(services.settings, record, target.link.issued, zone, formats),
        series=f"{token}/series" if has_series(services, record) else "",
        unsubscribe="" if target.is_of_channel else f"../u/{token}",
        index=f"{token}/index" if is_admin(services, target.link.recipient_id) else "",
    )


def _row(target: LinkTarget, token: str, path_name: str, file: ManifestFile) -> FileRow:
    label, about = _LABELS[path_name]
    rows = [target.formats.plural(file.rows, "row", "rows")] if file.rows is not None else []
    return FileRow(f"{token}/{path_name}", label, ", ".join([about, *rows, _size(file.bytes, target.formats)]))


def _size(count: int, formats: Formats) -> str:
    """Return `212 kB` or `1.2 MB`, in powers of ten as in download dialogs."""
    if count < 999_500:
        return f"{formats.count(max(round(count / 1000), 1))} kB"
    return f"{formats.minutes(count / 1_000_000)} MB"
