"""The nouns that every part of Debrief shares: rows as Kaltura writes them, sessions, summaries, documents.

Nothing here reads a clock, a file or the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from debrief.util.columns import Cells
from debrief.util.spans import Span, minutes, union

State: TypeAlias = Literal["provisional", "final"]
Kind: TypeAlias = Literal["session", "joint", "event"]  # what a report is about: see Session.parts and VirtualEvent
Source: TypeAlias = Literal["kaltura", "archive"]  # where an export takes its answers from
IdsAndAddresses: TypeAlias = tuple[Sequence[str], Sequence[str]]  # one of each for every row, blank where there is none
Tier: TypeAlias = Literal["full", "names", "totals"]  # what a recipient may see: all, no e-mails and ids, no persons
Role: TypeAlias = Literal["host", "owner", "co-organizer", "scheduler"]

PROFILE_COLUMNS = (  # of report 60010: who somebody is, then how often they did what
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
    """One row of report 6000, every cell as received: one session of one room (or breakout)."""

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
    """One row of report 6001, every cell as received: one user in one session."""

    entry_id: str
    cue_point_id: str
    user_id: str  # blank or `Unknown` when Kaltura could not tell who it was
    user_name: str
    user_email: str
    user_type: str  # `Guest` or `User`
    meeting_view_time: str  # minutes
    meeting_engaged_play_time_ratio: str  # 0..1


class BreakoutRow(NamedTuple):
    """One row of report 6002, every cell as received: one session of one breakout room."""

    parent_entry_id: str
    parent_entry_name: str
    breakout_entry_id: str
    breakout_entry_name: str
    cue_point_id: str  # of the breakout's own session
    session_initiator: str
    session_start_time: str  # unix seconds
    session_end_time: str  # unix seconds
    duration: str  # seconds
    participant_count: str  # people, an estimate
    engagement_rate: str  # 0..1


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an interrupted session: a session of its own for Kaltura. Times are UTC."""

    cue_point_id: str
    start: datetime
    end: datetime

    @property
    def duration_minutes(self) -> float:
        """From start to end, in minutes."""
        return max((self.end - self.start).total_seconds(), 0.0) / 60


@dataclass(frozen=True, slots=True)
class Session:
    """One run of a room or webinar. Times are UTC.

    With `parts` it is joint: an interrupted session that is reported as one, from the first part's start to the last
    part's end. Its `cue_point_id` is then ours, `joint-` and the first part's.
    """

    cue_point_id: str
    entry_id: str
    start: datetime
    end: datetime
    entry_name: str = ""
    parent_entry_id: str | None = None  # set for a breakout
    host_user_id: str = ""
    has_figures: bool = True  # False: report 6000 does not list it (yet), so nobody came or it is too fresh
    parts: tuple[Part, ...] = ()  # by start; none for a session that was not interrupted

    @property
    def spans(self) -> list[Span]:
        """When it took place: from start to end, of a merged session without the gaps between its parts."""
        return union((part.start, part.end) for part in self.parts or (self,))

    @property
    def duration_minutes(self) -> float:
        """Measure these spans, so that parts at the same time count once; 0 for a session that is still open."""
        return minutes(self.spans)

    @property
    def cue_point_ids(self) -> tuple[str, ...]:
        """Under which ids Kaltura knows it."""
        return tuple(part.cue_point_id for part in self.parts) or (self.cue_point_id,)

    @property
    def is_open(self) -> bool:
        """Kaltura gives a running session an end equal to its start."""
        return self.end <= self.start


@dataclass(frozen=True, slots=True)
class Person:
    """A Kaltura user, as far as Kaltura tells."""

    user_id: str
    name: str = ""
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Organizer:
    """Someone who has a part in a session beside attending it. `person.email` is blank when Kaltura has none."""

    person: Person
    role: Role


