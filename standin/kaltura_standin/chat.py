"""The chat service: polls and their numbers of answers. It has its own base URL and does not know sessions.

`POST {chat_url}/polls/analytics` with the header `authorization: KS …` and `{"contextId": "<entry id>"}`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

from kaltura_standin.account import Account
from kaltura_standin.answers import Answer
from kaltura_standin.apierrors import ApiError
from kaltura_standin.interactions import Poll
from kaltura_standin.ks import Keyring
from kaltura_standin.request import Received
from kaltura_standin.summary.dataset import Footage

_ICON = "chart"


def answer_chat(footage: Footage, keyring: Keyring, request: Received) -> Answer:
    """Return the polls of a context; HTTP 401 without a valid KS, 404 if the account has no chat service."""
    if not _is_allowed(keyring, request.headers.get("Authorization", "")):
        return _json(401, {"message": "Unauthorized"})
    if not footage.account.has_chat or (request.method, request.action) != ("POST", "polls/analytics"):
        return _json(404, {"message": "Not Found"})
    context = _context(request.body)
    if context is None:
        return _json(400, {"message": "contextId must be a string"})
    return _json(200, {"analytics": polls_of(footage, context)})


def polls_of(footage: Footage, entry_id: str) -> list[dict[str, Any]]:
    """Return the polls launched so far in a room, by time. A poll that is launched again keeps its votes."""
    room = footage.account.room(entry_id)
    until = _until(footage.account)
    launched: dict[str, Poll] = {}
    votes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for run in sorted(room.runs, key=lambda run: run.start) if room else ():
        launched |= {poll.id: poll for poll in run.polls if run.start + poll.minute * 60 < until}
        for act in footage.acts_of(run) if run.polls else ():
            if act.kind == "poll" and act.at < until:
                poll_id, _, chosen = act.value.partition(":")
                votes[poll_id].setdefault(act.user_id, chosen)
    return [_analytics(poll, votes[poll.id]) for poll in launched.values()]


def _analytics(poll: Poll, votes: dict[str, str]) -> dict[str, Any]:
    chosen = Counter(int(number) for answer in votes.values() for number in answer.split(",") if number)
    return {
        "pollId": poll.id,
        "question": poll.question,
        "type": poll.type,
        "nvoted": len(votes),
        "isAcceptingMultipleVotes": poll.many,
        "options": [
            {"option": option.text, "nvoted": chosen[number], "isCorrect": option.correct}
            for number, option in enumerate(poll.options)
        ],
        "visualization": {"type": poll.look, "icon": _ICON},
    }


def _until(account: Account) -> float:
    return float("inf") if account.clock is None else account.clock


def _is_allowed(keyring: Keyring, header: str) -> bool:
    scheme, _, ks = header.partition(" ")
    try:
        keyring.check(ks)
    except ApiError:
        return False
    return scheme.upper() == "KS"


def _context(body: bytes) -> str | None:
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    context = asked.get("contextId") if isinstance(asked, dict) else None
    return context if isinstance(context, str) else None


def _json(status: int, value: object) -> Answer:
    return Answer(json.dumps(value, separators=(",", ":")).encode(), "application/json", status)
