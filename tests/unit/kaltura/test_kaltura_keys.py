"""A KS made here is one that Kaltura reads, and the app token's hash is Kaltura's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.env import AdminSecret, AppToken, ReadyKs
from debrief.errors import BadCredentials, Forbidden
from debrief.kaltura.api.credentials import KS_SECONDS, KeptKs, new_ks
from debrief.kaltura.api.errors import WrongTokenHash
from debrief.kaltura.api.ks import generate_ks
from kaltura_standin.account import ADMIN
from kaltura_standin.ks import read_ks

SECRET = "0123456789abcdef0123456789abcdef"
VECTOR = (
    "djJ8MTIzNDV8UHLjFF9phUKeacoZ3sm-TCpSMzW3mtBnT70ugOaghJdcEBOX97XFoVgiCJqa80bmyHevvIK7nRTeLtFD2duvmYSu1piaFPeHhFe8"
    "hzMbEdXMp-kZo_OEkzCgDFPk1wop6SaXjuXN8bxJrvJDvvKzRgge6LSVQkFCGEcoMKl0hLU="
)
SHA1 = "ab1b9504738a2b3be6b0fdb56ed91c9e4b4787de"  # of WIDGETKSapp-token-secret-0001
SHA256 = "16d57af9f0f794fd1d4cf9d4196730b6c930d7542f5d533860bd5f25521e5ff0"


def test_a_ks_is_made_byte_for_byte_as_kaltura_makes_it() -> None:
    ks = generate_ks(
        SECRET,
        "12345",
        expiry=1893456000,
        noise=bytes(range(16)),
        user_id="exporter@example.com",
        privileges="setrole:ANALYTICS_RO, iprestrict:203.0.113.7",
    )
    assert ks == VECTOR


@given(
    secret=st.text(min_size=1, max_size=40),
    user_id=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    noise=st.binary(min_size=16, max_size=16),
    expiry=st.integers(0, 2**40),
)
def test_any_ks_says_who_and_until_when_and_that_it_is_an_admins(
    secret: str, user_id: str, noise: bytes, expiry: int
) -> None:
    secret = secret.encode("utf-8", "replace").decode()
    ks = generate_ks(secret, "7", expiry=expiry, noise=noise, user_id=user_id)
    read = read_ks(ks, 7, secret)
    assert read is not None
    assert (read.type, read.expiry, read.user_id) == (ADMIN, expiry, user_id)
    assert read.privileges == {"disableentitlement": ""}


def test_all_privileges_may_be_asked_for() -> None:
    ks = generate_ks(SECRET, "7", expiry=9, noise=bytes(16), privileges="*, edit:1_a:b ,,")
    read = read_ks(ks, 7, SECRET)
    assert read is not None
    assert read.privileges == {"all": "*", "edit": "1_a:b"}


class Login:
    """Kaltura's side of a login with an app token whose hash was chosen when it was made."""

    def __init__(self, right: str, error: Exception | None = None, ks: object = "djJ8-fresh") -> None:
        self.right, self.error, self.ks = right, error, ks
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, service: str, action: str, fields: dict[str, str]) -> Any:
        self.asked.append((f"{service}.{action}", fields))
        if action == "startWidgetSession":
            return {"ks": "WIDGETKS"}
        if self.error:
            raise self.error
        if fields["tokenHash"] != self.right:
            raise WrongTokenHash("wrong")
        return {"ks": self.ks}


TOKEN = AppToken("1_token", "app-token-secret-0001")


@pytest.mark.parametrize("digest", [SHA1, SHA256])
def test_an_app_token_is_hashed_as_it_was_made_for(digest: str) -> None:
    login = Login(digest)
    assert new_ks(TOKEN, "12345", login) == ("djJ8-fresh", {SHA1: "sha1", SHA256: "sha256"}[digest])
    assert login.asked[0] == ("session.startWidgetSession", {"widgetId": "_12345"})
    assert all(fields["ks"] == "WIDGETKS" and fields["id"] == "1_token" for _, fields in login.asked[1:])
    assert TOKEN.token not in str(login.asked)


def test_a_wrong_app_token_is_reported_after_each_hash_was_tried_once() -> None:
    login = Login("none of them")
    with pytest.raises(BadCredentials, match="app token is wrong"):
        new_ks(TOKEN, "12345", login)
    assert len(login.asked) == 5


def test_an_app_token_that_may_not_log_in_is_tried_with_one_hash() -> None:
    login = Login(SHA1, Forbidden("no"))
    with pytest.raises(Forbidden):
        new_ks(TOKEN, "12345", login)
    assert len(login.asked) == 2


@pytest.mark.parametrize("ks", [None, "", 7, {"ks": "x"}])
def test_a_login_without_a_ks_is_an_error(ks: object) -> None:
    with pytest.raises(BadCredentials, match="sent no KS"):
        new_ks(TOKEN, "12345", Login(SHA256, ks=ks))


def test_an_admin_secret_never_leaves_and_gives_another_ks_each_time() -> None:
    login = Login("")
    keys = {new_ks(AdminSecret(SECRET, "ann"), "12345", login)[0] for _ in range(3)}
    assert len(keys) == 3
    assert not login.asked
    assert {read.user_id for ks in keys if (read := read_ks(ks, 12345, SECRET))} == {"ann"}


def test_a_ready_ks_is_used_as_it_is() -> None:
    assert new_ks(ReadyKs("djJ8"), "12345", Login("")) == ("djJ8", "")


def test_a_ks_is_kept_until_it_is_about_to_expire_and_the_hash_for_good() -> None:
    login, clock = Login(SHA1), [1000.0]
    kept = KeptKs("12345", login, lambda: clock[0])
    assert [kept.current(TOKEN) for _ in range(3)] == ["djJ8-fresh"] * 3
    assert len(login.asked) == 3  # the widget's KS, a wrong hash, the right one
    clock[0] += KS_SECONDS - 121
    kept.current(TOKEN)
    assert len(login.asked) == 3
    clock[0] += 1
    kept.current(TOKEN)
    assert len(login.asked) == 5  # the right hash at once
    kept.drop()
    kept.current(TOKEN)
    assert len(login.asked) == 7


def test_a_token_with_a_new_hash_is_accepted_too() -> None:
    login = Login(SHA1)
    kept = KeptKs("12345", login)
    kept.current(TOKEN)
    login.right = SHA256
    kept.drop()
    assert kept.current(TOKEN) == "djJ8-fresh"


def test_a_ready_ks_is_used_until_kaltura_refuses_it() -> None:
    clock = [1000.0]
    kept = KeptKs("12345", Login(""), lambda: clock[0])
    kept.current(ReadyKs("djJ8"))
    clock[0] += 10 * KS_SECONDS
    assert kept.current(ReadyKs("djJ8")) == "djJ8"
