"""Count the people of a virtual event by status, where the right to list them is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.sessions.registration_values import status_of, undocumented
from debrief.registration import UNCLEAR

COUNTS = "reports/eventDataStats"
_STATUS = "attendanceStatus"


def registration_counts(kaltura: Kaltura, apps: Sequence[str]) -> Mapping[str, int]:
    """Return the number of people of an app by status of Debrief. Raises RetryLater or GiveUp.

    People in several apps would count several times, so the numbers of several apps are not used.
    """
    if len(apps) != 1:
        raise undocumented(COUNTS)
    answer = kaltura.registrations(COUNTS, {"filter": {"appGuidIn": list(apps)}, "dimensions": [_STATUS]}).value
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list) or not all(_is_count(result, apps[0]) for result in results):
        raise undocumented(COUNTS)
    counts = Counter[str]()
    for result in results:
        counts[status_of(_status(result))] += result["count"]
    if answer.get("sum") != counts.total() or counts[UNCLEAR] == counts.total() > 0:
        raise undocumented(COUNTS)  # a status is in another place than documented
    return dict(counts)


def _is_count(result: Any, app: str) -> bool:
    return (
        isinstance(result, dict)
        and type(result.get("count")) is int
        and result["count"] >= 0
        and result.get("appGuid", app) == app
        and isinstance(result.get("dimensions"), dict)
    )


def _status(result: Mapping[str, Any]) -> Any:
    """Return the status in a result: nested, as Kaltura's page reads it, or flat, as in Kaltura's guide."""
    dimensions = result["dimensions"]
    nested = dimensions.get("eventData")
    return (nested if isinstance(nested, dict) else dimensions).get(_STATUS)
