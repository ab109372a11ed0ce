"""Registrations on page, in PDFs and in the workbook."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from debrief.documents.access_tiers import for_tier
from debrief.documents.html.report import render_html
from debrief.documents.pdf.report import PdfReport
from debrief.documents.workbook.report import render_workbook
from debrief.documents.workbook.verify import differences
from debrief.model import NO_RECORDING, NOT_COUNTED, Summary, Tier
from debrief.segment import ASKED, Member, Segment
from support import summaries
from support.pages import LOOK, data, page, section, text
from support.summaries_with_registrations import counts, with_registrations

pytestmark = pytest.mark.slow

FUNNEL = ["Registered", "Came live", "Were there", "Did something", "Watched the recording"]


def rows(summary: Summary, place: int) -> list[list[str]]:
    """The rows of a table in the section."""
    table = section(summary, "registrations").xpath(".//table")[place]
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("th | td")] for row in table.xpath(".//tr")]


def printed(pdf: bytes) -> str:
    return " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages).split())


def cells(summary: Summary, sheet: str, tier: Tier = "full", segments: Any = ()) -> list[list[Any]]:
    book = load_workbook(io.BytesIO(render_workbook(for_tier(summary, tier), LOOK, tier, segments)))
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()] if sheet in book.sheetnames else []


def test_the_page_has_the_funnel_then_origins_then_answers() -> None:
    summary = with_registrations(summaries.webinar())
    assert all(row[0].startswith(words) for row, words in zip(rows(summary, 0)[1:], FUNNEL, strict=True))
    assert [row[1:] for row in rows(summary, 0)[1:4]] == [["200", "100.0"], ["120", "60.0"], ["80", "40.0"]]
    assert rows(summary, 1)[1:] == [["Single sign-on", "150", "100", "66.7"], ["Fair", "50", "20", "40.0"]]
    assert rows(summary, 2)[1:] == [
        ["Banking", "40", "30", "75.0"],
        ["Banking 1", "39", "30", "76.9"],
        ["Banking 2", "38", "30", "78.9"],
        ["7 other answers", "50", "20", "40.0"],
        ["No answer", "10", "0", "0.0"],
    ]


def test_without_a_recording_no_step_is_about_it() -> None:
    summary = with_registrations(summaries.webinar(), unknown={"recording": NO_RECORDING.reason})
    assert len(rows(summary, 0)) == len(FUNNEL)
    assert "because" not in section(summary, "registrations").text_content()


def test_an_unknown_step_or_table_has_its_reason_in_every_document() -> None:
    funnel = {"registered": 200, "came": 120, "stayed": 80, "active": None, "recording": 12}
    missing = [{"question": "Budget", "unavailable": "the list of registrations has no answer to this question"}]
    reasons = {"funnel": funnel, "unknown": {"active": "Report 60010 failed."}, "by_answer": missing}
    summary = with_registrations(summaries.webinar(), **reasons)
    words = "downloaded a file: not known, because the report on what attendees did failed."
    budget = "By answer: Budget: not known, because the list of registrations has no answer to this question."
    for shown in (text(summary), printed(PdfReport(summary, LOOK).full())):
        assert words in shown
        assert budget in shown
    assert rows(summary, 0)[4][1:] == ["not known", "\N{EN DASH}"]
    sheet = cells(summary, "Registrations")
    assert sheet[4][2] == "not known, because the report on what attendees did failed"
    assert sheet[-1][1].startswith("not known, because the list of registrations has no answer")


def test_the_workbook_says_within_a_sentence_why_recordings_are_not_known() -> None:
    funnel = {"registered": 200, "came": 120, "stayed": 80, "active": 90, "recording": None}
    summary = with_registrations(summaries.webinar(), funnel=funnel, unknown={"recording": NOT_COUNTED.reason})
    assert cells(summary, "Registrations")[5][2].startswith("not known, because recordings are counted for scheduled")


def test_shares_are_not_known_while_somebodys_attendance_is_not_known() -> None:
    doubt = [{"people": 2, "reason": "the list has neither an address nor a user id of them"}]
    origins = {"rows": [{"answer": "sso", **counts(150, 100, 2)}, {"answer": "Fair", **counts(50, 20)}]}
    summary = with_registrations(summaries.webinar(), not_known=doubt, by_origin=origins)
    assert {row[2] for row in rows(summary, 0)[1:]} == {"\N{EN DASH}"}
    assert [row[3] for row in rows(summary, 1)[1:]] == ["\N{EN DASH}", "40.0"]
    sheet = cells(summary, "Registrations")
    assert [row[4:] for row in sheet[6:8]] == [[2, None], [0, 0.4]]


@pytest.mark.parametrize("questions", [1, 3, 5])
def test_the_brief_report_has_at_most_four_pages_with_any_registrations(questions: int) -> None:
    names = [f"Question {n} {'wordy ' * 30}" for n in range(questions)]
    report = PdfReport(with_registrations(summaries.webinar(), names, answer="W\u00eb" * 60, rows=9), LOOK)
    assert len(PdfReader(io.BytesIO(report.brief())).pages) <= 4
    full = printed(report.full())
    assert full.count("By answer: Question") >= questions
    assert full.count("No answer") == questions


def test_attendees_have_their_answers_in_the_page_the_pdf_and_the_workbook() -> None:
    questions = ["Industry", "Role", "Budget"]
    summary = with_registrations(summaries.rich(), questions, answer="</script>=1+1")
    fact = page(summary).xpath("//*[@data-fact='answer0']")[0]
    assert [" ".join(part.text_content().split()) for part in fact.xpath("dt | dd")] == ["Industry", "</script>=1+1 0"]
    people = data(summary)["people"]
    place = [key for key, _ in people["fields"]].index("answer2")
    assert {row[place] for row in people["rows"]} == {"</script>=1+1 2"}
    assert b"</script>=1+1" not in render_html(summary, LOOK)
    full = printed(PdfReport(summary, LOOK).full())
    assert "The workbook has the answers to 1 more question." in full
    sheet = cells(summary, "Attendees")
    place = sheet[0].index("Answer: Budget")
    assert {row[place] for row in sheet[1:]} == {"</script>=1+1 2"}


def test_only_copies_with_names_have_the_answers_of_attendees() -> None:
    summary = with_registrations(summaries.rich(), answer="write to ann@example.org")
    names, totals = (for_tier(summary, tier) for tier in ("names", "totals"))
    assert names.sections["attendees"]["rows"][0]["answers"] == ["write to (email not shown) 0"]
    assert "rows" not in totals.sections["attendees"]
    assert "ann@example.org" not in str(names) + str(totals)
    assert cells(summary, "Attendees", "names")[0][-2] == "Answer: Industry"
    assert len(cells(summary, "Attendees", "totals")[0]) == 1
    assert cells(summary, "Registrations", "totals")[1][:3] == ["From registration to attendance", "Registered", 200]


def test_the_follow_up_sheet_has_company_and_answers_and_its_lists_are_still_verified() -> None:
    sizes = {"people": 1, "staff": 0, "rows": [{"key": ASKED, "people": 1, "formula": "", "file": ""}]}
    summary = with_registrations(summaries.rich(), ["Asked a question"])
    summary = replace(summary, sections={**summary.sections, "segments": sizes})
    member = Member("a1", "Ann", "ann@example.org", "opened 1 Q&A thread", "=Acme", ("Fish",))
    listed = [Segment(ASKED, members=[member])]
    sheet = cells(summary, "Follow-up", segments=listed)
    assert sheet[0] == ["Name", "Email", "User id", "Company", "Answer: Asked a question", "Asked a question"]
    assert sheet[1] == ["Ann", "ann@example.org", "a1", "=Acme", "Fish", "opened 1 Q&A thread"]
    assert not list(differences(summary, {}, render_workbook(summary, LOOK, "full", listed)))


def test_a_workbook_without_a_list_of_registrations_has_no_sheet_about_it() -> None:
    assert cells(summaries.rich(), "Registrations") == []
    unknown = replace(summaries.rich(), sections={"registrations": {"unavailable": "It failed."}})
    assert cells(unknown, "Registrations")[1][0] == "not known, because it failed"


def test_a_list_on_which_nobody_is_registered_has_no_shares() -> None:
    funnel = {"registered": 0, "came": 0, "stayed": 0, "active": 0, "recording": 0}
    summary = with_registrations(summaries.rich(), funnel=funnel, apart={"cancelled": 3})
    del summary.sections["registrations"]["by_origin"], summary.sections["registrations"]["by_answer"]
    assert cells(summary, "Registrations")[1][2:] == [0, None, None, None]
    assert "3 people on the list cancelled their registration" in text(summary)
    assert PdfReport(summary, LOOK).brief()
