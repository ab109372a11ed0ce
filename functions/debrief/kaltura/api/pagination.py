"""Read Kaltura's lists page by page; pages may shift while they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.multirequest import ApiCall

PAGE = 500  # objects per page and ids per filter; Kaltura silently drops more
# Kaltura interprets smaller times in filters as relative to now (Kaltura server, kTime).
EARLIEST = 315_360_001  # unix seconds


def walk(kaltura: Kaltura, service: str, fields: Mapping[str, str], key: str) -> Iterator[dict[str, Any]]:
    """Yield every object of a list once, in the order of `key`, which is a time.

    Each page starts at the time of the previous page's last object. Kaltura's page numbers end at 10,000 objects and
    skip objects when the list changes, so they are used only if the objects with equal times do not fit into a page.
    Raises RetryLater or GiveUp.
    """
    seen: set[str] = set()
    since, page = "", 1
    while True:
        start = {f"filter[{key}GreaterThanOrEqual]": since} if since else {}
        objects = one_page(kaltura, page_call(service, {**fields, **start}, key, page))
        for value in objects:
            object_id = str(value.get("id"))
            if object_id not in seen:
                seen.add(object_id)
                yield value
        if len(objects) < PAGE:
            return
        last = str(objects[-1].get(key) or since)
        since, page = last, page + 1 if last == since else 1


def page_call(service: str, fields: Mapping[str, str], key: str, page: int = 1) -> ApiCall:
    """Return the call for a page of a list in the order of `key`."""
    numbered = {"filter[orderBy]": f"+{key}", "pager[pageSize]": str(PAGE), "pager[pageIndex]": str(page)}
    return ApiCall(service, "list", {**fields, **numbered})


def one_page(kaltura: Kaltura, call: ApiCall) -> list[dict[str, Any]]:
    """Return the objects in one page of a list."""
    answer = kaltura.call(call.service, call.action, call.fields)
    objects = answer.get("objects") if isinstance(answer, dict) else None
    return [value for value in objects if isinstance(value, dict)] if isinstance(objects, list) else []
