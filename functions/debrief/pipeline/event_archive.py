"""The sessions of a virtual event: those that Kaltura and the ledger know, and what the archive holds of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from debrief.delivery.ledger import SessionRecord
from debrief.delivery.manifest import Manifest
from debrief.documents.summary import from_json
from debrief.errors import ReportChanged
from debrief.metrics.event import EventSession
from debrief.model import AttendeeRow
from debrief.pipeline.revisions import Files, manifest_of
from debrief.pipeline.services import Services


def archived(services: Services, record: SessionRecord) -> EventSession | None:
    """One session as its manifest vouches for it; None when there are no documents.

    Raises NotReady while its documents are being written.
    """
    manifest = manifest_of(services, record.start, record.cue_point_id)
    if not record.revision or manifest is None:
        return None
    files = Files(services, manifest)
    summary_file = files.named("summary.json")
    if summary_file is None:
        return None
    summary = from_json(files.read(summary_file))
    rows: list[AttendeeRow] = []
    profiles: dict[str, tuple[str, str]] = {}
    for table in _tables(services, record, manifest):
        for row, profile in _read(table):
            rows.append(row)
            if any(profile):
                profiles.setdefault(row.user_id, profile)
    return EventSession(summary.session, summary.metrics, rows, profiles)


def _tables(services: Services, record: SessionRecord, manifest: Manifest) -> Iterator[bytes]:
    """The machine CSV of a session, or of each part of an interrupted one: that is where a joint session's rows are."""
    manifests = [manifest_of(services, part.start, part.cue_point_id) for part in record.parts] or [manifest]
    for found in filter(None, manifests):
        for file in found.files:
            if file.key.startswith("attendees/"):
                yield Files(services, found).read(file)


def _read(body: bytes) -> Iterator[tuple[AttendeeRow, tuple[str, str]]]:
    """The session's own rows of report 6001, with title and company; people seen elsewhere only have no minutes."""
    lines = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
    places: Mapping[str, int] = {name: place for place, name in enumerate(next(lines, ()))}
    if not {*AttendeeRow._fields, "title", "company"} <= places.keys():
        raise ReportChanged(
            "An archived attendees.csv lacks columns that this version needs; export the session again."
        )
    own = [places[name] for name in AttendeeRow._fields]
    title, company = places["title"], places["company"]
    for cells in lines:
        row = AttendeeRow(*(cells[place] for place in own))
        if row.meeting_view_time.strip():
            yield row, (cells[title], cells[company])
