"""The page of a room as a self-contained web page. It names no person, so every access tier may see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from markupsafe import Markup

from debrief.documents import templates
from debrief.documents.charts import svg
from debrief.documents.event.parts import MOST_NAMED, standout
from debrief.documents.html.csp import hash_of
from debrief.documents.html.report import script_json
from debrief.documents.presentation import Presentation
from debrief.documents.series.rows import to_data
from debrief.documents.text import labels, times
from debrief.documents.text.locale_formats import Formats, formats_of, language_of
from debrief.documents.text.sanitize import clean
from debrief.documents.view.tile import Tile
from debrief.session_figures import Overview, SessionFigures

_FRAMES = tuple(replace(frame, height=frame.height - 20, foot=24) for frame in (svg.WIDE, svg.NARROW))
MOST_BARS = 24  # in the chart; the table has all sessions
NEW_AND_RETURNING = (
    "New and returning people are counted in each report, without staff: a returning person came to one of the room's "
    "last comparable sessions. A person who came to several sessions counts in each."
)


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A session in the table. `href` is blank if the reader has no link to its report."""

    day: str
    clock: str
    href: str
    cells: Sequence[str]
    is_final: bool


class Extreme(NamedTuple):
    """The best or weakest value, and its sessions as (day and time, address). The address is blank without a link."""

    value: str
    sessions: Sequence[tuple[str, str]]


def render_series(
    sessions: Sequence[SessionFigures],
    overview: Overview,
    presentation: Presentation,
    links: Mapping[str, str],
    *,
    is_whole: bool = True,
) -> bytes:
    """Render the page of a room in UTF-8, its latest session first. The same arguments give the same bytes.

    `overview` is that of `sessions` in their order. `links` has the address of each session's report.
    `is_whole` is False if the reader may not see all sessions.
    """
    formats, zone = formats_of(presentation.language), presentation.zone
    has_absent = bool(overview.totals["registered_absent"].known)
    latest = sorted(sessions, key=lambda row: (row.start, row.cue_point_id), reverse=True)
    style = templates.source("report/report.css")
    first, last = latest[-1].start, latest[0].start
    shown = latest[:MOST_BARS][::-1]
    page = templates.render(
        "report/series.html.j2",
        language=language_of(presentation.language),
        name=clean(latest[0].name) or clean(f"Room {latest[0].entry_id}"),
        when=formats.plural(len(latest), "session", "sessions")
        + (f", {times.day(first, zone, formats)} to {times.day(last, zone, formats)}" if len(latest) > 1 else ""),
        zone=zone.key,
        style=Markup(style),  # noqa: S704  Debrief's own file
        style_hash=hash_of(style),
        tiles=list(_tiles(len(latest), overview, formats)),
        charts=[_chart(shown, presentation, frame) for frame in _FRAMES] if len(shown) > 1 else [],
        cut=f"The chart shows the last {MOST_BARS} sessions." if len(latest) > MOST_BARS else "",
        standouts=list(_standouts(sessions, overview, presentation, links)),
        rows=[
            _row(each, presentation, links.get(each.cue_point_id, ""), ("registered_absent",) if has_absent else ())
            for each in latest
        ],
        absent=labels.short_metric("registered_absent") if has_absent else "",
        note=NEW_AND_RETURNING,
        is_whole=is_whole,
        data=script_json(to_data(latest)),
    )
    return page.encode()


def _tiles(sessions: int, overview: Overview, formats: Formats) -> Iterator[Tile]:
    visits = overview.totals["unique_attendees"]
    mean = visits.value / visits.known if visits.known else None
    yield Tile(labels.event_metric("sessions"), formats.count(sessions), "", "")
    yield Tile(
        labels.VISITS, formats.count(visits.value if visits.known else None), "", "one person twice counts twice"
    )
    yield Tile(labels.ATTENDEES_OF_A_SESSION, formats.minutes(mean), "", "the mean of all sessions")
    for key, label, note in (
        ("first_time", "New people", "of each session, added up"),
        ("came_back", "Returning people", "of each session, added up"),
        (
            "registered_absent",
            labels.short_metric("registered_absent"),
            "registered and not seen",
        ),
    ):
        sum_ = overview.totals[key]
        if sum_.known:
            of = "" if sum_.known == sessions else f"; known of {formats.plural(sum_.known, 'session', 'sessions')}"
            yield Tile(label, formats.count(sum_.value), "", f"{note}{of}")


def _chart(sessions: Sequence[SessionFigures], presentation: Presentation, frame: svg.Frame) -> Markup:
    bars = [
        (
            times.short_day(each.start.astimezone(presentation.zone).date()).partition(" ")[2],
            round(each.figures.get("unique_attendees", 0.0)),
        )
        for each in sessions
    ]
    title = "Attendees of each session, the earliest first; the table has the same figures"
    return svg.labelled_bars(bars, title, frame)


def _standouts(
    sessions: Sequence[SessionFigures], overview: Overview, presentation: Presentation, links: Mapping[str, str]
) -> Iterator[tuple[str, Extreme, Extreme]]:
    formats, zone = formats_of(presentation.language), presentation.zone
    names = [f"{times.day(each.start, zone, formats)}, {times.clock(each.start, zone, formats)}" for each in sessions]

    def extreme(words: tuple[str, str], places: Sequence[int]) -> Extreme:
        value, together = words
        if len(places) > MOST_NAMED:
            return Extreme(value, [(together, "")])
        return Extreme(value, [(names[place], links.get(sessions[place].cue_point_id, "")) for place in places])

    for row in overview.standouts:
        found = standout(row, names, formats)
        yield (
            found.figure,
            extreme(found.best, row["best"]["places"]),
            extreme(found.weakest, row["weakest"]["places"]),
        )


def _row(session: SessionFigures, presentation: Presentation, href: str, more: Sequence[str]) -> SeriesRow:
    """Return a row of the table. `more` are the counts in its last columns."""
    formats, known = formats_of(presentation.language), session.figures.get
    return SeriesRow(
        times.day(session.start, presentation.zone, formats),
        times.clock(session.start, presentation.zone, formats),
        href,
        (
            formats.count(known("unique_attendees")),
            formats.percent(known("presence_share")),
            formats.percent(known("engagement_rate")),
            *(formats.count(known(key)) for key in ("first_time", "came_back", *more)),
        ),
        session.state == "final",
    )
