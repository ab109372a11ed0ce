"""Timeline chart of a session: a panel each for live viewers, engagement and reactions, above a common time axis.

The top moments are shaded in all panels and numbered, most reactions first. Marks show the peak of viewers, and the
minute from which viewers are fewer than half of the peak. Chapters and slides of the recording have a row at the top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from markupsafe import Markup

from debrief.documents.charts import markers, svg
from debrief.documents.charts.plot import Panel, Plot, plot_of
from debrief.documents.charts.svg import FAINT, INK, QUIET, RULE, Frame
from debrief.documents.text import figures
from debrief.documents.view.model import Timeline

WIDE = Frame(width=720, height=350, foot=36)
NARROW = Frame(width=340, height=370, foot=40, letters=12)
PRINT = Frame(width=660, height=330, foot=34, letters=10.7)

_PATH = Markup('<path class="{role}" d="{d}" fill="{fill}" fill-opacity="{opacity}"/>')
SHADE = 0.14  # opacity of the area below the line of viewers


def timeline(line: Timeline, frame: Frame = WIDE) -> Markup:
    """Draw a timeline with at least one value. Panels without data are left out."""
    plot = plot_of(line, frame)
    viewers, engagement, reactions = _panels(plot, line)
    shapes = [
        *markers.contents(plot, line.chapters, line.slides),
        *markers.bands(plot, line.moments, viewers.top),
        *markers.gaps(plot, line, viewers),
        *markers.breakouts(plot, line.breakouts, viewers),
        *_viewers(plot, viewers, line),
    ]
    if engagement:
        shapes += _engagement(plot, engagement, line)
    if reactions:
        shapes += _reactions(plot, reactions, line.reactions)
        shapes += markers.ranks(plot, line.moments, reactions.top)
    title = "Live viewers, " + _each(plot, "people", "most in")
    shapes += [*markers.viewers(plot, viewers, line, title), *markers.axis(plot)]
    return svg.svg("Live viewers, engagement and reactions over time; the table has the same figures", shapes, frame)


def _panels(plot: Plot, line: Timeline) -> tuple[Panel, Panel | None, Panel | None]:
    """Build the panels from the bottom up, with space above each for its title and the labels of its marks."""
    base = plot.frame.base
    engaged, reacted = any(value is not None for value in line.engagement), any(line.reactions)
    free = base - (2 + 1.5 * engaged + 2.5 * reacted) * plot.row
    engagement = reactions = None
    if reacted:
        reactions = Panel(base - 0.16 * free, base, float(max(plot.points(line.reactions, sum))))
        base = reactions.top - 2.5 * plot.row
    if engaged:
        engagement = Panel(base - 0.28 * free, base, 1.0)
        base = engagement.top - 1.5 * plot.row
    top = (2 + bool(line.chapters or line.slides)) * plot.row
    return Panel(top, base, float(max(1, *line.viewers))), engagement, reactions


def _viewers(plot: Plot, panel: Panel, line: Timeline) -> Iterator[Markup]:
    """Yield a line above a shaded area, both interrupted where viewers are unknown."""
    values = enumerate(plot.points(line.viewers, max))
    areas, lines = "", ""
    for known, run in groupby(values, lambda pair: line.knows(pair[0] * plot.values_per_point, plot.values_per_point)):
        if known:
            dots = [(plot.middle(n), panel.y(value)) for n, value in run]
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in dots)
            areas += f"M{dots[0][0]:.1f} {panel.base:.1f}L{path}L{dots[-1][0]:.1f} {panel.base:.1f}Z"
            lines += f"M{path}"
    yield _PATH.format(role="area", d=areas, fill=plot.frame.accent, opacity=SHADE)
    yield from _scale(plot, panel, _round_values(panel.most), figures.count)
    yield svg.line(lines, plot.frame.accent, role="line", width=1.6)


def _engagement(plot: Plot, panel: Panel, line: Timeline) -> Iterator[Markup]:
    yield markers.title(panel.top, "Engagement, % of live viewers")
    yield from _scale(plot, panel, (0.0, 0.5, 1.0), lambda value: f"{value:.0%}")
    indices = range(0, len(line.viewers), plot.values_per_point)
    values = enumerate([line.engaged(index, plot.values_per_point) for index in indices])
    for known, run in groupby(values, lambda pair: pair[1] is not None):
        if known:
            dots = [f"{plot.middle(n):.1f} {panel.y(value or 0.0):.1f}" for n, value in run]
            end = "h1" if len(dots) == 1 else ""  # a line with a single point would be invisible
            yield svg.line(f"M{'L'.join(dots)}{end}", INK, role="second", width=1.2)


def _reactions(plot: Plot, panel: Panel, reactions: Sequence[int]) -> Iterator[Markup]:
    values = plot.points(reactions, sum)
    step = plot.width / len(values)
    width = step * 0.8 if step > 2 else step
    bars = [
        f"M{plot.middle(n) - width / 2:.1f} {panel.base:.1f}V{panel.y(value):.1f}h{width:.1f}V{panel.base:.1f}Z"
        for n, value in enumerate(values)
        if value
    ]
    yield markers.title(panel.top - plot.row, "Reactions, " + _each(plot, "number a minute", "number in"))
    yield from _scale(plot, panel, (0.0, panel.most), figures.count)
    yield _PATH.format(role="bar", d="".join(bars), fill=plot.frame.accent, opacity=1)


def _each(plot: Plot, one_minute: str, several: str) -> str:
    """Return a panel's unit: `one_minute` if a point is one minute, else `several` and the number of minutes."""
    return one_minute if plot.each == 1 else f"{several} {figures.tick(plot.each)} minutes"


def _round_values(most: float) -> list[float]:
    """Return two to five round values for a scale: 0, and multiples of a round number up to `most`."""
    steps = (base * 10**power for power in range(12) for base in (1, 2, 5))
    step = next(step for step in steps if most / step < 4)
    return [float(value) for value in range(0, int(most) + 1, step)]


def _scale(plot: Plot, panel: Panel, values: Sequence[float], printed: Callable[[float], str]) -> Iterator[Markup]:
    for value in values:
        y = panel.y(value)
        yield svg.line(f"M0 {y:.1f}H{plot.width:.1f}", FAINT if value else RULE, role="axis")
        yield svg.words(plot.frame.width, y + plot.frame.letters * 0.35, printed(value), QUIET, anchor="end")
