"""Charts on a PDF page look as a general reader of SVG draws them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageChops, ImageStat
from pypdfium2 import PdfDocument
from reportlab.graphics import renderPDF
from reportlab.pdfgen.canvas import Canvas
from svglib.fonts import register_font
from svglib.svglib import svg2rlg

from debrief.documents import templates
from debrief.documents.charts import svg, timeline
from debrief.documents.event import chart as event_chart
from debrief.documents.event.view import EventSessionView
from debrief.documents.pdf import fonts
from debrief.documents.pdf.chart import chart, path_operators
from debrief.documents.pdf.pictures import Picture, chart_of
from debrief.documents.view.model import Bin, Day, Moment, PageSection, Period, Timeline
from debrief.documents.view.time_axis import TimeAxis

START = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
VIEWERS = [0, 3, 40, 120, 118, 119, 90, 95, 60, 40, 12, 0, 0, 0, 30, 35, 20, 10, 5, 1]
COURSE = Timeline(
    PageSection(),
    TimeAxis(START, ZoneInfo("Europe/Berlin"), 0.0, 1.0, (START, START + timedelta(minutes=len(VIEWERS)))),
    VIEWERS,
    [value / 150 if value else None for value in VIEWERS],
    [value // 7 for value in VIEWERS],
    VIEWERS.index(120),
    8,
    [Moment(3, 5, "", 33, "Clap", [("Clap", 33)]), Moment(14.5, 16, "", 9, "Wow", [("Wow", 9)])],
    gaps=[(11, 14)],
    breakouts=[Period(6, 9, "10:06\N{EN DASH}10:09")],
    unknown=[(11, 14)],
)
SESSIONS = [EventSessionView(f"S{n}", f"Session {n}", 40 * n, 15 * n, 0.2 * n, 0.15 * n) for n in (1, 2, 3)]
CHARTS = {
    "event": (event_chart.visitors(SESSIONS, event_chart.PRINT), event_chart.PRINT),
    "event shares": (event_chart.shares(SESSIONS, event_chart.PRINT), event_chart.PRINT),
    "timeline": (timeline.timeline(COURSE, timeline.PRINT), timeline.PRINT),
    "stayed": (svg.minutes_stayed([Bin(n, n + 5, n * 7 % 31) for n in range(0, 60, 5)], 21.5, svg.PRINT), svg.PRINT),
    "plays": (svg.plays_by_day([Day(f"{n} Nov", n % 4) for n in range(1, 9)], svg.PRINT_LOW), svg.PRINT_LOW),
}


def page(draw: Callable[[Any], None], picture: Picture) -> Image.Image:
    """What a page as large as the picture shows."""
    file = io.BytesIO()
    canvas = Canvas(file, (picture.width, picture.height), initialFontName=fonts.regular()[0])
    draw(canvas)
    canvas.save()
    image: Image.Image = PdfDocument(file.getvalue())[0].render(scale=2).to_pil().convert("RGB")
    return image


def by_a_general_reader(picture: Picture) -> Image.Image:
    for face in fonts.FACES[:2]:
        file = str(templates.fonts_dir() / face.file)
        register_font(face.family, file, "bold" if face.bold else "normal", rlgFontName=face.name)
    drawing = svg2rlg(io.BytesIO(picture.body))
    scale = picture.width / drawing.width

    def draw(canvas: Canvas) -> None:
        canvas.scale(scale, scale)
        renderPDF.draw(drawing, canvas, 0, 0)

    return page(draw, picture)


def ours(picture: Picture) -> Image.Image:
    drawn = chart(picture)

    def draw(canvas: Canvas) -> None:
        canvas.transform(drawn.scale, 0, 0, drawn.scale, 0, picture.height)
        for shape in drawn.shapes:
            shape(canvas)

    return page(draw, picture)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_looks_as_a_general_reader_of_svg_draws_it(name: str) -> None:
    fonts.register()
    picture = chart_of(*CHARTS[name])
    expected, found = by_a_general_reader(picture), ours(picture)
    assert expected.size == found.size
    assert max(ImageStat.Stat(ImageChops.difference(expected, found)).mean) < 0.2  # of 255: only rounded edges differ
    without_labels = replace(
        picture, body=picture.body.replace(b"<text", b'<circle r="0" cx="0" cy="0"').replace(b"</text", b"</circle")
    )
    assert max(ImageStat.Stat(ImageChops.difference(expected, ours(without_labels))).mean) > 0.2


def test_the_steps_of_a_path_become_lines_with_y_upwards() -> None:
    assert path_operators("M1.5 2V5h3v-1H0L7 8Z") == "1.5 -2 m 1.5 -5 l 4.5 -5 l 4.5 -4 l 0 -4 l 7 -8 l h"
    assert path_operators("") == ""


@pytest.mark.parametrize(
    "shape",
    [
        '<path d="M0 0C1 1 2 2 3 3" fill="#000000"/>',
        '<path d="M0 0H1" fill="#000000" stroke-dasharray="2 2"/>',
        '<rect width="2" height="2" fill="#000000" transform="rotate(9)"/>',
        '<ellipse cx="1" cy="1" rx="1" ry="2" fill="#000000"/>',
    ],
)
def test_a_shape_that_cannot_be_drawn_is_an_error_and_not_left_out(shape: str) -> None:
    body = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" font-size="9">{shape}</svg>'
    with pytest.raises(ValueError, match="A PDF cannot draw"):
        chart(Picture(body.encode(), "svg+xml", 9, 9))
