"""Every text that a contract file may contain. No other text is ever written to the file.

The list is closed: a text from Kaltura is written only if Debrief knows it from the published documentation, as a
column, a field or a fixed value. Everything else is described by its shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

from debrief.kaltura.api.credentials import HASHES
from debrief.model import PROFILE_COLUMNS, AttendeeRow, BreakoutRow, RoomRow

FORMAT = "debrief.kaltura-contract/1"
VERDICTS = ("ok", "differs", "not known", "does not apply")
YES_NO = ("yes", "no", "not known")
BUCKETS = ("0", "1", "2 to 9", "10 to 99", "100 to 999", "1,000 to 9,999", "10,000 or more")
ERRORS = frozenset(
    {
        "BadCredentials",
        "BadRequest",
        "BadSettings",
        "ExpiredKs",
        "Forbidden",
        "NoSuchUser",
        "NotShown",
        "QueryTooWide",
        "ReportChanged",
        "ReportTooLarge",
        "ServerFailed",
        "Throttled",
        "Unavailable",
        "UnknownSession",
        "WrongTokenHash",
    }
)
# The shapes of a cell or a value.
BLANK, ZERO, WHOLE, DECIMAL, NEGATIVE, EXPONENT = "blank", "zero", "whole number", "decimal", "negative", "exponent"
SECONDS, MILLISECONDS, ISO_TIME, TEXT, QUOTED = "10 digits", "13 digits", "ISO time", "text", "text in quotes"
NULL, TRUE, FALSE, AS_TEXT, DEEP = "null", "true", "false", "as text", "nested deeper"
SHAPES = (BLANK, ZERO, WHOLE, DECIMAL, NEGATIVE, EXPONENT, SECONDS, MILLISECONDS, ISO_TIME, TEXT, QUOTED)
OTHER = "other"

# Fixed values of columns and fields. If a person is called User or Unknown, the value reveals nothing.
VALUES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "user_type": frozenset({"User", "Guest"}),
        "user_id": frozenset({"Unknown"}),
        "objectType": frozenset(
            {
                "KalturaCuePointListResponse",
                "KalturaReportGraph",
                "KalturaReportTable",
                "KalturaReportTotal",
                "KalturaSessionCuePoint",
                "KalturaSessionInfo",
            }
        ),
        "cuePointType": frozenset({"sessionCuePoint.Session"}),
        "type": frozenset({"OpenAnswers", "MultipleChoice", "bar", "rating scale", "crowd vote"}),
    }
)
_PAGE_COLUMNS = """
position combined_live_view_period_count combined_live_engaged_users_ratio reaction_clap_clicked reaction_heart_clicked
reaction_think_clicked reaction_wow_clicked reaction_smile_clicked user_id user_name email live_view_time
combined_live_engaged_users_play_time_ratio user_engagement count_viewers unique_vod_viewers
unique_combined_live_viewers unique_vod_live_viewers download_attachment_unique_users
reaction_clicked_unique_users count_cnc_group_message_sent
unique_users_sent_group_message unique_users_answered_poll unique_users_q_and_a_thread q_and_a_threads_count
unique_users_sent_private_message unique_logged_in_users
"""
COLUMNS = frozenset(
    chain(RoomRow._fields, AttendeeRow._fields, BreakoutRow._fields, PROFILE_COLUMNS, _PAGE_COLUMNS.split())
)
_API_FIELDS = """
objects totalCount objectType id entryId partnerId createdAt updatedAt startTime endTime duration sessionOwner userId
name status cuePointType tags triggeredAt systemName partnerData partnerSortValue forceStop thumbOffset
sessionType expiry privileges analytics pollId question type nvoted
isAcceptingMultipleVotes options option isCorrect visualization icon header data
"""
FIELDS = frozenset(_API_FIELDS.split())
REGIONS = ("nvp1", "irp2", "frp2", "sgp2", "cap2", "syp2")
ANSWERS = (
    "session.get",
    "6000",
    "6001",
    "6002",
    "6000 of the room",
    "cue point",
    "60002",
    "60002 of noRecording",
    "60004",
    "60010",
    "60010 of the event",
    "60011",
    "70001",
    "polls",
)
# The facts of each check, and the values that each may have.
_CSV_FACTS = {
    "columns sent": YES_NO,
    "required columns": YES_NO,
    "documented order": YES_NO,
    "other columns": YES_NO,
    "rows": YES_NO,
    "names in quotes": YES_NO,
    "times in seconds": YES_NO,
}
_WORKS = ("works", "fails")
_CLOSE = ("same", "within 5%", "beyond 5%", "not known")
FACTS: Mapping[int, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        1: {"session.get": ("allowed", "not allowed"), **{f"6000 {name}": of for name, of in _CSV_FACTS.items()}},
        2: {
            **{f"{report} {name}": of for report in (6001, 6002) for name, of in _CSV_FACTS.items()},
            "6002 with both spellings": _WORKS,
            "6002 with from_date": _WORKS,
            "6002 with fromDate": _WORKS,
        },
        3: {"6001 and 6000": _CLOSE, "6001 and 60010": _CLOSE, "round number of rows": YES_NO},
        4: {"rows of other rooms": YES_NO, "they name the main room": YES_NO},
        5: {"start in seconds": YES_NO, "start as in 6000": YES_NO, "duration is end minus start": YES_NO},
        6: {"most in a minute are viewers": YES_NO, "heatmap and 6001": _CLOSE},
        7: {"same people": YES_NO, "event leaves out people": YES_NO, "roles": YES_NO, "roles without event": YES_NO},
        8: {"log-ins cover every count": YES_NO},
        9: {"answer": ("zero", "blank", "no data", "figures")},
        10: {"list of polls": YES_NO},
        11: {"hash": (*HASHES, OTHER)},
    }
)
NAMES: Mapping[int, str] = MappingProxyType(
    {
        1: "report of rooms",
        2: "attendees, breakouts",
        3: "numbers of people",
        4: "filter by room",
        5: "session cue point",
        6: "minute by minute",
        7: "roles of attendees",
        8: "log-ins to the chat",
        9: "no recording",
        10: "polls",
        11: "app token",
    }
)
_STRUCTURE = """
format debrief region checks number name verdict error facts answers kind csv table total value report columns shapes
rows bom quoted unknown known lines fields unknown_fields list of count missing
"""
_PHRASES = ("unknown column", "unknown fields", "line feed", "carriage return", "no header", NULL, TRUE, FALSE, DEEP)
_VERSION = re.compile(r"[0-9]+[.][0-9]+[.][0-9]+(?:[a-z.+-]{1,8}[0-9]{0,4})?")

VOCABULARY = frozenset(
    chain(
        [FORMAT, OTHER, *VERDICTS, *YES_NO, *BUCKETS, *ERRORS, *SHAPES, *COLUMNS, *FIELDS, *REGIONS, *ANSWERS],
        (f"{shape} {AS_TEXT}" for shape in SHAPES),
        chain.from_iterable(VALUES.values()),
        chain.from_iterable(facts.keys() for facts in FACTS.values()),
        chain.from_iterable(values for facts in FACTS.values() for values in facts.values()),
        [*NAMES.values(), *_STRUCTURE.split(), *_PHRASES],
    )
)
_NUMBERS = frozenset([*NAMES, 6000, 6001, 6002, 60002, 60004, 60010, 60011, 70001])


def foreign_texts(value: object) -> int:
    """Return the number of texts and numbers of a contract that are not in the vocabulary."""
    match value:
        case bool() | None:
            return 0
        case int():
            return value not in _NUMBERS
        case str():
            return not (value in VOCABULARY or _VERSION.fullmatch(value))
        case list() | tuple():
            return sum(map(foreign_texts, value))
        case dict():
            return sum(map(foreign_texts, [*value.keys(), *value.values()]))
    return 1


def bucket(count: int) -> str:
    """Return the bucket of a count: an exact count of people could identify a session."""
    return (
        BUCKETS[0] if count <= 0 else BUCKETS[1] if count == 1 else BUCKETS[min(len(str(count)) + 1, len(BUCKETS) - 1)]
    )
