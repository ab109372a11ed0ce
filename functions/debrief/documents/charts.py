"""Charts as vector SVG: one markup for the page and the PDF, labelled directly, no script, no outside font needed.

Colours stand as attributes, which the PDF engine reads; the page's style sheet overrides them by class. Text is digits
and Latin letters only. There is always a background, since the PDF engine fails on a drawing without any shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from debrief.documents import figures
from debrief.documents.page import Bin

ACCENT, INK, QUIET, RULE, FAINT, PAPER = "#0b6470", "#1d2529", "#566168", "#d5dadd", "#e8ecee", "#ffffff"
FAMILY = "Noto Sans"

_TEXT = Markup('<text class="{role}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{words}</text>')
_BAR = Markup('<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>')
_LINE = Markup('<path class="{role}" d="{d}" stroke="{stroke}" stroke-width="1" fill="none"/>')
_CHART = Markup(
    '<svg class="chart" xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
    'viewBox="0 0 {width} {height}" role="img" aria-label="{title}" font-family="{family}" font-size="{size}">'
    '<rect class="ground" width="{width}" height="{height}" fill="{paper}"/>{shapes}</svg>'
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A chart's size in px, the room that its labels take, and the size of its letters."""

    width: int = 720
    height: int = 216
    head: int = 22  # above the highest bar: its label
    foot: int = 44  # below the baseline: axis, then the median
    letters: float = 11

    @property
    def base(self) -> float:
        """The baseline's y."""
        return self.height - self.foot


WIDE = Frame()
NARROW = Frame(width=340, height=220, letters=12)
PRINT = Frame(width=660, height=200, letters=10.5)


def minutes_stayed(bins: Sequence[Bin], median: float | None, frame: Frame = WIDE) -> Markup:
    """How many people stayed how long: bars to scale on minutes, each with its number of people, the median marked."""
    first, last = bins[0].start, bins[-1].end
    scale = frame.width / max(last - first, 1e-9)

    def x_of(minutes: float) -> float:
        return (min(max(minutes, first), last) - first) * scale

    edges = [x_of(b.start) for b in bins] + [x_of(last)]
    shapes = [*_bars(bins, edges, frame), *_axis(bins, edges, frame)]
    if median is not None:
        shapes += _marker(x_of(median), f"median {figures.minutes(median)} min", frame)
    return _CHART.format(
        width=frame.width,
        height=frame.height,
        title="How many people stayed how long, by minutes; the same figures stand in the table",
        family=FAMILY,
        size=frame.letters,
        paper=PAPER,
        shapes=Markup("").join(shapes),
    )


def _bars(bins: Sequence[Bin], edges: Sequence[float], frame: Frame) -> Iterator[Markup]:
    most = max((b.people for b in bins), default=0)
    taken: list[tuple[float, float]] = []
    # The highest bars are labelled first: where bars are too narrow for every label, those that matter keep theirs.
    for n in sorted(range(len(bins)), key=lambda n: -bins[n].people):
        if not bins[n].people:
            continue
        height = max(bins[n].people / most * (frame.base - frame.head), 1.0)
        gap = min(3.0, (edges[n + 1] - edges[n]) / 5)
        yield _BAR.format(
            x=edges[n] + gap / 2,
            y=frame.base - height,
            width=edges[n + 1] - edges[n] - gap,
            height=height,
            fill=ACCENT,
        )
        words = figures.count(bins[n].people)
        half = _width(words, frame) / 2
        # Kept inside the frame: a narrow bar at the edge has a label wider than itself.
        middle = min(max((edges[n] + edges[n + 1]) / 2, half), frame.width - half)
        if _fits(middle, words, frame, taken):
            yield _words(middle, frame.base - height - 6, words, INK, role="value")


def _axis(bins: Sequence[Bin], edges: Sequence[float], frame: Frame) -> Iterator[Markup]:
    """The baseline and the minutes under it: both ends first, then as many edges as there is room for."""
    line = f"M0 {frame.base + 0.5:.1f}H{frame.width}"
    yield _LINE.format(role="axis", d=line, stroke=RULE)
    marks = [figures.tick(b.start) for b in bins] + [f"{figures.tick(bins[-1].end)} min"]
    taken: list[tuple[float, float]] = []
    for n in (len(marks) - 1, 0, *range(1, len(marks) - 1)):
        anchor = {0: "start", len(marks) - 1: "end"}.get(n, "middle")
        if _fits(edges[n], marks[n], frame, taken, anchor):
            yield _words(edges[n], frame.base + frame.letters + 5, marks[n], QUIET, anchor=anchor)


def _marker(x: float, words: str, frame: Frame) -> Iterator[Markup]:
    """A tick below the axis with its words beside it, on the side where there is room."""
    top, bottom = frame.base + frame.letters + 9, frame.height - 3.0
    yield _LINE.format(role="mark", d=f"M{x:.1f} {top:.1f}V{bottom:.1f}", stroke=INK)
    left = x > frame.width / 2
    yield _words(x + (-6 if left else 6), bottom - 1, words, INK, anchor="end" if left else "start", role="value")


def _words(x: float, y: float, words: str, fill: str, *, anchor: str = "middle", role: str = "label") -> Markup:
    return _TEXT.format(role=role, x=x, y=y, anchor=anchor, fill=fill, words=words)


def _fits(x: float, words: str, frame: Frame, taken: list[tuple[float, float]], anchor: str = "middle") -> bool:
    """Whether a label is clear of those placed before it; if so it takes its place."""
    width = _width(words, frame)
    start = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width
    span = (start - 3, start + width + 3)
    free = all(span[1] <= low or span[0] >= high for low, high in taken)
    if free:
        taken.append(span)
    return free


def _width(words: str, frame: Frame) -> float:
    """About how wide words are: digits and small letters take 0.6 em."""
    return len(words) * frame.letters * 0.6
