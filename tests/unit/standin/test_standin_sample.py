"""The sample account, and the crowd for measurements."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from typing import Any

import pytest
import requests

from kaltura_standin.account import Account
from kaltura_standin.crowd import big_account
from kaltura_standin.reports import Row, report_table
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from kaltura_standin.server import StandIn

Sessions = dict[str, list[Row]]
NOW = int(SAMPLE_NOW.timestamp())
WEEK = {"from_date": str(NOW - 8 * 86400), "to_date": str(NOW)}


@pytest.fixture(scope="module")
def account() -> Account:
    return sample_account()


@pytest.fixture(scope="module")
def attendees(account: Account) -> Sessions:
    """The rows of 6001 by session."""
    by_session = {}
    for row in report_table(account, 6001, WEEK).rows:
        by_session.setdefault(row[1], []).append(row)
    return by_session


def test_it_is_always_the_same(account: Account) -> None:
    assert sample_account().rooms == account.rooms


def test_it_holds_the_sessions_that_a_demo_needs(account: Account, attendees: Sessions) -> None:
    runs = {run.id: run for _, run in account.sessions()}
    sizes = {session: len(rows) for session, rows in attendees.items()}
    assert sizes["1_wbncue01"] == 2001  # 2,000 and the unknown
    assert 340 <= sizes["1_allcue01"] <= 360
    assert (sizes["1_wrkcue01"], sizes["1_temcue01"]) == (24, 3)
    assert "1_clncue01" not in sizes  # nobody came
    assert runs["1_clncue02"].end == runs["1_clncue02"].start  # still open
    assert runs["1_brfcue02"].start - runs["1_brfcue01"].end == 9 * 60
    assert NOW - runs["1_brfcue03"].end == 20 * 60
    assert NOW - runs["1_temcue01"].end == 3 * 3600
    assert sum(not room.parent for room, _ in account.sessions()) == 14


def test_no_presence_lies_outside_its_session(account: Account) -> None:
    for room in account.rooms:
        for run in room.runs:
            assert all(run.start <= since < until <= run.end for who in run.attendances for since, until in who.stays)
            assert all(0 <= who.engaged <= 1 for who in run.attendances)


def test_the_webinar_has_early_leavers_a_wave_and_many_who_stay(attendees: Sessions) -> None:
    minutes = [row[6] for row in attendees["1_wbncue01"]]
    stayed = Counter(min(int(minute / 62 * 4), 3) for minute in minutes)
    assert stayed[0] > 150
    assert stayed[3] > 900
    assert min(stayed.values()) > 100


def test_people_move_to_the_breakouts_and_one_is_seen_only_there(account: Account, attendees: Sessions) -> None:
    breakouts = report_table(account, 6002, WEEK).rows
    assert len(breakouts) == 4
    main = {row[2] for row in attendees["1_wrkcue01"]}
    aside = {row[2] for breakout in breakouts for row in attendees[breakout[4]]}
    assert len(aside - main) == 1
    assert "field team/7 50%" in aside & main


def test_people_come_back(attendees: Sessions) -> None:
    first, second = ({row[2] for row in attendees[f"1_onbcue0{number}"]} for number in (1, 2))
    assert len(first & second) == 7
    assert "ines.morvan@example.com" in {row[2] for row in attendees["1_wbncue01"]} & second


def test_a_virtual_event_of_two_days_has_three_ended_sessions_and_most_people_come_back(
    account: Account, attendees: Sessions
) -> None:
    rows = report_table(account, 6000, {**WEEK, "virtual_event_ids": "77"}).rows
    assert sorted(str(row[3]) for row in rows) == ["1_cdycue01", "1_cdycue02", "1_wbncue01"]
    assert len({int(row[4]) // 86400 for row in rows}) == 2
    assert all(row[4] < row[5] <= NOW - 3 * 3600 for row in rows)
    webinar, stories, engineers = (
        {row[2] for row in attendees[session]} for session in ("1_wbncue01", "1_cdycue01", "1_cdycue02")
    )
    assert (len(stories), len(engineers)) == (171, 60)
    assert len(webinar & stories) >= 150
    assert 38 <= len(webinar & stories & engineers) < len(webinar & engineers)
    assert stories - webinar
    assert engineers - webinar - stories


def test_rooms_have_owners_and_co_organizers_whom_the_account_knows(account: Account) -> None:
    editors = {room.id: room.editors for room in account.rooms if room.editors}
    assert max(map(len, editors.values())) == 3
    assert all(account.user(user) for room in account.rooms for user in (room.owner, *room.editors))


def test_names_come_in_many_scripts(attendees: Sessions) -> None:
    names = "".join(str(row[3]) for row in attendees["1_wbncue01"])
    scripts = {unicodedata.name(char, "?").split()[0] for char in names}
    assert scripts >= {
        "LATIN",
        "GREEK",
        "CYRILLIC",
        "HEBREW",
        "ARABIC",
        "DEVANAGARI",
        "THAI",
        "CJK",
        "HIRAGANA",
        "HANGUL",
    }
    assert "🌊" in names


def test_hostile_names_stay_in_the_security_drill(attendees: Sessions) -> None:
    drill = "|".join(str(row[3]) for row in attendees["1_drlcue01"])
    others = "|".join(str(row[3]) for session in attendees if session != "1_drlcue01" for row in attendees[session])
    for hostile in ("=HYPERLINK(", "<script>alert(1)</script>", "{{ 7*7 }}", "\n", "\u202e", "@sum", "+1 ", ", "):
        assert hostile in drill
        assert hostile not in others
    assert max(len(str(row[3])) for row in attendees["1_drlcue01"]) == 300


def test_every_address_is_a_reserved_one_and_guests_have_none(attendees: Sessions) -> None:
    rows = [row for session in attendees.values() for row in session]
    domains = {str(row[4]).partition("@")[2] for row in rows}
    assert domains == {"", "example.com", "example.org", "example.net"}
    assert {row[4] for row in rows if row[5] == "Guest"} == {""}
    assert {"Unknown", ""} <= {row[2] for row in rows}


def test_one_host_has_no_address(account: Account) -> None:
    hosts = {run.host for _, run in account.sessions()}
    without = [host for host in hosts if not (user := account.user(host)) or not user.email]
    assert without == ["studio-north"]


def test_the_first_app_token_opens_the_door(account: Account) -> None:
    with StandIn(account) as kaltura, requests.Session() as http:
        http.trust_env = False

        def call(service: str, action: str, **form: Any) -> requests.Response:
            url = f"{kaltura.url}/api_v3/service/{service}/action/{action}"
            return http.post(url, data={"format": 1, **form}, timeout=30)

        widget = call("session", "startWidgetSession", widgetId=f"_{account.partner_id}").json()["ks"]
        token = account.app_tokens[0]
        digest = hashlib.sha1((widget + token.token).encode()).hexdigest()
        ks = call("appToken", "startSession", ks=widget, id=token.id, tokenHash=digest).json()["ks"]
        params = ";".join(f"{name}={value}" for name, value in WEEK.items())
        answer = call("report", "getCsvFromStringParams", ks=ks, id=6001, params=params)
        assert answer.content.count(b"\n") > 2500


def test_a_big_account_is_as_big_as_asked() -> None:
    rows = report_table(big_account(attendees=3000), 6001, WEEK).rows
    assert len(rows) == len({row[2] for row in rows}) == 3000
