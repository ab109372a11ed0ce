"""Polls of a session, separated from the polls of the room's other sessions.

The chat service does not say when a poll was held, so its votes before the session and now are compared. A poll without
new votes belongs to another session; of a poll with new votes, only the new votes count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from debrief.metrics.chat_data import NO_CHAT_DATA, lacks_chat_data
from debrief.metrics.definition import PAGE_NOT_READ, Facts
from debrief.metrics.page import CHAT, LOGGED_IN, cell, total
from debrief.model import Finding, NotKnown, PollScope
from debrief.util.values import number

RawPoll: TypeAlias = Mapping[str, Any]

_OPEN = "OpenAnswers"
_UNKNOWN = PollScope()


def polls(facts: Facts) -> dict[str, Any]:
    """Return the polls with their answers, most participants first.

    `scope` says whether all of them are of this session, of several sessions (`sessions`), or of the whole room.

    An answer's rate is its share of the poll's participants, as Kaltura documents it; the page itself divides by the
    sum of all votes, which is another number when several answers may be given.
    """
    found = facts.data.page.polls if facts.data.page else NotKnown(PAGE_NOT_READ)
    if isinstance(found, NotKnown):
        return {"unavailable": found.reason}
    if not found and lacks_chat_data(facts.data.session):
        return {"unavailable": f"Not known, because {NO_CHAT_DATA}."}
    scope = _UNKNOWN if polls_disagree(facts) else _scope(facts)
    rows = _rows(found, scope.before)
    return {
        "scope": "session" if not found or _is_one_session(scope) else "room" if scope.before is None else "sessions",
        "since": scope.since or None,
        "later_sessions": scope.had_later_session,
        "rows": sorted(rows, key=lambda row: (-row["participants"], row["question"])),
    }


def polls_disagree(facts: Facts) -> Finding | None:
    """Return a warning if the chat service's votes contradict the chat report, which has times and therefore wins."""
    page, row = facts.data.page, total(facts, CHAT)
    if page is None or isinstance(page.polls, NotKnown) or not cell(row, LOGGED_IN):
        return None
    if lacks_chat_data(facts.data.session) or not _is_one_session(scope := _scope(facts)):
        return None
    answered = round(cell(row, "unique_users_answered_poll") or 0.0)
    voted = any(poll["participants"] for poll in _rows(page.polls, scope.before))
    if bool(answered) == voted:
        return None
    counts = f"Report 70001 counts {answered:,} people who answered a poll in this session"
    if not answered:
        counts = "Report 70001 counts nobody who answered a poll in this session"
    votes = "polls of the room gained votes" if voted else "no poll of the room gained votes"
    return Finding(
        "POLLS_DISAGREE",
        f"{counts}, but {votes} since the session before. Only the report has times, so its share is printed, and "
        "the polls are listed as polls of the whole room.",
    )


def _scope(facts: Facts) -> PollScope:
    return (facts.data.page.poll_scope if facts.data.page else None) or _UNKNOWN


def _is_one_session(scope: PollScope) -> bool:
    return scope.before is not None and not scope.since and not scope.had_later_session


def _rows(found: Sequence[RawPoll], before: Sequence[RawPoll] | None) -> list[dict[str, Any]]:
    """Return the polls that are new or have new votes; all polls of the room if the votes before are unknown."""
    if before is None:
        return [_poll(poll, "all") for poll in found]
    known = {_key(poll): poll for poll in before}
    return [row for poll in found if (row := _row_since(poll, known.get(_key(poll))))]


def _row_since(poll: RawPoll, before: RawPoll | None) -> dict[str, Any] | None:
    """Return a poll's new votes; None if there are none.

    If votes were changed or withdrawn, a difference means nothing, so all votes of the poll count.
    """
    if before is None:
        return _poll(poll, "new")
    if _votes(poll) == _votes(before):
        return None
    added = _difference(poll, before)
    return _poll(poll, "all") if added is None else _poll(added, "added")


def _difference(poll: RawPoll, before: RawPoll) -> RawPoll | None:
    """Return the poll with the new votes only; None without more participants, or if an answer lost votes."""
    options, earlier = _options(poll), _options(before)
    if [option.get("option") for option in options] != [option.get("option") for option in earlier]:
        return None
    people = _int(poll.get("nvoted")) - _int(before.get("nvoted"))
    votes = [_int(now.get("nvoted")) - _int(then.get("nvoted")) for now, then in zip(options, earlier, strict=True)]
    if people <= 0 or min(votes, default=0) < 0:
        return None
    counted = [{**one, "nvoted": count} for one, count in zip(options, votes, strict=True)]
    return {**poll, "nvoted": people, "options": counted}


def _key(poll: RawPoll) -> str:
    return str(poll.get("pollId") or poll.get("question") or "")


def _votes(poll: RawPoll) -> tuple[int, list[int]]:
    return _int(poll.get("nvoted")), [_int(option.get("nvoted")) for option in _options(poll)]


def _options(poll: RawPoll) -> list[Mapping[str, Any]]:
    return [option for option in poll.get("options") or () if isinstance(option, Mapping)]


def _poll(poll: RawPoll, counted: str) -> dict[str, Any]:
    """Build a poll. `counted`: votes of a `new` poll, votes `added` to an older poll, or `all` sessions' votes."""
    participants = _int(poll.get("nvoted"))
    return {
        "question": str(poll.get("question") or ""),
        "type": _poll_type(poll, _options(poll)),
        "participants": participants,
        "counted": counted,
        "answers": [_answer(option, participants) for option in _options(poll)],
    }


def _answer(option: Mapping[str, Any], participants: int) -> dict[str, Any]:
    count = _int(option.get("nvoted"))
    return {
        "answer": str(option.get("option") or ""),
        "participants": count,
        "rate": count / participants if participants else None,
        "correct": option.get("isCorrect") is True,
    }


def _poll_type(poll: RawPoll, options: Sequence[Mapping[str, Any]]) -> str:
    """Return the type by the page's rule (analytics-front-end, polls.component.ts).

    The page tests for an open question first, then for a right answer.
    """
    if poll.get("type") == _OPEN:
        return "Open ended"
    if any(option.get("isCorrect") is True for option in options):
        return "Correct answer"
    visualization = poll.get("visualization")
    drawn = visualization.get("type") if isinstance(visualization, Mapping) else None
    several = poll.get("isAcceptingMultipleVotes") is True
    plain = "Multiple answer" if several else "Single answer"
    return {"rating scale": "Rating scale", "crowd vote": "Crowd vote"}.get(str(drawn), plain)


def _int(value: Any) -> int:
    """Parse a count, which some services send as text."""
    return max(round(number(str(value)) or 0.0), 0)
