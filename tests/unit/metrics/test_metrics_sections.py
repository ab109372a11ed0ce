"""The parts of a summary that are more than one figure, value by value."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from metrics_data import START, breakout, data, row, side, summary_of
from segments_data import known, page, seen_in

from debrief.metrics import sections
from debrief.metrics.data_quality import check
from debrief.metrics.definition import Facts
from debrief.model import BreakoutRow, PageData, SessionData


def section(given: SessionData, name: str, limit: int = 5000) -> dict[str, Any]:
    found: dict[str, Any] = summary_of(given, limit).sections[name]
    return found


@pytest.mark.parametrize(
    ("minutes", "step"),
    [
        *[(1, 1), (13, 1), (14, 2), (26, 2), (27, 5), (65, 5), (66, 10), (130, 10), (131, 15), (195, 15), (196, 20)],
        *[(260, 20), (261, 30), (390, 30), (391, 60), (780, 60), (781, 120), (1560, 120), (1561, 240), (3120, 240)],
        *[(3121, 480), (6240, 480), (6241, 720)],
    ],
)
def test_bins_are_as_wide_as_thirteen_of_them_take(minutes: int, step: int) -> None:
    bins = section(data([row("ann")], minutes=minutes), "minutes_stayed")["bins"]
    assert [one["from_minutes"] for one in bins] == [float(step * place) for place in range(len(bins))]
    assert bins[-1]["to_minutes"] >= minutes > bins[-1]["from_minutes"]


def test_a_breakout_has_minutes_and_moments_and_what_is_unreadable_is_unknown() -> None:
    (made,) = section(data(breakouts=[breakout("1_brk", "600", "3", "0.5")]), "breakouts")["rows"]
    assert made == {
        "entry_id": "1_brk",
        "cue_point_id": "1_brkcue",
        "name": "Side",
        "initiator": "Ann",
        "start": "2026-11-18T15:00:00Z",
        "end": "2026-11-18T15:10:00Z",
        "minutes": 10.0,
        "participants": 3,
        "engagement_rate": 0.5,
    }
    blank = breakout("1_brk", "x", "", "")._replace(session_start_time="", session_end_time="soon")
    (made,) = section(data(breakouts=[blank]), "breakouts")["rows"]
    unknown = ("start", "end", "minutes", "participants", "engagement_rate")
    assert [made[key] for key in unknown] == [None] * len(unknown)


def test_breakouts_come_by_start_then_name_then_id_and_those_without_a_start_first() -> None:
    def one(entry: str, name: str, start: int | None) -> BreakoutRow:
        cell = "" if start is None else str(1795014000 + start)
        return breakout(entry)._replace(breakout_entry_name=name, session_start_time=cell)

    rows = [one("1_e", "B", 60), one("1_d", "A", 120), one("1_c", "A", 60), one("1_b", "A", 60), one("1_a", "Z", None)]
    for order in (rows, rows[::-1]):
        made = section(data(breakouts=order), "breakouts")["rows"]
        assert [each["entry_id"] for each in made] == ["1_a", "1_b", "1_c", "1_e", "1_d"]


def test_the_list_of_attendees_is_by_presence_and_knows_who_is_known_from_where() -> None:
    given = replace(
        data([row("ann", "20"), row("bob", "30"), row("cy", "10")], apart=[side("dan", "25"), side("cy", "30")]),
        page=page([known("ann", reaction_clicked=2), known("eve", q_and_a_threads=1), known("dan")]),
    )
    made = section(given, "attendees")
    assert [(one["user_id"], one["presence"], one["known_to"]) for one in made["rows"]] == [
        ("cy", 40.0, "6001"),
        ("bob", 30.0, "6001"),
        ("dan", 25.0, "both"),
        ("ann", 20.0, "both"),
        ("eve", None, "60010"),
    ]
    assert (made["total"], made["shown"]) == (5, 5)
    assert [one["reactions"] for one in made["rows"]] == [None, None, 0, 2, 0]
    assert [one["breakout_minutes"] for one in made["rows"]] == [30.0, None, 25.0, None, None]


def test_of_a_cut_list_only_those_shown_are_looked_up_and_the_first_are_the_right_ones() -> None:
    rows = [row(f"u{number}", str(number), name=f"N{number}") for number in range(9)]
    given = replace(data(rows), page=page([known(f"u{number}") for number in range(9)]))
    made = section(given, "attendees", limit=3)
    assert [(one["user_id"], one["known_to"]) for one in made["rows"]] == [
        ("u8", "both"),
        ("u7", "both"),
        ("u6", "both"),
    ]
    assert (made["total"], made["shown"]) == (9, 3)
    assert section(given, "attendees", limit=0)["rows"] == []


def test_equal_stays_are_listed_by_the_main_room_then_by_name() -> None:
    given = data(
        [row("ann", "10", name="Zoe"), row("bob", "10", name="anna"), row("cy", "5", name="A")],
        apart=[side("cy", "5"), side("dan", "10", name="B")],
    )
    assert [one["user_id"] for one in section(given, "attendees")["rows"]] == ["bob", "ann", "cy", "dan"]
    assert [one["user_id"] for one in section(given, "attendees", limit=2)["rows"]] == ["bob", "ann"]


def test_heatmaps_are_lines_of_a_minute_a_character_from_the_session_s_first_minute() -> None:
    given = replace(
        data([row("ann"), row("bob")], minutes=10), page=page(heatmaps={"ann": seen_in(1, 2, 4)}, minutes=10)
    )
    made = section(given, "attendees")
    assert made["heatmap"] == {"from": "2026-11-18T15:00:00Z", "step_seconds": 60}
    lines = {one["user_id"]: one.get("heatmap") for one in made["rows"]}
    assert lines == {"ann": "ee-e------", "bob": None}


def test_without_the_page_nothing_is_said_of_what_it_knows() -> None:
    made = section(data([row("ann")]), "attendees")
    assert "heatmap" not in made
    assert "known_to" not in made["rows"][0]


def test_counts_reconcile_who_is_listed() -> None:
    given = replace(
        data([row("ann"), row("bob"), row("Unknown"), row("")], apart=[side("dan"), side("ann")]),
        page=replace(
            page([known("eve")]),
            tables={"60010-getTable": [known("eve")], "60003-getTotal": [{"unique_combined_live_viewers": "7"}]},
        ),
    )
    assert section(given, "counts") == {
        "attendees": 2,
        "breakout_only": 1,
        "without_name": 2,
        "page_only": 1,
        "listed": 6,
        "viewers_of_shares": 7,
    }


@pytest.mark.parametrize(("stated", "is_said"), [("0.511", True), ("0.509", False), ("0.489", True), ("0.491", False)])
def test_an_engagement_rate_more_than_a_point_off_is_said(stated: str, *, is_said: bool) -> None:
    from metrics_data import room

    given = data([row("ann", "10", "0.5")], rooms=[room("1", stated)])
    assert ("KALTURA_DISAGREES" in {one.code for one in check(Facts(given))}) is is_said


def test_a_page_that_could_not_be_read_has_no_counts_of_viewers() -> None:
    given = replace(data([row("ann")]), page=PageData(START, START + timedelta(hours=1), {}))
    assert sections.counts(Facts(given))["viewers_of_shares"] is None
    assert sections.counts(Facts(data([row("ann")])))["viewers_of_shares"] is None
