"""Ids with a comma or a bar: every report spells them in its own way, and each person is one person."""

import calendar
import time
from dataclasses import replace

import pytest

from debrief.env import AppToken
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.session_data.collect import collect
from debrief.kaltura.session_data.from_archive import archived_data
from debrief.kaltura.session_data.summary_page import PageOptions
from debrief.kaltura.sessions.discovery import find_sessions
from debrief.metrics.profiles import only_on_page, profiles
from debrief.model import SessionData
from debrief.settings import Settings
from kaltura_standin.account import Account, Attendance, Room, Run, User
from kaltura_standin.sample_account import SAMPLE_NOW
from kaltura_standin.server import StandIn

START = calendar.timegm(time.strptime("2026-06-01 09:00", "%Y-%m-%d %H:%M"))
IDS = {"doe,kim", "doe|kay", "plain", "host,ann"}


@pytest.fixture(scope="module")
def fetched() -> SessionData:
    host = User("host,ann", "Ann", "Lee", "ann@example.com")
    there = tuple(Attendance(one, one.title(), "", stays=((START, START + 1800),)) for one in sorted(IDS))
    run = Run("1_cue00001", START, START + 3600, host.id, there)
    account = Account(rooms=(Room("1_room0001", "Ids", (run,), owner=host.id),), users=(host,))
    with StandIn(account) as standin:
        token = standin.account.app_tokens[0]
        partner, credential = str(standin.account.partner_id), AppToken(token.id, token.token)
        kaltura = Kaltura(
            Settings(service_url=standin.url, partner_id=partner, credential=credential), sleep=lambda _: None
        )
        (session,) = find_sessions(kaltura, ["1_cue00001"])
        return collect(kaltura, session, PageOptions(SAMPLE_NOW, 50))


def test_each_attendee_is_one_person_under_the_id_that_all_reports_mean(fetched: SessionData) -> None:
    assert {row.user_id for row in fetched.attendees} == IDS
    assert set(profiles(fetched)) == IDS
    assert only_on_page(fetched) == []


def test_people_with_a_comma_or_a_bar_have_their_minutes_one_by_one(fetched: SessionData) -> None:
    assert fetched.page is not None
    assert set(fetched.page.heatmaps) == IDS
    assert all(any(row["user_engagement"] != "Offline" for row in rows) for rows in fetched.page.heatmaps.values())


def test_a_host_with_a_comma_is_one_organizer_with_an_address(fetched: SessionData) -> None:
    assert [(one.person.user_id, one.person.email) for one in fetched.organizers] == [("host,ann", "ann@example.com")]


def test_the_archive_gives_the_same_ids(fetched: SessionData) -> None:
    again = archived_data({raw.name: raw.body for raw in fetched.raw})
    assert again.attendees == fetched.attendees
    assert again.page is not None
    assert fetched.page is not None
    assert list(again.page.rows("60010-getTable")) == list(fetched.page.rows("60010-getTable"))
    assert replace(again.page, tables={}, polls=()) == replace(fetched.page, tables={}, polls=())
