"""The summary: at most four pages for any session."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.documents.read_back import misprints
from debrief.model import Finding, Part, Summary
from debrief.segment import KEYS
from support import page_sections, summaries

pytestmark = pytest.mark.slow

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
LONG = "W\N{LATIN SMALL LETTER E WITH DIAERESIS}" * 60  # as wide as a name may be, without a space
WORDY = "extraordinarily wordy " * 40


def read(summary: Summary, look: Presentation = LOOK) -> list[str]:
    pages = PdfReader(io.BytesIO(PdfReport(summary, look).brief())).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def with_sections(summary: Summary, changes: Mapping[str, Any]) -> Summary:
    return replace(summary, sections={**summary.sections, **changes})


def polls(questions: int, options: int, name: str) -> dict[str, Any]:
    answers = tuple((f"{option} {name}", option) for option in range(options))
    return {"rows": [page_sections._poll(f"Q{n} {name}", "Single answer", answers) for n in range(questions)]}


def countries(number: int, name: str) -> dict[str, Any]:
    seen = {"live_viewers": 5, "recording_viewers": 2, "live_share": 0.01}
    region = {**seen, "region": name, "cities": [{**seen, "city": name}, {**seen, "city": f"B{name}"}]}
    return {"rows": [{**seen, "code": None, "country": f"C{n} {name}", "regions": [region]} for n in range(number)]}


def breakouts(number: int, name: str) -> dict[str, Any]:
    (row, *_) = summaries._breakouts(1)
    return {"rows": [{**row, "name": f"B{n} {name}", "initiator": name} for n in range(number)]}


def follow_up(formula: str) -> dict[str, Any]:
    rows = [{"key": key, "people": 12, "formula": formula, "file": f"{key}.csv"} for key in KEYS]
    return {"rows": rows, "people": 100, "staff": 2, "ids_left_out": 3}


def hostile(name: str = LONG, *, questions: int = 30, options: int = 20) -> Summary:
    """Nine hours, 30 polls with 20 options, 250 countries, 40 breakouts, and names as long as they may be."""
    end = summaries.START + timedelta(hours=9)
    parts = tuple(
        Part(f"1_cue{n}", summaries.START + timedelta(hours=n), summaries.START + timedelta(hours=n + 0.5))
        for n in range(9)
    )
    webinar = summaries.webinar(200, session=replace(summaries.SESSION, end=end, entry_name=name, parts=parts))
    devices = [{"device": name, "live_viewers": 9, "recording_viewers": 0, "live_share": 0.1} for _ in range(30)]
    changes = {
        "polls": polls(questions, options, name),
        "countries": countries(250, name),
        "devices": {"rows": devices},
        "breakouts": breakouts(40, name),
        "segments": follow_up(WORDY),
        "chapters": {"rows": [{"at_seconds": 60.0 * n, "title": name} for n in range(500)]},
        "slides": {"rows": [{"at_seconds": 30.0 * n, "title": name} for n in range(1000)]},
        "quotes": {
            "rows": [
                {"at_seconds": 60.0 * n, "text": name[:200], "reason": "fall", "place": n, "count": 10**6}
                for n in range(8)
            ]
        },
    }
    return replace(
        with_sections(webinar, changes),
        warnings=tuple(Finding("KALTURA_DISAGREES", f"{n} {WORDY}") for n in range(40)),
    )


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", [LONG, WORDY, "\N{CJK UNIFIED IDEOGRAPH-738B}" * 120, "a@b.example " * 10])
def test_the_summary_of_a_session_with_too_much_of_everything_has_four_pages(name: str, paper: Any) -> None:
    pages = read(hostile(name), replace(LOOK, paper=paper))
    assert len(pages) == 4
    words = " ".join(pages)
    for number in range(30):
        assert f"Q{number} {name[:3]}" in words
    assert "more in the full report" in words
    assert "Reference for support: session 1_cue00001, room 1_room0001" in pages[-1]


@pytest.mark.parametrize(
    "summary",
    [
        summaries.nobody(),
        summaries.few(),
        summaries.webinar(),
        summaries.webinar(2000),
        summaries.rich(),
        hostile("Name", questions=200, options=3),
        hostile("Name", questions=1, options=500),
        hostile("Name", questions=0, options=0),
    ],
    ids=["nobody", "few", "webinar", "2000", "rich", "polls", "options", "no polls"],
)
def test_no_summary_has_more_than_four_pages(summary: Summary) -> None:
    pages = read(summary)
    assert len(pages) <= 4
    assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1))


def test_a_session_of_three_has_two_pages_in_both_and_all_people_in_the_full_one() -> None:
    drawn = PdfReport(summaries.few(), LOOK)
    for body in (drawn.brief(), drawn.full()):
        pages = PdfReader(io.BytesIO(body)).pages
        assert len(pages) <= 2
    assert sum(page.extract_text().count("@example.org") for page in pages) == 3
    assert misprints(summaries.few(), "report-full.pdf", body) == []


def test_the_brief_report_of_a_small_session_says_that_formulas_are_in_the_page() -> None:
    small, large = (" ".join(read(summary)) for summary in (summaries.few(), summaries.webinar()))
    assert "report.html has every figure with its formula" in small
    assert "The full report has every figure with its formula" in large


def test_as_many_answers_are_printed_as_there_is_room_for_and_the_rest_is_counted() -> None:
    webinar = summaries.webinar()
    whole = " ".join(read(with_sections(webinar, {"polls": polls(4, 12, "answer")})))
    assert "more answer" not in whole
    assert whole.count("11 answer 11 people") == 4
    cut = " ".join(read(with_sections(webinar, {"polls": polls(12, 30, "answer")})))
    left = {int(number) for number in re.findall(r"(\d+) more answers in the full report", cut)}
    assert len(left) == 1
    assert cut.count("29 answer 29 people") == 12  # the most frequent one
    assert cut.count("0 answer 0 people") == 0


def test_the_figures_of_the_summary_are_read_back_from_its_tiles() -> None:
    webinar = summaries.webinar()
    assert misprints(webinar, "report.pdf", PdfReport(webinar, LOOK).brief()) == []
    other = replace(webinar.metrics["unique_attendees"], value=142)
    assert misprints(
        replace(webinar, metrics={**webinar.metrics, "unique_attendees": other}),
        "report.pdf",
        PdfReport(webinar, LOOK).brief(),
    ) == ["report.pdf does not print Attendees as 142 people, as summary.json has it."]
    assert len(misprints(webinar, "report.pdf", b"no pdf")) == 6


def test_both_pdfs_are_the_same_whichever_is_drawn_first() -> None:
    webinar = summaries.webinar(20)
    first, second = PdfReport(webinar, LOOK), PdfReport(webinar, LOOK)
    brief, full = first.brief(), first.full()
    assert (second.full(), second.brief()) == (full, brief)


def test_the_full_report_has_its_contents_on_page_one_and_shows_the_outline() -> None:
    pdf = PdfReader(io.BytesIO(PdfReport(summaries.webinar(), LOOK).full()))
    assert pdf.trailer["/Root"]["/PageMode"] == "/UseOutlines"
    pages = [" ".join(page.extract_text().split()) for page in pdf.pages]
    contents = re.search(r"The session minute by minute 1 .*?Definitions \d+", pages[0])
    assert contents
    for title in ("Polls", "All countries", "Attendees", "Definitions"):
        number = re.search(rf"{title} (\d+)", contents[0])
        assert number
        assert title in pages[int(number[1]) - 1].replace(contents[0], "")
    leads = [pdf.get_page_number(note.get_object()["/Dest"][0].get_object()) + 1 for note in pdf.pages[0]["/Annots"]]
    assert leads == [int(number) for number in re.findall(r"[a-z] (\d+)", contents[0])]


def test_an_address_is_on_one_line_and_cut_after_its_name() -> None:
    from debrief.documents.pdf import fonts
    from debrief.documents.pdf.canvas import TextStyle
    from debrief.documents.pdf.cells import words

    fonts.register()
    for address, shown in (
        ("ana@example.org", "ana@example.org"),
        ("ana.silva@long-domain-of-a-university.example.org", "ana.silva@long-domai\N{HORIZONTAL ELLIPSIS}"),
        (f"{'a' * 60}@example.org", None),
        (f"{'a' * 60}@example.org (guest)", None),
    ):
        made = words(address, 84, TextStyle(7.2, 9.2))
        assert len(made.lines) == 1 + ("(guest)" in address)
        line = "".join(run for run, _ in made.lines[0])
        assert shown is None or line.startswith(shown[:18])
        assert "@" in line


def test_a_long_address_is_broken_after_its_at_sign_and_never_smaller() -> None:
    from debrief.documents.pdf import fonts
    from debrief.documents.pdf.canvas import TextStyle
    from debrief.documents.pdf.cells import words

    fonts.register()
    style = TextStyle(8.0, 10.0)
    made = words("francois.noirtin@example.com", 84, style)
    assert ["".join(run for run, _ in line) for line in made.lines] == ["francois.noirtin@", "example.com"]
    assert made.style == style
    (line,) = words("francois.noirtin@example.com", 84, style, most=1).lines
    assert "".join(run for run, _ in line).startswith("francois.noirtin@e")


def test_no_table_leaves_its_last_row_alone_on_a_page() -> None:
    for people in range(60, 100):
        pages = PdfReader(io.BytesIO(PdfReport(summaries.crowd(people), LOOK).full())).pages
        counts = [len(re.findall(r"user\d+@", page.extract_text())) for page in pages]
        assert all(count == 0 or count > 2 for count in counts), counts
