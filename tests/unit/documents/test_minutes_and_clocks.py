"""One number for a minute, and one clear time for it, in chart, table, sentence, list and email."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from debrief.documents.charts import timeline
from debrief.documents.html import attendees, report
from debrief.documents.mail.bars import bars
from debrief.documents.presentation import Presentation
from debrief.documents.text.locale_formats import PLAIN
from debrief.documents.view.build import View, build_view
from debrief.metrics.definition import Facts
from debrief.metrics.summary import summarize
from debrief.model import AttendeeRow, PageData, RoomRow, Session, SessionData, Summary
from debrief.util.columns import Cells

BERLIN = ZoneInfo("Europe/Berlin")
DASH = "\N{EN DASH}"


def session_data(start: str, minutes: int, viewers: list[int], engagement: list[str] | None = None) -> SessionData:
    """A session of one attendee, who was there while anybody viewed it."""
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    session = Session("1_cue", "1_room", begin, begin + timedelta(minutes=minutes), "Room", host_user_id="host")
    first = begin + timedelta(seconds=-begin.second % 60)
    times = [str(int((first + timedelta(minutes=n)).timestamp())) for n in range(len(viewers))]
    rates = engagement or ["0.5"] * len(viewers)
    line: list[Cells] = [
        {
            "position": at,
            "combined_live_view_period_count": str(many),
            "combined_live_engaged_users_ratio": rate,
            **{f"reaction_{kind}_clicked": "0" for kind in ("heart", "think", "wow", "smile")},
            "reaction_clap_clicked": "3" if n == 2 else "0",
        }
        for n, (at, many, rate) in enumerate(zip(times, viewers, rates, strict=True))
    ]
    heatmap: list[Cells] = [
        {"position": at, "user_engagement": "SoundOnTabFocused" if many else "Offline"}
        for at, many in zip(times, viewers, strict=True)
    ]
    there = str(sum(map(bool, viewers)))
    own = (str(int(begin.timestamp())), str(int(session.end.timestamp())))
    return SessionData(
        session,
        rooms=[RoomRow("1_room", "Room", "", "1_cue", *own, "host", "1", "0.5")],
        attendees=[AttendeeRow("1_room", "1_cue", "ann", "Ann", "", "User", there, "0.5")],
        page=PageData(begin, session.end, {"60004-getTable": line}, {"ann": heatmap}, ()),
    )


def summary_of(data: SessionData) -> Summary:
    return replace(summarize(Facts(data), attendee_limit=10), revision=1)


def view_of(data: SessionData, zone: ZoneInfo = BERLIN) -> View:
    return build_view(summary_of(data), Presentation(zone))


@pytest.mark.parametrize("start", ["2026-11-18T09:00:00", "2026-11-18T09:00:30"])
def test_a_minute_has_the_same_number_everywhere(start: str) -> None:
    data = session_data(start, 60, [1] * 7 + [4] + [0] * 52)
    view = view_of(data)
    assert view.timeline is not None
    assert view.timeline.section.table is not None
    (row,) = (row for row in view.timeline.section.table.rows if row[2] == "4")
    assert row[0] == "8"
    assert view.timeline.section.sentences[0].startswith("Peak live viewers: 4, in minute 8 (")
    chart = ET.fromstring(timeline.timeline(view.timeline))
    assert f"peak 4 in minute 8, {row[1]}" in [element.text for element in chart.iter()]
    assert (
        '"minutes":["1","2","3","4","5","6","7","8","9"'
        in report.render_html(summary_of(data), Presentation(BERLIN)).decode()
    )
    assert view.attendees is not None
    assert attendees.attendee_table(view.attendees, "60").heatmap_ends == ("minute 1", "minute 60")
    assert view.moments is not None
    assert view.moments.section.table is not None
    assert view.moments.section.table.rows[0][2] == f"1{DASH}3"  # groups of three minutes


def test_chart_and_table_of_a_long_session_hold_the_same_minutes_weighted_by_viewers() -> None:
    view = view_of(session_data("2026-11-18T09:00:00", 1_000, [100, 1] * 500, ["0.9", "0"] * 500))
    line = view.timeline
    assert line is not None
    assert line.section.table is not None
    assert line.section.table.rows[0] == (f"1{DASH}2", "Wed 18 Nov, 10:00", "100", "89.1", "0")
    assert len(line.section.table.rows) == 500
    assert line.engaged(0, 2) == pytest.approx(0.9 * 100 / 101)
    chart = ET.fromstring(timeline.timeline(line))
    (curve,) = (path.get("d", "") for path in chart.iter() if path.get("class") == "second")
    assert curve.count("L") == 499
    assert len({point.split()[1] for point in curve.removeprefix("M").split("L")}) == 1


def test_where_the_clock_changes_each_time_says_its_offset() -> None:
    view = view_of(session_data("2026-10-25T00:30:00", 90, [3] * 90))
    assert view.timeline is not None
    table = view.timeline.section.table
    assert table is not None
    assert (table.columns[1].head, table.columns[1].unit) == ("Time", "CEST, then CET")
    assert [row[1] for row in table.rows[28:32]] == ["02:58 CEST", "02:59 CEST", "02:00 CET", "02:01 CET"]
    assert view.moments is not None
    assert view.moments.section.table is not None
    assert view.moments.section.table.rows[0][1] == f"02:30 CEST{DASH}02:35 CEST"


@pytest.mark.parametrize(
    ("start", "minutes", "words"),
    [
        ("2026-11-18T09:00:00", 60, "Live viewers from 10:00 to 11:00 CET: peak 3 at 10:00."),
        (
            "2026-11-17T04:00:00",
            49 * 60,
            "Live viewers from Tue 17 Nov, 05:00 to Thu 19 Nov, 06:00 CET: peak 3 at Tue 17 Nov, 05:00.",
        ),
        (
            "2026-10-24T23:30:00",
            105,
            "Live viewers from 01:30 CEST to 02:15 CET: peak 3 at 01:30 CEST.",
        ),
    ],
)
def test_the_sentence_of_the_email_has_the_days_and_the_zone(start: str, minutes: int, words: str) -> None:
    made = bars(summary_of(session_data(start, minutes, [3] * minutes)), BERLIN, PLAIN)
    assert made is not None
    assert made.sentence == words
