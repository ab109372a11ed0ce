"""The page's formulas as `debrief compare` has them, beside what Kaltura's own page computed from the same answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from replay import value_of

from debrief.kaltura.reports.page_tables import table_rows, total_row
from debrief.kaltura.session_data.room_polls import polls_in
from debrief.metrics.original_page import SINGLE, Items, PageView, page_rounded
from debrief.model import NotKnown
from debrief.pipeline.maintenance.compare.page_figures import FIGURES, shown
from debrief.util.values import moment

SHOWN, ANSWERS = value_of("page/page-demo.json"), value_of("page/answers.json.gz")
BY_KEY = {figure.key: figure for figure in FIGURES}
CARD = {
    "_engagementRate": "live_engagement_rate",
    "_reactionsRate": "reactions_users_rate",
    "_messagesRate": "chat_users_rate",
    "_questionsRate": "qna_users_rate",
    "_pollsRate": "polls_users_rate",
    "_downloadRate": "downloads_users_rate",
    "_reactionsCount": "reactions_count",
    "_messagesCount": "chat_messages_count",
    "_questionsCount": "qna_threads_count",
    "_downloadCount": "downloads_count",
}
TOP = {
    "unique_vod_live_viewers": "viewers_total",
    "unique_combined_live_viewers": "viewers_live",
    "unique_vod_viewers": "viewers_recording",
    "combined_live_avg_play_time": "minutes_viewed_average_live",
    "vod_avg_play_time": "minutes_viewed_average_recording",
    "vod_live_avg_view_time": "minutes_viewed_average",
}


def page_of(name: str) -> PageView:
    recorded: dict[str, Any] = ANSWERS[name]
    tables = {
        report: [total_row(answer)] if report.endswith("getTotal") else table_rows(answer)
        for report, answer in recorded["tables"].items()
        if answer is not None
    }
    start = moment(recorded["start"])
    assert start
    return PageView(
        lambda report: tables.get(report, NotKnown("not recorded")),
        start,
        lambda: polls_in(recorded["polls"] or {}),
        lambda user_id, _: user_id,
    )


def figure(name: str, key: str) -> Items:
    return BY_KEY[key].on_page(page_of(name)) or {}


def number(text: Any) -> float:
    return float(str(text or 0).replace(",", ""))


@pytest.mark.parametrize("name", SHOWN)
def test_the_figures_at_the_top_are_the_page_s(name: str) -> None:
    for label, text in (*SHOWN[name]["viewers"], *SHOWN[name]["minutes"]):
        value = figure(name, TOP[label])[SINGLE]
        assert page_rounded(float(value or 0)) == number(text), label


@pytest.mark.parametrize("name", SHOWN)
def test_the_card_of_engagement_is_the_page_s(name: str) -> None:
    for label, key in CARD.items():
        value = shown(BY_KEY[key].unit, figure(name, key)[SINGLE])
        assert (value or 0) == number(SHOWN[name]["engagement"][label]), label


@pytest.mark.parametrize("name", [name for name, recorded in SHOWN.items() if "timeline" in recorded])
def test_the_timeline_and_its_top_moments_are_the_page_s(name: str) -> None:
    recorded = SHOWN[name]
    viewers = figure(name, "timeline_viewers")
    assert list(viewers.values()) == recorded["timeline"]["viewers"]
    first = datetime.fromtimestamp(int(recorded["timeline"]["first"]), UTC)
    assert next(iter(viewers)) == first.strftime("%Y-%m-%dT%H:%M:%SZ")
    moments = [str(value).split()[:2] for value in figure(name, "top_moments").values()]
    kinds = [[f"{one['totalClicks']}", one["topReaction"].split("_")[1]] for one in recorded["top"]]
    assert moments == kinds


@pytest.mark.parametrize("name", SHOWN)
def test_votes_and_their_shares_are_the_page_s(name: str) -> None:
    votes, shares = figure(name, "poll_votes"), figure(name, "poll_shares")
    for poll in SHOWN[name]["polls"]:
        for answer, count, percent in poll["rates"]:
            item = f"{poll['q']} / {answer}"
            assert votes[item] == count
            assert round(float(shares[item] or 0) * 100, 2) == pytest.approx(percent, abs=0.01)
