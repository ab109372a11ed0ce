"""The data types that every part of Debrief shares: report rows, sessions, people, metrics, documents.

Nothing here reads the clock, a file or the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from debrief.util.columns import Cells
from debrief.util.spans import Span, minutes, union

if TYPE_CHECKING:
    from debrief.registration import Registrations
    from debrief.transcript import Transcript

State: TypeAlias = Literal["provisional", "final"]
Kind: TypeAlias = Literal["session", "joint", "event"]  # subject of a report; `joint`, as in ids: a merged session
Source: TypeAlias = Literal["kaltura", "archive"]  # where an export reads Kaltura's answers
IdsAndAddresses: TypeAlias = tuple[Sequence[str], Sequence[str]]  # user ids and addresses by row; blank if unknown
Tier: TypeAlias = Literal["full", "names", "totals"]  # full: everything; names: no addresses and ids; totals: no people
Role: TypeAlias = Literal["host", "owner", "co-organizer", "scheduler"]

PROFILE_COLUMNS = (  # report 60010: a person's profile, then counts of activities
    "title",
    "company",
    "country",
    "role",
    "industry",
    "count_reaction_clicked",
    "count_raise_hand_clicked",
    "count_group_chat_messages_sent",
    "count_poll_answered",
    "count_q_and_a_threads",
    "count_download_attachment_clicked",
)


class RoomRow(NamedTuple):
    """A row of report 6000: one session of one room or breakout room. Cells are as received."""

    entry_id: str
    entry_name: str
    parent_entry_id: str  # blank for a main room
    cue_point_id: str  # the session's id
    session_start_time: str  # unix seconds
    session_end_time: str  # unix seconds
    session_host_user_id: str  # a user id or, in some accounts, a name
    meeting_view_period_unique_users: str  # people, an estimate
    meeting_engaged_play_time_ratio: str  # 0..1


class AttendeeRow(NamedTuple):
    """A row of report 6001: one user in one session. Cells are as received."""

    entry_id: str
    cue_point_id: str
    user_id: str  # blank or `Unknown` for a user whom Kaltura did not identify
    user_name: str
    user_email: str
    user_type: str  # `Guest` or `User`
    meeting_view_time: str  # minutes
    meeting_engaged_play_time_ratio: str  # 0..1


class BreakoutRow(NamedTuple):
    """A row of report 6002: one session of one breakout room. Cells are as received."""

    parent_entry_id: str
    parent_entry_name: str
    breakout_entry_id: str
    breakout_entry_name: str
    cue_point_id: str  # id of the breakout's own session
    session_initiator: str
    session_start_time: str  # unix seconds
    session_end_time: str  # unix seconds
    duration: str  # seconds
    participant_count: str  # people, an estimate
    engagement_rate: str  # 0..1


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an interrupted session; Kaltura lists it as a session. Times are UTC."""

    cue_point_id: str
    start: datetime
    end: datetime

    @property
    def duration_minutes(self) -> float:
        return max((self.end - self.start).total_seconds(), 0.0) / 60


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a room or webinar. Times are UTC.

    A session with `parts` is a merged session: an interrupted session that is reported as one, from the first part's
    start to the last part's end. Its `cue_point_id` is `joint-` and the id of the first part.
    """

    cue_point_id: str
    entry_id: str
    start: datetime
    end: datetime
    entry_name: str = ""
    parent_entry_id: str | None = None  # set for a breakout
    host_user_id: str = ""
    has_figures: bool = True  # False: report 6000 lacks the session, because nobody came or it ended too recently
    parts: tuple[Part, ...] = ()  # by start; empty for a session that was not interrupted
    event_id: str = ""  # id of the virtual event; blank if there is no event or it is unknown

    @property
    def spans(self) -> list[Span]:
        """Return the time from start to end, without the gaps between parts."""
        return union((part.start, part.end) for part in self.parts or (self,))

    @property
    def duration_minutes(self) -> float:
        """Return the total length of `spans`, in which overlapping parts count once; 0 for an open session."""
        return minutes(self.spans)

    @property
    def cue_point_ids(self) -> tuple[str, ...]:
        """Return Kaltura's ids of the session: one, or one for each part."""
        return tuple(part.cue_point_id for part in self.parts) or (self.cue_point_id,)

    @property
    def is_open(self) -> bool:
        """Return whether the session is still running: Kaltura gives a running session an end equal to its start."""
        return self.end <= self.start


@dataclass(frozen=True, slots=True)
class Person:
    """A Kaltura user. Name and address are blank if Kaltura has none."""

    user_id: str
    name: str = ""
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Organizer:
    """Someone with a role in a session. `person.email` is blank when Kaltura has no address."""

    person: Person
    role: Role


@dataclass(frozen=True, slots=True)
class VirtualEvent:
    """An event of the Kaltura Events platform, to which several sessions may belong."""

    event_id: str
    name: str = ""
    owner: Person | None = None
    owner_unknown: str = ""  # why the owner is unknown now; blank when the owner is known or does not exist


