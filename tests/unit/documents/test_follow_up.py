"""The lists for follow-up, and what the report says of them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.documents.access_tiers import for_tier
from debrief.documents.data import csv_tables
from debrief.documents.data.follow_up import COLUMNS, follow_up_rows
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.documents.text import labels
from debrief.documents.view.follow_up import follow_up
from debrief.model import Summary, Tier
from debrief.segment import EVENT_KEYS, EVERY_SESSION, KEYS, Member, Segment, file_of
from support import summaries
from support.pages import cells, page, section, text

HOSTILE = st.text() | st.sampled_from(summaries.HOSTILE) | st.text("=+-@\t\r\n,\"'A", min_size=1)


def counts(key: str, **changes: Any) -> dict[str, Any]:
    return {
        "key": key,
        "people": 31,
        "formula": "At least 90% of the 61 minutes attended.",
        "file": file_of(key),
    } | changes


def summary(*rows: dict[str, Any], people: int = 228, staff: int = 12, left_out: int = 0) -> Summary:
    counted = {"people": people, "staff": staff, "ids_left_out": left_out, "sessions": [], "rows": list(rows)}
    made = summaries.few()
    return replace(made, sections={**made.sections, "segments": counted})


def said(made: Summary) -> str:
    part = follow_up(made)
    assert part is not None
    return " ".join(part.sentences)


@given(st.lists(st.builds(Member, HOSTILE, HOSTILE, HOSTILE, HOSTILE), max_size=3))
def test_no_cell_of_a_list_is_a_formula_and_every_row_is_one(members: list[Member]) -> None:
    body = csv_tables.excel_csv(follow_up_rows(Segment(KEYS[0], members=members)))
    assert body.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    assert tuple(header) == COLUMNS
    assert len(rows) == len(members) == body.count(b"\r\n") - 1
    assert all(len(row) == len(COLUMNS) and row[0] == "Stayed to the end" for row in rows)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_list_that_nobody_is_on_is_its_header() -> None:
    assert follow_up_rows(Segment(KEYS[1])) == [COLUMNS]


def test_every_segment_has_a_name_and_a_file_of_its_own() -> None:
    every = (*KEYS, *EVENT_KEYS)
    assert tuple(labels.SEGMENTS) == every
    assert len({*labels.SEGMENTS.values()}) == len({*map(file_of, every)}) == len(every)


def test_the_page_shows_the_count_and_the_rule_and_once_whom_all_lists_are_about() -> None:
    table = section(summary(counts(KEYS[0])), "follow-up").xpath(".//table")[0]
    assert cells(table) == [["Stayed to the end", "31", "At least 90% of the 61 minutes attended."]]
    assert said(summary(counts(KEYS[0]), left_out=2)) == (
        "The workbook has everybody on each list, with a reason for each person (sheet Follow-up of report.xlsx). "
        "The lists of people who came are about the same "
        "228 people: everybody identified in the session or in a breakout; 12 members of staff left out (organizers, "
        "or named in the settings). A person with several user ids is listed once: 2 ids left out."
    )


def test_where_there_is_no_staff_nobody_is_said_to_be_left_out() -> None:
    assert "in a breakout; none of them is staff." in said(summary(counts(KEYS[0]), staff=0))


def test_a_section_of_an_older_version_is_shown_by_its_figures_without_staff() -> None:
    older = {"attendees": 228, "attendees_with_staff": 240, "sessions": [], "rows": [counts(KEYS[0])]}
    made = summaries.few()
    sentences = said(replace(made, sections={**made.sections, "segments": older}))
    assert "the same 228 people" in sentences
    assert "12 members of staff" in sentences


def test_segments_that_are_not_known_are_one_sentence_for_each_reason() -> None:
    reasons = ("few", "none", "none", "none")
    missing = [{"key": key, "unavailable": why} for key, why in zip(EVERY_SESSION[3:], reasons, strict=True)]
    assert said(summary(counts(KEYS[0]), *missing)).endswith(
        "Not known: most engaged (few). Not known: first time here, came back and usually come but were absent (none)."
    )


def test_where_nothing_is_known_there_is_no_table_and_nothing_said_of_lists() -> None:
    missing = ({"key": key, "unavailable": "nobody came"} for key in KEYS)
    part = follow_up(summary(*missing, people=0, staff=0))
    assert part is not None
    assert (part.table, len(part.sentences)) == (None, 1)


def test_a_summary_of_before_there_were_segments_has_no_such_section() -> None:
    assert follow_up(summaries.few()) is None
    assert not page(summaries.few()).xpath("//section[@id='follow-up']")


@pytest.mark.parametrize("tier", ["names", "totals"])
def test_who_may_see_less_gets_the_counts_and_of_no_list(tier: Tier) -> None:
    made = summary(counts(KEYS[0]), {"key": KEYS[4], "unavailable": "none"})
    seen = for_tier(made, tier)
    assert "CSV" not in said(seen)
    assert "file" not in str(seen.sections["segments"])
    assert "Stayed to the end31" in text(seen)


def test_the_pdf_is_drawn_with_all_seven_lists() -> None:
    made = summary(*map(counts, KEYS))
    assert PdfReport(made, Presentation(zone=ZoneInfo("UTC"))).full().startswith(b"%PDF")
