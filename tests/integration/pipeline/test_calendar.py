"""Ticks over days with all that happens to clocks and schedules: each session is mailed once first, none is lost."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.mailing.stale_claims import due_deliveries
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.stages import run_export
from kaltura_standin.account import Account, Attendance, Room, Run, User
from support.world import World, seconds, world

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
HOST = User("ann@example.com", "Ann", "Lee", "ann@example.com")

SPRING = datetime(2026, 3, 28, 18, tzinfo=BERLIN).astimezone(UTC)  # clocks go from 2 to 3 on the next day
AUTUMN = datetime(2026, 10, 24, 18, tzinfo=BERLIN).astimezone(UTC)  # and here from 3 to 2
MONTHS_END = datetime(2026, 12, 31, 12, tzinfo=UTC)


def account_of(starts: Iterable[datetime]) -> Account:
    """A room for each session, 40 minutes long, with its host in it."""
    rooms = []
    for number, start in enumerate(starts):
        first, last = seconds(start), seconds(start + 40 * MINUTE)
        there = (Attendance(HOST.id, "Ann Lee", HOST.email, stays=((first, last),)),)
        run = Run(f"1_cue{number:05}", first, last, HOST.id, there)
        rooms.append(Room(f"1_room{number:04}", f"Room {number}", (run,), owner=HOST.id))
    return Account(rooms=tuple(rooms), users=(HOST,))


def around(begin: datetime, hours: int = 30) -> list[datetime]:
    """A session every hour and a half, none on the full hour."""
    return [begin + (90 * number + 7 * (number % 5)) * MINUTE for number in range(hours * 60 // 90)]


def scheduled_runs_of(begin: datetime, hours: int, every: timedelta = 15 * MINUTE) -> list[datetime]:
    return [begin + number * every for number in range(int(hours * HOUR / every))]


def play(place: World, scheduled_runs: Iterable[datetime]) -> None:
    """Every scheduled run with its exports and mails."""
    for at in scheduled_runs:
        place.clock.now = at
        place.kaltura.account = replace(place.kaltura.account, now=at)
        with place.services(page=False, pdf=False, html=False, timezone="Europe/Berlin") as services:
            mails = due_deliveries(services)
            for order in reconcile(services):
                mails += run_export(services, order)
            for mail in mails:
                deliver(services, mail)


def _subject(mail: Path) -> str:
    return str(message_from_bytes(mail.read_bytes(), policy=policy.default)["Subject"])


def first_mails(place: World) -> Counter[str]:
    """How many first mails each room's session got, by subject."""
    found = (_subject(path) for path in sorted((place.root / "outbox").glob("*.eml")))
    return Counter(subject.split()[2].rstrip(",") for subject in found if not subject.startswith("Updated"))


def assert_each_once(place: World) -> None:
    sessions = [str(number) for number in range(len(place.kaltura.account.rooms))]
    assert first_mails(place) == Counter(sessions)
    with place.services() as services:
        records = [services.ledger.session(f"1_cue{number:05}") for number in range(len(sessions))]
    assert {record.state for record in records if record} == {"final"}
    assert None not in records


@pytest.fixture
def built(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    begin: datetime = request.param
    with world(tmp_path, account_of(around(begin)), begin) as place:
        yield place


@pytest.mark.parametrize("built", [SPRING, AUTUMN, MONTHS_END], indirect=True, ids=["spring", "autumn", "months-end"])
def test_every_session_of_an_odd_day_gets_one_first_mail(built: World) -> None:
    play(built, scheduled_runs_of(built.clock.now, 60, every=30 * MINUTE))
    assert_each_once(built)


def test_an_outage_of_twenty_hours_loses_nothing(tmp_path: Path) -> None:
    with world(tmp_path, account_of(around(AUTUMN)), AUTUMN) as place:
        scheduled_runs = scheduled_runs_of(AUTUMN, 70, every=30 * MINUTE)
        play(place, [at for at in scheduled_runs if not AUTUMN + 8 * HOUR < at < AUTUMN + 28 * HOUR])
        assert_each_once(place)


@pytest.mark.parametrize("seed", range(3))
def test_scheduled_runs_that_are_lost_doubled_late_or_out_of_order_change_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with world(tmp_path, account_of(around(SPRING, hours=18)), SPRING) as place:
        scheduled_runs = [at for at in scheduled_runs_of(SPRING, 50, every=30 * MINUTE) if chance.random() < 0.7]
        scheduled_runs += chance.choices(
            scheduled_runs, k=len(scheduled_runs) // 3
        )  # a retry, or a webhook, at the same moment
        scheduled_runs = sorted(scheduled_runs, key=lambda at: at + chance.random() * 40 * MINUTE)
        play(place, [*scheduled_runs, SPRING + 52 * HOUR, SPRING + 52 * HOUR])
        assert_each_once(place)


def test_an_interrupted_session_is_mailed_once_and_with_both_parts(tmp_path: Path) -> None:
    begin = datetime(2026, 11, 2, 9, tzinfo=UTC)
    first, second = (
        (seconds(begin), seconds(begin + 30 * MINUTE)),
        (
            seconds(begin + 42 * MINUTE),
            seconds(begin + 90 * MINUTE),
        ),
    )
    there = tuple(
        (
            Attendance(HOST.id, "Ann Lee", HOST.email, stays=(span,)),
            Attendance("both@x.org", "Guest of both", stays=(span,)),
            Attendance(f"u{n}@x.org", f"Guest {n}", stays=(span,)),
        )
        for n, span in enumerate((first, second))
    )
    runs = tuple(
        Run(f"1_cue{n:05}", *span, HOST.id, people)
        for n, (span, people) in enumerate(zip((first, second), there, strict=True))
    )
    account = Account(rooms=(Room("1_room0000", "Room 0", runs, owner=HOST.id),), users=(HOST,))
    with world(tmp_path, account, begin) as place:
        play(place, scheduled_runs_of(begin, 40))
        assert first_mails(place) == Counter({"0": 1})
        with place.services() as services:
            joint = services.ledger.session("joint-1_cue00000")
            parts = [services.ledger.session(f"1_cue0000{n}") for n in range(2)]
        assert joint is not None
        assert (joint.state, [part.cue_point_id for part in joint.parts]) == ("final", ["1_cue00000", "1_cue00001"])
        assert all(part is not None and part.state == "final" for part in parts)
        kept = {key.split("/")[0] for key in place.archived() if "joint-" in key}
        assert kept == {"reports", "raw", "index"}  # no tables: they hold the parts' rows
        assert joint.history[joint.revision]["unique_attendees"] == 4
