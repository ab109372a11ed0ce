"""Kaltura corrects when a session began or ended, also across midnight UTC: one place, one link, the newest figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from shutil import copytree

import pytest

from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.mailing.stale_claims import due_deliveries
from debrief.pipeline.maintenance.verify import verify
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.revisions import Files, manifest_of
from kaltura_standin.account import Account, Attendance, Room, Run, User
from kaltura_standin.catalogue import VirtualEvent
from support.killing import WRITING, Countdown, KilledError, watched
from support.world import World, seconds, world

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MIDNIGHT = datetime(2026, 11, 3, tzinfo=UTC)
END = MIDNIGHT + 40 * MINUTE
HOST = User("ann@example.com", "Ann", "Lee", "ann@example.com")
FAST = {"pdf": False, "html": False, "page": False}
ONE, TWO = "1_cue00001", "1_cue00002"
BEFORE, AFTER = "date=2026-11-02", "date=2026-11-03"


def session(start: int, people: int, end: datetime = END, number: int = 1, begin: datetime = MIDNIGHT) -> Run:
    """A session that started so many seconds after a moment."""
    span = (seconds(begin) + start, seconds(end))
    there = tuple(Attendance(f"u{n}@x.org", f"U {n}", f"u{n}@x.org", stays=(span,)) for n in range(people))
    return Run(f"1_cue{number:05}", *span, HOST.id, there)


def account(*runs: Run, event: str = "") -> Account:
    """One room, perhaps of a virtual event."""
    room = Room("1_room0001", "Begins at midnight", runs, owner=HOST.id, virtual_event_id=event)
    return Account(rooms=(room,), users=(HOST,), virtual_events=(VirtualEvent("77", "Days"),) if event else ())


def scheduled_run(place: World, countdown: Countdown | None = None, **changes: object) -> list[str]:
    """One comparison with everything that it leads to."""
    with place.services(**{**FAST, **changes}) as real:
        services = watched(real, countdown) if countdown else real
        for mail in due_deliveries(services):
            deliver(services, mail)
        orders = reconcile(services)
        for order in orders:
            for mail in run_export(services, order):
                deliver(services, mail)
    return [order.cue_point_id for order in orders]


def scheduled_runs(place: World, *hours: float, **changes: object) -> None:
    """Comparisons so many hours after the session's end."""
    for hour in hours:
        place.clock.now = END + hour * HOUR
        scheduled_run(place, **changes)


def dates(place: World) -> dict[str, set[str]]:
    """Under which dates each session has files."""
    found: dict[str, set[str]] = {}
    for key in place.archived():
        _, date, one, *_ = key.split("/")
        found.setdefault(one.removeprefix("session="), set()).add(date)
    return found


def subjects(place: World) -> list[str]:
    """Of all mails."""
    mails = [path.read_bytes() for path in sorted((place.root / "outbox").glob("*.eml"))]
    return [str(message_from_bytes(mail, policy=policy.default)["Subject"]).partition(":")[0] for mail in mails]


@pytest.mark.parametrize(("first", "then", "date"), [(2, -3, BEFORE), (-3, 2, AFTER), (2, 90, AFTER)])
@pytest.mark.parametrize("corrected", [2.0, 30.0], ids=["while provisional", "when final"])
def test_a_start_corrected_later_leaves_one_place_with_the_newest_figures_and_one_more_mail(
    tmp_path: Path, first: int, then: int, date: str, corrected: float
) -> None:
    with world(tmp_path, account(session(first, 4)), END) as place:
        scheduled_runs(place, 1, *([7, 25] if corrected > 25 else []))
        place.kaltura.account = account(session(then, 9))
        scheduled_runs(place, corrected, corrected + 0.25, corrected + 0.5, corrected + 6)
        assert dates(place) == {ONE: {date}}
        with place.services(**FAST) as services:
            record = services.ledger.session(ONE)
            assert record is not None
            assert record.start == datetime.fromtimestamp(seconds(MIDNIGHT) + then, UTC)
            manifest = manifest_of(services, record.start, ONE)
            assert manifest is not None
            assert manifest.revision == record.revision == 2
            file = Files(services, manifest).named("summary.json")
            assert file is not None
            assert json.loads(Files(services, manifest).read(file))["metrics"]["unique_attendees"]["value"] == 9
        assert [subject.startswith("Updated") for subject in subjects(place)] == [False, True]


