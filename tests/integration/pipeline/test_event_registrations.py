"""Registrations of a virtual event: each registrant once over its sessions, and nobody called absent without proof."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from debrief.documents.access_tiers import for_tier
from debrief.documents.event.summary import event_from_json
from debrief.documents.event.view import build_event_view
from debrief.documents.presentation import Presentation
from debrief.orders import ExportOrder
from debrief.pipeline.erasure.erase_person import erase, find_person
from debrief.pipeline.erasure.person_folder import person_files
from debrief.pipeline.erasure.subject_access import personal_data
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.maintenance.verify import verify
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.stages import run_export
from kaltura_standin.account import Account, Attendance, Entry, Room, Run, User
from kaltura_standin.catalogue import App, Play, Registrations, ScheduleEvent, UserProfile, VirtualEvent
from support import athena
from support.registered import figures
from support.world import World, seconds, world

START = datetime.fromisoformat("2026-10-12T09:00:00+00:00")
OVER = START + timedelta(days=4)
EVENT, HOST = "77", "host@example.com"
FOLDER = "reports/date=2026-10-12/session=event-77/"
HEAD = "Name,Email,User id,Status\n"
LIST = HEAD + (
    "Ann,ANN@example.org,,Registered\n"  # in S1 and S2
    "Bea,bea@example.org,,Registered\n"  # in S2, under another id
    "Cy,cy@example.org,,Cancelled\n"  # and came to S1
    "Dee,dee@example.org,,Registered\n"  # in no session
    "Eve,eve@example.org,,Registered\n"  # watched the recording of S1
    "Hal,host@example.com,,Registered\n"  # the host
)


def person(name: str, user_id: str = "") -> Attendance:
    return Attendance(user_id or f"{name}@example.org", name.title(), f"{name}@example.org")


FIRST = (person("ann"), person("cy"), person("fay"), Attendance("guest-1", "Guest", type="Guest"))
SECOND = (person("ann", "ID-ANN"), person("bea", "id-bea"), person("fay"))


def room(number: int, day: int, people: tuple[Attendance, ...], recording: str = "") -> Room:
    start = seconds(START + timedelta(days=day - 1))
    run = Run(f"1_cue0000{number}", start, start + 3600, HOST, (Attendance(HOST, "Hal", HOST), *people))
    return Room(f"1_room000{number}", f"Day {number}", (run,), virtual_event_id=EVENT, recording=recording)


def account(*rooms: Room) -> Account:
    watched = Play("eve@example.org", seconds(START + timedelta(hours=3)), 600, 20.0, "Eve", "eve@example.org")
    plan = ScheduleEvent(1, "1_room0001", seconds(START), seconds(START + timedelta(hours=3)), "Days", owner=HOST)
    return Account(
        rooms=rooms or (room(1, 1, FIRST, "1_rec00001"), room(2, 2, SECOND)),
        entries=(Entry("1_rec00001", "Recording", seconds(START) + 4000, 3600, plays=(watched,)),),
        users=(User(HOST, "Hal", "Host", HOST),),
        schedule=(plan,),
        virtual_events=(VirtualEvent(EVENT, "Days", main_event=1),),
    )


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    """An event of two sessions on two days, after its last check."""
    with world(tmp_path, account(), OVER) as place:
        yield place


def give(place: World, text: str, name: str = f"event={EVENT}") -> None:
    file = place.root / "archive" / "registrations" / f"{name}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def orders(place: World) -> Iterator[ExportOrder]:
    runs = [(run, one) for one in place.kaltura.account.rooms for run in one.runs]
    for run, one in runs:
        start, end = (datetime.fromtimestamp(time, START.tzinfo) for time in (run.start, run.end))
        yield ExportOrder(run.id, one.id, start, end, mail=False)
    yield ExportOrder(f"event-{EVENT}", EVENT, START, end, kind="event", mail=False)


def export(place: World, **changes: object) -> dict[str, Any]:
    """The summary of the event after an export of its sessions and of itself."""
    usual = {"pdf": False, "portal_url": "", "registrations": True, "interruption_minutes": 0}
    with place.services(**{**usual, **changes}) as services:
        for order in orders(place):
            run_export(services, order)
    return summary(place)


def summary(place: World) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(place.read(FOLDER + "summary.json"))
    return found


def listed(place: World, key: str) -> dict[str, str]:
    text = place.read(f"{FOLDER}follow-up/{key}.csv").decode("utf-8-sig")
    return {row["user_email"].lower(): row["reason"] for row in csv.DictReader(io.StringIO(text))}


def workbook(place: World) -> dict[str, list[tuple[object, ...]]]:
    """The cells of the event's workbook, by sheet."""
    book = load_workbook(io.BytesIO(place.read(FOLDER + "report.xlsx")))
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet] for sheet in book}


