"""Read figures of an archived report in the form in which they are compared with Kaltura's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from debrief.metrics import original_page as page
from debrief.metrics.definition import Facts
from debrief.metrics.original_page import SINGLE, Items, moment_text, sums
from debrief.metrics.profiles import Profile, only_on_page, profiles
from debrief.model import Metric, Summary
from debrief.persons import normalized_id
from debrief.util.values import moment, utc_text

BAR = ("viewers_total", "viewers_live", "viewers_recording")  # the figures from which the page draws its bar


@dataclass(frozen=True)
class ReportView:
    """A report of Debrief: its summary, and the data from which it was computed."""

    summary: Summary
    facts: Facts

    def metric(self, key: str) -> Metric | None:
        """Return a metric; None if the report has no such metric."""
        return self.summary.metrics.get(key)

    def section(self, name: str) -> Mapping[str, Any]:
        """Return a section; empty if the report has no such section."""
        return self.summary.sections.get(name, {})


InReport: TypeAlias = Callable[[ReportView], Items | None]


def metric(key: str) -> InReport:
    """Return a metric."""

    def value(report: ReportView) -> Items | None:
        metric = report.metric(key)
        return {SINGLE: metric.value} if metric and metric.value is not None else None

    return value


def bar_part(part: str) -> InReport:
    """Compute a part of the bar from the report's figures, which does not print it."""

    def value(report: ReportView) -> Items | None:
        found = [report.metric(name) for name in BAR]
        values = [metric.value for metric in found if metric and isinstance(metric.value, int | float)]
        if len(values) < len(found):
            return None
        share = page.bar_share(part, *values)
        return None if share is None else {SINGLE: share}

    return value


def timeline(name: str, kind: str = "") -> InReport:
    """Return a series of the timeline, or one kind of its reactions, by minute."""

    def value(report: ReportView) -> Items | None:
        section = report.section("timeline")
        start = moment(str(section.get("from", "")))
        if start is None:
            return None
        values = section["reactions"][kind] if kind else section[name]
        return {utc_text(start + timedelta(minutes=place)): each for place, each in enumerate(values)}

    return value


def moments(report: ReportView) -> Items | None:
    """Return the moments with the most reactions."""
    moments = report.section("reactions").get("moments")
    if moments is None:
        return None
    return {f"{rank}": moment_text(one["total"], one["top"], one["from"]) for rank, one in enumerate(moments, start=1)}


def listed_people(report: ReportView) -> Items | None:
    """Return the people whom the report lists."""
    data = report.facts.data
    if data.page is None or data.page.reason("60010-getTable"):
        return None
    return {normalized_id(row.user_id): 1.0 for rows in (report.facts.rows, only_on_page(data)) for row in rows}


def of_attendee(read: Callable[[Any], float | None]) -> InReport:
    """Return a figure of each row of report 6001."""

    def value(report: ReportView) -> Items | None:
        people = {normalized_id(key): read(person) for key, person in report.facts.crowd.people.items()}
        nameless = sums((normalized_id(row.user_id), read(row) or 0.0) for row in report.facts.unidentified)
        return {**people, **nameless}

    return value


def of_profile(name: str) -> InReport:
    """Return a number of each person's profile."""

    def value(report: ReportView) -> Items | None:
        if report.facts.page_reason("60010-getTable"):
            return None
        place = Profile._fields.index(name)
        found = profiles(report.facts.data)
        return {normalized_id(user_id): page.cell({"": each[place]}, "") for user_id, each in found.items()}

    return value


def of_row(section: str, list_: str, name: str, column: str) -> InReport:
    """Return a column of a list of a section, by name."""

    def value(report: ReportView) -> Items | None:
        rows = report.section(section).get(list_)
        return None if rows is None else sums((str(row[name]) or "Unknown", row[column] or 0.0) for row in rows)

    return value


def of_poll(of: Callable[[Mapping[str, Any]], Mapping[str, float]]) -> InReport:
    """Return a figure of each poll; `of` gives its items."""

    def value(report: ReportView) -> Items | None:
        rows = report.section("polls").get("rows")
        if rows is None:
            return None
        return sums((f"{row['question']}{item}", each) for row in rows for item, each in of(row).items())

    return value


def answers(column: str) -> Callable[[Mapping[str, Any]], Mapping[str, float]]:
    """Return the items of a poll: a column of its answers."""
    return lambda row: {f" / {answer['answer']}": answer[column] or 0.0 for answer in row["answers"]}


def of_viewer(column: str) -> InReport:
    """Return a column of the list of the recording's viewers, by person."""

    def value(report: ReportView) -> Items | None:
        rows = report.section("recordings").get("viewers")
        return None if rows is None else sums((normalized_id(str(row["user_id"])), row[column] or 0.0) for row in rows)

    return value
