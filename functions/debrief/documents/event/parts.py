"""Sections of an event's report as tables: sessions, people by number of sessions, overlap of sessions, definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from debrief.documents.text import figures, labels, metric_labels, report_names, times
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.text.sanitize import Clean
from debrief.documents.view.common import percent_cell
from debrief.documents.view.model import Column, PageSection, Table
from debrief.documents.view.stay import OF_MAIN_ROOM
from debrief.model import Metric, Summary
from debrief.util.spans import Span

Row: TypeAlias = Mapping[str, Any]

FEW = 12  # in events with more sessions, `attended` leaves out rows without people
MOST_NAMED = 2  # if more sessions share the best or weakest figure, only their number is shown


def sessions(rows: Sequence[Row], names: Sequence[str], zone: ZoneInfo) -> PageSection:
    """Return a table of the sessions, in order of their start."""
    starts = [datetime.fromisoformat(row["start"]) for row in rows]
    span = (starts[0], starts[-1])
    columns = (
        Column("Session", width=22, numeric=False),
        Column("Start", times.zone_names(span, zone), 17, numeric=False),
        Column("Length", "min", 8),
        _column("unique_attendees", "people", 10),
        _column("first_timers", "people", 8),
        _column("returning_share", "%", 10),
        _column("presence_average", "min", 9),
        _column("present_75", "%", 10),
        _column("engagement_rate", "%", 9),
        _column("peak_live_viewers", "people", 8),
    )
    cells = [(name, *_session(row, span, zone)) for row, name in zip(rows, names, strict=True)]
    new, returned, stay_, part = (
        labels.short_metric(key) for key in ("first_timers", "returning_share", "presence_average", "present_75")
    )
    words = (
        f"In order of start. {new}: people who came to no earlier session of this event. {returned}: share of the "
        f"previous session's attendees who also came to this session. {stay_} and {labels.within_sentence(part)} "
        "include breakouts; the 75% are of the time in which people could attend."
    )
    return PageSection((words,), Table("The sessions side by side", columns, cells))


def _column(key: str, unit: str, width: int) -> Column:
    return Column(labels.short_metric(key), unit, width)


def _session(row: Row, span: Span, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        started(row, span, zone),
        figures.minutes(row["duration_minutes"]),
        figures.count(row["unique_attendees"]),
        figures.count(row["first_timers"]),
        percent_cell(row["returning_share"]),
        figures.minutes(stay(row, "presence_average")),
        percent_cell(stay(row, "present_75")),
        percent_cell(row["engagement_rate"]),
        figures.count(row["peak_live_viewers"]),
    )


def stay(row: Row, key: str) -> float | None:
    """Return a session's figure of stay; in a summary of an older version, the figure of the main room."""
    value: float | None = row[key] if key in row else row.get(OF_MAIN_ROOM[key])
    return value


def started(row: Row, span: Span, zone: ZoneInfo) -> str:
    """Format a session's start: `Tue 17 Nov, 10:00`; add the zone's abbreviation if the clock changes in the event."""
    start = datetime.fromisoformat(row["start"])
    offset = f" {times.abbreviation(start, zone)}" if times.clock_changes(span, zone) else ""
    return f"{times.short_day(start.astimezone(zone).date())}, {times.clock(start, zone)}{offset}"


def standouts(rows: Sequence[Row], names: Sequence[str]) -> PageSection | None:
    """Return the best and the weakest session by each figure; None if no figure differs."""
    if not rows:
        return None
    columns = (
        Column("Figure", width=24, numeric=False),
        Column("Best", width=38, numeric=False),
        Column("Weakest", width=38, numeric=False),
    )
    items = [standout(row, names) for row in rows]
    cells = [(item.figure, ": ".join(item.best), ": ".join(item.weakest)) for item in items]
    return PageSection((), Table("The best and the weakest sessions", columns, cells))


class Standout(NamedTuple):
    """A figure, with its best and weakest value as (value, sessions)."""

    figure: str
    best: tuple[str, str]
    weakest: tuple[str, str]


def standout(row: Row, names: Sequence[str], formats: Formats = PLAIN) -> Standout:
    """Return the best and the weakest sessions by the figure of a row."""
    best, weakest = (_extreme(row["key"], row[end], names, formats) for end in ("best", "weakest"))
    return Standout(labels.session_metric(row["key"]), best, weakest)


