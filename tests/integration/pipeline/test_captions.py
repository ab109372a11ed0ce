"""Captions of the recording in a session's reports: late, kept, erased, and not there if they are off."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from debrief.documents.access_tiers import for_tier
from debrief.documents.data.summary_json import from_json, to_json
from debrief.pipeline.erasure.erase_person import erase, find_person
from debrief.pipeline.erasure.subject_access import personal_data
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.maintenance.verify import verify
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.state import lifecycle
from debrief.runner import run
from kaltura_standin.account import Account, Attendance, Entry, Room, Run
from kaltura_standin.catalogue import Captions, Point
from kaltura_standin.faults import Fault
from support.world import World, seconds, world

START = datetime.fromisoformat("2026-10-12T09:00:00+00:00")
END = START + timedelta(minutes=60)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROOM, SESSION, HOST, RECORDING = "1_room0001", "1_cue00001", "host@example.com", "1_rec00001"
FOLDER, RAW = (f"{prefix}/date=2026-10-12/session={SESSION}/" for prefix in ("reports", "raw"))
SRT = (
    b"00:00:01,000 --> 00:00:04,000\nThanks, Ann Ames, and write to ann@example.org.\n\n"
    b"00:20:28,000 --> 00:20:32,000\nNow the prices.\n\n"
)
LATE = (END + 50 * HOUR).timestamp()


def account(*captions: Captions, recording: bool = True) -> Account:
    """A session whose viewers leave after 20 minutes, with its recording."""
    start, end = seconds(START), seconds(END)
    names = ("ann", "bea", "dee", "eve")
    whole = ((start, end),)
    who = [Attendance(f"id-{one}", f"{one.title()} Ames", f"{one}@example.org", stays=whole) for one in names]
    early = [replace(one, stays=((start, start + 1230),)) for one in who[1:]]
    attendances = (Attendance(HOST, "Host", HOST, stays=((start, end),)), who[0], *early)
    entry = Entry(
        RECORDING,
        "Recording",
        start,
        3600,
        root=ROOM,
        captions=captions,
        points=(Point("p1", 0, "Welcome, Ann Ames"),),
    )
    room = Room(ROOM, "Weekly", (Run(SESSION, start, end, HOST, attendances),), owner=HOST, recording=RECORDING)
    return Account((room,), entries=(entry,) if recording else ())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, account(Captions("c1", SRT)), END + HOUR) as place:
        yield place


def run_at(place: World, after: timedelta, **changes: Any) -> None:
    """One scheduled run, at a time after the session's end."""
    place.clock.now = END + after
    if place.kaltura.account.now:
        place.kaltura.account = replace(place.kaltura.account, now=place.clock.now)
    usual = {"captions": True, "pdf": False, "html": False, "workbook": False, "portal_url": "", "mail_to": (HOST,)}
    with place.services(**{**usual, **changes}) as services:
        outcomes = list(run(services, reconcile(services)))
    assert all(outcome.is_well for outcome in outcomes)


def record(services: Services) -> Any:
    return services.ledger.session(SESSION)


def due(place: World) -> tuple[str, timedelta | None]:
    with place.services() as services:
        found = record(services)
        return found.state, found.due and found.due - END


def summary(place: World) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(place.read(FOLDER + "summary.json"))
    return found


def asked_for_captions(place: World) -> int:
    """How often Kaltura was asked about captions and recordings, in any request."""
    return sum(b"captionasset" in one.body.lower() or b"rootEntryId" in one.body for one in place.kaltura.requests)


def test_a_report_has_quotes_chapters_and_the_transcript(place: World) -> None:
    run_at(place, HOUR)
    found = summary(place)["sections"]
    assert found["chapters"] == {"rows": [{"at_seconds": 0.0, "title": "Welcome, Ann Ames"}]}
    assert found["transcript"]["rows"][1] == [1228.0, 1232.0, "Now the prices."]
    archived = json.loads(gzip.decompress(place.read(RAW + "transcript.json.gz")))
    assert archived["captions"] == found["transcript"]["rows"]
    assert summary(place)["revision"] == 1


def test_switched_off_nothing_is_asked_and_nothing_is_there(place: World) -> None:
    run_at(place, HOUR, captions=False)
    assert not asked_for_captions(place)
    assert not {"chapters", "slides", "transcript", "quotes"} & summary(place)["sections"].keys()


def test_switched_off_again_the_next_export_removes_what_was_said(place: World) -> None:
    run_at(place, HOUR)
    assert b"prices" in place.read(FOLDER + "summary.json")
    run_at(place, 6 * HOUR, captions=False)
    assert b"prices" not in place.read(FOLDER + "summary.json")
    assert not [key for key in place.archived() if "transcript" in key]


def test_late_captions_come_with_a_revision_after_the_final_one_and_without_an_email(place: World) -> None:
    place.kaltura.account = replace(account(Captions("c1", SRT, ready_at=int(LATE))), now=END + HOUR)
    run_at(place, HOUR)
    assert len(place.mails()) == 1
    run_at(place, 6 * HOUR)
    run_at(place, 24 * HOUR)
    assert due(place) == ("final", 3 * DAY)
    with place.services() as services:
        assert lifecycle.is_settled(record(services))
        assert not lifecycle.needs_operator(record(services))
    first = summary(place)
    assert first["sections"]["transcript"]["unavailable"] == "The captions of the recording are not ready yet."
    run_at(place, 2.5 * DAY)
    assert summary(place) == first
    run_at(place, 3 * DAY)
    assert due(place) == ("final", None)
    last = summary(place)
    assert (last["state"], last["revision"]) == ("final", first["revision"] + 1)
    assert len(last["sections"]["transcript"]["rows"]) == 2
    assert len(place.mails()) == 1
    assert {name: each["value"] for name, each in last["metrics"].items()} == {
        name: each["value"] for name, each in first["metrics"].items()
    }
    before = asked_for_captions(place)
    run_at(place, 5 * DAY)
    assert asked_for_captions(place) == before


