"""The page of a room: its figures, and the links to the reports that the reader may open."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from lxml import html as lxml_html

from debrief.documents.presentation import Presentation
from debrief.documents.series.page import render_series
from debrief.metrics.several_sessions import overview_of
from debrief.session_figures import SessionFigures

LOOK = Presentation(ZoneInfo("UTC"))
FIRST = datetime(2026, 11, 3, 10, tzinfo=UTC)


def session(week: int, **figures: float) -> SessionFigures:
    start = FIRST + timedelta(weeks=week)
    return SessionFigures(f"1_cue{week}", "1_room", "Room", start, start + timedelta(hours=1), 60.0, figures=figures)


def document(*rows: SessionFigures, links: dict[str, str] | None = None) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(render_series(rows, overview_of(rows), LOOK, links or {}))


def table(page: lxml_html.HtmlElement, section: str) -> lxml_html.HtmlElement:
    [found] = page.xpath(f'//section[@id="{section}"]//table')
    return found


def test_the_mean_of_attendees_has_a_decimal() -> None:
    page = document(session(0, unique_attendees=11), session(1, unique_attendees=14))
    tiles = {one.findtext("dt"): one.findtext("dd") for one in page.xpath('//dl[@class="tiles"]/div')}
    assert tiles["Attendees of a session"] == "12.5"


def test_no_shows_are_a_column_if_they_are_known_of_a_session() -> None:
    known = table(document(session(0, unique_attendees=11, registered_absent=3), session(1)), "sessions")
    assert known.xpath(".//th[@scope='col']/text()")[-1] == "No-shows"
    assert [row[-1].text for row in known.iter("tr")][1:] == ["\N{EN DASH}", "3"]
    assert {len(row) for row in known.iter("tr")} == {len(known.findall("colgroup/col"))} == {7}
    unknown = table(document(session(0, unique_attendees=11), session(1)), "sessions")
    assert {len(row) for row in unknown.iter("tr")} == {len(unknown.findall("colgroup/col"))} == {6}


def test_the_best_and_weakest_sessions_link_to_the_reports_that_the_reader_may_open() -> None:
    rows = [session(week, unique_attendees=9, presence_share=share) for week, share in enumerate((0.9, 0.9, 0.2))]
    best, weakest = table(document(*rows, links={"1_cue1": "../one?a&b"}), "standouts").xpath(".//td")
    assert best.text_content() == "90.0%: Tue 3 November 2026, 10:00 and Tue 10 November 2026, 10:00"
    assert [(link.get("href"), link.text) for link in best.iter("a")] == [("../one?a&b", "Tue 10 November 2026, 10:00")]
    assert weakest.text_content() == "20.0%: Tue 17 November 2026, 10:00"
    assert not weakest.findall("a")


def test_three_best_sessions_are_a_number_without_links() -> None:
    rows = [session(week, unique_attendees=9, presence_share=0.2 if week > 2 else 0.9) for week in range(4)]
    best, _ = table(document(*rows, links={row.cue_point_id: "./" for row in rows}), "standouts").xpath(".//td")
    assert best.text_content() == "90.0%: 3 sessions"
    assert not best.findall("a")
