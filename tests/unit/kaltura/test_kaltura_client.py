"""The one door: what is posted, what is tried again and for how long, and what never gets out."""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace
from urllib.parse import urlencode

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from kaltura_wire import (
    BLOCKED,
    EXPIRED,
    FAILED,
    KS,
    TOO_WIDE,
    Reply,
    Wire,
    api_error,
    csv_reply,
    json_reply,
    over,
    written,
)
from urllib3.exceptions import DecodeError

from debrief.env import AdminSecret, AppToken, ReadyKs
from debrief.errors import (
    BadCredentials,
    BadRequest,
    BadSettings,
    DebriefError,
    Forbidden,
    RetryLater,
    Throttled,
    Unavailable,
)
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import QueryTooWide
from debrief.kaltura.api.retries import ATTEMPTS
from debrief.settings import Settings

OK = json_reply('{"id":"ann"}')
TABLE = written(["entry_id"], [["1_room"]])
WINDOW = {"from_date": "1722470400", "to_date": "1722474000"}


def test_a_call_is_a_form_post_with_the_ks_in_its_body_only() -> None:
    wire = Wire(OK)
    assert over(wire).call("user", "get", {"userId": "ann"}) == {"id": "ann"}
    (request,) = wire.requests
    assert (request.method, request.url) == ("POST", "https://www.kaltura.com/api_v3/service/user/action/get")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert wire.forms == [{"userId": "ann", "ks": KS, "format": "1", "clientTag": "debrief:1"}]
    assert KS not in f"{request.url}{request.headers}"
    assert wire.options[0]["timeout"] == (10.0, 90.0)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.text("ab |@%+&=;é\n", max_size=20)))
def test_a_form_is_written_as_urllib_writes_it(fields: dict[str, str]) -> None:
    wire = Wire(OK)
    over(wire).call("user", "get", fields)
    rest = {"ks": KS, "format": "1", "clientTag": "debrief:1"}
    assert wire.requests[0].body == urlencode({**fields, **rest})


def test_a_report_is_asked_for_with_its_parameters_in_one_string() -> None:
    wire = Wire(csv_reply(TABLE))
    assert over(wire).csv(6000, {**WINDOW, "entry_ids": "1_a,1_b"}) == TABLE
    assert wire.forms[0]["params"] == "from_date=1722470400;to_date=1722474000;entry_ids=1_a,1_b"
    assert wire.forms[0]["id"] == "6000"


@pytest.mark.parametrize("value", ["", " ", ",", "1_a,", ",1_a", "1_a, ,1_b", "1_a;entry_ids=", "\t"])
def test_a_filter_that_is_blank_or_would_end_early_is_never_sent(value: str) -> None:
    wire = Wire()
    with pytest.raises(BadSettings, match="entry_ids"):
        over(wire).csv(6000, {**WINDOW, "entry_ids": value})
    assert not wire.requests


PASSING = [
    Reply(status=500),
    Reply(status=502),
    Reply(status=503),
    Reply(status=429),
    Reply(b"<html>busy</html>", headers={"Content-Type": "text/html"}),
    json_reply('{"id":"an'),
    requests.ConnectionError("reset"),
    requests.exceptions.ChunkedEncodingError("cut"),
    requests.exceptions.ContentDecodingError(DecodeError("gzip")),
    requests.Timeout("slow"),
    requests.ConnectTimeout("slow"),
]


@pytest.mark.parametrize("trouble", PASSING, ids=repr)
def test_what_can_pass_is_tried_again_after_growing_waits(trouble: Reply | Exception) -> None:
    waits: list[float] = []
    wire = Wire(*[trouble] * (ATTEMPTS - 1), OK)
    assert over(wire, waits).call("user", "get", {}) == {"id": "ann"}
    assert len(wire.requests) == ATTEMPTS
    assert all(2**place <= wait <= 1.5 * 2**place for place, wait in enumerate(waits))


