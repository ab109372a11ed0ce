"""What Kaltura's page shows, beside our figures from the same answers.

Where ours differ on purpose, a test says why.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from math import ceil, floor
from typing import Any

import pytest
from replay import value_of

from debrief.kaltura.reports.page_tables import table_rows, total_row
from debrief.kaltura.session_data.room_polls import polls_in
from debrief.metrics import page_sections, polls, timeline
from debrief.metrics.definition import Facts
from debrief.metrics.heatmap import shades
from debrief.metrics.summary import PAGE_DEFINITIONS
from debrief.model import PageData, Session, SessionData
from debrief.util.values import moment, utc_text

SHOWN, ANSWERS = value_of("page/page-demo.json"), value_of("page/answers.json.gz")
MADE = value_of("page/page-sixty-minutes.json")
WITH_TIMELINE = [name for name, shown in SHOWN.items() if "timeline" in shown]
RATES = {
    "_engagementRate": "live_engagement_rate",
    "_reactionsRate": "reactions_users_rate",
    "_messagesRate": "chat_users_rate",
    "_questionsRate": "qna_users_rate",
    "_pollsRate": "polls_users_rate",
    "_downloadRate": "downloads_users_rate",
}
COUNTS = {
    "_reactionsCount": "reactions_count",
    "_messagesCount": "chat_messages_count",
    "_questionsCount": "qna_threads_count",
    "_downloadCount": "downloads_count",
}
FIGURES = {
    "unique_vod_live_viewers": "viewers_total",
    "unique_combined_live_viewers": "viewers_live",
    "unique_vod_viewers": "viewers_recording",
    "combined_live_avg_play_time": "minutes_viewed_average_live",
    "vod_avg_play_time": "minutes_viewed_average_recording",
    "vod_live_avg_view_time": "minutes_viewed_average",
}
TYPES = {
    "Single answer": "single",
    "Multiple answer": "multiple",
    "Open ended": "open",
    "Rating scale": "rating",
    "Crowd vote": "crowd",
    "Correct answer": "correct",
}


def facts_of(name: str) -> Facts:
    golden = ANSWERS[name]
    start, end = moment(golden["start"]), moment(golden["end"])
    assert start
    assert end
    tables: dict[str, Any] = {}
    for report, answer in golden["tables"].items():
        if answer is not None:
            tables[report] = [total_row(answer)] if report.endswith("getTotal") else table_rows(answer)
    found = polls_in(golden["polls"]) if golden["polls"] else ()
    return Facts(SessionData(Session(name, "1_room", start, end), page=PageData(start, end, tables, polls=found)))


def metrics_of(name: str) -> dict[str, Any]:
    return {definition.key: definition.metric(facts_of(name)).value for definition in PAGE_DEFINITIONS}


def shown_number(value: float) -> float:
    """The page's rounding to one decimal (reports.helper.ts, precisionRound)."""
    return floor((value + 0.001) * 10 + 0.5) / 10


@pytest.mark.parametrize("name", SHOWN)
def test_displayed_numbers_equal_ours_rounded_as_the_page_rounds(name: str) -> None:
    """Ours are null where the page shows 0 of nobody, because a mean or share of nobody is none.

    Nor do we give figures of live and recording together where the page leaves a recording out that was played.
    """
    ours = metrics_of(name)
    leaves_out = bool(ours["recording_plays"]) and not ours["viewers_recording"]
    for label, text in (*SHOWN[name]["viewers"], *SHOWN[name]["minutes"]):
        if leaves_out and label in {"unique_vod_live_viewers", "vod_live_avg_view_time"}:
            assert ours[FIGURES[label]] is None
            continue
        assert shown_number(ours[FIGURES[label]] or 0) == float(text.replace(",", "")), label
    for label, key in COUNTS.items():
        assert int(str(SHOWN[name]["engagement"][label]).replace(",", "")) == ours[key]
    for label, key in RATES.items():
        assert shown_number((ours[key] or 0) * 100) == float(SHOWN[name]["engagement"][label] or 0), label


@pytest.mark.parametrize("name", WITH_TIMELINE)
def test_the_timeline_is_the_pages_without_its_last_point(name: str) -> None:
    """The page draws the minute of the end with nobody in it, which looks as if everybody had run away."""
    ours, shown = timeline.timeline(facts_of(name)), SHOWN[name]["timeline"]
    assert ours["viewers"] == shown["viewers"][:-1]
    assert ours["from"] == utc_text(datetime.fromtimestamp(int(shown["first"]), UTC))
    assert [(rate or 0) * 100 for rate in ours["engagement"][:5]] == pytest.approx(shown["eng"])


