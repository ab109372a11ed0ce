"""An event's report as a self-contained web page.

It uses the stylesheet, the script and the table of people that are made for session reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from debrief.documents import templates
from debrief.documents.charts.heatmap import Heatmap
from debrief.documents.event import chart
from debrief.documents.event.view import EventView, Visitor, build_event_view
from debrief.documents.html.attendees import FIRST, AttendeeCells, AttendeeTable, data_value, in_words
from debrief.documents.html.csp import hash_of
from debrief.documents.html.report import script_json
from debrief.documents.presentation import Presentation
from debrief.documents.text import figures
from debrief.model import Summary

MOST_COLUMNS = 10  # if there are more sessions, they have no columns, but are in the details below each person


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of a person, as in html/attendees.py. `mark` is its short label for a column's head."""

    key: str
    label: str
    mark: str = ""
    unit: str = ""
    digits: int | None = None  # None for text
    suffix: str = ""
    width: str = ""
    is_share: bool = False

    @property
    def head(self) -> str:
        """Return the head of the column."""
        return self.mark or self.label

    def value(self, value: Any) -> Any:
        """Return the value for the script."""
        return data_value(value, self.digits, is_share=self.is_share)

    def printed(self, value: Any) -> str:
        """Return the value as text; blank if unknown."""
        return in_words(self.value(value), self.digits)


def render_event_html(summary: Summary, presentation: Presentation) -> bytes:
    """Render an event's page in UTF-8. The same summary and presentation give the same bytes."""
    view = build_event_view(summary, presentation)
    style = templates.source("report/report.css") + templates.source("report/event.css")
    script = templates.source("report/report.js")
    facts = _facts(view)
    page = templates.render(
        "report/event.html.j2",
        view=view,
        style=Markup(style),  # noqa: S704  Debrief's own files
        style_hash=hash_of(style),
        script=Markup(script),  # noqa: S704  Debrief's own file
        script_hash=hash_of(script),
        data=_data(view, facts),
        listed=_listed(view, facts) if view.people and not view.people.section.unavailable else None,
        charts=[chart.visitors(view.session_list, frame) for frame in (chart.WIDE, chart.NARROW)],
        shares=[chart.shares(view.session_list, frame) for frame in (chart.WIDE, chart.NARROW)],
    )
    return page.encode()


def _facts(view: EventView) -> list[Fact]:
    """Return the fields of a person except the name, in the order of `_values`."""
    of_sessions = [
        Fact(f"s{number}", session.label, session.mark, "min", 1, " min", "s")
        for number, session in enumerate(view.session_list, 1)
    ]
    return [
        Fact("kind", "Type"),
        Fact("title", "Title"),
        Fact("company", "Company"),
        Fact("email", "Email", width="23"),
        *of_sessions,
        Fact("sessions", "Sessions", unit=f"of {len(view.session_list)}", digits=0, width="9"),
        Fact("minutes", "Minutes", unit="in all", digits=1, suffix=" min", width="12"),
        Fact("engagement", "Engagement", unit="% of minutes", digits=1, suffix="%", width="11", is_share=True),
    ]


def _values(person: Visitor) -> list[Any]:
    return [
        person.kind,
        person.title,
        person.company,
        person.email,
        *person.each,
        person.sessions,
        person.minutes,
        person.engagement,
    ]


def _columns(view: EventView, facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts that are columns. An event with many sessions has a column of addresses instead of sessions."""
    assert view.people is not None
    are_columns = len(view.session_list) <= MOST_COLUMNS
    has_mail = any(person.email for person in view.people.rows)
    left_out = {"email"} if are_columns or not has_mail else set()
    return [fact for fact in facts if fact.width and fact.key not in left_out and (are_columns or fact.width != "s")]


def _listed(view: EventView, facts: Sequence[Fact]) -> AttendeeTable:
    assert view.people is not None
    columns = _columns(view, facts)
    rows = [_row(person, facts, columns) for person in view.people.rows[:FIRST]]
    blank = AttendeeCells("", "", [""] * len(columns), [(fact, "") for fact in facts], Heatmap(1, "", "", ""))
    return AttendeeTable([(column, column.unit) for column in columns], rows, blank, len(view.people.rows))


def _row(person: Visitor, facts: Sequence[Fact], columns: Sequence[Fact]) -> AttendeeCells:
    words = {fact.key: fact.printed(value) for fact, value in zip(facts, _values(person), strict=True)}
    return AttendeeCells(
        person.name,
        ", ".join(filter(None, (person.title, person.company))),
        [words[column.key] or figures.DASH for column in columns],
        [(fact, words[fact.key]) for fact in facts if words[fact.key]],
    )


def _data(view: EventView, facts: Sequence[Fact]) -> Markup:
    people = None
    if view.people and view.people.rows:
        rows = [
            [person.name, *(fact.value(value) for fact, value in zip(facts, _values(person), strict=True))]
            for person in view.people.rows
        ]
        people = {"fields": [["name", None], *([fact.key, fact.digits] for fact in facts)], "rows": rows}
    return script_json({"timeline": None, "people": people})
