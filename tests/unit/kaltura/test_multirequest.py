"""Calls made together give what they give one by one, whichever of them fail and however."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from kaltura_wire import BLOCKED, EXPIRED, FAILED, Reply, Wire, json_reply, over

from debrief.env import AdminSecret
from debrief.errors import BadCredentials, DebriefError
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import THROTTLE_SECONDS
from debrief.kaltura.api.multirequest import MOST_CALLS, ApiCall, groups_of

SECRET = AdminSecret("0123456789abcdef0123456789abcdef")
FINE = [
    '{"header" : "a|b","data":"1|2;"}',
    '{"name":"\\u00fc ]},{ \\" ü"}',
    "[]",
    "[[1, 2], {}]",
    "null",
    "3.50",
    '"[x]"',
]
PASSING = ["ACTION_BLOCKED", "INTERNAL_SERVERL_ERROR", "INTERNAL_DATABASE_ERROR"]
STAYING = [
    "SERVICE_FORBIDDEN",
    "ENTRY_ID_NOT_FOUND",
    "DRUID_QUERY_TIMED_OUT",
    "INVALID_USER_ID",
    "NEW_CODE",
    "bad code",
]
WHOLE: Mapping[str, Reply | Exception] = {
    "HTTP 502": Reply(b"<html>", status=502),
    "HTTP 413": Reply(b"<html>", status=413),
    "time-out": requests.ReadTimeout("slow"),
    "reset": requests.ConnectionError("reset"),
    "blocked": BLOCKED,
    "failed": FAILED,
    "empty": json_reply(""),
    "no array": json_reply('{"objects":[]}'),
    "empty array": json_reply("[]"),
    "not closed": json_reply("[{},{}"),
    "two arrays": json_reply("[{},{}][{},{}]"),
    "deep": json_reply("[" * 100_000),
    "other bytes": json_reply(b"[\xff]"),
    "far too many": json_reply(f"[{','.join(['{}'] * 99)}]"),
}


@dataclass
class Account:
    """Kaltura's side: an answer for each call, which may fail first, and a fate for each multirequest."""

    answers: Sequence[str]
    faults: Mapping[int, tuple[str, int]]  # by call: the code of its error, and how often it fails
    whole: Sequence[str] = ()  # the fates of the first multirequests
    blank: str = ""
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = {number: times for number, (_, times) in self.faults.items()}
        self.fates = list(self.whole)

    def __call__(self, form: dict[str, str]) -> Reply:
        if "1:service" not in form:
            self.asked.append("single")
            return json_reply(self._answer(int(form["entryId"])))
        self.asked.append("multirequest")
        fate = WHOLE.get(self.fates.pop(0)) if self.fates else None
        if isinstance(fate, Exception):
            raise fate
        numbers = [int(value) for name, value in form.items() if re.fullmatch(r"\d+:entryId", name)]
        items = f"{self.blank},{self.blank}".join(map(self._answer, numbers))
        return fate or Reply(f"{self.blank}[{items}]{self.blank}".encode(), headers=self._headers(numbers))

    def _headers(self, numbers: list[int]) -> dict[str, str]:
        """One forbidden part sets this header of the whole answer."""
        forbidden = any(self.faults.get(number, ("", 0))[0] == "SERVICE_FORBIDDEN" for number in numbers)
        return {"X-Kaltura": "error-SERVICE_FORBIDDEN"} if forbidden else {}

    def _answer(self, number: int) -> str:
        if not self.left.get(number):
            return self.answers[number]
        self.left[number] -= 1
        code = self.faults[number][0]
        return json.dumps({"code": code, "message": "M", "objectType": "KalturaAPIException", "args": []})


def call(number: int, service: str = "baseEntry") -> ApiCall:
    return ApiCall(service, "get", {"entryId": str(number)})


def outcome(kaltura: Kaltura, one: ApiCall) -> tuple[Any, ...]:
    try:
        reply = kaltura.call_raw(one.service, one.action, one.fields)
    except DebriefError as error:
        return type(error), str(error)
    return reply.value, reply.body


CALLS = st.integers(1, 23).flatmap(
    lambda count: st.tuples(
        st.lists(st.sampled_from(FINE), min_size=count, max_size=count),
        st.dictionaries(
            st.integers(0, count - 1),
            st.one_of(
                st.tuples(st.sampled_from(PASSING), st.sampled_from([1, 99])),
                st.tuples(st.sampled_from(STAYING), st.just(99)),
            ),
        ),
    )
)


