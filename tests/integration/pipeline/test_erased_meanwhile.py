"""A person who is erased while an export or a replay of the same session is under way."""

from __future__ import annotations

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
from debrief.pipeline.erasure.erase import erase, find_person
from debrief.pipeline.services import Services
from debrief.pipeline.session.selection import Selection, select
from debrief.pipeline.stages import export_order
from debrief.pipeline.state.session_records import order_for
from support.killing import Countdown, watched
from support.world import START, World

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
    return order_for(session)


def holding(root: Path, *words: str) -> set[str]:
    files = [path for path in root.rglob("*") if path.is_file() and path.suffix != ".gz"]
    return {path.name for path in files if any(word.encode() in path.read_bytes() for word in words)}


def erase_ann(place: World) -> bool:
    """Whether it could be done; else its operator is asked to run it again."""
    with place.services(**QUICK) as services, suppress(RetryLater):
        erase(services, find_person(services, "ann@example.com"), OutboxMailer(place.root / "outbox"))
        return True
    return False


@pytest.mark.parametrize("source", ["kaltura", "archive"])
@pytest.mark.parametrize("at", [1, 2, 4, 7, 10, 12, 13, 14])
def test_nobody_comes_back_who_was_erased_meanwhile(small: World, at: int, source: str) -> None:
    with small.services(**QUICK) as services:
        order = the_order(services)
        export_order(services, order)
    small.clock.now += timedelta(days=2)  # the last check writes everything anew
    erased: list[bool] = []
    meanwhile = Meanwhile(at, lambda: erased.append(erase_ann(small)))
    with small.services(**QUICK) as services:
        export_order(watched(services, meanwhile), replace(order, source=source))
    if erased != [True]:
        assert erase_ann(small)
    assert holding(small.root, "ann@example.com", "Ann Lee") == set()
    assert holding(small.root, "Zed")
