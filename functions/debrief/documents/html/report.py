"""The report as a self-contained web page, which loads nothing; only its own style and script are allowed."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from debrief.documents import templates
from debrief.documents.charts import plot as chart_plot
from debrief.documents.charts import svg, timeline
from debrief.documents.html import attendees
from debrief.documents.html.csp import hash_of
from debrief.documents.presentation import Presentation
from debrief.documents.text import figures
from debrief.documents.view import polls
from debrief.documents.view.build import View, build_view
from debrief.documents.view.model import Timeline, TranscriptLine
from debrief.documents.view.people import HEATMAP_RULE
from debrief.documents.view.poll import no_answer
from debrief.documents.view.spoken import transcript_lines
from debrief.documents.view.stay import attended_minutes
from debrief.model import Summary

# Characters that could end the <script> element of the data.
_ESCAPES = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&"})


@dataclass(frozen=True, slots=True)
class TimelineChart:
    """The timeline chart in one size. `plot` is the width of the plot area, which begins at the left, in percent."""

    chart: Markup
    plot: str


def render_html(summary: Summary, presentation: Presentation) -> bytes:
    """Render a summary's page in UTF-8. The same summary and presentation give the same bytes."""
    view = build_view(summary, presentation)
    style, script = templates.source("report/report.css"), templates.source("report/report.js")
    said = list(transcript_lines(summary, presentation.zone)) if view.spoken and view.spoken.has_lines else []
    page = templates.render(
        "report/report.html.j2",
        view=view,
        style=Markup(style),  # noqa: S704  Debrief's own file
        style_hash=hash_of(style),
        script=Markup(script),  # noqa: S704  Debrief's own file
        script_hash=hash_of(script),
        data=_data(view, said),
        listed=attendees.attendee_table(view.attendees, figures.tick(attended_minutes(summary)))
        if view.attendees
        else None,
        heatmap_rule=HEATMAP_RULE,
        answer_table=polls.answer_table,
        no_answer=no_answer,
        timeline_charts=_timeline_charts(view),
        stayed_charts=_stayed_charts(view),
        plays_charts=_plays_charts(view),
        said=said,
    )
    return page.encode()


# Each chart is in the page twice, for wide and for narrow screens; the style sheet shows one of the two.


def _timeline_charts(view: View) -> list[TimelineChart]:
    line = view.timeline
    if line is None or line.axis is None:
        return []
    return [
        TimelineChart(timeline.timeline(line, frame), f"{chart_plot.plot_of(line, frame).width / frame.width:.4%}")
        for frame in (timeline.WIDE, timeline.NARROW)
    ]


def _stayed_charts(view: View) -> list[Markup]:
    if view.stayed is None or not view.stayed.bins:
        return []
    return [svg.minutes_stayed(view.stayed.bins, view.stayed.median, frame) for frame in (svg.WIDE, svg.NARROW)]


def _plays_charts(view: View) -> list[Markup]:
    days = view.recordings.days if view.recordings else ()
    frames = (replace(frame, height=frame.height - 20, foot=24) for frame in (svg.WIDE, svg.NARROW))
    return [svg.plays_by_day(days, frame) for frame in frames] if days else []


def _data(view: View, said: Sequence[TranscriptLine]) -> Markup:
    axis = view.timeline.axis if view.timeline else None
    return script_json(
        {
            "timeline": _series(view.timeline) if view.timeline and view.timeline.axis else None,
            # Of each line of the transcript: the step of the chart
            "said": [math.floor((line.minute - axis.minute(0)) / axis.step) for line in said] if axis else [],
            "people": attendees.script_data(view.attendees) if view.attendees else None,
        }
    )


def script_json(data: dict[str, Any]) -> Markup:
    """Return the script's data as JSON that cannot end the <script> element."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPES))  # noqa: S704  escaped just now


def _series(line: Timeline) -> dict[str, Sequence[Any]]:
    """Return lists with the minute, time of day, viewers, engagement in percent and reactions of each step."""
    axis, indices = line.axis, range(len(line.viewers))
    assert axis is not None
    return {
        "minutes": [figures.count(axis.number(index)) for index in indices],
        "clock": [axis.clock(index) for index in indices],
        "viewers": [count if line.knows(index, 1) else None for index, count in enumerate(line.viewers)],
        "engagement": [figures.percent(rate) for rate in line.engagement],
        "reactions": line.reactions,
    }
