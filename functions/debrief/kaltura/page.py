"""What Kaltura's Summary page would show for a session: which entries, which span of time, in which mode.

The rules are those of the page itself (analytics-front-end, entry-ep-view.component.ts): a room with a schedule event
is a webinar, whose recording viewers count as viewers; any other is a room, seen from one session cue point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from debrief.cells import moment
from debrief.kaltura.window import floor_hour
from debrief.model import Session

_ENTRY_ID = re.compile(r"[0-9]_[0-9a-z]{8}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """The question behind every report of the page.

    The live part runs from `start`, the full hour before the session because Kaltura aggregates by the hour, to its
    `end`. The page itself takes the scheduled time of a webinar, which may hold several sessions and cuts off what ran
    over; a report about one session must not. Viewers of the recording are counted until `until`. `vod_ids` is empty
    where there is no recording.
    """

    live_ids: tuple[str, ...]
    vod_ids: tuple[str, ...]
    all_ids: tuple[str, ...]
    start: datetime
    end: datetime
    until: datetime
    is_webinar: bool


def page_of(
    session: Session,
    entry: dict[str, Any],
    events: list[dict[str, Any]],
    until: datetime,
    broadcast_recording: str = "",
) -> Page:
    """The page of a session; `until` is how far the recording's viewers are counted.

    `broadcast_recording` is the recording of the entry that the webcast is broadcast through.
    """
    event = _event_of(session, events)
    live, every = [session.entry_id], [session.entry_id]
    recording = str(entry.get("redirectEntryId") or "")
    source = str(event.get("sourceEntryId") or "") if event else ""
    vod = [source or recording] if source or recording else []
    every += [recording] if recording else []
    broadcast = broadcast_of(entry)
    live += broadcast
    vod += [broadcast_recording] if broadcast_recording else []
    every += [*broadcast, *vod[-1:]] if broadcast_recording else broadcast
    end = max(session.end, session.start + timedelta(minutes=1))  # Kaltura widens an empty span to whole days
    return Page(
        live_ids=_once(live),
        vod_ids=_once(vod) if event else (),
        all_ids=_once(every) if event else _once(live),
        start=floor_hour(session.start),
        end=end,
        until=max(until, end) if event else end,
        is_webinar=event is not None,
    )


def _event_of(session: Session, events: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The schedule event that the session belongs to: the one it overlaps, else the first, as the page takes it."""
    for event in events:
        start, end = moment(str(event.get("startDate"))), moment(str(event.get("endDate")))
        if start and end and start < session.end and session.start < end:
            return event
    return events[0] if events else None


def broadcast_of(entry: dict[str, Any]) -> list[str]:
    """The entry that a webcast is broadcast through, as the page recognises it."""
    for name in ("broadcastEntryId", "referenceId"):
        if _ENTRY_ID.fullmatch(found := str(entry.get(name) or "")):
            return [found]
    return []


def _once(ids: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
