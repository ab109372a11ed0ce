"""A message to a channel, with a fault at every call: events once in effect, chats at most once, no silent doubt."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from debrief.errors import DebriefError
from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.stages import run_export
from debrief.pipeline.state.session_records import delivery_order_of
from debrief.runner import run_deliveries, run_notices
from support.channelled import CUE, SECRET, Channelled
from support.killing import Countdown, KilledError, Watched, watched
from support.receiver import Receiver, receiver
from support.world import END, World

ACCEPTED = {"webhook": (204, b""), "slack": (200, b"ok"), "teams": (202, b"")}
REPEATABLE = {"webhook"}


@pytest.fixture(params=list(ACCEPTED))
def waiting(request: pytest.FixtureRequest, small: World, tmp_path: Path) -> Iterator[Channelled]:
    """An exported session whose message still has to be sent."""
    small.clock.now = END + timedelta(hours=1)
    with receiver(tmp_path) as made:
        made.answers = [ACCEPTED[request.param]]
        channelled = Channelled(small, made, request.param, secrets={"url": made.url, "secret": SECRET})
        with channelled.services() as services:
            assert len(run_export(services, reconcile(services)[0])) == 1
        yield channelled


@contextmanager
def copied(waiting: Channelled, root: Path) -> Iterator[Channelled]:
    """The same in a folder of its own, at the same time."""
    waiting.receiver.received.clear()
    shutil.copytree(waiting.place.root, root, ignore=shutil.ignore_patterns("copy-*"))
    yield replace(waiting, place=replace(waiting.place, root=root, clock=replace(waiting.place.clock)))
    shutil.rmtree(root)


def under(services: Services, countdown: Countdown) -> Services:
    return replace(watched(services, countdown), channel=lambda name: Watched(services.channel(name), countdown))


def send_message(services: Services) -> None:
    (mail,) = [each for each in services.ledger.deliveries(CUE) if each.channel]
    deliver(services, delivery_order_of(mail))


def recover(place: Channelled) -> None:
    """Scheduled runs of the next hours."""
    for minutes in (16, 16, 31):
        place.place.clock.now += timedelta(minutes=minutes)
        with place.services() as services:
            run_deliveries(services)
            run_notices(services)


def check(place: Channelled, received: Receiver, what: str) -> None:
    (mail,) = place.deliveries
    if place.kind in REPEATABLE:
        assert mail.state == "sent", what
        assert len({each.headers["webhook-id"] for each in received.received}) == 1, what
        return
    assert len(received.received) <= 1, what
    notices = list((place.place.root / "outbox").glob("admin-*problem*.eml"))
    if mail.state == "sent":
        assert len(received.received) == 1, what
        assert notices == [], what
    else:
        assert mail.state == "unknown", what
        assert len(notices) == 1, what


def test_a_kill_at_any_call_is_made_good_or_reported(waiting: Channelled, tmp_path: Path) -> None:
    everything = Countdown(10_000, after=False)
    with copied(waiting, tmp_path / "copy-0") as place, place.services() as services:
        send_message(under(services, everything))
    assert everything.calls >= 5
    for at in range(1, everything.calls + 1):
        for after in (False, True):
            with copied(waiting, tmp_path / f"copy-{at}-{after}") as place:
                with place.services() as services, pytest.raises(KilledError):
                    send_message(under(services, Countdown(at, after=after)))
                recover(place)
                check(place, waiting.receiver, f"killed {'after' if after else 'before'} call {at}")


@pytest.mark.parametrize(
    "answer", ["hang up", (500, b""), (502, b""), (503, b""), (429, b""), (200, b"something else")]
)
def test_any_answer_is_made_good_or_reported(waiting: Channelled, answer: Any) -> None:
    accepted, refused = waiting.receiver.answers[0], {429}
    waiting.receiver.answers = [answer, accepted]
    with waiting.services() as services, suppress(DebriefError):
        send_message(services)
    if isinstance(answer, tuple) and answer[0] in refused:
        waiting.receiver.received.clear()  # it was certainly not posted
    recover(waiting)
    check(waiting, waiting.receiver, str(answer))


def test_an_endpoint_that_cannot_be_reached_gets_the_message_later(waiting: Channelled) -> None:
    port, waiting.receiver.port = waiting.receiver.port, 1
    with waiting.services() as services, pytest.raises(DebriefError, match="could not be reached"):
        send_message(services)
    waiting.receiver.port = port
    recover(waiting)
    check(waiting, waiting.receiver, "unreachable")
    assert len(waiting.receiver.received) == 1
