"""The machine CSVs of the archive as rows again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import TypeVar

from debrief.errors import ReportChanged
from debrief.model import AttendeeRow, BreakoutRow, RoomRow

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


def is_in_session(row: AttendeeRow, cells: Mapping[str, str]) -> bool:
    """Whether report 6001 has this row for the session itself, not only its breakouts or the Summary page.

    The others have neither minutes nor ratio; one of the page has no type, one of a breakout has minutes there.
    """
    told = row.meeting_view_time.strip() or row.meeting_engaged_play_time_ratio.strip()
    return bool(told) or (bool(row.user_type) and not cells["breakout_minutes"])
