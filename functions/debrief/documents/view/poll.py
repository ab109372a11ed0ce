"""A poll with its answers: what is said about it in reports and emails. The view of all polls is in polls.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from debrief.documents.text import figures, labels, sanitize, times
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.text.sanitize import Clean
from debrief.documents.view.common import Section, prose
from debrief.documents.view.verdict import whole_percent
from debrief.model import Summary

_RATING = "Rating scale"  # Kaltura's word for a poll with numbers as answers
_MOST_EQUAL = 2  # if more answers share the first place, only their number is given
_LONGEST = 160  # characters of a question or an answer


@dataclass(frozen=True, slots=True)
class PollAnswer:
    """An answer to a poll. `share` is `people` divided by the poll's participants; None if that makes no sense."""

    words: str = field(repr=False)
    people: int
    share: float | None
    correct: bool


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll with all its answers."""

    question: str = field(repr=False)
    kind: str
    people: int
    answers: Sequence[PollAnswer]


def whose(summary: Summary, zone: ZoneInfo) -> list[str]:
    """Return sentences about the sessions to which the polls may belong; empty if all belong to this session."""
    section = summary.sections["polls"]
    scope, since = section.get("scope", "room"), section.get("since")
    if scope == "session":
        return []
    sessions = "the polls of all sessions of this room"
    if scope == "sessions" and since:
        earlier = f"of earlier sessions of the room after {times.day(datetime.fromisoformat(since), zone)}"
        later = section["later_sessions"]
        sessions = (
            f"polls of this session, {earlier}, and of later sessions"
            if later
            else f"polls of this session and {earlier}"
        )
    elif scope == "sessions":
        sessions = "polls of this session and of later sessions of the room"
    words = [f"These are {sessions}: Kaltura does not say when a poll was held."]
    rate = summary.metrics.get("polls_users_rate")
    return [*words, "In this session nobody answered a poll."] if rate and rate.value == 0 else words


def poll_of(row: Section, clean: Clean) -> Poll:
    """Return the view of a poll in a summary."""
    answers = [
        PollAnswer(_words(answer["answer"], clean), answer["participants"], answer["rate"], bool(answer["correct"]))
        for answer in row["answers"]
    ]
    return Poll(_words(row["question"], clean), clean(row["type"]), row["participants"], answers)


def _words(text: str, clean: Clean) -> str:
    return prose(text, clean) or figures.DASH


def no_answer(poll: Poll) -> str:
    """Say why nobody gave any of the answers; blank if somebody did."""
    if any(answer.people for answer in poll.answers):
        return ""
    return "Kaltura lists no answers" if poll.people else "Nobody answered"


def top_answers(poll: Poll) -> list[PollAnswer]:
    """Return the most frequent answers; empty if people answered in their own words, or nobody gave any answer."""
    if no_answer(poll) or poll.kind == labels.OPEN_POLL:
        return []
    most = max(answer.people for answer in poll.answers)
    return [answer for answer in poll.answers if answer.people == most]


def top_answer(poll: Poll, formats: Formats = PLAIN) -> str:
    """Return the most frequent answer, `Every 10 minutes (correct): 52% of 695 people`, or why there is none."""
    people = formats.plural(poll.people, "person", "people")
    if reason := no_answer(poll):
        return f"{people} took part. {reason}." if poll.people else f"{reason}."
    first = top_answers(poll)
    if not first:
        return f"{people} wrote an answer."
    most, share = first[0].people, first[0].share
    if len(first) > _MOST_EQUAL:
        return (
            f"{formats.count(len(first))} answers were equally frequent, with {formats.count(most)} of {people} each."
        )
    votes = formats.count(most) if share is None else whole_percent(share, formats)
    each = " each" if len(first) > 1 else ""
    rated = "Rated " if poll.kind == _RATING else ""
    return f"{rated}{' and '.join(map(_answer, first))}: {votes} of {people}{each}"


def _answer(answer: PollAnswer) -> str:
    return f"{short(answer.words)} (correct)" if answer.correct else short(answer.words)


def short(words: str) -> str:
    """Return a question or an answer, cut if it is long."""
    return sanitize.clean(words, _LONGEST)


def no_top_answer(poll: Poll) -> str:
    """Say why a poll has no most frequent answer; blank if it has one."""
    return no_answer(poll) or ("Answered in words" if poll.kind == labels.OPEN_POLL else "")
