"""Who gets in, with what, and how the door says no."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from kaltura_standin.ks import Ks, write_ks

if TYPE_CHECKING:
    from standin_client import Client


def code(answer: Any) -> str:
    return answer["code"]


def test_session_start_gives_a_bare_string(anonymous: Client) -> None:
    assert anonymous.admin().startswith("djJ8")


def test_a_wrong_secret_is_refused(anonymous: Client) -> None:
    answer = anonymous.call("session", "start", secret="wrong", partnerId=12345)
    assert answer == {
        "code": "START_SESSION_ERROR",
        "message": "Error while starting session for partner [12345]",
        "objectType": "KalturaAPIException",
        "args": {"PID": "12345"},
    }


def test_a_widget_session_is_a_weak_one(anonymous: Client) -> None:
    answer = anonymous.call("session", "startWidgetSession", widgetId="_12345")
    assert list(answer) == ["partnerId", "ks", "userId", "objectType"]
    anonymous.ks = answer["ks"]
    assert code(anonymous.csv(6000).json()) == "SERVICE_FORBIDDEN"


@pytest.mark.parametrize(("token_id", "hash_name"), [("1_export01", "sha1"), ("1_sha25601", "sha256")])
def test_an_app_token_logs_in_with_the_hash_of_the_widget_ks_and_the_token(
    anonymous: Client, token_id: str, hash_name: str
) -> None:
    answer = anonymous.token_session(token_id, hash_name)
    assert answer["objectType"] == "KalturaSessionInfo"
    assert answer["privileges"].endswith(f"sessionid:{token_id},apptoken:{token_id}")
    anonymous.ks = answer["ks"]
    assert anonymous.csv(6000).headers["Content-Type"].startswith("text/csv")


def test_the_hash_holds_for_its_own_widget_ks_only(anonymous: Client) -> None:
    """A hash made with another widget KS, or with the wrong algorithm, is refused."""
    answer = anonymous.token_session("1_sha25601", "sha1")
    assert answer["code"] == "INVALID_APP_TOKEN_HASH"
    assert answer["args"] == []


@pytest.mark.parametrize(
    ("token_id", "expected"),
    [
        ("1_disabled", "APP_TOKEN_NOT_ACTIVE"),
        ("1_expired1", "APP_TOKEN_EXPIRED"),
        ("1_nosuch01", "APP_TOKEN_ID_NOT_FOUND"),
    ],
)
def test_an_unusable_app_token_says_why(anonymous: Client, token_id: str, expected: Any) -> None:
    assert code(anonymous.token_session(token_id)) == expected


def test_an_app_token_session_lasts_no_longer_than_the_token_allows(anonymous: Client) -> None:
    left = anonymous.token_session("1_short001", expiry=86400)["expiry"] - time.time()
    assert 590 < left <= 600


def test_an_app_token_fixes_its_own_privileges(anonymous: Client) -> None:
    answer = anonymous.token_session("1_export01", sessionPrivileges="setrole:OTHER,list:*,sessionid:x")
    assert answer["privileges"] == "list:*,setrole:ANALYTICS_RO,sessionid:1_export01,apptoken:1_export01"


def test_an_app_token_of_type_user_may_not_read_reports_nor_other_users(anonymous: Client) -> None:
    anonymous.ks = anonymous.token_session("1_plainusr")["ks"]
    assert code(anonymous.csv(6001).json()) == "SERVICE_FORBIDDEN"
    answer = anonymous.call("user", "get", userId="host@example.com")
    assert code(answer) == "CANNOT_RETRIEVE_ANOTHER_USER_USING_NON_ADMIN_SESSION"
    assert anonymous.call("user", "get")["id"] == "ann@example.com"


def test_without_a_ks_nothing_is_given(anonymous: Client) -> None:
    assert anonymous.csv(6000).json() == {
        "code": "MISSING_KS",
        "message": "Missing KS, session not established",
        "objectType": "KalturaAPIException",
        "args": [],
    }


def test_an_expired_ks_says_so(anonymous: Client) -> None:
    anonymous.ks = write_ks(Ks(12345, 2, expiry=int(time.time())), anonymous.kaltura.account.admin_secret)
    answer = anonymous.call("session", "get")
    assert answer["message"] == 'Invalid KS "EXPIRED", Error "-1,INVALID_STR"'
    assert answer["args"] == {"KSID": "EXPIRED", "ERR_CODE": "-1", "ERR_DESC": "INVALID_STR"}


def test_a_malformed_ks_is_echoed_whole(anonymous: Client) -> None:
    anonymous.ks = "djJ8MTIzNDV8broken"
    answer = anonymous.call("session", "get")
    assert answer["args"]["KSID"] == "djJ8MTIzNDV8broken"
    assert "djJ8MTIzNDV8broken" in answer["message"]


def test_a_ks_with_somebody_elses_partner_id_is_refused(client: Client) -> None:
    assert client.call("session", "get", partnerId=54321)["args"]["KSID"] == "INVALID_PARTNER"


def test_after_session_end_every_ks_of_that_session_is_logged_out(client: Client) -> None:
    one, two, other = (client.admin(privileges=f"sessionid:{name}") for name in "aab")
    client.call("session", "end", ks=one)
    assert client.call("session", "get", ks=one)["args"]["KSID"] == "LOGOUT"
    assert client.call("session", "get", ks=two)["args"]["KSID"] == "LOGOUT"
    assert client.call("session", "get", ks=other)["sessionType"] == 2


def test_session_get_returns_what_the_ks_says(client: Client) -> None:
    client.ks = client.admin("host@example.com", "setrole:ANALYTICS_RO")
    answer = client.call("session", "get")
    assert (answer["userId"], answer["partnerId"]) == ("host@example.com", 12345)
    assert answer["privileges"] == "setrole:ANALYTICS_RO"


def test_the_role_of_its_user_binds_even_an_admin_ks(client: Client) -> None:
    answer = client.csv(6000, ks=client.admin("clerk@example.com"))
    assert answer.json()["args"] == {"SERVICE": "report->getCsvFromStringParams"}
    assert answer.headers["X-Kaltura"] == "error-SERVICE_FORBIDDEN"


def test_a_role_in_the_ks_wins_over_the_role_of_its_user(client: Client) -> None:
    ks = client.admin("clerk@example.com", "setrole:ANALYTICS_RO")
    assert client.csv(6000, ks=ks).headers["Content-Type"].startswith("text/csv")


def test_an_unknown_role_is_an_error(client: Client) -> None:
    assert code(client.csv(6000, ks=client.admin(privileges="setrole:NONE")).json()) == "UNKNOWN_ROLE_ID"


def test_a_ks_signed_with_another_secret_is_echoed_whole(anonymous: Client) -> None:
    anonymous.ks = write_ks(Ks(12345, 2, expiry=int(time.time()) + 60), "not the secret")
    assert anonymous.call("session", "get")["args"]["KSID"] == anonymous.ks
