"""What an email says of polls and follow-up lists, each in a line or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from debrief.documents.text import sanitize
from debrief.documents.view import polls
from debrief.segments import ASKED, CAME_BACK, CAME_ONCE, FIRST_TIME, LEFT_EARLY, MOST_ENGAGED, STAYED, USED_TO_COME

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from debrief.documents.text.locale_formats import Formats
    from debrief.model import Summary

MOST_POLLS = 8

# What the people on each list did, as printed after their number; in the order in which an organizer contacts them.
_DID = {
    ASKED: ("asked a question", "asked a question"),
    MOST_ENGAGED: ("was among the most engaged (top tenth)", "were the most engaged (top tenth)"),
    LEFT_EARLY: ("was there for ten minutes or less", "were there for ten minutes or less"),
    USED_TO_COME: ("used to come and did not", "used to come and did not"),
    FIRST_TIME: ("was here for the first time", "were here for the first time"),
    CAME_BACK: ("came back", "came back"),
    STAYED: ("stayed to the end", "stayed to the end"),
    "came-to-all": ("came to every session", "came to every session"),  # of an event
    "came-once": ("came to one session", "came to one session"),
}


@dataclass(frozen=True, slots=True)
class PollLine:
    """A question, and the answer that most gave."""

    question: str = field(repr=False)
    top: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PollPart:
    """The polls of an email: up to MOST_POLLS, whose they are, and how many more there are."""

    lines: Sequence[PollLine]
    whose: str
    more: str


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """A follow-up list: how many people did what, and the link to it; blank for recipients without the list."""

    words: str
    link: str = field(default="", repr=False)


def poll_part(summary: Summary, zone: ZoneInfo, formats: Formats) -> PollPart | None:
    """Return the polls of a session; None if there were none, or they are unknown."""
    rows = (summary.sections.get("polls") or {}).get("rows")
    return polls_of(rows, " ".join(polls.whose(summary, zone)), formats) if rows else None


def polls_of(rows: Sequence[Mapping[str, Any]], whose: str, formats: Formats) -> PollPart:
    """Return the first polls of a summary's rows, and how many more there are."""
    shown, left = rows[:MOST_POLLS], len(rows) - MOST_POLLS
    found = [polls.poll_of(row, _clean) for row in shown]
    more = f"{formats.plural(left, 'more poll', 'more polls')} in the report." if left > 0 else ""
    return PollPart(
        [PollLine(polls.short(poll.question), polls.top_answer(poll, formats)) for poll in found], whose, more
    )


def _clean(text: str) -> str:
    return sanitize.clean(text)


def follow_up_lines(summary: Summary, links: Mapping[str, str], formats: Formats) -> list[FollowUpLine]:
    """Return the follow-up lists that have people on them, with the links that the recipient has."""
    rows = (summary.sections.get("segments") or {}).get("rows") or ()
    people = {row["key"]: row["people"] for row in rows if row.get("people")}
    return [
        FollowUpLine(f"{formats.count(people[key])} {one if people[key] == 1 else many}", links.get(key, ""))
        for key, (one, many) in _DID.items()
        if key in people
    ]


def list_note(lines: Sequence[FollowUpLine], guests_left_out: str = "") -> str:
    """Say what the links of follow-up lists open, if there are any, and who is not on the lists."""
    opens = "Each link opens the list of these people, with the reason in every row." if has_links(lines) else ""
    staff = "Organizers and staff count as attendees, but are on no list."
    return " ".join(filter(None, (opens, staff, guests_left_out)))


def has_links(lines: Sequence[FollowUpLine]) -> bool:
    """Return whether the recipient may open one of the lists."""
    return any(line.link for line in lines)


def guests_left_out(summary: Summary, formats: Formats) -> str:
    """Say how many guests of an event the list `came to one session` lacks; blank if none, or unknown."""
    section = summary.sections.get("segments") or {}
    left_out = section.get("guests_left_out")
    if not left_out or not any(row["key"] == CAME_ONCE and row.get("people") for row in section.get("rows") or ()):
        return ""
    guests = formats.plural(left_out, "guest without an address is", "guests without an address are")
    return f"{guests} not on the list of people who came to one session."
