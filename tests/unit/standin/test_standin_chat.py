"""The chat service: polls of every kind, and how it fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from standin_client import Client, T
from standin_webinar import ROOM, webinar_account

from kaltura_standin.faults import Fault


@pytest.fixture
def webinar(client: Client) -> Client:
    client.kaltura.account = webinar_account()
    return client


def ask(client: Client, context: Any = ROOM, path: str = "polls/analytics", **more: Any) -> requests.Response:
    headers = {"authorization": f"KS {client.ks}"}
    body = {"contextId": context}
    return client.http.post(
        f"{client.kaltura.chat_url}/{path}", **{"json": body, "headers": headers, "timeout": 5, **more}
    )


def test_polls_of_every_kind_come_with_their_votes(webinar: Client) -> None:
    answer = ask(webinar)
    assert answer.headers["Content-Type"] == "application/json"
    first, *others = answer.json()["analytics"]
    assert first == {
        "pollId": "p1",
        "question": "Which?",
        "type": "MultipleChoice",
        "nvoted": 2,
        "isAcceptingMultipleVotes": False,
        "options": [
            {"option": "this", "nvoted": 1, "isCorrect": False},
            {"option": "that", "nvoted": 1, "isCorrect": True},
        ],
        "visualization": {"type": "bar", "icon": "chart"},
    }
    assert [poll["nvoted"] for poll in others] == [1, 0, 0, 0]
    assert others[0]["isAcceptingMultipleVotes"] is True
    assert [option["nvoted"] for option in others[0]["options"]] == [1, 1]
    assert [poll["visualization"]["type"] for poll in others[1:3]] == ["rating scale", "crowd vote"]
    assert (others[3]["type"], others[3]["options"]) == ("OpenAnswers", [])


@pytest.mark.parametrize("context", ["nosuch", "1_other001", ""])
def test_a_context_without_polls_has_none(webinar: Client, context: str) -> None:
    assert ask(webinar, context).json() == {"analytics": []}


def test_a_poll_counts_the_votes_given_so_far(webinar: Client) -> None:
    webinar.kaltura.account = replace(webinar_account(), now=datetime.fromtimestamp(T + 51, UTC))
    assert [poll["nvoted"] for poll in ask(webinar).json()["analytics"]] == [1, 0, 0, 0, 0]
    webinar.kaltura.account = replace(webinar_account(), now=datetime.fromtimestamp(T - 1, UTC))
    assert ask(webinar).json() == {"analytics": []}


@pytest.mark.parametrize("header", ["", "KS", "KS nonsense", "Basic {ks}"])
def test_without_a_good_ks_it_answers_401(webinar: Client, header: str) -> None:
    assert ask(webinar, headers={"authorization": header.format(ks=webinar.ks)}).status_code == 401


def test_an_expired_ks_is_a_401_too(webinar: Client) -> None:
    webinar.kaltura.faults.add(Fault("expire_ks", service="session", action="get"))
    webinar.post("session", "get")
    assert ask(webinar).status_code == 401


def test_an_account_without_the_service_gets_404(webinar: Client) -> None:
    webinar.kaltura.account = replace(webinar_account(), has_chat=False)
    assert ask(webinar).status_code == 404
    webinar.kaltura.account = webinar_account()
    assert ask(webinar, path="polls/nosuch").status_code == 404


@pytest.mark.parametrize("body", ["", "[]", '{"contextId": 1}', "{"])
def test_a_body_without_a_context_is_refused(webinar: Client, body: str) -> None:
    assert ask(webinar, json=None, data=body).status_code == 400


def test_it_may_be_down_refuse_or_hang_while_the_api_works(webinar: Client) -> None:
    faults = webinar.kaltura.faults
    faults.add(Fault("http_status", status=503, service="chat"))
    faults.add(Fault("http_status", status=401, service="chat", after=1))
    assert webinar.post("session", "get").status_code == 200
    assert ask(webinar).status_code == 503
    assert ask(webinar).status_code == 401
    faults.add(Fault("hang", seconds=30, service="chat", action="polls/analytics"))
    with pytest.raises(requests.Timeout):
        ask(webinar, timeout=0.1)
    assert ask(webinar).status_code == 200
