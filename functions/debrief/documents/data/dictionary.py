"""Data dictionary: every column of the archive's tables. Tests compare it with the docs and the Athena tables.

The metrics in `summaries` and `events` have their meaning in their definitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from typing import Literal, Protocol, TypeAlias

from debrief.documents.text import labels

SqlType: TypeAlias = Literal["varchar", "bigint", "double", "boolean", "timestamp", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `type` in queries (in a CSV all is text), and `source`: a report of Kaltura, or Debrief."""

    name: str
    type: SqlType
    unit: str  # blank for text
    meaning: str
    source: str = ""
    label: str = ""  # what documents call it, if it is a metric


class Described(Protocol):
    """A figure with a unit, a meaning and a source: a metric or its definition."""

    @property
    def unit(self) -> str:
        """Return `people`, `minutes`, `ratio`, `count` or `time`."""

    @property
    def formula(self) -> str:
        """Return the meaning in words."""

    @property
    def source(self) -> str:
        """Return the numbers of its reports."""


def _from(source: str, *columns: Column) -> tuple[Column, ...]:
    return tuple(replace(column, source=column.source or source) for column in columns)


_STARTED = Column("session_start_time", "bigint", "unix seconds", "Start of the session.")
_ENDED = Column("session_end_time", "bigint", "unix seconds", "End of the session.")
_EVENT_ID = Column(
    "event_id",
    "varchar",
    "",
    "Virtual event of the session, as known at its latest export; empty if there is none or it is not known.",
    "Debrief",
)
_SESSION = Column("session", "varchar", "", "Id of the session. Join tables by it.")
_LIVE = Column("live_viewers", "bigint", "people", "Viewers while the session was live.")
_RECORDED = Column("recording_viewers", "bigint", "people", "Viewers of the recording.")
_SHARE = Column("live_share", "double", "0..1", "Share of all live viewers; a person may count in several rows.")
_ENGAGED = "Share of the view time in which Kaltura saw signs of attention."

