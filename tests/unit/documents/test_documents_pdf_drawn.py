"""What reportlab draws in the PDF: strips, bars, long tables."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate

from debrief.documents.pdf import attendees, fonts, settings
from debrief.documents.pdf.canvas import Pen
from debrief.documents.pdf.cells import Drawable, ShareBar
from debrief.documents.pdf.grid import Grid
from debrief.documents.pdf.long_table import Listing
from debrief.documents.pdf.strips import MOST_CELLS, HeatmapDrawing, thinned
from debrief.documents.view import model
from debrief.documents.view.model import AttendeeRowView, People

COLUMNS = (model.Column("Name", width=60, numeric=False), model.Column("Minutes", "of 62", 20))
Box = tuple[float, float, float, float]


@pytest.fixture(autouse=True)
def _faces() -> Iterator[None]:
    """Fonts and settings of a document that has tags."""
    fonts.register()
    with settings.prepared():
        yield


def boxes(cell: Drawable, width: float) -> list[Box]:
    """The rectangles that a cell draws: x, y, width, height each."""
    canvas = Canvas(io.BytesIO(), pageCompression=0)
    pen = Pen(canvas)
    cell.draw(pen, 0, cell.height, width)
    pen.flush()
    found = re.findall(r"n (\S+) (\S+) (\S+) (\S+) re f", canvas.getpdfdata().decode("latin-1"))
    return [(float(x), float(y), float(w), float(h)) for x, y, w, h in found]


def tables(rows: int, *, words: str = "Name") -> PdfReader:
    body = io.BytesIO()
    grid = Grid(COLUMNS, [(f"{words} {n}", f"{n}.0") for n in range(rows)], 400)
    SimpleDocTemplate(body).build([Listing(grid)])
    return PdfReader(body)


def test_a_strip_is_high_where_engaged_half_as_high_where_less_and_a_line_where_not_there() -> None:
    line, engaged, less, again = boxes(HeatmapDrawing("eee--nne", "#0b6470"), 80)
    assert line == (0, 0, 80, 0.5)
    assert engaged == (0, 0, 30, 9)
    assert less == (50, 0, 20, 4.5)
    assert again == (70, 0, 10, 9)


def test_somebody_who_was_never_there_has_a_line_only() -> None:
    assert len(boxes(HeatmapDrawing("-" * 60, "#0b6470"), 80)) == 1


@given(st.text("en-", min_size=1, max_size=4000))
def test_a_long_strip_keeps_what_most_of_its_minutes_were(shades: str) -> None:
    drawn = thinned(shades)
    size = -(-len(shades) // MOST_CELLS)
    assert len(drawn) <= MOST_CELLS
    for place, shade in enumerate(drawn):
        part = shades[place * size : (place + 1) * size]
        assert part.count(shade) == max(part.count(each) for each in "en-")


def test_a_bar_fills_its_share_of_the_track_and_never_more() -> None:
    assert [box[2] for box in boxes(ShareBar(0.25, "#0b6470"), 80)] == [80, 20]
    assert [box[2] for box in boxes(ShareBar(1.3, "#0b6470"), 80)] == [80, 80]
    assert boxes(ShareBar(None, "#0b6470"), 80) == []


@pytest.mark.parametrize("rows", [1, 40, 41, 500])
def test_a_long_table_has_every_row_once_below_a_head_on_each_page(rows: int) -> None:
    pages = [page.extract_text() for page in tables(rows).pages]
    assert all("of 62" in page for page in pages)
    found = [int(number) for page in pages for number in re.findall(r"Name (\d+)", page)]
    assert found == list(range(rows))


def test_rows_of_several_lines_are_not_torn() -> None:
    for page_ in tables(120, words="word " * 30).pages:
        assert page_.extract_text().count("word") % 30 == 0


def test_a_head_is_never_cut_however_narrow_its_share() -> None:
    columns = (model.Column("Text", width=99, numeric=False), model.Column("Participants", "estimate", 1))
    spans = Grid(columns, [], 200).spans()
    assert spans[1][1] > 45
    assert spans[0][1] + spans[1][1] + 12 == pytest.approx(200)


def test_columns_that_nobody_has_anything_in_are_left_out_of_the_list() -> None:
    bare = People([AttendeeRowView("Ana", minutes=3.0, reactions=0), AttendeeRowView("Bob", minutes=1.0)], 2)
    assert [column.head for column in attendees.everybody(bare, "62").columns] == ["Name", "Minutes", "Engaged"]
    full = People([AttendeeRowView("Ana", email="a@example.org", company="Acme", downloads=2, breakout_minutes=4.0)], 1)
    heads = [column.head for column in attendees.everybody(full, "62").columns]
    assert heads == ["Name", "Email", "Company", "Minutes", "Engaged", "Files", "Breakout"]


def test_the_list_says_who_was_a_guest_and_what_its_heads_count() -> None:
    people = People([AttendeeRowView("Ana", kind="Guest", chat_messages=4)], 1)
    assert attendees.everybody(people, "62").rows[0][0] == "Ana (guest)"
    assert attendees.legend(people, "62") == ["Chat: messages in the group chat."]
