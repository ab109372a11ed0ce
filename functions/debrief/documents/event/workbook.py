"""The workbook of a virtual event. Texts from Kaltura are passed on unchanged, because writer.py cleans every cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from debrief.documents.event import answers, parts, registrations
from debrief.documents.event.verdict import event_verdict
from debrief.documents.presentation import Presentation
from debrief.documents.text import labels, metric_labels, report_names, times
from debrief.documents.view import tiles
from debrief.documents.view.common import Section
from debrief.documents.view.time_axis import parse_time
from debrief.documents.workbook import contents, people, sheet
from debrief.documents.workbook.sheet import Cell, Sheet, SheetColumn, Typed
from debrief.documents.workbook.writer import write_workbook
from debrief.model import Metric, Summary, Tier
from debrief.segment import Segment

SESSIONS = "Sessions"
_LONGEST_HEAD = 40  # most characters of a session's name in a column's head
_OF_SESSION = (
    "unique_attendees",
    "first_timers",
    "returning",
    "returning_share",
    "presence_average",
    "presence_share",
    "present_75",
    "engagement_rate",
    "peak_live_viewers",
)
_SHARES = {"returning_share", "presence_share", "present_75", "engagement_rate"}


def render_event_workbook(
    summary: Summary, presentation: Presentation, tier: Tier, segments: Sequence[Segment]
) -> bytes:
    """Render the workbook of an event for a tier.

    `summary` is already reduced to the tier, and has all people. Only the tier `full` gets the members of the
    `segments`, and the attendees' user ids and email addresses. The same input gives the same bytes.
    """
    zone = presentation.zone
    names = [_name(number, row) for number, row in enumerate(summary.sections["sessions"]["rows"], 1)]
    sheets = [
        contents.summary_sheet(
            [*_event(summary, zone), *_figures(summary), *contents.lists(summary), *_devices(summary)]
        ),
        _sessions(summary, zone),
        _attendees(summary, names, tier),
        people.follow_up_lists(summary, segments if tier == "full" else ()),
        *_registrations(summary, names),
        _polls(summary, names),
        _countries(summary),
        _notes(summary, zone, names),
    ]
    return write_workbook(sheets, event_name(summary), max(summary.session.start, summary.session.end))


def event_name(summary: Summary) -> str:
    """Return the event's name, or its id."""
    return summary.session.entry_name or f"Event {summary.session.entry_id}"


def _name(number: int, row: Section) -> str:
    return f"S{number} {row['name'] or row['entry_id']}"


def _event(summary: Summary, zone: ZoneInfo) -> Iterator[Sequence[Cell | Typed]]:
    session = summary.session
    yield ("Event", event_name(summary))
    if words := event_verdict(summary):
        yield ("In short", None, None, words)
    for label, at in (("Start", session.start), ("End", session.end)):
        yield (label, Typed(sheet.time(at, zone), "time"), None, times.zone_name(at, zone))
    yield ("Status of the figures", "Final" if summary.state == "final" else "Provisional")


def _figures(summary: Summary) -> Iterator[Sequence[Cell | Typed]]:
    """Yield a row for each metric, in the order of metric_labels.OF_EVENT."""
    order = {key: place for place, key in enumerate(metric_labels.OF_EVENT)}
    for key in sorted(summary.metrics, key=lambda key: (order.get(key, len(order)), key)):
        metric = summary.metrics[key]
        formula, source = parts.sentence(metric.formula, str), report_names.in_words(metric.source, str)
        unit = contents.UNITS.get(metric.unit, metric.unit)
        yield (labels.event_metric(key), _metric_cell(key, metric), unit, formula, source)


def event_figures(summary: Summary) -> dict[str, Cell | Typed]:
    """Return the cells of the event's figures by their labels."""
    return {labels.event_metric(key): _metric_cell(key, metric) for key, metric in summary.metrics.items()}


def _metric_cell(key: str, metric: Metric) -> Cell | Typed:
    """Return the value of a metric, or why it is unknown; `sessions_average` has decimals, although it is a count."""
    cell = contents.metric_cell(metric, ZoneInfo("UTC"))
    is_mean = key == "sessions_average" and not isinstance(cell, str)
    return Typed(float(sheet.minutes(tiles.value_of({key: metric}, key)) or 0), "minutes") if is_mean else cell


def _devices(summary: Summary) -> Iterator[Sequence[Cell]]:
    for row in (summary.sections.get("devices") or {}).get("rows", ()):
        yield (f"Device: {row['device'] or 'Unknown'}", row["live_viewers"], "visits", "Live viewers on this device.")


def _sessions(summary: Summary, zone: ZoneInfo) -> Sheet:
    columns = (
        SheetColumn("Session", width=9),
        SheetColumn("Name", width=44),
        SheetColumn("Session id", width=16),
        SheetColumn("Room id", width=16),
        SheetColumn(f"Start ({zone.key})", "time", 20),
        SheetColumn("Length", "minutes", 10),
        *(SheetColumn(labels.session_metric(key), _kind(key), 15) for key in _OF_SESSION),
    )
    rows = [
        (
            f"S{number}",
            row["name"],
            row["cue_point_id"],
            row["entry_id"],
            sheet.time(parse_time(row["start"]), zone),
            sheet.minutes(row["duration_minutes"]),
            *(_figure(row, key) for key in _OF_SESSION),
        )
        for number, row in enumerate(summary.sections["sessions"]["rows"], 1)
    ]
    return Sheet(SESSIONS, columns, rows)


def _kind(key: str) -> sheet.Kind:
    if key in _SHARES:
        return "percent"
    return "minutes" if key == "presence_average" else "count"


