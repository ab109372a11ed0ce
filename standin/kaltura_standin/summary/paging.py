"""Paging: the rows of a table in a response, and its total count (Kaltura server, getTable).

The page size is used as requested, without the limit of 500 in list actions. Rows beyond 12,000 are never returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from kaltura_standin.apierrors import ApiError
from kaltura_standin.summary.query import Question
from kaltura_standin.summary.report import Found, Report, Row

MAX_RESULT_SIZE = 12_000
_FEWEST_COUNTED = 500
_NOT_LINEAR = ("ratio", "rate", "avg", "unique")  # in the name of a metric that Kaltura cannot rank while it reads


class Page(NamedTuple):
    """Rows, and `totalCount`, which is 0 if Kaltura did not count the rows."""

    rows: list[Row]
    total_count: int


def page_of(report: Report, found: Found, question: Question, pager: Mapping[str, Any], order: str) -> Page:
    """Return one page. Raises INTERNAL_SERVERL_ERROR beyond 12,000 rows; a join drops these rows instead."""
    size, index = _size(pager), max(_whole(pager.get("pageIndex"), 1), 1)
    if size * index > MAX_RESULT_SIZE:
        if index == 1:
            size = MAX_RESULT_SIZE
        elif not report.joins:
            raise ApiError("INTERNAL_SERVERL_ERROR")
    ranked = _ranked(report, found.rows, order)[:MAX_RESULT_SIZE]
    if report.fill:
        return _filled(report, question, ranked, size, index)
    count = _count(report, found, question, order, size * index)
    return Page(ranked[(index - 1) * size : index * size], count)


def _size(pager: Mapping[str, Any]) -> int:
    size = _whole(pager.get("pageSize"), 30)
    return size if size > 0 else 10


def _whole(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return default


def _ranked(report: Report, rows: list[Row], order: str) -> list[Row]:
    """Sort by the requested metric, in descending order unless it has a plus; an unknown one means the default."""
    metric = _metric(report, order)
    place = report.header.index(metric)
    ascending = order.startswith("+") and metric == order[1:]
    sign = 1 if ascending else -1
    return sorted(rows, key=lambda row: (sign * float(row[place]), tuple(map(str, row[: len(report.texts)]))))


def _metric(report: Report, order: str) -> str:
    name = order.lstrip("+-")
    return name if name in report.metrics else report.metrics[0]


def _filled(report: Report, question: Question, ranked: list[Row], size: int, index: int) -> Page:
    """Take the highest rows, then add the missing minutes, then cut the page out of all minutes if needed.

    Minutes that are not among this page's highest rows therefore become zeros, even if something happened in them.
    """
    assert report.fill is not None
    if len(ranked) >= size and not report.fills_full:
        return Page(ranked[(index - 1) * size : index * size], 0)
    chosen = ranked[(index - 1) * size : index * size] if len(ranked) > size else ranked
    rows = report.fill(question, chosen) if chosen else []
    first = (index - 1) * size if len(rows) > size else 0
    return Page(rows[first : first + size], len(rows))


def _count(report: Report, found: Found, question: Question, order: str, asked: int) -> int:
    """Return the number of rows, which Kaltura knows if each query returned fewer rows than its limit."""
    if report.forced:
        return max(found.sizes, default=0)
    plain = report.dimensions == 1 and not any(mark in _metric(report, order) for mark in _NOT_LINEAR)
    threshold = min(max(_FEWEST_COUNTED, 30 * question.days, 2 * asked), MAX_RESULT_SIZE) if plain else asked
    return max((size for size in found.sizes if size < threshold), default=0)
