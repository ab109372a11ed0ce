"""Lists of Kaltura's Summary page: recordings, countries, devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from debrief.metrics.definition import Facts
from debrief.metrics.page import viewers_live
from debrief.metrics.places import country_code, country_name
from debrief.util.columns import Cells
from debrief.util.values import is_identified, number

_LIVE, _RECORDING = "unique_combined_live_viewers", "unique_vod_viewers"


def recordings(facts: Facts) -> dict[str, Any]:
    """Return plays by day, by recording and by viewer; people who only loaded the player are counted separately."""
    entries, viewers = "60005-getTable", "60012-getTable"
    if reason := facts.page_reason(entries):
        return {"unavailable": reason}
    people = [_recording_viewer(row) for row in facts.page_rows(viewers)]
    return {
        "plays_by_day": [
            {"day": _day(row["day"]), "plays": _count(row, "count_plays")} for row in facts.page_rows("60012-getGraphs")
        ],
        "entries": [_recording(row) for row in facts.page_rows(entries)],
        "viewers": [person for person in people if _watched(person)],
        "loaded_only": sum(not _watched(one) and is_identified(one["user_id"]) for one in people),
    }


def _recording(row: Cells) -> dict[str, Any]:
    return {
        "entry_id": row.get("entry_id", ""),
        "name": row.get("entry_name", ""),
        "plays": _count(row, "count_plays"),
        "impressions": _count(row, "count_loads"),
        "minutes": number(row.get("sum_vod_view_period", "")) or 0.0,
        "viewers": _count(row, "unique_viewers"),
        "completion_rate": _completion(row),
    }


def _recording_viewer(row: Cells) -> dict[str, Any]:
    return {
        "user_id": row.get("name", ""),
        "name": row.get("full_name", "") or row.get("name", ""),
        "plays": _count(row, "count_plays"),
        "impressions": _count(row, "count_loads"),
        "minutes": number(row.get("sum_vod_view_period", "")) or 0.0,
        "average_minutes": number(row.get("vod_avg_play_time", "")),
        "completion_rate": _completion(row),
    }


def _watched(viewer: Mapping[str, Any]) -> bool:
    return bool(viewer["plays"] or viewer["minutes"])


def _completion(row: Cells) -> float | None:
    """Parse a rate that Kaltura gives as 0..100, sometimes above 100."""
    value = number(row.get("avg_completion_rate", ""))
    return None if value is None else min(max(value, 0.0), 100.0) / 100


def countries(facts: Facts) -> dict[str, Any]:
    """Return countries with their regions and cities, most live viewers first. Each level is a report of its own."""
    if reason := facts.page_reason("60007-getTable"):
        return {"unavailable": reason}
    rows = facts.page_rows("60007-getTable")
    return {"rows": [_country(facts, row) for row in sorted(rows, key=_by_viewers("country"))]}


def _country(facts: Facts, row: Cells) -> dict[str, Any]:
    stored = row.get("country", "")
    regions = [region for region in facts.page_rows("60008-getTable") if region.get("country") == stored]
    name = country_name(stored) or "Unknown"
    return {
        "code": country_code(row.get("object_id", "")),
        "name": name,
        "country": name,  # the key in the first versions of the summary
        **_viewers(row),
        "live_share": _live_share(facts, row),
        "regions": [_region(facts, region) for region in sorted(regions, key=_by_viewers("region"))],
    }


def _region(facts: Facts, row: Cells) -> dict[str, Any]:
    place = (row.get("country"), row.get("region"))
    cities = [city for city in facts.page_rows("60009-getTable") if (city.get("country"), city.get("region")) == place]
    return {
        "region": row.get("region", "") or "Unknown",
        **_viewers(row),
        "cities": [
            {"city": city.get("city", "") or "Unknown", **_viewers(city)}
            for city in sorted(cities, key=_by_viewers("city"))
        ],
    }


def devices(facts: Facts) -> dict[str, Any]:
    """Return devices, most live viewers first."""
    if reason := facts.page_reason("60006-getTable"):
        return {"unavailable": reason}
    rows = sorted(facts.page_rows("60006-getTable"), key=_by_viewers("device"))
    return {
        "rows": [
            {
                "device": row.get("device", "") or "Unknown",
                **_viewers(row),
                "live_share": _live_share(facts, row),
            }
            for row in rows
        ]
    }


def _live_share(facts: Facts, row: Cells) -> float | None:
    """Return the share of Kaltura's total of live viewers: a person with two devices has two rows and counts once."""
    people, everybody = _count(row, _LIVE), viewers_live(facts)
    return people / everybody if everybody and people <= everybody else None


def _viewers(row: Cells) -> dict[str, int]:
    return {"live_viewers": _count(row, _LIVE), "recording_viewers": _count(row, _RECORDING)}


def _by_viewers(column: str) -> Callable[[Cells], tuple[int, int, str]]:
    return lambda row: (-_count(row, _LIVE), -_count(row, _RECORDING), row.get(column, ""))


def _count(row: Cells, column: str) -> int:
    return round(number(row.get(column, "")) or 0.0)


def _day(label: str) -> str:
    """Return `20240801` as an ISO date; return any other label unchanged."""
    try:
        return datetime.strptime(label, "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        return label
