"""Every document says how final it is, which check its figures come from, and that a session was interrupted."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from pypdf import PdfReader

from debrief.documents.data.summary_json import from_json, to_json
from debrief.documents.html.report import render_html
from debrief.documents.pdf.report import PdfReport
from debrief.model import Part, State, Summary
from support import summaries
from support.pages import LOOK, text

START = summaries.START
PARTS = (
    Part("1_a", START, START + timedelta(minutes=31)),
    Part("1_b", START + timedelta(minutes=43), START + timedelta(minutes=62)),
)


def printed(summary: Summary) -> tuple[str, str]:
    """What the web page and the PDF say."""
    pages = PdfReader(io.BytesIO(PdfReport(summary, LOOK).full())).pages
    return text(summary), " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize(
    ("state", "words", "other"),
    [
        ("provisional", "Figures may still change until Wed 18 Nov, 11:02 CET.", "Session report \N{MIDDLE DOT} Final"),
        ("final", "Session report \N{MIDDLE DOT} Final", "may still change"),
    ],
)
def test_page_and_pdf_say_until_when_figures_may_change_or_that_they_are_final(
    state: State, words: str, other: str
) -> None:
    summary = replace(summaries.few(), state=state, check_minutes=45)
    for document in printed(from_json(to_json(summary))):
        assert words in document
        assert other not in document


def test_page_and_pdf_show_the_parts_of_an_interrupted_session_with_the_gap() -> None:
    joint = replace(summaries.few(), session=replace(summaries.SESSION, parts=PARTS))
    for document in printed(joint):
        assert "10:00\N{EN DASH}10:31 and 10:43\N{EN DASH}11:02, interrupted for 12 minutes" in document
        assert "50.0 min" in document
    assert "interrupted for" not in text(summaries.few())


def test_the_chart_over_time_shades_the_interruption() -> None:
    joint = replace(summaries.webinar(), session=replace(summaries.SESSION, parts=PARTS))
    page = render_html(joint, LOOK).decode()
    assert page.count('<rect class="gap"') == 2  # the chart for wide screens, and the one for narrow ones
    assert 'class="gap"' not in render_html(summaries.webinar(), LOOK).decode()
