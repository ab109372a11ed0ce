"""The chart of a session's course."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.documents.charts import svg as charts
from debrief.documents.charts import timeline
from debrief.documents.charts.svg import Frame
from debrief.documents.view import time_axis
from debrief.documents.view.model import Moment, PageSection, Period, Timeline
from debrief.documents.view.time_axis import TimeAxis

SVG = "{http://www.w3.org/2000/svg}"
START = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
FRAMES = [timeline.WIDE, timeline.NARROW, timeline.PRINT]


def course(
    viewers: Sequence[int],
    engagement: Sequence[float | None] | None = None,
    reactions: Sequence[int] | None = None,
    *,
    moments: Sequence[Moment] = (),
    half_gone: int | None = None,
    start: datetime = START,
    zone: str = "Europe/Berlin",
) -> Timeline:
    return Timeline(
        PageSection(),
        TimeAxis(start, ZoneInfo(zone), 0.0, 1.0, (start, start + timedelta(minutes=len(viewers)))),
        viewers,
        engagement or [0.5] * len(viewers),
        reactions or [1] * len(viewers),
        max(range(len(viewers)), key=viewers.__getitem__),
        half_gone,
        moments,
    )


def moment(start: float, end: float, total: int) -> Moment:
    return Moment(start, end, "", total, "Clap", [("Clap", total)])


def drawn(line: Timeline, frame: Frame = timeline.PRINT) -> ET.Element:
    return ET.fromstring(timeline.timeline(line, frame))


def words(chart: ET.Element) -> list[str]:
    return [element.text or "" for element in chart.iter(f"{SVG}text")]


def paths(chart: ET.Element, role: str) -> list[str]:
    return [path.get("d", "") for path in chart.iter(f"{SVG}path") if path.get("class") == role]


def test_a_stretch_without_figures_is_shaded_and_named_not_known() -> None:
    line = replace(course([9] * 20 + [0] * 20 + [9] * 20), unknown=[(20, 40)])
    assert "not known" in words(drawn(line))
    (path,) = paths(drawn(line), "line")
    assert path.count("M") == 2
    assert "not known" not in words(drawn(course([9] * 60)))


def test_each_panel_says_what_it_counts_and_the_axis_has_minutes_and_the_time_of_day() -> None:
    said = set(words(drawn(course([3, 120, 80] + [70] * 57))))
    assert {"Live viewers, people", "Engagement, % of live viewers", "Reactions, number a minute"} <= said
    assert {"1", "11", "51", "min", "10:00", "10:10", "10:50", "CET"} <= said
    assert {"0%", "50%", "100%", "100"} <= said


def test_the_peak_and_the_loss_are_marked_where_they_were() -> None:
    said = words(drawn(course([3, 120, 80, 50, 40], half_gone=3)))
    assert "peak 120 in minute 2, 10:01" in said
    assert "below half from minute 4, 10:03" in said


def test_who_stays_leaves_no_mark_of_a_loss() -> None:
    assert not any("below half" in text for text in words(drawn(course([3, 120, 80]))))


def test_the_top_moments_are_shaded_and_numbered_most_reactions_first() -> None:
    chart = drawn(course([9] * 60, moments=[moment(30, 33, 48), moment(3, 6, 12)]))
    bands = [rect for rect in chart.iter(f"{SVG}rect") if rect.get("class") == "band"]
    assert [float(band.get("x", "")) for band in bands] == sorted(
        (float(band.get("x", "")) for band in bands), reverse=True
    )
    assert len(bands) == 2
    assert {"1", "48", "2", "12"} <= set(words(chart))


def test_a_moment_close_to_the_next_one_keeps_its_number_on_the_other_side() -> None:
    close = [moment(53, 57, 447), moment(57, 60, 46)]
    assert {"1", "447", "2", "46"} <= set(words(drawn(course([9] * 60, moments=close))))


def test_a_panel_without_any_value_is_left_out() -> None:
    said = " ".join(words(drawn(course([4, 5, 6], [None, None, None], [0, 0, 0]))))
    assert "Engagement" not in said
    assert "Reactions" not in said
    assert "Live viewers" in said


def test_a_minute_without_anybody_is_a_gap_in_the_line_of_engagement() -> None:
    assert len(paths(drawn(course([4, 0, 4, 4], [0.5, None, 0.6, 0.7])), "second")) == 2


def test_a_long_session_is_drawn_with_fewer_points_and_the_chart_says_so() -> None:
    chart = drawn(course([*range(5000), *range(7000, 0, -1)]))
    (line,) = paths(chart, "line")
    assert line.count("L") < time_axis.MOST_ROWS
    assert "Live viewers, most in 20 minutes" in words(chart)
    assert "Reactions, number in 20 minutes" in words(chart)
    assert "peak 7,000 in minute 5,001, Fri 20 Nov, 21:20" in words(chart)


def test_a_session_of_nine_hours_is_drawn_minute_by_minute() -> None:
    chart = drawn(course([400] * 540))
    (line,) = paths(chart, "line")
    assert line.count("L") == 539
    assert {"1", "61", "421", "481"} <= set(words(chart))


def test_the_time_of_day_is_right_on_the_night_on_which_clocks_change() -> None:
    chart = drawn(course([4] * 180, start=datetime(2026, 10, 25, 0, 0, tzinfo=UTC)))
    clocks = [text for text in words(chart) if re.fullmatch(r"\d\d:\d\d", text)]
    assert clocks[:7] == ["02:00", "02:20", "02:40", "02:00", "02:20", "02:40", "03:00"]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("count", [1, 2, 7, 62, 540, 12_000])
def test_no_label_meets_another_and_nothing_leaves_the_frame(count: int, frame: Frame) -> None:
    size = -(-count // 20)
    found = [moment(n * size, (n + 1) * size, 12_345 - n) for n in range(min(count, 5))]
    viewers = [21_000 - n for n in range(count)]
    chart = drawn(course(viewers, moments=found, half_gone=count // 2 or None), frame)
    spans: dict[str, list[tuple[float, float]]] = {}
    for text in chart.iter(f"{SVG}text"):
        width = len(text.text or "") * frame.letters * 0.55
        shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "")] * width
        start = float(text.get("x", "")) - shift
        assert 0 <= float(text.get("y", "")) <= frame.height
        spans.setdefault(text.get("y", ""), []).append((start, start + width))
    for row in spans.values():
        row.sort()
        assert all(left[1] <= right[0] + 1 for left, right in pairwise(row))
        assert row[0][0] >= -frame.letters
        assert row[-1][1] <= frame.width + frame.letters


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.none() | st.floats(0, 1), st.integers(0, 10**5)), min_size=1),
    st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_whatever_the_figures_the_chart_is_a_drawing(
    rows: list[tuple[int, float | None, int]], late: timedelta
) -> None:
    viewers, engagement, reactions = (list(column) for column in zip(*rows, strict=True))
    svg = timeline.timeline(course(viewers, engagement, reactions, start=START + late))
    assert not re.search("nan|inf", svg)
    assert ET.fromstring(svg).tag == f"{SVG}svg"


def test_the_colour_is_the_frames() -> None:
    frame = Frame(width=660, height=300, accent="#96285a")
    assert charts.ACCENT not in timeline.timeline(course([3, 4]), frame)
    assert "#96285a" in timeline.timeline(course([3, 4]), frame)


@pytest.mark.parametrize("frame", FRAMES)
def test_breakouts_are_hatched_and_named_as_far_as_there_is_room(frame: Frame) -> None:
    period = Period(15, 45, "10:15\N{EN DASH}10:45")
    chart = drawn(replace(course([12] * 15 + [2] * 30 + [11] * 15), breakouts=[period]), frame)
    (hatch,) = [each for each in chart.iter(f"{SVG}path") if each.get("class") == "hatch"]
    width = frame.width - 3.8 * frame.letters
    across = [float(x) for x in re.findall(r"[ML](\S+) ", hatch.get("d", ""))]
    assert min(across) == pytest.approx(width / 4, abs=0.1)
    assert max(across) == pytest.approx(width * 3 / 4, abs=0.1)
    assert f"Breakouts {period.clock}" in words(chart)


def test_names_of_breakouts_do_not_run_into_each_other() -> None:
    periods = [Period(minute, minute + 2, "10:00\N{EN DASH}10:02") for minute in range(0, 60, 3)]
    found = words(drawn(replace(course([9] * 60), breakouts=periods)))
    assert 0 < sum(word.startswith("Breakouts") for word in found) < len(periods)
