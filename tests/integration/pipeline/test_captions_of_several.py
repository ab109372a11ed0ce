"""Captions of both recordings of an interrupted session, and of a session in an event, which waits for none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.maintenance.verify import verify
from debrief.pipeline.reconcile import reconcile
from debrief.runner import run
from kaltura_standin.account import Account, Attendance, Entry, Room, Run, User
from kaltura_standin.catalogue import Captions, Point, ScheduleEvent, VirtualEvent
from support.world import World, seconds, world

START = datetime.fromisoformat("2026-10-12T09:00:00+00:00")
END = START + timedelta(minutes=60)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROOM, HOST, EVENT = "1_room0001", "host@example.com", "77"
SAID = b"00:00:02,000 --> 00:00:04,000\n%s\n\n00:20:00,000 --> 00:20:04,000\n%s goes on.\n\n"


def run_at(place: World, after: timedelta) -> None:
    """One scheduled run, at a time after the session's end."""
    place.clock.now = END + after
    place.kaltura.account = replace(place.kaltura.account, now=place.clock.now)
    changes: dict[str, Any] = {"pdf": False, "html": False, "workbook": False, "portal_url": ""}
    with place.services(captions=True, mail_to=(HOST,), **changes) as services:
        outcomes = list(run(services, reconcile(services)))
    assert all(outcome.is_well for outcome in outcomes)


def summary(place: World, session: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(place.read(f"reports/date=2026-10-12/session={session}/summary.json"))
    return found


def part(number: int, first: int, last: int) -> tuple[Run, Entry]:
    """A part of the session in these minutes, and its recording."""
    start, end = seconds(START) + first * 60, seconds(START) + last * 60
    who = Attendance(HOST, "Host", HOST, stays=((start, end),)), Attendance("ann", "Ann", stays=((start, end),))
    words = b"Part %d" % number
    recording = Entry(
        f"1_rec0000{number}",
        "Recording",
        start,
        end - start,
        root=ROOM,
        captions=(Captions(f"c{number}", SAID % (words, words)),),
        points=(Point(f"p{number}", 0, f"Chapter {number}"),),
    )
    return Run(f"1_cue0000{number}", start, end, HOST, who), recording


def test_an_interrupted_session_has_the_captions_of_both_recordings_at_its_own_times(tmp_path: Path) -> None:
    (one, first), (two, second) = part(1, 0, 25), part(2, 35, 60)
    account = Account((Room(ROOM, "Weekly", (one, two), owner=HOST),), entries=(first, second))
    with world(tmp_path, account, END) as place:
        for after in (HOUR, 6 * HOUR, 24 * HOUR, 3 * DAY):
            run_at(place, after)
        found = summary(place, "joint-1_cue00001")
        assert found["sections"]["transcript"]["rows"] == [
            [2.0, 4.0, "Part 1"],
            [1200.0, 1204.0, "Part 1 goes on."],
            [2102.0, 2104.0, "Part 2"],
            [3300.0, 3304.0, "Part 2 goes on."],
        ]
        chapters = [(row["at_seconds"], row["title"]) for row in found["sections"]["chapters"]["rows"]]
        assert chapters == [(0.0, "Chapter 1"), (2100.0, "Chapter 2")]
        assert (found["state"], len(place.mails())) == ("final", 1)
        with place.services(pdf=False, html=False, workbook=False, portal_url="") as services:
            record = services.ledger.session("joint-1_cue00001")
            assert record
            assert record.due is None
            assert replay(services, record).change == "same"
            assert not verify(services, record).differences


def test_an_event_does_not_wait_for_late_captions_and_they_send_no_email_about_it(tmp_path: Path) -> None:
    one, recording = part(1, 0, 60)
    late = replace(recording.captions[0], ready_at=int((END + 50 * HOUR).timestamp()))
    plan = ScheduleEvent(1, ROOM, one.start, one.end, "Day", owner=HOST)
    account = Account(
        (Room(ROOM, "Day", (one,), virtual_event_id=EVENT, owner=HOST, recording=recording.id),),
        entries=(replace(recording, captions=(late,)),),
        users=(User(HOST, "Hal", "Host", HOST),),
        schedule=(plan,),
        virtual_events=(VirtualEvent(EVENT, "Days", main_event=1),),
    )
    with world(tmp_path, account, END) as place:
        for after in (HOUR, 6 * HOUR, 24 * HOUR, 25 * HOUR, 26 * HOUR):
            run_at(place, after)
        session, event, mails = summary(place, "1_cue00001"), summary(place, f"event-{EVENT}"), place.mails()
        assert session["sections"]["transcript"]["unavailable"]
        assert event["state"] == "final"
        assert len(mails) == 2
        for after in (3 * DAY, 4 * DAY):
            run_at(place, after)
        after_look = summary(place, "1_cue00001")
        assert len(after_look["sections"]["transcript"]["rows"]) == 2
        assert after_look["metrics"] == session["metrics"]
        assert summary(place, f"event-{EVENT}") == event
        assert place.mails() == mails
