"""Read the archive's machine-readable CSVs back into rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from debrief.delivery.archive.manifest import Manifest
from debrief.errors import ReportChanged
from debrief.model import AttendeeRow, BreakoutRow, Part, RoomRow
from debrief.pipeline.services import Services
from debrief.pipeline.state.revisions import Files, manifest_of

R = TypeVar("R", RoomRow, AttendeeRow, BreakoutRow)


def rows_of(kind: type[R], body: bytes) -> Iterator[tuple[R, Mapping[str, str]]]:
    """Yield each row, and all its cells by column. Raises ReportChanged if a required column is missing."""
    lines = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
    header = next(lines, [])
    columns: tuple[str, ...] = kind._fields
    needed = {*columns, *(("title", "company", "breakout_minutes") if kind is AttendeeRow else ())}
    if not needed <= set(header):
        raise ReportChanged("An archived table lacks columns that this version needs; export the session again.")
    own = [header.index(name) for name in columns]
    for cells in lines:
        yield kind._make(cells[place] for place in own), dict(zip(header, cells, strict=True))


def machine_tables(services: Services, parts: Iterable[Part], manifest: Manifest) -> Iterator[bytes]:
    """Yield the machine-readable CSV of a session's attendees; for a merged session, the CSV of each part.

    A part's folder has the date of the ledger's record. Raises NotReady while documents are being written.
    """
    records = ((part, services.ledger.session(part.cue_point_id)) for part in parts)
    starts = [(record.start if record else part.start, part.cue_point_id) for part, record in records]
    manifests = [manifest_of(services, *start) for start in starts] or [manifest]
    for each in filter(None, manifests):
        for file in each.files:
            if file.key.startswith("attendees/"):
                yield Files(services, each).read(file)


def is_in_session(row: AttendeeRow, cells: Mapping[str, str]) -> bool:
    """Return whether a row comes from Kaltura's attendee report (6001) about the main room.

    Rows that were added from breakouts have breakout minutes; rows from the Summary page have no user type. Neither has
    minutes in the meeting or a ratio.
    """
    has_figures = row.meeting_view_time.strip() or row.meeting_engaged_play_time_ratio.strip()
    return bool(has_figures) or (bool(row.user_type) and not cells["breakout_minutes"])
