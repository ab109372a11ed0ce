"""Charts and logo of the PDF as pictures, because the engine draws SVG as vectors in pictures only."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from debrief.documents.charts import svg as charts
from debrief.documents.charts import timeline
from debrief.documents.pdf.paper import SHEETS, WIDTH
from debrief.documents.presentation import Presentation
from debrief.documents.view.build import View

# Heights of the timeline chart, as shares of the page's height; low enough that the next section fits below it.
COURSE, SMALL_COURSE = 0.275, 0.19
FEWEST = 5  # people: of fewer, a chart of their minutes shows no distribution
LOGO_WIDTH, LOGO_HEIGHT = 160.0, 30.0  # points that it may take


@dataclass(frozen=True, slots=True)
class Picture:
    """An image and its size in points."""

    body: bytes = field(repr=False)
    kind: str
    width: float
    height: float

    @property
    def address(self) -> str:
        """Return the image as a data URL."""
        return f"data:image/{self.kind};base64,{base64.b64encode(self.body).decode()}"


def pictures(view: View, presentation: Presentation, *, is_small: bool = False) -> dict[str, Picture]:
    """Return the charts for which there is data, and the logo, by the names that pdf/sections.py uses."""
    drawn = {
        name: chart_of(svg, frame)
        for name, svg, frame in _charts(view, presentation, SMALL_COURSE if is_small else COURSE)
    }
    return drawn | ({"logo": logo_of(presentation.logo)} if presentation.logo else {})


def _charts(view: View, presentation: Presentation, course: float) -> Iterator[tuple[str, str, charts.Frame]]:
    high, middle, low = (
        replace(frame, accent=presentation.accent)
        for frame in (timeline.PRINT, replace(charts.PRINT, height=135), charts.PRINT_LOW)
    )
    high = replace(high, height=round(SHEETS[presentation.paper].text_height * course * high.width / WIDTH))
    if view.timeline and view.timeline.axis:
        yield "timeline", timeline.timeline(view.timeline, high), high
    if view.stayed and sum(each.people for each in view.stayed.bins) >= FEWEST:
        yield "stayed", charts.minutes_stayed(view.stayed.bins, view.stayed.median, middle), middle
    if view.recordings and len(view.recordings.days) > 1:
        yield "plays", charts.plays_by_day(view.recordings.days, low), low


def chart_of(svg: str, frame: charts.Frame) -> Picture:
    """Return a chart as wide as the text."""
    return Picture(svg.encode(), "svg+xml", WIDTH, frame.height * WIDTH / frame.width)


def logo_of(body: bytes) -> Picture:
    """Return the logo at its maximum size. Raise PIL's error if the bytes are not an image."""
    from PIL import Image

    with Image.open(io.BytesIO(body), formats=("PNG", "JPEG")) as image:
        kind, (width, height) = str(image.format).lower(), image.size
    scale = min(LOGO_WIDTH / width, LOGO_HEIGHT / height)
    return Picture(body, kind, round(width * scale, 2), round(height * scale, 2))
