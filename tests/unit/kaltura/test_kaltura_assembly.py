"""One session's own rows: no other session's, and none of its own left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from debrief.kaltura.reports.reader import Reading
from debrief.kaltura.session_data.assembly import (
    Readings,
    assemble,
    attendees_of_session,
    breakout_attendees_of_session,
    breakout_room_ids,
    breakout_session_ids,
    breakouts_of_session,
    complete_session,
    hosts_of,
    rooms_of_session,
)
from debrief.model import AttendeeRow, BreakoutRow, Finding, Organizer, Part, Person, RoomRow, Session

R = TypeVar("R", RoomRow, AttendeeRow, BreakoutRow)
T = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SESSION = Session("1_cue", "1_main", T, T + 60 * MINUTE, "Cue", host_user_id="ann")
FIRST, SECOND = Part("1_cue", T, T + 20 * MINUTE), Part("1_next", T + 40 * MINUTE, T + 60 * MINUTE)
JOINT = replace(SESSION, cue_point_id="joint-1_cue", parts=(FIRST, SECOND))


def stamp(minute: float | None) -> str:
    return "" if minute is None else str(int((T + minute * MINUTE).timestamp()))


def room(
    entry: str = "1_main", cue: str = "1_cue", parent: str = "", start: float | None = 0, end: float | None = 60
) -> RoomRow:
    return RoomRow(entry, f"Name of {entry}", parent, cue, stamp(start), stamp(end), "ann", "3", "0.5")


def breakout(
    entry: str = "1_brk", cue: str = "1_side", parent: str = "1_main", start: float | None = 10, end: float | None = 20
) -> BreakoutRow:
    return BreakoutRow(parent, "Main", entry, "Side", cue, "Ann", stamp(start), stamp(end), "600", "3", "0.5")


def attendee(user_id: str, entry: str = "1_main", cue: str = "1_cue") -> AttendeeRow:
    return AttendeeRow(entry, cue, user_id, "", "", "User", "1", "0.5")


def reading(*rows: R, findings: tuple[Finding, ...] = ()) -> Reading[R]:
    return Reading(list(rows), [b"answer"], list(findings), [], [])


@pytest.mark.parametrize(
    ("row", "is_own"),
    [
        (breakout(), True),
        (breakout(start=-10, end=5), True),
        (breakout(start=55, end=90), True),
        (breakout(start=30, end=None), True),
        (breakout(start=-10, end=0), False),
        (breakout(start=60, end=70), False),
        (breakout(start=-10, end=None), False),
        (breakout(start=None), False),
        (breakout(parent="1_other"), False),
        (breakout(parent=""), False),
    ],
)
def test_a_breakout_is_the_session_s_when_it_is_of_its_room_and_shares_some_of_its_time(
    row: BreakoutRow, *, is_own: bool
) -> None:
    found = breakouts_of_session(reading(row), SESSION)
    assert found.rows == [row] * is_own
    assert found.answers == [b"answer"]


def test_a_breakout_in_the_gap_of_an_interrupted_session_is_not_its_own() -> None:
    rows = [breakout("1_b3", start=45, end=50), breakout("1_b2", start=25, end=35), breakout("1_b1", start=5, end=10)]
    assert [row.breakout_entry_id for row in breakouts_of_session(reading(*rows), JOINT).rows] == ["1_b1", "1_b3"]


def test_rooms_are_the_session_s_row_and_then_those_of_its_breakouts() -> None:
    known = room("1_brk", "1_side", start=10, end=20)  # whose parent report 6000 does not say
    of_room = room("1_new", "1_new0", parent="1_main", start=10, end=20)  # which report 6002 lacks
    strangers = (
        room(cue="1_past"),
        room("1_other"),
        room("1_brk", "1_later", start=70, end=80),
        room("1_brk", "", start=10, end=20),
        room("1_brk", "1_lost", start=None),
        room("1_far", "1_far0", parent="1_else", start=10, end=20),
    )
    found = rooms_of_session(reading(of_room, *strangers, known, room()), SESSION, [breakout()])
    assert found.rows == [room(), known, of_room]


def test_a_breakout_s_room_in_the_gap_of_an_interrupted_session_is_not_its_own() -> None:
    rows = [room("1_brk", f"1_s{start}", "1_main", start, start + 5) for start in (5, 25, 45)]
    assert [row.cue_point_id for row in rooms_of_session(reading(*rows), JOINT, []).rows] == ["1_s45", "1_s5"]


def test_the_rows_of_an_interrupted_session_s_parts_come_by_start_whatever_their_ids() -> None:
    late, early = Part("1_a", T + 40 * MINUTE, T + 60 * MINUTE), Part("1_z", T, T + 20 * MINUTE)
    joint = replace(JOINT, parts=(early, late))
    found = rooms_of_session(reading(room(cue="1_a"), room(cue="1_z"), room(cue="1_none")), joint, [])
    assert [row.cue_point_id for row in found.rows] == ["1_z", "1_a"]


def test_attendees_are_those_of_the_session_and_of_no_other_in_its_room_or_elsewhere() -> None:
    rows = [attendee("dan"), attendee("bob"), attendee("eve", cue="1_past"), attendee("flo", entry="1_brk")]
    assert [row.user_id for row in attendees_of_session(reading(*rows), SESSION).rows] == ["bob", "dan"]
    both = [attendee("dan", cue="1_next"), attendee("bob"), attendee("eve", cue="joint-1_cue")]
    assert [row.user_id for row in attendees_of_session(reading(*both), JOINT).rows] == ["bob", "dan"]


def test_attendees_of_breakouts_are_those_of_its_breakouts_under_an_id_of_its_own() -> None:
    rows = [
        attendee("dan", "1_brk", "1_side"),
        attendee("bob", "1_brk", "1_cue"),
        attendee("eve", "1_brk", "1_past"),
        attendee("flo", "1_other", "1_side"),
        attendee("gus"),
    ]
    found = breakout_attendees_of_session(reading(*rows), SESSION, [breakout()])
    assert [row.user_id for row in found.rows] == ["bob", "dan"]


def test_ids_to_ask_for_come_once_and_never_blank() -> None:
    rows = [breakout("1_b"), breakout("1_a"), breakout("1_b", "1_two"), breakout("", ""), breakout(" ", "\t")]
    assert breakout_room_ids(rows) == ["1_a", "1_b"]
    assert breakout_session_ids(SESSION, rows) == ["1_cue", "1_side", "1_two"]
    assert breakout_session_ids(JOINT, rows) == ["1_cue", "1_next", "1_side", "1_two"]


def test_report_6000_adds_name_parent_and_host_and_takes_none_away() -> None:
    own = room(parent="1_parent")._replace(session_host_user_id="bob")
    found = complete_session(SESSION, [room(cue="1_past"), room("1_other"), own])
    assert (found.entry_name, found.parent_entry_id, found.host_user_id) == ("Name of 1_main", "1_parent", "bob")
    blank = own._replace(entry_name="", parent_entry_id="", session_host_user_id="")
    known = replace(SESSION, parent_entry_id="1_known")
    assert complete_session(known, [blank]) == known
    assert complete_session(SESSION, [room(cue="1_past")]) is SESSION


def test_the_host_of_each_part_is_spelled_as_the_cue_point_spells_the_id() -> None:
    session = replace(JOINT, host_user_id="Lee, Ann")
    rows = [room()._replace(session_host_user_id="Lee  Ann"), room(cue="1_next")._replace(session_host_user_id="bob")]
    assert hosts_of(session, [*rows, room(cue="1_past")]) == ["Lee, Ann", "bob"]


def test_a_session_is_put_together_from_all_its_reports_with_each_finding_once() -> None:
    one, other = Finding("UNKNOWN_COLUMN", "mood"), Finding("SPLIT", "parts")
    readings = Readings(
        reading(room(), findings=(one,)),
        reading(attendee("bob"), findings=(one, other)),
        reading(breakout()),
        reading(attendee("dan", "1_brk", "1_side")),
    )
    organizers = [Organizer(Person("otto", "Otto", ""), "owner"), Organizer(Person("ann", "Ann", ""), "host")]
    found = assemble(SESSION, readings, organizers, None, [other])
    assert found.host == Person("ann", "Ann", "")
    assert [row.user_id for row in found.attendees] == ["bob"]
    assert [row.user_id for row in found.breakout_attendees] == ["dan"]
    assert (list(found.rooms), list(found.breakouts)) == ([room()], [breakout()])
    assert list(found.findings) == [one, other]
    assert list(readings.by_report()) == ["6000", "6001", "6001-breakouts", "6002"]


def test_without_breakouts_nobody_was_asked_for_their_attendees() -> None:
    readings = Readings(reading(room()), reading(attendee("bob")), reading(), None)
    found = assemble(SESSION, readings, [], None, [])
    assert (found.host, list(found.breakout_attendees)) == (None, [])
    assert list(readings.by_report()) == ["6000", "6001", "6002"]
