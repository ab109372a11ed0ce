"""Role and industry in tables that Kaltura's own code wrote, asked for with a virtual event and without."""

import json
from pathlib import Path

from debrief.kaltura.reports.page_reports import PAGE_ATTENDEES, rows_of
from debrief.kaltura.session_data.summary_page import longest_attendees, merge_attendees
from debrief.metrics.profiles import profiles, why_no_roles
from debrief.model import AttendeeRow, PageData, Session, SessionData
from debrief.util.columns import Cells
from support.summaries import START

_GOLDEN = Path(__file__).parents[2] / "golden" / "json"


def table(name: str) -> list[Cells]:
    return list(rows_of(PAGE_ATTENDEES, json.loads((_GOLDEN / f"60010-getTable-{name}-first30.json").read_bytes())))


def data(rows: list[Cells], no_roles: str = "") -> SessionData:
    page = PageData(START, START, {PAGE_ATTENDEES.name: rows}, no_roles=no_roles)
    return SessionData(Session("1_cue00001", "1_room0001", START, START), page=page)


def roles(rows: list[Cells]) -> dict[str, tuple[str, str]]:
    return {user_id: (one.role, one.industry) for user_id, one in profiles(data(rows)).items()}


def reason(given: SessionData) -> str:
    return why_no_roles(given, profiles(given))


def test_with_the_event_role_and_industry_are_known_but_for_those_without_a_profile() -> None:
    found = roles(table("event77"))
    assert found["ines.morvan@example.com"] == ("Purchasing", "Marine instruments")
    assert found["66efb3"] == ("", "")
    assert reason(data(table("event77"))) == ""


def test_without_the_event_the_user_id_in_both_columns_is_no_role_of_anybody() -> None:
    assert set(roles(table("noevent")).values()) == {("", "")}
    assert reason(data(table("noevent"), "No virtual event.")) == "No virtual event."
    assert reason(data(table("noevent"))) == "Kaltura has no attendee's role or industry."


def test_both_tables_together_have_every_row_of_either_and_the_roles_of_the_first() -> None:
    with_event, without = table("event77"), table("noevent")
    assert list(merge_attendees([with_event, without])) == with_event
    together = merge_attendees([with_event[1:], without])
    assert {row["user_id"] for row in together} == {row["user_id"] for row in without}
    assert roles(list(together)) == roles(with_event) | {"ines.morvan@example.com": ("", "")}


def test_figures_are_those_of_the_later_table() -> None:
    with_event = [{"user_id": "ann", "role": "CEO", "industry": "", "count_poll_answered": "1"}]
    without = [{"user_id": "ann", "role": "ann", "industry": "ann", "count_poll_answered": "3"}]
    (row,) = merge_attendees([with_event, without])
    assert row == {"user_id": "ann", "role": "CEO", "industry": "", "count_poll_answered": "3"}


def test_tables_without_role_and_industry_are_put_together_all_the_same() -> None:
    first, second = [{"user_id": "ann", "count_poll_answered": "1"}], [{"user_id": "bob", "count_poll_answered": "3"}]
    assert list(merge_attendees([first, [*second, *first]])) == [*first, *second]
    only_role = [{"user_id": "ann", "role": "CEO"}]
    assert list(merge_attendees([only_role, [{"user_id": "ann", "role": ""}]])) == only_role


def test_heatmaps_are_asked_for_those_who_stayed_longest_all_their_rows_together() -> None:
    def row(user_id: str, minutes: str) -> AttendeeRow:
        return AttendeeRow("1_room", "1_cue", user_id, "", "", "User", minutes, "1")

    rows = [row("bob", "7"), row("ann", "4"), row("ann", "5"), row("Unknown", "99"), row("", "99"), row("cy", "x")]
    rows += [row("dan", "7"), row("|~^,", "99")]
    assert longest_attendees(rows, 9) == ["ann", "bob", "dan", "cy"]
    assert [longest_attendees(rows, most) for most in (0, 1, 2, 3)] == [
        [],
        ["ann"],
        ["ann", "bob"],
        ["ann", "bob", "dan"],
    ]
    assert longest_attendees([], 5) == []
