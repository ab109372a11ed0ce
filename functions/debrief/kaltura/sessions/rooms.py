"""Read rooms. A room's entry has its exact name; report 6000 replaces commas with spaces."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from debrief.errors import BadRequest, Forbidden, UnknownSession
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import ServerFailed
from debrief.kaltura.api.multirequest import ApiCall
from debrief.kaltura.api.pagination import PAGE, one_page
from debrief.model import Finding

log = logging.getLogger(__name__)

_NAME_FROM_REPORT = Finding(
    "ROOM_NAME_FROM_REPORT", "The room's name is taken from report 6000, where commas have become spaces."
)
# Rooms have status 7, which lists exclude by default (Kaltura server, KalturaBaseEntryFilter.php).
_ANY_STATUS = "0,1,2,4,5,6,7"


def room_entry(kaltura: Kaltura, entry_id: str) -> tuple[dict[str, Any], Finding | None]:
    """Return the room's entry; an empty entry and a finding if it cannot be read."""
    call = room_entry_call(entry_id)
    try:
        entry = kaltura.call(call.service, call.action, call.fields)
    except (Forbidden, UnknownSession, BadRequest):
        return {}, _NAME_FROM_REPORT
    return (entry if isinstance(entry, dict) else {}), None


def room_entry_call(entry_id: str) -> ApiCall:
    """Return the call of `room_entry`."""
    return ApiCall("baseEntry", "get", {"entryId": entry_id})


def is_room_missing(kaltura: Kaltura, entry_id: str) -> bool:
    """Return whether Kaltura says that it has no such room; False when rooms may not be read. Raises RetryLater."""
    try:
        kaltura.call("baseEntry", "get", {"entryId": entry_id})
    except UnknownSession:
        return True
    except (Forbidden, BadRequest):
        return False
    return False


def room_names(kaltura: Kaltura, entry_ids: Sequence[str]) -> dict[str, str]:
    """Return the names that may be read, by entry id, blank while Kaltura fails. Makes one call per 500 rooms."""
    names: dict[str, str] = {}
    for start in range(0, len(entry_ids), PAGE):
        page = ",".join(entry_ids[start : start + PAGE])
        fields = {"filter[idIn]": page, "filter[statusIn]": _ANY_STATUS, "pager[pageSize]": str(PAGE)}
        try:
            found = one_page(kaltura, ApiCall("baseEntry", "list", fields))
        except (Forbidden, BadRequest):
            log.warning("The credential has no permission to list rooms, so some have no name yet.")
            return names
        except ServerFailed as error:
            log.warning("Rooms cannot be listed now, so some have no name yet: %s", error)
            names |= dict.fromkeys(entry_ids[start : start + PAGE], "")
            continue
        names |= {str(entry.get("id")): str(entry.get("name") or "") for entry in found}
    return names
