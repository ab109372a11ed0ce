"""Registry of reports by number, with the Kaltura server's column names (kKavaEventPlatformReports.php)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kaltura_standin.interactions import REACTIONS
from kaltura_standin.summary import minutes, people, places, recordings, totals
from kaltura_standin.summary.report import Report

_WHO = ("title", "company", "country", "role", "industry")
_DID = (
    "count_reaction_clicked",
    "count_raise_hand_clicked",
    "combined_live_engaged_users_play_time_ratio",
    "count_group_chat_messages_sent",
    "count_poll_answered",
    "count_q_and_a_threads",
    "count_download_attachment_clicked",
)
_VIEWERS = ("unique_vod_viewers", "unique_combined_live_viewers")
_RECORDING = ("count_plays", "count_loads", "sum_vod_view_period", "unique_viewers", "avg_completion_rate")
_VIEWER = ("count_plays", "sum_vod_view_period", "vod_avg_play_time", "count_loads", "avg_completion_rate")

REPORTS: Mapping[int, Report] = MappingProxyType(
    {
        60001: Report(
            totals=("vod_avg_play_time", "combined_live_avg_play_time", "vod_live_avg_view_time"),
            total=totals.minutes_viewed,
        ),
        60002: Report(totals=(*_VIEWERS, "unique_vod_live_viewers"), total=totals.unique_viewers),
        60003: Report(
            totals=(
                "combined_live_engaged_users_play_time_ratio",
                "download_attachment_unique_users",
                "count_download_attachment_clicked",
                "unique_combined_live_viewers",
                "reaction_clicked_unique_users",
                "count_reaction_clicked",
            ),
            total=totals.live_engagement,
        ),
        60004: Report(
            texts=("position",),
            metrics=(
                "combined_live_view_period_count",
                "combined_live_engaged_users_ratio",
                *(f"reaction_{kind}_clicked" for kind in REACTIONS),
            ),
            rows=minutes.timeline,
            joins=True,
            fill=minutes.fill_zeros,
            fills_full=True,
        ),
        60005: Report(
            texts=("entry_id", "entry_name"),
            metrics=_RECORDING,
            rows=recordings.recordings,
            totals=_RECORDING,
            total=recordings.recordings_total,
        ),
        60006: Report(("device",), _VIEWERS, places.devices, _VIEWERS, places.viewers_total, joins=True),
        60007: Report(
            ("object_id", "country", "coordinates"), _VIEWERS, places.countries, _VIEWERS, places.viewers_total
        ),
        60008: Report(
            ("country", "region", "coordinates"),
            _VIEWERS,
            places.regions,
            _VIEWERS,
            places.viewers_total,
            dimensions=2,
        ),
        60009: Report(
            ("country", "region", "city", "coordinates"),
            _VIEWERS,
            places.cities,
            _VIEWERS,
            places.viewers_total,
            dimensions=3,
        ),
        60010: Report(
            texts=("user_id", "user_name", "email", *_WHO),
            metrics=("live_view_time", *_DID),
            rows=people.attendees,
            totals=("live_view_time", *_DID),
            total=people.attendees_total,
            joins=True,
        ),
        60011: Report(
            texts=("position", "user_engagement"),
            metrics=("count_viewers",),
            rows=minutes.heatmap,
            dimensions=2,
            fill=minutes.fill_offline,
        ),
        60012: Report(
            texts=("name", "full_name"),
            metrics=_VIEWER,
            rows=recordings.viewers,
            totals=_VIEWER,
            total=recordings.viewers_total,
            forced=True,
            graphs=recordings.graphs,
        ),
        60013: Report(
            texts=("first_name", "last_name", "title", "company", "email", "country", "role", "industry"),
            metrics=("vod_view_time", "live_view_time", "total_view_time", "avg_completion_rate", *_DID),
            rows=people.users,
            joins=True,
            forced=True,
        ),
        70001: Report(
            totals=(
                "count_reaction_clicked",
                "reaction_clicked_unique_users",
                "count_cnc_group_message_sent",
                "unique_users_sent_group_message",
                "unique_users_answered_poll",
                "unique_users_q_and_a_thread",
                "q_and_a_threads_count",
                "unique_users_sent_private_message",
                "unique_logged_in_users",
            ),
            total=totals.participation,
        ),
    },
)
