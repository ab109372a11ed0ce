"""Data dictionary: the columns of the archive's tables. Tests compare them with the docs and the Athena tables.

The tables `summaries` and `events` also have a column for each metric, which is described by the metric's definition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from typing import Literal, Protocol, TypeAlias

from debrief.documents.text import labels

SqlType: TypeAlias = Literal["varchar", "bigint", "double", "boolean", "timestamp", "date"]


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of a table. The CSV file of the data dictionary has these fields, in this order."""

    name: str
    type: SqlType  # the type in queries; a CSV file has only text
    unit: str  # blank for text
    meaning: str
    source: str = ""  # the number of a Kaltura report, or Debrief
    label: str = ""  # the label of a metric in documents


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
        """Return the numbers of the Kaltura reports from which the figure is computed."""


def _from(source: str, *columns: FileColumn) -> tuple[FileColumn, ...]:
    return tuple(replace(column, source=column.source or source) for column in columns)


_STARTED = FileColumn("session_start_time", "bigint", "unix seconds", "Start of the session.")
_ENDED = FileColumn("session_end_time", "bigint", "unix seconds", "End of the session.")
_EVENT_ID = FileColumn(
    "event_id",
    "varchar",
    "",
    "Virtual event of the session, as known at its latest export; empty if there is none or it is not known.",
    "Debrief",
)
_SESSION = FileColumn("session", "varchar", "", "Id of the session. Join tables by it.")
_LIVE = FileColumn("live_viewers", "bigint", "people", "Viewers while the session was live.")
_RECORDED = FileColumn("recording_viewers", "bigint", "people", "Viewers of the recording.")
_SHARE = FileColumn("live_share", "double", "0..1", "Share of all live viewers; a person may count in several rows.")
_ENGAGED = "Share of the view time in which Kaltura saw signs of attention."

# The folder and file name of a table, if not the table's name: operators put their lists into `registrations/`.
FOLDERS: Mapping[str, str] = {"registrations": "registrants"}

