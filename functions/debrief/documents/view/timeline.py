"""View of the session minute by minute, and of its top moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from debrief.documents.text import figures, labels, sanitize, times
from debrief.documents.view.common import Section, clock_range, minute_range, percent_cell, section_of
from debrief.documents.view.model import Column, Moment, Moments, PageSection, Period, Spoken, Table, Timeline
from debrief.documents.view.strongest_moment import LEAST_REACTIONS, strongest_moment
from debrief.documents.view.time_axis import (
    TimeAxis,
    axis_of,
    breakout_note,
    breakouts,
    gaps,
    half_gone,
    minutes_in,
    parse_time,
    unknown,
    unknown_note,
    values_per_point,
    zero_if_unknown,
)
from debrief.model import Summary


def timeline(summary: Summary, zone: ZoneInfo, top: Moments | None, spoken: Spoken | None = None) -> Timeline | None:
    """Return the timeline chart and its table.

    The chart marks the top moments that have enough reactions, and the chapters and slides of `spoken`.
    """
    marked = [moment for moment in top.moments if moment.total >= LEAST_REACTIONS] if top else ()
    return section_of(summary, "timeline", Timeline, lambda section: _timeline(summary, section, zone, marked, spoken))


def _timeline(
    summary: Summary, section: Section, zone: ZoneInfo, marked: Sequence[Moment], spoken: Spoken | None
) -> Timeline:
    viewers, unknown_periods = zero_if_unknown(section["viewers"]), unknown(section["viewers"])
    if not any(viewers):
        return Timeline(PageSection(("Kaltura counted no live viewer in any minute.",)))
    axis = axis_of(summary, section, zone)
    breakout_spans = breakouts(summary)
    kinds: Sequence[Sequence[int | None]] = list(section["reactions"].values())
    peak = max(range(len(viewers)), key=viewers.__getitem__)
    line = Timeline(
        PageSection(),
        axis,
        viewers,
        section["engagement"],
        [sum(zero_if_unknown(counts)) for counts in zip(*kinds, strict=True)] if kinds else [0] * len(viewers),
        peak,
        half_gone(section["viewers"], axis, breakout_spans),
        marked,
        [(minutes_in(summary, start), minutes_in(summary, end)) for start, end in gaps(summary.session)],
        [
            Period(minutes_in(summary, start), minutes_in(summary, end), clock_range(start, end, axis.span, zone))
            for start, end in breakout_spans
        ],
        unknown_periods,
        chapters=spoken.chapters if spoken else (),
        slides=spoken.slides if spoken else (),
    )
    words = _in_words(line, axis, breakout_note(section["viewers"], axis, breakout_spans))
    strongest = strongest_moment(summary, zone)
    return replace(
        line,
        section=PageSection(words, _table(line, axis)),
        legend=[*_legend(line), *([strongest] if strongest else [])],
    )


def _legend(line: Timeline) -> list[str]:
    """Explain the marks of the chart."""
    words, counts = [], [figures.count(moment.total) for moment in line.moments]
    if len(counts) > 1:
        numbers = f"1{figures.DASH}{len(counts)}"
        words.append(f"{numbers}: the moments with the most reactions ({sanitize.listed(counts)}), 1 the strongest.")
    elif counts:
        words.append("1: the moment with the most reactions.")
    if line.chapters or line.slides:
        top = sanitize.listed([*(["chapters"] if line.chapters else []), *(["slides"] if line.slides else [])])
        words.append(f"At the top: {top} of the recording.")
    return [*words, "Hatched: breakouts."] if line.breakouts else words


def _in_words(line: Timeline, axis: TimeAxis, about_breakouts: str) -> list[str]:
    """Describe the peak, when viewers left, the breakouts, and periods without figures."""
    label, most = labels.metric("peak_live_viewers"), figures.count(line.viewers[line.peak])
    words = [f"{label}: {most}, in minute {_when(axis, line.peak)}."]
    if line.half_gone is not None:
        words.append(f"From minute {_when(axis, line.half_gone)} on, viewers were fewer than half of the peak.")
    if about_breakouts:
        words.append(about_breakouts)
    if note := unknown_note(line.unknown, axis):
        words.append(f"{note} This time is shaded in the chart.")
    return words


def _when(axis: TimeAxis, index: int) -> str:
    return f"{figures.count(axis.number(index))} ({axis.clock(index)})"


def _table(line: Timeline, axis: TimeAxis) -> Table:
    """Return a table with a row for each step of the axis; in a very long session, several steps share a row."""
    size = values_per_point(len(line.viewers))
    columns = (
        Column("Minute", "of the session", 20),
        Column("Time", axis.zone_names, 20),
        Column("Live viewers", "people" if size == 1 else "people, maximum", 20),
        Column("Engagement", "% of viewers", 20),
        Column("Reactions", "count", 20),
    )
    rows = [
        (
            minute_range(axis.minute(index), axis.minute(min(index + size, len(line.viewers)))),
            axis.clock(index),
            figures.count(max(line.viewers[index : index + size])) if line.knows(index, size) else figures.DASH,
            percent_cell(line.engaged(index, size)),
            figures.count(sum(line.reactions[index : index + size])) if line.knows(index, size) else figures.DASH,
        )
        for index in range(0, len(line.viewers), size)
    ]
    steps = "minute by minute" if size * axis.step == 1 else f"in steps of {figures.tick(size * axis.step)} minutes"
    return Table(f"The session {steps}", columns, rows)


def moments(summary: Summary, zone: ZoneInfo) -> Moments | None:
    """Return the moments with the most reactions."""
    return section_of(summary, "reactions", Moments, lambda section: _moments(summary, section, zone))


def _moments(summary: Summary, section: Section, zone: ZoneInfo) -> Moments:
    if not section["total"]:
        return Moments(PageSection(("Nobody sent a reaction.",)))
    session = summary.session
    top = [_moment(summary, row, zone) for row in section["moments"]]
    columns = (
        Column("Rank", "in the chart", 12, numeric=False),
        Column("Time", times.zone_names((session.start, session.end), zone), 16),
        Column("Minutes", "of the session", 14),
        Column("Reactions", "count", 12),
        Column("Kinds", width=46, numeric=False, quiet=True),
    )
    rows = [
        (
            str(rank),
            moment.clock,
            minute_range(moment.start, moment.end),
            figures.count(moment.total),
            ", ".join(f"{kind} {figures.count(count)}" for kind, count in moment.counts),
        )
        for rank, moment in enumerate(top, 1)
    ]
    kinds = ", ".join(f"{figures.count(count)} {kind.lower()}" for kind, count in _counts(section["by_kind"]))
    sentence = f"{figures.plural(section['total'], 'reaction', 'reactions')} in all: {kinds}."
    return Moments(PageSection((sentence,), Table("Top moments", columns, rows) if rows else None), top)


def _moment(summary: Summary, row: Section, zone: ZoneInfo) -> Moment:
    start, end = parse_time(row["from"]), parse_time(row["to"])
    return Moment(
        minutes_in(summary, start),
        minutes_in(summary, end),
        clock_range(start, end, (summary.session.start, summary.session.end), zone),
        row["total"],
        labels.reaction(row["top"]),
        list(_counts(row["counts"])),
    )


def _counts(counts: Section) -> Iterator[tuple[str, int]]:
    """Yield the name and number of each kind of reaction that was sent, the most frequent kind first."""
    sent = [kind for kind in labels.REACTIONS if counts.get(kind)]
    for kind in sorted(sent, key=lambda kind: -counts[kind]):
        yield labels.reaction(kind), counts[kind]
