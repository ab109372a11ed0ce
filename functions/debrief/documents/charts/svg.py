"""Elements of all charts, and the bar charts. Charts are SVG, the same for web page and PDF.

Colours are attributes, because PDFs have no style sheet for charts; the web page's style sheet overrides the attributes
by class. Labels have only digits and Latin letters. PDFs draw only the elements and attributes that pdf/chart.py reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from debrief.documents.presentation import ACCENT
from debrief.documents.text import figures
from debrief.documents.view.model import Bin, Day

INK, QUIET, RULE, FAINT, PAPER = "#1d2529", "#566168", "#d5dadd", "#e8ecee", "#ffffff"
FAMILY = "Noto Sans"

_TEXT = Markup(
    '<text class="{role}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{weight}>{words}</text>'
)
_BAR = Markup('<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>')
_LINE = Markup('<path class="{role}" d="{d}" stroke="{stroke}" stroke-width="{width}" fill="none"/>')
_CHART = Markup(
    '<svg class="chart" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
    'viewBox="0 0 {width} {height}" role="img" aria-label="{title}" font-family="{family}" font-size="{size}">'
    '<rect class="ground" width="{width}" height="{height}" fill="{paper}"/>{shapes}</svg>'
)
_BOLD = Markup(' font-weight="bold"')

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A chart's size, its space for labels, the size of its text (all in px), and its colour."""

    width: int = 720
    height: int = 216
    head: int = 22  # space above the highest bar, for its label
    foot: int = 44  # space below the baseline, for the axis and the median
    letters: float = 11
    accent: str = ACCENT

    @property
    def base(self) -> float:
        """Return the y coordinate of the baseline."""
        return self.height - self.foot


WIDE = Frame()
NARROW = Frame(width=340, height=220, letters=12)
PRINT = Frame(width=660, height=200, letters=10.7)
PRINT_LOW = Frame(width=660, height=140, foot=22, letters=10.7)


def minutes_stayed(bins: Sequence[Bin], median: float | None, frame: Frame = WIDE) -> Markup:
    """Draw a histogram of minutes stayed: a bar for each bin, labelled with its number of people, and the median."""
    first, last = bins[0].start, bins[-1].end
    scale = frame.width / max(last - first, 1e-9)

    def x_of(minutes: float) -> float:
        return (min(max(minutes, first), last) - first) * scale

    edges = [x_of(b.start) for b in bins] + [x_of(last)]
    marks = [figures.tick(b.start) for b in bins] + [f"{figures.tick(last)} min"]
    shapes = [*_bars([b.people for b in bins], edges, frame), *_axis(marks, edges, frame)]
    if median is not None:
        shapes += _marker(x_of(median), f"median {figures.minutes(median)} min", frame)
    return svg("How many people stayed how long, by minutes; the table has the same figures", shapes, frame)


def plays_by_day(days: Sequence[Day], frame: Frame = WIDE) -> Markup:
    """Draw a bar for each day, labelled with the day and its number of plays of the recordings."""
    title = "Plays of the recordings by day; the table has the same figures"
    return labelled_bars([(day.label, day.plays) for day in days], title, frame)


def labelled_bars(bars: Sequence[tuple[str, int]], title: str, frame: Frame = WIDE) -> Markup:
    """Draw a bar for each label and number. Labels that do not fit are left out, the first and the last one never."""
    step = min(frame.width / len(bars), 80.0)  # so that bars are not too wide if there are only a few
    edges = [n * step for n in range(len(bars) + 1)]
    shapes = [*_bars([number for _, number in bars], edges, frame), baseline(frame)]
    taken: list[Span] = []
    for n in (0, len(bars) - 1, *range(1, len(bars) - 1)):
        label = bars[n][0]
        middle = inside((edges[n] + edges[n + 1]) / 2, label, frame)
        if fits(middle, label, frame, taken):
            shapes.append(words(middle, frame.base + frame.letters + 5, label, QUIET))
    return svg(title, shapes, frame)


