"""Single figures of the Summary page, by its own formulas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from page_data import facts, metrics, minute

from debrief.metrics import page, polls
from debrief.metrics.profiles import profiles
from debrief.model import NotKnown


def test_every_metric_of_the_contract_is_there_and_says_where_it_is_from() -> None:
    found = metrics({})
    promised = [
        "viewers_total",
        "viewers_live",
        "viewers_recording",
        "minutes_viewed_average",
        "minutes_viewed_average_live",
        "minutes_viewed_average_recording",
        "live_engagement_rate",
        "reactions_users_rate",
        "reactions_count",
        "chat_users_rate",
        "chat_messages_count",
        "polls_users_rate",
        "qna_users_rate",
        "qna_threads_count",
        "downloads_users_rate",
        "downloads_count",
        "recording_plays",
        "peak_live_viewers",
        "peak_live_viewers_at",
    ]
    assert [key for key in found if key in promised] == promised
    assert all(metric.value is None and metric.reason and metric.formula and metric.source for metric in found.values())
    assert {metric.unit for metric in found.values()} == {"people", "minutes", "ratio", "count", "time"}


def test_reactions_and_downloads_are_shares_of_viewers_chat_polls_and_questions_of_those_logged_in() -> None:
    engagement = {
        "unique_combined_live_viewers": "40",
        "reaction_clicked_unique_users": "10",
        "download_attachment_unique_users": "4",
    }
    chat = {
        "unique_logged_in_users": "20",
        "unique_users_sent_group_message": "5",
        "unique_users_answered_poll": "10",
        "unique_users_q_and_a_thread": "1",
    }
    found = metrics({"60003-getTotal": [engagement], "70001-getTotal": [chat]})
    rates = [name for name in found if name.endswith("users_rate")]
    assert [found[name].value for name in rates] == [0.25, 0.25, 0.5, 0.05, 0.1]


def test_a_share_above_all_is_not_known_because_kaltura_counts_log_ins_within_the_session_only() -> None:
    chat = {"unique_logged_in_users": "2", "unique_users_sent_group_message": "8", "unique_users_answered_poll": "2"}
    live = {"unique_combined_live_viewers": "9", "reaction_clicked_unique_users": "10"}
    found = metrics({"70001-getTotal": [chat], "60003-getTotal": [live]})
    assert found["chat_users_rate"].value is None
    assert found["chat_users_rate"].reason == (
        "not known, because Kaltura counts 8 people who did it, but only 2 log-ins to the chat within the session"
    )
    assert found["polls_users_rate"].value == 1.0
    assert found["reactions_users_rate"].value is None
    assert "only 9 live viewers" in str(found["reactions_users_rate"].reason)


def test_sessions_before_kalturas_figures_of_the_chat_say_so_instead_of_zero() -> None:
    start = datetime(2024, 6, 1, 23, tzinfo=UTC)
    chat = {"unique_logged_in_users": "0", "count_cnc_group_message_sent": "0", "q_and_a_threads_count": "0"}
    person = {"user_id": "ann", "count_reaction_clicked": "2", "count_group_chat_messages_sent": "0"}
    old = facts({"70001-getTotal": [chat], "60010-getTable": [person]}, start, start + timedelta(hours=1))
    found = {definition.key: definition.metric(old) for definition in page.GROUP}
    for key in ("chat_users_rate", "chat_messages_count", "polls_users_rate", "qna_users_rate", "qna_threads_count"):
        assert found[key].value is None
        assert found[key].reason == "not known, because Kaltura has figures of the chat only since 2 June 2024"
    assert polls.polls(old) == {
        "unavailable": "Not known, because Kaltura has figures of the chat only since 2 June 2024."
    }
    profile = profiles(old.data)["ann"]
    assert (profile.reactions, profile.chat_messages) == ("2", "")


def test_a_share_of_nobody_is_no_figure_and_an_empty_total_is_none_of_it() -> None:
    found = metrics({"60003-getTotal": [{"unique_combined_live_viewers": "", "count_reaction_clicked": ""}]})
    assert found["reactions_users_rate"].value is None
    assert found["reactions_count"].value == 0


def test_viewers_are_not_known_when_kaltura_left_a_watched_recording_out_of_their_count() -> None:
    viewers = {"unique_vod_viewers": "", "unique_combined_live_viewers": "30", "unique_vod_live_viewers": "30"}
    minutes = {"vod_live_avg_view_time": "40.5", "combined_live_avg_play_time": "40.5"}
    tables = {"60002-getTotal": [viewers], "60001-getTotal": [minutes]}
    found = metrics({**tables, "60012-getTotal": [{"count_plays": "7", "sum_vod_view_period": "51.5"}]})
    for key in ("viewers_total", "viewers_recording", "minutes_viewed_average", "minutes_viewed_average_recording"):
        assert found[key].value is None
        assert found[key].reason == (
            "not known, because Kaltura's count of viewers leaves out the recording, watched for 52 minutes"
        )
    assert (found["viewers_live"].value, found["minutes_viewed_average_live"].value) == (30, 40.5)
    unwatched = metrics({**tables, "60012-getTotal": [{"count_plays": "0", "sum_vod_view_period": ""}]})
    assert (unwatched["viewers_total"].value, unwatched["viewers_recording"].value) == (30, 0)


def test_a_report_that_could_not_be_had_leaves_its_figures_out() -> None:
    found = metrics({"60002-getTotal": NotKnown("no permission")})
    assert found["viewers_total"].value is None


ALL_FIGURES = {
    "60002-getTotal": [
        {"unique_vod_live_viewers": "40.6", "unique_combined_live_viewers": "29.7", "unique_vod_viewers": "12.8"}
    ],
    "60001-getTotal": [
        {"vod_live_avg_view_time": "50.5", "combined_live_avg_play_time": "40.25", "vod_avg_play_time": "9.75"}
    ],
    "60003-getTotal": [
        {
            "unique_combined_live_viewers": "32",
            "combined_live_engaged_users_play_time_ratio": "0.75",
            "reaction_clicked_unique_users": "8",
            "count_reaction_clicked": "25.6",
            "download_attachment_unique_users": "4",
            "count_download_attachment_clicked": "7",
        }
    ],
    "70001-getTotal": [
        {
            "unique_logged_in_users": "16",
            "unique_users_sent_group_message": "8",
            "count_cnc_group_message_sent": "33",
            "unique_users_answered_poll": "4",
            "unique_users_q_and_a_thread": "2",
            "q_and_a_threads_count": "3",
        }
    ],
    "60012-getTotal": [{"count_plays": "21", "sum_vod_view_period": "99.9"}],
    "60004-getTable": [minute(0, 3), minute(1, 9)],
}
FIGURES = {
    "viewers_total": (41, "60002"),
    "viewers_live": (30, "60002"),
    "viewers_recording": (13, "60002"),
    "minutes_viewed_average": (50.5, "60001"),
    "minutes_viewed_average_live": (40.25, "60001"),
    "minutes_viewed_average_recording": (9.75, "60001"),
    "live_engagement_rate": (0.75, "60003"),
    "reactions_users_rate": (0.25, "60003"),
    "reactions_count": (26, "60003"),
    "chat_users_rate": (0.5, "70001"),
    "chat_messages_count": (33, "70001"),
    "polls_users_rate": (0.25, "70001"),
    "qna_users_rate": (0.125, "70001"),
    "qna_threads_count": (3, "70001"),
    "downloads_users_rate": (0.125, "60003"),
    "downloads_count": (7, "60003"),
    "recording_plays": (21, "60012"),
    "peak_live_viewers": (9, "60004"),
    "peak_live_viewers_at": ("2026-11-02T09:01:00Z", "60004"),
}


def test_each_figure_is_of_its_own_column_and_report() -> None:
    found = metrics(ALL_FIGURES)
    assert {key: (found[key].value, found[key].source) for key in FIGURES} == FIGURES
    assert all(found[key].reason is None for key in FIGURES)
    assert page.viewers_live(facts(ALL_FIGURES)) == 30


@pytest.mark.parametrize("report", ALL_FIGURES)
def test_the_figures_of_a_report_that_could_not_be_had_say_why(report: str) -> None:
    found = metrics(ALL_FIGURES | {report: NotKnown("The role may not read it.")})
    for key, (value, source) in FIGURES.items():
        if source == report[:5]:
            assert (found[key].value, found[key].reason) == (None, "The role may not read it.")
        elif source == "60001" and report == "60002-getTotal":
            assert found[key].value is None  # a mean of nobody knows how many
        elif not (key == "viewers_recording" and report == "60012-getTotal"):
            assert found[key].value == value
    assert (found["viewers_recording"].value, found["recording_plays"].reason is None) != (None, True) or (
        report == "60002-getTotal"
    )


def test_a_mean_that_kaltura_does_not_give_is_not_explained_by_nobody() -> None:
    viewers = {"unique_vod_live_viewers": "9", "unique_combined_live_viewers": "9", "unique_vod_viewers": "4"}
    tables: dict[str, object] = {
        "60002-getTotal": [viewers],
        "60001-getTotal": [{}],
        "60003-getTotal": [viewers],
        "60004-getTable": [],
    }
    found = metrics(tables)
    assert found["minutes_viewed_average_live"].reason == "Kaltura has no figure"
    assert found["live_engagement_rate"].reason == "Kaltura has no figure"
    assert found["peak_live_viewers"].reason == "Kaltura has no minute-by-minute viewers of this session"
    reason = "Kaltura failed to compute report 60002."
    unknown = metrics({**tables, "60002-getTotal": NotKnown(reason)})
    assert unknown["minutes_viewed_average_live"].reason == reason
    assert unknown["peak_live_viewers_at"].reason == "Kaltura has no minute-by-minute viewers of this session"


def test_figures_of_nobody_say_so() -> None:
    nobody = {
        name: [dict.fromkeys(row, "0") for row in rows] if name.endswith("getTotal") else []
        for name, rows in ALL_FIGURES.items()
    }
    reasons = {key: metric.reason for key, metric in metrics(nobody).items() if key in FIGURES and metric.value is None}
    assert reasons == {
        **dict.fromkeys([key for key, (_, source) in FIGURES.items() if source == "60001"], "nobody viewed"),
        **dict.fromkeys(
            ["live_engagement_rate", "reactions_users_rate", "downloads_users_rate"], "there was no live viewer"
        ),
        **dict.fromkeys(["chat_users_rate", "polls_users_rate", "qna_users_rate"], "nobody was logged in to the chat"),
        **dict.fromkeys(["peak_live_viewers", "peak_live_viewers_at"], "nobody viewed the session live"),
    }
    assert metrics({name: [] for name in ALL_FIGURES})["reactions_count"].reason == "Kaltura has no figure"
