"""The workbook of a virtual event: a column for each session, the figures of the summary, nothing beyond the tier."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from debrief.documents.access_tiers import for_tier
from debrief.documents.event.workbook import render_event_workbook
from debrief.documents.presentation import Presentation
from debrief.documents.read_back import misprints
from debrief.model import Summary, Tier
from debrief.segment import EVENT_KEYS, Member, Segment
from support import event_samples

BERLIN = Presentation(ZoneInfo("Europe/Berlin"))
SHEETS = ["Summary", "Sessions", "Attendees", "Follow-up", "Polls", "Countries", "Notes"]
ANN = Member("008009", "=Ann", "ann@example.org", "Came to all 4 sessions")
SEGMENTS = (Segment(EVENT_KEYS[0], "Came to all.", [ANN], 90), Segment(EVENT_KEYS[1], "Came once.", [], 90))


@pytest.fixture(scope="module")
def summary() -> Summary:
    return event_samples.sample()


def book(summary: Summary, tier: Tier = "full", segments: Sequence[Segment] = SEGMENTS) -> bytes:
    return render_event_workbook(for_tier(summary, tier), BERLIN, tier, segments)


def cells(body: bytes, sheet: str) -> list[list[Any]]:
    rows = load_workbook(io.BytesIO(body))[sheet].iter_rows()
    return [[unescape(cell.value) if isinstance(cell.value, str) else cell.value for cell in row] for row in rows]


def changed(summary: Summary, **sections: Any) -> Summary:
    return replace(summary, sections={**summary.sections, **sections})


@pytest.mark.parametrize("make", [event_samples.sample, event_samples.nobody])
def test_every_workbook_has_the_same_sheets_the_same_bytes_and_the_figures_of_the_summary(make: Any) -> None:
    made = make()
    body = book(made, segments=())
    assert load_workbook(io.BytesIO(body)).sheetnames == SHEETS
    assert body == book(made, segments=())
    assert misprints(made, "report.xlsx", body) == []


def test_a_figure_or_a_list_that_differs_from_the_summary_is_found(summary: Summary) -> None:
    body = book(summary)
    metrics = summary.metrics
    other = replace(summary, metrics={**metrics, "guests": replace(metrics["guests"], value=1234)})
    assert [line for line in misprints(other, "report.xlsx", body) if "Guests" in line]
    lists = {"rows": [{"key": EVENT_KEYS[0], "people": 2, "formula": "Came to all."}]}
    assert [line for line in misprints(changed(summary, segments=lists), "report.xlsx", body) if "has 1 people" in line]
    short = changed(summary, people={**summary.sections["people"], "total": 1})
    assert [line for line in misprints(short, "report.xlsx", body) if "attendees; summary.json has 1" in line]


def test_each_session_is_a_column_with_the_minutes_of_each_person(summary: Summary) -> None:
    head, *rows = cells(book(summary), "Attendees")
    assert [words for words in head if words[:2] in {"S1", "S2", "S3", "S4"}] == head[-4:]
    people = summary.sections["people"]["rows"]
    assert len(rows) == len(people)
    for row, person in zip(rows, people, strict=True):
        assert row[head.index("User id")] == person["user_id"]
        assert [value is None for value in row[-4:]] == [value is None for value in person["minutes"]]
        assert sum(value or 0 for value in row[-4:]) == pytest.approx(person["minutes_total"], abs=0.001)


def test_follow_up_lists_have_people_with_ids_as_text_and_no_cell_is_a_formula(summary: Summary) -> None:
    body = book(summary)
    assert cells(body, "Follow-up")[1] == ["=Ann", "ann@example.org", "008009", "Came to all 4 sessions", None]
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        sheets = [file.read(name).decode() for name in file.namelist() if "worksheets" in name]
    assert not [sheet for sheet in sheets if "<f" in sheet.replace("<filter", "")]


@pytest.mark.parametrize("tier", ["names", "totals"])
def test_a_lower_tier_has_nothing_that_it_may_not_see(summary: Summary, tier: Tier) -> None:
    with zipfile.ZipFile(io.BytesIO(book(summary, tier))) as file:
        everything = " ".join(file.read(name).decode() for name in file.namelist())
    people = summary.sections["people"]["rows"]
    hidden = {person[key] for person in people for key in ("user_id", "email") if "@" in (person[key] or "")}
    assert hidden
    assert "ann@example.org" not in everything
    assert not [word for word in hidden if word in everything]
    if tier == "totals":
        assert cells(book(summary, tier), "Attendees")[1] == ["This copy contains totals only."]


def test_what_is_not_known_says_why_and_is_never_none(summary: Summary) -> None:
    none = {"rows": [], "unknown": []}
    assert cells(book(changed(summary, polls=none)), "Polls")[1][2] == "There were no polls."
    assert cells(book(summary), "Polls")[1][2].startswith("not known, because ")
    without = replace(summary, sections={k: v for k, v in summary.sections.items() if k not in {"polls", "countries"}})
    for sheet in ("Polls", "Countries"):
        assert next(one for one in cells(book(without), sheet)[1] if one).startswith("not known, because ")
    poll = {"question": "One word?", "type": "Open ended", "participants": 315, "session": 1, "answers": []}
    row = cells(book(changed(summary, polls={"rows": [poll], "unknown": []})), "Polls")[1]
    assert row[1] == "S2 Workshop: sensors & sync"
    assert "Kaltura lists no answers" in row
