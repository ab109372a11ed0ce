"""Charts of an event: first-timers and other attendees of each session; stay and engagement of each session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from debrief.documents.charts import svg
from debrief.documents.charts.svg import Frame, Span
from debrief.documents.event.view import EventSessionView
from debrief.documents.text import figures

WIDEST = 120.0  # px; maximum width of a bar or a pair of bars, for events with few sessions

WIDE = Frame(height=210, foot=24)
NARROW = Frame(width=340, height=200, foot=24, letters=12)
PRINT = Frame(width=660, height=158, foot=22, letters=10.7)

# The second kind of bar is pale with an outline, so that prints without colour are readable.
_AGAIN = Markup(
    '<rect class="again" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"'
    ' stroke="{stroke}"/>'
)


def visitors(sessions: Sequence[EventSessionView], frame: Frame = WIDE) -> Markup:
    """Draw a bar for each session: first-timers at the bottom, the others above, labelled with the total."""
    title = "Attendees of each session, first-timers and others; the table has the same figures"
    return svg.svg(title, [*_bars(sessions, frame), svg.baseline(frame)], frame)


def shares(sessions: Sequence[EventSessionView], frame: Frame = WIDE) -> Markup:
    """Draw two bars for each session, from 0 to 100%: average share of the session attended, and engagement rate."""
    title = "Average share of each session attended, and its engagement rate; the workbook has these figures"
    return svg.svg(title, [*_pairs(sessions, frame), svg.baseline(frame)], frame)


def _places(count: int, frame: Frame, gap: float) -> Iterator[tuple[float, float]]:
    """Yield the left edge and the width of each session's bars."""
    step = frame.width / count
    width = min(step - min(gap, step / 4), WIDEST)
    yield from ((place * step + (step - width) / 2, width) for place in range(count))


def _pairs(sessions: Sequence[EventSessionView], frame: Frame) -> Iterator[Markup]:
    above: list[Span] = []
    below: list[Span] = []
    for session, (x, both) in zip(sessions, _places(len(sessions), frame, 8.0), strict=True):
        width = both / 2
        pair = ((svg.bar, session.stayed, x), (_again, session.engaged, x + width))
        for draw, share, left in pair:
            if share is None:
                continue
            height = min(share, 1.0) * (frame.base - frame.head)
            yield draw(left, frame.base - height, width, height, frame)
            label = f"{100 * share:.0f}"
            if svg.fits(left + width / 2, label, frame, above):
                yield svg.words(left + width / 2, frame.base - height - 6, label, svg.INK, role="value")
        if svg.fits(x + width, session.mark, frame, below):
            yield svg.words(x + width, frame.base + frame.letters + 5, session.mark, svg.QUIET)


def _bars(sessions: Sequence[EventSessionView], frame: Frame) -> Iterator[Markup]:
    most = max([session.people for session in sessions if session.people], default=1)
    above: list[Span] = []
    below: list[Span] = []
    for session, (x, width) in zip(sessions, _places(len(sessions), frame, 6.0), strict=True):
        tall, new = (count / most * (frame.base - frame.head) for count in (session.people, session.first_timers))
        for draw, bottom, height in ((svg.bar, 0.0, new), (_again, new, tall - new)):
            if height > 0:
                yield draw(x, frame.base - bottom - height, width, height, frame)
        middle, label = x + width / 2, figures.count(session.people)
        if svg.fits(middle, label, frame, above):
            yield svg.words(middle, frame.base - tall - 6, label, svg.INK, role="value")
        if svg.fits(middle, session.mark, frame, below):
            yield svg.words(middle, frame.base + frame.letters + 5, session.mark, svg.QUIET)


def _again(x: float, y: float, width: float, height: float, frame: Frame) -> Markup:
    """Draw a bar of the second kind; its outline is inside its size."""
    width, height = max(width - 1, 0.1), max(height - 1, 0.1)
    return _AGAIN.format(x=x + 0.5, y=y + 0.5, width=width, height=height, fill=svg.FAINT, stroke=frame.accent)
