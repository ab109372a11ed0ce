"""The structure of an event's PDFs, as an independent reader sees it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html

from debrief.documents.event.html import render_event_html
from debrief.documents.event.pdf import EventPdf
from debrief.documents.presentation import Presentation
from debrief.model import Summary
from support import event_samples
from support.tagged import Node, Tagged

pytestmark = pytest.mark.slow

LOOK = Presentation(ZoneInfo("Europe/Berlin"))
TITLE = "Autumn customer days 2026"
RIGHT_TO_LEFT = "כנס לקוחות 2026"


@cache
def world(name: str) -> Summary:
    if name == "right to left":
        summary = event_samples.sample(2, 20)
        return replace(summary, session=replace(summary.session, entry_name=RIGHT_TO_LEFT))
    return {
        "event": event_samples.sample,
        "nobody": event_samples.nobody,
        "fourteen sessions": lambda: event_samples.sample(14, 12, hours=2),
    }[name]()


@cache
def tagged(name: str, kind: str = "full") -> Tagged:
    report = EventPdf(world(name), LOOK)
    return Tagged(report.full() if kind == "full" else report.brief())


WORLDS = ("event", "nobody", "fourteen sessions", "right to left")


@pytest.mark.parametrize("kind", ["brief", "full"])
@pytest.mark.parametrize("name", WORLDS)
def test_everything_that_is_drawn_is_in_one_element_or_an_artifact(name: str, kind: str) -> None:
    tagged(name, kind).check_marks()


@pytest.mark.parametrize("name", WORLDS)
def test_headings_are_those_of_the_page_in_the_same_order(name: str) -> None:
    headings = [(node.tag, node.text) for node in tagged(name).root.all("H1", "H2", "H3")]
    assert headings[0] == ("H1", RIGHT_TO_LEFT if name == "right to left" else TITLE)
    assert all(int(below[1]) <= int(above[1]) + 1 for (above, _), (below, _) in pairwise(headings))
    page = lxml_html.document_fromstring(render_event_html(world(name), LOOK))
    titles = [" ".join(heading.text_content().split()) for heading in page.xpath("//h2")]
    ours = [text for tag, text in headings if tag == "H2" and text in titles]
    assert len(ours) > 2
    assert [title for title in titles if title in ours and title != "Definitions"] == [
        title for title in ours if title != "Definitions"
    ]


def test_words_at_the_end_of_a_line_are_not_joined_with_the_next_line() -> None:
    words = " ".join(node.text for node in tagged("event").root.all("P"))
    page = lxml_html.document_fromstring(render_event_html(world("event"), LOOK))
    verdict = " ".join(page.xpath("//*[@class='verdict']")[0].text_content().split())
    assert verdict in " ".join(words.split())
    assert "who also came to this session" in words


def test_a_text_from_right_to_left_is_read_in_the_order_of_speech() -> None:
    assert RIGHT_TO_LEFT in tagged("right to left").root.all("H1")[0].text


def test_a_chart_is_a_figure_with_the_sentence_of_the_page_and_its_place() -> None:
    figures = tagged("event").root.all("Figure")
    page = lxml_html.document_fromstring(render_event_html(world("event"), LOOK))
    assert [figure.alt for figure in figures] == page.xpath("//svg[not(contains(@class, 'narrow'))]/@aria-label")[
        : 2 * len(figures) : 2
    ]
    for figure in figures:
        left, bottom, right, top = (float(edge) for edge in figure.entries["/A"]["/BBox"])
        assert 0 < left < right < 596
        assert 0 < bottom < top < 842


def _rows(table: Node) -> list[list[Node]]:
    return [row.children for row in table.children if row.tag == "TR"]


@pytest.mark.parametrize("name", WORLDS)
def test_every_cell_has_the_head_of_its_column_and_of_its_row(name: str) -> None:
    tables = tagged(name).root.all("Table")
    assert tables
    for table in tables:
        head, *rows = _rows(table)
        assert [cell.entries["/A"]["/Scope"] for cell in head] == ["/Column"] * len(head)
        for first, *others in rows:
            assert (first.tag, first.entries["/A"]["/Scope"]) == ("TH", "/Row")
            assert {cell.tag for cell in others} <= {"TD"}
            assert len(others) + 1 == len(head)


def test_a_table_on_several_pages_is_one_element_and_its_repeated_head_an_artifact() -> None:
    pdf = tagged("event")
    (table,) = (table for table in pdf.root.all("Table") if table.all("TH")[0].text.strip() == "Name")
    rows = _rows(table)
    assert len(rows) > 100
    assert [row[0].text.strip() for row in rows].count("Name") == 1
    assert sum("Name" in text and "in all" in text for text in pdf.artifacts.values()) >= 2


def test_the_document_says_that_it_is_tagged_and_its_bookmarks_lead_to_headings() -> None:
    pdf = tagged("event")
    assert pdf.catalog["/MarkInfo"]["/Marked"]
    assert pdf.catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.catalog["/Lang"] == "en"
    first = pdf.catalog["/Outlines"]["/First"]
    assert first["/SE"]["/S"] == "/H1"
    assert first["/First"]["/SE"]["/S"] == "/H2"


def test_the_number_of_a_page_is_an_artifact() -> None:
    pdf = tagged("event")
    assert not [node for node in pdf.root.walk() if "Page 1 of" in node.text]
    assert "Page 1 of" in "".join(pdf.artifacts.values())


def test_the_same_event_gives_the_same_bytes() -> None:
    assert EventPdf(world("event"), LOOK).full() == EventPdf(world("event"), LOOK).full()
