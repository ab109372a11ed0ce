"""What looks wrong is said, and nothing is mended in silence; what is hostile breaks nothing."""

from __future__ import annotations

import json
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metrics_data import HOSTILE, USERS, breakout, data, metrics_of, room, row, side, summary_of

from debrief.documents.data.summary_json import from_json, to_json
from debrief.model import SessionData


def codes(given_data: SessionData) -> list[str]:
    return [warning.code for warning in summary_of(given_data).warnings]


CALM = data([row("ann", "10"), row("bob", "10"), row("cy", "10")], rooms=[room("3", "0.5")])


def test_a_session_that_adds_up_has_no_warnings() -> None:
    assert codes(CALM) == []


@pytest.mark.parametrize(("stated", "warned"), [("3", False), ("4", True), ("2", True), ("", False)])
def test_another_number_of_people_in_6000_than_in_6001_is_said(stated: str, warned: bool) -> None:
    assert codes(data(CALM.attendees, rooms=[room(stated)])) == ["KALTURA_DISAGREES"] * warned


def test_an_estimate_within_its_error_is_no_disagreement() -> None:
    crowd = [row(f"u{number}", "10") for number in range(1000)]
    assert codes(data(crowd, rooms=[room("980")])) == []
    assert codes(data(crowd, rooms=[room("900")])) == ["KALTURA_DISAGREES"]


def test_the_unknown_are_one_viewer_to_kaltura_and_each_deleted_user_one_more() -> None:
    crowd = [*CALM.attendees, row("Unknown", "10"), row("Unknown", "10"), row("", "10"), row(" ", "10")]
    assert codes(data(crowd, rooms=[room("6")])) == []
    assert codes(data(crowd, rooms=[room("3")])) == []
    text = summary_of(data(crowd, rooms=[room("20")])).warnings[0].message
    assert "estimates 20 people in the room; its attendee list names 3 and has 3 without a name" in text


@pytest.mark.parametrize(("stated", "warned"), [("0.505", False), ("0.52", True), ("0.4", True)])
def test_another_engagement_rate_in_6000_than_in_6001_is_said(stated: str, warned: bool) -> None:
    assert codes(data(CALM.attendees, rooms=[room("3", stated)])) == ["KALTURA_DISAGREES"] * warned


def test_a_session_that_6000_does_not_list_is_said() -> None:
    assert codes(data(CALM.attendees)) == ["NO_ROOM_ROW"]


@pytest.mark.parametrize(("minutes", "text"), [("60", ""), ("61", ""), ("61.1", "One attendee"), ("900", "One")])
def test_more_minutes_than_the_session_had_are_said_and_kept(minutes: str, text: str) -> None:
    given_data = data([row("ann", minutes)], rooms=[room("1")])
    warnings = summary_of(given_data).warnings
    assert [text in warning.message for warning in warnings] == [True] * bool(text)
    assert metrics_of(given_data)["minutes_total"] == float(minutes)


@pytest.mark.parametrize("ratio", ["1.0001", "-0.1", "91"])
def test_rates_out_of_range_are_said_and_kept(ratio: str) -> None:
    given_data = data([row("ann", "10", ratio)], breakouts=[breakout(ratio=ratio)])
    text = [warning.message for warning in summary_of(given_data).warnings if warning.code == "RATIO_OUT_OF_RANGE"]
    assert text == ["2 engagement rates are not between 0 and 100%; they are kept as sent."]
    assert metrics_of(given_data)["engagement_rate"] == pytest.approx(float(ratio))


@pytest.mark.parametrize("cell", ["", "nan", "inf", "1e999", "x", "-3"])
def test_minutes_that_cannot_be_read_are_said(cell: str) -> None:
    assert "MINUTES_UNREADABLE" in codes(data([row("ann", cell)]))


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (("x", "", "10"), "2 rows have no readable minutes; 0 have negative minutes."),
        (("-0.5", "-3", "0"), "0 rows have no readable minutes; 2 have negative minutes."),
    ],
)
def test_rows_without_minutes_are_counted_apart_from_those_with_negative_ones(
    cells: tuple[str, ...], message: str
) -> None:
    warnings = summary_of(data([row(f"u{place}", cell) for place, cell in enumerate(cells)])).warnings
    assert [one.message for one in warnings if one.code == "MINUTES_UNREADABLE"] == [message]


