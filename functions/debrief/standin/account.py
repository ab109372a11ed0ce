"""What the stand-in knows: an account with its users, rooms, sessions and who was there, second by second.

Every time is in unix seconds unless its type says otherwise. A hand-made account needs nothing but rooms:

    Account(rooms=(Room("1_room", "Weekly", runs=(Run("1_cue", start, end, attendances=(Attendance("ann"),)),)),))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

USER, ADMIN = 0, 2  # session types as Kaltura numbers them
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

    @property
    def full_name(self) -> str:
        """First and last name, as Kaltura joins them."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class AppToken:
    """An application token. Its own session type, user and privileges win over what a request asks for."""

    id: str = "1_token000"
    token: str = field(default="app-token-secret-0001", repr=False)
    hash_type: str = "SHA1"  # MD5, SHA1, SHA256 or SHA512
    session_type: int = ADMIN
    user_id: str = ""
    privileges: str = ""
    session_duration: int = 86_400  # seconds
    expiry: int = 0  # unix seconds; 0: never
    active: bool = True


# What the roles of the sample account may do; a role is known by its id or system name.
ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ANALYTICS_RO": frozenset({"ANALYTICS_BASE", "SESSION_READ_PERMISSION"}),
        "CONTENT_ONLY": frozenset({"SESSION_READ_PERMISSION"}),
    },
)


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
    now: datetime | None = None
    row_cap: int = MAX_ROWS  # rows of a custom report; the rest is dropped without a word
    druid_max_window_hours: float | None = None  # a wider window answers DRUID_QUERY_TIMED_OUT
    late_factor: LateFactor = 1.0  # part of each session that analytics has seen; or f(times this report was asked)
    static_header: bool = True  # whether an empty report still names its columns

    @property
    def clock(self) -> int | None:
        """`now` in unix seconds."""
        return int(self.now.timestamp()) if self.now else None

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

    def _attendances(self) -> Iterator[Attendance]:
        known = (who for room in self.rooms for run in room.runs for who in run.attendances)
        return (who for who in known if who.user_id not in {"", "Unknown"})


def _as_user(who: Attendance) -> User:
    first, _, last = who.name.partition(" ")
    return User(who.user_id, first, last, who.email, is_guest=who.type == "Guest")
