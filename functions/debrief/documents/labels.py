"""What the figures are called in documents, in the order in which the definitions list them."""

from __future__ import annotations

METRICS = {
    "unique_attendees": "Attendees",
    "users": "Users",
    "guests": "Guests",
    "minutes_average": "Average minutes",
    "attendance_share": "Average share of the session",
    "minutes_median": "Median minutes",
    "minutes_p90": "90th percentile of minutes",
    "stayed_25": "Stayed at least 25%",
    "stayed_50": "Stayed at least 50%",
    "stayed_75": "Stayed at least 75%",
    "stayed_90": "Stayed at least 90%",
    "engagement_rate": "Engagement rate",
    "engagement_rate_mean": "Engagement rate, mean of attendees",
    "minutes_total": "Minutes attended in total",
    "minutes_unidentified": "Minutes of unidentified viewers",
    "viewers_total": "Viewers, live or recording",
    "viewers_live": "Live viewers",
    "viewers_recording": "Recording viewers",
    "peak_live_viewers": "Most live viewers at once",
    "peak_live_viewers_at": "Time of the most live viewers",
    "minutes_viewed_average": "Average minutes viewed",
    "minutes_viewed_average_live": "Average minutes viewed live",
    "minutes_viewed_average_recording": "Average minutes of the recording",
    "live_engagement_rate": "Live engagement rate",
    "reactions_users_rate": "Viewers who sent reactions",
    "reactions_count": "Reactions",
    "chat_users_rate": "Chat users who sent messages",
    "chat_messages_count": "Group chat messages",
    "polls_users_rate": "Chat users who answered polls",
    "qna_users_rate": "Chat users who opened Q&A threads",
    "qna_threads_count": "Q&A threads",
    "downloads_users_rate": "Viewers who downloaded attachments",
    "downloads_count": "Downloads of attachments",
    "recording_plays": "Recording plays",
    "breakout_rooms": "Breakout rooms",
    "breakout_sessions": "Breakout sessions",
    "breakout_participants": "Breakout participants",
    "breakout_minutes": "Breakout minutes",
    "breakout_engagement_rate": "Breakout engagement rate",
    "kaltura_unique_users": "Kaltura\N{RIGHT SINGLE QUOTATION MARK}s estimate of attendees",
    "kaltura_engagement_rate": "Kaltura\N{RIGHT SINGLE QUOTATION MARK}s engagement rate",
}

# The kinds of reaction in the order of Kaltura's Summary page.
REACTIONS = {"clap": "Clap", "heart": "Heart", "think": "Thinking", "wow": "Wow", "smile": "Smile"}

_STATES = {
    "provisional": (
        "Provisional",
        "Kaltura may still be adding viewing data. If figures change, a later revision replaces this one.",
    ),
    "final": ("Final", "The last check of this session is past. These figures will not change any more."),
}


def metric(key: str) -> str:
    """A metric's name for people; a key that has none yet is spelled out."""
    return METRICS.get(key) or key.replace("_", " ").capitalize()


def reaction(kind: str) -> str:
    """A reaction's name for people."""
    return REACTIONS[kind]


def state(name: str) -> tuple[str, str]:
    """A summary's state and what it means for the reader."""
    return _STATES[name]
