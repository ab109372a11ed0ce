"""Polls: the full report has all answers, the brief report as many answers as fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from debrief.documents.pdf import parts
from debrief.documents.pdf.cells import Drawable, ShareBar, Stack, Tagged, words
from debrief.documents.pdf.grid import Grid, Row, TableStyle
from debrief.documents.pdf.page_layout import Item
from debrief.documents.pdf.paper import WIDTH
from debrief.documents.pdf.rows import grid_rows
from debrief.documents.pdf.tags import Group
from debrief.documents.text import figures
from debrief.documents.view import model
from debrief.documents.view.poll import Poll, PollAnswer, no_answer, no_top_answer, top_answers
from debrief.documents.view.polls import Polls
from debrief.util.colors import paler

ANSWERS = (20, 12, 8, 6, 5, 4, 3, 2, 1)  # limits to try: answers to each poll
QUESTIONS = (60, 40, 30, 20, 10, 5, 0)  # limits to try if each poll can have only one row: polls
_ONE_LINE = replace(parts.BRIEF, lines=1, above=1.6, below=1.9)
_ROW = _ONE_LINE.above + _ONE_LINE.leading + _ONE_LINE.below  # height of an answer
_COLUMNS = (
    model.Column("Answer", width=46, numeric=False),
    model.Column("", width=12, numeric=False),
    model.Column("", width=22, numeric=False),
    model.Column("Participants", width=12),
    model.Column("Share", width=9),
)


def with_answers(polls: Polls | None, accent: str, height: float) -> Iterator[list[Item]]:
    """Yield the section with fewer and fewer answers to each poll; skip attempts that cannot fit into `height`.

    Yield no section if there are too many polls, and an empty one if there are no polls.
    """
    if not polls or not polls.polls:
        yield []
    elif len(polls.polls) <= QUESTIONS[0]:
        poll_rows = [_PollRows(poll, accent, _ONE_LINE, 2) for poll in polls.polls]
        for most in ANSWERS:
            rows = sum(min(len(poll.answers), most) for poll in polls.polls)
            if rows * _ROW <= height:
                yield [*_begin(polls, most=4), *(item for poll in poll_rows for item in poll.items(most))]


def with_top_answers(polls: Polls | None, accent: str, choices: Sequence[int]) -> Iterator[list[Item]]:
    """Yield the section with fewer and fewer polls (`choices`), and a row for each; it is empty without polls."""
    if not polls or not polls.polls:
        yield []
        return
    for most in choices:
        grid = _questions(polls.polls[:most], accent)
        after = _left_out(len(polls.polls) - most, "more poll", "more polls")
        yield [*_begin(polls, most=2), *parts.table(grid, after=after)]


def all_polls(polls: Polls | None, accent: str) -> Iterator[Item]:
    """Yield the section with all answers."""
    if polls and polls.polls:
        yield from _begin(polls, most=40)
        for poll in polls.polls:
            yield from _PollRows(poll, accent, replace(_ONE_LINE, lines=12), 8).items(len(poll.answers))


def _begin(polls: Polls, most: int) -> list[Item]:
    sentences = " ".join(polls.section.sentences)
    return [parts.heading("Polls"), *([parts.paragraph(sentences, most=most, is_bound=True)] if sentences else [])]


class _PollRows:
    """The title and the rows of a poll. They are kept, because several limits of answers are tried."""

    def __init__(self, poll: Poll, accent: str, style: TableStyle, lines: int) -> None:
        self.poll, self.accent = poll, accent
        people = f"{poll.kind}, {figures.plural(poll.people, 'participant', 'participants')}"
        if reason := no_answer(poll):
            people += f". {reason}."
        question = Tagged("P", words(poll.question, WIDTH, parts.LABEL, most=lines))
        self.title, self.group = Stack([question, parts.note(people, WIDTH, most=1)]), Group("L")
        self.places = sorted(range(len(poll.answers)), key=lambda place: -poll.answers[place].people)
        self.style, self.rows = style, dict[int, Drawable]()

    def items(self, limit: int) -> list[Item]:
        """Return the poll with at most `limit` answers, the most frequent ones, in the poll's order."""
        chosen = sorted(self.places[:limit])
        missing = [place for place in chosen if place not in self.rows]
        grid = Grid(
            _COLUMNS, [self._row(self.poll.answers[place]) for place in missing], WIDTH, self.style, has_head=False
        )
        self.rows |= zip(missing, grid_rows(grid, self.group)[1], strict=True)
        rows = [self.rows[place] for place in chosen]
        rows += _left_out(len(self.poll.answers) - limit, "more answer", "more answers")
        last = len(rows) - 1
        is_low = sum(row.height for row in rows) <= parts.UNSPLIT_HEIGHT
        answers = (
            Item(row, 0.0 if place else 1.0, is_bound=place < last and (is_low or place < parts.ROWS_AT_BREAK - 1))
            for place, row in enumerate(rows)
        )
        return [Item(self.title, above=9, is_bound=bool(rows)), *answers]

    def _row(self, answer: PollAnswer) -> Row:
        is_marked = any(each.correct for each in self.poll.answers)
        ink = self.accent if answer.correct or not is_marked else paler(self.accent)
        return (
            answer.words,
            "\N{CHECK MARK} correct" if answer.correct else "",
            ShareBar(answer.share, ink),
            figures.plural(answer.people, "person", "people"),
            "" if answer.share is None else figures.percent(answer.share),
        )


def _questions(polls: Sequence[Poll], accent: str) -> Grid:
    """Return a table with a row for each poll, with its most frequent answer."""
    columns = (
        model.Column("Question", width=44, numeric=False),
        model.Column("Top answer", width=24, numeric=False),
        model.Column("", width=12, numeric=False),
        model.Column("Share", width=10),
        model.Column("Participants", width=12),
    )
    rows: list[Row] = []
    for poll in polls:
        top = top_answers(poll)
        share = top[0].share if top else None
        percent = "" if share is None else figures.percent(share)
        answer = top[0].words if top else no_top_answer(poll)
        rows.append((poll.question, answer, ShareBar(share, accent), percent, figures.count(poll.people)))
    return Grid(columns, rows, WIDTH, _ONE_LINE)


def _left_out(number: int, singular: str, plural: str) -> list[Drawable]:
    line = f"{figures.plural(number, singular, plural)} in the full report"
    return [parts.note(line, WIDTH, most=1)] if number > 0 else []