def test_captions_that_never_come_are_looked_for_once_more_and_no_oftener(place: World) -> None:
    place.kaltura.account = account()
    for after in (HOUR, 6 * HOUR, 24 * HOUR, 3 * DAY, 4 * DAY, 6 * DAY):
        run_at(place, after)
    assert due(place) == ("final", None)
    assert asked_for_captions(place) == 8  # in each of four exports for the recording, then for its captions
    assert summary(place)["revision"] == 1


def test_without_a_recording_there_is_no_late_look(place: World) -> None:
    place.kaltura.account = account(recording=False)
    for after in (HOUR, 6 * HOUR, 24 * HOUR):
        run_at(place, after)
    assert due(place) == ("final", None)


def test_with_captions_there_is_no_late_look(place: World) -> None:
    for after in (HOUR, 6 * HOUR, 24 * HOUR):
        run_at(place, after)
    assert due(place) == ("final", None)


def test_a_late_look_that_fails_is_given_up_without_a_message_to_the_admin(place: World) -> None:
    place.kaltura.account = account()
    for after in (HOUR, 24 * HOUR):
        run_at(place, after)
    place.clock.now = END + 3 * DAY
    with place.services(captions=True) as services:
        (order,) = reconcile(services)
        assert not order.mail
        place.kaltura.faults.add(Fault("api_error", times=None, service="report", code="SERVICE_FORBIDDEN"))
        list(run(services, [order]))
        assert (record(services).state, record(services).due, record(services).reason) == ("final", None, "")
        assert not list(services.ledger.notes("trouble"))


def test_captions_are_kept_while_kaltura_fails_and_not_if_it_has_none_any_more(place: World) -> None:
    run_at(place, HOUR)
    fault = Fault("http_status", times=None, service="caption_captionAsset")
    place.kaltura.faults.add(fault)
    run_at(place, 6 * HOUR)
    assert len(summary(place)["sections"]["transcript"]["rows"]) == 2
    assert summary(place)["revision"] == 1
    place.kaltura.faults.clear()
    place.kaltura.account = account(recording=False)
    run_at(place, 24 * HOUR)
    assert "no recording" in summary(place)["sections"]["transcript"]["unavailable"]


def test_a_report_with_captions_is_the_same_from_the_archive_alone(place: World) -> None:
    run_at(place, 2 * DAY)
    place.kaltura.account = account()
    with place.services(captions=False, pdf=False, html=False, workbook=False, portal_url="") as services:
        assert replay(services, record(services)).change == "same"
        assert not verify(services, record(services)).differences


def test_the_tier_totals_has_no_word_that_was_said(place: World) -> None:
    run_at(place, HOUR)
    whole = from_json(place.read(FOLDER + "summary.json"))
    totals, names = (to_json(for_tier(whole, tier)) for tier in ("totals", "names"))
    assert b"prices" not in totals
    assert b"Welcome" not in totals
    assert b"prices" in names
    assert b"ann@example.org" not in names


def test_a_person_gets_their_data_and_no_captions(place: World) -> None:
    run_at(place, HOUR)
    with place.services() as services:
        found = personal_data(services, find_person(services, "ann@example.org"))
    assert any(found.rows.values())
    assert "prices" not in json.dumps(found.rows, default=str)


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_erased_person_is_in_no_caption_chapter_or_quote(place: World, when: str) -> None:
    changes: dict[str, Any] = {"html": True}
    run_at(place, HOUR, **changes)
    with place.services(pdf=False, workbook=False, portal_url="") as services:
        erase(services, find_person(services, "ann@example.org"), None)
    if when == "after":
        place.kaltura.account = account(Captions("c2", SRT + b"00:30:00,000 --> 00:30:02,000\nAnn Ames asks.\n\n"))
        run_at(place, 6 * HOUR, **changes)
    assert b"prices" in place.read(FOLDER + "summary.json")
    for key in place.archived():
        body = place.read(key)
        body = gzip.decompress(body) if key.endswith(".gz") else body
        assert b"Ann Ames" not in body, key
        assert b"ann@example.org" not in body, key


def test_a_name_that_two_captions_share_is_erased_from_them_and_from_the_quote_of_both(place: World) -> None:
    srt = b"00:20:58,000 --> 00:21:00,000\nAnd thanks to Ann\n\n00:21:00,000 --> 00:21:02,000\nAmes for the prices.\n\n"
    place.kaltura.account = account(Captions("c1", srt))
    run_at(place, HOUR)
    assert b"thanks to Ann Ames for the prices" in place.read(FOLDER + "summary.json")
    with place.services(pdf=False, workbook=False, portal_url="") as services:
        erase(services, find_person(services, "ann@example.org"), None)
    found = summary(place)["sections"]
    assert [text for *_, text in found["transcript"]["rows"]] == ["And thanks to Erased attendee", "for the prices."]
    assert {row["text"] for row in found["quotes"]["rows"]} == {"And thanks to Erased attendee for the prices."}
