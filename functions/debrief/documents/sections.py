"""The summary's sections as parts of a page: sentences and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from debrief.documents import figures, labels, text, times
from debrief.documents.page import Bin, Column, Part, Stayed, Table
from debrief.documents.text import Clean
from debrief.documents.tiles import value_of
from debrief.model import Metric, Summary, is_identified

Section: TypeAlias = Mapping[str, Any]

NOT_IDENTIFIED = "Not identified"


def _unavailable(section: Section) -> Part | None:
    reason = section.get("unavailable")
    return Part(unavailable=text.clean_sentence(str(reason), text.clean)) if reason else None


def stayed(summary: Summary) -> Stayed | None:
    """How long people stayed, for the chart and its table."""
    section = summary.sections.get("minutes_stayed")
    if section is None:
        return None
    if missing := _unavailable(section):
        return Stayed(missing)
    bins = [Bin(row["from_minutes"], row["to_minutes"], row["people"]) for row in section["bins"]]
    people = section["people"]
    if not people:
        return Stayed(Part(("Nothing to show: no attendee could be identified.",)))
    table = Table(
        "How many people stayed how long",
        (
            Column("Minutes stayed", width=44, numeric=False),
            Column("People", width=28),
            Column("Share", "of attendees", 28),
        ),
        [(span(b), figures.count(b.people), figures.percent(b.people / people if people else None)) for b in bins],
    )
    return Stayed(Part(table=table), bins, value_of(summary.metrics, "minutes_median"))


def span(bin_: Bin) -> str:
    """A bin's minutes: 10 to 15 with a dash between."""
    return f"{figures.tick(bin_.start)}\N{EN DASH}{figures.tick(bin_.end)}"


def breakouts(summary: Summary, zone: ZoneInfo, clean: Clean) -> Part | None:
    """The breakout rooms of the session, one row each, times in the organizer's zone."""
    section = summary.sections.get("breakouts")
    if section is None:
        return None
    rows = section.get("rows", ())
    if missing := _unavailable(section):
        return missing
    if not rows:
        return Part(("This session had no breakout rooms.",))
    columns = (
        Column("Room", width=28, numeric=False),
        Column("From\N{EN DASH}to", times.abbreviation(summary.session.start, zone), 14),
        Column("Length", "min", 10),
        Column("Participants", "estimate", 14),
        Column("Engagement", "% of minutes", 14),
        Column("Started by", width=20, numeric=False, quiet=True),
    )
    cells = [_breakout(row, zone, clean) for row in rows]
    return Part((_breakouts_in_words(summary.metrics),), Table("Breakout rooms", columns, cells))


def _breakouts_in_words(metrics: Mapping[str, Metric]) -> str:
    rooms = figures.plural(value_of(metrics, "breakout_rooms"), "room", "rooms")
    people = figures.plural(value_of(metrics, "breakout_participants"), "participant", "participants")
    return f"{rooms}, {people}. Kaltura estimates participants; a person in two rooms counts twice."


def _breakout(row: Section, zone: ZoneInfo, clean: Clean) -> tuple[str, ...]:
    return (
        clean(row["name"] or row["entry_id"]),
        f"{_clock(row['start'], zone)}{figures.DASH}{_clock(row['end'], zone)}",
        figures.minutes(row["minutes"]),
        figures.count(row["participants"]),
        figures.percent(row["engagement_rate"]).removesuffix("%"),
        clean(row["initiator"] or "") or figures.DASH,
    )


def _clock(iso: str | None, zone: ZoneInfo) -> str:
    return times.clock(datetime.fromisoformat(iso), zone) if iso else "?"