def sentences(place: World) -> str:
    view = build_event_view(event_from_json(place.read(FOLDER + "summary.json")), Presentation(ZoneInfo("UTC")))
    assert view.registrations
    return " ".join((view.verdict, *view.registrations.sentences))


def test_each_registrant_is_once_in_exactly_one_class_of_the_event(place: World) -> None:
    give(place, LIST)
    made = export(place)
    assert figures(made) == {
        "registered": 4,
        "came": 2,
        "recording_only": 1,
        "absent": 1,
        "not_known": 0,
        "registration_rate": 0.5,
        "walk_ins": 2,
    }
    section = made["sections"]["registrations"]
    assert section["apart"] == {"staff": 1, "cancelled": 1}
    assert section["guests"] == 1
    assert [(one["registered"], one["came"], one["absent"], one["walk_ins"]) for one in section["sessions"]] == [
        (4, 1, 2, 2),
        (4, 2, 2, 1),
    ]
    assert listed(place, "registered-never-came") == {
        "eve@example.org": "registered for the event; came to no session; watched the recording of S1 Day 1",
        "dee@example.org": "registered for the event; came to no session",
    }
    assert listed(place, "came-unregistered") == {
        "fay@example.org": "not registered; came to 2 sessions, 120 minutes together",
        "cy@example.org": "not registered: cancelled; came to 1 session, 60 minutes together",
    }
    assert "2 of 4 registered people came (50.0%); 2 came without registering." in sentences(place)


def test_without_a_list_an_event_says_nothing_of_registrations(place: World) -> None:
    made = export(place)
    assert not figures(made)
    assert "registrations" not in made["sections"]
    assert not list((place.root / "archive" / "registrants").rglob("*.csv"))


def test_lists_of_single_sessions_together_are_the_events_list_and_are_named(place: World) -> None:
    give(place, HEAD + "Ann,ann@example.org,,\nDee,dee@example.org,,\n", "session=1_cue00001")
    give(place, HEAD + "Bea,BEA@example.org,,\nFay,fay@example.org,,\n", "room=1_room0002")
    made = export(place)
    assert figures(made)["registered"] == 4
    assert figures(made)["came"] == 3
    assert listed(place, "registered-never-came") == {"dee@example.org": "registered for S1 Day 1; came to no session"}
    assert listed(place, "came-unregistered").keys() == {"cy@example.org"}
    one, two = made["sections"]["registrations"]["sessions"]
    assert (one["registered"], one["came"], one["came_from_other_lists"], one["walk_ins"]) == (2, 1, 1, 1)
    assert (two["registered"], two["came"], two["came_from_other_lists"], two["walk_ins"]) == (2, 2, 1, 0)
    assert "S1 has its own list of registrations; S2 has the list of its room." in sentences(place)


def test_a_session_without_a_list_proves_that_somebody_came_but_makes_no_walk_ins(place: World) -> None:
    give(place, HEAD + "Bea,bea@example.org,,\nDee,dee@example.org,,\n", "session=1_cue00001")
    made = export(place)
    assert (figures(made)["registered"], figures(made)["came"], figures(made)["absent"]) == (2, 1, 1)
    assert listed(place, "came-unregistered").keys() == {"ann@example.org", "cy@example.org", "fay@example.org"}
    assert "S2 has no list of registrations" in sentences(place)


def test_if_a_sessions_registrations_are_unknown_the_events_are_bounded_and_list_nobody(place: World) -> None:
    give(place, LIST)
    give(place, "Company\nAcme\n", "session=1_cue00002")
    made = export(place)
    assert set(figures(made).values()) == {None}
    reason = made["metrics"]["registered"]["reason"]
    assert reason.startswith("not known, because the registrations of S2 are not known: The list of registrations ")
    assert made["metrics"]["registration_rate"]["reason"] == reason
    assert made["sections"]["registrations"]["at_least"] == {"registered": 4, "came": 2}
    assert (listed(place, "registered-never-came"), listed(place, "came-unregistered")) == ({}, {})
    words = "The registrations of one session are not known. At least 4 people registered, and at least 2 of them came."
    assert words in sentences(place)
    assert "The figures are not known, because the registrations of S2 are not known: " in sentences(place)