# The columns of each table's files, in their order; those of the metrics follow in `summaries` and `events`.
FILES: Mapping[str, tuple[Column, ...]] = {
    "rooms": _from(
        "6000",
        Column("entry_id", "varchar", "", "Room: the session's own, or one of its breakouts."),
        Column("entry_name", "varchar", "", "Name of the room. Kaltura replaces commas with spaces here."),
        Column("parent_entry_id", "varchar", "", "Main room of a breakout; empty for the session's own row."),
        Column("cue_point_id", "varchar", "", "Id of the room's session."),
        _STARTED,
        _ENDED,
        Column("session_host_user_id", "varchar", "", "The host's user id or, in some accounts, name."),
        Column(
            "meeting_view_period_unique_users", "bigint", "people", "Number of different viewers, estimated by Kaltura."
        ),
        Column("meeting_engaged_play_time_ratio", "double", "0..1", _ENGAGED),
    ),
    "attendees": _from(
        "6001",
        Column("entry_id", "varchar", "", "Room of the session."),
        Column("cue_point_id", "varchar", "", "Id of the session."),
        Column(
            "user_id", "varchar", "", "Kaltura user id; empty or `Unknown` if Kaltura could not identify the person."
        ),
        Column("user_name", "varchar", "", "First and last name."),
        Column("user_email", "varchar", "", "Email address; empty for most guests."),
        Column("user_type", "varchar", "", "`User` or `Guest`."),
        Column(
            "meeting_view_time",
            "double",
            "minutes",
            "Time in the room; empty for people who are only in other reports.",
        ),
        Column("meeting_engaged_play_time_ratio", "double", "0..1", _ENGAGED),
        Column(
            "breakout_minutes",
            "double",
            "minutes",
            "Sum of the time in all breakouts of the session.",
            "6001 of breakouts",
        ),
        *_from(
            "60010",
            Column("title", "varchar", "", "Job title."),
            Column("company", "varchar", "", "Company."),
            Column("country", "varchar", "", "Country of registration: ISO 3166 code, such as GB, or common name."),
            Column("role", "varchar", "", "Role given at the registration for a virtual event."),
            Column("industry", "varchar", "", "Industry given at the registration for a virtual event."),
            Column("reactions", "bigint", "count", "Reactions sent."),
            Column("raised_hands", "bigint", "count", "Times a hand was raised."),
            Column("chat_messages", "bigint", "count", "Messages sent to the group chat."),
            Column("polls_answered", "bigint", "count", "Polls answered."),
            Column("qna_threads", "bigint", "count", "Q&A threads opened."),
            Column("attachments_downloaded", "bigint", "count", "Attachments downloaded."),
        ),
        _EVENT_ID,
    ),
    "breakouts": _from(
        "6002",
        Column("parent_entry_id", "varchar", "", "The main room."),
        Column("parent_entry_name", "varchar", "", "Name of the main room. Kaltura replaces commas with spaces here."),
        Column("breakout_entry_id", "varchar", "", "The breakout room."),
        Column(
            "breakout_entry_name", "varchar", "", "Name of the breakout room. Kaltura replaces commas with spaces here."
        ),
        Column("cue_point_id", "varchar", "", "Id of the breakout's own session; see `session` for the main one."),
        Column("session_initiator", "varchar", "", "Name or user id of the person who opened the breakout."),
        _STARTED,
        _ENDED,
        Column("duration", "double", "seconds", "From start to end."),
        Column("participant_count", "bigint", "people", "Number of different participants, estimated by Kaltura."),
        Column("engagement_rate", "double", "0..1", _ENGAGED),
    ),
    "summaries": _from(
        "Debrief",
        Column("schema", "varchar", "", "`debrief.summaries/1`."),
        Column("session", "varchar", "", "Id of the session: its `cue_point_id`."),
        Column("entry_id", "varchar", "", "Room of the session."),
        Column("entry_name", "varchar", "", "Name of the room, with its commas."),
        Column("parent_entry_id", "varchar", "", "Main room, only for a breakout that is archived separately."),
        Column("host_user_id", "varchar", "", "The host's user id."),
        Column("started_at", "timestamp", "UTC", "Start of the session."),
        Column("ended_at", "timestamp", "UTC", "End of the session."),
        Column("duration_minutes", "double", "minutes", "From start to end."),
        Column("state", "varchar", "", "`provisional` until the last check, then `final`."),
        Column("revision", "bigint", "count", "Number of the revision, from 1."),
    ),
    "polls": _from(
        "chat service",
        _SESSION,
        Column("poll_number", "bigint", "count", "Number of the poll in the report: most participants first."),
        Column("question", "varchar", "", "The question."),
        Column("type", "varchar", "", "Such as `Single answer` or `Open ended`."),
        Column("poll_participants", "bigint", "people", "People who answered the poll."),
        Column(
            "counted",
            "varchar",
            "",
            "`new`: a poll of this session; `added`: new votes of an older poll; `all`: all votes of the room.",
        ),
        Column(
            "option_number",
            "bigint",
            "count",
            "Position of the option in the poll, from 1; empty if the poll has no options.",
        ),
        Column("option", "varchar", "", "The option, or what somebody wrote."),
        Column("participants", "bigint", "people", "People who chose the option."),
        Column(
            "share",
            "double",
            "0..1",
            "Share of the people who answered the poll. If several answers are allowed, the sum may exceed 1.",
        ),
        Column("correct", "boolean", "", "Whether the option is a correct answer."),
    ),
    "timeline": _from(
        "60004",
        _SESSION,
        Column("minute", "bigint", "minutes", "Minute of the session, from 0."),
        Column("started_at", "timestamp", "UTC", "When the minute began."),
        Column("viewers", "bigint", "people", "Live viewers in the minute; empty if unknown."),
        Column("engagement_rate", "double", "0..1", "Share of these viewers in whom Kaltura saw signs of attention."),
        Column("reactions", "bigint", "count", "Reactions in the minute; empty if unknown."),
        *(
            Column(kind, "bigint", "count", f"Reactions of the kind `{kind}`.")
            for kind in ("clap", "heart", "think", "wow", "smile")
        ),
    ),
    "recordings": _from(
        "60005",
        _SESSION,
        Column("entry_id", "varchar", "", "Id of the recording."),
        Column("entry_name", "varchar", "", "Name of the recording."),
        Column("plays", "bigint", "count", "Times the recording was started."),
        Column("impressions", "bigint", "count", "Times the player loaded the recording."),
        Column("minutes", "double", "minutes", "Minutes viewed."),
        Column("viewers", "bigint", "people", "Different viewers."),
        Column("completion_rate", "double", "0..1", "Average share of the recording that a play reached."),
    ),
    "countries": _from(
        "60007",
        _SESSION,
        Column("country_code", "varchar", "", "ISO 3166-1 code; empty if Kaltura gives none."),
        Column("country", "varchar", "", "Common English name of the country."),
        _LIVE,
        _RECORDED,
        _SHARE,
    ),
    "devices": _from(
        "60006",
        _SESSION,
        Column("device", "varchar", "", "Such as `Computer` or `Mobile`."),
        _LIVE,
        _RECORDED,
        _SHARE,
    ),
    "follow_up": _from(
        "Debrief",
        _SESSION,
        Column("segment", "varchar", "", "The list: `stayed-to-the-end`, `left-early` and so on."),
        Column("user_id", "varchar", "", "Kaltura user id."),
        Column("user_name", "varchar", "", "First and last name."),
        Column("user_email", "varchar", "", "Email address; empty for most guests."),
        Column("reason", "varchar", "", "Why the person is on the list, in words."),
    ),
    "events": _from(
        "Debrief",
        Column("schema", "varchar", "", "`debrief.events/1`."),
        Column("session", "varchar", "", "Id of the event's report: `event-` and the id of the event."),
        Column("event_id", "varchar", "", "Id of the virtual event."),
        Column("event_name", "varchar", "", "Name of the virtual event."),
        Column("started_at", "timestamp", "UTC", "Start of the first session."),
        Column("ended_at", "timestamp", "UTC", "End of the last session."),
        Column("state", "varchar", "", "`final`: all sessions had passed their last check."),
        Column("revision", "bigint", "count", "Number of the revision, from 1."),
    ),
}

