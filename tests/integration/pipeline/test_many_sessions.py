"""One scheduled run over many sessions: few calls, whatever else happens at the same time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from test_two_workers import account_of

from debrief.delivery.ledger.dynamodb import DynamoLedger
from debrief.errors import Unavailable
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services
from debrief.pipeline.state import lifecycle
from debrief.pipeline.state.session_records import cancel_orders
from support.aws import LEDGER, make_table, moto_aws
from support.killing import KilledError
from support.one_at_a_time import OneAtATime
from support.world import END, World, world

MANY = 53  # more than one transaction holds


class Counted:
    """A client that counts its calls, and does something instead of, or after, one of its transactions."""

    def __init__(self, at: int = 0, error: BaseException | None = None, *, after: bool = False) -> None:
        self._real = boto3.client("dynamodb")
        self._at, self._error, self._after = at, error, after
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)

        def call(**request: Any) -> Any:
            self.calls[name] += 1
            is_hit = name == "transact_write_items" and self.calls[name] == self._at and self._error
            if is_hit and not self._after:
                raise self._error  # type: ignore[misc]
            answer = real(**request)
            if is_hit:
                raise self._error  # type: ignore[misc]
            return answer

        return call if name in {"put_item", "get_item", "batch_get_item", "transact_write_items"} else real


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, account_of(MANY), END + timedelta(hours=1)) as place:
        yield place


@contextmanager
def on_dynamodb(place: World, client: Any = None) -> Iterator[Services]:
    with place.services() as services:
        ledger = DynamoLedger(client or boto3.client("dynamodb"), LEDGER, sleep=lambda _: None)
        yield replace(services, ledger=ledger)


@pytest.fixture
def table() -> Iterator[None]:
    with moto_aws():
        make_table()
        yield


def ordered(place: World, client: Any = None) -> list[str]:
    with on_dynamodb(place, client) as services:
        return [order.cue_point_id for order in reconcile(services)]


@pytest.mark.usefixtures("table")
def test_fifty_unknown_sessions_are_read_recorded_and_ordered_with_one_call_each(place: World) -> None:
    client = Counted()
    assert len(set(ordered(place, client))) == MANY
    assert client.calls == {"batch_get_item": 1, "transact_write_items": 2, "put_item": 1}  # put: when it succeeded
    client = Counted()
    assert ordered(place, client) == []
    assert client.calls == {"put_item": 1}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_killed_between_two_transactions_loses_no_session(place: World, *, after: bool) -> None:
    with pytest.raises(KilledError):
        ordered(place, Counted(2, KilledError(), after=after))
    found = ordered(place)
    assert len(found) == (0 if after else MANY - 50)
    place.clock.now += lifecycle.ORDER_AGAIN_AFTER
    found += ordered(place)
    assert len(set(found)) == MANY


@pytest.mark.usefixtures("table")
def test_orders_of_a_run_that_could_not_save_them_all_are_cancelled(place: World) -> None:
    with pytest.raises(Unavailable):
        ordered(place, Counted(2, Unavailable("No answer.")))
    assert len(ordered(place)) == MANY


@pytest.mark.usefixtures("table")
def test_orders_that_were_not_queued_are_cancelled_with_few_calls(place: World) -> None:
    client = Counted()
    with on_dynamodb(place, client) as services:
        orders = reconcile(services)
        client.calls.clear()
        cancel_orders(services, orders)
        assert client.calls == {"batch_get_item": 1, "transact_write_items": 2}
        assert len(reconcile(services)) == MANY


@pytest.mark.usefixtures("table")
def test_a_session_that_another_process_saved_in_the_meantime_is_ordered_too(place: World) -> None:
    """The other one recorded it before its figures had settled, and did not order it."""

    class Meanwhile(Counted):
        def __getattr__(self, name: str) -> Any:
            if name == "transact_write_items" and not self.calls[name]:
                now, place.clock.now = place.clock.now, END + timedelta(minutes=1)
                assert ordered(place) == []
                place.clock.now = now
            return super().__getattr__(name)

    assert len(set(ordered(place, Meanwhile()))) == MANY


def twice_at_once(opened: Callable[[], Any]) -> list[str]:
    gate = threading.Barrier(2)

    def tick() -> list[str]:
        with opened() as services:
            gate.wait(30)
            return [order.cue_point_id for order in reconcile(services)]

    with ThreadPoolExecutor(2) as pool:
        return [name for run in [pool.submit(tick) for _ in range(2)] for name in run.result(120)]


def test_of_two_runs_at_once_exactly_one_orders_each_session_in_sqlite(place: World) -> None:
    assert sorted(twice_at_once(place.services)) == sorted(f"1_cue{number:05}" for number in range(MANY))


@pytest.mark.usefixtures("table")
def test_of_two_runs_at_once_exactly_one_orders_each_session_in_dynamodb(place: World) -> None:
    found = twice_at_once(lambda: on_dynamodb(place, OneAtATime(boto3.client("dynamodb"))))
    assert sorted(found) == sorted(f"1_cue{number:05}" for number in range(MANY))