def _extreme(key: str, extreme: Row, names: Sequence[str], formats: Formats) -> tuple[str, str]:
    value, places = extreme["value"], extreme["places"]
    ways: dict[str, Callable[[float], str]] = {
        "unique_attendees": lambda people: formats.plural(people, "person", "people"),
        "peak_live_viewers": lambda people: formats.plural(people, "person", "people"),
        "minutes_average": lambda minutes: f"{formats.minutes(minutes)} min",
    }
    few = " and ".join(names[place] for place in places)
    return ways.get(key, formats.percent)(value), few if len(
        places
    ) <= MOST_NAMED else f"{formats.count(len(places))} sessions"


def attended(rows: Sequence[Row], sessions_: int) -> PageSection:
    """Return a table of the number of people for each number of sessions."""
    if not rows:
        return PageSection(("Kaltura identified nobody in this event.",))
    columns = (Column("Came to", width=40, numeric=False), Column("People", width=20), Column("Share", "%", 20))
    cells = [
        (_to(row["sessions"], sessions_), figures.count(row["people"]), percent_cell(row["share"])) for row in rows
    ]
    return PageSection((), Table("How many people came to how many sessions", columns, cells))


def _to(number: int, sessions_: int) -> str:
    words = figures.plural(number, "session", "sessions")
    return f"all {words}" if number == sessions_ > 1 else words


def overlap(section: Row, names: Sequence[str]) -> PageSection | None:
    """Return a table of the number of people who came to each pair of sessions; None if there is only one session."""
    places = section["places"]
    if len(places) < 2:
        return None
    marks = [names[place].partition(" ")[0] for place in places]
    columns = (Column("Session", width=28, numeric=False), *(Column(mark, width=6) for mark in marks))
    cells = [
        (names[place], *map(figures.count, counts)) for place, counts in zip(places, section["people"], strict=True)
    ]
    words = ["Each cell counts the people who came to both sessions; on the diagonal, all who came to the session."]
    if section["of"] > len(places):
        words.append(
            f"Shown are {figures.count(len(places))} of {figures.count(section['of'])} sessions, those to which "
            "the most people came, breakouts included; the workbook kept with this report shows who came to "
            "which session."
        )
    return PageSection(words, Table("People who came to each pair of sessions", columns, cells))


def people(section: Row) -> PageSection:
    """Return the sentences above the list of people."""
    if reason := section.get("unavailable"):
        return PageSection(unavailable=report_names.for_reader(str(reason)))
    total, shown = section["total"], section["shown"]
    if not shown:
        return PageSection(("Nobody is listed.",))
    words = ["Most minutes first. A dash means that the person was not in the session."]
    if shown < total:
        listed = f"{figures.count(shown)} of {figures.count(total)} are listed, those with the most minutes."
        words += [listed, f"The workbook kept with this report lists all {figures.count(total)}."]
    return PageSection(words)


def definitions(summary: Summary, clean: Clean) -> Table:
    """Return a table of the formulas of the event's figures, of the sessions' figures, and of the lists."""
    columns = (
        Column("Figure", width=24, numeric=False),
        Column("Value", width=12),
        Column("How it is computed", width=40, numeric=False, quiet=True),
        Column("Source", "in Kaltura", 24, numeric=False, quiet=True),
    )
    rows = [_of_event(key, summary.metrics[key], clean) for key in metric_labels.OF_EVENT if key in summary.metrics]
    rows += [
        (
            f"{labels.session_metric(figure['key'])} (of a session)",
            figure["unit"],
            sentence(figure["formula"], clean),
            report_names.in_words(figure["source"], clean),
        )
        for figure in summary.sections["sessions"]["figures"]
    ]
    lists = (("attended", "Sessions by person"), ("overlap", "Came to both"), ("people", "Who came to what"))
    rows += [
        (label, section["unit"], sentence(section["formula"], clean), report_names.in_words(section["source"], clean))
        for name, label in lists
        if (section := summary.sections.get(name)) and "formula" in section
    ]
    return Table("How each figure is computed", columns, rows)


def _of_event(key: str, metric: Metric, clean: Clean) -> tuple[str, ...]:
    value = figures.known(metric.value)
    words = figures.minutes(value) if key == "sessions_average" else figures.figure(metric)
    formula = sentence(metric.formula, clean)
    if value is None and metric.reason:
        formula += f" Not available: {report_names.for_reader(metric.reason, clean)}"
    return (labels.event_metric(key), words, formula, report_names.in_words(metric.source, clean))


def sentence(formula: str, clean: Clean) -> str:
    """Return a formula as a sentence."""
    words = report_names.for_reader(formula, clean)
    return words[:1].upper() + words[1:].removesuffix(".") + "."
