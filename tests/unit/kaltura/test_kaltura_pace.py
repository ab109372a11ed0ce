"""No more calls a second than set, retries included, evenly spaced, from however many threads."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, pairwise, zip_longest

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from kaltura_wire import KS, Reply, Wire, json_reply

from debrief.env import AppToken, Credential, ReadyKs
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.api.rate_limit import Pace
from debrief.settings import Settings

OK = json_reply('{"id":"ann"}')


class Clock:
    """A clock that moves by what is slept, and notes when each request came."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def paced(
    clock: Clock, *script: Reply, per_second: float, credential: Credential | None = None
) -> tuple[Kaltura, list[float]]:
    """A client, and the times at which its requests were sent."""
    replies, times = list(script), list[float]()

    def play(_: dict[str, str]) -> Reply:
        times.append(clock.now)
        return replies.pop(0) if replies else OK

    http = requests.Session()
    http.trust_env = False
    http.mount("https://", Wire(play=play))
    settings = Settings(
        partner_id="12345",
        chat_url="https://chat.example.com",
        credential=credential or ReadyKs(KS),
        calls_per_second=per_second,
    )
    return Kaltura(settings, http, clock.sleep, clock), times


def test_calls_are_spaced_evenly_from_the_first_on() -> None:
    clock = Clock()
    kaltura, times = paced(clock, per_second=4)
    for _ in range(9):
        kaltura.call("user", "get", {})
    assert times == pytest.approx([100 + place / 4 for place in range(9)])


def test_a_pause_earns_no_burst() -> None:
    clock = Clock()
    kaltura, times = paced(clock, per_second=2)
    kaltura.call("user", "get", {})
    clock.now += 60
    for _ in range(3):
        kaltura.call("user", "get", {})
    assert times == [100.0, 160.0, 160.5, 161.0]


def test_retries_multirequests_and_logins_count_like_any_call() -> None:
    clock = Clock()
    login = [json_reply('{"ks":"djJ8-widget"}'), json_reply('{"ks":"djJ8-one"}')]
    script = [*login, Reply(status=502), Reply(status=502), OK, json_reply('[{"id":"ann"}]')]
    kaltura, times = paced(clock, *script, per_second=0.1, credential=AppToken("1_token", "token"))
    kaltura.call("user", "get", {})
    kaltura.multi([ApiCall("user", "get", {})])
    assert len(times) == 6
    assert all(later - earlier >= 10 - 1e-9 for earlier, later in pairwise(times))


def test_each_call_in_a_multirequest_counts_for_its_action() -> None:
    clock = Clock()
    replies = [json_reply(json.dumps([1] * count)) for count in (9, 9, 4)]
    kaltura, times = paced(clock, replies[0], OK, *replies[1:], per_second=2)
    table, total = ApiCall("report", "getTable", {}), ApiCall("report", "getTotal", {})
    kaltura.multi([table] * 8 + [total])
    kaltura.call("user", "get", {})  # another action does not wait for the eight tables
    kaltura.multi([table] * 8 + [total])  # the eight tables before take four seconds, of which two may be early
    kaltura.multi([table] * 4)
    assert times == [100.0, 100.5, 102.0, 106.0]


@given(counts=st.lists(st.integers(1, 25), min_size=2, max_size=30), pauses=st.lists(st.floats(0, 9), max_size=30))
def test_no_action_is_called_more_often_on_average_whatever_the_requests_are(
    counts: list[int], pauses: list[float]
) -> None:
    clock = Clock()
    pace = Pace(5, clock, clock.sleep)
    times = []
    for count, pause in zip_longest(counts, pauses[: len(counts)], fillvalue=0.0):
        pace.wait({"report.getTable": int(count)})
        times.append(clock.now)
        clock.now += pause
    for first, last in combinations(range(len(counts)), 2):
        assert sum(counts[first:last]) / 5 <= times[last] - times[first] + 2 + 1e-6
        assert (last - first) / 5 <= times[last] - times[first] + 1e-6


def test_the_chat_service_is_not_counted() -> None:
    clock = Clock()
    kaltura, times = paced(clock, per_second=0.1)
    for _ in range(3):
        kaltura.chat("polls/analytics", {})
    kaltura.call("user", "get", {})
    assert times == [100.0] * 4


def test_without_a_rate_nobody_waits_and_no_clock_is_read() -> None:
    clock = Clock()
    kaltura, times = paced(clock, per_second=0)
    for _ in range(5):
        kaltura.call("user", "get", {})
    assert times == [100.0] * 5


def test_threads_share_one_pace() -> None:
    waits: list[float] = []
    pace = Pace(10, clock=lambda: 0.0, sleep=waits.append)
    together = threading.Barrier(8)

    def call(_: int) -> None:
        together.wait()
        pace.wait()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(8)))
    assert sorted(waits) == pytest.approx([place / 10 for place in range(1, 8)])


def test_one_who_waits_does_not_hold_the_others_up() -> None:
    together = threading.Barrier(5, timeout=30)  # broken when not all of them wait at the same time
    pace = Pace(50, clock=lambda: 0.0, sleep=lambda _: together.wait() and None)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: pace.wait(), range(6)))
