"""Marks on the timeline chart: chapters, top moments, peak, loss of viewers, interruptions, breakouts, time axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from math import ceil

from markupsafe import Markup

from debrief.documents.charts import svg
from debrief.documents.charts.plot import Panel, Plot
from debrief.documents.charts.svg import FAINT, INK, PAPER, QUIET, RULE, Span
from debrief.documents.text import figures, labels, sanitize, times
from debrief.documents.view.model import Mark, Moment, Period, Timeline

STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480, 720, 1440, 2880, 5760)  # minutes between marks on the axis

_BAND = Markup('<rect class="band" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>')
_GAP = Markup(
    '<rect class="gap" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"'
    ' fill-opacity="0.55"/>'
)
_INTERRUPTED, _UNKNOWN = "interrupted", "not known"
_HATCH = 9.0  # px between two hatching lines
_DOT = Markup('<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{fill}"/>')


def bands(plot: Plot, moments: Sequence[Moment], top: float) -> Iterator[Markup]:
    """Yield a shaded band for each moment, from `top` to the time axis."""
    for moment in moments:
        x, end = plot.x(moment.start), plot.x(moment.end)
        yield _BAND.format(x=x, y=top, width=max(end - x, 1.0), height=plot.frame.base - top, fill=FAINT)
        yield _bracket(x, top, max(end - x, 1.0))


def contents(plot: Plot, chapters: Sequence[Mark], slides: Sequence[Mark]) -> Iterator[Markup]:
    """Yield a line from each chapter to the next, with number and title if they fit; short ticks are slides."""
    frame, y = plot.frame, plot.row - 3
    for slide in slides:
        yield svg.line(f"M{plot.x(slide.minute):.1f} {y:.1f}v3", QUIET, role="apart", width=0.8)
    edges = [*(plot.x(chapter.minute) for chapter in chapters), plot.width]
    for number, (chapter, (x, end)) in enumerate(zip(chapters, pairwise(edges), strict=True), 1):
        yield svg.line(f"M{x:.1f} {y - 9:.1f}V{y:.1f}H{max(end - 2, x):.1f}", QUIET, role="apart", width=0.8)
        if label := _label(f"{number} {chapter.title}", int((end - x - 6) / svg.width_of("m", frame)), str(number)):
            yield svg.words(x + 4, y - 3, label, INK, anchor="start", role="value")


def _label(whole: str, space: int, short: str) -> str:
    """Return a label of at most `space` characters: the whole text, a cut text, `short`, or nothing.

    Fonts of PDFs' charts have Latin letters only.
    """
    if all(character < "\N{LATIN LETTER SMALL CAPITAL A}" for character in whole):
        if len(whole) <= space:
            return whole
        if space >= len(short) + 6:
            return f"{whole[: space - 1].rstrip()}{sanitize.ELLIPSIS}"
    return short if len(short) <= space else ""


def gaps(plot: Plot, line: Timeline, panel: Panel) -> Iterator[Markup]:
    """Yield a shaded band for each interruption and each period without figures; add a label if it fits."""
    unknown = [(plot.axis.minute(start), plot.axis.minute(end), _UNKNOWN) for start, end in line.unknown]
    for start, end, name in [*((*gap, _INTERRUPTED) for gap in line.gaps), *unknown]:
        x, width = plot.x(start), plot.x(end) - plot.x(start)
        yield _GAP.format(x=x, y=panel.top, width=width, height=plot.frame.base - panel.top, fill=RULE)
        yield _bracket(x, panel.top, width)
        if svg.width_of(name, plot.frame) < width:
            middle = (panel.top + panel.base) / 2
            yield svg.words(x + width / 2, middle, name, INK, role="value")


def _bracket(x: float, y: float, width: float) -> Markup:
    """Draw the upper edge of a band. A band is pale, because curves cross it; its edge is not."""
    return svg.line(f"M{x:.1f} {y + 3:.1f}v-3h{width:.1f}v3", QUIET, role="apart", width=0.8)


def breakouts(plot: Plot, periods: Sequence[Period], panel: Panel) -> Iterator[Markup]:
    """Yield a hatched, outlined band for each period of breakouts; add the longest label for which there is space."""
    taken: list[Span] = []
    for period in periods:
        x, width = plot.x(period.start), max(plot.x(period.end) - plot.x(period.start), 1.0)
        height = plot.frame.base - panel.top
        yield svg.line(_hatch(x, panel.top, width, height), RULE, role="hatch", width=0.9)
        yield svg.line(
            f"M{x:.1f} {panel.top:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}Z", QUIET, role="apart", width=0.6
        )
        for label in (f"Breakouts {period.clock}", "Breakouts"):
            middle = svg.inside(x + width / 2, label, plot.frame)
            if svg.fits(middle, label, plot.frame, taken):
                yield svg.words(middle, panel.top + 1.3 * plot.frame.letters, label, INK, role="value")
                break


def _hatch(x: float, y: float, width: float, height: float) -> str:
    """Return a path of slanted lines that fill a rectangle: SVG patterns would be missing in PDFs."""
    path = ""
    for place in range(1, ceil((width + height) / _HATCH)):
        far = place * _HATCH  # distance from the corner at which the line would cross the upper and the left edge
        right, down = min(far, width), min(far, height)
        path += f"M{x + right:.1f} {y + far - right:.1f}L{x + far - down:.1f} {y + down:.1f}"
    return path


def ranks(plot: Plot, moments: Sequence[Moment], bottom: float) -> Iterator[Markup]:
    """Yield a dot with the rank of each moment; beside it, if there is space, the number of reactions."""
    letters, radius = plot.frame.letters, plot.frame.letters * 0.68
    y = bottom - plot.row / 2
    middles = [plot.x((moment.start + moment.end) / 2) for moment in moments]
    taken = [(x - radius, x + radius) for x in middles]
    for rank, (moment, x) in enumerate(zip(moments, middles, strict=True), 1):
        yield _DOT.format(x=x, y=y, r=radius, fill=INK)
        yield svg.words(x, y + letters * 0.35, str(rank), PAPER, role="rank", bold=True)
        label = figures.count(moment.total)
        long = svg.width_of(label, plot.frame)
        for beside, anchor in ((x + radius + 4, "start"), (x - radius - 4, "end")):
            inside = beside + long <= plot.width if anchor == "start" else beside >= long
            if inside and svg.fits(beside, label, plot.frame, taken, anchor):
                yield svg.words(beside, y + letters * 0.35, label, INK, anchor=anchor, role="value")
                break


def title(bottom: float, text: str) -> Markup:
    """Draw the title of a panel in the row that ends at `bottom`."""
    return svg.words(0, bottom - 6, text, INK, anchor="start", role="title", bold=True)


def viewers(plot: Plot, panel: Panel, line: Timeline, name: str) -> Iterator[Markup]:
    """Yield the title of the viewers' panel, a mark at the peak, and a mark where viewers fall below half of it."""
    most, frame = line.viewers[line.peak], plot.frame
    rows: list[tuple[float, list[Span]]] = [(panel.top - plot.row - 6, []), (panel.top - 6, [])]
    yield title(panel.top - plot.row, name)
    svg.fits(0, name + "  ", frame, rows[0][1], "start")
    peak = labels.within_sentence(labels.short_metric("peak_live_viewers"))
    label = f"{peak} {figures.count(most)} in {_when(plot, line.peak)}"
    at = svg.inside(plot.at(line.peak), label, frame)
    svg.fits(at, label, frame, rows[1][1])
    yield _DOT.format(x=plot.at(line.peak), y=panel.y(most), r=2.6, fill=INK)
    yield svg.words(at, rows[1][0], label, INK, role="value")
    if line.half_gone is not None:
        yield from _loss(plot, panel, line.half_gone, rows)


