"""Read the polls of a session.

The chat service lists all polls of a room, without times. A session's polls are found by comparing the service's answer
with the answer that was archived with the room's previous session. A copy of the older answer is archived with this
session, so that a replay finds the same polls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from debrief.kaltura.reports.page_reports import PageReader
from debrief.kaltura.session_data.identities import decode_json
from debrief.model import NotKnown, PollScope, RawAnswer

CURRENT, EARLIER = "polls-analytics.json", "polls-before.json"  # names in the archive
NO_POLLS = NotKnown("The chat service was not configured, so polls are not known; set KALTURA_CHAT_URL.")

Polls = list[dict[str, Any]]


@dataclass(frozen=True)
class EarlierPolls:
    """A room's polls before a session. `body` is the archived answer of the session `compared_with`.

    Without `body` the room had no earlier session. `since` is the start of the session `compared_with`, if the room had
    other sessions between that session and this one; else it is blank.
    """

    body: bytes | None = None
    compared_with: str = ""
    since: str = ""


class PollArchive(Protocol):
    """The archived polls of a room."""

    def archived_answers(self, *, had_later_session: bool) -> tuple[Mapping[str, bytes], PollScope] | None:
        """Return the session's archived answers by name if new answers must not replace them.

        They must not if the report is final, or if a later session of the room may have added polls.
        """

    def earlier_polls(self) -> EarlierPolls | None:
        """Return the room's polls before the session; None if unknown."""


def read_polls(
    reader: PageReader, entry_id: str, archive: PollArchive | None, *, had_later_session: bool
) -> tuple[Polls | NotKnown, PollScope | None]:
    """Return the polls of a room from the chat service, and their scope; the scope is None if there was no answer.

    Raises BadRequest when the archive's answer is damaged.
    """
    if not reader.kaltura.has_chat:
        return NO_POLLS, None
    if archive and (archived := archive.archived_answers(had_later_session=had_later_session)):
        answers, scope = archived
        reader.raw += [RawAnswer(name, answers[name]) for name in (CURRENT, EARLIER) if name in answers]
        return archived_polls(answers, scope)
    reply = reader.request(
        lambda: reader.kaltura.chat("polls/analytics", {"contextId": entry_id}), CURRENT[: -len(".json")]
    )
    if isinstance(reply, NotKnown):
        return reply, None
    polls, scope = polls_in(reply.value), PollScope(had_later_session=had_later_session)
    earlier = archive.earlier_polls() if archive and polls else None
    if earlier is None:
        return polls, scope
    reader.raw += [RawAnswer(EARLIER, earlier.body)] if earlier.body is not None else []
    before = [] if earlier.body is None else polls_in(decode_json(EARLIER, earlier.body))
    return polls, replace(scope, before=before, compared_with=earlier.compared_with, since=earlier.since)


def archived_polls(answers: Mapping[str, bytes], scope: PollScope) -> tuple[Polls, PollScope]:
    """Return the polls and their complete scope from archived answers. Raises BadRequest for a damaged answer."""
    if scope.before is not None and scope.compared_with:
        before = polls_in(decode_json(EARLIER, answers[EARLIER])) if EARLIER in answers else None
        scope = replace(scope, before=before)
    return polls_in(decode_json(CURRENT, answers[CURRENT])), scope


def polls_in(answer: Any) -> Polls:
    polls = answer.get("analytics") if isinstance(answer, dict) else None
    return [poll for poll in polls or () if isinstance(poll, dict)]