@pytest.mark.parametrize("trouble", PASSING, ids=repr)
def test_what_does_not_pass_in_time_is_left_to_the_queue(trouble: Reply | Exception) -> None:
    wire = Wire(*[trouble] * 99)
    with pytest.raises(RetryLater) as caught:
        over(wire).call("user", "get", {})
    assert len(wire.requests) == ATTEMPTS
    assert caught.value.after >= 60
    assert KS not in "".join(traceback.format_exception(caught.value))


def test_waits_differ_from_call_to_call() -> None:
    waits: list[float] = []
    for _ in range(4):
        over(Wire(Reply(status=502), OK), waits).call("user", "get", {})
    assert len(set(waits)) > 1


def test_a_blocked_call_waits_ten_seconds_and_more_each_time() -> None:
    waits: list[float] = []
    with pytest.raises(Throttled):
        over(Wire(*[BLOCKED] * 99), waits).csv(6000, WINDOW)
    assert len(waits) == ATTEMPTS - 1
    assert all(wait > 10 for wait in waits)
    assert waits == sorted(waits)


def test_an_internal_error_may_be_our_own_mistake_so_it_is_tried_three_times_only() -> None:
    wire = Wire(*[FAILED] * 99)
    with pytest.raises(Unavailable):
        over(wire).csv(6000, WINDOW)
    assert len(wire.requests) == 3


@pytest.mark.parametrize("code", ["SERVICE_FORBIDDEN", "MISSING_KS", "MISSING_MANDATORY_PARAMETER", "REPORT_NOT_FOUND"])
def test_what_cannot_pass_is_not_tried_again(code: str) -> None:
    wire = Wire(api_error(code))
    with pytest.raises((Forbidden, BadCredentials, BadRequest)):
        over(wire).csv(6000, WINDOW)
    assert len(wire.requests) == 1


def test_a_question_that_was_too_wide_is_not_asked_again_as_it_is() -> None:
    wire = Wire(TOO_WIDE)
    with pytest.raises(QueryTooWide):
        over(wire).csv(6000, WINDOW)
    assert len(wire.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    wire = Wire(Reply(status=status, headers={"Location": "https://elsewhere.example/"}))
    with pytest.raises(BadSettings, match="KALTURA_SERVICE_URL"):
        over(wire).call("user", "get", {})
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("reply", "kind"), [(Reply(status=302), BadSettings), (Reply(status=404), BadRequest)], ids=["redirect", "missing"]
)
def test_an_answer_from_a_wrong_address_names_the_setting_of_that_address(
    reply: Reply, kind: type[DebriefError]
) -> None:
    kaltura = over(Wire(*[reply] * 2), chat_url="https://chat.example.com")
    with pytest.raises(kind, match="KALTURA_SERVICE_URL") as of_api:
        kaltura.call("user", "get", {})
    with pytest.raises(kind, match="KALTURA_CHAT_URL") as of_chat:
        kaltura.chat("polls/analytics", {})
    assert "KALTURA_CHAT_URL" not in str(of_api.value)
    assert "KALTURA_SERVICE_URL" not in str(of_chat.value)


def test_an_address_that_cannot_be_called_names_its_setting() -> None:
    settings = Settings(partner_id="12345", credential=ReadyKs(KS), chat_url="nothing://chat.example.com")
    with pytest.raises(BadSettings, match="check KALTURA_CHAT_URL"):
        Kaltura(settings).chat("polls/analytics", {})
    with pytest.raises(BadSettings, match="check KALTURA_SERVICE_URL"):
        Kaltura(replace(settings, service_url="nothing://kaltura.example.com")).call("user", "get", {})


def test_trying_stops_when_the_time_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("debrief.kaltura.api.retries.BUDGET_SECONDS", -1.0)
    wire = Wire(*[Reply(status=502)] * 9)
    with pytest.raises(Unavailable):
        over(wire).call("user", "get", {})
    assert len(wire.requests) == 1


