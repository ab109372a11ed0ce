"""Which polls of a room are a session's: the chat service knows no times, the archive knows what was before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from debrief.model import Part
from debrief.orders import ExportOrder
from debrief.pipeline.maintenance.replay import replay
from debrief.pipeline.stages import run_export
from kaltura_standin.account import Account, Attendance, Room, Run
from kaltura_standin.faults import Fault
from kaltura_standin.interactions import Act, Option, Poll
from support.world import World, seconds, world

ROOM = "1_room0001"
FIRST = datetime(2026, 11, 4, 15, tzinfo=UTC)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
SETTLED, FINAL = timedelta(minutes=50), timedelta(hours=30)
PEOPLE = [f"p{number}@example.org" for number in range(6)]
KITCHEN, LAPTOP, LUNCH = (
    Poll(f"1_poll{number}", question, (Option("Yes"), Option("No")))
    for number, question in enumerate(("Found the kitchen?", "Is your laptop set up?", "Lunch?"))
)


def session(number: int, polls: Mapping[Poll, Sequence[str]], start: datetime, *, late: bool = False) -> Run:
    """An hour, with who answered which poll: the first with Yes, the others with No; `late`: after the end."""
    begin, end = seconds(start), seconds(start + HOUR)
    who = tuple(Attendance(one, one, one, stays=((begin, end),)) for one in PEOPLE)
    acts = [Act(one, "login", begin + 5) for one in PEOPLE]
    for poll, voters in polls.items():
        at = end + 600 if late else begin + 1200
        acts += [Act(one, "poll", at, f"{poll.id}:{place > 0:d}") for place, one in enumerate(voters)]
    return Run(f"1_cue{number:05d}", begin, end, "host", who, tuple(acts), tuple(polls))


def order(*runs: Run) -> ExportOrder:
    """To export one session, or several as one that was interrupted."""
    first, last = runs[0], runs[-1]
    start, end = (datetime.fromtimestamp(time, UTC) for time in (first.start, last.end))
    if len(runs) == 1:
        return ExportOrder(first.id, ROOM, start, end, mail=False)
    parts = tuple(Part(one.id, *(datetime.fromtimestamp(time, UTC) for time in (one.start, one.end))) for one in runs)
    return ExportOrder(f"joint-{first.id}", ROOM, start, end, mail=False, kind="joint", parts=parts)


@contextmanager
def later(root: Path, now: datetime, *runs: Run) -> Iterator[World]:
    """The same archive at a later time, with what Kaltura knows then."""
    with world(root, Account(rooms=(Room(ROOM, "Weekly", runs),), now=now), now) as place:
        yield place


def export(place: World, *runs: Run, html: bool = False) -> dict[str, Any]:
    """The whole summary."""
    asked = order(*runs)
    chat = place.kaltura.chat_url
    with place.services(pdf=False, html=html, portal_url="", chat_url=chat, interruption_minutes=0) as services:
        run_export(services, asked)
    return run_order(place, asked)


def run_order(place: World, asked: ExportOrder) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(place.read(f"{folder(asked)}summary.json"))
    return found


def folder(asked: ExportOrder) -> str:
    return f"reports/date={asked.start:%Y-%m-%d}/session={asked.cue_point_id}/"


def polls(summary: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(row["question"], row["participants"]) for row in summary["sections"]["polls"]["rows"]]


def scope(summary: Mapping[str, Any]) -> str:
    return str(summary["sections"]["polls"]["scope"])


def replayed(place: World, asked: ExportOrder) -> str:
    with place.services(pdf=False, html=False, portal_url="", chat_url="") as services:
        record = services.ledger.session(asked.cue_point_id)
        assert record is not None
        return replay(services, record).change


ONE = session(1, {KITCHEN: PEOPLE[:5]}, FIRST)
TWO = session(2, {LAPTOP: PEOPLE[:3]}, FIRST + WEEK)


def test_each_session_of_a_weekly_room_has_its_own_polls(tmp_path: Path) -> None:
    with later(tmp_path, FIRST + HOUR + SETTLED, ONE, TWO) as place:
        first = export(place, ONE)
        assert (scope(first), polls(first)) == ("session", [("Found the kitchen?", 5)])
    with later(tmp_path, FIRST + WEEK + HOUR + SETTLED, ONE, TWO) as place:
        second = export(place, TWO)
        assert (scope(second), polls(second)) == ("session", [("Is your laptop set up?", 3)])


def test_a_later_poll_of_the_room_changes_no_report(tmp_path: Path) -> None:
    with later(tmp_path, FIRST + HOUR + FINAL, ONE, TWO) as place:
        final = export(place, ONE)
        assert (final["state"], final["revision"]) == ("final", 1)
        files = place.archived()
    with later(tmp_path, FIRST + WEEK + HOUR + FINAL, ONE, TWO) as place:
        assert export(place, ONE) == final
        assert place.archived() == files


def test_a_check_after_the_room_has_gone_on_keeps_the_polls_that_were_there(tmp_path: Path) -> None:
    tomorrow = session(2, {LAPTOP: PEOPLE[:3]}, FIRST + timedelta(hours=20))
    with later(tmp_path, FIRST + HOUR + SETTLED, ONE, tomorrow) as place:
        provisional = export(place, ONE)
        assert provisional["state"] == "provisional"
    with later(tmp_path, FIRST + HOUR + FINAL, ONE, tomorrow) as place:
        final = export(place, ONE)
        assert (final["state"], final["revision"], polls(final)) == ("final", 1, polls(provisional))
        second = export(place, tomorrow)
        assert (scope(second), polls(second)) == ("session", [("Is your laptop set up?", 3)])


def test_in_a_back_fill_the_polls_are_called_those_of_the_room_and_a_replay_finds_them_again(tmp_path: Path) -> None:
    with later(tmp_path, FIRST + 2 * WEEK, ONE, TWO) as place:
        first, second = export(place, ONE, html=True), export(place, TWO, html=True)
        assert scope(second) == "room"
        assert polls(second) == [("Found the kitchen?", 5), ("Is your laptop set up?", 3)]
        page = place.read(f"{folder(order(TWO))}report.html").decode()
        assert "These are the polls of all sessions of this room: Kaltura does not say when a poll was held." in page
        assert (scope(first), first["sections"]["polls"]["later_sessions"]) == ("sessions", True)
        page = place.read(f"{folder(order(ONE))}report.html").decode()
        assert "These are polls of this session and of later sessions of the room:" in page
        assert [replayed(place, order(one)) for one in (ONE, TWO)] == ["same", "same"]


def test_without_the_rooms_sessions_nobody_can_tell_whose_polls_they_are(tmp_path: Path) -> None:
    with later(tmp_path, FIRST + HOUR + SETTLED, ONE) as place:
        place.kaltura.faults.add(
            Fault("api_error", code="SERVICE_FORBIDDEN", service="cuepoint_cuepoint", action="list", times=None)
        )
        assert scope(export(place, ONE)) == "room"


def test_of_a_poll_that_goes_on_only_the_new_votes_are_the_sessions(tmp_path: Path) -> None:
    again = session(2, {KITCHEN: PEOPLE[3:]}, FIRST + WEEK)  # two of them had answered before
    with later(tmp_path, FIRST + HOUR + SETTLED, ONE, again) as place:
        export(place, ONE)
    with later(tmp_path, FIRST + WEEK + HOUR + SETTLED, ONE, again) as place:
        (row,) = export(place, again)["sections"]["polls"]["rows"]
        assert (row["counted"], row["participants"]) == ("added", 1)
        assert [answer["participants"] for answer in row["answers"]] == [0, 1]
        assert [answer["rate"] for answer in row["answers"]] == [0.0, 1.0]


def test_a_session_that_was_not_archived_leaves_its_polls_with_the_next_and_that_is_said(tmp_path: Path) -> None:
    check = session(2, {LAPTOP: PEOPLE[:2]}, FIRST + WEEK - 2 * HOUR)
    webinar = session(3, {LUNCH: PEOPLE[:4]}, FIRST + WEEK)
    runs = (ONE, check, webinar)
    with later(tmp_path, FIRST + HOUR + SETTLED, *runs) as place:
        export(place, ONE)
    with later(tmp_path, FIRST + WEEK + HOUR + SETTLED, *runs) as place:
        found = export(place, webinar, html=True)
        assert (scope(found), polls(found)) == ("sessions", [("Lunch?", 4), ("Is your laptop set up?", 2)])
        assert found["sections"]["polls"]["since"] == "2026-11-04T15:00:00Z"
        page = place.read(f"{folder(order(webinar))}report.html").decode()
        assert "polls of this session and of earlier sessions of the room after Wed 4 November 2026:" in page


def test_a_replay_needs_no_answer_of_another_session(tmp_path: Path) -> None:
    with later(tmp_path, FIRST + HOUR + SETTLED, ONE, TWO) as place:
        export(place, ONE)
    with later(tmp_path, FIRST + WEEK + HOUR + FINAL, ONE, TWO) as place:
        export(place, TWO)
        shutil.rmtree(tmp_path / "archive" / "raw" / f"date={FIRST:%Y-%m-%d}")
        assert replayed(place, order(TWO)) == "same"
        assert polls(run_order(place, order(TWO))) == [("Is your laptop set up?", 3)]


def test_an_interrupted_session_has_the_polls_of_all_its_parts(tmp_path: Path) -> None:
    start = FIRST + WEEK
    parts = (session(2, {LAPTOP: PEOPLE[:3]}, start), session(3, {LUNCH: PEOPLE[:2]}, start + HOUR + HOUR / 3))
    with later(tmp_path, FIRST + HOUR + SETTLED, ONE, *parts) as place:
        export(place, ONE)
    with later(tmp_path, start + 3 * HOUR + SETTLED, ONE, *parts) as place:
        whole = export(place, *parts)
        assert (scope(whole), polls(whole)) == ("session", [("Is your laptop set up?", 3), ("Lunch?", 2)])
        assert replayed(place, order(*parts)) == "same"
        assert [scope(export(place, one)) for one in parts] == ["sessions", "sessions"]


def test_votes_of_which_the_report_of_the_chat_knows_nothing_are_not_called_the_sessions(tmp_path: Path) -> None:
    silent = session(1, {KITCHEN: PEOPLE[:5]}, FIRST, late=True)
    with later(tmp_path, FIRST + HOUR + SETTLED, silent) as place:
        found = export(place, silent, html=True)
        assert (scope(found), polls(found)) == ("room", [("Found the kitchen?", 5)])
        assert found["metrics"]["polls_users_rate"]["value"] == 0
        (note,) = (one["message"] for one in found["warnings"] if one["code"] == "POLLS_DISAGREE")
        assert "counts nobody who answered a poll in this session" in note
        assert "In this session nobody answered a poll." in place.read(f"{folder(order(silent))}report.html").decode()


def test_answers_that_changed_no_poll_of_the_room_are_noted(tmp_path: Path) -> None:
    again = session(2, {KITCHEN: PEOPLE[:2]}, FIRST + WEEK)  # both had answered before
    with later(tmp_path, FIRST + HOUR + SETTLED, ONE, again) as place:
        export(place, ONE)
    with later(tmp_path, FIRST + WEEK + HOUR + SETTLED, ONE, again) as place:
        found = export(place, again)
        assert scope(found) == "room"
        assert "POLLS_DISAGREE" in {one["code"] for one in found["warnings"]}
        assert found["metrics"]["polls_users_rate"]["value"]
