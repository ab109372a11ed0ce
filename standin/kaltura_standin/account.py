"""Account of the stand-in: its users, rooms, sessions, and the presence of people, second by second.

Every time is in unix seconds unless its type says otherwise. A hand-made account needs nothing but rooms:

    Account(rooms=(Room("1_room", "Weekly", runs=(Run("1_cue", start, end, attendances=(Attendance("ann"),)),)),))
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from kaltura_standin.access import ADMIN, ROLES, USER, AppToken, UserRole
from kaltura_standin.catalogue import Play, ScheduleEvent, VirtualEvent
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

MAX_ROWS = 100_000  # of a custom report; Kaltura server, kKavaReportsMgr.php

Stay = tuple[int, int]  # from, to: a time of presence, half-open
LateFactor = float | Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Attendance:
    """One person in one session. A blank `user_id` is a user deleted since: all user columns stay blank."""

    user_id: str
    name: str = ""
    email: str = field(default="", repr=False)
    type: str = "User"  # or Guest
    stays: tuple[Stay, ...] = ()  # none given: the whole session
    engaged: float = 1.0  # 0..1, the part of the presence spent engaged


@dataclass(frozen=True, slots=True)
class Run:
    """One session of a room: a session cue point. An end equal to the start means that it is still open."""

    id: str
    start: int
    end: int
    host: str = ""  # user id
    attendances: tuple[Attendance, ...] = field(default=(), repr=False)
    acts: tuple[Act, ...] = field(default=(), repr=False)  # in addition to those of the script
    polls: tuple[Poll, ...] = ()
    script: Script | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A room entry; a breakout names its main room as `parent`."""

    id: str
    name: str
    runs: tuple[Run, ...] = ()
    parent: str = ""  # entry id
    owner: str = ""  # user id
    editors: tuple[str, ...] = ()  # user ids: the co-hosts
    virtual_event_id: str = ""
    created: int = 1_750_000_000
    recording: str = ""  # entry id: redirectEntryId
    broadcast: str = ""  # entry id of a live stream to which the room is sent
    reference: str = ""  # free text, now and then an entry id


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording, a simulive's source, or a live stream (`is_live`) with those who watched it in a player."""

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
    audience: tuple[Attendance, ...] = field(default=(), repr=False)  # live; each with stays


@dataclass(frozen=True, slots=True)
class User:
    """A user of the account; a role, when set, decides what even an admin KS of this user may do."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = field(default="", repr=False)
    is_guest: bool = False
    is_admin: bool = False
    role: str = ""
    password: str = field(default="", repr=False)  # blank: cannot log in with one
    one_time_code: str = field(default="", repr=False)  # asked for at each login with a password; blank: not asked for

    @property
    def full_name(self) -> str:
        """First and last name, as Kaltura joins them."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, eq=False)
class Account:
    """Everything Kaltura knows of one customer, and how its analytics behave.

    `now` is the clock of the data: sessions that start later are not there yet, those that end later are open, and
    nobody's presence after it counts. Without it all data is in the past.
    """

    rooms: tuple[Room, ...] = ()
    users: tuple[User, ...] = ()
    partner_id: int = 12345
    admin_secret: str = field(default="0123456789abcdef0123456789abcdef", repr=False)
    app_tokens: tuple[AppToken, ...] = (AppToken(),)
    roles: Mapping[str, frozenset[str]] = field(default_factory=lambda: ROLES)
    user_roles: tuple[UserRole, ...] = ()
    has_virtual_events: bool = True  # whether the account has the permission VIRTUAL_EVENT_BASE to give
    now: datetime | None = None
    row_cap: int = MAX_ROWS  # rows of a custom report; the rest is dropped without a word
    druid_max_window_hours: float | None = None  # a wider window answers DRUID_QUERY_TIMED_OUT
    late_factor: LateFactor = 1.0  # part of each session that analytics has seen; or f(times this report was asked)
    static_header: bool = True  # whether an empty report still names its columns
    entries: tuple[Entry, ...] = ()
    schedule: tuple[ScheduleEvent, ...] = ()
    virtual_events: tuple[VirtualEvent, ...] = ()
    has_chat: bool = True  # whether the chat service knows the account
    profiles: Callable[[str, str], Profile] = no_profile  # by user id and name
    created: int = 1_500_000_000  # reports begin 30 days before

    @property
    def clock(self) -> int | None:
        """`now` in unix seconds."""
        return int(self.now.timestamp()) if self.now else None

    @property
    def present(self) -> int:
        """The time from which relative times count, in unix seconds: the data's clock, else the real one."""
        return int(time.time()) if self.clock is None else self.clock

    def sessions(self) -> Iterator[tuple[Room, Run]]:
        """Every session that has started, those not yet ended as open ones."""
        clock = self.clock
        for room in self.rooms:
            for run in room.runs:
                if clock is None or run.end <= clock:
                    yield room, run
                elif run.start <= clock:
                    yield room, replace(run, end=run.start)

    def room(self, entry_id: str) -> Room | None:
        """The room of that entry id."""
        return next((room for room in self.rooms if room.id == entry_id), None)

    def user(self, user_id: str) -> User | None:
        """The user of that id: one of the users listed, else somebody who attended."""
        listed = next((user for user in self.users if user.id == user_id), None)
        return listed or next((_as_user(who) for who in self._attendances() if who.user_id == user_id), None)

    def app_token(self, token_id: str) -> AppToken | None:
        """The application token of that id."""
        return next((token for token in self.app_tokens if token.id == token_id), None)

    def permissions_of(self, role: str) -> frozenset[str] | None:
        """What a role may do, by its id or system name; None without such a role."""
        added = {one.id: frozenset(one.permissions) for one in self.user_roles}
        return self.roles.get(role, added.get(role))

    def entry(self, entry_id: str) -> Entry | None:
        """The recording or live stream of that id."""
        return next((entry for entry in self.entries if entry.id == entry_id), None)

    def people(self) -> dict[str, User]:
        """Every user by id: those listed, those who attended, those who watched a recording."""
        known = {who.user_id: _as_user(who) for who in reversed(list(self._attendances()))}
        return known | {user.id: user for user in self.users}

    def _attendances(self) -> Iterator[Attendance]:
        yield from (who for room in self.rooms for run in room.runs for who in run.attendances if _is_known(who))
        for entry in self.entries:
            yield from filter(_is_known, entry.audience)
            players = (Attendance(play.user_id, play.name, play.email) for play in entry.plays)
            yield from filter(_is_known, players)


def _is_known(who: Attendance) -> bool:
    return who.user_id not in {"", "Unknown"}


def _as_user(who: Attendance) -> User:
    first, _, last = who.name.partition(" ")
    return User(who.user_id, first, last, who.email, is_guest=who.type == "Guest")