def _loss(plot: Plot, panel: Panel, index: int, rows: list[tuple[float, list[Span]]]) -> Iterator[Markup]:
    """Yield a vertical line through the panel; add a label in the first row that has space."""
    x, long = plot.at(index), f"below half from {_when(plot, index)}"
    yield svg.line(f"M{x:.1f} {rows[0][0] - 7:.1f}V{panel.base:.1f}", INK, role="mark", width=0.8)
    at, anchor = (x - 5, "end") if x > plot.width / 2 else (x + 5, "start")
    for label, (y, taken) in product((long, "below half"), rows):
        if svg.fits(at, label, plot.frame, taken, anchor):
            yield svg.words(at, y, label, INK, anchor=anchor, role="value")
            return


def _when(plot: Plot, index: int) -> str:
    """Return the number of the minute; in a wide chart also the time of day."""
    minute = f"minute {figures.count(plot.axis.number(index))}"
    return minute if plot.frame.width < 500 else f"{minute}, {plot.axis.clock(index)}"


def axis(plot: Plot) -> Iterator[Markup]:
    """Yield the marks of the time axis: numbers of minutes, the first is 1, and times of day below them."""
    frame, letters = plot.frame, plot.frame.letters
    upper = frame.base + 4 + letters
    rows: dict[float, list[Span]] = {upper: [], upper + 2 + 1.2 * letters: []}
    for (y, taken), unit in zip(rows.items(), ("min", plot.axis.zone_names), strict=True):
        svg.fits(frame.width, unit, frame, taken, "end")
        yield svg.words(frame.width, y, unit, QUIET, anchor="end")
    scale = plot.width / max(plot.last - plot.first, 1e-9)  # px per minute
    step = next((step for step in STEPS if step * scale > 5 * letters), STEPS[-1])
    first = -int(-plot.first // step)  # the first mark at or after the start of the axis
    for mark in range(first, ceil(plot.last / step)):  # no mark at the end: it would name a minute after the session
        x = plot.x(mark * step)
        anchor = "start" if x < 2 * letters else "middle"
        time = plot.axis.time((mark * step - plot.first) / plot.axis.step)
        yield svg.line(f"M{x:.1f} {frame.base:.1f}v4", QUIET, role="tick")
        labels = (figures.count(mark * step + 1), times.clock(time, plot.axis.zone))
        for (y, taken), label in zip(rows.items(), labels, strict=True):
            if svg.fits(x, label, frame, taken, anchor):
                yield svg.words(x, y, label, QUIET, anchor=anchor)
