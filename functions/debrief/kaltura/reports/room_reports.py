"""Define the three room reports, one line each, and parse their answers.

Columns are found by name, in any order. Names and units are from Kaltura's article "Retrieve Kaltura Room data with
the Kaltura API".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from typing import Generic, TypeVar

from debrief.errors import ReportChanged
from debrief.kaltura.reports.csv_reader import CsvText, Row, Shape, read_csv
from debrief.model import AttendeeRow, BreakoutRow, Finding, IdsAndAddresses, RoomRow
from debrief.util.columns import named_rows
from debrief.util.gc_pause import gc_paused
from debrief.util.values import moment, number

R = TypeVar("R", RoomRow, AttendeeRow, BreakoutRow)

_IDS = {"entry_id", "cue_point_id", "breakout_entry_id"}
_OPTIONAL_IDS = {"parent_entry_id"}
_KINDS = {"user_type"}  # User or Guest
_REPEATING = {
    "entry_id",
    "cue_point_id",
    "user_id",
    "user_email",
    "user_type",
}  # many equal cells, which are stored once; a user id is often the address too
_NUMBERS = {
    "meeting_view_period_unique_users",
    "meeting_engaged_play_time_ratio",
    "meeting_view_time",
    "duration",
    "participant_count",
    "engagement_rate",
}
_COUNTS = {"meeting_view_period_unique_users", "participant_count"}
_TIMES = {"session_start_time", "session_end_time"}
# These columns may be missing; every other documented column is required. Without `user_email` the
# different ids of a person are not matched.
_DESCRIPTIVE = {
    "entry_name",
    "parent_entry_name",
    "breakout_entry_name",
    "session_host_user_id",
    "session_initiator",
    "user_name",
    "user_email",
}
_ID = re.compile(r"\S+")
_OPTIONAL_ID = re.compile(r"\S*")
_KIND = re.compile(r"[^\W\d]*")


@dataclass(frozen=True)
class Report(Generic[R]):
    """A room report: its number, its rows, and its filters."""

    number: int  # Kaltura's report id
    row_type: type[R]
    room_filter: str
    merge_note: str  # the effect of merged pieces on the figures
    user_id_column: str  # has the id of the person whom a row is about, or of the host
    email_column: str = ""  # has the person's address; blank: the report has no addresses
    camel_dates: bool = False  # 6002 is documented with from_date and fromDate

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the documented columns in the documented order."""
        return self.row_type._fields


_FULLEST = "Counts of people and engagement rates are taken from the piece with the most people."
_ADDED_UP = "Minutes of one person in several pieces are added up."

ROOMS = Report(6000, RoomRow, "entry_ids", _FULLEST, "session_host_user_id")
ATTENDEES = Report(6001, AttendeeRow, "entry_ids", _ADDED_UP, "user_id", "user_email")
BREAKOUTS = Report(6002, BreakoutRow, "parentEntryIds", _FULLEST, "session_initiator", camel_dates=True)


@dataclass(frozen=True)
class ReportRows(Generic[R]):
    """The rows of one answer, the people in it, and findings. `count` includes unreadable rows."""

    rows: list[R] = field(repr=False)
    count: int
    people: IdsAndAddresses = field(default=((), ()), repr=False)
    findings: tuple[Finding, ...] = ()


@gc_paused()
def parse(report: Report[R], body: bytes) -> ReportRows[R]:
    """Parse an answer into typed rows, in no order. Raises ReportChanged when a required column is missing."""
    text = read_csv(body, _shape_of, in_order=False)
    if not text.header:
        return ReportRows([], 0)
    rows = _typed_rows(report, text.header, text.rows)
    findings = _findings(report, text.header, text.unreadable)
    ids = list(map(attrgetter(report.user_id_column), rows))
    emails = list(map(attrgetter(report.email_column), rows)) if report.email_column else [""] * len(ids)
    return ReportRows(rows, len(rows) + text.unreadable, (ids, emails), findings)


def cells_of(body: bytes) -> CsvText:
    """Return an answer's cells with all columns, in order."""
    return read_csv(body, _shape_of)


def _typed_rows(report: Report[R], header: Row, rows: Iterable[Row]) -> list[R]:
    places = {name: place for place, name in reversed(list(enumerate(header)))}
    missing = [name for name in report.columns if name not in places]
    if required := [name for name in missing if name not in _DESCRIPTIVE]:
        raise ReportChanged(f"Kaltura's report {report.number} no longer has the column {', '.join(required)}.")
    if tuple(header) == report.columns:
        return list(named_rows(report.row_type, rows))
    blank = len(header)
    pick = itemgetter(*[places.get(name, blank) for name in report.columns])
    return list(named_rows(report.row_type, map(pick, _padded(rows))))


def _padded(rows: Iterable[Row]) -> Iterator[Row]:
    """Add a blank cell to each row, for missing columns."""
    return ([*row, ""] for row in rows)


def _findings(report: Report[R], header: Row, unreadable: int) -> tuple[Finding, ...]:
    found = []
    if unknown := [name[:60] for name in header if name not in report.columns]:
        sentence = f"Report {report.number} has columns that Debrief does not know: {', '.join(unknown[:10])}."
        found.append(Finding("UNKNOWN_COLUMN", f"{sentence} They are kept in the raw answers."))
    if missing := [name for name in report.columns if name not in header]:
        found.append(Finding("MISSING_COLUMN", f"Report {report.number} lacks the column {', '.join(missing)}."))
    if unreadable:
        sentence = f"{unreadable} lines of report {report.number} could not be read as rows."
        found.append(Finding("UNREADABLE_ROWS", f"{sentence} They are kept in the raw answers and not counted."))
    return tuple(found)


def _shape_of(header: Row) -> Shape:
    """Return the tests of each column: ids without spaces, numbers, times; names are free text."""
    tests = {place: test for place, name in enumerate(header) if (test := _cell_test(name))}
    loose = [place for place, name in enumerate(header) if name in _DESCRIPTIVE]
    repeating = [place for place, name in enumerate(header) if name in _REPEATING]
    decimals = [place for place, name in enumerate(header) if name in _NUMBERS - _COUNTS]
    return Shape(tests, loose, repeating, decimals)


def _cell_test(column: str) -> Callable[[str], bool] | None:
    if column in _IDS:
        return lambda cell: _ID.fullmatch(cell) is not None
    if column in _OPTIONAL_IDS:
        return lambda cell: _OPTIONAL_ID.fullmatch(cell) is not None
    if column in _KINDS:
        return lambda cell: _KIND.fullmatch(cell) is not None
    if column in _NUMBERS:
        return lambda cell: cell == "" or number(cell) is not None
    if column in _TIMES:
        return lambda cell: cell == "" or moment(cell) is not None
    return None
