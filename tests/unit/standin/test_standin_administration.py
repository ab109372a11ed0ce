"""Roles and application tokens that an administrator makes and deletes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kaltura_standin.account import User

if TYPE_CHECKING:
    from standin_client import Client

ROLE = {"objectType": "KalturaUserRole", "name": "Reader", "permissionNames": "ANALYTICS_BASE"}
BOSS = User("boss", email="boss@example.com", is_admin=True, password="right", one_time_code="123456")


def test_a_token_of_a_new_role_may_do_what_the_role_may(client: Client) -> None:
    role = client.json("userRole", "add", userRole=ROLE)
    asked = {"sessionType": 2, "sessionPrivileges": f"setrole:{role['id']}", "hashType": "SHA256"}
    token = client.json("appToken", "add", appToken=asked)
    client.ks = client.token_session(token["id"], "sha256")["ks"]
    assert client.csv(6000).headers["Content-Type"].startswith("text/csv")
    assert client.call("userRole", "list")["code"] == "SERVICE_FORBIDDEN"


def test_a_deleted_token_ends_its_sessions(client: Client) -> None:
    admin = client.ks
    client.ks = client.token_session("1_export01")["ks"]
    client.rows(6000)
    reader, client.ks = client.ks, admin
    assert client.call("appToken", "delete", id="1_export01") is None
    client.ks = reader
    assert client.call("session", "get")["args"]["KSID"] == "LOGOUT"
    assert client.token_session("1_export01")["code"] == "APP_TOKEN_ID_NOT_FOUND"


def test_a_name_is_given_to_one_role_only(client: Client) -> None:
    client.json("userRole", "add", userRole=ROLE)
    assert client.json("userRole", "add", userRole=ROLE)["code"] == "ROLE_NAME_ALREADY_EXISTS"
    (found,) = client.json("userRole", "list", filter={"nameEqual": "Reader"})["objects"]
    client.call("userRole", "delete", userRoleId=found["id"])
    assert client.json("userRole", "list")["totalCount"] == 0
    assert client.call("userRole", "delete", userRoleId=found["id"])["code"] == "INVALID_OBJECT_ID"


def test_a_permission_that_the_account_lacks_cannot_be_given(client: Client) -> None:
    client.kaltura.account = replace(client.kaltura.account, has_virtual_events=False)
    asked = {**ROLE, "permissionNames": "ANALYTICS_BASE,VIRTUAL_EVENT_BASE"}
    answer = client.json("userRole", "add", userRole=asked)
    assert (answer["code"], answer["args"]) == ("PERMISSION_NOT_FOUND", {"PERMISSION": "VIRTUAL_EVENT_BASE"})


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"loginId": "boss@example.com", "password": "right", "otp": "123456"}, ""),
        ({"loginId": "boss@example.com", "password": "right"}, "MISSING_OTP"),
        ({"loginId": "boss@example.com", "password": "right", "otp": "1"}, "INVALID_OTP"),
        ({"loginId": "boss@example.com", "password": "wrong"}, "USER_WRONG_PASSWORD"),
        ({"loginId": "who@example.com", "password": "right"}, "USER_NOT_FOUND"),
    ],
)
def test_an_administrator_logs_in_with_address_and_password(
    anonymous: Client, asked: dict[str, Any], code: str
) -> None:
    anonymous.kaltura.account = replace(anonymous.kaltura.account, users=(BOSS,))
    answer = anonymous.json("user", "loginByLoginId", **asked)
    if code:
        assert answer["code"] == code
    else:
        anonymous.ks = answer
        assert anonymous.call("appToken", "list")["totalCount"] == 6


@pytest.mark.parametrize(("permissions", "is_shown"), [("KMC_READ_ONLY", False), ("KMC_READ_ONLY,KMC_ACCESS", True)])
def test_a_permission_counts_only_with_the_one_that_it_depends_on(
    client: Client, permissions: str, is_shown: bool
) -> None:
    role = client.json("userRole", "add", userRole={**ROLE, "permissionNames": permissions})
    asked = {"sessionType": 2, "sessionPrivileges": f"setrole:{role['id']}", "hashType": "SHA256"}
    token = client.json("appToken", "add", appToken=asked)
    client.ks = client.token_session(token["id"], "sha256")["ks"]
    assert ("objects" in client.call("appToken", "list")) == is_shown