def svg(title: str, shapes: Iterable[Markup], frame: Frame) -> Markup:
    """Combine shapes into a chart. `title` is the text that screen readers read."""
    return _CHART.format(
        width=frame.width,
        height=frame.height,
        title=title,
        family=FAMILY,
        size=frame.letters,
        paper=PAPER,
        shapes=Markup("").join(shapes),
    )


def words(
    x: float, y: float, text: str, fill: str, *, anchor: str = "middle", role: str = "label", bold: bool = False
) -> Markup:
    """Draw a label; `y` is the text's baseline."""
    weight = _BOLD if bold else ""
    return _TEXT.format(role=role, x=x, y=y, anchor=anchor, fill=fill, weight=weight, words=text)


def line(d: str, stroke: str, *, role: str, width: float = 1) -> Markup:
    """Draw an open path."""
    return _LINE.format(role=role, d=d, stroke=stroke, width=width)


def bar(x: float, y: float, width: float, height: float, frame: Frame) -> Markup:
    """Draw a bar in the frame's colour."""
    return _BAR.format(x=x, y=y, width=width, height=height, fill=frame.accent)


def baseline(frame: Frame) -> Markup:
    """Draw the line below the bars."""
    return line(f"M0 {frame.base + 0.5:.1f}H{frame.width}", RULE, role="axis")


def fits(x: float, text: str, frame: Frame, taken: list[Span], anchor: str = "middle") -> bool:
    """Return whether a label overlaps none of the spans in `taken`; if it does not, add its span to `taken`."""
    width = width_of(text, frame)
    start = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width
    span = (start - 3, start + width + 3)
    free = all(span[1] <= low or span[0] >= high for low, high in taken)
    if free:
        taken.append(span)
    return free


def inside(x: float, text: str, frame: Frame) -> float:
    """Return the x coordinate nearest to `x` at which a centred label is within the frame."""
    half = width_of(text, frame) / 2
    return max(min(x, frame.width - half), half)


def width_of(text: str, frame: Frame) -> float:
    """Estimate the width of a text in px: a character takes 0.6 em."""
    return len(text) * frame.letters * 0.6


def _bars(values: Sequence[int], edges: Sequence[float], frame: Frame) -> Iterator[Markup]:
    most = max(values, default=0)
    taken: list[Span] = []
    # Begin with the highest bars, so that they get their labels even if not all labels fit.
    for n in sorted(range(len(values)), key=lambda n: -values[n]):
        if not values[n]:
            continue
        height = max(values[n] / most * (frame.base - frame.head), 1.0)
        gap = min(3.0, (edges[n + 1] - edges[n]) / 5)
        yield bar(edges[n] + gap / 2, frame.base - height, edges[n + 1] - edges[n] - gap, height, frame)
        label = figures.count(values[n])
        middle = inside((edges[n] + edges[n + 1]) / 2, label, frame)
        if fits(middle, label, frame, taken):
            yield words(middle, frame.base - height - 6, label, INK, role="value")


def _axis(marks: Sequence[str], edges: Sequence[float], frame: Frame) -> Iterator[Markup]:
    """Yield the baseline, and below it the minutes of both ends and of as many other edges as fit."""
    yield baseline(frame)
    taken: list[Span] = []
    for n in (len(marks) - 1, 0, *range(1, len(marks) - 1)):
        anchor = {0: "start", len(marks) - 1: "end"}.get(n, "middle")
        if fits(edges[n], marks[n], frame, taken, anchor):
            yield words(edges[n], frame.base + frame.letters + 5, marks[n], QUIET, anchor=anchor)


def _marker(x: float, text: str, frame: Frame) -> Iterator[Markup]:
    """Yield a tick below the axis, with its label on the side with more space."""
    top, bottom = frame.base + frame.letters + 9, frame.height - 3.0
    yield line(f"M{x:.1f} {top:.1f}V{bottom:.1f}", INK, role="mark")
    left = x > frame.width / 2
    yield words(x + (-6 if left else 6), bottom - 1, text, INK, anchor="end" if left else "start", role="value")
