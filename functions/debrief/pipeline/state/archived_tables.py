"""The machine CSVs of the archive as rows again."""

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
    """Each row, and all of its cells by column. Raises ReportChanged when a column that we need is missing."""
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
    """The attendees' CSV of a session, or of each part of an interrupted one: that is where a joint session's rows are.

    The ledger knows under which date a part is. Raises NotReady while documents are being written.
    """
    known = ((part, services.ledger.session(part.cue_point_id)) for part in parts)
    starts = [(record.start if record else part.start, part.cue_point_id) for part, record in known]
    manifests = [manifest_of(services, *place) for place in starts] or [manifest]
    for found in filter(None, manifests):
        for file in found.files:
            if file.key.startswith("attendees/"):
                yield Files(services, found).read(file)


def is_in_session(row: AttendeeRow, cells: Mapping[str, str]) -> bool:
    """Whether report 6001 has this row for the session itself, not only its breakouts or the Summary page.

    The others have neither minutes nor ratio; one of the page has no type, one of a breakout has minutes there.
    """
    told = row.meeting_view_time.strip() or row.meeting_engaged_play_time_ratio.strip()
    return bool(told) or (bool(row.user_type) and not cells["breakout_minutes"])
