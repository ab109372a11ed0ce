"""The figures of Kaltura's own Summary page, by its formulas, from its answers (analytics-front-end, entry-ep).

A figure has one item or, like the timeline, many. Rounding is the page's. These formulas are kept apart from Debrief's,
so that `debrief compare` does not compare a formula with itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil, floor
from typing import Any, TypeAlias

from debrief.metrics.chat_data import FIRST_DAY
from debrief.metrics.places import country_name
from debrief.model import NotKnown
from debrief.util.columns import Cells
from debrief.util.values import moment, number, utc_text

Value: TypeAlias = float | str | None
Items: TypeAlias = Mapping[str, Value]  # one item without a name, or many by time, person, country …
SINGLE = ""
REACTIONS = ("clap", "heart", "think", "wow", "smile")
_VIEWERS, _LIVE, _RECORDING = "unique_vod_live_viewers", "unique_combined_live_viewers", "unique_vod_viewers"
_LOGGED_IN = "unique_logged_in_users"
_MOST_GROUPS, _MOST_MOMENTS = 20, 5


@dataclass(frozen=True)
class PageView:
    """What the page got: the rows of each report, and the room's polls. `key_of` names a person by id and address."""

    rows_of: Callable[[str], Sequence[Cells] | NotKnown]
    start: datetime
    polls_of: Callable[[], Sequence[Mapping[str, Any]] | NotKnown]
    key_of: Callable[[str, str], str]
    missing: list[NotKnown] = field(default_factory=list)

    def rows(self, name: str) -> Sequence[Cells] | None:
        """Return the rows of a report; None, with the reason in `missing`, when there is no answer."""
        found = self.rows_of(name)
        if isinstance(found, NotKnown):
            self.missing.append(found)
            return None
        return found

    def total(self, name: str) -> Cells | None:
        """Return the row of a total."""
        rows = self.rows(name)
        return None if rows is None else next(iter(rows), {})

    def points(self) -> list[Cells] | None:
        """Return the minutes that the page draws: from the unrounded start, the minute of the end included."""
        rows = self.rows("60004-getTable")
        if rows is None:
            return None
        dated = [(moment(row.get("position", "")), row) for row in rows]
        return [row for at, row in dated if at and at >= self.start]

    @property
    def shows_chat(self) -> bool:
        """Return whether the page shows figures of the chat: it does so only for later sessions."""
        return self.start >= FIRST_DAY


OnPage: TypeAlias = Callable[[PageView], Items | None]


def cell(row: Mapping[str, str], column: str) -> float:
    """Return a number; a blank or missing cell counts as 0, as on the page."""
    return number(row.get(column, "") or "0") or 0.0


def page_rounded(value: float) -> float:
    """Round to one decimal as the page does (reports.helper.ts, precisionRound)."""
    return floor((value + 0.001) * 10 + 0.5) / 10


def count(report: str, column: str, *, chat: bool = False) -> OnPage:
    """Return a number of a total."""

    def shown(page: PageView) -> Items | None:
        row = page.total(report) if page.shows_chat or not chat else None
        return None if row is None else {SINGLE: cell(row, column)}

    return shown


def engagement(report: str, column: str, of: str = "", *, counted: bool = False) -> OnPage:
    """Return a figure of the engagement card: everything is 0 without live viewers.

    `of` is the denominator of a share; without it the column is a ratio, or with `counted` a number.
    """
    chat = report.startswith("70001")

    def shown(page: PageView) -> Items | None:
        live, row = page.total("60003-getTotal"), page.total(report)
        if live is None or row is None or (chat and not page.shows_chat):
            return None
        if not cell(live, _LIVE):
            return {SINGLE: 0.0}
        value = cell(row, column)
        if counted or not of:
            return {SINGLE: value}
        people = cell(row, of)
        return {SINGLE: value / people if people else None}  # the page shows NaN

    return shown


def bar(part: str) -> OnPage:
    """Return a part of the bar below the viewers: only live, only recording, or both."""

    def shown(page: PageView) -> Items | None:
        row = page.total("60002-getTotal")
        if row is None:
            return None
        return {SINGLE: bar_share(part, cell(row, _VIEWERS), cell(row, _LIVE), cell(row, _RECORDING))}

    return shown


def bar_share(part: str, viewers: float, live: float, recording: float) -> float | None:
    """Return the width of a part of the bar; None without viewers."""
    added = live + recording
    whole = added * 2 - viewers
    both = max(added - viewers, 0.0)
    return {"live": live, "recording": recording, "both": both}[part] / whole if whole else None


def minute_by_minute(column: str) -> OnPage:
    """Return a column of the timeline, by minute."""

    def shown(page: PageView) -> Items | None:
        points = page.points()
        return None if points is None else {_at(row): cell(row, column) for row in points}

    return shown


def fullest_minute(page: PageView) -> Items | None:
    """Return the most viewers in a minute."""
    points = page.points()
    viewers = [cell(row, "combined_live_view_period_count") for row in points or ()]
    return None if points is None else {SINGLE: max(viewers, default=0.0)}


def time_of_fullest_minute(page: PageView) -> Items | None:
    """Return the first minute with the most viewers."""
    points = page.points()
    if points is None:
        return None
    top = max(points, key=lambda row: cell(row, "combined_live_view_period_count"), default={})
    return {SINGLE: _at(top) if cell(top, "combined_live_view_period_count") else None}


