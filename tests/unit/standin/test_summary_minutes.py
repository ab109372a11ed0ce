"""60004 and 60011: minutes, how they are filled, and the spells that they are made of."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standin_client import Client, T
from standin_webinar import ROOM, webinar_account

from kaltura_standin.account import Account, Attendance, Room, Run
from kaltura_standin.interactions import Act, Lull, Script
from kaltura_standin.summary.attention import owned_minutes, spells_of
from kaltura_standin.summary.dataset import Footage
from kaltura_standin.summary.query import Question

STATES = {
    f"Tab{tab}Mic{mic}FullScreen{full}Camera{camera}Sound{sound}{stage}"
    for tab in ("Focused", "NotFocused")
    for mic in ("Unmuted", "Muted")
    for full in ("", "Off")
    for camera in ("On", "Off")
    for sound in ("On", "Off")
    for stage in ("", "OnStage", "OffStage")
}


def is_engaged(state: str) -> bool:
    """As the server counts."""
    idle = "TabNotFocused" in state and "FullScreenOff" in state and "CameraOff" in state
    return not idle or state.endswith("OnStage")


@pytest.fixture
def webinar(client: Client) -> Client:
    client.kaltura.account = webinar_account()
    return client


def test_the_timeline_counts_viewers_and_reactions_by_minute(webinar: Client) -> None:
    rows = webinar.table(60004, entryIdIn=ROOM)
    assert [row[:2] for row in rows] == [
        [str(T + 60 * minute), count] for minute, count in enumerate("4" "4" "2" "2" "2" "1" "1" "1" "1" "1" "0")
    ]  # fmt: skip
    assert [row[3:] for row in rows[:4]] == [
        ["0", "0", "0", "0", "0"],
        ["2", "0", "0", "0", "0"],
        ["0", "0", "0", "0", "1"],
        ["0", "0", "0", "0", "0"],
    ]
    assert all(0 <= float(row[2]) <= 1 for row in rows)


def test_the_window_is_rounded_to_the_nearest_minutes_and_both_ends_are_there(webinar: Client) -> None:
    answer = webinar.report("getTable", 60004, entryIdIn=ROOM, fromDate=T - 89, toDate=T + 629)
    minutes = [int(row.split("|")[0]) for row in answer["data"].split(";")[:-1]]
    assert (minutes[0], minutes[-1]) == (T - 60, T + 600)
    assert answer["totalCount"] == len(minutes) == 12
    later = webinar.table(60004, entryIdIn=ROOM, fromDate=T - 91, toDate=T + 630)
    assert (later[0][0], later[-1][0]) == (str(T - 120), str(T + 660))


def test_a_timeline_of_nothing_is_empty(webinar: Client) -> None:
    answer = webinar.report("getTable", 60004, entryIdIn="nosuch")
    assert (answer["header"].split("|")[0], answer["data"], answer["totalCount"]) == ("position", "", 0)


def test_too_small_a_page_holds_the_highest_minutes_among_false_zeros(webinar: Client) -> None:
    """A page has its own three highest minutes, put into their places among all; the others of its part are zeros."""
    rows = webinar.table(60004, {"pageSize": 3}, order="-date_id", entryIdIn=ROOM, fromDate=T - 60)
    assert [row[:2] for row in rows] == [[str(T - 60), "0"], [str(T), "4"], [str(T + 60), "4"]]
    second = webinar.table(60004, {"pageSize": 3, "pageIndex": 2}, entryIdIn=ROOM, fromDate=T - 60)
    assert [row[0] for row in second] == [str(T + 120), str(T + 180), str(T + 240)]
    whole = {row[0]: row for row in webinar.table(60004, entryIdIn=ROOM, fromDate=T - 60)}
    assert [row == whole[row[0]] for row in second] == [False, True, True]


def test_the_second_page_repeats_the_first_when_all_fits(webinar: Client) -> None:
    first, second = (webinar.table(60004, {"pageSize": 11, "pageIndex": index}, entryIdIn=ROOM) for index in (1, 2))
    assert first == second
    assert len(first) == 11


def test_a_session_longer_than_500_minutes_comes_whole_in_one_page(client: Client) -> None:
    run = Run("1_cue00009", T, T + 9 * 3600, "", (Attendance("u"),))
    client.kaltura.account = Account(rooms=(Room(ROOM, "Long", (run,)),))
    rows = client.table(60004, entryIdIn=ROOM, toDate=T + 9 * 3600)
    assert [row[1] for row in rows] == ["1"] * 540 + ["0"]
    assert len(client.table(60004, {"pageSize": 500}, entryIdIn=ROOM, toDate=T + 9 * 3600)) == 500


def test_a_minute_with_reactions_and_no_viewers_is_there(client: Client) -> None:
    run = Run("1_cue00009", T, T + 600, "", (), (Act("x", "heart", T + 65),))
    client.kaltura.account = Account(rooms=(Room(ROOM, "Chat", (run,)),))
    assert client.table(60004, entryIdIn=ROOM)[1][1:] == ["0", "0", "0", "1", "0", "0", "0"]


def test_the_heatmap_of_a_viewer_is_offline_where_they_were_not(webinar: Client) -> None:
    rows = webinar.table(60011, entryIdIn=ROOM, userIds="bob")
    by_minute = {int(row[0]): row[1:] for row in rows}
    assert list(by_minute) == sorted(by_minute)
    assert set(by_minute) == set(range(T, T + 601, 60))
    assert all(by_minute[T + 60 * minute] == ["Offline", "0"] for minute in range(5, 11))
    assert all(by_minute[T + 60 * minute][0] in STATES for minute in range(5))


def test_the_states_agree_with_the_ratio(webinar: Client) -> None:
    rows = [row for row in webinar.table(60011, entryIdIn=ROOM, userIds="ann") if row[1] != "Offline"]
    minutes = {row[0]: [is_engaged(other[1]) for other in rows if other[0] == row[0]] for row in rows}
    assert set(minutes) == {str(T + 60 * minute) for minute in range(10)}
    assert 3 <= sum(states[0] for states in minutes.values()) <= 8  # half of ten minutes


def test_viewers_of_a_live_stream_have_the_states_of_a_player(webinar: Client) -> None:
    states = {row[1] for row in webinar.table(60011, userIds="pam")} - {"Offline"}
    assert states
    assert all(state.startswith("SoundOnTabFocused") for state in states)


def test_a_heatmap_of_nobody_is_empty(webinar: Client) -> None:
    assert webinar.report("getTable", 60011, entryIdIn=ROOM, userIds="nobody") == {"objectType": "KalturaReportTable"}


def test_as_many_rows_as_the_page_holds_come_by_count_unfilled_and_uncounted(webinar: Client) -> None:
    answer = webinar.report("getTable", 60011, {"pageSize": 5}, entryIdIn=ROOM)
    counts = [int(row.split("|")[2]) for row in answer["data"].split(";")[:-1]]
    assert "Offline" not in answer["data"]
    assert (len(counts), answer["totalCount"]) == (5, 0)
    assert counts == sorted(counts, reverse=True)
    plenty = webinar.report("getTable", 60011, {"pageSize": 500}, entryIdIn=ROOM)
    assert plenty["totalCount"] == plenty["data"].count(";")
    assert "Offline" in plenty["data"]


_STAYS = st.lists(st.tuples(st.integers(0, 3600), st.integers(1, 1800)), min_size=1, max_size=4)


@given(stays=_STAYS, engaged=st.floats(0, 1), lulls=st.booleans())
def test_spells_fill_the_stays_and_are_engaged_for_their_share(
    stays: list[tuple[int, int]], engaged: float, *, lulls: bool
) -> None:
    presence, end = [], T
    for gap, length in stays:
        presence.append((end + gap, end + gap + length))
        end += gap + length
    script = Script(lulls=(Lull(1, 5), Lull(20, 30))) if lulls else None
    run = Run("1_cue00009", T, end, "", (Attendance("u", stays=tuple(presence), engaged=engaged),), script=script)
    footage = Footage(Account(rooms=(Room(ROOM, "One", (run,)),)))
    [view] = footage.views(Question(T, end))
    spells = spells_of(view, (T, end))
    seconds = sum(spell.until - spell.since for spell in spells)
    assert seconds == sum(length for _, length in stays)
    assert all(a.until <= b.since for a, b in pairwise(spells))
    attentive = sum(spell.until - spell.since for spell in spells if spell.engaged)
    assert abs(attentive - seconds * engaged) <= 30
    assert all(is_engaged(spell.state) == spell.engaged for spell in spells)
    minutes = {minute for spell in spells for minute in range(spell.since // 60, (spell.until - 1) // 60 + 1)}
    owned = [minute // 60 for first, last, _ in owned_minutes(spells) for minute in range(first, last + 1, 60)]
    assert sorted(owned) == sorted(minutes)
