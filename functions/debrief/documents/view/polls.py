"""View of the polls with all their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from debrief.documents.text import figures
from debrief.documents.text.sanitize import Clean
from debrief.documents.view.common import Section, section_of
from debrief.documents.view.model import Column, PageSection, Table
from debrief.documents.view.poll import Poll, poll_of, whose
from debrief.model import Summary


@dataclass(frozen=True, slots=True)
class Polls:
    """All polls; the section's table lists the questions."""

    section: PageSection
    polls: Sequence[Poll] = ()


def polls(summary: Summary, zone: ZoneInfo, clean: Clean) -> Polls | None:
    """Return all polls, in the order of the summary."""
    return section_of(summary, "polls", Polls, lambda section: _polls(summary, section, zone, clean))


def _polls(summary: Summary, section: Section, zone: ZoneInfo, clean: Clean) -> Polls:
    found = [poll_of(row, clean) for row in section["rows"]]
    if not found:
        return Polls(PageSection(("There were no polls.",)))
    columns = (
        Column("Question", width=64, numeric=False),
        Column("Type", width=18, numeric=False, quiet=True),
        Column("Participants", "people", 18),
    )
    rows = [(poll.question, poll.kind, figures.count(poll.people)) for poll in found]
    words = [*whose(summary, zone), *_counted(section), *_shares(found)]
    return Polls(PageSection(words, Table("Polls", columns, rows)), found)


def _counted(section: Section) -> list[str]:
    """Explain which votes count if some polls had votes before the session."""
    counted = [row.get("counted") for row in section["rows"]]
    words = ["For polls that already had votes, only new votes count."] if "added" in counted else []
    if section.get("scope", "room") != "room" and "all" in counted:
        words.append("If earlier votes were changed, all votes of the poll count.")
    return words


def _shares(found: list[Poll]) -> list[str]:
    words = [f"{figures.plural(len(found), 'poll', 'polls')}. A share is of the people who took part in the poll."]
    if any(sum(answer.people for answer in poll.answers) > poll.people for poll in found):
        words.append("If people gave several answers, shares add up to more than 100%.")
    return words


def answer_table(poll: Poll) -> Table:
    """Return a poll's answers as a table. If the poll has correct answers, a column marks them."""
    marked = any(answer.correct for answer in poll.answers)
    columns = [
        Column("Answer", width=44 if marked else 60, numeric=False),
        *([Column("Correct", width=20, numeric=False)] if marked else []),
        Column("People", "number", 18 if marked else 20),
        Column("Share", "% of participants", 18 if marked else 20),
    ]
    rows = [
        (
            answer.words,
            *(["Correct" if answer.correct else ""] if marked else []),
            figures.count(answer.people),
            figures.percent(answer.share).removesuffix("%"),
        )
        for answer in poll.answers
    ]
    return Table(f"Answers: {poll.question}", columns, rows)
