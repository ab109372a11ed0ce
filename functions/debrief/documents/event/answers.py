"""Sections of an event's report as tables: journeys, polls, countries, devices, follow-up lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from debrief.documents.text import figures, labels, sanitize
from debrief.documents.text.sanitize import Clean
from debrief.documents.view.common import percent_cell
from debrief.documents.view.follow_up import WHERE
from debrief.documents.view.model import Column, PageSection, Table
from debrief.documents.view.poll import Poll, PollAnswer, no_answer, no_top_answer, poll_of, top_answers

Section: TypeAlias = Mapping[str, Any]

MOST_MARKS = 12  # if there are more sessions, the table of journeys has no column for each session
_LINKS = "The email about the event has a link to each list."
_NAMED = {"polls": "polls", "countries": "countries", "devices": "devices"}


def journeys(section: Section, marks: Sequence[str]) -> PageSection | None:
    """Return a table of the combinations of sessions that people came to.

    None if there are fewer than two sessions, or nobody came.
    """
    rows = section.get("rows", ())
    if len(marks) < 2 or not rows:
        return None
    has_marks = len(marks) <= MOST_MARKS
    columns = (
        Column("Came to", width=24, numeric=False),
        Column("People", width=10),
        Column("Share", "%", 10),
        *(Column(mark, width=12 if len(marks) < 5 else 6, numeric=False) for mark in marks if has_marks),
    )
    cells = [
        (
            _came_to(row["sessions"], marks),
            figures.count(row["people"]),
            percent_cell(row["share"]),
            *(("\N{CHECK MARK}" if place in row["sessions"] else "") for place in range(len(marks)) if has_marks),
        )
        for row in rows
    ]
    words = ["Most frequent first. Coming only to a session\N{RIGHT SINGLE QUOTATION MARK}s breakout counts as coming."]
    if combinations := section.get("others", {}).get("combinations"):
        people = figures.plural(section["others"]["people"], "person", "people")
        words.append(f"Not shown: {figures.plural(combinations, 'more combination', 'more combinations')}, {people}.")
    return PageSection(words, Table("Which sessions people came to", columns, cells))


def _came_to(places: Sequence[int], marks: Sequence[str]) -> str:
    if len(places) == len(marks):
        return f"all {figures.plural(len(marks), 'session', 'sessions')}"
    words = ", ".join(marks[place] for place in places)
    return f"{words} only" if len(places) == 1 else words


def polls(section: Section, marks: Sequence[str], clean: Clean) -> PageSection | None:
    """Return a table of the polls with their most frequent answers; None without polls."""
    rows = section.get("rows", ())
    if not rows:
        return None
    columns = (
        Column("Question", width=40, numeric=False),
        Column("Top answer", width=30, numeric=False),
        Column("Share", "%", 12),
        Column("Took part", "people", 16),
    )
    cells = [
        (
            f"{marks[row['session']]}: {poll.question}",
            *_top(poll),
            figures.count(poll.people),
        )
        for row in rows
        for poll in [poll_of(row, clean)]
    ]
    return PageSection(("Most participants first.",), Table("Polls and their top answers", columns, cells))


def _top(poll: Poll) -> tuple[str, str]:
    """Return the most frequent answer and its share, or why there is no such answer."""
    top = top_answers(poll)
    if not top:
        return no_top_answer(poll), ""
    more = f" (and {len(top) - 1} equally frequent)" if len(top) > 1 else ""
    return f"{top[0].words}{more}", percent_cell(top[0].share)


def poll_answers(section: Section, marks: Sequence[str], clean: Clean) -> Table | None:
    """Return a table of all answers of all polls; None without polls."""
    columns = (
        Column("Question", width=34, numeric=False),
        Column("Answer", width=36, numeric=False),
        Column("People", width=12),
        Column("Share", "%", 12),
    )
    cells = [
        (
            f"{marks[row['session']]}: {poll.question}" if not place else "",
            answer.words + (" \N{CHECK MARK} correct" if answer.correct else ""),
            figures.count(answer.people) if poll.answers else figures.DASH,
            percent_cell(answer.share),
        )
        for row in section.get("rows", ())
        for poll in [poll_of(row, clean)]
        for place, answer in enumerate(poll.answers or [PollAnswer(no_answer(poll), 0, None, correct=False)])
    ]
    return Table("All answers", columns, cells) if cells else None


def origins(section: Section, key: str, head: str, clean: Clean) -> PageSection | None:
    """Return a table of countries or devices, most live viewers first; None if there are no rows."""
    rows = section.get("rows", ())
    if not rows:
        return None
    columns = (
        Column(head, width=40, numeric=False),
        Column("Live viewers", "visits", 20),
        Column("Share", "% of visits", 20),
        Column("Recording viewers", "visits", 20),
    )
    cells = [
        (
            clean(row[key] or "") or "Unknown",
            figures.count(row["live_viewers"]),
            percent_cell(row["live_share"]),
            figures.count(row["recording_viewers"]),
        )
        for row in rows
    ]
    words = "All sessions together: a person in two sessions counts as two visits."
    return PageSection((words,), Table(f"Visits by {head.lower()}", columns, cells))


def follow_up(section: Section) -> PageSection | None:
    """Return a table of the follow-up lists with their sizes and definitions; None if no list is known."""
    known = [row for row in section.get("rows", ()) if "unavailable" not in row]
    if not known:
        return None
    columns = (
        Column("List", width=28, numeric=False),
        Column("People", width=12),
        Column("Who that is", width=60, numeric=False, quiet=True),
    )
    cells = [(labels.segment(row["key"]), figures.count(row["people"]), row["formula"]) for row in known]
    where = [WHERE, _LINKS] if any("file" in row for row in known) else []
    staff, guests = section.get("staff", 0), section.get("guests_left_out", 0)
    if staff:
        who = figures.plural(staff, "host or member of staff is", "hosts and members of staff are")
        where.append(f"{who} on no list.")
    if guests:
        who = figures.plural(guests, "guest without an email address is", "guests without an email address are")
        where.append(f"{who} on no list: Kaltura may give a guest a different id in each session.")
    return PageSection(where, Table("Follow-up lists", columns, cells))


def not_known(sections: Mapping[str, Section], marks: Sequence[str]) -> list[str]:
    """Name the sections and sessions for which Kaltura gave no data; empty if there are none."""
    missing = []
    for name, words in _NAMED.items():
        places = sections.get(name, {}).get("unknown", ())
        if places:
            which = "all sessions" if len(places) == len(marks) else sanitize.listed([marks[place] for place in places])
            missing.append(f"{words} of {which}")
    return [f"Not known, because Kaltura did not give it: {'; '.join(missing)}."] if missing else []