def test_an_expired_ks_of_an_admin_secret_is_made_anew_once_and_the_call_repeated() -> None:
    wire = Wire(OK, EXPIRED, OK, OK)
    kaltura = over(wire, credential=AdminSecret("s" * 32))
    for _ in range(3):
        assert kaltura.call("user", "get", {}) == {"id": "ann"}
    keys = [form["ks"] for form in wire.forms]
    assert keys[0] == keys[1] != keys[2] == keys[3]


def test_a_ks_that_expires_again_at_once_is_an_error_about_the_clock() -> None:
    wire = Wire(*[EXPIRED] * 9)
    with pytest.raises(BadCredentials, match="clock"):
        over(wire, credential=AdminSecret("s" * 32)).call("user", "get", {})
    assert len(wire.requests) == 2


def test_an_expired_ks_of_an_app_token_is_fetched_anew() -> None:
    widget, fresh, fresher = (json_reply(f'{{"ks":"djJ8-{name}"}}') for name in ("widget", "one", "two"))
    wire = Wire(widget, fresh, csv_reply(TABLE), EXPIRED, widget, fresher, csv_reply(TABLE))
    kaltura = over(wire, credential=AppToken("1_token", "t" * 20))
    assert kaltura.csv(6000, WINDOW) == kaltura.csv(6001, WINDOW) == TABLE
    assert [form["ks"] for form in wire.forms if "params" in form] == ["djJ8-one", "djJ8-one", "djJ8-two"]


def test_an_expired_ready_ks_is_an_error_that_names_its_variable() -> None:
    wire = Wire(EXPIRED)
    with pytest.raises(BadCredentials, match="KALTURA_KS has expired"):
        over(wire).call("user", "get", {})
    assert len(wire.requests) == 1


def test_a_login_that_fails_is_not_tried_again_by_the_call_that_needs_it() -> None:
    wire = Wire(*[Reply(status=502)] * 99)
    with pytest.raises(Unavailable):
        over(wire, credential=AppToken("1_token", "t" * 20)).call("user", "get", {})
    assert len(wire.requests) == ATTEMPTS


def test_a_login_is_made_when_it_is_needed_first() -> None:
    wire = Wire()
    over(wire, credential=AppToken("1_token", "t" * 20))
    assert not wire.requests


ECHO = api_error("INVALID_KS", f'{{"KSID":"{KS}"}}', message=f"Invalid KS {KS}")
TROUBLES = [ECHO, FAILED, BLOCKED, EXPIRED, Reply(KS.encode()), Reply(KS.encode(), 502), requests.ConnectionError(KS)]


@pytest.mark.parametrize("trouble", TROUBLES, ids=range(len(TROUBLES)))
def test_no_error_traceback_log_or_print_holds_the_ks(
    trouble: Reply | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kaltura = over(Wire(*[trouble] * 9))
    with pytest.raises(DebriefError) as caught:
        kaltura.call("user", "get", {})
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(kaltura) + repr(caught.value)
    assert KS not in shown


def test_a_retry_is_logged_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    over(Wire(BLOCKED, OK)).call("user", "get", {})
    assert "Trying user.get again: Kaltura limits the rate of user.get now." in caplog.text


@pytest.mark.parametrize(
    ("missing", "shown"),
    [(Settings(partner_id="1"), "KALTURA_APP_TOKEN_ID"), (Settings(credential=AdminSecret("s")), "KALTURA_PARTNER_ID")],
)
def test_a_client_without_account_or_credential_says_what_to_set(missing: Settings, shown: str) -> None:
    with pytest.raises(BadSettings, match=shown):
        Kaltura(missing).call("user", "get", {})


@pytest.mark.parametrize("url", ["https://", "https://.example.com", "https://exa mple", "ftp://example.com"])
def test_an_address_that_cannot_be_called_is_a_mistake_in_the_settings(url: str) -> None:
    with pytest.raises((BadSettings, Unavailable)) as caught:
        over(Wire(), service_url=url).call("user", "get", {})
    assert KS not in "".join(traceback.format_exception(caught.value))
