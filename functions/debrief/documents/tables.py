"""The CSVs: one for machines, faithful to what Kaltura sent, and one that a spreadsheet may open without harm."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter

from debrief.model import AttendeeRow, BreakoutRow, RoomRow, SessionData

# Contract: after the documented columns, empty where unknown.
ADDED_COLUMNS = (
    "breakout_minutes",
    "title",
    "company",
    "country",
    "role",
    "industry",
    "reactions",
    "raised_hands",
    "chat_messages",
    "polls_answered",
    "qna_threads",
    "attachments_downloaded",
)
_BLANKS = ("",) * (len(ADDED_COLUMNS) - 1)
_LINE_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NUMERIC_COLUMNS = {"meeting_view_time", "meeting_engaged_play_time_ratio", *ADDED_COLUMNS} - {
    "title",
    "company",
    "country",
    "role",
    "industry",
}
_FORMULA_IN_ROW = re.compile(r"(?:^|\0)[=+\-@\t\r]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Row = Sequence[str]


def rooms(data: SessionData) -> list[Row]:
    """The session's row of report 6000 and those of its breakouts, with a header."""
    return [RoomRow._fields, *sorted(data.rooms, key=lambda row: (bool(row.parent_entry_id), row))]


def breakouts(data: SessionData) -> list[Row]:
    """The session's rows of report 6002, with a header."""
    return [BreakoutRow._fields, *sorted(data.breakouts, key=lambda row: (row.session_start_time, row))]


def attendees(data: SessionData, minutes_in_breakouts: Mapping[str, float]) -> list[Row]:
    """The session's rows of report 6001 and a row for each person seen in its breakouts only, with a header.

    `minutes_in_breakouts` is by user id; of several rows of one user the first carries it.
    """
    left = dict(minutes_in_breakouts)
    rows = [_with_breakouts(row, left) for row in data.attendees]
    known = {row.user_id: row for row in reversed(data.breakout_attendees)}
    rows += [_with_breakouts(_only_in_breakouts(known[user], data), left) for user in sorted(left.keys() & known)]
    return [(*AttendeeRow._fields, *ADDED_COLUMNS), *sorted(rows, key=itemgetter(2))]


def machine_csv(rows: Iterable[Row]) -> bytes:
    """UTF-8, commas, RFC 4180 quoting, LF line ends; a line break inside a cell becomes a space."""
    return _csv(map(_one_line, rows), "\n").encode("utf-8", errors="replace")


def excel_csv(rows: Sequence[Row]) -> bytes:
    """The same rows with BOM and CRLF; a text cell that a spreadsheet would run as a formula gets a leading `'`."""
    numeric = {place for place, name in enumerate(rows[0]) if name in _NUMERIC_COLUMNS}
    defused = (_defused(row, numeric) for row in map(_one_line, rows))
    return b"\xef\xbb\xbf" + _csv(defused, "\r\n").encode("utf-8", errors="replace")


def _csv(rows: Iterable[Row], line_end: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=line_end).writerows(rows)
    return out.getvalue()


def _one_line(row: Row) -> Row:
    return row if "".join(row).isprintable() else [_LINE_BREAKS.sub(" ", cell) for cell in row]


def _defused(row: Row, numeric: Collection[int]) -> Row:
    """OWASP's rule for CSV injection. A number in a column of numbers is no formula and stays a number."""
    if not _FORMULA_IN_ROW.search("\0".join(row)):
        return row
    return [
        f"'{cell}" if cell.startswith(_FORMULA_STARTS) and not (place in numeric and _NUMBER.fullmatch(cell)) else cell
        for place, cell in enumerate(row)
    ]


def _with_breakouts(row: AttendeeRow, left: dict[str, float]) -> Row:
    minutes = left.pop(row.user_id, None)
    return (*row, "" if minutes is None else repr(minutes), *_BLANKS)


def _only_in_breakouts(row: AttendeeRow, data: SessionData) -> AttendeeRow:
    """Ids of the session, name and e-mail as known; minutes and ratio of the session itself are empty."""
    session = data.session
    return row._replace(
        entry_id=session.entry_id,
        cue_point_id=session.cue_point_id,
        meeting_view_time="",
        meeting_engaged_play_time_ratio="",
    )
