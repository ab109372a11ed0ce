"""The polls of a session: the chat service knows rooms and no times, so they follow from what it answered before.

What a room's polls were before the session is in the archive: the answer that the room's previous session was exported
with. It is kept among this session's answers too, so that a replay finds the same polls whatever becomes of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from debrief.kaltura.reports.page_reports import PageReader
from debrief.kaltura.session_data.identities import decoded
from debrief.model import NotKnown, PollSpan, RawAnswer

NOW, BEFORE = "polls-analytics.json", "polls-before.json"  # names in the archive
NO_POLLS = NotKnown("The chat service was not configured, so polls are not known; set KALTURA_CHAT_URL.")

Polls = list[dict[str, Any]]


@dataclass(frozen=True)
class Before:
    """The room's polls before a session. `body` is the answer that the session `compared_with` was exported with.

    Without it the room had no earlier session. `since` is that session's start, if others lie between.
    """

    body: bytes | None = None
    compared_with: str = ""
    since: str = ""


class Memory(Protocol):
    """What the archive knows of a room's polls."""

    def kept(self, *, goes_on: bool) -> tuple[Mapping[str, bytes], PollSpan] | None:
        """The session's own answers by name, if its report must keep its polls; `goes_on`: see PollSpan."""

    def before(self) -> Before | None:
        """The room's polls before the session; None when nobody knows."""


def read_polls(
    reader: PageReader, entry_id: str, memory: Memory | None, *, goes_on: bool
) -> tuple[Polls | NotKnown, PollSpan | None]:
    """The polls of a room, from the chat service, and what they are compared with; None when they were not asked for.

    Raises BadRequest when the archive's answer is damaged.
    """
    if not reader.kaltura.has_chat:
        return NO_POLLS, None
    if memory and (kept := memory.kept(goes_on=goes_on)):
        answers, span = kept
        reader.raw += [RawAnswer(name, answers[name]) for name in (NOW, BEFORE) if name in answers]
        return archived_polls(answers, span)
    reply = reader.asked(lambda: reader.kaltura.chat("polls/analytics", {"contextId": entry_id}), NOW[: -len(".json")])
    if isinstance(reply, NotKnown):
        return reply, None
    polls, span = polls_in(reply.value), PollSpan(goes_on=goes_on)
    before = memory.before() if memory and polls else None
    if before is None:
        return polls, span
    reader.raw += [RawAnswer(BEFORE, before.body)] if before.body is not None else []
    earlier = [] if before.body is None else polls_in(decoded(BEFORE, before.body))
    return polls, replace(span, before=earlier, compared_with=before.compared_with, since=before.since)


def archived_polls(answers: Mapping[str, bytes], span: PollSpan) -> tuple[Polls, PollSpan]:
    """The same from archived answers. `span` lacks the polls before. Raises BadRequest for a damaged answer."""
    if span.before is not None and span.compared_with:
        before = polls_in(decoded(BEFORE, answers[BEFORE])) if BEFORE in answers else None
        span = replace(span, before=before)
    return polls_in(decoded(NOW, answers[NOW])), span


def polls_in(answer: Any) -> Polls:
    """The polls in an answer of the chat service's."""
    polls = answer.get("analytics") if isinstance(answer, dict) else None
    return [poll for poll in polls or () if isinstance(poll, dict)]
