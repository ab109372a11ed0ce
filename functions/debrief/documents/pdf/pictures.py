"""Charts and logo of the PDFs as pictures, which `drawing` in pdf/parts.py makes drawable."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from debrief.documents.charts import svg as charts
from debrief.documents.charts import timeline
from debrief.documents.pdf.paper import PAPER_SIZES, WIDTH
from debrief.documents.presentation import Presentation
from debrief.documents.view.build import View

# Height of the timeline chart, as a share of the text area's height.
TIMELINE_HEIGHT, SMALL_TIMELINE_HEIGHT = 0.275, 0.19
FEWEST = 5  # people; for fewer, a chart of minutes stayed shows no distribution
_LABEL = re.compile('aria-label="([^"]*)"')
_TABLE = "; the table has the same figures"  # on the web page, but not in the PDF
LOGO_WIDTH, LOGO_HEIGHT = 160.0, 30.0  # points; maximum size


@dataclass(frozen=True, slots=True)
class Picture:
    """An image (`kind` is `svg+xml`, `png` or `jpeg`) and its size in points. `alt` is what screen readers read."""

    body: bytes = field(repr=False)
    kind: str
    width: float
    height: float
    alt: str = ""


def pictures(view: View, presentation: Presentation, *, is_small: bool = False) -> dict[str, Picture]:
    """Return the charts for which there is data, and the logo, by the names that pdf/sections.py uses."""
    drawn = {}
    for name, svg, frame in _charts(view, presentation, SMALL_TIMELINE_HEIGHT if is_small else TIMELINE_HEIGHT):
        picture = chart_of(svg, frame)
        drawn[name] = replace(picture, alt=picture.alt.replace(_TABLE, "; report.html has the same figures in a table"))
    return drawn | ({"logo": logo_of(presentation.logo)} if presentation.logo else {})


def _charts(view: View, presentation: Presentation, timeline_height: float) -> Iterator[tuple[str, str, charts.Frame]]:
    high, middle, low = (
        replace(frame, accent=presentation.accent)
        for frame in (timeline.PRINT, replace(charts.PRINT, height=135), charts.PRINT_LOW)
    )
    high = replace(
        high, height=round(PAPER_SIZES[presentation.paper].text_height * timeline_height * high.width / WIDTH)
    )
    if view.timeline and view.timeline.axis:
        yield "timeline", timeline.timeline(view.timeline, high), high
    if view.stayed and sum(each.people for each in view.stayed.bins) >= FEWEST:
        yield "stayed", charts.minutes_stayed(view.stayed.bins, view.stayed.median, middle), middle
    if view.recordings and len(view.recordings.days) > 1:
        yield "plays", charts.plays_by_day(view.recordings.days, low), low


def chart_of(svg: str, frame: charts.Frame) -> Picture:
    """Return a chart as wide as the text. Screen readers read the same sentence as on the web page."""
    label = _LABEL.search(svg)
    alt = html.unescape(label[1]) if label else ""
    return Picture(svg.encode(), "svg+xml", WIDTH, frame.height * WIDTH / frame.width, alt)


def logo_of(body: bytes) -> Picture:
    """Return the logo at its maximum size. Raises PIL's error if the bytes are not a PNG or JPEG image.

    A logo in the colours of a printer (CMYK) is converted, because all colours of an archival PDF must be of one kind.
    """
    from PIL import Image

    with Image.open(io.BytesIO(body), formats=("PNG", "JPEG")) as image:
        kind, (width, height) = str(image.format).lower(), image.size
        if image.mode == "CMYK":
            converted = io.BytesIO()
            image.convert("RGB").save(converted, "PNG")
            kind, body = "png", converted.getvalue()
    scale = min(LOGO_WIDTH / width, LOGO_HEIGHT / height)
    return Picture(body, kind, round(width * scale, 2), round(height * scale, 2))
