"""The polls with all their answers."""

from __future__ import annotations

from debrief.documents import figures
from debrief.documents.page import Answer, Column, Part, Poll, Polls, Table
from debrief.documents.sections.common import Section, prose, section_of
from debrief.documents.text import Clean
from debrief.model import Summary

SEVERAL = "Multiple answer"


def polls(summary: Summary, clean: Clean) -> Polls | None:
    """All polls, in the order of the summary."""
    return section_of(summary, "polls", Polls, lambda section: _polls(section, clean))


def _polls(section: Section, clean: Clean) -> Polls:
    found = [_poll(row, clean) for row in section["rows"]]
    if not found:
        return Polls(Part(("There were no polls.",)))
    columns = (
        Column("Question", width=64, numeric=False),
        Column("Type", width=18, numeric=False, quiet=True),
        Column("Participants", "people", 18),
    )
    rows = [(poll.question, poll.kind, figures.count(poll.people)) for poll in found]
    return Polls(Part(_in_words(found), Table("Polls", columns, rows)), found)


def _in_words(found: list[Poll]) -> list[str]:
    words = [
        f"{figures.plural(len(found), 'poll', 'polls')}. A share is of the people who took part in the poll.",
    ]
    if any(poll.kind == SEVERAL for poll in found):
        words.append("Where several answers are allowed, shares add up to more than 100%.")
    return words


def _poll(row: Section, clean: Clean) -> Poll:
    answers = [
        Answer(_words(told["answer"], clean), told["participants"], told["rate"], bool(told["correct"]))
        for told in row["answers"]
    ]
    return Poll(_words(row["question"], clean), clean(row["type"]), row["participants"], answers)


def _words(text: str, clean: Clean) -> str:
    return prose(text, clean) or figures.DASH


def answers(poll: Poll) -> Table:
    """One poll's answers as a table; a column says which are correct where any is."""
    marked = any(answer.correct for answer in poll.answers)
    columns = [
        Column("Answer", width=44 if marked else 60, numeric=False),
        *([Column("Correct", width=20, numeric=False)] if marked else []),
        Column("People", "number", 18 if marked else 20),
        Column("Share", "% of them all", 18 if marked else 20),
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
