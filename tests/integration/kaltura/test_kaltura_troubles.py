"""What goes wrong on the way: over real HTTP, with every credential, and no secret in messages."""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace

import pytest
from kaltura_over_http import Impatient, Line, client, connected, person, run, session_of_run

from debrief.env import AdminSecret, AppToken, Credential, ReadyKs
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
from debrief.kaltura.probe import probe_session
from debrief.kaltura.session_data.collect import collect
from debrief.model import SessionData
from kaltura_standin.account import Account, Room
from kaltura_standin.faults import Cut, Fault, Kind
from kaltura_standin.sample_account import sample_account

ROOM = Room("1_a", "A", (run("1_c", 0, 30, person("ann", (0, 30)), person("bob", (0, 10)), host="ann"),), owner="ann")
ACCOUNT = Account(rooms=(ROOM,))
SESSION = session_of_run(ROOM, ROOM.runs[0])
TOKEN = AppToken(ACCOUNT.app_tokens[0].id, ACCOUNT.app_tokens[0].token)
SECRET = AdminSecret(ACCOUNT.admin_secret)
WINDOW = {"from_date": "1795014000", "to_date": "1795021200"}


@pytest.fixture(scope="module")
def whole() -> SessionData:
    """What is collected when nothing goes wrong."""
    with connected(ACCOUNT) as line:
        return collect(line.kaltura, SESSION)


def ready(line: Line) -> ReadyKs:
    """A KS made elsewhere."""
    return ReadyKs(str(client(line.standin, SECRET).call("session", "get", {})["ks"]))


@pytest.mark.parametrize("token_id", ["1_export01", "1_sha25601"])
def test_an_app_token_logs_in_whatever_its_hash(token_id: str) -> None:
    account = sample_account()
    token = account.app_token(token_id)
    assert token is not None
    with connected(account, AppToken(token.id, token.token)) as line:
        assert probe_session(line.kaltura) == "12345"
        assert token.token not in str([request.params for request in line.standin.requests])


@pytest.mark.parametrize(
    ("token_id", "token", "message"),
    [
        ("1_export01", "wrong", "app token is wrong"),
        ("1_disabled", "app-token-secret-0005", "disabled"),
        ("1_expired1", "app-token-secret-0006", "expired"),
        ("1_nothing1", "app-token-secret-0001", "no app token of that id"),
    ],
)
def test_an_app_token_that_does_not_log_in_says_why(token_id: str, token: str, message: str) -> None:
    with (
        connected(sample_account(), AppToken(token_id, token)) as line,
        pytest.raises(BadCredentials, match=message) as why,
    ):
        probe_session(line.kaltura)
    assert token == "wrong" or token not in "".join(traceback.format_exception(why.value))
    assert line.waits == []


def test_a_wrong_admin_secret_and_a_ks_of_another_account_say_so() -> None:
    for wrong in (AdminSecret("f" * 32), ReadyKs("djJ8OTk5fGFhYWFhYWFhYWFhYWFhYWE=")):
        with (
            connected(ACCOUNT, wrong) as line,
            pytest.raises(BadCredentials, match="signed with another secret") as why,
        ):
            probe_session(line.kaltura)
        message = "".join(traceback.format_exception(why.value))
        assert not any(key in message for key in line.tokens())


def test_a_role_without_permission_for_reports_is_reported_at_once() -> None:
    account = sample_account()
    token = account.app_tokens[3]
    with connected(account, AppToken(token.id, token.token)) as line, pytest.raises(Forbidden, match="permission"):
        line.kaltura.csv(6000, WINDOW)
    assert line.waits == []


def test_a_report_that_does_not_exist_is_recognized_by_a_header_and_not_requested_again() -> None:
    with connected(ACCOUNT) as line, pytest.raises(BadRequest, match="REPORT_NOT_FOUND"):
        line.kaltura.csv(9999, WINDOW)
    assert line.asked() == 1


def test_a_missing_parameter_looks_like_a_broken_server_and_fails_after_three_tries() -> None:
    with connected(ACCOUNT) as line, pytest.raises(Unavailable):
        line.kaltura.csv(6000, {"from_date": "1795014000"})
    assert line.asked() == 3


@pytest.mark.parametrize("credential", [TOKEN, SECRET], ids=["app token", "admin secret"])
@pytest.mark.parametrize("after", range(5))
def test_a_ks_that_expires_at_any_point_of_a_run_is_renewed_and_nothing_is_missing(
    whole: SessionData, credential: Credential, after: int
) -> None:
    with connected(ACCOUNT, credential) as line:
        line.standin.faults.add(Fault("expire_ks", after=after))
        assert collect(line.kaltura, SESSION) == whole
        assert line.waits == []


def test_a_ready_ks_that_expires_in_a_run_ends_it_with_a_clear_sentence() -> None:
    with connected(ACCOUNT) as line:
        kaltura = client(line.standin, ready(line))
        line.standin.faults.add(Fault("expire_ks", after=2))
        with pytest.raises(BadCredentials, match="KALTURA_KS has expired; generate a new one"):
            collect(kaltura, SESSION)


def test_a_ks_that_was_logged_out_is_not_renewed() -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(Fault("logout", after=3))
        with pytest.raises(BadCredentials, match="ended, or its app token was deleted"):
            collect(line.kaltura, SESSION)


TROUBLES = [
    Fault("http_status", status=502),
    Fault("http_status", status=500, times=4),
    Fault("reset", times=2),
    Fault("truncate", cut="length"),
    Fault("truncate", cut="chunk"),
    Fault("truncate", cut="row"),
    Fault("api_error", code="INTERNAL_SERVERL_ERROR", times=2),
    Fault("api_error", code="ACTION_BLOCKED", times=2),
]