def test_an_end_corrected_across_midnight_is_one_revision_and_one_more_mail(tmp_path: Path) -> None:
    begin = MIDNIGHT - 60 * MINUTE
    early, late = (session(0, people, end, begin=begin) for people, end in ((4, MIDNIGHT - MINUTE), (9, END)))
    with world(tmp_path, account(early), END) as place:
        scheduled_runs(place, 1)
        place.kaltura.account = account(late)
        scheduled_runs(place, 2, 2.25, 7, 25)
        assert dates(place) == {ONE: {BEFORE}}
        assert len(subjects(place)) == 2
        with place.services() as services:
            record = services.ledger.session(ONE)
            assert record is not None
            assert (record.end, record.revision, record.state) == (END, 2, "final")


def test_a_start_that_moves_there_and_back_is_one_place_at_each_step(tmp_path: Path) -> None:
    with world(tmp_path, account(session(2, 4)), END) as place:
        scheduled_runs(place, 1)
        for hour, start, date in ((2, -3, BEFORE), (3, 2, AFTER), (4, -3, BEFORE)):
            place.kaltura.account = account(session(start, 4))
            scheduled_runs(place, hour)
            assert dates(place) == {ONE: {date}}
        assert len(subjects(place)) == 1


def test_an_interrupted_session_moves_with_its_first_part(tmp_path: Path) -> None:
    again = session(0, 4, END + HOUR, 2, begin=END + 10 * MINUTE)
    with world(tmp_path, account(session(2, 4), again), END) as place:
        scheduled_runs(place, 2, 2.25, 2.5)
        assert dates(place) == {ONE: {AFTER}, TWO: {AFTER}, f"joint-{ONE}": {AFTER}}
        place.kaltura.account = account(session(-3, 9), again)
        scheduled_runs(place, 3, 3.25, 8, 8.25, 26, 26.25, 26.5)
        assert dates(place) == {ONE: {BEFORE}, TWO: {AFTER}, f"joint-{ONE}": {BEFORE}}
        assert len(subjects(place)) == 2
        with place.services(**FAST) as services:
            joint = services.ledger.session(f"joint-{ONE}")
            assert joint is not None
            assert joint.start == joint.parts[0].start == datetime.fromtimestamp(seconds(MIDNIGHT) - 3, UTC)
            assert joint.history[joint.revision]["unique_attendees"] == 9


def test_a_virtual_event_keeps_its_place_and_shows_the_corrected_times(tmp_path: Path) -> None:
    with world(tmp_path, account(session(2, 4), event="77"), END) as place:
        scheduled_runs(place, 1, 7, 25, 26)
        assert dates(place) == {ONE: {AFTER}, "event-77": {AFTER}}
        place.kaltura.account = account(session(-3, 9), event="77")
        scheduled_runs(place, 30, 30.25, 31.5, 33)
        assert dates(place) == {ONE: {BEFORE}, "event-77": {AFTER}}
        summary = json.loads(place.read(f"reports/{AFTER}/session=event-77/summary.json"))
        assert summary["metrics"]["unique_attendees"]["value"] == 9
        assert summary["sections"]["sessions"]["rows"][0]["start"] == "2026-11-02T23:59:57Z"


@pytest.fixture
def mailed(tmp_path: Path) -> Path:
    """Everything that is there of a session that was mailed."""
    root = tmp_path / "mailed"
    with world(root, account(session(2, 4)), END) as place:
        scheduled_runs(place, 1)
    return root


@contextmanager
def moved(mailed: Path, root: Path) -> Iterator[World]:
    """The same, and its start was corrected then."""
    copytree(mailed, root)
    with world(root, account(session(-3, 9)), END + 2 * HOUR) as place:
        yield place


def test_a_kill_at_any_writing_call_of_a_move_is_made_good_by_the_next_run(mailed: Path, tmp_path: Path) -> None:
    assert "remove" in WRITING
    with moved(mailed, tmp_path / "undisturbed") as place:
        countdown = Countdown(10_000, after=False)
        scheduled_run(place, countdown)
        archived, mails, calls = place.archived(), place.mails(), countdown.calls
    assert calls > 25
    for at in range(1, calls + 1):
        with moved(mailed, tmp_path / str(at)) as place:
            with pytest.raises(KilledError):
                scheduled_run(place, Countdown(at, after=False))
            assert any(key.endswith("manifest.json") for key in place.archived())
            place.clock.now += 3 * HOUR  # what was asked for is asked for again
            scheduled_run(place)
            assert place.archived() == archived, f"killed at call {at}"
            assert place.mails().keys() == mails.keys(), f"killed at call {at}"


def test_what_is_verified_after_a_move_are_the_files_at_the_new_date(mailed: Path, tmp_path: Path) -> None:
    with moved(mailed, tmp_path / "moved") as place:
        scheduled_run(place)
        with place.services(**FAST) as services:
            record = services.ledger.session(ONE)
            assert record is not None
            assert not [one for one in verify(services, record).differences if "revision" in one or "missing" in one]
