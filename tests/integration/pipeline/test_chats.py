"""Channels of the kinds slack and teams: at most one message about a report, and every doubt visible."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from debrief.pipeline.mailing.deliver import deliver
from debrief.pipeline.mailing.resend import make_pending, refused_reports
from debrief.pipeline.mailing.stale_claims import CLAIM_LASTS
from debrief.pipeline.state.session_records import delivery_order_of
from support.channelled import CUE, Channelled
from support.receiver import receiver
from support.world import World

TOKEN = "xoxb-a-secret-token"
ACCEPTED = {"slack": (200, b"ok"), "slack by token": (200, b'{"ok":true,"ts":"1.2"}'), "teams": (202, b"")}
PROBLEMS = "admin-*problem*.eml"


@pytest.fixture(params=list(ACCEPTED))
def chat(request: pytest.FixtureRequest, small: World, tmp_path: Path) -> Iterator[Channelled]:
    kind = request.param
    with receiver(tmp_path, host="slack.com" if kind == "slack by token" else "hooks.example.com") as made:
        made.answers = [ACCEPTED[kind]]
        options = ", to: C0123" if kind == "slack by token" else ""
        secrets = {"token": TOKEN} if options else {"url": made.url}
        yield Channelled(small, made, kind.partition(" ")[0], options, secrets)


def texts(value: Any) -> list[str]:
    """Every text in a message."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in texts(one)]


def grow(crm: Channelled) -> None:
    """Kaltura finds more attendees."""
    account = crm.place.kaltura.account
    room = account.rooms[0]
    (held,) = room.runs
    late = [replace(held.attendances[1], user_id=f"late{number}", name="Late") for number in range(9)]
    grown = replace(room, runs=(replace(held, attendances=(*held.attendances, *late)),))
    crm.place.kaltura.account = replace(account, rooms=(grown, *account.rooms[1:]))


def test_a_report_is_one_message_with_totals_and_links_to_the_portal(chat: Channelled) -> None:
    chat.export()
    chat.tick(hours=6)
    chat.tick(hours=19)
    (received,) = chat.receiver.received
    said = texts(json.loads(received.body))
    assert any("Sales, EMEA" in text for text in said)
    assert any("https://reports.example.com/r/" in text for text in said)
    assert not any(name in received.body.decode() for name in ("Ann", "ann@", "Zed"))
    assert {each.state for each in chat.deliveries} == {"sent"}
    assert {each.tier for each in chat.deliveries} == {"totals"}


def test_a_second_message_is_sent_only_for_a_clear_change_and_says_what_changed(chat: Channelled) -> None:
    chat.export()
    grow(chat)
    chat.tick(hours=6)
    assert len(chat.receiver.received) == 2
    assert any("Changed since the last message" in text for text in texts(json.loads(chat.receiver.received[1].body)))


@pytest.mark.parametrize("answer", ["hang up", (500, b""), (503, b"busy")])
def test_after_an_unknown_outcome_nothing_is_sent_again_and_the_admin_is_informed(
    chat: Channelled, answer: Any
) -> None:
    chat.receiver.answers = [answer, (200, b"ok")]
    chat.export()
    grow(chat)
    for hours in (1, 6, 19):
        chat.tick(hours=hours)
    assert len(chat.receiver.received) == 1
    assert [each.state for each in chat.deliveries] == ["unknown"]
    (notice,) = (chat.place.root / "outbox").glob(PROBLEMS)
    assert b"unknown" in notice.read_bytes()


def test_a_run_killed_while_it_sent_leaves_a_doubt(chat: Channelled) -> None:
    chat.export()
    with chat.services() as services:
        (sent,) = [each for each in services.ledger.deliveries(CUE) if each.channel]
        services.ledger.move(sent, "sending", at=services.clock())
        chat.place.clock.now += CLAIM_LASTS + timedelta(minutes=1)
        assert deliver(services, delivery_order_of(sent)) == "unknown"
    assert len(chat.receiver.received) == 1


def test_a_chat_that_limits_the_rate_gets_the_message_later(chat: Channelled) -> None:
    accepted = chat.receiver.answers[0]
    chat.receiver.answers, chat.receiver.headers = [(429, b""), accepted], {"Retry-After": "30"}
    chat.export()
    assert [each.state for each in chat.deliveries] == ["pending"]
    chat.tick(minutes=16)
    assert [each.state for each in chat.deliveries] == ["sent"]
    assert len(chat.receiver.received) == 2


@pytest.mark.parametrize("status", [401, 403, 404, 410, 302])
def test_a_chat_that_refuses_the_channel_keeps_the_message_waiting_and_holds_up_no_email(
    chat: Channelled, status: int
) -> None:
    accepted = chat.receiver.answers[0]
    chat.receiver.answers = [(status, b"a-secret"), accepted]
    chat.export()
    (waiting,) = chat.deliveries
    assert waiting.state == "pending"
    assert str(status) in waiting.reason
    assert "a-secret" not in waiting.reason
    with chat.services() as services:
        assert services.ledger.note("blocked", "since") is None
    chat.tick(minutes=16)
    assert [each.state for each in chat.deliveries] == ["sent"]


def test_a_message_that_the_chat_cannot_read_is_refused_and_can_be_sent_again(chat: Channelled) -> None:
    accepted = chat.receiver.answers[0]
    chat.receiver.answers = [(400, b""), accepted]
    chat.export()
    assert [each.state for each in chat.deliveries] == ["refused"]
    with chat.services() as services:
        (order,) = make_pending(services, refused_reports(services, CUE))
        assert deliver(services, order) == "sent"


def test_no_log_and_no_ledger_has_a_secret(chat: Channelled, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    accepted = chat.receiver.answers[0]
    chat.receiver.answers = ["hang up", accepted]
    chat.export()
    chat.tick(minutes=16)
    ledger = (chat.place.root / "archive" / ".debrief" / "ledger.sqlite3").read_bytes()
    assert "a-secret" not in caplog.text
    assert b"a-secret" not in ledger


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (b'{"ok":false,"error":"channel_not_found"}', "pending"),
        (b'{"ok":false,"error":"invalid_auth"}', "pending"),
        (b'{"ok":false,"error":"ratelimited"}', "pending"),
        (b'{"ok":false,"error":"msg_too_long"}', "refused"),
        (b'{"ok":false,"error":"fatal_error"}', "unknown"),
        (b'{"ok":false,"error":"xoxb-a-secret-token"}', "pending"),
        (b'{"ok":false,"error":7}', "unknown"),
        (b"ok", "unknown"),
        (b"[]", "unknown"),
        (b"", "unknown"),
    ],
)
def test_slacks_own_words_decide_what_an_answer_to_a_token_means(
    small: World, tmp_path: Path, answer: bytes, state: str
) -> None:
    with receiver(tmp_path, host="slack.com") as made:
        made.answers = [(200, answer)]
        chat = Channelled(small, made, "slack", ", to: C0123", {"token": TOKEN})
        chat.export()
        assert [each.state for each in chat.deliveries] == [state]
        assert TOKEN not in chat.deliveries[0].reason
        (received,) = made.received
        assert json.loads(received.body)["channel"] == "C0123"
        assert received.headers["authorization"] == f"Bearer {TOKEN}"
        assert (received.path, received.headers["host"]) == ("/api/chat.postMessage", "slack.com")
