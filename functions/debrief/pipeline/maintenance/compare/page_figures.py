"""The figures of Kaltura's Summary page, each with the figure of Debrief's report that is about the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from debrief.metrics import original_page as page
from debrief.metrics.original_page import REACTIONS, OnPage, Value, page_rounded
from debrief.pipeline.maintenance.compare import report_view as archived
from debrief.pipeline.maintenance.compare.report_view import InReport, ReportView

Unit: TypeAlias = Literal["people", "count", "minutes", "ratio", "time", "text"]
Kind: TypeAlias = Literal[
    "", "minutes", "moments", "people", "polls", "answers", "days", "recordings", "countries", "devices", "columns"
]
_VOD = "60012-getTable"


@dataclass(frozen=True)
class Figure:
    """A figure of the page. `items` says what a figure with several values has one of.

    `sources` are metrics or sections of the report, which may say why the figure is missing.
    """

    key: str
    label: str
    unit: Unit
    on_page: OnPage
    in_report: InReport
    sources: tuple[str, ...]
    items: Kind = ""

    def why_missing(self, report: ReportView) -> str:
        """Return why the report does not have the figure; blank if it does not say."""
        metrics = filter(None, map(report.metric, self.sources))
        sections = map(report.section, self.sources)
        reasons = [*(metric.reason for metric in metrics), *(section.get("unavailable") for section in sections)]
        return str(next(filter(None, reasons), ""))


def shown(unit: Unit, value: Value) -> Value:
    """Return a value as the page rounds it."""
    if value is None or isinstance(value, str):
        return value
    match unit:
        case "ratio":
            return page_rounded(value * 100)
        case "minutes":
            return page_rounded(value)
    return round(value)


def is_same(unit: Unit, one: Value, other: Value) -> bool:
    """Return whether two values are printed alike, or differ by less than floats can tell."""
    if isinstance(one, float | int) and isinstance(other, float | int) and abs(one - other) < 1e-9:
        return True
    return shown(unit, one) == shown(unit, other)


def _single(key: str, label: str, unit: Unit, on_page: OnPage) -> Figure:
    return Figure(key, label, unit, on_page, archived.metric(key), (key,))


def _column(key: str, label: str, unit: Unit, column: str, read: InReport) -> Figure:
    on_page = page.each_attendee(column)
    return Figure(f"attendee_{key}", f"Attendees: {label}", unit, on_page, read, ("attendees",), "people")


def _recording(key: str, label: str, unit: Unit, column: str, scale: float = 1.0, most: float | None = None) -> Figure:
    on_page = page.each_row("60005-getTable", "entry_id", column, scale, most)
    read = archived.of_row("recordings", "entries", "entry_id", key)
    return Figure(f"recordings_{key}", f"Recordings: {label}", unit, on_page, read, ("recordings",), "recordings")


def _viewer(key: str, label: str, unit: Unit, column: str, scale: float = 1.0, most: float | None = None) -> Figure:
    read = archived.of_viewer(key)
    on_page = page.each_viewer(_VOD, column, scale, most)
    return Figure(f"viewer_{key}", f"Watched: {label}", unit, on_page, read, ("recordings",), "people")


def _places(report: str, name: str, section: Literal["countries", "devices"], label: str) -> tuple[Figure, ...]:
    columns = {"live_viewers": "unique_combined_live_viewers", "recording_viewers": "unique_vod_viewers"}
    shared = page.each_share(report, name)
    return (
        *(
            Figure(
                f"{section}_{key}",
                f"{label}: {key.partition('_')[0]}",
                "people",
                page.each_row(f"{report}-getTable", name, column),
                archived.of_row(section, "rows", name, key),
                (section,),
                section,
            )
            for key, column in columns.items()
        ),
        Figure(
            f"{section}_share",
            f"{label}: share of live",
            "ratio",
            shared,
            archived.of_row(section, "rows", name, "live_share"),
            (section,),
            section,
        ),
    )


_LIVE, _LOGGED_IN = "unique_combined_live_viewers", "unique_logged_in_users"
_CARD, _CHAT = "60003-getTotal", "70001-getTotal"
FIGURES: tuple[Figure, ...] = (
    _single("viewers_total", "Unique viewers", "people", page.count("60002-getTotal", "unique_vod_live_viewers")),
    _single("viewers_live", "Live viewers", "people", page.count("60002-getTotal", _LIVE)),
    _single("viewers_recording", "Recording viewers", "people", page.count("60002-getTotal", "unique_vod_viewers")),
    *(
        Figure(f"bar_{part}", f"Bar: {label}", "ratio", page.bar(part), archived.bar_part(part), archived.BAR)
        for part, label in (("live", "live"), ("recording", "recording"), ("both", "both"))
    ),
    _single(
        "minutes_viewed_average", "Average minutes", "minutes", page.count("60001-getTotal", "vod_live_avg_view_time")
    ),
    _single(
        "minutes_viewed_average_live",
        "Average minutes live",
        "minutes",
        page.count("60001-getTotal", "combined_live_avg_play_time"),
    ),
    _single(
        "minutes_viewed_average_recording",
        "Average minutes recorded",
        "minutes",
        page.count("60001-getTotal", "vod_avg_play_time"),
    ),
    _single(
        "live_engagement_rate",
        "Live engagement rate",
        "ratio",
        page.engagement(_CARD, "combined_live_engaged_users_play_time_ratio"),
    ),
    _single(
        "reactions_users_rate",
        "Sent reactions",
        "ratio",
        page.engagement(_CARD, "reaction_clicked_unique_users", _LIVE),
    ),
    _single("reactions_count", "Reactions", "count", page.engagement(_CARD, "count_reaction_clicked", counted=True)),
    _single(
        "downloads_users_rate",
        "Downloaded attachments",
        "ratio",
        page.engagement(_CARD, "download_attachment_unique_users", _LIVE),
    ),
    _single(
        "downloads_count",
        "Downloads",
        "count",
        page.engagement(_CARD, "count_download_attachment_clicked", counted=True),
    ),
    _single(
        "chat_users_rate",
        "Wrote in the chat",
        "ratio",
        page.engagement(_CHAT, "unique_users_sent_group_message", _LOGGED_IN),
    ),
    _single(
        "chat_messages_count",
        "Chat messages",
        "count",
        page.engagement(_CHAT, "count_cnc_group_message_sent", counted=True),
    ),
    _single(
        "polls_users_rate", "Answered polls", "ratio", page.engagement(_CHAT, "unique_users_answered_poll", _LOGGED_IN)
    ),
    _single(
        "qna_users_rate",
        "Opened Q&A threads",
        "ratio",
        page.engagement(_CHAT, "unique_users_q_and_a_thread", _LOGGED_IN),
    ),
    _single("qna_threads_count", "Q&A threads", "count", page.engagement(_CHAT, "q_and_a_threads_count", counted=True)),
    _single("recording_plays", "Recording plays", "count", page.count("60012-getTotal", "count_plays")),
    _single("peak_live_viewers", "Peak of the timeline", "people", page.fullest_minute),
    _single("peak_live_viewers_at", "Time of the peak", "time", page.time_of_fullest_minute),
    Figure(
        "timeline_viewers",
        "Timeline: viewers",
        "people",
        page.minute_by_minute("combined_live_view_period_count"),
        archived.timeline("viewers"),
        ("timeline",),
        "minutes",
    ),
    Figure(
        "timeline_engagement",
        "Timeline: engagement",
        "ratio",
        page.minute_by_minute("combined_live_engaged_users_ratio"),
        archived.timeline("engagement"),
        ("timeline",),
        "minutes",
    ),
    *(
        Figure(
            f"timeline_{kind}",
            f"Timeline: {kind}",
            "count",
            page.minute_by_minute(f"reaction_{kind}_clicked"),
            archived.timeline("reactions", kind),
            ("timeline",),
            "minutes",
        )
        for kind in REACTIONS
    ),
    Figure("top_moments", "Top reactions", "text", page.top_moments, archived.moments, ("reactions",), "moments"),
    Figure(
        "attendee_rows",
        "Attendees: rows",
        "people",
        page.attendee_rows,
        archived.listed_people,
        ("attendees",),
        "people",
    ),
    _column("minutes", "minutes", "minutes", "live_view_time", archived.of_attendee(lambda row: row.minutes)),
    _column(
        "engagement",
        "engagement",
        "ratio",
        "combined_live_engaged_users_play_time_ratio",
        archived.of_attendee(lambda row: row.engagement),
    ),
    *(
        _column(key, label, "count", column, archived.of_profile(key))
        for key, label, column in (
            ("reactions", "reactions", "count_reaction_clicked"),
            ("raised_hands", "raised hands", "count_raise_hand_clicked"),
            ("chat_messages", "messages", "count_group_chat_messages_sent"),
            ("polls_answered", "polls", "count_poll_answered"),
            ("qna_threads", "Q&A threads", "count_q_and_a_threads"),
            ("attachments_downloaded", "downloads", "count_download_attachment_clicked"),
        )
    ),
    Figure(
        "poll_participants",
        "Polls: participants",
        "people",
        page.each_poll(page.participants),
        archived.of_poll(lambda row: {"": row["participants"]}),
        ("polls",),
        "polls",
    ),
    Figure(
        "poll_votes",
        "Polls: votes",
        "count",
        page.each_poll(page.votes),
        archived.of_poll(archived.answers("participants")),
        ("polls",),
        "answers",
    ),
    Figure(
        "poll_shares",
        "Polls: shares",
        "ratio",
        page.each_poll(page.vote_shares),
        archived.of_poll(archived.answers("rate")),
        ("polls",),
        "answers",
    ),
    Figure(
        "plays_by_day",
        "Recording plays by day",
        "count",
        page.each_row("60012-getGraphs", "day", "count_plays"),
        archived.of_row("recordings", "plays_by_day", "day", "plays"),
        ("recordings",),
        "days",
    ),
    _recording("plays", "plays", "count", "count_plays"),
    _recording("impressions", "impressions", "count", "count_loads"),
    _recording("minutes", "minutes", "minutes", "sum_vod_view_period"),
    _recording("viewers", "viewers", "people", "unique_viewers"),
    _recording("completion_rate", "completion", "ratio", "avg_completion_rate", 0.01, 100.0),
    _viewer("plays", "plays", "count", "count_plays"),
    _viewer("minutes", "minutes", "minutes", "sum_vod_view_period"),
    _viewer("completion_rate", "completion", "ratio", "avg_completion_rate", 0.01, 100.0),
    *_places("60007", "country", "countries", "Countries"),
    *_places("60006", "device", "devices", "Devices"),
)
