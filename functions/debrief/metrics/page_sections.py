"""The lists of Kaltura's Summary page: polls, recordings, countries, devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from debrief.cells import is_identified, number
from debrief.metrics.chat_data import NO_CHAT_DATA, lacks_chat_data
from debrief.metrics.definition import Facts
from debrief.metrics.page import viewers_live
from debrief.metrics.places import country_code, country_name
from debrief.model import Cells, Unavailable

_NOT_READ = "The reports behind Kaltura's Summary page were not read."
_LIVE, _RECORDING = "unique_combined_live_viewers", "unique_vod_viewers"
_OPEN = "OpenAnswers"


def polls(facts: Facts) -> dict[str, Any]:
    """Each poll with its answers, most participants first.

    An answer's rate is its share of the poll's participants, as Kaltura documents it; the page itself divides by the
    sum of all votes, which is another number when several answers may be given.
    """
    found = facts.data.page.polls if facts.data.page else Unavailable(_NOT_READ)
    if isinstance(found, Unavailable):
        return {"unavailable": found.reason}
    if not found and lacks_chat_data(facts.data.session):
        return {"unavailable": f"Not known, because {NO_CHAT_DATA}."}
    rows = [_poll(poll) for poll in found]
    return {"rows": sorted(rows, key=lambda row: (-row["participants"], row["question"]))}


def _poll(poll: Mapping[str, Any]) -> dict[str, Any]:
    participants = _int(poll.get("nvoted"))
    options = [option for option in poll.get("options") or () if isinstance(option, Mapping)]
    return {
        "question": str(poll.get("question") or ""),
        "type": _poll_type(poll, options),
        "participants": participants,
        "answers": [_answer(option, participants) for option in options],
    }


def _answer(option: Mapping[str, Any], participants: int) -> dict[str, Any]:
    count = _int(option.get("nvoted"))
    return {
        "answer": str(option.get("option") or ""),
        "participants": count,
        "rate": count / participants if participants else None,
        "correct": option.get("isCorrect") is True,
    }


def _poll_type(poll: Mapping[str, Any], options: Sequence[Mapping[str, Any]]) -> str:
    """The page's rule (analytics-front-end, polls.component.ts): an open question stays one, a right answer wins."""
    if poll.get("type") == _OPEN:
        return "Open ended"
    if any(option.get("isCorrect") is True for option in options):
        return "Correct answer"
    visualization = poll.get("visualization")
    drawn = visualization.get("type") if isinstance(visualization, Mapping) else None
    several = poll.get("isAcceptingMultipleVotes") is True
    plain = "Multiple answer" if several else "Single answer"
    return {"rating scale": "Rating scale", "crowd vote": "Crowd vote"}.get(str(drawn), plain)


def recordings(facts: Facts) -> dict[str, Any]:
    """Plays by day, per recording and per viewer; who only loaded the player is counted apart."""
    entries, viewers = "60005-getTable", "60012-getTable"
    if reason := _reason(facts, entries):
        return {"unavailable": reason}
    people = [_recording_viewer(row) for row in _rows(facts, viewers)]
    return {
        "plays_by_day": [
            {"day": _day(row["day"]), "plays": _count(row, "count_plays")} for row in _rows(facts, "60012-getGraphs")
        ],
        "entries": [_recording(row) for row in _rows(facts, entries)],
        "viewers": [one for one in people if _watched(one)],
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
    """Kaltura gives this one rate as 0..100, and more than 100 now and then."""
    value = number(row.get("avg_completion_rate", ""))
    return None if value is None else min(max(value, 0.0), 100.0) / 100


def countries(facts: Facts) -> dict[str, Any]:
    """Countries with their regions and cities, most live viewers first. Cities never leave out a country."""
    if reason := _reason(facts, "60007-getTable"):
        return {"unavailable": reason}
    rows = _rows(facts, "60007-getTable")
    return {"rows": [_country(facts, row) for row in sorted(rows, key=_by_viewers("country"))]}


def _country(facts: Facts, row: Cells) -> dict[str, Any]:
    stored = row.get("country", "")
    regions = [region for region in _rows(facts, "60008-getTable") if region.get("country") == stored]
    name = country_name(stored) or "Unknown"
    return {
        "code": country_code(row.get("object_id", "")),
        "name": name,
        "country": name,  # as in the first summaries
        **_viewers(row),
        "live_share": _live_share(facts, row),
        "regions": [_region(facts, region) for region in sorted(regions, key=_by_viewers("region"))],
    }


def _region(facts: Facts, row: Cells) -> dict[str, Any]:
    place = (row.get("country"), row.get("region"))
    cities = [city for city in _rows(facts, "60009-getTable") if (city.get("country"), city.get("region")) == place]
    return {
        "region": row.get("region", "") or "Unknown",
        **_viewers(row),
        "cities": [
            {"city": city.get("city", "") or "Unknown", **_viewers(city)}
            for city in sorted(cities, key=_by_viewers("city"))
        ],
    }


def devices(facts: Facts) -> dict[str, Any]:
    """Devices, most live viewers first."""
    if reason := _reason(facts, "60006-getTable"):
        return {"unavailable": reason}
    rows = sorted(_rows(facts, "60006-getTable"), key=_by_viewers("device"))
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
    """Of Kaltura's total of live viewers, as on the page: somebody with two devices is in two rows and counts once."""
    people, everybody = _count(row, _LIVE), viewers_live(facts)
    return people / everybody if everybody and people <= everybody else None


def _viewers(row: Cells) -> dict[str, int]:
    return {"live_viewers": _count(row, _LIVE), "recording_viewers": _count(row, _RECORDING)}


def _by_viewers(column: str) -> Callable[[Cells], tuple[int, int, str]]:
    return lambda row: (-_count(row, _LIVE), -_count(row, _RECORDING), row.get(column, ""))


def _rows(facts: Facts, name: str) -> Sequence[Cells]:
    return facts.data.page.rows(name) if facts.data.page else []


def _reason(facts: Facts, name: str) -> str | None:
    return facts.data.page.reason(name) if facts.data.page else _NOT_READ


def _count(row: Cells, column: str) -> int:
    return round(number(row.get(column, "")) or 0.0)


def _int(value: Any) -> int:
    """A count, which some services send as text."""
    return max(round(number(str(value)) or 0.0), 0)


def _day(label: str) -> str:
    """`20240801` as a date; any other label as it is."""
    try:
        return datetime.strptime(label, "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        return label
