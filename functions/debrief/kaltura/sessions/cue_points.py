"""Read session cue points. Each is a session of a room (Kaltura server, plugins/session_cue_point)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.api.pagination import PAGE, one_page, page_call, walk
from debrief.model import Session
from debrief.util.values import moment

log = logging.getLogger(__name__)

_SERVICE = "cuepoint_cuepoint"
_KEY = "createdAt"
_SESSIONS = {
    "filter[objectType]": "KalturaSessionCuePointFilter",
    "filter[cuePointTypeEqual]": "sessionCuePoint.Session",
}


def cue_points(kaltura: Kaltura, fields: Mapping[str, str]) -> Iterator[Session]:
    """Return the sessions that match a filter, in the order of their creation.

    The filter must name ids or rooms: Kaltura has no list for the whole account.
    """
    found = walk(kaltura, _SERVICE, {**_SESSIONS, **fields}, _KEY)
    return (session for value in found if (session := _session(value)))


def cue_points_call(fields: Mapping[str, str]) -> ApiCall:
    """Return the first call of `cue_points`."""
    return page_call(_SERVICE, {**_SESSIONS, **fields}, _KEY)


def latest_cue_points(kaltura: Kaltura, fields: Mapping[str, str], most: int) -> list[Session]:
    """Return the sessions that match a filter and started last, latest first."""
    found = one_page(kaltura, latest_cue_points_call(fields, most))
    return [session for value in found if (session := _session(value))]


def latest_cue_points_call(fields: Mapping[str, str], most: int) -> ApiCall:
    """Return the call of `latest_cue_points`."""
    ordered = {"filter[orderBy]": "-startTime", "pager[pageSize]": str(min(most, PAGE)), "pager[pageIndex]": "1"}
    return ApiCall(_SERVICE, "list", {**_SESSIONS, **ordered, **fields})


def _session(value: dict[str, Any]) -> Session | None:
    """Return a session. Times are unix seconds. The API's comments say milliseconds, so both are accepted."""
    start, end = (moment(str(value.get(name) or "")) for name in ("startTime", "endTime"))
    if start is None or not (value.get("id") and value.get("entryId")):
        log.warning("Kaltura listed a session cue point without id, room or start; it is ignored.")
        return None
    return Session(
        cue_point_id=str(value["id"]),
        entry_id=str(value["entryId"]),
        start=start,
        end=end or start,
        host_user_id=str(value.get("sessionOwner") or value.get("userId") or ""),
    )