@dataclass(frozen=True, slots=True)
class Finding:
    """A warning for the reader of a report: a stable code and one sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, init=False)
class RawAnswer:
    """One answer from Kaltura, byte for byte. `name` is its file name in the archive, without `.gz`.

    The body is compressed, because uncompressed answers would take most of an export's memory. `people` are the user
    ids and addresses in the answer; None unless the parser collected them.
    """

    name: str
    packed: bytes = field(repr=False)
    people: IdsAndAddresses | None = field(default=None, repr=False, compare=False)

    def __init__(self, name: str, body: bytes, people: IdsAndAddresses | None = None) -> None:
        import gzip  # here, because many Lambda functions that load the model never see an answer

        object.__setattr__(self, "name", name)
        packed = gzip.compress(body, compresslevel=1, mtime=0)  # level 1: three times as fast, a third larger
        # Byte 9, the operating system, differs between Python versions, but the same answer must give the same bytes.
        object.__setattr__(self, "packed", packed[:9] + b"\xff" + packed[10:])
        object.__setattr__(self, "people", people)

    def with_people(self, people: IdsAndAddresses) -> RawAnswer:
        """Return the same answer with the people in it, who are known only after the answer was parsed."""
        answer = copy(self)
        object.__setattr__(answer, "people", people)
        return answer

    @property
    def body(self) -> bytes:
        import gzip

        return gzip.decompress(self.packed)


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Marks data that could not be read. The reason is one sentence.

    `is_temporary`: Kaltura may answer later.
    """

    reason: str
    is_temporary: bool = False


@dataclass(frozen=True, slots=True)
class CountedOnly(NotKnown):
    """Marks a list of people that could not be read, while their number by status is known."""

    counts: Mapping[str, int] = field(default_factory=dict, hash=False)


NO_RECORDING = NotKnown("There is no recording.")
NOT_COUNTED = NotKnown("Recordings are counted for scheduled webinars only, as on Kaltura's Summary page.")


@dataclass(frozen=True, slots=True)
class PollScope:
    """The sessions that a room's polls may belong to: the chat service does not say when a poll was held.

    `before` has the room's polls at the end of the earlier session `compared_with`: empty if the room had no earlier
    session, None if unknown. `since` is the start of that session if the room had other sessions between it and this
    one, else blank. `had_later_session`: when the polls were read, another session had begun, or was still running,
    after this one began, or this was unknown.
    """

    before: Sequence[Mapping[str, Any]] | None = field(default=None, repr=False)
    compared_with: str = ""
    since: str = ""
    had_later_session: bool = True


@dataclass(frozen=True)
class PageData:
    """Data from the reports behind Kaltura's Summary page.

    `tables` is keyed by report and action, e.g. `60002-getTotal` (a total is one row). `heatmaps` has the rows of
    report 60011 by user id. The reports begin at `start` rounded down to the hour. `is_shared` says that the reports
    also cover another session of the room, in a clock hour that this session touches.
    """

    start: datetime
    end: datetime
    tables: Mapping[str, Sequence[Cells] | NotKnown] = field(repr=False)
    heatmaps: Mapping[str, list[Cells]] = field(default_factory=dict, repr=False)
    polls: Sequence[Mapping[str, Any]] | NotKnown = field(default=(), repr=False)  # all polls of the room
    poll_scope: PollScope | None = None  # None: unknown
    is_shared: bool = False
    no_roles: str = ""  # why roles and industries are unknown; blank when they were requested

    def rows(self, name: str) -> Sequence[Cells]:
        """Return the rows of a report; empty when it could not be read."""
        found = self.tables.get(name, [])
        return [] if isinstance(found, NotKnown) else found

    def reason(self, name: str) -> str | None:
        """Return why a report could not be read; None when it was read."""
        found = self.tables.get(name, NotKnown("The report was not requested."))
        return found.reason if isinstance(found, NotKnown) else None


@dataclass(frozen=True, slots=True)
class EarlierSession:
    """An earlier session of the same room, from the archive: its known metrics by key, its attendees by user id.

    `minutes` is the time in which people could attend; 0 if the archive does not have it.
    """

    cue_point_id: str
    start: datetime
    figures: Mapping[str, float]
    people: Mapping[str, Person] = field(default_factory=dict, repr=False)
    minutes: float = 0.0


@dataclass(frozen=True)
class SessionData:
    """Everything fetched for one session."""

    session: Session
    host: Person | None = None
    organizers: Sequence[Organizer] = ()  # the host first; each person once, in their first role
    virtual_event: VirtualEvent | NotKnown | None = None  # None: no event
    rooms: Sequence[RoomRow] = ()  # first the row of the session or of each part, then the rows of its breakouts
    attendees: Sequence[AttendeeRow] = field(default=(), repr=False)  # the session's own rows only
    breakouts: Sequence[BreakoutRow] = ()
    breakout_attendees: Sequence[AttendeeRow] = field(default=(), repr=False)
    page: PageData | None = field(default=None, repr=False)
    earlier: Sequence[EarlierSession] = ()  # latest first
    earlier_unknown: str = ""  # why earlier sessions could not be looked up
    account: Mapping[str, Any] | None = None  # averages of other rooms' sessions, if the room has no earlier session
    registrations: Registrations | NotKnown | None = None  # None: no list of registrations was given
    transcript: Transcript | None = field(default=None, repr=False)  # None: it was not requested
    raw: Sequence[RawAnswer] = field(default=(), repr=False)
    findings: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure with its unit, its formula in words and its source report.

    `value` is None when the figure cannot be computed; `reason` then says why. A time is UTC text.
    """

    value: float | int | str | None
    unit: str  # people, minutes, ratio, count, time
    formula: str
    source: str
    reason: str | None = None


@dataclass(frozen=True)
class Summary:
    """All metrics and sections of a session: the content of summary.json, from which every document is rendered."""

    session: Session
    host: Person | None
    state: State
    revision: int
    metrics: Mapping[str, Metric]
    sections: Mapping[str, Mapping[str, Any]]
    warnings: Sequence[Finding] = ()
    check_minutes: float | None = (
        None  # from the session's end to the last settling time or check reached; see check_schedule
    )


@dataclass(frozen=True, slots=True)
class Document:
    """A generated file: its key in the archive, its bytes, and the number of rows of a table."""

    key: str
    body: bytes = field(repr=False)
    content_type: str
    rows: int | None = None
