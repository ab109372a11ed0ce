"""Which sessions of a room are parts of one interrupted meeting, and who is mailed what then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from debrief.model import Session
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.reconcile import overdue, reconcile
from debrief.pipeline.session.merging import UNDECIDED, Undecided, sessions_to_merge
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.session_status import session_status
from kaltura_standin.account import Account, Attendance, Room, Run, User
from kaltura_standin.catalogue import ScheduleEvent
from kaltura_standin.faults import Fault
from support.world import START, World, seconds, world

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ANN, BOB, CYD = "ann@example.com", "bob@example.com", "cyd@example.com"
ONE, TWO = "1_cue00001", "1_cue00002"
FAST = {"pdf": False, "html": False, "page": False}
LATER = START + 30 * HOUR  # when all is known that will ever be


def part(number: int, minutes: tuple[int, int], host: str, *people: str | Attendance) -> Run:
    """A session of the room; its host is there too."""
    span = (seconds(START + minutes[0] * MINUTE), seconds(START + minutes[1] * MINUTE))
    who = [one if isinstance(one, Attendance) else Attendance(one, one.title(), f"{one}@x.org") for one in people]
    there = (Attendance(host, host.title(), host), *who)
    return Run(f"1_cue{number:05}", *span, host, tuple(replace(one, stays=(span,)) for one in there))


def plan(number: int, minutes: tuple[int, int], owner: str = "") -> ScheduleEvent:
    """A planned webinar in the room."""
    span = (seconds(START + minutes[0] * MINUTE), seconds(START + minutes[1] * MINUTE))
    return ScheduleEvent(number, "1_room0001", *span, f"Webinar {number}", owner=owner)


def account(runs: Sequence[Run], events: Sequence[ScheduleEvent] = ()) -> Account:
    """One room, whose co-host is Cyd."""
    users = tuple(User(who, who.split("@")[0].title(), "X", who) for who in (ANN, BOB, CYD))
    room = Room("1_room0001", "Shared room", tuple(runs), editors=(CYD,))
    return Account(rooms=(room,), users=users, schedule=tuple(events))


def ids(place: World, cue_point_id: str = ONE, **changes: object) -> list[str]:
    """The parts of the meeting of a session."""
    run = next(run for run in place.kaltura.account.rooms[0].runs if run.id == cue_point_id)
    start, end = (datetime.fromtimestamp(moment, START.tzinfo) for moment in (run.start, run.end))
    with place.services(**changes) as services:
        return [one.cue_point_id for one in sessions_to_merge(services, Session(run.id, "1_room0001", start, end))]


FIRST = part(1, (0, 30), ANN, "dan", "eve", "fay")
AGAIN = part(2, (40, 70), ANN, "dan", "eve", "gus", "hal")
EARLY, LATE, BOTH = plan(1, (0, 35)), plan(2, (40, 70)), plan(3, (0, 70))


@pytest.mark.parametrize(
    ("runs", "events", "is_one"),
    [
        pytest.param((FIRST, AGAIN), (), True, id="same host and half of the smaller part's people"),
        pytest.param((FIRST, part(2, (40, 70), ANN, "dan", "gus", "hal")), (), False, id="same host, a third of them"),
        pytest.param((FIRST, part(2, (40, 70), BOB, "dan", "eve", "fay")), (), False, id="same people, other host"),
        pytest.param((FIRST, part(2, (40, 70), ANN, "gus", "hal")), (), False, id="same host, nobody in both"),
        pytest.param((part(1, (0, 30), ANN), AGAIN), (), False, id="a sound check of the host's"),
        pytest.param((part(1, (0, 30), ANN, CYD), AGAIN), (), False, id="a sound check of host and co-host"),
        pytest.param((FIRST, part(2, (40, 70), BOB, "gus")), (BOTH,), True, id="one schedule event over both"),
        pytest.param((FIRST, AGAIN), (EARLY, LATE), False, id="two schedule events"),
        pytest.param((FIRST, AGAIN), (EARLY,), False, id="a schedule event over the first only"),
        pytest.param((FIRST, AGAIN), (LATE,), False, id="a schedule event over the second only"),
        pytest.param(
            (FIRST, AGAIN),
            (replace(EARLY, status=1), replace(LATE, entry="1_other")),
            True,
            id="a cancelled event, and one elsewhere",
        ),
        pytest.param((FIRST, part(2, (59, 70), ANN, "dan")), (), True, id="a minute closer than the limit"),
        pytest.param((FIRST, part(2, (60, 70), ANN, "dan")), (), False, id="as far apart as the limit"),
        pytest.param((FIRST, part(2, (20, 70), ANN, "dan")), (), True, id="they overlap"),
    ],
)
def test_parts_share_a_schedule_event_or_else_host_and_people(
    tmp_path: Path, runs: Sequence[Run], events: Sequence[ScheduleEvent], is_one: bool
) -> None:
    with world(tmp_path, account(runs, events), LATER) as place:
        assert ids(place, ONE) == ([ONE, TWO] if is_one else [ONE])
        assert ids(place, TWO) == ([ONE, TWO] if is_one else [TWO])


@pytest.mark.parametrize("again", [Attendance("DAN", "Dan"), Attendance("guest-7", "Dan", "Dan@X.org", type="Guest")])
def test_a_person_counts_as_the_same_under_another_spelling_or_with_the_same_address(
    tmp_path: Path, again: Attendance
) -> None:
    runs = part(1, (0, 30), ANN, "dan"), part(2, (40, 70), ANN, again)
    with world(tmp_path, account(runs), LATER) as place:
        assert ids(place) == [ONE, TWO]


def test_listed_staff_does_not_make_two_meetings_one(tmp_path: Path) -> None:
    runs = part(1, (0, 30), ANN, "dan"), part(2, (40, 70), ANN, "dan", "eve")
    with world(tmp_path, account(runs), LATER) as place:
        assert ids(place) == [ONE, TWO]
        assert ids(place, staff=("dan@x.org",)) == [ONE]


def test_a_meeting_between_the_halves_of_another_one_stays_apart(tmp_path: Path) -> None:
    runs = FIRST, part(3, (32, 38), BOB, "zoe"), AGAIN
    with world(tmp_path, account(runs), LATER) as place:
        assert ids(place, ONE) == ids(place, TWO) == [ONE, TWO]
        assert ids(place, "1_cue00003") == ["1_cue00003"]


@pytest.mark.parametrize("code", ["INTERNAL_SERVERL_ERROR", "QUERY_EXCEEDED_MAX_MATCHES_ALLOWED"])
def test_while_the_schedule_cannot_be_read_it_is_undecided_and_in_the_end_two_meetings(
    tmp_path: Path, code: str
) -> None:
    with world(tmp_path, account((FIRST, AGAIN)), START + 3 * HOUR) as place:
        place.kaltura.faults.add(Fault("api_error", times=None, service="schedule_scheduleEvent", code=code))
        with pytest.raises(Undecided):
            ids(place)
        place.clock.now = LATER
        assert ids(place) == [ONE]


def test_an_account_that_may_not_read_the_schedule_joins_nothing_and_waits_for_nothing(tmp_path: Path) -> None:
    with world(tmp_path, account((FIRST, AGAIN)), START + 3 * HOUR) as place:
        place.kaltura.faults.add(
            Fault("api_error", times=None, service="schedule_scheduleEvent", code="SERVICE_FORBIDDEN")
        )
        assert ids(place) == [ONE]


@pytest.mark.parametrize(
    ("still", "events", "is_known"),
    [
        (AGAIN, (), False),
        (AGAIN, (BOTH,), False),
        (AGAIN, (EARLY,), True),
        (part(2, (40, 70), BOB), (), True),
    ],
    ids=["same host", "same event", "the first one's event is over", "another host"],
)
def test_an_open_session_is_waited_for_only_if_it_may_be_the_second_half(
    tmp_path: Path, still: Run, events: Sequence[ScheduleEvent], is_known: bool
) -> None:
    now = START + 50 * MINUTE
    with world(tmp_path, replace(account((FIRST, still), events), now=now), now) as place:
        if is_known:
            assert ids(place) == [ONE]
        else:
            with pytest.raises(Undecided):
                ids(place)


def test_a_session_that_kaltura_never_closes_is_waited_for_no_longer_than_a_day(tmp_path: Path) -> None:
    still = replace(AGAIN, end=AGAIN.start)
    with world(tmp_path, account((FIRST, still)), START + 20 * HOUR) as place:
        with pytest.raises(Undecided):
            ids(place)
        place.clock.now = START + 26 * HOUR
        assert ids(place) == [ONE]


def test_people_whom_kaltura_does_not_list_yet_are_waited_for_until_the_first_check(tmp_path: Path) -> None:
    empty = replace(AGAIN, attendances=())
    with world(tmp_path, account((FIRST, empty)), START + 3 * HOUR) as place:
        with pytest.raises(Undecided):
            ids(place)
        place.kaltura.account = account((FIRST, AGAIN))
        assert ids(place) == [ONE, TWO]
        place.kaltura.account = account((FIRST, empty))
        place.clock.now = START + 8 * HOUR
        assert ids(place) == [ONE]


def scheduled_run(place: World, **changes: object) -> None:
    """One comparison with everything that it leads to."""
    with place.services(**{**FAST, **changes}) as services:
        for order in reconcile(services):
            for mail in run_export(services, order):
                deliver(services, mail)


def reported_to(place: World) -> dict[str, list[str]]:
    """Which sessions each recipient was mailed, by the names of the mails."""
    found: dict[str, list[str]] = {}
    for path in sorted((place.root / "outbox").glob("*.eml")):
        to = str(message_from_bytes(path.read_bytes(), policy=policy.default)["To"])
        found.setdefault(to, []).append(path.name.partition("-r")[0])
    return found


@pytest.mark.parametrize("planned", [False, True], ids=["unplanned", "two webinars"])
def test_two_meetings_of_two_hosts_in_one_room_are_mailed_each_to_its_own(tmp_path: Path, planned: bool) -> None:
    runs = part(1, (0, 30), ANN, "dan"), part(2, (40, 70), BOB, "gus")
    events = (plan(1, (0, 35), ANN), plan(2, (40, 70), BOB)) if planned else ()
    with world(tmp_path, account(runs, events), START) as place:
        for _ in range(12):
            scheduled_run(place)
            place.clock.now += 15 * MINUTE
        assert {who: names for who, names in reported_to(place).items() if who != CYD} == {ANN: [ONE], BOB: [TWO]}
        files = [place.read(key).decode(errors="replace") for key in place.archived() if key.endswith("attendees.csv")]
        assert files
        assert not [text for text in files if "dan@x.org" in text and "gus@x.org" in text]


def test_the_host_of_each_part_gets_the_one_report_and_no_half_is_mailed(tmp_path: Path) -> None:
    runs = part(1, (0, 30), ANN, "dan"), part(2, (40, 70), BOB, "gus")
    with world(tmp_path, account(runs, (BOTH,)), START) as place:
        for _ in range(40):
            scheduled_run(place)
            place.clock.now += 45 * MINUTE
        assert reported_to(place) == {who: [f"joint-{ONE}"] for who in (ANN, BOB, CYD)}


def test_a_half_waits_for_the_other_one_and_says_why(tmp_path: Path) -> None:
    now = START + 76 * MINUTE
    with world(tmp_path, account((FIRST, AGAIN)), now) as place:
        scheduled_run(place)
        scheduled_run(place)
        with place.services() as services:
            record = services.ledger.session(ONE)
            assert record is not None
            assert (record.state, record.reason, record.revision) == ("waiting", UNDECIDED, 0)
            place.clock.now = START + 20 * HOUR
            assert ONE not in {one.cue_point_id for one in overdue(services)}
        assert not place.mails()
        for _ in range(4):
            scheduled_run(place)
            place.clock.now += HOUR
        assert reported_to(place) == {who: [f"joint-{ONE}"] for who in (ANN, CYD)}


def test_what_was_reported_as_one_stays_one_when_the_limit_is_lowered(tmp_path: Path) -> None:
    with world(tmp_path, account((FIRST, AGAIN)), START + 3 * HOUR) as place:
        for _ in range(3):
            scheduled_run(place)
        before = reported_to(place)
        for hours in (8, 12, 26, 30):
            place.clock.now = START + hours * HOUR
            scheduled_run(place, interruption_minutes=0)
        assert reported_to(place) == before == {who: [f"joint-{ONE}"] for who in (ANN, CYD)}


def test_what_was_reported_alone_stays_alone_when_the_limit_is_raised(tmp_path: Path) -> None:
    with world(tmp_path, account((FIRST, AGAIN)), START + 3 * HOUR) as place:
        for _ in range(3):
            scheduled_run(place, interruption_minutes=0)
        before = place.mails()
        for hours in (8, 12, 26, 30):
            place.clock.now = START + hours * HOUR
            scheduled_run(place, interruption_minutes=60)
        assert place.mails() == before
        assert reported_to(place) == {who: [ONE, TWO] for who in (ANN, CYD)}


def test_what_was_reported_alone_stays_alone_when_its_people_come_late(tmp_path: Path) -> None:
    alone = part(2, (40, 70), ANN, "gus", "hal")
    with world(tmp_path, account((FIRST, alone)), START + 3 * HOUR) as place:
        scheduled_run(place)
        place.kaltura.account = account((FIRST, AGAIN))
        for hours in (8, 12, 26, 30):
            place.clock.now = START + hours * HOUR
            scheduled_run(place)
        assert {name for names in reported_to(place).values() for name in names} == {ONE, TWO}


def test_the_status_of_a_breakout_without_a_session_of_its_main_room_says_that_it_is_one(tmp_path: Path) -> None:
    side = Room("1_brk00001", "Group 1", (part(1, (0, 30), ANN, "dan"),), parent="1_room0001")
    with world(tmp_path, Account(rooms=(side,)), START + 3 * HOUR) as place:
        scheduled_run(place)
        with place.services() as services:
            record = services.ledger.session(ONE)
            assert record is not None
            found = session_status(services.ledger, record)
    assert found.word == "archived"
    assert "breakout" in found.reason


def test_a_merged_session_waits_until_the_room_has_stayed_closed_for_longer_than_the_limit(tmp_path: Path) -> None:
    with world(tmp_path, account((FIRST, AGAIN)), START + 3 * HOUR) as place:
        while not reported_to(place):
            place.clock.now += 15 * MINUTE
            scheduled_run(place, interruption_minutes=180)
        assert START + (70 + 180) * MINUTE < place.clock.now < START + (70 + 215) * MINUTE
        assert reported_to(place) == {who: [f"joint-{ONE}"] for who in (ANN, CYD)}
        with place.services() as services:
            joint = services.ledger.session(f"joint-{ONE}")
        assert joint is not None
        assert [(one.cue_point_id, one.start, one.end) for one in joint.parts] == [
            (ONE, START, START + 30 * MINUTE),
            (TWO, START + 40 * MINUTE, START + 70 * MINUTE),
        ]