@dataclass(frozen=True, slots=True)
class VirtualEvent:
    """An event of Kaltura's events platform, to which several sessions may belong."""

    event_id: str
    name: str = ""
    owner: Person | None = None
    owner_unknown: str = ""  # why Kaltura cannot tell the owner now; blank where it told one, or that there is none


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the reader of a summary should know: a stable code and one sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, init=False)
class RawAnswer:
    """One answer of Kaltura's, byte for byte. `name` is its file name in the archive, without `.gz`.

    It is kept as that file, because most of what an export holds in memory would be answers otherwise. `people` are
    everybody's user id and address, as the answer has them, if whoever has read it has kept them.
    """

    name: str
    packed: bytes = field(repr=False)
    people: IdsAndAddresses | None = field(default=None, repr=False, compare=False)

    def __init__(self, name: str, body: bytes, people: IdsAndAddresses | None = None) -> None:
        import gzip  # here, because many functions that need the model see no answer

        object.__setattr__(self, "name", name)
        packed = gzip.compress(body, compresslevel=1, mtime=0)  # level 1: three times as fast, a third larger
        object.__setattr__(self, "packed", packed)
        object.__setattr__(self, "people", people)

    @property
    def body(self) -> bytes:
        """The answer as it came."""
        import gzip

        return gzip.decompress(self.packed)


@dataclass(frozen=True, slots=True)
class NotKnown:
    """What could not be had, and why: one sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class PollSpan:
    """Which of a room's sessions its polls may be of: the chat service gives them no time.

    `before` are the polls as they were after the session `compared_with`, or none if the room had no earlier session;
    None when nobody knows. `since` is the start of that session if others lie between, else blank. With `goes_on` a
    later session of the room had begun when the polls were asked for, or nobody could tell.
    """

    before: Sequence[Mapping[str, Any]] | None = field(default=None, repr=False)
    compared_with: str = ""
    since: str = ""
    goes_on: bool = True


@dataclass(frozen=True)
class PageData:
    """What the reports behind Kaltura's Summary page gave for a session.

    `tables` is by report and action, e.g. `60002-getTotal` (a total is one row). `heatmaps` are the rows of report
    60011 by user id. The reports begin on the full hour before `start`; when another session of the room was in that
    span they cover it too, and it `is_shared`.
    """

    start: datetime
    end: datetime
    tables: Mapping[str, Sequence[Cells] | NotKnown] = field(repr=False)
    heatmaps: Mapping[str, list[Cells]] = field(default_factory=dict, repr=False)
    polls: Sequence[Mapping[str, Any]] | NotKnown = field(default=(), repr=False)  # of the room
    poll_span: PollSpan | None = None  # None: nobody knows anything
    is_shared: bool = False
    no_roles: str = ""  # why no attendee's role and industry are known; blank when they were asked for

    def rows(self, name: str) -> Sequence[Cells]:
        """The rows of a report; none when it could not be had."""
        found = self.tables.get(name, [])
        return [] if isinstance(found, NotKnown) else found

    def reason(self, name: str) -> str | None:
        """Why a report could not be had; None when it could."""
        found = self.tables.get(name, NotKnown("The report was not asked for."))
        return found.reason if isinstance(found, NotKnown) else None


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier session of the same room, as archived: its metrics that had a figure, by key; who came, by user id.

    `minutes` is how long people could attend; 0 where the archive does not say.
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
    organizers: Sequence[Organizer] = ()  # the host first; a person once, in the first role that fits
    virtual_event: VirtualEvent | NotKnown | None = None  # None: it belongs to none
    rooms: Sequence[RoomRow] = ()  # the session's own row first, then those of its breakouts
    attendees: Sequence[AttendeeRow] = field(default=(), repr=False)  # the session's own rows only
    breakouts: Sequence[BreakoutRow] = ()
    breakout_attendees: Sequence[AttendeeRow] = field(default=(), repr=False)
    page: PageData | None = field(default=None, repr=False)
    earlier: Sequence[Earlier] = ()  # of the same room, the latest first
    raw: Sequence[RawAnswer] = field(default=(), repr=False)
    findings: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure with its unit, its formula in words and the report it comes from.

    `value` is None when the figure cannot be computed; `reason` then says why. A time is UTC text.
    """

    value: float | int | str | None
    unit: str  # people, minutes, ratio, count, time
    formula: str
    source: str
    reason: str | None = None


@dataclass(frozen=True)
class Summary:
    """All metrics and sections of a session: what summary.json holds and every document is drawn from."""

    session: Session
    host: Person | None
    state: State
    revision: int
    metrics: Mapping[str, Metric]
    sections: Mapping[str, Mapping[str, Any]]
    warnings: Sequence[Finding] = ()
    check_minutes: float | None = (
        None  # how long after the session's end the figures were fetched, at least; see settling
    )


@dataclass(frozen=True, slots=True)
class Document:
    """A file we made: its key in the archive, its bytes, and its rows when it is a table."""

    key: str
    body: bytes = field(repr=False)
    content_type: str
    rows: int | None = None
