"""Timeline of a session: live viewers, engagement and reactions for each minute, and the top moments.

Report 60004 covers all minutes of the requested window, including the minute of its end. Like the page, this module
leaves out the minutes before the session's start. The series leave out the last minute, because nobody is left in it;
the groups of reactions include the last minute, as on the page.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from debrief.metrics.attended_span import TIMELINE, VIEWERS, viewers_in
from debrief.metrics.definition import Facts
from debrief.metrics.heatmap import minute_after, nearest_minute
from debrief.util.columns import Cells
from debrief.util.values import moment, number, utc_text

KINDS = ("clap", "heart", "think", "wow", "smile")  # if counts are equal, the first kind here is the top one
_ENGAGEMENT = "combined_live_engaged_users_ratio"
_MOST_GROUPS = 20
_MOST_MOMENTS = 5
_MINUTE = timedelta(minutes=1)


def points(facts: Facts, *, closing: bool = False) -> list[Cells]:
    """Return the minutes of the session in order, each once.

    `closing` adds the minute to which Kaltura rounds the session's end. A missing minute has only its time.
    """
    page = facts.data.page
    if page is None:
        return []
    end = nearest_minute(page.end) + _MINUTE if closing else page.end
    dated = ((moment(row.get("position", "")), row) for row in page.rows(TIMELINE))
    rows = {at: row for at, row in dated if at and page.start <= at < end}
    if not rows:
        return []
    first, last = min(rows), max(rows)
    every = (first + _MINUTE * number for number in range(int((last - first) / _MINUTE) + 1))
    return [rows.get(at) or {"position": str(int(at.timestamp()))} for at in every]


def minutes_unknown(facts: Facts) -> tuple[int, int]:
    """Return two numbers: minutes without a viewer figure, and all minutes; zeros without a timeline.

    Kaltura sends zeros for a minute without viewers, so a missing minute is unknown.
    """
    rows, page = points(facts), facts.data.page
    if page is None or not rows:
        return 0, 0
    every = ceil((page.end - minute_after(page.start)) / _MINUTE)
    return every - sum(known_viewers(row) is not None for row in rows), every


def peak(facts: Facts) -> tuple[str, int] | None:
    """Return the first minute with the most viewers, as UTC text, and the number of these viewers."""
    minutes = points(facts)
    if not minutes:
        return None
    top = max(minutes, key=viewers_in)
    return (_at(top), viewers_in(top)) if viewers_in(top) else None


def timeline(facts: Facts) -> dict[str, Any]:
    """Return series with one value for each minute, None if unknown; a minute without viewers has no engagement."""
    minutes = points(facts)
    if not minutes:
        return {"unavailable": _why_not(facts)}
    return {
        "from": _at(minutes[0]),
        "step_seconds": 60,
        "viewers": list(map(known_viewers, minutes)),
        "engagement": [number(row.get(_ENGAGEMENT, "")) if viewers_in(row) else None for row in minutes],
        "reactions": {kind: [_reaction(row, kind) for row in minutes] for kind in KINDS},
    }


def reactions(facts: Facts) -> dict[str, Any]:
    """Return reactions by kind, and the top moments by the page's rule.

    Each minute is a group in a session of at most twenty minutes; a longer session has at most twenty groups of equal
    length. The five groups with the most reactions are the top moments. A session of n minutes has n + 1 points.
    """
    minutes = points(facts, closing=True)
    page = facts.data.page
    if page is None or not minutes:
        return {"unavailable": _why_not(facts)}
    if reason := _reactions_unknown(minutes):
        return {"unavailable": reason}
    by_kind = reactions_by_kind(minutes)
    size = 1 if len(minutes) <= _MOST_GROUPS else ceil(len(minutes) / _MOST_GROUPS)
    groups = [_group(minutes[start : start + size], page.end) for start in range(0, len(minutes), size)]
    found = sorted((group for group in groups if group["total"]), key=lambda group: -group["total"])
    return {"total": sum(by_kind.values()), "by_kind": by_kind, "moments": found[:_MOST_MOMENTS]}


def _reactions_unknown(minutes: list[Cells]) -> str:
    """Return why the reactions are not known; blank if they are."""
    if lacking := [kind for kind in KINDS if all(_reaction(row, kind) is None for row in minutes)]:
        return f"Kaltura's figures by minute lack reactions of the kind {', '.join(lacking)}."
    unread = sum(None in [_reaction(row, kind) for kind in KINDS] for row in minutes)
    if unread and not any(reactions_by_kind(minutes).values()):
        return f"Reactions of {unread} of {len(minutes)} minutes are not known, and the other minutes have none."
    return ""


def reactions_by_kind(minutes: list[Cells]) -> dict[str, int]:
    """Count the known reactions of each kind."""
    return {kind: sum(_reaction(row, kind) or 0 for row in minutes) for kind in KINDS}


def _group(minutes: list[Cells], end: datetime) -> dict[str, Any]:
    counts = reactions_by_kind(minutes)
    first, last = (moment(minutes[place]["position"]) or end for place in (0, -1))
    return {
        "from": utc_text(first),
        "to": utc_text(max(min(last + _MINUTE, end), first)),
        "total": sum(counts.values()),
        "top": max(KINDS, key=lambda kind: counts[kind]),
        "counts": counts,
    }


def _why_not(facts: Facts) -> str:
    return facts.page_reason(TIMELINE) or "Kaltura has no minute-by-minute data of this session."


def _at(row: Cells) -> str:
    time = moment(row["position"])
    return utc_text(time) if time else ""


def known_viewers(row: Cells) -> int | None:
    """Return the viewers of a minute; None if they are unknown."""
    return _count(row, VIEWERS)


def _reaction(row: Cells, kind: str) -> int | None:
    return _count(row, f"reaction_{kind}_clicked")


def _count(row: Cells, column: str) -> int | None:
    """Return a count of a minute; None if it is missing or invalid. A blank cell is 0, as on the page."""
    value = number(row.get(column, "missing") or "0")
    return None if value is None else round(value)
