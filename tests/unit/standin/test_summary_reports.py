"""Each report of the Summary page, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from standin_client import Client, T
from standin_webinar import DAY, RECORDING, ROOM, STREAM, webinar_account

from kaltura_standin.account import Account, Attendance, Room, Run

ALL = f"{ROOM}|{STREAM}|{RECORDING}"
NOW = T + 4 * DAY


@pytest.fixture
def webinar(client: Client) -> Client:
    client.kaltura.account = webinar_account()
    return client


def test_60001_gives_minutes_by_unique_viewer(webinar: Client) -> None:
    total = webinar.total(60001, entryIdIn=ALL, toDate=NOW)
    live, vod = (600 + 300 + 60 + 120 + 60 + 240) / 60, (300 + 60 + 120) / 60
    assert float(total["vod_avg_play_time"]) == pytest.approx(vod / 2)
    assert float(total["combined_live_avg_play_time"]) == pytest.approx(live / 6)
    assert float(total["vod_live_avg_view_time"]) == pytest.approx((live + vod) / 6)


def test_60002_counts_viewers_of_the_recording_live_and_both(webinar: Client) -> None:
    assert list(webinar.total(60002, entryIdIn=ALL, toDate=NOW).values()) == ["2", "6", "6"]
    assert list(webinar.total(60002, entryIdIn="noRecording").values()) == ["", "", ""]


def test_60002_is_an_estimate_that_may_contradict_itself(client: Client) -> None:
    people = tuple(Attendance(f"u{number}") for number in range(2000))
    client.kaltura.account = Account(rooms=(Room(ROOM, "Big", (Run("1_cue00009", T, T + 600, "", people),)),))
    [_, live, _] = client.total(60002, entryIdIn=ROOM).values()
    assert int(live) != 2000
    assert abs(int(live) - 2000) <= 40


def test_60003_gives_the_live_engagement(webinar: Client) -> None:
    total = webinar.total(60003, entryIdIn=ROOM)
    engaged = 300 + 300 + 0 + 30 + 60
    assert float(total.pop("combined_live_engaged_users_play_time_ratio")) == pytest.approx(engaged / 1140)
    assert total == {
        "download_attachment_unique_users": "1",
        "count_download_attachment_clicked": "2",
        "unique_combined_live_viewers": "5",
        "reaction_clicked_unique_users": "2",
        "count_reaction_clicked": "3",
    }


def test_70001_gives_the_participation_in_the_chat(webinar: Client) -> None:
    assert webinar.total(70001, contextIdIn=ROOM) == {
        "count_reaction_clicked": "3",
        "reaction_clicked_unique_users": "2",
        "count_cnc_group_message_sent": "3",
        "unique_users_sent_group_message": "2",
        "unique_users_answered_poll": "2",
        "unique_users_q_and_a_thread": "1",
        "q_and_a_threads_count": "1",
        "unique_users_sent_private_message": "1",
        "unique_logged_in_users": "2",
    }


def test_an_account_without_the_chat_service_has_no_chat_figures(webinar: Client) -> None:
    webinar.kaltura.account = replace(webinar_account(), has_chat=False)
    assert set(webinar.total(70001, contextIdIn=ROOM).values()) == {""}
    assert webinar.total(60003, entryIdIn=ROOM)["count_reaction_clicked"] == ""
    assert webinar.total(60003, entryIdIn=ROOM)["count_download_attachment_clicked"] == "2"
    assert [row[0] for row in webinar.table(60010, entryIdIn=ROOM)][:2] == ["ann", "bob"]


def test_60005_has_each_recording(webinar: Client) -> None:
    assert webinar.table(60005, entryIdIn=RECORDING, toDate=NOW) == [
        [RECORDING, "The  recording ", "3", "4", "8", "2", "30"]
    ]


def test_60006_to_60009_have_devices_and_places(webinar: Client) -> None:
    window = {"entryIdIn": ALL, "toDate": NOW, "order": "-unique_combined_live_viewers"}
    assert webinar.table(60006, **window) == [["Computer", "2", "5"], ["Mobile", "0", "1"]]
    assert webinar.table(60007, **window) == [
        ["", "Unknown", "", "1", "4"],
        ["DE", "Germany", "51.0/9.0", "1", "1"],
        ["FR", "France", "46.0/2.0", "0", "1"],
    ]
    germany = {**window, "countryIn": "Germany"}
    assert webinar.table(60008, **germany) == [["Germany", "Schleswig-Holstein", "54.2/9.7", "1", "1"]]
    assert webinar.table(60009, **germany) == [["Germany", "Schleswig-Holstein", "Kiel", "54.32/10.14", "1", "1"]]
    assert webinar.total(60007, entryIdIn=ALL, toDate=NOW) == {
        "unique_vod_viewers": "2",
        "unique_combined_live_viewers": "6",
    }


def test_60010_has_who_was_there_and_what_they_did(webinar: Client) -> None:
    assert webinar.table(60010, entryIdIn=ROOM, virtualEventIdIn="77") == [
        [
            *("ann", "Ann Lee", "ann@example.com", "Buyer, senior", "Acme  Ltd ", "DE", "Purchasing", "Shipping"),
            *("10", "2", "1", "0.5", "1", "2", "1", "0"),
        ],
        ["bob", "bob", "", "", "", "FR", "bob", "bob", "5", "1", "0", "1", "0", "1", "0", "2"],
        ["Unknown", "Unknown", "", "", "", "", "Unknown", "Unknown", "2", "0", "0", "0.25", "0", "0", "0", "0"],
        ["", "", "", "", "", "", "", "", "1", "0", "0", "1", "0", "0", "0", "0"],
        ["9f2c41", "Guest 7", "", "", "", "", "9f2c41", "9f2c41", "1", "0", "0", "0", "0", "0", "0", "0"],
        [
            *("zoe", "Zoe Chat", "zoe@example.com", "Moderator", "Acme", "DE", "IT", ""),
            *("0", "0", "0", "0", "2", "0", "0", "0"),
        ],
    ]


def test_60010_shows_the_user_id_as_role_when_no_virtual_event_is_named(webinar: Client) -> None:
    rows = webinar.table(60010, entryIdIn=ROOM)
    assert [row[6:8] for row in rows if row[0] in {"ann", "zoe"}] == [["ann", "ann"], ["zoe", "zoe"]]


def test_60010_adds_up_in_its_total(webinar: Client) -> None:
    total = webinar.total(60010, entryIdIn=ROOM)
    assert (total["live_view_time"], total["count_group_chat_messages_sent"]) == ("19", "3")
    ratio = float(total["combined_live_engaged_users_play_time_ratio"])
    assert ratio == pytest.approx(690 / 1140)


def test_60010_agrees_with_6001_on_minutes_and_ratios(webinar: Client) -> None:
    attendees = webinar.rows(6001, f"from_date={T};to_date={T + 600};entry_ids={ROOM}")
    live = {row[0]: (row[8], row[11]) for row in webinar.table(60010, entryIdIn=ROOM) if row[8] != "0"}
    assert {row[2]: (row[6], row[7]) for row in attendees} == live


def test_60012_has_who_watched_the_recording(webinar: Client) -> None:
    rows = webinar.table(60012, entryIdIn=RECORDING, toDate=NOW)
    assert rows == [
        ["ann", "Ann Lee", "2", "6", "6", "2", "30"],
        ["Unknown", "", "1", "2", "2", "1", "30"],
        ["bob", "", "0", "0", "0", "1", "0"],
    ]
    assert list(webinar.total(60012, entryIdIn=RECORDING, toDate=NOW).values()) == ["3", "8", "4", "4", "30"]


def test_60012_of_no_recording_is_empty(webinar: Client) -> None:
    assert set(webinar.total(60012, entryIdIn="noRecording", toDate=NOW).values()) == {""}


def test_60013_has_everybody_live_or_later_without_ids(webinar: Client) -> None:
    rows = webinar.table(60013, entryIdIn=ALL, toDate=NOW, order="-vod_view_time", virtualEventIdIn="77")
    assert rows[0] == [
        *("Ann", "Lee", "Buyer, senior", "Acme  Ltd ", "ann@example.com", "DE", "Purchasing", "Shipping"),
        *("6", "10", "16", "30", "2", "1", "0.5", "1", "2", "1", "0"),
    ]
    assert rows[1][:12] == ["", "", "", "", "", "", "Unknown", "Unknown", "2", "2", "4", "30"]
    assert len(rows) == 7
