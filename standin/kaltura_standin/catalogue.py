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
    """

    apps: tuple[App, ...] = ()
    page: int = 5000
    limit: int = 5000
    has_total: bool = True
    keeps_filter: bool = True
    has_status_errors: bool = False
    changes: Mapping[int, UserProfile] = field(default_factory=lambda: MappingProxyType({}))
