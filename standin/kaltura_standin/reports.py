"""The rows of the custom reports 6000 (rooms), 6001 (attendees) and 6002 (breakouts) for a time window.

A report adds up the events in [since, until): a window that covers a part of a session gives partial figures, and
people absent in the window have no row. Blank filters are ignored, as Kaltura does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from kaltura_standin.account import MAX_ROWS, Account, Room, Run, Stay
from kaltura_standin.apierrors import ApiError
from kaltura_standin.presence import Seen, Sight, seen_in

Cell: TypeAlias = str | int | float
Row: TypeAlias = tuple[Cell, ...]
Params: TypeAlias = Mapping[str, str]

ROOM_COLUMNS = (
    "entry_id",
    "entry_name",
    "parent_entry_id",
    "cue_point_id",
    "session_start_time",
    "session_end_time",
    "session_host_user_id",
    "meeting_view_period_unique_users",
    "meeting_engaged_play_time_ratio",
)
ATTENDEE_COLUMNS = (
    "entry_id",
    "cue_point_id",
    "user_id",
    "user_name",
    "user_email",
    "user_type",
    "meeting_view_time",
    "meeting_engaged_play_time_ratio",
)
BREAKOUT_COLUMNS = (
    "parent_entry_id",
    "parent_entry_name",
    "breakout_entry_id",
    "breakout_entry_name",
    "cue_point_id",
    "session_initiator",
    "session_start_time",
    "session_end_time",
    "duration",
    "participant_count",
    "engagement_rate",
)


class Table(NamedTuple):
    """A report: its column names and its rows."""

    header: tuple[str, ...]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class _Report:
    """A report. Of each group in `required` at least one parameter must be set."""

    header: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    filters: tuple[str, ...]
    row: Callable[[Account, Sight], Iterable[Row]]


def report_table(account: Account, report: int, params: Params, late: float = 1.0) -> Table:
    """Return the whole report, without a useful order, truncated at the row cap.

    `late` is the share of each session (0..1, from its start) that analytics has. Raises ApiError: REPORT_NOT_FOUND,
    DRUID_QUERY_TIMED_OUT, and INTERNAL_SERVERL_ERROR if a required parameter is missing.
    """
    definition = _REPORTS.get(report)
    if definition is None:
        raise ApiError("REPORT_NOT_FOUND", ID=report)
    window = _window(account, definition, params)
    sights = _sights(account, definition, params, window, late)
    rows = [row for sight in sights for row in definition.row(account, sight)]
    random.Random(f"{report} {window}").shuffle(rows)
    return Table(definition.header, rows[: _cap(account, params)])


def _window(account: Account, definition: _Report, params: Params) -> Stay:
    values = [next((params[name] for name in names if name in params), "") for names in definition.required]
    try:
        since, until = (int(value) for value in values)
    except ValueError:
        raise ApiError("INTERNAL_SERVERL_ERROR") from None
    widest = account.druid_max_window_hours
    if widest is not None and until - since > widest * 3600:
        raise ApiError("DRUID_QUERY_TIMED_OUT")
    return since, until


def _cap(account: Account, params: Params) -> int:
    limit = params.get("limit", "")
    return min(int(limit) if limit.isdecimal() and int(limit) else MAX_ROWS, account.row_cap, MAX_ROWS)


def _sights(account: Account, definition: _Report, params: Params, window: Stay, late: float) -> Iterator[Sight]:
    wanted = {name: set(params[name].split(",")) for name in definition.filters if params.get(name)}
    for room, run in account.sessions():
        if _wants_session(wanted, room, run):
            seen = [one for one in seen_in(run, window, account.clock, late) if _wants_user(wanted, one)]
            if seen:
                yield Sight(room, run, seen)


def _wants_session(wanted: Mapping[str, set[str]], room: Room, run: Run) -> bool:
    """Apply the entry filter, which also finds the breakouts of a room (Kaltura server, addEntryDescendants)."""
    tests = {
        "entry_ids": {room.id, room.parent},
        "parentEntryIds": {room.parent},
        "virtual_event_ids": {room.virtual_event_id},
        "cue_point_ids": {run.id},
    }
    return all(ids & (wanted[name] - {""}) for name, ids in tests.items() if name in wanted)


def _wants_user(wanted: Mapping[str, set[str]], one: Seen) -> bool:
    return "user_ids" not in wanted or one.who.user_id in wanted["user_ids"]


def _room_row(_account: Account, sight: Sight) -> Iterable[Row]:
    room, run, _ = sight
    ids = (room.id, room.name, room.parent, run.id)
    yield (*ids, run.start, run.end, run.host, sight.unique_users, sight.ratio)


def _attendee_rows(_account: Account, sight: Sight) -> Iterable[Row]:
    for who, seconds, engaged in sight.seen:
        user = (who.user_id, who.name, who.email, who.type) if who.user_id else ("", "", "", "")
        yield (sight.room.id, sight.run.id, *user, seconds / 60, engaged / seconds)


def _breakout_rows(account: Account, sight: Sight) -> Iterable[Row]:
    room, run, _ = sight
    parent = account.room(room.parent)
    if parent is None:
        return
    host = account.user(run.host)
    initiator = (host and host.full_name) or run.host
    ids = (parent.id, parent.name, room.id, room.name, run.id, initiator)
    yield (*ids, run.start, run.end, run.end - run.start, sight.unique_users, sight.ratio)


_DATES = (("from_date",), ("to_date",))
_EITHER_DATES = (("from_date", "fromDate"), ("to_date", "toDate"))
_REPORTS: Mapping[int, _Report] = MappingProxyType(
    {
        6000: _Report(ROOM_COLUMNS, _DATES, ("entry_ids", "virtual_event_ids"), _room_row),
        6001: _Report(
            ATTENDEE_COLUMNS,
            _DATES,
            ("entry_ids", "virtual_event_ids", "user_ids", "cue_point_ids"),
            _attendee_rows,
        ),
        6002: _Report(BREAKOUT_COLUMNS, _EITHER_DATES, ("parentEntryIds", "virtual_event_ids"), _breakout_rows),
    },
)
