"""Combine calls in multirequests, and write them as a form that Kaltura reads (KalturaFrontController.php)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

# Kaltura makes the calls one after the other, and a load balancer may cut a request that takes a minute.
MOST_CALLS = 10
_REFERENCE = re.compile(r"\{\d*:result")  # Kaltura replaces such text with a value from the answer to an earlier call

CallKey: TypeAlias = tuple[str, str, frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One action of a multirequest."""

    service: str
    action: str
    fields: Mapping[str, str]

    @property
    def key(self) -> CallKey:
        return self.service, self.action, frozenset(self.fields.items())


def form_of(calls: Sequence[ApiCall]) -> dict[str, str]:
    """Return the form fields of a multirequest."""
    return {
        f"{place}:{name}": value
        for place, call in enumerate(calls, start=1)
        for name, value in {"service": call.service, "action": call.action, **call.fields}.items()
    }


def groups_of(calls: Iterable[ApiCall]) -> list[list[ApiCall]]:
    """Return the calls in groups for multirequests, of about the same size, each call once.

    Leave out calls that must be made alone: a single call, and calls with a value that Kaltura would replace.
    """
    different = {call.key: call for call in calls if not is_replaced(*call.fields.values())}
    together = list(different.values())
    size = -(-len(together) // max(1, -(-len(together) // MOST_CALLS)))
    return [group for start in range(0, len(together), size or 1) if len(group := together[start : start + size]) > 1]


def is_replaced(*values: str) -> bool:
    """Return whether Kaltura would replace one of the values in a multirequest."""
    return any(map(_REFERENCE.search, values))


def action_counts(calls: Iterable[ApiCall]) -> Counter[str]:
    """Return how often each action is called. Kaltura's limit per action presumably counts each call."""
    return Counter(f"{call.service}.{call.action}" for call in calls)
