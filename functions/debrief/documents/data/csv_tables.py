"""CSV files: the machine-readable one has Kaltura's values unchanged; the other is safe to open in a spreadsheet."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from operator import add, itemgetter
from typing import overload

from debrief.model import AttendeeRow, BreakoutRow, RoomRow, SessionData

# These columns come after those of Kaltura's report; cells of unknown values are empty.
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
    "event_id",
)
_NOTHING_ADDED = ("",) * (len(ADDED_COLUMNS) - 1)  # all columns but event_id, which every row has
_TEXT_COLUMNS = {"title", "company", "country", "role", "industry", "event_id"}
_NUMERIC_COLUMNS = {"meeting_view_time", "meeting_engaged_play_time_ratio", *ADDED_COLUMNS} - _TEXT_COLUMNS
_LINE_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")  # the line breaks of str.splitlines
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# Control characters except tabs and line breaks, and bidirectional controls: some CSV readers fail at them.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Characters that may come before a formula: spaces, quotation marks, invisible characters.
_SKIPPED = (
    "\\s\"'`\u00ab\u00bb\u2018-\u201f\u2039\u203a\uff02\uff07\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-"
    "\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
_FORMULA_STARTS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"  # with full-width and small forms
_BEFORE_FORMULA = re.compile(f"(^|[;,\t])(?=[{_SKIPPED}]*[{_FORMULA_STARTS}])")
_MAYBE_FORMULA = re.compile(f"[\n;,\t][{_SKIPPED}]*[{_FORMULA_STARTS}]")  # also matches negative numbers
_MAYBE_FORMULA_ASCII = re.compile(rb"[\n;,\t][\s\"'`]*[=+\-@]")
_BLOCK = 500  # number of rows that are checked together
_BOM = b"\xef\xbb\xbf"

Row = Sequence[str]


def rooms(data: SessionData) -> list[Row]:
    """Return the header and rows of report 6000 of the session and its breakouts."""
    return [RoomRow._fields, *sorted(data.rooms, key=lambda row: (bool(row.parent_entry_id), row))]


def breakouts(data: SessionData) -> list[Row]:
    """Return the header and rows of report 6002 of the session."""
    return [BreakoutRow._fields, *sorted(data.breakouts, key=lambda row: (row.session_start_time, row))]


def attendees(data: SessionData, added: Mapping[str, Row], more: Sequence[AttendeeRow] = ()) -> Sequence[Row]:
    """Return the header and rows of report 6001, and a row for each person who is in no row of report 6001.

    `added` has the cells of ADDED_COLUMNS, except event_id, by user id; they go into the first row of each user. `more`
    has the rows of people known only from reports other than those of the breakouts.
    """
    main_room = _by_user(data.attendees)
    breakout = {row.user_id: row for row in reversed(_by_user(data.breakout_attendees)) if row.user_id in added}
    if breakout:
        breakout = {user: breakout[user] for user in breakout.keys() - {row.user_id for row in main_room}}
    rows = [*main_room, *(_only_in_breakouts(row, data) for row in breakout.values()), *more]
    rows.sort(key=itemgetter(2))
    cells = _added_cells(rows, added, (data.session.event_id,))
    return _SideBySide([AttendeeRow._fields, *rows], [ADDED_COLUMNS, *cells])


def _added_cells(rows: Sequence[AttendeeRow], added: Mapping[str, Row], event: tuple[str]) -> Iterable[tuple[str, ...]]:
    """Yield the cells of ADDED_COLUMNS for each row; only the first row of a user has more than the event."""
    nothing = _NOTHING_ADDED + event
    if not added:
        return repeat(nothing, len(rows))
    pairs = ((row.user_id, before) for row, before in zip(rows, [None, *map(itemgetter(2), rows)], strict=False))
    return ((*added[user], *event) if user != before and user in added else nothing for user, before in pairs)


class _SideBySide(Sequence[Row]):
    """Two tables side by side. Rows are combined on access, because all combined rows would take much memory."""

    def __init__(self, left: Sequence[tuple[str, ...]], right: Sequence[tuple[str, ...]]) -> None:
        self._left, self._right = left, right

    def __len__(self) -> int:
        return len(self._left)

    def __iter__(self) -> Iterator[Row]:
        return map(add, self._left, self._right)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return list(map(add, self._left[place], self._right[place]))
        return self._left[place] + self._right[place]


def without_columns(rows: Sequence[Row], names: Collection[str]) -> list[Row]:
    """Return the header and rows without these columns."""
    kept = [place for place, name in enumerate(rows[0]) if name not in names]
    return list(map(itemgetter(*kept), rows))


def in_one_line(cell: str) -> str:
    """Return a cell without line breaks."""
    return _LINE_BREAKS.sub(" ", cell)


def machine_csv(rows: Iterable[Row]) -> bytes:
    """Return a CSV file with UTF-8, commas, RFC 4180 quoting and LF; a line break inside a cell becomes a space.

    Control characters and bidirectional controls are left out: for example, some programs stop at a NUL.
    """
    out, left = io.BytesIO(), iter(rows)
    while block := list(islice(left, _BLOCK)):
        out.write(_encoded(block))
    return out.getvalue()


def excel_csv(rows: Sequence[Row], machine: bytes = b"") -> bytes:
    """Return a CSV file for spreadsheets: with BOM and CRLF, without tabs, and with `'` before each possible formula.

    A formula may also begin inside a cell, after a semicolon, tab or comma, because a spreadsheet may split a cell
    there. Numbers in numeric columns stay unchanged.

    `machine` is the result of `machine_csv(rows)`, if the caller has it.
    """
    numeric = {place for place, name in enumerate(rows[0]) if name in _NUMERIC_COLUMNS}
    out, lines = io.BytesIO(), io.BytesIO(machine)
    out.write(_BOM)
    for start in range(0, len(rows), _BLOCK):
        block = list(islice(lines, _BLOCK)) if machine else list(io.BytesIO(_encoded(rows[start : start + _BLOCK])))
        text = b"".join(block)
        if _may_have_formulas(text):
            text = b"".join(map(_defused_line, block, rows[start : start + _BLOCK], repeat(numeric)))
        out.write(text.replace(b"\t", b" ").replace(b"\n", b"\r\n"))
    return out.getvalue()


def _encoded(rows: Sequence[Row]) -> bytes:
    return _joined(rows).encode("utf-8", errors="replace")


def _joined(rows: Sequence[Row]) -> str:
    """Return the CSV lines of some rows. It checks whole lines, because checking each cell takes many times longer."""
    lines = list(map(",".join, rows))
    text = "\n".join(lines)
    is_printable = "".join(lines).isprintable()  # neither controls nor line breaks, in a third of the time
    if not is_printable and _CONTROLS.search(text):
        return _joined([[_CONTROLS.sub("", cell) for cell in row] for row in rows])
    if not is_printable and text.splitlines() != lines:
        lines = [",".join(_in_quotes(in_one_line(cell)) for cell in row) for row in rows]
    elif '"' in text or text.count(",") + len(rows) != sum(map(len, rows)):
        lines = list(map(_line, rows, lines))
    else:
        return f"{text}\n"
    return "".join([f"{line}\n" for line in lines])


def _line(row: Row, joined: str) -> str:
    """Return the CSV line of a row whose cells have no line breaks; `joined` is the line without quotes."""
    return joined if '"' not in joined and joined.count(",") == len(row) - 1 else ",".join(map(_in_quotes, row))


def _may_have_formulas(lines: bytes) -> bool:
    """Return whether a cell, or a part of a cell, may be a formula."""
    if lines.isascii():
        return _MAYBE_FORMULA_ASCII.search(b"\n%b" % lines) is not None
    return _MAYBE_FORMULA.search("\n" + lines.decode("utf-8", "replace")) is not None


def _defused_line(line: bytes, row: Row, numeric: Collection[int]) -> bytes:
    if not _may_have_formulas(line):
        return line
    cells = [_LINE_BREAKS.sub(" ", _CONTROLS.sub("", cell)) for cell in row]
    return _encoded([_defused(cells, numeric)])


def _in_quotes(cell: str) -> str:
    """Quote a cell if it has a comma or a quotation mark. The cell has no line breaks."""
    return '"' + cell.replace('"', '""') + '"' if "," in cell or '"' in cell else cell


def _defused(row: Row, numeric: Collection[int]) -> Row:
    return [
        cell if place in numeric and _NUMBER.fullmatch(cell) else _BEFORE_FORMULA.sub(r"\1'", cell)
        for place, cell in enumerate(row)
    ]


def _by_user(rows: Iterable[AttendeeRow]) -> list[AttendeeRow]:
    """Sort rows by user id, then by all cells, so that the report's order does not matter."""
    return sorted(sorted(rows), key=itemgetter(2))


def _only_in_breakouts(row: AttendeeRow, data: SessionData) -> AttendeeRow:
    """Return a breakout's row with the ids of the main session, and without minutes and ratio."""
    session = data.session
    return row._replace(
        entry_id=session.entry_id,
        cue_point_id=session.cue_point_id,
        meeting_view_time="",
        meeting_engaged_play_time_ratio="",
    )
