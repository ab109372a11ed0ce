"""View of the length of stay, the breakout rooms, and the definitions of all figures."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from debrief.documents.text import figures, labels, metric_labels, report_names, times
from debrief.documents.text.sanitize import Clean
from debrief.documents.view.common import Section, percent_cell, section_of, unwrapped
from debrief.documents.view.model import Bin, Column, PageSection, Stayed, Table
from debrief.documents.view.stay import known_key
from debrief.documents.view.tiles import value_of
from debrief.documents.view.time_axis import parse_time
from debrief.model import Metric, Summary
from debrief.util.spans import Span


def stayed(summary: Summary) -> Stayed | None:
    """Return the chart and table of minutes stayed."""
    return section_of(summary, "minutes_stayed", Stayed, lambda section: _stayed(summary, section))


def _stayed(summary: Summary, section: Section) -> Stayed:
    bins = [Bin(row["from_minutes"], row["to_minutes"], row["people"]) for row in section["bins"]]
    people = section["people"]
    if not people:
        return Stayed(PageSection(("Nothing to show: no attendee could be identified.",)))
    table = Table(
        "How many people stayed how long",
        (
            Column("Minutes stayed", width=44, numeric=False),
            Column("People", width=28),
            Column("Share", "of people", 28),
        ),
        [(minutes_label(b), figures.count(b.people), figures.percent(b.people / people)) for b in bins],
    )
    return Stayed(PageSection(table=table), bins, value_of(summary.metrics, known_key(summary, "presence_median")))


def minutes_label(bin_: Bin) -> str:
    """Format the minutes of a bin: `10-15`, with an en dash."""
    return f"{figures.tick(bin_.start)}{figures.DASH}{figures.tick(bin_.end)}"


def breakouts(summary: Summary, zone: ZoneInfo, clean: Clean) -> PageSection | None:
    """Return the breakout rooms of the session, one row for each room; times are in the organizer's zone."""
    return section_of(summary, "breakouts", unwrapped, lambda section: _breakouts(summary, section, zone, clean))


def _breakouts(summary: Summary, section: Section, zone: ZoneInfo, clean: Clean) -> PageSection:
    rows = section.get("rows", ())
    if not rows:
        return PageSection(("This session had no breakout rooms.",))
    span = (summary.session.start, summary.session.end)
    columns = (
        Column("Room", width=28, numeric=False),
        Column(f"From{figures.DASH}to", times.zone_names(span, zone), 14),
        Column("Length", "min", 10),
        Column("Participants", "estimate", 14),
        Column("Engagement", "% of minutes", 14),
        Column("Started by", width=20, numeric=False, quiet=True),
    )
    cells = [_breakout(row, span, zone, clean) for row in rows]
    return PageSection((_breakouts_in_words(summary.metrics),), Table("Breakout rooms", columns, cells))


def _breakouts_in_words(metrics: Mapping[str, Metric]) -> str:
    rooms = figures.plural(value_of(metrics, "breakout_rooms"), "room", "rooms")
    people = figures.plural(value_of(metrics, "breakout_participants"), "participant", "participants")
    return f"{rooms}, {people}. Kaltura estimates participants; a person in two rooms counts twice."


def _breakout(row: Section, span: Span, zone: ZoneInfo, clean: Clean) -> tuple[str, ...]:
    return (
        clean(row["name"] or row["entry_id"]),
        f"{_clock(row['start'], span, zone)}{figures.DASH}{_clock(row['end'], span, zone)}",
        figures.minutes(row["minutes"]),
        figures.count(row["participants"]),
        percent_cell(row["engagement_rate"]),
        clean(row["initiator"] or "") or figures.DASH,
    )


def _clock(iso: str | None, span: Span, zone: ZoneInfo) -> str:
    return times.within(parse_time(iso), span, zone) if iso else "?"


def definitions(metrics: Mapping[str, Metric], zone: ZoneInfo, clean: Clean) -> Table:
    """Return a table of all metrics and their formulas.

    The order is that of metric_labels.OF_SESSION; other metrics come last.
    """
    order = {key: place for place, key in enumerate(metric_labels.OF_SESSION)}
    keys = sorted(metrics, key=lambda key: (order.get(key, len(order)), key))
    columns = (
        Column("Figure", width=24, numeric=False),
        Column("Value", width=12),
        Column("How it is computed", width=40, numeric=False, quiet=True),
        Column("Source", "in Kaltura", 24, numeric=False, quiet=True),
    )
    rows = [
        (
            labels.metric(key),
            _value(metrics[key], zone),
            _formula(metrics[key], clean),
            report_names.in_words(metrics[key].source, clean),
        )
        for key in keys
    ]
    return Table("How each figure is computed", columns, rows)


def _value(metric: Metric, zone: ZoneInfo) -> str:
    if not isinstance(metric.value, str):
        return figures.figure(metric)
    time = parse_time(metric.value)
    return f"{times.clock(time, zone)} {times.abbreviation(time, zone)}"


def _formula(metric: Metric, clean: Clean) -> str:
    formula = report_names.for_reader(metric.formula, clean)
    sentence = formula[:1].upper() + formula[1:].removesuffix(".") + "."
    if metric.value is None and metric.reason:
        sentence += f" Not available: {report_names.for_reader(metric.reason, clean)}"
    return sentence
