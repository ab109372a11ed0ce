"""Kaltura's notifications."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.ledger.ledger import Ledger, Note
from debrief.delivery.ledger.sqlite import SqliteLedger
from debrief.errors import Forbidden, Unavailable
from debrief.model import Session
from debrief.portal.http import Request, Response
from debrief.portal.webhook import HINT, SIZE_LIMIT, Hint, Hook, check, receive
from kaltura_standin.webhooks import Algorithm, notification

SECRET = "topsecret"
BODY = b'{"object":{"id":"1_abc"}}'
SIGNED = {
    "sha1": "a8a10e4121d4e9cabb74e9af42d44c623556c2f5",
    "sha256": "786ba579df3eb00a2594d02a52b476271c9a81f474a9e0f028a6998216facc7d",
}
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SESSION = Session("1_cue00001", "1_abcd1234", NOW - timedelta(hours=1), NOW, host_user_id="ann")


def headers(signature: str, algorithm: str = "sha256") -> dict[str, str]:
    return {"x-kaltura-signature": signature, "x-kaltura-hash-algo": algorithm}


def signed(body: bytes, algorithm: str = "sha256") -> dict[str, str]:
    return headers(hashlib.new(algorithm, SECRET.encode() + body).hexdigest(), algorithm)


def test_the_message_that_brings_a_reconciliation_forward_says_nothing_but_what_it_is() -> None:
    assert json.loads(HINT) == {"v": 2, "kind": "hint"}


@pytest.mark.parametrize("algorithm", SIGNED)
def test_the_known_signatures_are_right(algorithm: str) -> None:
    assert check(headers(SIGNED[algorithm], algorithm), BODY, SECRET) == Hint()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("form", [True, False])
def test_what_kaltura_sends_is_a_hint_in_both_forms(algorithm: Algorithm, form: bool) -> None:
    sent, body = notification(SESSION, secret=SECRET, algorithm=algorithm, form=form)
    assert check({name.lower(): value for name, value in sent.items()}, body, SECRET) == Hint("KalturaSessionCuePoint")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        headers(""),
        headers(SIGNED["sha1"]),
        headers(SIGNED["sha256"].upper()),
        headers(SIGNED["sha256"] + "0"),
        headers(SIGNED["sha256"], "sha1"),
        headers(hashlib.md5(b"topsecret" + BODY).hexdigest(), "md5"),
        headers(hashlib.sha256(BODY).hexdigest()),
        headers("\udcff\u00e9"),
        {"x-kaltura-signature": SIGNED["sha256"]},
    ],
)
def test_anything_else_than_the_right_signature_is_forbidden(wrong: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        check(wrong, BODY, SECRET)


def test_a_changed_byte_is_forbidden() -> None:
    with pytest.raises(Forbidden):
        check(headers(SIGNED["sha256"]), BODY + b" ", SECRET)


def test_without_a_secret_nothing_is_signed() -> None:
    with pytest.raises(Forbidden):
        check(headers(hashlib.sha256(BODY).hexdigest()), BODY, "")


@given(st.text(), st.text() | st.sampled_from(["sha1", "sha256", "sha512"]), st.binary())
def test_no_signature_that_is_guessed_gets_through(signature: str, algorithm: str, body: bytes) -> None:
    with pytest.raises(Forbidden):
        check(headers(signature, algorithm), body, SECRET)


@given(
    st.binary() | st.binary().map(b"data=".__add__) | st.just(b"[" * 30_000) | st.just(b'{"object":{"objectType":7}}')
)
def test_any_signed_body_is_a_hint_or_none(body: bytes) -> None:
    assert check(signed(body), body, SECRET) in {Hint(), None}


@pytest.mark.parametrize("body", [b"", b"data=%3Cnotification%3E", b"<notification/>", b"[1]", b"{", b"\xff"])
def test_what_is_signed_and_not_read_is_no_hint(body: bytes) -> None:
    assert check(signed(body), body, SECRET) is None


@pytest.mark.parametrize("name", ["Ann Lee <ann@example.com>", "x" * 100, 7, ["KalturaEntry"], None])
def test_of_a_notification_only_a_plain_type_is_kept(name: object) -> None:
    body = json.dumps({"object": {"objectType": name}}).encode()
    assert check(signed(body), body, SECRET) == Hint()


@dataclass
class Desk:
    """A ledger, a clock that can be moved, and a count of the comparisons asked for."""

    ledger: Ledger
    now: datetime = NOW
    asked: int = 0
    opened: int = 0
    trouble: Exception | None = None
    secret: str = field(default=SECRET)

    def open(self) -> Ledger:
        self.opened += 1
        return self.ledger

    def hand_on(self) -> None:
        if self.trouble:
            raise self.trouble
        self.asked += 1

    def post(self, body: bytes = BODY, method: str = "POST", given: dict[str, str] | None = None) -> Response:
        hook = Hook(self.secret, self.open, lambda: self.now, self.hand_on)
        return receive(hook, Request(method, "/webhook", signed(body) if given is None else given, body))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(SqliteLedger(tmp_path / "ledger.sqlite3"))


def test_a_signed_notification_asks_for_a_reconciliation_and_is_answered_204(desk: Desk) -> None:
    assert (desk.post().status, desk.asked) == (204, 1)
    assert desk.ledger.note("hint", "last") == Note("hint", "last", NOW, "A notification about something.")


def test_duplicates_within_a_minute_ask_once(desk: Desk) -> None:
    statuses = []
    for seconds in (0, 0, 5, 59):
        desk.now = NOW + timedelta(seconds=seconds)
        statuses.append(desk.post().status)
    assert (statuses, desk.asked) == ([204] * 4, 1)
    desk.now = NOW + timedelta(seconds=60)
    assert (desk.post().status, desk.asked) == (204, 2)


def test_a_note_from_the_future_silences_nothing(desk: Desk) -> None:
    desk.ledger.put_note(Note("hint", "last", NOW + timedelta(days=1)))
    assert (desk.post().status, desk.asked) == (204, 1)


def test_what_is_not_signed_is_answered_403_without_a_look_at_the_ledger(desk: Desk) -> None:
    assert desk.post(given={}).status == 403
    assert (desk.opened, desk.asked) == (0, 0)
    desk.secret = ""
    assert desk.post().status == 403


def test_xml_is_signed_answered_and_ignored(desk: Desk) -> None:
    assert (desk.post(b"data=%3Cnotification%2F%3E").status, desk.asked, desk.opened) == (200, 0, 0)


def test_a_large_body_is_refused_before_it_is_hashed(desk: Desk) -> None:
    assert SIZE_LIMIT == 65_536
    assert desk.post(b"{}".ljust(SIZE_LIMIT)).status == 204
    assert desk.post(b"{}".ljust(SIZE_LIMIT + 1)).status == 413


def test_another_method_learns_which_one_is_right(desk: Desk) -> None:
    answer = desk.post(method="GET")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_a_hint_that_could_not_be_handed_on_is_asked_for_again(desk: Desk) -> None:
    desk.trouble = Unavailable("SQS did not take 1 of 1 messages.", after=2.5)
    answer = desk.post()
    assert (answer.status, answer.headers["retry-after"]) == (503, "3")
    desk.trouble = None
    assert (desk.post().status, desk.asked) == (204, 1)
