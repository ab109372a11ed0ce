"""Contents of an account besides rooms: recordings, live streams, the schedule, virtual events."""

from __future__ import annotations

from dataclasses import dataclass

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