def _figure(row: Section, key: str) -> Cell:
    value = row.get(key)
    return {"percent": sheet.ratio, "minutes": sheet.minutes}.get(_kind(key), sheet.count)(value)


def _attendees(summary: Summary, names: Sequence[str], tier: Tier) -> Sheet:
    """Return a sheet with all people and their minutes in each session, or with the reason why nobody is listed."""
    section = summary.sections.get("people") or {}
    if "rows" not in section:
        return people.nobody_listed(section)
    has_ids = tier == "full"
    columns = (
        *(people.PERSON if has_ids else people.PERSON[:1]),
        SheetColumn("Type", width=9),
        SheetColumn("Title", width=24),
        SheetColumn("Company", width=26),
        SheetColumn("Sessions", "count", 10),
        SheetColumn("Minutes in all sessions", "minutes", 12),
        SheetColumn("Engagement", "percent", 13),
        *(SheetColumn(name[:_LONGEST_HEAD], "minutes", 22) for name in names),
    )
    rows = (
        (
            row["name"] or row["user_id"] or "No name",
            *((row["email"], row["user_id"]) if has_ids else ()),
            row["type"],
            row["title"],
            row["company"],
            row["sessions"],
            sheet.minutes(row["minutes_total"]),
            sheet.ratio(row["engagement_rate"]),
            *map(sheet.minutes, row["minutes"]),
        )
        for row in section["rows"]
    )
    return Sheet(people.ATTENDEES, columns, rows)


def _registrations(summary: Summary, names: Sequence[str]) -> Iterator[Sheet]:
    """Yield a sheet with the registrants of each session; none if there is no list of registrations."""
    section = summary.sections.get("registrations")
    if section is None:
        return
    columns = (
        SheetColumn("Session", width=44),
        SheetColumn("List", width=26),
        SheetColumn("On its list", "count", 12),
        SheetColumn("Came", "count", 10),
        SheetColumn("Recording only", "count", 15),
        SheetColumn("Registered, not there", "count", 15),
        SheetColumn("Not known", "count", 11),
        SheetColumn("Came without registering", "count", 15),
        SheetColumn("Came, only on another list", "count", 15),
    )
    rows = [
        (
            name,
            registrations.list_in_words(row),
            *(sheet.count(row.get(key)) for key in registrations.COUNTS),
            sheet.count(row["came_from_other_lists"]),
        )
        for row, name in zip(section["sessions"], names, strict=True)
    ]
    yield Sheet("Registrations", columns, rows)


def _polls(summary: Summary, names: Sequence[str]) -> Sheet:
    number, *others = contents.POLL_COLUMNS
    columns = (number, SheetColumn("Session", width=32), *others)
    polls = _rows_or_reason(summary, "polls", "There were no polls.")
    if isinstance(polls, str):
        return contents.reason_sheet("Polls", columns, polls, place=2)
    rows = [
        (cells[0], names[poll["session"]], *cells[1:])
        for place, poll in enumerate(polls, 1)
        for cells in contents.poll_rows(place, poll)
    ]
    return Sheet("Polls", columns, rows)


def _countries(summary: Summary) -> Sheet:
    columns = (
        SheetColumn("Country", width=40),
        SheetColumn("Live viewers (visits)", "count", 14),
        SheetColumn("Share of visits", "percent", 13),
        SheetColumn("Recording viewers (visits)", "count", 16),
    )
    countries = _rows_or_reason(summary, "countries", "Kaltura does not know the country of any viewer.")
    if isinstance(countries, str):
        return contents.reason_sheet("Countries", columns, countries)
    rows = [
        (row["name"] or "Unknown", row["live_viewers"], sheet.ratio(row["live_share"]), row["recording_viewers"])
        for row in countries
    ]
    return Sheet("Countries", columns, rows)


def _rows_or_reason(summary: Summary, name: str, no_rows: str) -> Sequence[Section] | str:
    """Return the rows of a section; `no_rows` if it has no rows; a reason if its rows are unknown."""
    section = summary.sections.get(name)
    if section is None:
        return sheet.not_known("this report was made without them")
    if not section["rows"]:
        return sheet.not_known("Kaltura gave no data for some or all sessions") if section["unknown"] else no_rows
    rows: Sequence[Section] = section["rows"]
    return rows


def _notes(summary: Summary, zone: ZoneInfo, names: Sequence[str]) -> Sheet:
    sections, marks = summary.sections, [name.partition(" ")[0] for name in names]
    origins = answers.origins(sections.get("countries", {}), "name", "Country", str)
    lists = answers.follow_up(sections.get("segments", {}))
    registered = registrations.registrations(summary, marks)
    notes: list[tuple[str, Sequence[str]]] = [
        ("People", [tiles.unidentified(summary.metrics)]),
        (
            SESSIONS,
            [
                f"{labels.session_metric(figure['key'])}: {parts.sentence(figure['formula'], str)}"
                for figure in sections["sessions"]["figures"]
                if figure["key"] in _OF_SESSION
            ],
        ),
        ("Attendees", ["Most minutes first. An empty cell below a session means that the person was not there."]),
        ("Follow-up", lists.sentences if lists else ()),
        ("Registrations", registered.sentences if registered else ()),
        ("Countries and devices", origins.sentences if origins else ()),
        ("Data", [report_names.for_reader(finding.message) for finding in summary.warnings]),
        ("Data", answers.not_known(sections, marks)),
        ("Reference", [f"Virtual event {summary.session.entry_id}"]),
    ]
    return contents.notes_sheet(zone, notes)
