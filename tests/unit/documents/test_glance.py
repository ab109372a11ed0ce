"""At a glance: what an organizer looks for first, on the first page of the summary."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from debrief.documents.access_tiers import for_tier
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.documents.view.build import build_view
from debrief.model import Summary, Tier
from support import summaries

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
ASKED = {"key": "asked-a-question", "people": 67, "formula": "x", "file": "asked-a-question.csv"}
ENGAGED = {"key": "most-engaged", "people": 9, "formula": "x", "file": "most-engaged.csv"}


def with_lists(*rows: dict[str, Any]) -> Summary:
    base = summaries.webinar()
    return replace(base, sections={**base.sections, "segments": {"rows": rows, "people": 100, "staff": 2}})


def glance(summary: Summary) -> dict[str, str]:
    return dict(build_view(summary, LOOK).glance)


def test_the_poll_with_the_most_participants_is_named_by_its_top_answer() -> None:
    polls = summaries.webinar().sections["polls"]["rows"]
    largest = max(polls, key=lambda row: row["participants"])
    assert glance(summaries.webinar())["Top poll answer"].startswith(largest["question"])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([ENGAGED, ASKED], "67 people who asked a question (sheet Follow-up of report.xlsx)."),
        ([ENGAGED], "9 people of the most engaged tenth (sheet Follow-up of report.xlsx)."),
        ([{**ASKED, "people": 1}], "1 person who asked a question (sheet Follow-up of report.xlsx)."),
    ],
)
def test_those_to_call_first_are_on_the_first_list_with_people(rows: list[dict[str, Any]], words: str) -> None:
    assert glance(with_lists(*rows))["Call first"] == words


def test_without_people_on_these_lists_nobody_is_to_be_called() -> None:
    assert "Call first" not in glance(with_lists({**ASKED, "people": 0}, {"key": "most-engaged", "unavailable": "no"}))


@pytest.mark.parametrize("tier", ["names", "totals"])
def test_who_may_not_see_the_lists_is_not_sent_to_them(tier: Tier) -> None:
    assert glance(for_tier(with_lists(ASKED), tier))["Call first"] == "67 people who asked a question."


def test_a_recording_that_is_not_known_has_its_reason() -> None:
    base = summaries.webinar()
    unknown = replace(base, sections={**base.sections, "recordings": {"unavailable": "There is no recording."}})
    assert glance(unknown)["Recording"] == "There is no recording."
    assert "plays by" in glance(base)["Recording"]


@pytest.mark.slow
def test_the_first_page_uses_the_space_below_the_chart() -> None:
    pages = PdfReader(io.BytesIO(PdfReport(with_lists(ASKED), LOOK).brief())).pages
    assert len(pages) <= 4
    words = " ".join(pages[0].extract_text().split())
    assert "At a glance" in words
    assert "Call first: 67 people who asked a question" in words
