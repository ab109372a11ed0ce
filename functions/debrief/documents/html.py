"""The report as one self-contained web page: no script, no network, style allowed by its hash alone."""

from __future__ import annotations

import base64
import hashlib

from markupsafe import Markup

from debrief.documents import charts, environment
from debrief.documents.view import Look, View, build_view
from debrief.model import Summary


def render_html(summary: Summary, look: Look) -> bytes:
    """The page of one summary, UTF-8. The same summary and look give the same bytes."""
    view = build_view(summary, look)
    style = environment.source("report/report.css")
    page = environment.render(
        "report/report.html.j2",
        view=view,
        style=Markup(style),  # noqa: S704  a file of ours
        style_hash=_hash(style),
        stayed_charts=_stayed_charts(view),
        people_class=_people_class(view),
    )
    return page.encode()


def _stayed_charts(view: View) -> list[Markup]:
    """The same chart for wide and for narrow screens; the style sheet shows one of them."""
    if view.stayed is None or not view.stayed.bins:
        return []
    return [
        charts.minutes_stayed(view.stayed.bins, view.stayed.median, frame) for frame in (charts.WIDE, charts.NARROW)
    ]


def _people_class(view: View) -> str:
    """What the style sheet must know of the attendees' columns, for phones: e-mails or none, two figures or three."""
    columns = view.attendees.table.columns if view.attendees and view.attendees.table else ()
    mailed = any(column.head == "E-mail" for column in columns)
    three = sum(column.numeric for column in columns) > 2
    return "people" + " mailed" * mailed + " three" * three


def _hash(style: str) -> str:
    """What a Content-Security-Policy calls the style sheet by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