# The columns of each table's files, in order. In `summaries` and `events`, the columns of the metrics follow.
FILES: Mapping[str, tuple[FileColumn, ...]] = {
    "rooms": _from(
        "6000",
        FileColumn("entry_id", "varchar", "", "Room: the session's own, or one of its breakouts."),
        FileColumn("entry_name", "varchar", "", "Name of the room. Kaltura replaces commas with spaces here."),
        FileColumn("parent_entry_id", "varchar", "", "Main room of a breakout; empty for the session's own row."),
        FileColumn("cue_point_id", "varchar", "", "Id of the room's session."),
        _STARTED,
        _ENDED,
        FileColumn("session_host_user_id", "varchar", "", "The host's user id or, in some accounts, name."),
        FileColumn(
            "meeting_view_period_unique_users", "bigint", "people", "Number of unique viewers, estimated by Kaltura."
        ),
        FileColumn("meeting_engaged_play_time_ratio", "double", "0..1", _ENGAGED),
    ),
    "attendees": _from(
        "6001",
        FileColumn("entry_id", "varchar", "", "Room of the session."),
        FileColumn("cue_point_id", "varchar", "", "Id of the session."),
        FileColumn(
            "user_id", "varchar", "", "Kaltura user id; empty or `Unknown` if Kaltura could not identify the person."
        ),
        FileColumn("user_name", "varchar", "", "First and last name."),
        FileColumn("user_email", "varchar", "", "Email address; empty for most guests."),
        FileColumn("user_type", "varchar", "", "`User` or `Guest`."),
        FileColumn(
            "meeting_view_time",
            "double",
            "minutes",
            "Time in the room; empty for people who are only in other reports.",
        ),
        FileColumn("meeting_engaged_play_time_ratio", "double", "0..1", _ENGAGED),
        FileColumn(
            "breakout_minutes",
            "double",
            "minutes",
            "Sum of the time in all breakouts of the session.",
            "6001 of breakouts",
        ),
        *_from(
            "60010",
            FileColumn("title", "varchar", "", "Job title."),
            FileColumn("company", "varchar", "", "Company."),
            FileColumn("country", "varchar", "", "Country of registration: ISO 3166 code, such as GB, or common name."),
            FileColumn("role", "varchar", "", "Role given at the registration for a virtual event."),
            FileColumn("industry", "varchar", "", "Industry given at the registration for a virtual event."),
            FileColumn("reactions", "bigint", "count", "Reactions sent."),
            FileColumn("raised_hands", "bigint", "count", "Times a hand was raised."),
            FileColumn("chat_messages", "bigint", "count", "Messages sent to the group chat."),
            FileColumn("polls_answered", "bigint", "count", "Polls answered."),
            FileColumn("qna_threads", "bigint", "count", "Q&A threads opened."),
            FileColumn("attachments_downloaded", "bigint", "count", "Attachments downloaded."),
        ),
        _EVENT_ID,
    ),
    "breakouts": _from(
        "6002",
        FileColumn("parent_entry_id", "varchar", "", "The main room."),
        FileColumn(
            "parent_entry_name", "varchar", "", "Name of the main room. Kaltura replaces commas with spaces here."
        ),
        FileColumn("breakout_entry_id", "varchar", "", "The breakout room."),
        FileColumn(
            "breakout_entry_name", "varchar", "", "Name of the breakout room. Kaltura replaces commas with spaces here."
        ),
        FileColumn("cue_point_id", "varchar", "", "Id of the breakout's own session; see `session` for the main one."),
        FileColumn("session_initiator", "varchar", "", "Name or user id of the person who opened the breakout."),
        _STARTED,
        _ENDED,
        FileColumn("duration", "double", "seconds", "From start to end."),
        FileColumn("participant_count", "bigint", "people", "Number of unique participants, estimated by Kaltura."),
        FileColumn("engagement_rate", "double", "0..1", _ENGAGED),
    ),
    "summaries": _from(
        "Debrief",
        FileColumn("schema", "varchar", "", "`debrief.summaries/1`."),
        FileColumn("session", "varchar", "", "Id of the session: its `cue_point_id`."),
        FileColumn("entry_id", "varchar", "", "Room of the session."),
        FileColumn("entry_name", "varchar", "", "Name of the room, with its commas."),
        FileColumn("parent_entry_id", "varchar", "", "Main room, only for a breakout that is archived separately."),
        FileColumn("host_user_id", "varchar", "", "The host's user id."),
        FileColumn("started_at", "timestamp", "UTC", "Start of the session."),
        FileColumn("ended_at", "timestamp", "UTC", "End of the session."),
        FileColumn("duration_minutes", "double", "minutes", "From start to end."),
        FileColumn("state", "varchar", "", "`provisional` until the last check, then `final`."),
        FileColumn("revision", "bigint", "count", "Number of the revision, from 1."),
    ),
    "polls": _from(
        "chat service",
        _SESSION,
        FileColumn("poll_number", "bigint", "count", "Number of the poll in the report: most participants first."),
        FileColumn("question", "varchar", "", "The question."),
        FileColumn("type", "varchar", "", "Such as `Single answer` or `Open ended`."),
        FileColumn("poll_participants", "bigint", "people", "People who answered the poll."),
        FileColumn(
            "counted",
            "varchar",
            "",
            "`new`: a poll of this session; `added`: new votes of an older poll; `all`: all votes of the poll, in all "
            "sessions.",
        ),
        FileColumn(
            "option_number",
            "bigint",
            "count",
            "Position of the option in the poll, from 1; empty if the poll has no options.",
        ),
        FileColumn("option", "varchar", "", "The option, or what somebody wrote."),
        FileColumn("participants", "bigint", "people", "People who chose the option."),
        FileColumn(
            "share",
            "double",
            "0..1",
            "Share of the people who answered the poll. If several answers are allowed, the sum may exceed 1.",
        ),
        FileColumn("correct", "boolean", "", "Whether the option is a correct answer."),
    ),
    "timeline": _from(
        "60004",
        _SESSION,
        FileColumn("minute", "bigint", "minutes", "Minute of the session, from 0."),
        FileColumn("started_at", "timestamp", "UTC", "When the minute began."),
        FileColumn("viewers", "bigint", "people", "Live viewers in the minute; empty if unknown."),
        FileColumn(
            "engagement_rate", "double", "0..1", "Share of these viewers in whom Kaltura saw signs of attention."
        ),
        FileColumn("reactions", "bigint", "count", "Reactions in the minute; empty if unknown."),
        *(
            FileColumn(kind, "bigint", "count", f"Reactions of the kind `{kind}`.")
            for kind in ("clap", "heart", "think", "wow", "smile")
        ),
    ),
    "recordings": _from(
        "60005",
        _SESSION,
        FileColumn("entry_id", "varchar", "", "Id of the recording."),
        FileColumn("entry_name", "varchar", "", "Name of the recording."),
        FileColumn("plays", "bigint", "count", "Times the recording was started."),
        FileColumn("impressions", "bigint", "count", "Times the player loaded the recording."),
        FileColumn("minutes", "double", "minutes", "Minutes viewed."),
        FileColumn("viewers", "bigint", "people", "Unique viewers."),
        FileColumn("completion_rate", "double", "0..1", "Average share of the recording that a play reached."),
    ),
    "countries": _from(
        "60007",
        _SESSION,
        FileColumn("country_code", "varchar", "", "ISO 3166-1 code; empty if Kaltura gives none."),
        FileColumn("country", "varchar", "", "Common English name of the country."),
        _LIVE,
        _RECORDED,
        _SHARE,
    ),
    "devices": _from(
        "60006",
        _SESSION,
        FileColumn("device", "varchar", "", "Such as `Computer` or `Mobile`."),
        _LIVE,
        _RECORDED,
        _SHARE,
    ),
    "follow_up": _from(
        "Debrief",
        _SESSION,
        FileColumn("segment", "varchar", "", "The list: `stayed-to-the-end`, `left-early` and so on."),
        FileColumn("user_id", "varchar", "", "Kaltura user id."),
        FileColumn("user_name", "varchar", "", "First and last name."),
        FileColumn("user_email", "varchar", "", "Email address; empty for most guests."),
        FileColumn("reason", "varchar", "", "Why the person is on the list, in words."),
    ),
    "registrations": _from(
        "Debrief",
        _SESSION,
        FileColumn(
            "user_id",
            "varchar",
            "",
            "Kaltura user id, as in `attendees` if the person came; empty if the list has none.",
        ),
        FileColumn("user_name", "varchar", "", "First and last name."),
        FileColumn("user_email", "varchar", "", "Email address on the list; of a person not on the list, Kaltura's."),
        FileColumn("registered", "boolean", "", "Whether the registration counts."),
        FileColumn(
            "class",
            "varchar",
            "",
            "Registered people: `came`, `recording-only`, `absent`, `not-known`. Other people on the list: `staff`, "
            "`not-counted`, also if they came with an unclear status. People who came and are not registered: "
            "`walk-in`; `unmatched` if Kaltura gives no address, so that this is not known.",
        ),
        FileColumn("came", "boolean", "", "Whether the person was in the live session; empty if not known."),
        FileColumn("minutes", "double", "minutes", "Time in the session and its breakouts; empty if not known."),
        FileColumn(
            "status",
            "varchar",
            "",
            "On the list: `registered`, `cancelled`, `blocked`, `invited`, or `unclear` for an unknown word.",
        ),
        FileColumn("reason", "varchar", "", "Why it is not known whether the person came, in words."),
        FileColumn("registered_for", "varchar", "", "What the list is for: `session`, `event` or `room`."),
        FileColumn("source", "varchar", "", "Where the list comes from: `file`, `kaltura` or `both`."),
        FileColumn(
            "registered_at",
            "timestamp",
            "UTC",
            "When the person registered; empty if not known, as for people whom Kaltura or an admin invited.",
        ),
        FileColumn("origin", "varchar", "", "How the person came to register, such as `invite`; empty if not known."),
        FileColumn(
            "aliases", "varchar", "", "The person's other ids and addresses on the list, as a JSON list; empty if none."
        ),
        _EVENT_ID,
    ),
    "events": _from(
        "Debrief",
        FileColumn("schema", "varchar", "", "`debrief.events/1`."),
        FileColumn("session", "varchar", "", "Id of the event's report: `event-` and the id of the event."),
        FileColumn("event_id", "varchar", "", "Id of the virtual event."),
        FileColumn("event_name", "varchar", "", "Name of the virtual event."),
        FileColumn("started_at", "timestamp", "UTC", "Start of the first session."),
        FileColumn("ended_at", "timestamp", "UTC", "End of the last session."),
        FileColumn("state", "varchar", "", "`final`: the figures of all sessions were final."),
        FileColumn("revision", "bigint", "count", "Number of the revision, from 1."),
    ),
}

