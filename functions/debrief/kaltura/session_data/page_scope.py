"""Determine the entries and times of a session's Summary page, and whether the session is a webinar.

The rules are those of Kaltura's page (analytics-front-end, entry-ep-view.component.ts), with these exceptions:

- A session is a webinar only when an active schedule event covers it. The page accepts any event of the room.
- Start and end are the session's own. The page takes those of the schedule, if there is one.
- Viewers of a webinar's recording are counted until a fixed time. The page counts them until now.
- The source of a simulive webcast (a recording that is broadcast as if live) is always included, so that its later
  viewers are counted too.

`original_page.py` has the page's own rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from debrief.kaltura.reports.page_query import SummaryPageQuery
from debrief.kaltura.reports.window import floor_hour
from debrief.kaltura.sessions.schedule import covering_event
from debrief.model import Session

_ENTRY_ID = re.compile(r"[0-9]_[0-9a-z]{8}", re.IGNORECASE)


def page_query_of(
    session: Session,
    entry: dict[str, Any],
    events: list[dict[str, Any]],
    until: datetime,
    broadcast_recording: str = "",
) -> SummaryPageQuery:
    """Return the query of a session's page. Viewers of the recording are counted until `until`.

    `broadcast_recording` is the recording of the webcast's broadcast entry.
    """
    event = covering_event(session, events)
    live = unique_ids([session.entry_id, broadcast_of(entry)])
    source = str(event.get("sourceEntryId") or "") if event else ""
    vod = unique_ids([source or str(entry.get("redirectEntryId") or ""), broadcast_recording])
    end = max(session.end, session.start + timedelta(minutes=1))  # Kaltura widens an empty span to whole days
    return SummaryPageQuery(
        live_ids=live,
        vod_ids=vod if event else (),
        all_ids=unique_ids([*live, *vod]) if event else live,
        start=floor_hour(session.start),
        end=end,
        until=max(until, end) if event else end,
        is_recorded=bool(vod),
    )


def broadcast_of(entry: Mapping[str, Any]) -> str:
    """Return the entry through which a webcast is broadcast, by the page's rules; blank when there is none."""
    ids = (str(entry.get(name) or "") for name in ("broadcastEntryId", "referenceId"))
    return next(filter(_ENTRY_ID.fullmatch, ids), "")


def is_entry_id(text: str) -> bool:
    """Return whether a text has the form of an entry id."""
    return _ENTRY_ID.fullmatch(text) is not None


def unique_ids(ids: Iterable[str]) -> tuple[str, ...]:
    """Return ids without blank ones, each once."""
    return tuple(dict.fromkeys(filter(None, ids)))
