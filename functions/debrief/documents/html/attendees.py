"""Attendees on the web page: the first rows as text, and all people as data for the script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from debrief.documents.charts.heatmap import Heatmap, strip
from debrief.documents.text import figures
from debrief.documents.view.model import AttendeeRowView, People
from debrief.util.rounding import rounded, rounded_percent

FIRST = 100  # rows in the page itself, for readers without script


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a person: its name, its unit, and its format.

    A number has `digits` decimals; a share is 0..1 and printed in percent. A field with a `width`, in percent of the
    table, is a column if `always`, or if a row has a value.
    """

    key: str
    head: str
    unit: str = ""
    digits: int | None = None  # None for text
    is_share: bool = False
    width: int = 0
    always: bool = False

    @property
    def label(self) -> str:
        """Return the name beside the value: `Reactions sent`; for `Minutes` the unit follows the value."""
        return f"{self.head} {self.unit}" if self.digits == 0 else self.head

    @property
    def suffix(self) -> str:
        """Return the unit after the value."""
        return {"": "", "%": "%"}.get(self.unit, f" {self.unit}") if self.digits else ""

    def value(self, value: Any) -> Any:
        """Return the value for the page's data, see `data_value`."""
        return data_value(value, self.digits, is_share=self.is_share)

    def printed(self, person: AttendeeRowView) -> str:
        """Return the value as text; blank if unknown."""
        return in_words(self.value(getattr(person, self.key)), self.digits)


def data_value(value: Any, digits: int | None, *, is_share: bool = False) -> Any:
    """Return a value for the page's data: a number rounded as printed, None if unknown; text unchanged."""
    if digits is None:
        return value
    number = figures.known(value)
    if number is None:
        return None
    value = rounded_percent(number) if is_share else rounded(number, digits)
    return int(value) if digits == 0 else value


def in_words(value: Any, digits: int | None) -> str:
    """Format a value of the page's data; blank if unknown."""
    return "" if value is None else str(value) if digits is None else f"{value:,.{digits}f}"


FIELDS = (
    Field("kind", "Type"),
    Field("title", "Title"),
    Field("company", "Company"),
    Field("role", "Role"),
    Field("industry", "Industry"),
    Field("country", "Country"),
    Field("email", "E-mail", width=23),
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


@dataclass(frozen=True, slots=True)
class AttendeeCells:
    """A person as text: the cells of the table's columns, all other fields, and the heatmap if there is one."""

    name: str = field(repr=False)
    about: str = field(repr=False)
    cells: Sequence[str] = field(repr=False)
    facts: Sequence[tuple[Any, str]] = field(repr=False)
    strip: Heatmap | None = None


@dataclass(frozen=True, slots=True)
class AttendeeTable:
    """The table: its columns after the name, the first rows, a blank row to copy, and the number of people."""

    columns: Sequence[tuple[Any, str]]  # with the unit in the column's head
    rows: Sequence[AttendeeCells] = field(repr=False)
    blank: AttendeeCells
    total: int
    with_heatmap: int = 0  # how many have a heatmap
    heatmap_ends: tuple[str, str] = ("", "")  # first and last minute that the heatmaps show


def attendee_table(people: People, length: str) -> AttendeeTable:
    """Build the attendees' table; `length`: the minutes in which people attended, as text for a head."""
    units = {"minutes": f"of {length}", "engagement": "% of minutes"}
    columns = [each for each in FIELDS if each.width and _wanted(each, people.rows)]
    step = people.axis.step if people.axis else 1.0
    lengths = [len(person.heatmap) for person in people.rows if person.heatmap]
    ends = ("", "")
    if axis := people.axis:
        ends = (f"minute {axis.number(0)}", f"minute {axis.number(max(max(lengths, default=0) - 1, 0)):,}")
    return AttendeeTable(
        [(each, units.get(each.key, each.unit)) for each in columns],
        [_row(person, columns, step) for person in people.rows[:FIRST]],
        AttendeeCells("", "", [""] * len(columns), [(each, "") for each in FIELDS], Heatmap(1, "", "", "")),
        len(people.rows),
        len(lengths),
        ends,
    )


def script_data(people: People) -> dict[str, Any]:
    """Return all people for the script: a list for each, in the order of `fields`, with the heatmap last."""
    step = people.axis.step if people.axis else 1.0
    take = attrgetter("name", *(each.key for each in FIELDS))
    numeric = [(index, each) for index, each in enumerate(FIELDS, 1) if each.digits is not None]
    rows = []
    for person in people.rows:
        row = list(take(person))
        for index, each in numeric:
            row[index] = each.value(row[index])
        if person.heatmap:
            drawn = strip(person.heatmap, step)
            row.append([drawn.steps, drawn.engaged, drawn.less, drawn.words])
        rows.append(row)
    return {"fields": [["name", None], *([each.key, each.digits] for each in FIELDS)], "rows": rows}


def _wanted(each: Field, rows: Sequence[AttendeeRowView]) -> bool:
    get = attrgetter(each.key)
    return each.always or any(get(person) not in {None, ""} for person in rows)


def _row(person: AttendeeRowView, columns: Sequence[Field], step: float) -> AttendeeCells:
    return AttendeeCells(
        person.name,
        ", ".join(filter(None, (person.title, person.company))),
        [each.printed(person) or figures.DASH for each in columns],
        [(each, words) for each in FIELDS if (words := each.printed(person))],
        strip(person.heatmap, step) if person.heatmap else None,
    )