@given(
    calls=CALLS, whole=st.lists(st.sampled_from([*WHOLE, "fine"]), max_size=3), blank=st.sampled_from(["", " \r\n\t"])
)
def test_every_call_gives_what_it_gives_alone(
    calls: tuple[list[str], dict[int, tuple[str, int]]], whole: list[str], blank: str
) -> None:
    alone, together = Account(*calls), Account(*calls, whole, blank)
    wanted = [call(number) for number in range(len(calls[0]))]
    one_by_one = over(Wire(play=alone))
    expected = [outcome(one_by_one, one) for one in wanted]
    kaltura = over(Wire(play=together))
    with kaltura.ahead(wanted):
        assert [outcome(kaltura, one) for one in wanted] == expected
    multirequests = together.asked.count("multirequest")
    assert multirequests == len(groups_of(wanted))  # none is repeated
    assert len(together.asked) <= len(alone.asked) + multirequests


def test_calls_that_all_succeed_cost_one_request_and_keep_their_bytes() -> None:
    account = Account(FINE, {}, blank=" ")
    kaltura = over(Wire(play=account))
    wanted = [call(number) for number in range(len(FINE))]
    with kaltura.ahead(wanted):
        bodies = [kaltura.call_raw(one.service, one.action, one.fields).body for one in wanted]
    assert bodies == [text.encode() for text in FINE]
    assert account.asked == ["multirequest"]


def test_an_answer_is_used_once_and_not_after_its_block() -> None:
    account = Account(FINE, {})
    kaltura = over(Wire(play=account))
    with kaltura.ahead([call(0), call(1)]):
        outcome(kaltura, call(0))
        outcome(kaltura, call(0))
    outcome(kaltura, call(1))
    assert account.asked == ["multirequest", "single", "single"]


def test_an_answer_is_not_used_after_an_error_in_its_block() -> None:
    account = Account(FINE, {})
    kaltura = over(Wire(play=account))
    with pytest.raises(ZeroDivisionError), kaltura.ahead([call(0), call(1)]):
        raise ZeroDivisionError
    outcome(kaltura, call(1))
    assert account.asked == ["multirequest", "single"]


def test_throttled_parts_wait_once_and_are_then_asked_for_alone() -> None:
    account = Account(FINE, dict.fromkeys(range(4), ("ACTION_BLOCKED", 1)))
    waits: list[float] = []
    kaltura = over(Wire(play=account), waits)
    with kaltura.ahead([call(number) for number in range(5)]):
        found = [outcome(kaltura, call(number)) for number in range(5)]
    assert [body for _, body in found] == [text.encode() for text in FINE[:5]]
    assert waits == [THROTTLE_SECONDS]


@pytest.mark.parametrize("expired", [{0}, {1}, {0, 1, 2}])
def test_a_ks_that_expired_for_some_parts_is_renewed_once_for_all(expired: set[int]) -> None:
    bodies = [EXPIRED.body.decode() if number in expired else "{}" for number in range(3)]
    wire = Wire(json_reply(f"[{','.join(bodies)}]"), json_reply('[1,{"ks":2},3]'))
    kaltura = over(wire, credential=SECRET)
    with kaltura.ahead([call(number) for number in range(3)]):
        assert [outcome(kaltura, call(number))[0] for number in range(3)] == [1, {"ks": 2}, 3]
    first, second = wire.forms
    assert first["ks"] != second["ks"]


def test_a_ks_that_expires_again_at_once_ends_it() -> None:
    wire = Wire(*[json_reply(f"[{EXPIRED.body.decode()},{{}}]")] * 2)
    with (
        pytest.raises(BadCredentials, match="clock"),
        over(wire, credential=SECRET).ahead([call(0), call(1)]),
    ):
        pass
    assert len(wire.forms) == 2


def test_one_call_or_none_makes_no_multirequest() -> None:
    kaltura = over(Wire())
    for calls in ([], [call(0)], [call(0), call(0)]):
        with kaltura.ahead(calls):
            pass


def test_many_calls_are_made_in_groups_of_about_the_same_size() -> None:
    sizes = [
        [len(group) for group in groups_of([call(number) for number in range(count)])] for count in (2, 10, 11, 23)
    ]
    assert sizes == [[2], [10], [6, 5], [8, 8, 7]]
    assert max(map(max, sizes)) <= MOST_CALLS


@pytest.mark.parametrize("text", ["{1:result:id}", "x{2:result}", "{10:result:objects:0:email}y"])
def test_a_value_that_kaltura_would_replace_is_asked_for_alone(text: str) -> None:
    hostile = ApiCall("user", "get", {"userId": text})
    wire = Wire(json_reply('[{"id":"0"},{"id":"1"}]'), json_reply('{"id":"hostile"}'))
    kaltura = over(wire)
    with kaltura.ahead([call(0), hostile, call(1)]):
        assert kaltura.call(hostile.service, hostile.action, hostile.fields) == {"id": "hostile"}
    together, alone = wire.forms
    assert text not in together.values()
    assert alone["userId"] == text
