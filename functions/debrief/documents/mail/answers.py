"""Polls and follow-up lists in an email: a line or two for each poll and each list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from debrief.documents.text import sanitize
from debrief.documents.view import poll
from debrief.documents.view.common import is_for_whole_event
from debrief.segment import (
    ASKED,
    CAME_BACK,
    CAME_ONCE,
    CAME_UNREGISTERED,
    FIRST_TIME,
    LEFT_EARLY,
    MOST_ENGAGED,
    REGISTERED_ABSENT,
    REGISTERED_NEVER_CAME,
    STAYED,
    USED_TO_COME,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from debrief.documents.text.locale_formats import Formats
    from debrief.model import Summary

MOST_POLLS = 8

# Words after the number of people on each list, for one person and for several, in the order of the email.
_DID = {
    ASKED: ("asked a question", "asked a question"),
    MOST_ENGAGED: ("was among the most engaged (top tenth)", "were the most engaged (top tenth)"),
    LEFT_EARLY: ("was there for ten minutes or less", "were there for ten minutes or less"),
    REGISTERED_ABSENT: ("registered and was not in this session", "registered and were not in this session"),
    REGISTERED_NEVER_CAME: ("registered and did not come", "registered and did not come"),  # of events
    CAME_UNREGISTERED: ("came without registering", "came without registering"),
    USED_TO_COME: ("usually comes but was absent", "usually come but were absent"),
    FIRST_TIME: ("was here for the first time", "were here for the first time"),
    CAME_BACK: ("came back", "came back"),
    STAYED: ("stayed to the end", "stayed to the end"),
    "came-to-all": ("came to every session", "came to every session"),  # lists of events
    "came-once": ("came to one session", "came to one session"),
}

_OF_EVENT = (  # REGISTERED_ABSENT, if people registered for the whole event
    "registered for the whole event and was not in this session",
    "registered for the whole event and were not in this session",
)


@dataclass(frozen=True, slots=True)
class PollLine:
    """A question, and a sentence about its most frequent answer."""

    question: str = field(repr=False)
    top: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PollPart:
    """The polls of an email."""

    lines: Sequence[PollLine]  # at most MOST_POLLS
    whose: str  # a sentence about the sessions of the polls; blank if all polls belong to this session
    more: str  # a sentence about polls without a line; blank if there are no more


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """A follow-up list: its people in words, and its link; blank for recipients who may not see the list."""

    words: str
    link: str = field(default="", repr=False)


def poll_part(summary: Summary, zone: ZoneInfo, formats: Formats) -> PollPart | None:
    """Return the polls of a session; None if there were no polls, or they are unknown."""
    rows = (summary.sections.get("polls") or {}).get("rows")
    return polls_of(rows, " ".join(poll.whose(summary, zone)), formats) if rows else None


def polls_of(rows: Sequence[Mapping[str, Any]], whose: str, formats: Formats) -> PollPart:
    """Return the polls of an email from the polls in a summary. `whose` is a sentence about their sessions."""
    left = len(rows) - MOST_POLLS
    shown = [poll.poll_of(row, sanitize.clean) for row in rows[:MOST_POLLS]]
    more = f"{formats.plural(left, 'more poll', 'more polls')} in the report." if left > 0 else ""
    return PollPart([PollLine(poll.short(one.question), poll.top_answer(one, formats)) for one in shown], whose, more)


def follow_up_lines(summary: Summary, links: Mapping[str, str], formats: Formats) -> list[FollowUpLine]:
    """Return a line for each follow-up list that has people. `links` are the recipient's links, by key of the list."""
    rows = (summary.sections.get("segments") or {}).get("rows") or ()
    did = {**_DID, REGISTERED_ABSENT: _OF_EVENT} if is_for_whole_event(summary) else _DID
    people = {row["key"]: row["people"] for row in rows if row.get("people")}
    return [
        FollowUpLine(f"{formats.count(people[key])} {singular if people[key] == 1 else plural}", links.get(key, ""))
        for key, (singular, plural) in did.items()
        if key in people
    ]


def list_note(lines: Sequence[FollowUpLine], guests_left_out: str = "") -> str:
    """Return sentences about the follow-up lists: what their links open, if there are links, and who is on no list."""
    opens = "Each link opens the list of these people, with the reason in every row." if has_links(lines) else ""
    staff = "Organizers and staff count as attendees, but are on no list."
    return " ".join(filter(None, (opens, staff, guests_left_out)))


def has_links(lines: Sequence[FollowUpLine]) -> bool:
    """Return whether a line has a link."""
    return any(line.link for line in lines)


def guests_left_out(summary: Summary, formats: Formats) -> str:
    """Say how many guests of an event were left out of the list `came-once`; blank if none, or unknown."""
    section = summary.sections.get("segments") or {}
    left_out = section.get("guests_left_out")
    if not left_out or not any(row["key"] == CAME_ONCE and row.get("people") for row in section.get("rows") or ()):
        return ""
    guests = formats.plural(left_out, "guest without an email address is", "guests without an email address are")
    return f"{guests} not on the list of people who came to one session."
