"""The sheets of a session's workbook. Kaltura's texts are passed on unchanged, because writer.py cleans every cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from debrief.documents.presentation import Presentation
from debrief.documents.text import figures, labels, metric_labels, report_names, times
from debrief.documents.view import (
    attendance,
    comparison,
    follow_up,
    people_counts,
    polls,
    registrations,
    stay,
    tiles,
    verdict,
)
from debrief.documents.view import people as people_view
from debrief.documents.view.common import Section
from debrief.documents.view.poll import no_answer, poll_of
from debrief.documents.view.session_header import host_name, nobody_came, room_name
from debrief.documents.view.time_axis import axis_of, parse_time
from debrief.documents.workbook import sheet
from debrief.documents.workbook.people import attendees, follow_up_lists
from debrief.documents.workbook.registrations import registrations_sheet
from debrief.documents.workbook.sheet import Cell, Sheet, SheetColumn, Typed
from debrief.model import Metric, Summary, Tier
from debrief.segment import Segment

SUMMARY, NOTES = "Summary", "Notes"
UNITS = {"ratio": "%", "count": ""}
POLL_COLUMNS = (
    SheetColumn("Poll", "count", 8),
    SheetColumn("Question", width=60, wraps=True),
    SheetColumn("Type", width=18),
    SheetColumn("Participants", "count", 13),
    SheetColumn("Answer", width=46, wraps=True),
    SheetColumn("People", "count", 10),
    SheetColumn("Share of participants", "percent", 14),
    SheetColumn("Correct", width=10),
)
_NOT_READ = "the reports of the Summary page were not read"


def sheets(summary: Summary, presentation: Presentation, tier: Tier, segments: Sequence[Segment]) -> list[Sheet]:
    """Return all sheets. `segments` are the follow-up lists with their members; if empty, only the sizes are listed."""
    zone = presentation.zone
    return [
        _summary(summary, presentation),
        attendees(summary, zone, tier),
        follow_up_lists(summary, segments),
        *registrations_sheet(summary),
        _breakouts(summary, zone),
        _polls(summary),
        _timeline(summary, zone),
        _countries(summary),
        _notes(summary, zone),
    ]


def _summary(summary: Summary, presentation: Presentation) -> Sheet:
    rows = [
        *_session(summary, presentation),
        *_figures(summary, presentation.zone),
        *lists(summary),
        *_devices(summary),
    ]
    return summary_sheet(rows)


def summary_sheet(rows: Sequence[Sequence[Cell | Typed]]) -> Sheet:
    """Return the first sheet. The last cells of a row may be missing."""
    columns = (
        SheetColumn("Figure", width=38),
        SheetColumn("Value", "count", 30, wraps=True),
        SheetColumn("Unit", width=12),
        SheetColumn("Explanation", width=90, wraps=True),
        SheetColumn("Source in Kaltura", width=34, wraps=True),
    )
    return Sheet(SUMMARY, columns, [(*row, *[None] * (len(columns) - len(row))) for row in rows])


def _session(summary: Summary, presentation: Presentation) -> Iterator[Sequence[Cell | Typed]]:
    session, zone = summary.session, presentation.zone
    state, note = labels.state(summary.state, presentation.last_check(session.end), zone)
    yield ("Room", room_name(summary))
    if words := verdict.verdict(summary, zone):
        yield ("In short", None, None, words)
    yield ("Start", Typed(sheet.time(session.start, zone), "time"), None, times.zone_name(session.start, zone))
    end = "The session had not ended." if session.is_open else Typed(sheet.time(session.end, zone), "time")
    yield ("End", end, None, times.zone_name(session.end, zone))
    yield ("Duration", Typed(float(sheet.minutes(session.duration_minutes) or 0), "minutes"), "minutes")
    if parts := times.interrupted(session.parts, zone):
        yield ("Parts", parts)
    if host := host_name(summary):
        yield ("Host", host)
    yield ("Status of the figures", state, None, note)
    if nobody_came(summary):
        yield ("Note", "Nobody attended, according to Kaltura.")


def _figures(summary: Summary, zone: ZoneInfo) -> Iterator[Sequence[Cell | Typed]]:
    """Yield a row for each metric, in the order of metric_labels.OF_SESSION."""
    order = {key: place for place, key in enumerate(metric_labels.OF_SESSION)}
    definitions = {row[0]: row for row in attendance.definitions(summary.metrics, zone, str).rows}
    for key in sorted(summary.metrics, key=lambda key: (order.get(key, len(order)), key)):
        metric = summary.metrics[key]
        _, _, formula, source = definitions[labels.metric(key)]
        unit = UNITS.get(metric.unit, metric.unit)
        if metric.unit == "time":
            unit = times.zone_names((summary.session.start, summary.session.end), zone)
        yield (labels.metric(key), metric_cell(metric, zone), unit, formula, source)


def metric_cell(metric: Metric, zone: ZoneInfo) -> Cell | Typed:
    """Return the value of a metric, or why it is unknown. Shares are rounded as printed, minutes to four decimals."""
    if isinstance(metric.value, str):
        return Typed(sheet.time(parse_time(metric.value), zone), "time")
    value = figures.known(metric.value)
    if value is None:
        return sheet.not_known(metric.reason and report_names.for_reader(metric.reason))
    if metric.unit == "ratio":
        return Typed(float(sheet.ratio(value) or 0), "percent")
    if metric.unit == "minutes":
        return Typed(float(sheet.minutes(value) or 0), "minutes")
    return sheet.count(value)


def lists(summary: Summary) -> Iterator[Sequence[Cell]]:
    """Yield the size and the definition of each follow-up list."""
    for row in (summary.sections.get("segments") or {}).get("rows", ()):
        name = f"Follow-up: {labels.segment(row['key'])}"
        if "unavailable" in row:
            yield (name, sheet.not_known(report_names.for_reader(row["unavailable"])))
        else:
            yield (name, row["people"], "people", report_names.for_reader(row["formula"]))


def _devices(summary: Summary) -> Iterator[Sequence[Cell]]:
    section = summary.sections.get("devices") or {}
    if reason := section.get("unavailable"):
        yield ("Devices", sheet.not_known(report_names.for_reader(reason)))
    for row in section.get("rows", ()):
        yield (f"Device: {row['device'] or 'Unknown'}", row["live_viewers"], "people", "Live viewers on this device.")


def _breakouts(summary: Summary, zone: ZoneInfo) -> Sheet:
    columns = (
        SheetColumn("Breakout room", width=34),
        SheetColumn("Start", "time", 18),
        SheetColumn("End", "time", 18),
        SheetColumn("Minutes", "minutes", 11),
        SheetColumn("Participants (estimate)", "count", 14),
        SheetColumn("Engagement", "percent", 13),
        SheetColumn("Started by", width=28),
    )
    rows = _rows_or_reason(summary, "breakouts", "This session had no breakout rooms.")
    if isinstance(rows, str):
        return reason_sheet("Breakouts", columns, rows)
    return Sheet(
        "Breakouts",
        columns,
        [
            (
                row["name"] or row["entry_id"],
                sheet.time(parse_time(row["start"]), zone) if row["start"] else None,
                sheet.time(parse_time(row["end"]), zone) if row["end"] else None,
                sheet.minutes(row["minutes"]),
                sheet.count(row["participants"]),
                sheet.ratio(row["engagement_rate"]),
                row["initiator"],
            )
            for row in rows
        ],
    )


def _polls(summary: Summary) -> Sheet:
    rows = _rows_or_reason(summary, "polls", "There were no polls.")
    if isinstance(rows, str):
        return reason_sheet("Polls", POLL_COLUMNS, rows, place=1)
    cells = [cells for number, poll in enumerate(rows, 1) for cells in poll_rows(number, poll)]
    return Sheet("Polls", POLL_COLUMNS, cells)


def poll_rows(number: int, poll: Section) -> Sequence[Sequence[Cell]]:
    """Return a row for each answer to a poll; if the poll has no answers, return a row with the reason."""
    head = (number, poll["question"], poll["type"], poll["participants"])
    return [
        (*head, answer["answer"], answer["participants"], sheet.ratio(answer["rate"]), "yes" * answer["correct"])
        for answer in poll["answers"]
    ] or [(*head, no_answer(poll_of(poll, str)), None, None, None)]


def _timeline(summary: Summary, zone: ZoneInfo) -> Sheet:
    kinds = list(labels.REACTIONS)
    columns = (
        SheetColumn("Minute", "count", 9),
        SheetColumn(f"Time ({zone.key})", "time", 20),
        SheetColumn("Live viewers", "count", 12),
        SheetColumn("Engagement (of viewers)", "percent", 13),
        SheetColumn("Reactions", "count", 12),
        *(SheetColumn(labels.reaction(kind), "count", 11) for kind in kinds),
    )
    section = summary.sections.get("timeline")
    if section is None or "unavailable" in section:
        reason = sheet.not_known(report_names.for_reader(section["unavailable"]) if section else _NOT_READ)
        return reason_sheet("Timeline", columns, reason, place=1)
    axis = axis_of(summary, section, zone)
    rows = []
    for place, viewers in enumerate(section["viewers"]):
        sent = [section["reactions"].get(kind, [None] * (place + 1))[place] for kind in kinds]
        start = (axis.number(place), sheet.time(axis.time(place), zone))
        if viewers is None:
            rows.append((*start, sheet.NOT_KNOWN, None, sheet.NOT_KNOWN, *[None] * len(kinds)))
        else:
            total = sheet.NOT_KNOWN if None in sent else sum(sent)
            rows.append((*start, viewers, sheet.ratio(section["engagement"][place]), total, *sent))
    return Sheet("Timeline", columns, rows)


def _countries(summary: Summary) -> Sheet:
    columns = (
        SheetColumn("Level", width=11),
        SheetColumn("Country", width=28),
        SheetColumn("Region", width=28),
        SheetColumn("City", width=28),
        SheetColumn("Live viewers", "count", 13),
        SheetColumn("Share of live viewers", "percent", 13),
        SheetColumn("Recording viewers", "count", 13),
    )
    rows = _rows_or_reason(summary, "countries", "Kaltura does not know the country of any viewer.")
    if isinstance(rows, str):
        return reason_sheet("Countries", columns, rows)
    countries, regions, cities = list[Sequence[Cell]](), list[Sequence[Cell]](), list[Sequence[Cell]]()
    for country in rows:
        name = country["country"] or country["code"] or "Unknown"
        counts = (country["live_viewers"], sheet.ratio(country.get("live_share")), country["recording_viewers"])
        countries.append(("Country", name, None, None, *counts))
        for region in country["regions"]:
            within = region["region"] or "Unknown"
            regions.append(("Region", name, within, None, region["live_viewers"], None, region["recording_viewers"]))
            cities += [
                ("City", name, within, city["city"] or "Unknown", city["live_viewers"], None, city["recording_viewers"])
                for city in region["cities"]
            ]
    return Sheet("Countries", columns, [*countries, *regions, *cities])


def _notes(summary: Summary, zone: ZoneInfo) -> Sheet:
    sections: list[tuple[str, Sequence[str]]] = [
        ("People", people_counts.counting(summary)),
        ("People", [tiles.unidentified(summary.metrics)]),
        ("Comparison", [comparison.in_one_sentence(summary, zone)]),
        ("Stay", stay.left_open(summary, zone)),
    ]
    for name, section in (
        ("Attendees", people_view.sentences_above(summary)),
        ("Follow-up", follow_up.follow_up(summary)),
        ("Breakouts", attendance.breakouts(summary, zone, str)),
    ):
        sections.append((name, section.sentences if section else ()))
    registered = registrations.registrations(summary, str)
    sections.append(("Registrations", registered.section.sentences if registered else ()))
    polls_view = polls.polls(summary, zone, str)
    sections.append(("Polls", polls_view.section.sentences if polls_view else ()))
    sections.append(("Countries", ["Rows of regions and cities repeat the viewers of their country: filter by level."]))
    sections.append(("Data", [report_names.for_reader(finding.message) for finding in summary.warnings]))
    session = summary.session
    sections.append(("Reference", [f"Session {session.cue_point_id} of room {session.entry_id}"]))
    return notes_sheet(zone, sections)


def notes_sheet(zone: ZoneInfo, sections: Sequence[tuple[str, Sequence[str]]]) -> Sheet:
    """Return the last sheet: notes about the workbook, then the sentences of each section."""
    notes = (
        f"Times are in {zone.key}. An empty cell means that the value is unknown or does not apply; 0 is a real value.",
        "Minutes are shown with one decimal; the cells have four, so that sums agree with the report.",
    )
    columns = (SheetColumn("About", width=22), SheetColumn("Note", width=120, wraps=True))
    named = [("Workbook", notes), *sections]
    return Sheet(NOTES, columns, [(name, sentence) for name, sentences in named for sentence in sentences if sentence])


def _rows_or_reason(summary: Summary, name: str, no_rows: str) -> Sequence[Section] | str:
    """Return the rows of a section; `no_rows` if it has no rows; a reason if its rows are unknown."""
    section = summary.sections.get(name)
    if section is None:
        return sheet.not_known(_NOT_READ)
    if reason := section.get("unavailable"):
        return sheet.not_known(report_names.for_reader(reason))
    rows: Sequence[Section] = section["rows"]
    return rows or no_rows


def reason_sheet(name: str, columns: Sequence[SheetColumn], reason: str, place: int = 0) -> Sheet:
    """Return a sheet with a sentence instead of rows, in the column at index `place`."""
    return Sheet(name, columns, [[reason if at == place else None for at in range(len(columns))]])