def top_moments(page: PageView) -> Items | None:
    """Return the five groups of minutes with the most reactions: number, kind and first minute of each."""
    points = page.points()
    if points is None:
        return None
    size = 1 if len(points) <= _MOST_GROUPS else ceil(len(points) / _MOST_GROUPS)
    groups = [points[first : first + size] for first in range(0, len(points), size)]
    counted = [
        ([sum(cell(row, f"reaction_{kind}_clicked") for row in group) for kind in REACTIONS], group) for group in groups
    ]
    found = sorted((each for each in counted if sum(each[0])), key=lambda each: -sum(each[0]))[:_MOST_MOMENTS]
    return {
        f"{rank}": moment_text(sum(sums), REACTIONS[sums.index(max(sums))], _at(group[0]))
        for rank, (sums, group) in enumerate(found, start=1)
    }


def moment_text(total: float, kind: str, at: str) -> str:
    """Return a top moment as text: `12 clap 2026-11-18T15:30:00Z`."""
    return f"{total:.0f} {kind} {at}"


def attendee_rows(page: PageView) -> Items | None:
    """Return the people in the table of attendees."""
    rows = page.rows("60010-getTable")
    if rows is None:
        return None
    return {page.key_of(row.get("user_id", ""), row.get("email", "")): 1.0 for row in rows}


def each_attendee(column: str) -> OnPage:
    """Return a column of the table of attendees, by person; several rows of nobody in particular are added."""

    def shown(page: PageView) -> Items | None:
        rows = page.rows("60010-getTable")
        if rows is None:
            return None
        return sums((page.key_of(row.get("user_id", ""), row.get("email", "")), cell(row, column)) for row in rows)

    return shown


def each_row(report: str, name: str, column: str, scale: float = 1.0, most: float | None = None) -> OnPage:
    """Return a column of a list, by name: a day, a recording, a country, a device."""

    def shown(page: PageView) -> Items | None:
        rows = page.rows(report)
        if rows is None:
            return None
        return sums((item_name(name, row.get(name, "")), _limited(cell(row, column), most) * scale) for row in rows)

    return shown


def each_viewer(report: str, column: str, scale: float = 1.0, most: float | None = None) -> OnPage:
    """Return a column of a list of viewers, by person."""

    def shown(page: PageView) -> Items | None:
        rows = page.rows(report)
        if rows is None:
            return None
        return sums((page.key_of(row.get("name", ""), ""), _limited(cell(row, column), most) * scale) for row in rows)

    return shown


def each_share(report: str, name: str) -> OnPage:
    """Return the share of live viewers, by country or device: of the total of distinct viewers."""
    shown_rows = each_row(f"{report}-getTable", name, _LIVE)

    def shown(page: PageView) -> Items | None:
        rows, total = shown_rows(page), page.total(f"{report}-getTotal")
        if rows is None or total is None:
            return None
        everybody = cell(total, _LIVE)
        return {key: float(value or 0) / everybody if everybody else None for key, value in rows.items()}

    return shown


def item_name(column: str, text: str) -> str:
    """Return the name of a list's row as Debrief's reports have it."""
    if column == "country":
        return country_name(text) or "Unknown"
    if column == "day" and len(text) == 8 and text.isdigit():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text or "Unknown"


def each_poll(of: Callable[[Mapping[str, Any]], Mapping[str, float]]) -> OnPage:
    """Return a figure of each poll of the room; `of` gives its items."""

    def shown(page: PageView) -> Items | None:
        polls = page.polls_of() if page.shows_chat else NotKnown("The page shows no chat before 2 June 2024.")
        if isinstance(polls, NotKnown):
            page.missing.append(polls)
            return None
        return sums((f"{poll.get('question')}{item}", value) for poll in polls for item, value in of(poll).items())

    return shown


def sums(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Return values by name; those of the same name are added up, so that none is lost."""
    found: dict[str, float] = {}
    for name, value in pairs:
        found[name] = found.get(name, 0.0) + value
    return found


def participants(poll: Mapping[str, Any]) -> Mapping[str, float]:
    """Return the participants of a poll."""
    return {"": _int(poll.get("nvoted"))}


def votes(poll: Mapping[str, Any]) -> Mapping[str, float]:
    """Return the votes of each answer of a poll."""
    return {f" / {option.get('option')}": _int(option.get("nvoted")) for option in _options(poll)}


def vote_shares(poll: Mapping[str, Any]) -> Mapping[str, float]:
    """Return each answer's share of all votes of a poll, as the page computes it."""
    every = sum(_int(option.get("nvoted")) for option in _options(poll))
    return {
        f" / {option.get('option')}": _int(option.get("nvoted")) / every if every else 0.0 for option in _options(poll)
    }


def _options(poll: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [option for option in poll.get("options") or () if isinstance(option, Mapping)]


def _int(value: Any) -> float:
    return number(str(value)) or 0.0


def _limited(value: float, most: float | None) -> float:
    return value if most is None else min(value, most)


def _at(row: Mapping[str, str]) -> str:
    at = moment(row.get("position", ""))
    return utc_text(at) if at else ""