_DATE = Column(
    "date",
    "date",
    "",
    "UTC day of the session's start. Filter by it, so that a query reads fewer files.",
)
_PLACE = (Column("session", "varchar", "", "Id of the session whose files contain the row. Join tables by it."), _DATE)
_TIMES = (
    Column("started_at", "timestamp", "UTC", "`session_start_time` as a timestamp."),
    Column("ended_at", "timestamp", "UTC", "`session_end_time` as a timestamp."),
)
_KNOWN = Column("is_identified", "boolean", "", "Whether Kaltura could identify the person.")

# What a query sees beyond the files' own columns: computed from them, or taken from the file's key.
ADDED: Mapping[str, tuple[Column, ...]] = {
    "rooms": _from("Debrief", *_TIMES, *_PLACE),
    "attendees": _from("Debrief", _KNOWN, *_PLACE),
    "breakouts": _from("Debrief", *_TIMES, *_PLACE),
    "summaries": _from("Debrief", _DATE),
    **{
        table: _from("Debrief", _DATE)
        for table in ("polls", "timeline", "recordings", "countries", "devices", "follow_up", "events")
    },
}
_UNITS: Mapping[str, tuple[SqlType, str]] = {
    "people": ("bigint", "people"),
    "count": ("bigint", "count"),
    "minutes": ("double", "minutes"),
    "ratio": ("double", "0..1"),
    "time": ("timestamp", "UTC"),
}
_AVERAGES = frozenset({"sessions_average"})  # a mean of counts has decimals


def columns(table: str, metrics: Mapping[str, Described]) -> tuple[Column, ...]:
    """Return the columns of a table's files, in order. `metrics` are those of `summaries` or `events`."""
    if table == "summaries":
        found = tuple(_metric(key, metric, labels.metric(key)) for key, metric in metrics.items())
        return (*FILES[table], *found, _EVENT_ID)
    if table == "events":
        return (*FILES[table], *(_metric(key, metric, labels.event_metric(key)) for key, metric in metrics.items()))
    return FILES[table]


def dictionary(metrics: Mapping[str, Described], table_of_metrics: str = "summaries") -> list[Sequence[str]]:
    """Return the columns of all files as rows with a header, for a CSV. The metrics are those of one table."""
    header = ("table", *(field.name for field in fields(Column)))
    return [
        header,
        *(
            (table, *astuple(column))
            for table in FILES
            for column in columns(table, metrics if table == table_of_metrics else {})
        ),
    ]


def _metric(key: str, metric: Described, label: str) -> Column:
    type_, unit = _UNITS[metric.unit]
    return Column(key, "double" if key in _AVERAGES else type_, unit, metric.formula, metric.source, label)