def test_if_kaltura_only_counts_registrations_the_event_has_the_number_once_and_nothing_else(tmp_path: Path) -> None:
    profiles = tuple(UserProfile(f"{number:024x}", f"p{number}@example.org") for number in range(5))
    whole = account()
    token = replace(whole.app_tokens[0], privileges="setrole:ANALYTICS_RO,disableentitlement", user_id="debrief")
    apps = Registrations((App("a" * 24, EVENT, profiles=profiles),))
    with world(tmp_path, replace(whole, registrations=apps, app_tokens=(token,)), OVER) as place:
        made = export(place, registration_urls=place.kaltura.registration_urls)
        found = figures(made)
        assert found.pop("registered") == 5
        assert set(found.values()) == {None}
        reason = made["metrics"]["registered_came"]["reason"]
        assert reason.startswith("not known, because the registrations of S1, S2 are not known: Kaltura lets this ")
        assert "5 people registered; not known how many of them came." in sentences(place)
        assert listed(place, "registered-never-came") == {}


def test_who_was_in_one_part_of_an_interrupted_session_came_to_it(tmp_path: Path) -> None:
    first, second = room(1, 1, FIRST), room(2, 1, (person("bea", "id-bea"), person("fay")))
    begin = seconds(START) + 4200
    late = replace(second.runs[0], start=begin, end=begin + 3600)
    rooms = (replace(first, runs=(*first.runs, late)), room(3, 2, SECOND[:1]))
    with world(tmp_path, account(*rooms), START + timedelta(hours=49, minutes=30)) as place:
        give(place, LIST)
        for _ in range(4):
            with place.services(pdf=False, registrations=True, portal_url="", look_back_hours=72) as services:
                for order in reconcile(services):
                    run_export(services, order)
            place.clock.now += timedelta(minutes=65)
        made = summary(place)
        assert [one["cue_point_id"] for one in made["sections"]["sessions"]["rows"]] == [
            "joint-1_cue00001",
            "1_cue00003",
        ]
        (path,) = (place.root / "archive").glob("reports/*/session=joint-1_cue00001/summary.json")
        merged = figures(json.loads(path.read_text()))
        row = made["sections"]["registrations"]["sessions"][0]
        assert (row["registered"], row["came"], row["absent"]) == (4, 2, 2)
        assert (merged["registered"], merged["came"], merged["absent"] + merged["not_known"]) == (4, 2, 2)
        assert (figures(made)["came"], figures(made)["absent"]) == (2, 2)
        assert not list((place.root / "archive" / "registrants").glob("*/session=joint-*"))


def test_nobody_is_absent_from_an_event_of_which_a_session_is_missing(place: World) -> None:
    give(place, LIST)
    export(place)
    with place.services(pdf=False, registrations=True, interruption_minutes=0) as services:
        (file,) = (place.root / "archive").glob("reports/*/session=1_cue00002/summary.json")
        file.unlink()
        run_export(services, list(orders(place))[-1])
    made = summary(place)
    assert (figures(made)["came"], figures(made)["absent"], figures(made)["not_known"]) == (1, 0, 3)
    (doubt,) = made["sections"]["registrations"]["not_known"]
    assert doubt == {"people": 3, "reason": "a session of the event is not in this report"}
    assert listed(place, "registered-never-came") == {}


def test_an_account_that_hides_who_attended_has_no_absent_registrant(tmp_path: Path) -> None:
    hidden = Attendance("0123456789ABCDEF0123456789ABCDEF")
    with world(tmp_path, account(room(1, 1, FIRST), room(2, 2, (hidden,))), OVER) as place:
        give(place, LIST)
        made = export(place)
        assert (figures(made)["came"], figures(made)["absent"], figures(made)["not_known"]) == (1, 0, 3)
        assert "this account's reports hide who attended" in sentences(place).replace("\u2019", "'")
        assert listed(place, "registered-never-came") == {}


def test_a_list_that_is_no_longer_used_leaves_no_people_in_the_tables(place: World) -> None:
    give(place, LIST)
    export(place)
    (place.root / "archive" / "registrations" / f"event={EVENT}.csv").unlink()
    assert not figures(export(place, registrations=False))
    named = [path for path in (place.root / "archive").rglob("*") if path.is_file() and b"dee@" in path.read_bytes()]
    assert named == []


def test_lower_tiers_get_counts_and_no_names(place: World) -> None:
    give(place, LIST)
    export(place)
    full = event_from_json(place.read(FOLDER + "summary.json"))
    for tier in ("names", "totals"):
        seen = for_tier(full, tier)
        assert seen.sections["registrations"] == full.sections["registrations"]
        assert not any("file" in row for row in seen.sections["segments"]["rows"])
    assert "@" not in json.dumps(dict(full.sections["registrations"]))


def test_replay_gives_the_same_report_and_verify_finds_no_difference(place: World) -> None:
    give(place, LIST)
    export(place)
    give(place, HEAD)  # a later file changes no archived report
    with place.services(pdf=False, interruption_minutes=0) as services:
        for key in ("1_cue00001", "1_cue00002", "event-77"):
            record = services.ledger.session(key)
            assert record
            assert replay(services, record).change == "same", key
            assert verify(services, record).differences == []