_DATE = FileColumn(
    "date",
    "date",
    "",
    "UTC day of the session's start. Filter by it, so that a query reads fewer files.",
)
_PLACE = (
    FileColumn("session", "varchar", "", "Id of the session whose files contain the row. Join tables by it."),
    _DATE,
)
_TIMES = (
    FileColumn("started_at", "timestamp", "UTC", "`session_start_time` as a timestamp."),
    FileColumn("ended_at", "timestamp", "UTC", "`session_end_time` as a timestamp."),
)
_KNOWN = FileColumn("is_identified", "boolean", "", "Whether Kaltura could identify the person.")

# Columns that only queries have: they are computed from the files' columns, or taken from the file's key.
ADDED: Mapping[str, tuple[FileColumn, ...]] = {
    "rooms": _from("Debrief", *_TIMES, *_PLACE),
    "attendees": _from("Debrief", _KNOWN, *_PLACE),
    "breakouts": _from("Debrief", *_TIMES, *_PLACE),
    "summaries": _from("Debrief", _DATE),
    **{
        table: _from("Debrief", _DATE)
        for table in (
            *("polls", "timeline", "recordings", "countries", "devices", "follow_up", "registrations", "events"),
        )
    },
}
_UNITS: Mapping[str, tuple[SqlType, str]] = {
    "people": ("bigint", "people"),
    "count": ("bigint", "count"),
    "minutes": ("double", "minutes"),
    "ratio": ("double", "0..1"),
    "time": ("timestamp", "UTC"),
}
_AVERAGES = frozenset({"sessions_average"})  # counts with decimals


def columns(table: str, metrics: Mapping[str, Described]) -> tuple[FileColumn, ...]:
    """Return the columns of a table's files, in order. `metrics` are the metrics of `summaries` or `events`."""
    if table == "summaries":
        return (
            *FILES[table],
            *(_metric(key, metric, labels.metric(key)) for key, metric in metrics.items()),
            _EVENT_ID,
        )
    if table == "events":
        return (*FILES[table], *(_metric(key, metric, labels.event_metric(key)) for key, metric in metrics.items()))
    return FILES[table]


def dictionary(metrics: Mapping[str, Described], table_of_metrics: str = "summaries") -> list[Sequence[str]]:
    """Return a header, and a row for each column of all tables, for a CSV file.

    `metrics` are the metrics of `table_of_metrics`, `summaries` or `events`.
    """
    header = ("table", *(field.name for field in fields(FileColumn)))
    return [
        header,
        *(
            (table, *astuple(column))
            for table in FILES
            for column in columns(table, metrics if table == table_of_metrics else {})
        ),
    ]


def _metric(key: str, metric: Described, label: str) -> FileColumn:
    type_, unit = _UNITS[metric.unit]
    return FileColumn(key, "double" if key in _AVERAGES else type_, unit, metric.formula, metric.source, label)