@pytest.mark.parametrize("name", WITH_TIMELINE)
def test_top_moments_are_the_pages(name: str) -> None:
    shown, ours = SHOWN[name], timeline.reactions(facts_of(name))["moments"]
    size = ceil(shown["timeline"]["n"] / 20) if shown["timeline"]["n"] > 20 else 1
    assert ceil(shown["timeline"]["n"] / size) == shown["groups"]
    first = datetime.fromtimestamp(int(shown["timeline"]["first"]), UTC)
    assert [(one["total"], f"reaction_{one['top']}_clicked", one["from"]) for one in ours] == [
        (top["totalClicks"], top["topReaction"], utc_text(first + timedelta(minutes=size * group_of(top, shown))))
        for top in shown["top"]
    ]


def group_of(top: dict[str, Any], shown: dict[str, Any]) -> int:
    """Which group a moment is, by where the page draws it."""
    found = re.match(r"calc\(([0-9.]+)%", top["positionPercent"])
    assert found
    return round((float(found[1]) - 50 / shown["groups"]) * shown["groups"] / 100)


@pytest.mark.parametrize("name", MADE)
def test_sessions_of_hard_lengths_are_grouped_as_on_the_page(name: str) -> None:
    """Twenty, forty, sixty minutes have one point more than minutes, so their groups are longer than n / 20.

    What the page's moments were made from is not kept, so each is put into the first minute of its group again.
    """
    shown = MADE[name]
    points, first = shown["timeline"]["n"], int(shown["timeline"]["first"])
    size = 1 if points <= 20 else ceil(points / 20)
    none = {f"reaction_{kind}_clicked": "0" for kind in timeline.KINDS}
    rows = [{"position": str(first + 60 * at), **none} for at in range(points)]
    for top in shown["top"]:
        rows[group_of(top, shown) * size][str(top["topReaction"])] = str(top["totalClicks"])
    start, end = (datetime.fromtimestamp(int(shown["timeline"][edge]), UTC) for edge in ("first", "last"))
    data = SessionData(Session("c", "e", start, end), page=PageData(start, end, {timeline.TIMELINE: rows}))
    ours = timeline.reactions(Facts(data))["moments"]
    assert ceil(points / size) == shown["groups"]
    assert [one["total"] for one in ours] == [top["totalClicks"] for top in shown["top"]]
    assert [one["from"] for one in ours] == [
        utc_text(start + timedelta(minutes=size * group_of(top, shown))) for top in shown["top"]
    ]


@pytest.mark.parametrize("name", MADE)
def test_a_heatmap_has_one_minute_less_than_the_pages_timeline_has_points(name: str) -> None:
    start, end = (datetime.fromtimestamp(int(MADE[name]["timeline"][edge]), UTC) for edge in ("first", "last"))
    assert {len(heat) for heat in MADE[name]["heat"].values()} == {len(shades([], start, end))}
    assert len(shades([], start, end - timedelta(seconds=30))) == len(shades([], start, end))


@pytest.mark.parametrize("name", SHOWN)
def test_heatmaps_are_the_pages_character_by_character(name: str) -> None:
    facts = facts_of(name)
    assert facts.data.page
    ours = {
        user: shades(table_rows(answer), facts.data.page.start, facts.data.page.end)
        for user, answer in ANSWERS[name]["heatmaps"].items()
    }
    assert ours == SHOWN[name]["heat"]


@pytest.mark.parametrize("name", SHOWN)
def test_polls_have_the_pages_counts_and_rates_of_participants(name: str) -> None:
    """The page divides by the sum of all votes, Kaltura's own words by participants: so do we.

    The two differ when somebody may give several answers.
    """
    shown = {poll["q"]: poll for poll in SHOWN[name]["polls"]}
    section = polls.polls(facts_of(name))
    assert {row["question"] for row in section.get("rows", ())} >= set(shown)
    for row in section.get("rows", ()):
        if row["question"] not in shown:
            continue
        poll = shown[row["question"]]
        assert row["participants"] == poll["n"]
        assert [(one["answer"], one["participants"]) for one in row["answers"]] == [
            tuple(one[:2]) for one in poll["rates"]
        ]
        votes = sum(one["participants"] for one in row["answers"])
        for one, (_, _, percent) in zip(row["answers"], poll["rates"], strict=True):
            of_votes = one["participants"] / votes if votes else 0
            assert floor(of_votes * 10000 + 0.5) / 100 == pytest.approx(percent)
            assert one["rate"] == (one["participants"] / poll["n"] if poll["n"] else None)


@pytest.mark.parametrize("name", WITH_TIMELINE)
def test_devices_are_the_pages(name: str) -> None:
    """The recorded shares are 0, because the page takes the total from another call; ours are of that total."""
    ours = {row["device"]: row for row in page_sections.devices(facts_of(name))["rows"]}
    everybody = metrics_of(name)["viewers_live"]
    for device in SHOWN[name]["devices"]:
        live = int(device["unique_combined_live_viewers"].replace(",", ""))
        assert ours[device["device"]]["live_viewers"] == live
        assert ours[device["device"]]["live_share"] == (live / everybody if everybody else None)