@pytest.mark.parametrize("fault", TROUBLES, ids=lambda fault: f"{fault.kind}-{fault.cut}-{fault.code}-{fault.status}")
@pytest.mark.parametrize("after", [0, 2, 3])
def test_what_passes_anywhere_in_a_run_changes_nothing_in_what_is_collected(
    whole: SessionData, fault: Fault, after: int
) -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(replace(fault, after=after))
        assert collect(line.kaltura, SESSION) == whole
        assert len(line.waits) >= (fault.times or 0)  # a connection closed meanwhile costs a try more


def test_a_blocked_action_waits_until_kalturas_ten_seconds_are_over() -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(Fault("api_error", code="ACTION_BLOCKED", times=3))
        probe_session(line.kaltura)
    assert len(line.waits) == 3
    assert min(line.waits) >= 10


def test_an_answer_that_does_not_come_times_out_and_is_requested_again() -> None:
    with connected(ACCOUNT) as line:
        kaltura = client(line.standin, SECRET, line.waits, Impatient())
        line.standin.faults.add(Fault("hang", seconds=0.2, times=2))
        assert probe_session(kaltura) == "12345"
        assert len(line.waits) == 2


def test_a_redirect_is_not_followed_and_takes_no_ks_along() -> None:
    with connected(ACCOUNT) as line, connected(ACCOUNT) as elsewhere:
        line.standin.faults.add(Fault("redirect", times=None, to=f"{elsewhere.standin.url}/api_v3/"))
        with pytest.raises(BadSettings, match="KALTURA_SERVICE_URL"):
            probe_session(line.kaltura)
        assert (len(line.standin.requests), elsewhere.standin.requests) == (1, [])


def test_a_stand_in_that_is_gone_is_unavailable() -> None:
    with connected(ACCOUNT, SECRET) as line:
        pass
    with pytest.raises(Unavailable, match="connection"):
        probe_session(line.kaltura)
    assert len(line.waits) == 4


@pytest.mark.parametrize("kind", ["rename_column", "drop_column"])
def test_a_column_that_we_need_and_that_is_gone_is_an_error_and_not_an_empty_table(kind: Kind) -> None:
    with connected(ACCOUNT) as line:
        line.standin.faults.add(Fault(kind, times=None, report=6001, column="meeting_view_time"))
        with pytest.raises(DebriefError, match="6001 no longer has the column meeting_view_time"):
            collect(line.kaltura, SESSION)


ENDINGS = [
    Fault("api_error", times=None, code="ACTION_BLOCKED"),
    Fault("api_error", times=None, code="INVALID_KS"),
    Fault("api_error", times=None, code="SERVICE_FORBIDDEN"),
    Fault("api_error", times=None, code="INTERNAL_SERVERL_ERROR"),
    Fault("api_error", times=None, code="DRUID_QUERY_TIMED_OUT"),
    Fault("expire_ks", times=None, after=1),
    Fault("logout", times=None, after=1),
    Fault("http_status", times=None),
    Fault("http_status", times=None, status=404),
    Fault("redirect", times=None),
    Fault("reset", times=None),
    *(Fault("truncate", times=None, after=1, cut=cut) for cut in ("length", "chunk", "row")),
]


CREDENTIALS: dict[str, Credential] = {
    "app token": TOKEN,
    "admin secret": SECRET,
    "malformed": ReadyKs("djJ8MTIzNDV8cGVlay1hLWJvbw"),
}


@pytest.mark.parametrize("fault", ENDINGS, ids=lambda fault: f"{fault.kind}-{fault.cut}-{fault.code}-{fault.status}")
@pytest.mark.parametrize("kind", list(CREDENTIALS))
def test_no_secret_is_logged_however_a_run_ends(fault: Fault, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with connected(ACCOUNT) as line:
        credential = CREDENTIALS[kind]
        kaltura = client(line.standin, credential)
        line.standin.faults.add(fault)
        with pytest.raises(DebriefError) as caught:
            collect(kaltura, SESSION)
    message = (
        "".join(traceback.format_exception(caught.value)) + caplog.text + repr((kaltura, credential, caught.value))
    )
    secrets = {TOKEN.token, SECRET.secret, *line.tokens(), *_hashes(line)}
    assert not [secret for secret in secrets if secret in message]
    assert not any(secret in request.path for request in line.standin.requests for secret in secrets)


def _hashes(line: Line) -> set[str]:
    return {str(request.params["tokenHash"]) for request in line.standin.requests if "tokenHash" in request.params}


def test_temporary_errors_are_distinguished_from_permanent_ones() -> None:
    for code, kind in (("ACTION_BLOCKED", Throttled), ("DRUID_QUERY_TIMED_OUT", RetryLater)):
        with connected(ACCOUNT) as line:
            line.standin.faults.add(Fault("api_error", times=None, code=code))
            with pytest.raises(kind) as caught:
                collect(line.kaltura, SESSION)
            assert caught.value.after >= 10


@pytest.mark.parametrize("cut", ["length", "chunk", "row"])
def test_a_report_that_is_always_cut_is_never_taken_for_whole(cut: Cut) -> None:
    with connected(ACCOUNT, SECRET) as line:
        line.standin.faults.add(Fault("truncate", times=None, cut=cut))
        with pytest.raises(Unavailable):
            line.kaltura.csv(6001, WINDOW)
