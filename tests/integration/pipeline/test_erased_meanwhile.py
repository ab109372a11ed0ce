"""A person who is erased while an export or a replay of the same session is under way."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from debrief.delivery.mail.outbox import OutboxMailer
from debrief.errors import RetryLater
from debrief.orders import ExportOrder
from debrief.pipeline.erasure.erase_person import erase, find_person
from debrief.pipeline.services import Services
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.session_records import export_order_of
from kaltura_standin.account import Account, Attendance, Room, Run
from support.killing import Countdown, watched
from support.world import END, START, World, seconds, small_account, world

QUICK = {"pdf": False}


class Meanwhile(Countdown):
    """Does something else once, just before the n-th writing call."""

    def __init__(self, at: int, other: Callable[[], None]) -> None:
        super().__init__(0, after=False)
        self.at, self.other = at, other

    def around(self, call: Callable[[], Any]) -> Any:
        self.calls += 1
        if self.calls == self.at:
            self.other()
        return call()


def the_order(services: Services) -> ExportOrder:
    (session,) = select(services, Selection(sessions=("1_cue00001",), since=START))
    return export_order_of(session)


def holding(root: Path, *words: str) -> set[str]:
    files = [path for path in root.rglob("*") if path.is_file()]
    return {path.name for path in files if any(word.encode() in content(path) for word in words)}


def content(path: Path) -> bytes:
    body = path.read_bytes()
    return gzip.decompress(body) if path.suffix == ".gz" else body


def erase_person(place: World, person: str) -> bool:
    """Whether it could be done; else its operator is asked to run it again."""
    with place.services(**QUICK) as services, suppress(RetryLater):
        erase(services, find_person(services, person), OutboxMailer(place.root / "outbox"))
        return True
    return False


@pytest.mark.parametrize("source", ["kaltura", "archive"])
@pytest.mark.parametrize("at", [1, 2, 4, 7, 10, 12, 13, 14])
def test_nobody_comes_back_who_was_erased_meanwhile(small: World, at: int, source: str) -> None:
    with small.services(**QUICK) as services:
        order = the_order(services)
        run_export(services, order)
    small.clock.now += timedelta(days=2)  # the last check writes everything anew
    erased: list[bool] = []
    meanwhile = Meanwhile(at, lambda: erased.append(erase_person(small, "ann@example.com")))
    with small.services(**QUICK) as services:
        run_export(watched(services, meanwhile), replace(order, source=source))
    if erased != [True]:
        assert erase_person(small, "ann@example.com")
    assert holding(small.root, "ann@example.com", "Ann Lee") == set()
    assert holding(small.root, "Zed")


def two_in_an_hour() -> Account:
    """A room with two sessions in an hour: the answer about the hour of the second names the guest of the first."""
    spans = [(seconds(START), seconds(START) + 900), (seconds(START) + 3000, seconds(END))]
    people = "late@example.org", "ann@example.com"
    runs = (
        Run(f"1_cue0000{number}", *span, "", (Attendance(person, f"Lee {number}", stays=(span,)),))
        for number, (span, person) in enumerate(zip(spans, people, strict=True), 1)
    )
    return replace(small_account(), rooms=(Room("1_room0001", "Sales", tuple(runs)),))


@pytest.mark.parametrize("at", range(1, 29, 3))
def test_nobody_stays_in_an_answer_about_the_hour_who_was_erased_meanwhile(tmp_path: Path, at: int) -> None:
    apart: dict[str, object] = QUICK | {"interruption_minutes": 0.0}
    erased: list[bool] = []
    with world(tmp_path, two_in_an_hour(), END + timedelta(days=2)) as place:
        with place.services(**apart) as services:
            first, second = (export_order_of(one) for one in select(services, Selection(since=START)))
            run_export(services, first)
        meanwhile = Meanwhile(at, lambda: erased.append(erase_person(place, "late@example.org")))
        with place.services(**apart) as services:
            run_export(watched(services, meanwhile), second)
        if erased != [True]:
            assert erase_person(place, "late@example.org")
    assert holding(tmp_path, "late@example.org", "Lee 1") == set()
