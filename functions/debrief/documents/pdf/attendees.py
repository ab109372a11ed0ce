"""Attendees in the PDF: the columns of the table of all people, and of the table with heatmaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from debrief.documents.text import figures, sanitize
from debrief.documents.view.model import AttendeeRowView, Column, People, Table

GUEST = "Guest"
MOST_QUESTIONS = 2  # questions of the registration form
MARKS = "\N{DAGGER}\N{DOUBLE DAGGER}\N{SECTION SIGN}"

# A column, a function that returns a person's cell, and a function that returns whether the person needs the column.
Figure: TypeAlias = tuple[Column, Callable[[AttendeeRowView], str], Callable[[AttendeeRowView], object]]


def with_heatmaps(people: People) -> list[AttendeeRowView]:
    """Return the people who have a heatmap."""
    return [person for person in people.rows if person.heatmap]


def present_figures(people: People, length: str) -> list[Figure]:
    """Return the columns beside the heatmaps."""
    wanted = {"Minutes", "Engaged", "Reacted", "Chat", "Polls", "Hands"}
    return [figure for figure in _figures(people, length) if figure[0].head in wanted]


def detail(person: AttendeeRowView) -> str:
    """Return a person's title and company."""
    return ", ".join(filter(None, (person.title, person.company)))


def everybody(people: People, length: str) -> Table:
    """Return a table of all listed people. Empty columns are left out, except Name, Minutes and Engaged.

    `length` is the number of minutes in which people attended, as text.
    """
    marks = _marks(people)
    texts: list[Figure] = [
        (Column("Name", width=92, numeric=False), lambda person: _name(person, marks), lambda _: True),
        (Column("Email", width=96, numeric=False, quiet=True), lambda person: person.email, lambda p: p.email),
        _company(people.questions[:MOST_QUESTIONS]),
    ]
    chosen = [(column, cell) for column, cell, is_used in texts if any(map(is_used, people.rows))]
    chosen += [(column, cell) for column, cell, _ in _figures(people, length)]
    rows = [[cell(person) for _, cell in chosen] for person in people.rows]
    return Table("Attendees", [column for column, _ in chosen], rows)


def _company(questions: Sequence[str]) -> Figure:
    """Return the column of companies; answers to questions follow there, as the page has no space for more columns."""
    if not questions:
        return Column("Company", width=74, numeric=False, quiet=True), lambda p: p.company, lambda p: p.company

    def cell(person: AttendeeRowView) -> str:
        answers = person.answers[: len(questions)]
        answered = [answer or figures.DASH for answer in answers] if any(answers) else []
        return "; ".join(filter(None, (person.company, *answered)))

    return Column("Company", "and answers", 76, numeric=False, quiet=True), cell, cell


def legend(people: People, length: str) -> list[str]:
    """Return sentences that explain the table's heads and marks."""
    heads = {column.head for column, _, _ in _figures(people, length)}
    counted = [f"{head}: {words}" for head, words in _COUNTED.items() if head in heads]
    words = ["; ".join(counted) + "."] if counted else []
    if people.questions:
        quoted = [
            f"\N{LEFT DOUBLE QUOTATION MARK}{question}\N{RIGHT DOUBLE QUOTATION MARK}"
            for question in people.questions[:MOST_QUESTIONS]
        ]
        words.append(f"After the company: {'answers' if quoted[1:] else 'the answer'} to {sanitize.listed(quoted)}.")
    if (more := len(people.questions) - MOST_QUESTIONS) > 0:
        words.append(f"The workbook has the answers to {figures.plural(more, 'more question', 'more questions')}.")
    words += [f"{mark} {sentence}" for sentence, mark in _marks(people).items()]
    return words


_COUNTED = {
    "Reacted": "reactions sent",
    "Chat": "messages in the group chat",
    "Polls": "polls answered",
    "Hands": "hands raised",
    "Q&A": "threads opened",
    "Files": "attachments downloaded",
}


def _figures(people: People, length: str) -> list[Figure]:
    all_figures: Sequence[Figure] = (
        (Column("Minutes", f"of {length}", 33), lambda p: figures.minutes(p.minutes), lambda _: True),
        (Column("Engaged", "% of min", 37), lambda p: figures.percent(p.engagement).removesuffix("%"), lambda _: True),
        (Column("Reacted", width=33), lambda p: figures.count(p.reactions), lambda p: p.reactions),
        (Column("Chat", width=24), lambda p: figures.count(p.chat_messages), lambda p: p.chat_messages),
        (Column("Polls", width=25), lambda p: figures.count(p.polls_answered), lambda p: p.polls_answered),
        (Column("Hands", width=29), lambda p: figures.count(p.raised_hands), lambda p: p.raised_hands),
        (Column("Q&A", width=25), lambda p: figures.count(p.qna_threads), lambda p: p.qna_threads),
        (Column("Files", width=25), lambda p: figures.count(p.downloads), lambda p: p.downloads),
        (Column("Breakout", "min", 38), lambda p: figures.minutes(p.breakout_minutes), lambda p: p.breakout_minutes),
    )
    return [figure for figure in all_figures if any(map(figure[2], people.rows))]


def _marks(people: People) -> dict[str, str]:
    """Return a mark for each sentence about people whom one of Kaltura's lists lacks."""
    sentences = dict.fromkeys(person.seen for person in people.rows if person.seen)
    return dict(zip(sentences, MARKS, strict=False))


def _name(person: AttendeeRowView, marks: dict[str, str]) -> str:
    name = f"{person.name} (guest)" if person.kind == GUEST else person.name
    return f"{name} {marks[person.seen]}" if person.seen in marks else name
