"""Walks through Kaltura's lists, which are given in pages that may shift while they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from debrief.kaltura.api.client import Kaltura

PAGE = 500  # objects of a page and ids of a filter; Kaltura cuts more without a word
# Kaltura takes smaller times in filters as relative to now (Kaltura server, kTime).
EARLIEST = 315_360_001  # unix seconds


def walk(kaltura: Kaltura, service: str, fields: Mapping[str, str], key: str) -> Iterator[dict[str, Any]]:
    """Every object of a list, once each, in the order of `key`, which is a time.

    Each page starts with the moment at which the one before ended: page numbers end at 10,000 objects, and skip
    some when the list changes meanwhile. They count only where one moment fills more than a page. Raises RetryLater
    or GiveUp.
    """
    seen: set[str] = set()
    since, page = "", 1
    while True:
        moved = {f"filter[{key}GreaterThanOrEqual]": since} if since else {}
        numbered = {"filter[orderBy]": f"+{key}", "pager[pageSize]": str(PAGE), "pager[pageIndex]": str(page)}
        objects = one_page(kaltura, service, {**fields, **numbered, **moved})
        for value in objects:
            known = str(value.get("id"))
            if known not in seen:
                seen.add(known)
                yield value
        if len(objects) < PAGE:
            return
        last = str(objects[-1].get(key) or since)
        since, page = last, page + 1 if last == since else 1


def one_page(kaltura: Kaltura, service: str, fields: Mapping[str, str]) -> list[dict[str, Any]]:
    """The objects of one page of a list."""
    answer = kaltura.call(service, "list", fields)
    objects = answer.get("objects") if isinstance(answer, dict) else None
    return [value for value in objects if isinstance(value, dict)] if isinstance(objects, list) else []
