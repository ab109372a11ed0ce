"""Attendees on the web page: a table of the first people, and data about all people for the script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from debrief.documents.charts.heatmap import Heatmap, strip
from debrief.documents.text import figures
from debrief.documents.view.model import AttendeeRowView, People
from debrief.util.rounding import rounded, rounded_percent

FIRST = 100  # number of people in the table; the script adds the others


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a person.

    A number is printed with `digits` decimals, a share (0..1) in percent. A field with a `width` (in percent of the
    table) is a column if `always` is set, or if somebody has a value.
    """

    key: str
    head: str
    unit: str = ""
    digits: int | None = None  # None for text
    is_share: bool = False
    width: int = 0
    always: bool = False
    place: int | None = None  # of an answer to a question of the registration form

    @property
    def label(self) -> str:
        """Return the label beside a value. For a count, it includes the unit: `Reactions sent`."""
        return f"{self.head} {self.unit}" if self.digits == 0 else self.head

    @property
    def suffix(self) -> str:
        """Return the unit after the value."""
        return {"": "", "%": "%"}.get(self.unit, f" {self.unit}") if self.digits else ""

    def value(self, value: Any) -> Any:
        """Return the value for the script."""
        return data_value(value, self.digits, is_share=self.is_share)

    def printed(self, person: AttendeeRowView) -> str:
        """Return the value as text; blank if unknown."""
        value = person.answers[self.place] if self.place is not None else getattr(person, self.key)
        return in_words(self.value(value), self.digits)


def data_value(value: Any, digits: int | None, *, is_share: bool = False) -> Any:
    """Return a value for the script: a number is rounded as printed, or None if unknown; a text is unchanged."""
    if digits is None:
        return value
    number = figures.known(value)
    if number is None:
        return None
    value = rounded_percent(number) if is_share else rounded(number, digits)
    return int(value) if digits == 0 else value


def in_words(value: Any, digits: int | None) -> str:
    """Format a result of `data_value` as text; blank if unknown."""
    return "" if value is None else str(value) if digits is None else f"{value:,.{digits}f}"


FIELDS = (
    Field("kind", "Type"),
    Field("title", "Title"),
    Field("company", "Company"),
    Field("role", "Role"),
    Field("industry", "Industry"),
    Field("country", "Country"),
    Field("email", "Email", width=23),
    Field("minutes", "Minutes", "min", 1, width=9, always=True),
    Field("engagement", "Engagement", "%", 1, is_share=True, width=11, always=True),
    Field("breakout_minutes", "Breakouts", "min", 1, width=9),
    Field("reactions", "Reactions", "sent", 0, width=9),
    Field("chat_messages", "Chat", "messages", 0, width=9),
    Field("polls_answered", "Polls", "answered", 0, width=9),
    Field("qna_threads", "Q&A threads", "opened", 0),
    Field("downloads", "Attachments", "downloaded", 0),
    Field("raised_hands", "Hands", "raised", 0),
    Field("seen", "Note"),
)


def fields_of(people: People) -> list[Field]:
    """Return all fields: answers to questions of the registration form come before the note."""
    answers = [Field(f"answer{place}", question, place=place) for place, question in enumerate(people.questions)]
    return [*FIELDS[:-1], *answers, FIELDS[-1]]


@dataclass(frozen=True, slots=True)
class AttendeeCells:
    """A person as text."""

    name: str = field(repr=False)
    about: str = field(repr=False)  # title and company
    cells: Sequence[str] = field(repr=False)  # the cells of the table's columns
    facts: Sequence[tuple[Any, str]] = field(repr=False)  # all known fields, for the details below the row
    strip: Heatmap | None = None


@dataclass(frozen=True, slots=True)
class AttendeeTable:
    """The table of people."""

    columns: Sequence[tuple[Any, str]]  # the fields after the name, each with the unit in its head
    rows: Sequence[AttendeeCells] = field(repr=False)  # the first people
    blank: AttendeeCells  # a row that the script copies
    total: int  # the number of people, including those without a row
    with_heatmap: int = 0  # the number of people with a heatmap
    heatmap_ends: tuple[str, str] = ("", "")  # the first and last minute of the heatmaps


def attendee_table(people: People, length: str) -> AttendeeTable:
    """Build the table of attendees. `length` is the number of minutes in which people attended, as text."""
    units = {"minutes": f"of {length}", "engagement": "% of minutes"}
    fields = fields_of(people)
    columns = [field_ for field_ in fields if field_.width and _is_column(field_, people.rows)]
    step = people.axis.step if people.axis else 1.0
    lengths = [len(person.heatmap) for person in people.rows if person.heatmap]
    ends = ("", "")
    if axis := people.axis:
        ends = (f"minute {axis.number(0)}", f"minute {axis.number(max(max(lengths, default=0) - 1, 0)):,}")
    return AttendeeTable(
        [(column, units.get(column.key, column.unit)) for column in columns],
        [_row(person, fields, columns, step) for person in people.rows[:FIRST]],
        AttendeeCells("", "", [""] * len(columns), [(field_, "") for field_ in fields], Heatmap(1, "", "", "")),
        len(people.rows),
        len(lengths),
        ends,
    )


def script_data(people: People) -> dict[str, Any]:
    """Return data about all people for the script: a list of values for each person, in the order of `fields`.

    If the person has a heatmap, it is the last value.
    """
    step = people.axis.step if people.axis else 1.0
    fields = fields_of(people)
    take = attrgetter("name", *(field_.key for field_ in FIELDS[:-1]))
    numeric = [(index, field_) for index, field_ in enumerate(fields, 1) if field_.digits is not None]
    rows = []
    for person in people.rows:
        row = [*take(person), *person.answers, person.seen]
        for index, field_ in numeric:
            row[index] = field_.value(row[index])
        if person.heatmap:
            drawn = strip(person.heatmap, step)
            row.append([drawn.steps, drawn.engaged, drawn.less, drawn.words])
        rows.append(row)
    return {"fields": [["name", None], *([field_.key, field_.digits] for field_ in fields)], "rows": rows}


def _is_column(field_: Field, rows: Sequence[AttendeeRowView]) -> bool:
    get = attrgetter(field_.key)
    return field_.always or any(get(person) not in {None, ""} for person in rows)


def _row(person: AttendeeRowView, fields: Sequence[Field], columns: Sequence[Field], step: float) -> AttendeeCells:
    return AttendeeCells(
        person.name,
        ", ".join(filter(None, (person.title, person.company))),
        [column.printed(person) or figures.DASH for column in columns],
        [(field_, words) for field_ in fields if (words := field_.printed(person))],
        strip(person.heatmap, step) if person.heatmap else None,
    )