def test_warnings_name_nobody() -> None:
    crowd = [row("ann@example.com", "900", "7", name="Ann Lee"), row("ann@example.com", "x")]
    text = str(summary_of(data(crowd, rooms=[room("40", "0.1")])).warnings)
    assert "Ann" not in text
    assert "example.com" not in text


@settings(max_examples=80)
@given(
    rows=st.lists(st.tuples(USERS, HOSTILE | st.just("5"), HOSTILE), max_size=8),
    sides=st.lists(st.tuples(USERS, HOSTILE), max_size=4),
    others=st.lists(HOSTILE, min_size=5, max_size=5),
    minutes=st.sampled_from([0.0, 60.0]),
)
def test_no_cell_makes_a_figure_infinite_or_a_summary_that_is_no_json(
    rows: list[tuple[str, str, str]], sides: list[tuple[str, str]], others: list[str], minutes: float
) -> None:
    given_data = data(
        [row(*cells) for cells in rows],
        minutes=minutes,
        rooms=[room(*others[:2])],
        breakouts=[breakout("1_b", *others[2:])] * 2,
        apart=[side(*cells) for cells in sides],
    )
    summary = summary_of(given_data)
    body = to_json(summary)
    json.loads(body, parse_constant=lambda name: pytest.fail(f"{name} in the JSON"))
    assert to_json(from_json(body)) == body
    assert all(isfinite(metric.value) for metric in summary.metrics.values() if isinstance(metric.value, float))


@pytest.mark.parametrize("longest", ["0", "7", "59", "600", "9999", "1e9", "9e14"])
def test_how_long_people_stayed_comes_in_few_bins_that_hold_everybody(longest: str) -> None:
    crowd = [row("ann", longest), row("bob", "1"), row("cy", "-3"), row("dan", "")]
    length = min(max(float(longest), 60), 500_000)
    section = summary_of(data(crowd, minutes=length)).sections["minutes_stayed"]
    bins = section["bins"]
    assert 1 <= len(bins) <= 13
    assert sum(one["people"] for one in bins) == section["people"] == 4
    assert [one["to_minutes"] for one in bins[:-1]] == [one["from_minutes"] for one in bins[1:]]
    assert bins[0]["from_minutes"] == 0
    assert bins[-1]["to_minutes"] >= length


def test_a_bin_holds_its_lower_bound_and_the_last_one_its_upper_too() -> None:
    crowd = [row(f"u{minutes}", str(minutes)) for minutes in (0, 5, 10, 60)]
    counts = [one["people"] for one in summary_of(data(crowd)).sections["minutes_stayed"]["bins"]]
    assert counts == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_the_list_of_attendees_stops_at_its_limit_with_those_who_stayed_longest_and_says_how_many_there_are() -> None:
    crowd = [row(f"u{number}", str(number % 4), name=f"N{9 - number}") for number in range(9)]
    full = summary_of(data(crowd)).sections["attendees"]["rows"]
    assert [one["minutes"] for one in full] == [3, 3, 2, 2, 1, 1, 0, 0, 0]
    assert [one["name"] for one in full if one["minutes"] == 3] == ["N2", "N6"]
    for limit in range(11):
        section = summary_of(data(crowd), limit).sections["attendees"]
        section.pop("may_lack")
        assert section == {"total": 9, "shown": min(limit, 9), "rows": full[:limit]}


def test_what_is_computed_with_prints_nobody() -> None:
    from debrief.metrics.attendees import parse_attendees
    from debrief.metrics.definition import Facts

    facts = Facts(data([row("ann", name="Ann Lee")]))
    assert "ann" not in repr((facts, facts.crowd, parse_attendees([row("ann", name="Ann Lee")]))).lower()
