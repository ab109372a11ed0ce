"""The lists of the Summary page: recordings, countries, devices."""

from __future__ import annotations

from typing import Any

import pytest
from page_data import facts

from debrief.metrics import page_sections
from debrief.model import NotKnown
from debrief.util.columns import Cells


def test_completion_is_a_ratio_although_kaltura_gives_percent() -> None:
    entry = {"entry_id": "1_rec00001", "entry_name": "Recording", "count_plays": "3", "avg_completion_rate": "120.5"}
    found = page_sections.recordings(
        facts({"60005-getTable": [entry], "60012-getGraphs": [{"day": "20261103", "count_plays": "3"}]})
    )
    assert found["entries"][0]["completion_rate"] == 1.0
    assert found["plays_by_day"] == [{"day": "2026-11-03", "plays": 3}]


def test_countries_hold_their_regions_and_cities() -> None:
    def viewers(live: int, **names: str) -> Cells:
        return {**names, "unique_combined_live_viewers": str(live), "unique_vod_viewers": "1"}

    found = page_sections.countries(
        facts(
            {
                "60002-getTotal": [{"unique_combined_live_viewers": "5"}],
                "60007-getTable": [
                    viewers(1, object_id="UK", country="United Kingdom"),
                    viewers(3, object_id="KR", country="Korea, Republic of"),
                    viewers(2, object_id="", country="Unknown"),
                ],
                "60008-getTable": [viewers(2, country="Korea, Republic of", region="Busan")],
                "60009-getTable": [viewers(2, country="Korea, Republic of", region="Busan", city="Busan")],
            }
        )
    )["rows"]
    assert [(row["code"], row["name"], row["live_share"]) for row in found] == [
        ("KR", "South Korea", 0.6),
        (None, "Unknown", 0.4),
        ("GB", "United Kingdom", 0.2),
    ]
    assert found[0]["regions"][0]["cities"] == [{"city": "Busan", "live_viewers": 2, "recording_viewers": 1}]


def test_devices_come_with_their_share_of_live_viewers() -> None:
    rows = [{"device": "Mobile", "unique_combined_live_viewers": "1"}, {"device": "", "unique_vod_viewers": "2"}]
    total = {"60002-getTotal": [{"unique_combined_live_viewers": "2"}]}
    found = page_sections.devices(facts({"60006-getTable": rows} | total))["rows"]
    assert [(row["device"], row["live_share"]) for row in found] == [("Mobile", 0.5), ("Unknown", 0.0)]
    without = page_sections.devices(facts({"60006-getTable": rows}))["rows"]
    assert [row["live_share"] for row in without] == [None, None]


RECORDINGS = {
    "60005-getTable": [
        {
            "entry_id": "1_rec",
            "entry_name": "Recording",
            "count_plays": "3",
            "count_loads": "9",
            "sum_vod_view_period": "41.5",
            "unique_viewers": "2.6",
            "avg_completion_rate": "50",
        },
        {"entry_id": "1_two", "avg_completion_rate": "-1", "sum_vod_view_period": "x"},
        {},
    ],
    "60012-getTable": [
        {
            "name": "ann",
            "full_name": "Ann Lee",
            "count_plays": "2",
            "count_loads": "5",
            "sum_vod_view_period": "40",
            "vod_avg_play_time": "20",
            "avg_completion_rate": "100",
        },
        {"name": "bob", "full_name": "", "count_plays": "0", "sum_vod_view_period": "1.5"},
        {"name": "cy", "count_plays": "1"},
        {"name": "dan", "count_loads": "4"},
        {"name": "Unknown", "count_loads": "4"},
    ],
    "60012-getGraphs": [{"day": "20261103", "count_plays": "3"}, {"day": "soon", "count_plays": ""}],
}


def test_recordings_come_with_plays_viewers_and_how_many_only_loaded_the_player() -> None:
    nothing = {"plays": 0, "impressions": 0, "minutes": 0.0, "viewers": 0, "completion_rate": None}
    viewer = {"plays": 0, "impressions": 0, "minutes": 0.0, "average_minutes": None, "completion_rate": None}
    assert page_sections.recordings(facts(RECORDINGS)) == {
        "plays_by_day": [{"day": "2026-11-03", "plays": 3}, {"day": "soon", "plays": 0}],
        "entries": [
            {
                "entry_id": "1_rec",
                "name": "Recording",
                "plays": 3,
                "impressions": 9,
                "minutes": 41.5,
                "viewers": 3,
                "completion_rate": 0.5,
            },
            {"entry_id": "1_two", "name": "", **nothing, "completion_rate": 0.0},
            {"entry_id": "", "name": "", **nothing},
        ],
        "viewers": [
            {
                "user_id": "ann",
                "name": "Ann Lee",
                "plays": 2,
                "impressions": 5,
                "minutes": 40.0,
                "average_minutes": 20.0,
                "completion_rate": 1.0,
            },
            {"user_id": "bob", "name": "bob", **viewer, "minutes": 1.5},
            {"user_id": "cy", "name": "cy", **viewer, "plays": 1},
        ],
        "loaded_only": 1,
    }


@pytest.mark.parametrize(
    ("section", "report"),
    [
        (page_sections.recordings, "60005-getTable"),
        (page_sections.countries, "60007-getTable"),
        (page_sections.devices, "60006-getTable"),
    ],
)
def test_a_list_that_could_not_be_had_says_why(section: Any, report: str) -> None:
    refused = facts({report: NotKnown("The role may not read it.")})
    assert section(refused) == {"unavailable": "The role may not read it."}
    assert section(facts()) == {"unavailable": "The reports behind Kaltura's Summary page were not read."}
    assert "unavailable" not in section(facts({report: []}))


def test_places_and_devices_come_by_live_viewers_then_recording_viewers_then_name() -> None:
    def row(name: str, live: int, recording: int, **more: str) -> Cells:
        cells = {"unique_combined_live_viewers": str(live), "unique_vod_viewers": str(recording)}
        return {"country": "France", "region": "R", **cells, **more, "device": name}

    mixed = [("d", 1, 1), ("c", 1, 1), ("b", 1, 9), ("a", 2, 0), ("e", 0, 20)]
    ordered = ["a", "b", "c", "d", "e"]
    found = page_sections.devices(facts({"60006-getTable": [row(*one) for one in mixed]}))["rows"]
    assert [one["device"] for one in found] == ordered
    viewers = [(one["live_viewers"], one["recording_viewers"]) for one in found]
    assert viewers == [(2, 0), (1, 9), (1, 1), (1, 1), (0, 20)]
    tables = {
        "60007-getTable": [row("", 1, 1)],
        "60008-getTable": [row("", live, seen, region=name) for name, live, seen in mixed]
        + [row("", 9, 9, country="Spain", region="z")],
        "60009-getTable": [row("", live, seen, region="a", city=name) for name, live, seen in mixed]
        + [row("", 9, 9, country="Spain", region="a", city="z"), row("", 0, 0, region="a", city="")],
    }
    (country,) = page_sections.countries(facts(tables))["rows"]
    assert [one["region"] for one in country["regions"]] == ordered
    assert [one["city"] for one in country["regions"][0]["cities"]] == [*ordered, "Unknown"]
    assert all(one["cities"] == [] for one in country["regions"][1:])
    many = {"60007-getTable": [row("", live, seen, country=name) for name, live, seen in mixed]}
    assert [one["name"] for one in page_sections.countries(facts(many))["rows"]] == ordered
