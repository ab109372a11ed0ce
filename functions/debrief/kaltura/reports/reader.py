"""Read a complete report. If an answer has as many rows as the limit, the report is fetched in pieces instead.

Kaltura silently drops the rows beyond the limit (kKavaReportsMgr.class.php). Splitting by room or session keeps all
rows as they are, so it is tried first. If the time was split, a person present in two pieces has one row in each;
these rows are merged. After a time-out splitting by time is tried first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from debrief.errors import ReportTooLarge, Unavailable
from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.api.errors import QueryTooWide
from debrief.kaltura.reports.room_reports import Report, ReportRows, parse
from debrief.kaltura.reports.window import Window
from debrief.model import AttendeeRow, BreakoutRow, Finding, IdsAndAddresses, RoomRow
from debrief.util.values import number

R = TypeVar("R", RoomRow, AttendeeRow, BreakoutRow)
Filters = Mapping[str, Sequence[str]]

KALTURA_ROW_CAP = 100_000


@dataclass(frozen=True)
class Reading(Generic[R]):
    """The rows of a report, the answers that contained them, and findings."""

    rows: list[R] = field(repr=False)
    answers: list[bytes] = field(repr=False)
    findings: list[Finding]
    windows: list[Window]  # one for each answer
    people: list[IdsAndAddresses] = field(repr=False)  # the people in each answer, also in rows of other sessions


def read_report(kaltura: Kaltura, report: Report[R], window: Window, filters: Filters) -> Reading[R]:
    """Read all rows of a report in a window. Raises ReportTooLarge if a piece that cannot be split reaches the limit.

    `filters` maps a filter's name to its values. Empty values are an error, because Kaltura would ignore the filter.
    """
    return merge_answers(report, list(_pieces(kaltura, report, window, filters)))


def merge_answers(report: Report[R], pieces: Sequence[tuple[bytes, Window, ReportRows[R]]]) -> Reading[R]:
    """Merge the answers to one request, each with its window and its rows."""
    answers, windows = [answer for answer, _, _ in pieces], [window for _, window, _ in pieces]
    people = [table.people for _, _, table in pieces]
    findings = list(dict.fromkeys(finding for _, _, table in pieces for finding in table.findings))
    if len(pieces) == 1:
        return Reading(pieces[0][2].rows, answers, findings, windows, people)
    # Pieces by room or session may share rows: a room includes its breakouts, and Kaltura may ignore a filter.
    by_window: dict[Window, Counter[R]] = {}
    for _, window, table in pieces:
        by_window[window] = by_window.get(window, Counter()) | Counter(table.rows)
    rows = [row for counted in by_window.values() for row in counted.elements()]
    if len(by_window) > 1:
        rows = merge_rows(rows)
        sentence = f"Report {report.number} did not fit into one answer and was put together from {len(pieces)} pieces."
        findings.append(Finding("SPLIT", f"{sentence} {report.merge_note}"))
    return Reading(rows, answers, findings, windows, people)


def _pieces(
    kaltura: Kaltura, report: Report[R], window: Window, filters: Filters
) -> Iterator[tuple[bytes, Window, ReportRows[R]]]:
    """Yield answers below the row limit, with their windows; split a request whose answer reaches the limit."""
    too_wide: Unavailable | None = None
    try:
        answer = kaltura.csv(report.number, _params(kaltura, report, window, filters))
        table = parse(report, answer)
        if table.count < kaltura.report_row_limit:
            yield answer, window, table
            return
    except QueryTooWide as error:
        too_wide = error
    smaller = _smaller(window, filters, too_wide)
    if not smaller:
        raise too_wide or ReportTooLarge(
            f"Report {report.number} has {kaltura.report_row_limit} rows or more for a single hour "
            f"and cannot be split further, so it would be incomplete."
        )
    for smaller_window, smaller_filters in smaller:
        yield from _pieces(kaltura, report, smaller_window, smaller_filters)


def _smaller(window: Window, filters: Filters, too_wide: Unavailable | None) -> Sequence[tuple[Window, Filters]]:
    """Split a request in two, by room or session, or by time; empty if neither is possible."""
    by_time = [(half, filters) for half in window.halves() or ()]
    by_filter = [(window, half) for half in _halves(filters)]
    return by_time or by_filter if too_wide else by_filter or by_time


def _halves(filters: Filters) -> Sequence[Filters]:
    for name, values in filters.items():
        if middle := len(values) // 2:
            return [{**filters, name: half} for half in (values[:middle], values[middle:])]
    return []


def _params(kaltura: Kaltura, report: Report[R], window: Window, filters: Filters) -> dict[str, str]:
    start, end = (str(int(moment.timestamp())) for moment in (window.start, window.end))
    params = {"from_date": start, "to_date": end}
    if report.camel_dates:
        params |= {"fromDate": start, "toDate": end}
    params |= {name: ",".join(values) for name, values in filters.items()}
    if kaltura.report_row_limit < KALTURA_ROW_CAP:
        params["limit"] = str(kaltura.report_row_limit)
    return params


def merge_rows(rows: Iterable[R]) -> list[R]:
    """Merge the rows of pieces by time that are about the same person, session or breakout session.

    Rows of deleted users have no user id, so they are not merged; figures only need the sum of their minutes.
    """
    merged: dict[tuple[str, ...], R] = {}
    for place, row in enumerate(rows):
        key = _key(row) or (str(place),)
        merged[key] = _merge(merged[key], row) if key in merged else row
    return list(merged.values())


def _key(row: RoomRow | AttendeeRow | BreakoutRow) -> tuple[str, ...] | None:
    match row:
        case AttendeeRow():
            return (row.entry_id, row.cue_point_id, row.user_id) if row.user_id.strip() else None
        case RoomRow():
            return (row.entry_id, row.cue_point_id)
        case BreakoutRow():
            return (row.breakout_entry_id, row.cue_point_id)


def _merge(one: R, other: R) -> R:
    """Merge two rows.

    Of an attendee: add the minutes and average the ratios. Of a room or breakout: keep the row with more people,
    because estimates cannot be added.
    """
    match one, other:
        case AttendeeRow(), AttendeeRow():
            return _merge_attendees(one, other)
        case RoomRow(), RoomRow():
            return max(one, other, key=lambda row: number(row.meeting_view_period_unique_users) or 0.0)
        case BreakoutRow(), BreakoutRow():
            return max(one, other, key=lambda row: number(row.participant_count) or 0.0)
    raise AssertionError(one, other)


def _merge_attendees(one: AttendeeRow, other: AttendeeRow) -> AttendeeRow:
    weights = [number(row.meeting_view_time) or 0.0 for row in (one, other)]
    ratios = [number(row.meeting_engaged_play_time_ratio) or 0.0 for row in (one, other)]
    total = sum(weights)
    ratio = sum(weight * ratio for weight, ratio in zip(weights, ratios, strict=True)) / total if total else 0.0
    return one._replace(meeting_view_time=repr(total), meeting_engaged_play_time_ratio=repr(ratio))
