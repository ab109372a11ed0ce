"""The sample account behind the Summary page: figures that agree where they should, and are plausible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from standin_client import Client

from kaltura_standin.crowd import big_account
from kaltura_standin.geography import CODES, places_in
from kaltura_standin.personas import invented_profile
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from kaltura_standin.server import StandIn

pytestmark = pytest.mark.slow

NOW = int(SAMPLE_NOW.timestamp())
WEBINAR, START, END = "1_wbn4r9xk", 1_795_014_000, 1_795_017_720  # 15:00 to 16:02; planned to 16:00
ALL_HANDS = "1_allh4nds"
HOUR = 3600


@pytest.fixture(scope="module")
def sample() -> Iterator[Client]:
    with StandIn(sample_account()) as kaltura, requests.Session() as http:
        http.trust_env = False
        client = Client(kaltura, http)
        client.ks = client.token_session(kaltura.account.app_tokens[0].id)["ks"]
        yield client


def windows(client: Client) -> list[tuple[str, dict[str, Any]]]:
    """Room and window of each session that has ended."""
    ended = [(room, run) for room, run in client.kaltura.account.sessions() if run.end > run.start]
    return [(room.id, {"fromDate": run.start, "toDate": run.end, "cuePointIdIn": run.id}) for room, run in ended]


def test_live_minutes_and_ratios_are_those_of_the_attendee_report(sample: Client) -> None:
    for room, window in windows(sample):
        if room == "1_dr1ll001":  # its names break the rows of the CSV
            continue
        params = f"from_date={window['fromDate']};to_date={window['toDate']};cue_point_ids={window['cuePointIdIn']}"
        attendees = {row[2]: row[6:] for row in sample.rows(6001, params)}
        live = {row[0]: [row[8], row[11]] for row in sample.table(60010, entryIdIn=room, **window)}
        assert {user: live[user] for user in attendees} == attendees
        assert all(cells[0] == "0" for user, cells in live.items() if user not in attendees)


def test_the_planned_end_of_the_webinar_leaves_two_minutes_out(sample: Client) -> None:
    planned, whole = (
        float(sample.total(60010, entryIdIn=WEBINAR, fromDate=START, toDate=end)["live_view_time"])
        for end in (END - 120, END)
    )
    assert 0.01 < (whole - planned) / whole < 0.03


def test_two_sessions_within_an_hour_bleed_into_each_other(sample: Client) -> None:
    second = {"entryIdIn": "1_br1ef1ng", "fromDate": 1_794_991_200, "toDate": 1_794_992_700}
    alone = sample.total(60010, **second)
    floored = sample.total(60010, **{**second, "fromDate": 1_794_991_200 // HOUR * HOUR})
    assert float(floored["live_view_time"]) > 1.5 * float(alone["live_view_time"])


def test_the_webinar_has_the_figures_of_a_good_one(sample: Client) -> None:
    live = {"entryIdIn": WEBINAR, "fromDate": START, "toDate": END - 120}
    engagement, chat = sample.total(60003, **live), sample.total(70001, **live)
    viewers, logged_in = int(engagement["unique_combined_live_viewers"]), int(chat["unique_logged_in_users"])
    assert 1950 < viewers < 2050
    assert 0.7 < float(engagement["combined_live_engaged_users_play_time_ratio"]) < 0.8
    assert 0.25 < int(engagement["reaction_clicked_unique_users"]) / viewers < 0.45
    assert 0.15 < int(engagement["download_attachment_unique_users"]) / viewers < 0.3
    assert 0.8 < logged_in / viewers < 0.95
    assert 0.12 < int(chat["unique_users_sent_group_message"]) / logged_in < 0.25
    assert 0.4 < int(chat["unique_users_answered_poll"]) / logged_in < 0.65
    assert 0.02 < int(chat["unique_users_q_and_a_thread"]) / logged_in < 0.06


def test_the_webinar_rises_dips_and_peaks_at_the_joke_the_demo_and_the_end(sample: Client) -> None:
    rows = sample.table(60004, entryIdIn=WEBINAR, fromDate=START, toDate=END - 120)
    viewers = [int(row[1]) for row in rows]
    engaged = [float(row[2]) for row in rows]
    reactions = {minute: sum(map(int, row[3:])) for minute, row in enumerate(rows)}
    best = sorted(reactions, key=lambda minute: reactions[minute], reverse=True)[:3]
    assert viewers[0] < 900
    assert max(viewers[25:40]) > 1600
    assert viewers[50] < 0.9 * max(viewers)
    assert engaged[22] < engaged[32] - 0.03 < engaged[59]
    assert {13, 33, 59} == set(best)
    assert rows[-1][1] == "0"  # the end is included, and nothing has happened in its minute


def test_some_follow_by_the_chat_alone_and_one_is_unknown(sample: Client) -> None:
    rows = {row[0]: row for row in sample.table(60010, entryIdIn=WEBINAR, fromDate=START, toDate=END)}
    assert rows["studio-north"][8:] == ["0", "0", "0", "0", "14", "0", "0", "0"]
    assert rows["Unknown"][:8] == ["Unknown", "Unknown", "", "", "", "", "Unknown", "Unknown"]
    assert sum(int(row[14]) for row in rows.values()) > 50


def test_roles_are_known_with_the_virtual_event_only(sample: Client) -> None:
    window = {"entryIdIn": WEBINAR, "fromDate": START, "toDate": END}
    with_event = sample.table(60010, virtualEventIdIn="77", **window)
    without = sample.table(60010, **window)
    assert all(row[6] == row[7] == row[0] for row in without)
    known = [row for row in with_event if row[6] != row[0]]
    assert 0.75 < len(known) / len(with_event) < 0.95
    assert any(row[6].startswith('"') for row in known)  # now and then JSON
    assert {row[6] for row in with_event if "@" not in row[0]} <= {row[0] for row in with_event}


def test_deleted_users_and_the_hostile_are_among_the_rows(sample: Client) -> None:
    window = {"fromDate": 1_794_994_200, "toDate": 1_794_999_600}
    assert [""] * 8 in [row[:8] for row in sample.table(60010, entryIdIn=ALL_HANDS, **window)]
    drill = sample.table(60010, entryIdIn="1_dr1ll001", **window)
    assert {len(row) for row in drill} == {16}
    assert '=cmd "/c calc"  <b>CEO</b>' in {row[3] for row in drill}


def test_the_modes_and_links_of_the_sessions(sample: Client) -> None:
    def listed(room: str) -> list[tuple[int, str]]:
        filter_ = {"objectType": "KalturaEntryScheduleEventFilter", "templateEntryIdEqual": room}
        events = sample.json("schedule_scheduleEvent", "list", filter=filter_)["objects"]
        return [(event["id"], event.get("sourceEntryId", "")) for event in events]

    def linked(room: str, field: str) -> str:
        return str(sample.json("baseEntry", "get", entryId=room).get(field, ""))

    assert listed(WEBINAR) == [(5001, "")]
    assert listed("1_onb0ard1") == [(5002, "1_onbsrc01"), (5003, "1_onbsrc01")]
    assert listed("1_br1ef1ng") == [(5004, ""), (5005, "")]
    assert listed(ALL_HANDS) == listed("1_wrkshp01") == []
    assert linked(WEBINAR, "redirectEntryId") == "1_wbnrec01"
    assert linked("1_br1ef1ng", "broadcastEntryId") == "1_brfcast1"
    assert linked("1_brfcast1", "redirectEntryId") == "1_brfrec01"
    assert linked("1_onb0ard1", "redirectEntryId") == ""


@pytest.mark.parametrize("recording", ["1_wbnrec01", "1_onbsrc01", "1_brfrec01"])
def test_recordings_are_played_over_days_and_ever_more(sample: Client, recording: str) -> None:
    window = {"entryIdIn": recording, "fromDate": NOW - 8 * 24 * HOUR, "toDate": NOW}
    [[_, _, plays, loads, minutes, viewers, completion]] = sample.table(60005, **window)
    days = sample.report("getGraphs", 60012, **window)[0]["data"].split(";")[:-1]
    assert sum(int(day.split("|")[1]) for day in days) == int(plays) > 10
    assert sum(not day.endswith("|0") for day in days) >= 2
    assert int(loads) > int(plays) > int(viewers) > 5
    assert 20 < float(completion) < 80
    assert float(minutes) > 100
    with StandIn(replace(sample.kaltura.account, now=SAMPLE_NOW + timedelta(days=3))) as later:
        client = Client(later, sample.http)
        client.ks = client.admin()
        assert int(client.total(60012, **{**window, "toDate": NOW + 72 * HOUR})["count_plays"]) > int(plays)


def test_a_live_stream_brings_viewers_whom_the_room_does_not_know(sample: Client) -> None:
    window = {"fromDate": 1_794_988_800, "toDate": 1_794_992_400}
    room, both = (
        int(sample.total(60002, entryIdIn=ids, **window)["unique_combined_live_viewers"])
        for ids in ("1_br1ef1ng", "1_br1ef1ng|1_brfcast1")
    )
    assert both > room + 10


def test_countries_and_devices_look_like_a_crowd(sample: Client) -> None:
    window = {"entryIdIn": f"{WEBINAR}|1_wbnrec01", "fromDate": START, "toDate": NOW}
    countries = sample.table(60007, order="-unique_combined_live_viewers", **window)
    assert len(countries) > 35
    assert {row[0] for row in countries[:4]} == {"US", "UK", "DE", "FR"}
    assert {"Computer", "Mobile", "Tablet"} < {row[0] for row in sample.table(60006, **window)}
    regions = sample.table(60008, countryIn="Germany", **window)
    assert {row[1] for row in regions} > {"Hamburg", "Bremen"}
    cities = sample.table(60009, countryIn="Germany", regionIn="Bremen", **window)
    assert [row[2] for row in cities] == ["Bremerhaven"]


def test_every_kind_of_poll_is_asked_and_some_sessions_have_none(sample: Client) -> None:
    def polls(room: str) -> list[dict[str, Any]]:
        headers = {"authorization": f"KS {sample.ks}"}
        url = f"{sample.kaltura.chat_url}/polls/analytics"
        answer = sample.http.post(url, json={"contextId": room}, headers=headers, timeout=30).json()
        found: list[dict[str, Any]] = answer["analytics"]
        return found

    asked = polls(WEBINAR)
    assert [poll["type"] for poll in asked].count("OpenAnswers") == 1
    assert [poll["isAcceptingMultipleVotes"] for poll in asked].count(True) == 1
    assert sum(option["isCorrect"] for poll in asked for option in poll["options"]) == 1
    assert {"rating scale", "crowd vote"} < {poll["visualization"]["type"] for poll in asked}
    assert all(300 < poll["nvoted"] < 1000 for poll in asked[:5])
    total = sample.total(60010, entryIdIn=WEBINAR, fromDate=START, toDate=END)
    assert sum(poll["nvoted"] for poll in asked) == int(total["count_poll_answered"])
    assert len(polls("1_onb0ard1")) == 2  # of both its sessions: the service knows none
    assert polls("1_t3amca11") == polls("1_cl1n1c01") == []
    assert any("<script>" in poll["question"] for poll in polls("1_dr1ll001"))


def test_sessions_without_chat_have_no_chat_figures(sample: Client) -> None:
    window = {"fromDate": NOW - 24 * HOUR, "toDate": NOW}
    assert set(sample.total(70001, contextIdIn="1_t3amca11", **window).values()) == {""}
    assert sample.total(60003, entryIdIn="1_t3amca11", **window)["unique_combined_live_viewers"] == "3"


def test_the_same_question_has_the_same_answer(sample: Client) -> None:
    window = {"entryIdIn": WEBINAR, "fromDate": START - 1, "toDate": END}
    first, second = ((sample.table(60004, **window), sample.table(60010, **window)) for _ in range(2))
    assert first == second


def test_25000_attendees_are_answered() -> None:
    with StandIn(big_account(25_000)) as kaltura, requests.Session() as http:
        http.trust_env = False
        client = Client(kaltura, http)
        client.ks = client.admin()
        window = {"entryIdIn": "1_bigroom1", "fromDate": START, "toDate": START + HOUR}
        assert len(client.table(60010, **window)) == 12_000
        assert max(int(row[1]) for row in client.table(60004, **window)) == 25_000


def test_a_profile_fits_the_name_and_never_changes() -> None:
    profile = invented_profile("sakura.aoyama@example.com", "青山さくら")
    assert profile == invented_profile("sakura.aoyama@example.com", "青山さくら")
    assert profile.country == "JP"
    assert invented_profile("9f2c41", "Booth").company == ""


def test_every_city_has_coordinates_on_earth() -> None:
    for place in (place for code in CODES for place in places_in(code)):
        for text in (place.country_at, place.region_at, place.city_at):
            latitude, longitude = map(float, text.split("/"))
            assert -90 <= latitude <= 90
            assert -180 <= longitude <= 180
