"""The whole Summary page in the PDF."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from pypdf import PdfReader

from debrief.documents.pdf.render import RenderFailed
from debrief.documents.pdf.report import PdfReport
from debrief.documents.presentation import Presentation
from debrief.model import Summary
from support import page_sections, summaries

pytestmark = pytest.mark.slow

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
TITLES = (
    "The session minute by minute",
    "How long people stayed",
    "Top moments",
    "Viewers and engagement",
    "Polls",
    "Countries and devices",
    "Breakout rooms",
    "How people are counted",
    "Notes",
    "Recordings",
    "All countries",
    "All devices",
    "Most present, minute by minute",
    "Attendees",
    "Definitions",
)


def read(summary: Summary, presentation: Presentation = LOOK) -> PdfReader:
    return PdfReader(io.BytesIO(PdfReport(summary, presentation).full()))


def pages(summary: Summary, presentation: Presentation = LOOK) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in read(summary, presentation).pages]


def with_sections(summary: Summary, changes: Mapping[str, Any]) -> Summary:
    return replace(summary, sections={**summary.sections, **changes})


def without(summary: Summary, *names: str) -> Summary:
    return replace(summary, sections={key: value for key, value in summary.sections.items() if key not in names})


def bookmarks(summary: Summary) -> list[str]:
    _, below = read(summary).outline
    return [entry["/Title"] for entry in below if not isinstance(entry, list)]  # a list holds titles of parts


@pytest.fixture(scope="module")
def webinar() -> list[str]:
    return pages(summaries.webinar())


def test_the_first_page_answers_how_many_came_how_long_how_engaged_and_when_we_lost_them(webinar: list[str]) -> None:
    for words in (
        "141 people",
        "42.8 min",
        "Engagement rate",
        "Live viewers, people",
        "Engagement, % of live viewers",
        "peak 354 in minute 15, 10:14",
        "below half from minute 59, 10:58",
        "10:50",
    ):
        assert words in webinar[0]


def test_every_section_has_a_bookmark_in_the_order_of_the_page() -> None:
    assert tuple(bookmarks(summaries.webinar())) == TITLES


def test_every_share_says_what_it_is_a_share_of(webinar: list[str]) -> None:
    words = " ".join(webinar)
    assert "Sent reactions 38.1% of 412 live viewers; 935 reactions" in words
    assert "Wrote in the chat 24.6% of people logged in to the chat; 512 messages" in words
    assert "Reactions and downloads are shares of live viewers; chat, polls and Q&A of people logged in" in words


def test_every_answer_of_every_poll_is_there_and_a_correct_one_says_so(webinar: list[str]) -> None:
    words = " ".join(webinar)
    for row in page_sections.polls()["rows"][:1] + page_sections.polls()["rows"][4:]:
        assert row["question"] in words
    assert "4.2 118 people 57.6%" in words
    assert "2006 \N{CHECK MARK} correct 97 people 64.7%" in words
    assert words.count("\N{CHECK MARK} correct") == 1


def test_the_first_countries_are_countries_and_their_cities_are_further_down() -> None:
    seen = {"live_viewers": 5, "recording_viewers": 0, "live_share": 1.0}
    region = {**seen, "region": "England", "cities": [{**seen, "city": "Southampton"}]}
    rows = [{**seen, "code": "GB", "country": "United Kingdom", "regions": [region]}]
    few = summaries.webinar(30)
    made = replace(few, sections={**few.sections, "countries": {"rows": rows}})
    words = " ".join(pages(made))
    first, _, annex = words.rpartition("All countries")
    assert "United Kingdom" in first
    assert "Southampton" not in first
    assert "England: Southampton 5" in annex


@pytest.mark.parametrize("number", [1, 200])
def test_a_cut_list_of_countries_names_the_place_of_the_others(number: int) -> None:
    seen = {"live_viewers": 5, "recording_viewers": 0, "live_share": 0.1, "regions": []}
    rows = [{**seen, "code": None, "country": f"Country {place}"} for place in range(9)]
    base = summaries.crowd(number)
    made = PdfReport(replace(base, sections={**base.sections, "countries": {"rows": rows}}), LOOK)
    brief, full = (
        " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).split())
        for body in (made.brief(), made.full())
    )
    assert "4 more in the full report" in brief
    assert "more in the full report" not in full
    assert "4 more under \N{LEFT DOUBLE QUOTATION MARK}All countries\N{RIGHT DOUBLE QUOTATION MARK}" in full


def test_recordings_countries_regions_cities_and_devices_have_their_figures(webinar: list[str]) -> None:
    words = " ".join(webinar)
    assert "Recording: the whole session 151 402 96 2,210.5 41.0" in words
    assert "Germany 171 41.5" in words
    assert "Bayern: München 61, Nürnberg 22 83" in words
    assert "Computer 322 78.2" in words


def test_the_most_present_have_their_minutes_in_shades_that_are_explained(webinar: list[str]) -> None:
    words = " ".join(webinar)
    assert "50 attendees with the most minutes." in words
    assert "engaged less engaged not there" in words
    assert "In heatmaps, as on Kaltura\N{RIGHT SINGLE QUOTATION MARK}s Summary page, a minute is engaged if" in words
    assert words.count("Engaged: the session\N{RIGHT SINGLE QUOTATION MARK}s tab was in focus or full screen") == 1
    assert "Engaged, as on" not in words
    assert "minute 1 minute 62" in words


def test_people_known_to_one_list_only_are_marked_and_the_marks_explained(webinar: list[str]) -> None:
    words = " ".join(webinar)
    assert "Chat Only \N{DOUBLE DAGGER}" in words
    assert "Report Only \N{DAGGER}" in words
    assert "\N{DAGGER} Known from the attendee report only" in words


def test_hostile_questions_and_companies_are_text(webinar: list[str]) -> None:
    words = " ".join(webinar)
    assert "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>" in words
    assert "<b>Bold & Sons</b>" in words


def test_the_whole_page_has_the_same_bytes_again() -> None:
    assert PdfReport(summaries.webinar(), LOOK).full() == PdfReport(summaries.webinar(), LOOK).full()


def test_a_section_that_is_unavailable_says_so_in_one_line() -> None:
    webinar = summaries.webinar(30)
    missing = {name: {"unavailable": f"no right to {name}."} for name in webinar.sections.keys() - {"counts"}}
    words = " ".join(pages(with_sections(webinar, missing)))
    for name in missing:
        assert f"no right to {name}." in words


def test_an_empty_section_says_so_in_one_line() -> None:
    empty = {
        "polls": {"rows": []},
        "countries": {"rows": []},
        "devices": {"rows": []},
        "recordings": {"plays_by_day": [], "entries": [], "viewers": []},
        "reactions": {"total": 0, "by_kind": {}, "moments": []},
    }
    words = " ".join(pages(with_sections(summaries.webinar(30), empty)))
    for sentence in ("There were no polls.", "No recording was played.", "Nobody sent a reaction."):
        assert sentence in words


def test_an_absent_section_is_left_out() -> None:
    left = bookmarks(without(summaries.webinar(30), "timeline", "reactions", "polls", "devices"))
    assert not {"The session minute by minute", "Top moments", "Polls", "Devices"} & set(left)
    assert "Recordings" in left


def test_nine_hours_and_two_hundred_hours_are_drawn_whole() -> None:
    for hours, last in ((9, "481"), (200, "10,081")):
        day = replace(summaries.SESSION, end=summaries.START + timedelta(hours=hours))
        first = pages(summaries.webinar(20, session=day, mapped=2))[0]
        assert f" {last} " in first


def test_one_attendee_and_endless_words_are_drawn() -> None:
    words = "extraordinarily " * 31
    row = summaries.attendee(1, "Q" * 500, email="a" * 488 + "@example.org")
    row |= page_sections.known_of(1, heatmap="e") | {"company": words, "title": words}
    sections = {
        "attendees": {
            "total": 1,
            "shown": 1,
            "rows": [row],
            "heatmap": {"from": page_sections.iso(summaries.START), "step_seconds": 60},
        },
        "polls": {"rows": [page_sections._poll(words, "Single answer", ((words, 1), ("Q" * 500, 0)))]},
    }
    long = with_sections(summaries.webinar(1), sections)
    found = pages(replace(long, session=replace(long.session, entry_name=words)))
    assert "1 attendee with the most minutes." in " ".join(found)
    assert "peak" in found[0] + found[1]


def test_no_title_stands_alone_at_the_foot_of_a_page() -> None:
    for people in range(20, 60, 4):
        for page in read(summaries.webinar(people, mapped=people // 2)).pages:
            last = [line.strip() for line in page.extract_text().splitlines() if line.strip()][-1]
            assert last not in TITLES


def test_of_many_viewers_of_the_recording_the_first_are_listed_and_the_number_of_all_is_said() -> None:
    viewers = [
        {
            "user_id": f"viewer{n}",
            "name": "",
            "plays": 1,
            "impressions": 1,
            "minutes": 1.0,
            "average_minutes": 1.0,
            "completion_rate": None,
        }
        for n in range(1200)
    ]
    recordings = page_sections.recordings(summaries.SESSION) | {"viewers": viewers}
    found = " ".join(pages(with_sections(summaries.webinar(5), {"recordings": recordings})))
    assert "500 of 1,200 viewers are listed" in found
    assert "viewer499 " in found
    assert "viewer500 " not in found


def test_letter_paper_holds_the_chart_on_its_first_page_too() -> None:
    made = read(summaries.webinar(), replace(LOOK, paper="letter"))
    assert made.pages[0].mediabox[2:] == pytest.approx([612, 792], abs=0.1)
    assert "peak 354" in made.pages[0].extract_text()


def test_the_accent_colour_is_everywhere() -> None:
    def colours(presentation: Presentation) -> str:
        return " ".join(
            page.get_contents().get_data().decode("latin-1") for page in read(summaries.webinar(), presentation).pages
        )

    assert ".043137 .392157 .439216 rg" in colours(LOOK)
    assert ".043137 .392157 .439216 rg" not in colours(replace(LOOK, accent="#96285a"))


def test_a_logo_stands_above_the_title_no_larger_than_it_may_be() -> None:
    body = io.BytesIO()
    Image.new("RGB", (4000, 100), "navy").save(body, "PNG")
    (picture,) = read(summaries.few(), replace(LOOK, logo=body.getvalue())).pages[0].images
    assert picture.image is not None
    assert picture.image.size == (4000, 100)
    assert not read(summaries.few()).pages[0].images


def test_a_logo_that_is_no_picture_is_a_failure_and_not_left_out() -> None:
    with pytest.raises(RenderFailed):
        PdfReport(summaries.few(), replace(LOOK, logo=b"<svg/>")).full()
