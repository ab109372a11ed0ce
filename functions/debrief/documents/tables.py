"""The CSVs: one for machines, faithful to what Kaltura sent, and one that a spreadsheet may open without harm."""

from __future__ import annotations

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
_NOTHING_ADDED = ("",) * len(ADDED_COLUMNS)
_TEXT_COLUMNS = {"title", "company", "country", "role", "industry"}
_NUMERIC_COLUMNS = {"meeting_view_time", "meeting_engaged_play_time_ratio", *ADDED_COLUMNS} - _TEXT_COLUMNS
_LINE_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")  # those of str.splitlines
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_PERHAPS_FORMULA = re.compile(r',"?[=+\-@\t ]')  # in a line, where a carriage return has become a space

Row = Sequence[str]


def rooms(data: SessionData) -> list[Row]:
    """The session's row of report 6000 and those of its breakouts, with a header."""
    return [RoomRow._fields, *sorted(data.rooms, key=lambda row: (bool(row.parent_entry_id), row))]


def breakouts(data: SessionData) -> list[Row]:
    """The session's rows of report 6002, with a header."""
    return [BreakoutRow._fields, *sorted(data.breakouts, key=lambda row: (row.session_start_time, row))]


def attendees(data: SessionData, added: Mapping[str, Sequence[str]], more: Sequence[AttendeeRow] = ()) -> list[Row]:
    """The session's rows of report 6001 and a row for each person seen elsewhere only, with a header.

    `added` are the added columns by user id; of several rows of one user the first carries them. `more` are rows of
    people whom only other reports know.
    """
    left = dict(added)
    rows = [row + tuple(left.pop(row.user_id, _NOTHING_ADDED)) for row in _by_user(data.attendees)]
    known = {row.user_id: row for row in reversed(_by_user(data.breakout_attendees))}
    rows += [_only_in_breakouts(known[user], data) + tuple(left.pop(user)) for user in left.keys() & known]
    rows += [row + tuple(left.pop(row.user_id, _NOTHING_ADDED)) for row in more]
    return [(*AttendeeRow._fields, *ADDED_COLUMNS), *sorted(rows, key=itemgetter(2))]


def machine_csv(rows: Iterable[Row]) -> bytes:
    """UTF-8, commas, RFC 4180 quoting, LF line ends; a line break inside a cell becomes a space."""
    return _encoded(map(_line, rows), "\n")


def excel_csv(rows: Sequence[Row]) -> bytes:
    """The same rows with BOM and CRLF; a text cell that a spreadsheet would run as a formula gets a leading `'`."""
    numeric = {place for place, name in enumerate(rows[0]) if name in _NUMERIC_COLUMNS}
    return _encoded((_defused_line(row, numeric) for row in rows), "\r\n", b"\xef\xbb\xbf")


def _encoded(lines: Iterable[str], line_end: str, start: bytes = b"") -> bytes:
    out = io.BytesIO()
    out.write(start)
    out.writelines((line + line_end).encode("utf-8", errors="replace") for line in lines)
    return out.getvalue()


def _line(row: Row) -> str:
    """Nearly every row can be joined as it is, which is many times faster than to look at each cell."""
    line = ",".join(row)
    if '"' not in line and line.count(",") == len(row) - 1 and line.splitlines() == [line]:
        return line
    return ",".join(map(_quoted, row))


def _defused_line(row: Row, numeric: Collection[int]) -> str:
    line = _line(row)
    return _line(_defused(row, numeric)) if _PERHAPS_FORMULA.search(f",{line}") else line


def _quoted(cell: str) -> str:
    cell = _LINE_BREAKS.sub(" ", cell)
    return '"' + cell.replace('"', '""') + '"' if "," in cell or '"' in cell else cell


def _defused(row: Row, numeric: Collection[int]) -> Row:
    """OWASP's rule for CSV injection. A number in a column of numbers is no formula and stays a number."""
    return [
        f"'{cell}" if cell.startswith(_FORMULA_STARTS) and not (place in numeric and _NUMBER.fullmatch(cell)) else cell
        for place, cell in enumerate(row)
    ]


def _by_user(rows: Iterable[AttendeeRow]) -> list[AttendeeRow]:
    """Rows of one user stay together, in an order that does not depend on the one in which they came."""
    return sorted(sorted(rows), key=itemgetter(2))


def _only_in_breakouts(row: AttendeeRow, data: SessionData) -> AttendeeRow:
    """Ids of the session, name and e-mail as known; minutes and ratio of the session itself are empty."""
    session = data.session
    return row._replace(
        entry_id=session.entry_id,
        cue_point_id=session.cue_point_id,
        meeting_view_time="",
        meeting_engaged_play_time_ratio="",
    )
