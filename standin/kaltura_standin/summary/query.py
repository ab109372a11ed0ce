"""Query of a report: the window, the filters, the format of the response (Kaltura server, kKavaReportsMgr.php)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from kaltura_standin.account import Account
from kaltura_standin.apierrors import ApiError
from kaltura_standin.listing import absolute

_DAY = 86_400  # seconds
_DAYS_BEFORE_ACCOUNT = 30
_END_USER_FILTER = "KalturaEndUserReportInputFilter"

DIMENSIONS: Mapping[str, str] = MappingProxyType(
    {
        "entryIdIn": "entry",
        "contextIdIn": "context",
        "userIds": "user",
        "virtualEventIdIn": "virtual_event",
        "cuePointIdIn": "cue_point",
        "playbackTypeIn": "playback_type",
        "deviceIn": "device",
        "countryIn": "country",
        "regionIn": "region",
        "citiesIn": "city",
    },
)
Wanted: TypeAlias = Mapping[str, frozenset[str]]  # dimension → the values that pass


@dataclass(frozen=True, slots=True)
class Question:
    """A window, half-open in unix seconds, and the filters that are not blank."""

    since: int
    until: int
    filters: tuple[tuple[str, frozenset[str]], ...] = ()
    late: float = 1.0  # the share of each session that analytics has
    interval: str = "days"
    offset: int = 0  # minutes to add to local time for UTC, as JavaScript counts

    @property
    def days(self) -> int:
        """Return the number of days that the window touches, at least one."""
        return max(-(-(self.until - self.since) // _DAY), 1)

    def wanted(self, carried: frozenset[str]) -> Wanted:
        """Return the filters by these dimensions; other filters are ignored, as Kaltura does."""
        return {name: values for name, values in self.filters if name in carried}


@dataclass(frozen=True, slots=True)
class Shape:
    """The format of the answer."""

    delimiter: str = ","
    skips_empty_dates: bool = True


def read_shape(options: Mapping[str, Any]) -> Shape:
    """Parse `responseOptions`."""
    skips = str(options.get("skipEmptyDates", True)).lower() not in {"false", "0", ""}
    return Shape(str(options.get("delimiter") or ","), skips)


def read_question(account: Account, filter_: Mapping[str, Any], delimiter: str, late: float) -> Question:
    """Parse `reportInputFilter`. Raises DRUID_QUERY_TIMED_OUT if the window is wider than the account allows."""
    offset = _number(filter_.get("timeZoneOffset"))
    since, until = _window(account, filter_, offset)
    widest = account.druid_max_window_hours
    if widest is not None and until - since > widest * 3600:
        raise ApiError("DRUID_QUERY_TIMED_OUT")
    interval = str(filter_.get("interval") or "days")
    return Question(since, until, _filters(filter_, delimiter), late, interval, offset)


def _filters(filter_: Mapping[str, Any], delimiter: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Split values at the delimiter, without trimming. Only the end-user filter has the field `userIds`."""
    names = set(DIMENSIONS) if filter_.get("objectType") == _END_USER_FILTER else set(DIMENSIONS) - {"userIds"}
    given = [(DIMENSIONS[name], str(filter_[name])) for name in DIMENSIONS if name in names and filter_.get(name)]
    return tuple((dimension, frozenset(text.split(delimiter))) for dimension, text in given)


def _window(account: Account, filter_: Mapping[str, Any], offset: int) -> tuple[int, int]:
    first_day, last_day = _day(filter_.get("fromDay"), offset), _day(filter_.get("toDay"), offset)
    if first_day is not None and last_day is not None:
        since, until = first_day, last_day + _DAY
    else:
        since, until = (absolute(account, _number(filter_.get(name))) for name in ("fromDate", "toDate"))
    since = max(since, account.created - _DAYS_BEFORE_ACCOUNT * _DAY)
    return (since, until) if since < until else _whole_days(until, since, offset)


def _whole_days(first: int, last: int, offset: int) -> tuple[int, int]:
    """Widen an empty window to the days that it touches."""
    shift = offset * 60
    start, end = ((time - shift) // _DAY * _DAY + shift for time in (first, last))
    return start, end + _DAY


def _day(value: Any, offset: int) -> int | None:
    try:
        return int(datetime.strptime(str(value), "%Y%m%d").replace(tzinfo=UTC).timestamp()) + offset * 60
    except ValueError:
        return None


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