def test_verify_finds_a_changed_class_in_the_table(place: World) -> None:
    give(place, LIST)
    export(place)
    with place.services(pdf=False, interruption_minutes=0) as services:
        record = services.ledger.session("1_cue00001")
        assert record
        (file,) = (place.root / "archive").glob("registrants/*/session=1_cue00001/registrants.csv")
        file.write_bytes(file.read_bytes().replace(b",absent,", b",came,", 1))
        assert any("registrants/" in one for one in verify(services, record).differences)


@pytest.mark.parametrize(
    "who", ["dee@example.org", "ann@example.org", "bea@example.org", "fay@example.org", "cy@example.org"]
)
def test_an_erased_person_stays_in_the_counts_of_the_event_and_nowhere_else(place: World, who: str) -> None:
    give(place, LIST)
    before = export(place)
    with place.services(pdf=False, interruption_minutes=0) as services:
        done = erase(services, find_person(services, who), None)
        assert not done.failed
        assert "event-77" in {step.cue_point_id for step in done.steps}
    after = summary(place)
    assert figures(after) == figures(before)
    assert after["sections"]["registrations"] == before["sections"]["registrations"]
    for path in (place.root / "archive").rglob("*"):
        assert not path.is_file() or who.encode() not in path.read_bytes().lower(), path


def test_the_persons_own_copy_does_not_say_that_a_registrant_attended_the_event(place: World) -> None:
    give(place, LIST)
    export(place)
    with place.services(pdf=False, interruption_minutes=0) as services:
        for who, words in (("dee", "You are named in its report."), ("ann", "You are named in its report.")):
            data = personal_data(services, find_person(services, f"{who}@example.org"))
            page = dict(person_files(data, ""))["start-here.html"].decode()
            assert words in page
            assert "You are in its list of attendees" not in page


def test_the_table_has_the_figures_of_every_report(place: World) -> None:
    give(place, LIST)
    export(place)
    connection = athena.opened(place.root / "archive")
    found = connection.execute(
        "SELECT session, class, count(*) FROM registrations WHERE event_id = '77' GROUP BY session, class"
    ).fetchall()
    counts = {(session, class_): people for session, class_, people in found}
    for number in (1, 2):
        session = f"1_cue0000{number}"
        (path,) = (place.root / "archive").glob(f"reports/*/session={session}/summary.json")
        own = figures(json.loads(path.read_text()))
        classes = {"came": "came", "recording_only": "recording-only", "absent": "absent", "not_known": "not-known"}
        assert {key: counts.get((session, class_), 0) for key, class_ in classes.items()} == {
            key: own[key] for key in classes
        }
        assert counts.get((session, "walk-in"), 0) == own["walk_ins"]
    rows = connection.execute(
        "SELECT user_id, minutes, came, status FROM registrations"
        " WHERE session = '1_cue00002' AND class = 'came' ORDER BY 1"
    ).fetchall()
    assert rows == [("ID-ANN", 60.0, True, "registered"), ("id-bea", 60.0, True, "registered")]


def test_the_table_has_the_time_of_a_registration_if_it_is_certain(place: World) -> None:
    times = ("2026-10-01", "2026-10-01T09:30:00+02:00", "01/10/2026", "45931", "")
    lines = "".join(f"p{number}@example.org,{time}\n" for number, time in enumerate(times))
    give(place, f"Email,Registration date\n{lines}")
    export(place)
    found = athena.opened(place.root / "archive").execute(
        "SELECT CAST(registered_at AS varchar) FROM registrations"
        " WHERE session = '1_cue00001' AND registered ORDER BY user_email"
    )
    assert [one for (one,) in found.fetchall()] == ["2026-10-01 00:00:00", "2026-10-01 07:30:00", None, None, None]


def test_the_workbook_and_the_page_show_registrations_by_session(place: World) -> None:
    give(place, LIST)
    export(place)
    page = place.read(FOLDER + "report.html").decode()
    assert "Registrations by session" in page
    assert 'class="data by-session broad"' in page  # on a phone it scrolls, so that its columns do not collide
    sheets = workbook(place)
    assert sheets["Registrations"][1:] == [
        ("S1 Day 1", "the list of the event", 4, 1, 1, 2, 0, 2, 0),
        ("S2 Day 2", "the list of the event", 4, 2, 0, 2, 0, 1, 0),
    ]
    assert ("Registered", 4) in [row[:2] for row in sheets["Summary"]]
    named = {cell for row in sheets["Follow-up"] for cell in row}
    assert named > {"Registered and did not come", "Came without registering", "dee@example.org"}
    assert "Registered and did not come" in page
