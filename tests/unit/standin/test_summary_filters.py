"""What a report of the Summary page is about: windows, and filters that widen without a word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from standin_client import Client, T
from standin_webinar import DAY, RECORDING, ROOM, STREAM, webinar_account


@pytest.fixture
def webinar(client: Client) -> Client:
    client.kaltura.account = webinar_account()
    return client


def viewers(client: Client, **filter_: Any) -> list[str]:
    return sorted(row[0] for row in client.table(60010, **filter_))


EVERYBODY = sorted(["ann", "bob", "Unknown", "", "9f2c41", "zoe", "pam", "eve"])


@pytest.mark.parametrize("filter_", [{}, {"entryIdIn": ""}, {"entryIdIn": None}, {"userIds": ""}])
def test_a_blank_filter_gives_the_whole_account(webinar: Client, filter_: dict[str, Any]) -> None:
    assert viewers(webinar, **filter_) == EVERYBODY


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({"entryIdIn": f"{STREAM}|nosuch"}, ["pam"]),
        ({"entryIdIn": f"nosuch| {STREAM}"}, []),  # not trimmed
        ({"entryIdIn": f"{STREAM},nosuch"}, []),  # the delimiter is a bar here
        ({"entryIdIn": ROOM, "userIds": "ann|zoe|pam"}, ["ann", "zoe"]),
        ({"userIds": "nobody"}, []),
        ({"userIds": "Unknown"}, ["Unknown"]),
        ({"virtualEventIdIn": "77"}, [name for name in EVERYBODY if name != "eve"]),
        ({"virtualEventIdIn": "78"}, []),
        ({"entryIdIn": ROOM, "deviceIn": "Mobile"}, ["bob"]),
        ({"entryIdIn": ROOM, "countryIn": "Germany", "citiesIn": "Kiel"}, ["ann", "zoe"]),
        ({"entryIdIn": ROOM, "countryIn": "DE"}, []),  # names are stored, not codes
        ({"entryIdIn": ROOM, "regionIn": "Rhone"}, ["bob"]),
        # a live stream has no session, so it falls out of the union; the chat knows none, so zoe stays
        ({"entryIdIn": f"{ROOM}|{STREAM}", "cuePointIdIn": "1_cue00001", "userIds": "pam|zoe"}, ["zoe"]),
        ({"cuePointIdIn": "nosuch"}, ["ann", "bob", "zoe"]),  # the chat's, of the whole account
        ({"entryIdIn": ROOM, "playbackTypeIn": "live"}, ["ann", "bob", "zoe"]),  # and the room's views have no type
        ({"entryIdIn": STREAM, "playbackTypeIn": "live"}, ["pam"]),
        ({"entryIdIn": STREAM, "rootEntryIdIn": "x", "companyIn": "y", "unheardOf": "z"}, ["pam"]),  # dropped
        ({"contextIdIn": "nosuch", "userIds": "ann|zoe"}, ["ann"]),  # the views do not know contexts
    ],
)
def test_filters(webinar: Client, filter_: dict[str, Any], expected: list[str]) -> None:
    assert viewers(webinar, **filter_) == sorted(expected)


def test_users_are_a_filter_of_the_end_user_filter_only(webinar: Client) -> None:
    filter_ = {"objectType": "KalturaReportInputFilter", "userIds": "ann"}
    assert viewers(webinar, **filter_) == EVERYBODY


@pytest.mark.parametrize("name", ["contextIdIn", "entryIdIn"])
def test_the_chat_is_asked_by_context_or_by_entry(webinar: Client, name: str) -> None:
    assert webinar.total(70001, **{name: ROOM})["count_cnc_group_message_sent"] == "3"
    assert webinar.total(70001, **{name: "1_other001"})["count_cnc_group_message_sent"] == ""


def test_context_and_entry_intersect(webinar: Client) -> None:
    assert set(webinar.total(70001, contextIdIn=ROOM, entryIdIn="1_other001").values()) == {""}


def test_a_cue_point_narrows_the_views_and_not_the_chat(webinar: Client) -> None:
    total = webinar.total(60003, entryIdIn=ROOM, cuePointIdIn="nosuch")
    assert total["unique_combined_live_viewers"] == ""
    assert total["count_reaction_clicked"] == "3"


def test_the_window_is_half_open_and_cuts_stays(webinar: Client) -> None:
    [row] = webinar.table(60010, entryIdIn=ROOM, userIds="ann", fromDate=T + 60, toDate=T + 65)
    assert row[8:10] == ["0.083333333333333", "1"]


def test_small_times_count_from_now(webinar: Client) -> None:
    webinar.kaltura.account = replace(webinar_account(), now=datetime.fromtimestamp(T + 700, UTC))
    assert viewers(webinar, entryIdIn=STREAM, fromDate=-700, toDate=0) == ["pam"]
    assert viewers(webinar, entryIdIn=STREAM, fromDate=-100, toDate=0) == []


@pytest.mark.parametrize(("since", "until"), [(T + 900, T + 900), (T + 900, T + 100), (T + 900, T)])
def test_a_window_that_is_none_is_widened_to_the_whole_day(webinar: Client, since: int, until: int) -> None:
    assert viewers(webinar, entryIdIn=STREAM, fromDate=since, toDate=until) == ["pam"]


def test_days_win_over_times(webinar: Client) -> None:
    days = {"fromDay": "20261118", "toDay": "20261118", "fromDate": T + 9000, "toDate": T + 9001}
    assert viewers(webinar, entryIdIn=STREAM, **days) == ["pam"]
    assert viewers(webinar, entryIdIn=STREAM, **{**days, "fromDay": "20261119", "toDay": "20261119"}) == []


def test_a_window_begins_no_earlier_than_30_days_before_the_account(webinar: Client) -> None:
    webinar.kaltura.account = replace(webinar_account(), created=T + 120 + 30 * DAY)
    [row] = webinar.table(60010, entryIdIn=STREAM, fromDate=T - 10**8, toDate=T + 600)
    assert row[8] == "2"


def test_a_window_too_wide_for_the_account_times_out(webinar: Client) -> None:
    webinar.kaltura.account = replace(webinar_account(), druid_max_window_hours=1)
    assert webinar.report("getTotal", 60002, fromDate=T - DAY)["code"] == "DRUID_QUERY_TIMED_OUT"
    assert webinar.total(60002, entryIdIn=STREAM)["unique_combined_live_viewers"] == "1"


def test_nothing_is_known_of_what_comes_after_now(webinar: Client) -> None:
    """And so the figures of a recording grow."""
    plays = []
    for days in (0, 1, 2, 3):
        now = datetime.fromtimestamp(T + days * DAY + 60, UTC)
        webinar.kaltura.account = replace(webinar_account(), now=now)
        plays.append(webinar.total(60012, entryIdIn=RECORDING, toDate=T + 10 * DAY)["count_plays"])
    assert plays == ["", "1", "3", "3"]
    webinar.kaltura.account = replace(webinar_account(), now=datetime.fromtimestamp(T + 60, UTC))
    assert webinar.total(60010, entryIdIn=ROOM)["count_reaction_clicked"] == "0"


def test_figures_may_grow_from_one_call_to_the_next(webinar: Client) -> None:
    webinar.kaltura.account = replace(webinar_account(), late_factor=lambda times: min(0.5 + times / 2, 1.0))
    minutes = [webinar.table(60010, entryIdIn=ROOM, userIds="ann")[0][8] for _ in range(3)]
    assert minutes == ["5", "10", "10"]
