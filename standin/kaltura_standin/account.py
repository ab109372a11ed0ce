"""Account of the stand-in: users, rooms, sessions, and when each person was present, to the second.

Every time is in unix seconds unless its type says otherwise. An account written by hand needs only rooms:

    Account(rooms=(Room("1_room", "Weekly", runs=(Run("1_cue", start, end, attendances=(Attendance("ann"),)),)),))
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from kaltura_standin.access import ADMIN, ROLES, USER, AppToken, UserRole
from kaltura_standin.catalogue import Captions, Play, Point, Registrations, ScheduleEvent, Speech, VirtualEvent
from kaltura_standin.interactions import Act, Poll, Script
from kaltura_standin.profiles import Profile, no_profile

__all__ = [
    "ADMIN",
    "MAX_ROWS",
    "ROLES",
    "USER",
    "Account",
    "AppToken",
    "Attendance",
    "Entry",
    "Room",
    "Run",
    "User",
    "UserRole",
]

MAX_ROWS = 100_000  # in a custom report; Kaltura server, kKavaReportsMgr.php

Stay = tuple[int, int]  # start and end of a presence, half-open
LateFactor = float | Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Attendance:
    """One person in one session. A blank `user_id` is a user who was deleted: all user columns stay blank."""

    user_id: str
    name: str = ""
    email: str = field(default="", repr=False)
    type: str = "User"  # or Guest
    stays: tuple[Stay, ...] = ()  # empty: the whole session
    engaged: float = 1.0  # share of the presence, 0..1


@dataclass(frozen=True, slots=True)
class Run:
    """One session of a room: a session cue point. A session whose end equals its start is still open."""

    id: str
    start: int
    end: int
    host: str = ""  # user id
    attendances: tuple[Attendance, ...] = field(default=(), repr=False)
    acts: tuple[Act, ...] = field(default=(), repr=False)  # in addition to the acts of the script
    polls: tuple[Poll, ...] = ()
    script: Script | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A room entry. A breakout room has the main room's entry id as `parent`."""

    id: str
    name: str
    runs: tuple[Run, ...] = ()
    parent: str = ""  # entry id
    owner: str = ""  # user id
    editors: tuple[str, ...] = ()  # user ids: the co-hosts
    virtual_event_id: str = ""
    created: int = 1_750_000_000
    recording: str = ""  # entry id: redirectEntryId
    broadcast: str = ""  # entry id of the live stream that broadcasts the room
    reference: str = ""  # free text, sometimes an entry id
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording, the source of a simulive webcast, or a live stream (`is_live`) with its viewers in players."""

    id: str
    name: str
    created: int = 1_750_000_000
    duration: int = 0  # seconds
    is_live: bool = False
    recording: str = ""  # entry id: redirectEntryId
    root: str = ""  # entry id
    owner: str = ""  # user id
    virtual_event_id: str = ""
    plays: tuple[Play, ...] = field(default=(), repr=False)
    audience: tuple[Attendance, ...] = field(default=(), repr=False)  # live viewers; each has stays
    status: str = "2"  # 2 ready; 0 and 1: being made
    record_status: int | None = None  # of a live stream: 0 never recorded, 1 one recording of all broadcasts, 2 several
    explicit_live: bool = False  # whether a live stream has a preview before its session
    captions: tuple[Captions, ...] = ()
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class User:
    """A user of the account. If a role is set, it also limits an admin KS of this user."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = field(default="", repr=False)
    is_guest: bool = False
    is_admin: bool = False
    role: str = ""
    password: str = field(default="", repr=False)  # blank: no login with a password
    one_time_code: str = field(default="", repr=False)  # required at each login with a password; blank: not required

    @property
    def full_name(self) -> str:
        """Return the first and last name, as Kaltura joins them."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, eq=False)
class Account:
    """Everything that Kaltura knows about one customer, and how its analytics behave.

    `now` is the clock of the data: sessions that start later do not exist yet, sessions that end later are open, and
    presence after `now` does not count. Without `now` all data is in the past.
    """

    rooms: tuple[Room, ...] = ()
    users: tuple[User, ...] = ()
    partner_id: int = 12345
    admin_secret: str = field(default="0123456789abcdef0123456789abcdef", repr=False)
    app_tokens: tuple[AppToken, ...] = (AppToken(),)
    roles: Mapping[str, frozenset[str]] = field(default_factory=lambda: ROLES)
    user_roles: tuple[UserRole, ...] = ()
    has_virtual_events: bool = True  # whether roles of the account can have the permission VIRTUAL_EVENT_BASE
    now: datetime | None = None
    row_cap: int = MAX_ROWS  # rows of a custom report; other rows are dropped silently
    druid_max_window_hours: float | None = None  # a wider window answers DRUID_QUERY_TIMED_OUT
    late_factor: LateFactor = 1.0  # share of each session that analytics has; or f(earlier requests of the report)
    static_header: bool = True  # whether an empty report has its column names
    entries: tuple[Entry, ...] = ()
    schedule: tuple[ScheduleEvent, ...] = ()
    virtual_events: tuple[VirtualEvent, ...] = ()
    has_chat: bool = True  # whether the chat service knows the account
    registrations: Registrations = field(default_factory=Registrations)
    speech: Speech = field(default_factory=Speech)
    profiles: Callable[[str, str], Profile] = no_profile  # by user id and name
    created: int = 1_500_000_000  # reports begin 30 days before

    @property
    def clock(self) -> int | None:
        """Return `now` in unix seconds."""
        return int(self.now.timestamp()) if self.now else None

    @property
    def present(self) -> int:
        """Return the time to which relative times are added, in unix seconds: the data's clock, else the real clock."""
        return int(time.time()) if self.clock is None else self.clock

    def sessions(self) -> Iterator[tuple[Room, Run]]:
        """Yield every session that has started. Sessions that have not ended are open."""
        clock = self.clock
        for room in self.rooms:
            for run in room.runs:
                if clock is None or run.end <= clock:
                    yield room, run
                elif run.start <= clock:
                    yield room, replace(run, end=run.start)

    def room(self, entry_id: str) -> Room | None:
        """Return the room with this entry id."""
        return next((room for room in self.rooms if room.id == entry_id), None)

    def user(self, user_id: str) -> User | None:
        """Return the user with this id: a listed user, else a person who attended."""
        listed = next((user for user in self.users if user.id == user_id), None)
        return listed or next((_as_user(who) for who in self._attendances() if who.user_id == user_id), None)

    def app_token(self, token_id: str) -> AppToken | None:
        """Return the application token with this id."""
        return next((token for token in self.app_tokens if token.id == token_id), None)

    def permissions_of(self, role: str) -> frozenset[str] | None:
        """Return the permissions of a role, by its id or system name; None if there is no such role."""
        added = {one.id: _effective(one.permissions) for one in self.user_roles}
        return self.roles.get(role, added.get(role))

    def entry(self, entry_id: str) -> Entry | None:
        """Return the recording or live stream with this id."""
        return next((entry for entry in self.entries if entry.id == entry_id), None)

    def people(self) -> dict[str, User]:
        """Return every user by id: listed users, people who attended, and people who watched a recording."""
        known = {who.user_id: _as_user(who) for who in reversed(list(self._attendances()))}
        return known | {user.id: user for user in self.users}

    def _attendances(self) -> Iterator[Attendance]:
        yield from (who for room in self.rooms for run in room.runs for who in run.attendances if _is_known(who))
        for entry in self.entries:
            yield from filter(_is_known, entry.audience)
            players = (Attendance(play.user_id, play.name, play.email) for play in entry.plays)
            yield from filter(_is_known, players)


def _effective(permissions: Iterable[str]) -> frozenset[str]:
    """Permissions without those that depend on one that is missing (Kaltura server, PermissionPeer.php)."""
    found = frozenset(permissions)
    return found if "KMC_ACCESS" in found else found - {"KMC_READ_ONLY"}


def _is_known(who: Attendance) -> bool:
    return who.user_id not in {"", "Unknown"}


def _as_user(who: Attendance) -> User:
    first, _, last = who.name.partition(" ")
    return User(who.user_id, first, last, who.email, is_guest=who.type == "Guest")
