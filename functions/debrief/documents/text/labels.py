"""What the figures are called in documents, in the order in which the definitions list them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.documents.text.locale_formats import PLAIN, Formats

if TYPE_CHECKING:
    from debrief.model import State

OPEN_POLL = "Open ended"  # Kaltura's word for a poll that is answered in words
METRICS = {
    "unique_attendees": "Attendees",
    "users": "Users",
    "guests": "Guests",
    "people_present": "People present, breakouts included",
    "people_breakout_only": "People in breakouts only",
    "attended_minutes": "Minutes that people could attend",
    "presence_average": "Average stay",
    "presence_share": "Average share of the attended minutes",
    "presence_median": "Median stay",
    "presence_p90": "90th percentile of stays",
    "present_25": "Stayed at least 25%",
    "present_50": "Stayed at least 50%",
    "present_75": "Stayed at least 75%",
    "present_90": "Stayed at least 90%",
    "minutes_average": "Average minutes in the main room",
    "attendance_share": "Average share of the session, main room",
    "minutes_median": "Median minutes in the main room",
    "minutes_p90": "90th percentile of minutes in the main room",
    "stayed_25": "In the main room at least 25%",
    "stayed_50": "In the main room at least 50%",
    "stayed_75": "In the main room at least 75%",
    "stayed_90": "In the main room at least 90%",
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

# The lists for follow-up.
SEGMENTS = {
    "stayed-to-the-end": "Stayed to the end",
    "left-early": "There for ten minutes or less",
    "asked-a-question": "Asked a question",
    "most-engaged": "Most engaged",
    "first-time": "First time here",
    "came-back": "Came back",
    "used-to-come": "Used to come and did not",
}

_PROVISIONAL = "Kaltura may still be adding viewing data. If figures change, a later revision replaces this one."
_MOVING = "They are checked again later and may still move."
_UNCHANGING = "These figures will not change any more."
_FINAL = f"The last check of this session is past. {_UNCHANGING}"


def metric(key: str) -> str:
    """A metric's name for people; a key that has none yet is spelled out."""
    return METRICS.get(key) or key.replace("_", " ").capitalize()


def segment(key: str) -> str:
    """A segment's name for people; a key that has none yet is spelled out."""
    return SEGMENTS.get(key) or key.replace("-", " ").capitalize()


def reaction(kind: str) -> str:
    """A reaction's name for people."""
    return REACTIONS[kind]


def state(name: State, check_minutes: float | None = None, formats: Formats = PLAIN) -> tuple[str, str]:
    """A summary's state and what it means for the reader.

    `check_minutes` after the session's end the figures were fetched, at least; None when nobody knows.
    """
    if name == "final":
        note = f"Checked {_after(check_minutes, formats)}. {_UNCHANGING}" if check_minutes is not None else _FINAL
        return "Final", note
    if check_minutes is None:
        return "Provisional", _PROVISIONAL
    return "Provisional", f"As Kaltura had the figures {_after(check_minutes, formats)}. {_MOVING}"


def _after(minutes: float, formats: Formats) -> str:
    """`45 minutes after the end`, `6 hours after the end`."""
    if minutes and minutes % 60 == 0:
        return f"{formats.plural(minutes // 60, 'hour', 'hours')} after the end"
    return f"{formats.tick(minutes)} {'minute' if minutes == 1 else 'minutes'} after the end"
