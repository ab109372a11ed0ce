"""Charts as SVG."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from debrief.documents.charts import svg
from debrief.documents.view.model import Bin, Day

SVG = "{http://www.w3.org/2000/svg}"


def drawn(bins: list[Bin], median: float | None = None, frame: svg.Frame = svg.WIDE) -> ET.Element:
    return ET.fromstring(svg.minutes_stayed(bins, median, frame))


def words(chart: ET.Element) -> list[str]:
    return [element.text or "" for element in chart.iter(f"{SVG}text")]


def test_every_bar_states_its_people_and_the_axis_its_unit() -> None:
    chart = drawn([Bin(0, 5, 3), Bin(5, 10, 0), Bin(10, 15, 1200)], 7.25)
    assert {"3", "1,200", "0", "5", "10", "15 min", "median 7.3 min"} <= set(words(chart))


def test_an_empty_step_has_no_bar() -> None:
    chart = drawn([Bin(0, 5, 3), Bin(5, 10, 0)])
    assert len([rect for rect in chart.iter(f"{SVG}rect") if rect.get("class") == "bar"]) == 1


@pytest.mark.parametrize("frame", [svg.WIDE, svg.NARROW, svg.PRINT])
@pytest.mark.parametrize("count", [1, 2, 13, 60, 200])
def test_no_label_meets_another_and_nothing_leaves_the_frame(count: int, frame: svg.Frame) -> None:
    chart = drawn([Bin(n, n + 1, 1000 + n) for n in range(count)], count / 2, frame)
    spans: dict[str, list[tuple[float, float]]] = {}
    for text in chart.iter(f"{SVG}text"):
        width = len(text.text or "") * frame.letters * 0.6
        start = (
            float(text.get("x", "")) - {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "")] * width
        )
        assert 0 <= float(text.get("y", "")) <= frame.height
        row = (
            "values"
            if (text.text or "").replace(",", "").isdigit() and text.get("class") == "value"
            else text.get("y", "")
        )
        spans.setdefault(row, []).append((start, start + width))
    for row in spans.values():
        row.sort()
        assert all(left[1] <= right[0] for left, right in pairwise(row))
        assert row[0][0] >= -frame.letters
        assert row[-1][1] <= frame.width + frame.letters


def test_a_chart_without_width_is_still_a_drawing() -> None:
    assert not re.search("nan|inf", ET.tostring(drawn([Bin(0, 0, 0)], 0.0), encoding="unicode"))


def test_every_day_with_plays_states_them_and_the_first_and_the_last_day_are_named() -> None:
    days = [Day(f"Tue {n} Nov", n % 3) for n in range(1, 31)]
    chart = ET.fromstring(svg.plays_by_day(days, svg.PRINT_LOW))
    assert {"Tue 1 Nov", "Tue 30 Nov", "2"} <= set(words(chart))
    assert len([rect for rect in chart.iter(f"{SVG}rect") if rect.get("class") == "bar"]) == 20


def test_one_day_of_plays_is_no_wall_of_colour() -> None:
    chart = ET.fromstring(svg.plays_by_day([Day("Tue 17 Nov", 9)]))
    (bar,) = [rect for rect in chart.iter(f"{SVG}rect") if rect.get("class") == "bar"]
    assert float(bar.get("width", "")) < 90
