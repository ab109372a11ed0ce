"""What the recording says, on the web page, in the chart and in the PDFs."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from debrief.documents.charts import timeline
from debrief.documents.pdf.report import PdfReport
from debrief.documents.view.build import build_view
from debrief.model import Summary
from support import summaries
from support.pages import LOOK, cells, data, page, section

pytestmark = pytest.mark.slow

HOSTILE = "</script><b>Prices</b> \u202e\x07"
SAID: dict[str, dict[str, Any]] = {
    "chapters": {"rows": [{"at_seconds": 60.0, "title": "Welcome"}, {"at_seconds": 1500.0, "title": HOSTILE}]},
    "slides": {"rows": [{"at_seconds": 300.0, "title": ""}, {"at_seconds": 360.0, "title": "Prices"}]},
    "transcript": {"language": "en", "rows": [[30.0, 33.0, "Good morning."], [1505.0, 1509.0, HOSTILE]]},
    "quotes": {
        "rows": [
            {"at_seconds": 1500.0, "text": HOSTILE, "reason": "fall", "place": 1, "count": 1},
            {"at_seconds": 1800.0, "text": "Thank you.", "reason": "moment", "place": 2, "count": 30},
        ]
    },
}


def webinar(**changes: dict[str, Any]) -> Summary:
    whole = summaries.webinar()
    return replace(whole, sections={**whole.sections, **SAID, **changes})


def rows_of(summary: Summary) -> list[list[str]]:
    return [row for table in section(summary, "said").xpath(".//table") for row in cells(table)]


def texts(body: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).split())


def test_the_page_quotes_what_was_said_when_viewers_left_and_at_top_moments() -> None:
    assert rows_of(webinar())[:2] == [
        ["10:25", "1 fewer viewer", "</script><b>Prices</b>"],
        ["10:30", "Top moment 2: 30 reactions", "Thank you."],
    ]


def test_the_page_lists_chapters_and_titled_slides_by_time() -> None:
    assert rows_of(webinar())[2:] == [
        ["10:01", "1", "Welcome"],
        ["10:06", "slide", "Prices"],
        ["10:25", "2", "</script><b>Prices</b>"],
    ]


def test_each_line_of_the_transcript_is_in_the_page_as_text_and_knows_its_place_in_the_chart() -> None:
    lines = [" ".join(" ".join(line.itertext()).split()) for line in page(webinar()).xpath("//ol[@id='lines']/li")]
    assert lines == ["10:00 Good morning.", "10:25 </script><b>Prices</b>"]
    assert data(webinar())["said"] == [0, 25]


def test_without_captions_the_page_has_no_transcript_and_says_why() -> None:
    reason = {"unavailable": "the recording has no captions."}
    found = section(webinar(transcript=reason, quotes=reason), "said")
    assert found.xpath(".//ol") == []
    assert "Captions: the recording has no captions" in found.text_content()


def test_with_the_setting_off_nothing_changes() -> None:
    whole = summaries.webinar()
    assert section_ids(whole) == section_ids(webinar()) - {"said"}
    view = build_view(whole, LOOK)
    assert view.timeline
    assert timeline.timeline(view.timeline) == timeline.timeline(replace(view.timeline, chapters=(), slides=()))


def section_ids(summary: Summary) -> set[str]:
    return set(page(summary).xpath("//section/@id"))


def test_the_chart_names_a_chapter_where_there_is_space_and_has_numbers_for_the_others() -> None:
    many = {"rows": [{"at_seconds": 30.0 * n, "title": f"Chapter {n}"} for n in range(1, 100)]}
    few = {"rows": [{"at_seconds": 0.0, "title": "Welcome"}, {"at_seconds": 1800.0, "title": "価格"}]}
    assert {"1 Welcome", "2"} <= set(labels(webinar(chapters=few)))
    assert [label for label in labels(webinar(chapters=many)) if "Chapter" in label] == ["99 Chapter 99"]


def labels(summary: Summary) -> list[str]:
    view = build_view(summary, LOOK)
    assert view.timeline
    chart = timeline.timeline(view.timeline, timeline.PRINT)
    return [piece.split("</text>")[0].split(">", 1)[1] for piece in chart.split("<text ")[1:]]


def test_both_pdfs_have_the_quotes_and_the_full_one_has_the_chapters() -> None:
    pdf = PdfReport(webinar(), LOOK)
    brief, full = texts(pdf.brief()), texts(pdf.full())
    for text in (brief, full):
        assert "Thank you." in text
        assert "1 fewer viewer" in text
    assert "Chapters and slides" in full
    assert "Chapters and slides" not in brief