def attendees(summary: Summary, clean: Clean) -> Part | None:
    """The attendees that the summary lists, and a sentence when those are not all."""
    section = summary.sections.get("attendees")
    if section is None:
        return None
    if missing := _unavailable(section):
        return missing
    rows: Sequence[Section] = section["rows"]
    columns = [column for column, cell in _attendee_columns(summary) if _shown(rows, column)]
    cells = [cell for column, cell in _attendee_columns(summary) if _shown(rows, column)]
    table = Table("Attendees", columns, [[cell(row, clean) for cell in cells] for row in rows])
    return Part(_attendees_in_words(section), table if rows else None)


Cell: TypeAlias = Callable[[Section, Clean], str]


def _attendee_columns(summary: Summary) -> Sequence[tuple[Column, Cell]]:
    length = figures.tick(summary.session.duration_minutes)
    return (
        (Column("Name", width=28, numeric=False), _attendee_name),
        (Column("E-mail", width=32, numeric=False, quiet=True), lambda row, clean: clean(row["email"] or "")),
        (Column("Type", width=8, numeric=False), lambda row, clean: clean(row["type"] or "")),
        (Column("Minutes", f"of {length}", 10), lambda row, _: figures.minutes(row["minutes"])),
        (
            Column("Engagement", "% of minutes", 12),
            lambda row, _: figures.percent(row["engagement_rate"]).removesuffix("%"),
        ),
        (Column("Breakouts", "min", 10), lambda row, _: figures.minutes(row["breakout_minutes"])),
    )


def _shown(rows: Sequence[Section], column: Column) -> bool:
    """Whether a column has anything to say: no e-mails and no breakouts, no columns for them."""
    key = {"E-mail": "email", "Breakouts": "breakout_minutes"}.get(column.head)
    return key is None or any(row[key] for row in rows)


def _attendee_name(row: Section, clean: Clean) -> str:
    user_id, name = row["user_id"] or "", clean(row["name"] or "")
    if is_identified(user_id):
        return name or clean(user_id) or text.REPLACEMENT
    return f"{name} ({NOT_IDENTIFIED.lower()})" if name and name != "Unknown" else NOT_IDENTIFIED


def _attendees_in_words(section: Section) -> list[str]:
    total, shown, rows = section["total"], section["shown"], section["rows"]
    words = ["Most minutes first."]
    if shown < total:
        listed = f"Listed here are {figures.count(shown)} of {figures.count(total)}, those with the most minutes."
        words = [listed, "All of them are in attendees.csv, kept with this report."]
    if any(not is_identified(row["user_id"] or "") for row in rows):
        words.append(
            f"\N{LEFT DOUBLE QUOTATION MARK}{NOT_IDENTIFIED}\N{RIGHT DOUBLE QUOTATION MARK} stands for viewing that "
            "Kaltura could not tie to a person; it does not count as an attendee."
        )
    if any(row["minutes"] is None for row in rows):
        words.append(f"No minutes ({figures.DASH}): seen in a breakout room only.")
    return words


def definitions(metrics: Mapping[str, Metric], clean: Clean) -> Table:
    """Every metric there is with its formula, in the order of the labels, unknown ones last."""
    order = {key: place for place, key in enumerate(labels.METRICS)}
    keys = sorted(metrics, key=lambda key: (order.get(key, len(order)), key))
    columns = (
        Column("Figure", width=28, numeric=False),
        Column("Value", width=14),
        Column("How it is computed", width=44, numeric=False, quiet=True),
        Column("Source", "Kaltura report", 14, numeric=False, quiet=True),
    )
    rows = [
        (
            labels.metric(key),
            figures.figure(metrics[key]),
            _formula(metrics[key], clean),
            clean(metrics[key].source),
        )
        for key in keys
    ]
    return Table("How each figure is computed", columns, rows)


def _formula(metric: Metric, clean: Clean) -> str:
    formula = text.clean_sentence(metric.formula, clean)
    sentence = formula[:1].upper() + formula[1:].removesuffix(".") + "."
    if metric.value is None and metric.reason:
        sentence += f" Not available: {text.clean_sentence(metric.reason, clean)}"
    return sentence
