"""Contents of an account besides rooms: recordings, live streams, the schedule, virtual events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

ACTIVE = 2  # status of a schedule event or virtual event; 1 cancelled, 3 deleted


@dataclass(frozen=True, slots=True)
class Play:
    """One visit to a recording. The player was loaded; with more than 0 seconds, the recording was also played."""

    user_id: str  # `Unknown` for an unidentified viewer
    at: int  # unix seconds
    seconds: int = 0
    completion: float = 0.0  # 0..100
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleEvent:
    """An entry of the schedule: by default a webinar in the room `entry`. An event with a `source` is simulive."""

    id: int
    entry: str  # entry id
    start: int  # unix seconds
    end: int  # planned end
    summary: str = ""
    source: str = ""  # entry id
    owner: str = ""  # user id
    organizer: str = ""  # free text
    status: int = ACTIVE
    recurrence: int = 0  # 1: the parent of a series, 2: an event of a series
    kind: str = "LiveStream"  # or Meeting, Blackout, Virtual, …


@dataclass(frozen=True, slots=True)
class VirtualEvent:
    """An event of the events platform. It has the ids of its schedule events; they do not have its id."""

    id: str
    name: str
    agenda: int | None = None  # schedule event ids
    main_event: int | None = None
    registration: int | None = None
    status: int = ACTIVE


@dataclass(frozen=True, slots=True)
class Captions:
    """Captions of a recording. They are queued before `ready_at`. Hidden ones must not be read: see `on_player`."""

    id: str
    body: bytes = field(repr=False)
    format: int = 1  # 1 SRT, 2 DFXP, 3 WebVTT, 4 CAP, 5 SCC
    status: int = 2  # -1 error, 0 queued, 2 ready, 3 deleted, 7 importing, 9 exporting
    usage: int = 0  # 1: a description of the picture
    language: str = "English"
    code: str = "en"
    is_default: bool = False
    accuracy: int | None = None
    on_player: bool = True  # False: viewers of the recording do not see them
    ready_at: int = 0  # unix seconds


@dataclass(frozen=True, slots=True)
class Point:
    """A chapter or a slide of a recording, or of a live entry."""

    id: str
    at: int  # milliseconds of the recording
    title: str = ""
    sub_type: int = 2  # 1 slide, 2 chapter
    status: int = 1  # 1 ready, 3 handled, 4 pending


@dataclass(frozen=True, slots=True)
class Speech:
    """Switches for what is not certain about captions, or rare.

    `json_limit` is the size up to which Kaltura converts captions. `has_texts` says whether numbers of enumerations are
    texts. `redirects`: files are in a storage to which Kaltura redirects.
    """

    json_limit: int = 1_048_576
    has_texts: bool = True
    redirects: bool = False


@dataclass(frozen=True, slots=True)
class UserProfile:
    """What an app knows of one person. Without a status, the profile has no data about the event."""

    id: str
    user_id: str
    status: str = "registered"
    origin: str = "registration"
    answers: Any = field(default_factory=dict, repr=False)  # to the registration form; any JSON value
    created: str = "2026-10-20T14:03:11.000Z"
    updated: str = "2026-10-20T14:03:11.000Z"


@dataclass(frozen=True, slots=True)
class App:
    """A registration app of a virtual event."""

    id: str
    event_id: str
    type: str = "epmEvent"
    profiles: tuple[UserProfile, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Registrations:
    """The apps of an account, and switches for what is not certain about the services.

    `page` is the largest number of objects of a page, and `limit` the largest number that may be requested.
    `has_total` says whether answers count all objects, `keeps_filter` whether filters work, `has_status_errors` which
    form a bad request's error has. `changes` has profiles that join an app's list when it has been read so often.

    `team` has the users whose KS the Events API accepts; `counts_people` says whether its offset counts people or
    pages, `users_limit` how many people of a page may be requested, `users_page` how many it gives at most. `is_flat`
    says whether counts have their dimensions flat, as in the guide, or nested.
    """

    apps: tuple[App, ...] = ()
    page: int = 5000
    limit: int = 5000
    has_total: bool = True
    keeps_filter: bool = True
    has_status_errors: bool = False
    team: tuple[str, ...] = ()
    counts_people: bool = True
    users_limit: int = 500
    users_page: int = 500
    is_flat: bool = False
    changes: Mapping[int, UserProfile] = field(default_factory=lambda: MappingProxyType({}))
