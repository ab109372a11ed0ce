"""Segments for follow-up: how many are in each, by which rule, and which cannot be told."""

from __future__ import annotations

from collections.abc import Sequence

from debrief.documents import figures, labels, sources
from debrief.documents.page import Column, Part, Table
from debrief.documents.sections.common import Section, same, section_of
from debrief.model import Summary

_WHERE = "Each list is a CSV file beside the attendee list, with a reason on every row."


def follow_up(summary: Summary) -> Part | None:
    """The segments with their counts, and why others are missing."""
    return section_of(summary, "segments", same, _part)


def _part(section: Section) -> Part:
    known = [row for row in section["rows"] if "unavailable" not in row]
    missing = [row for row in section["rows"] if "unavailable" in row]
    where = [_WHERE] if any("file" in row for row in known) else []
    staff = [_staff(section)] if section["attendees_with_staff"] else []
    return Part([*where, *staff, *_missing(missing)], _table(known) if known else None)


def _staff(section: Section) -> str:
    attendees = figures.plural(section["attendees_with_staff"], "attendee", "attendees")
    staff = section["attendees_with_staff"] - section["attendees"]
    if not staff:
        return f"None of {attendees} is staff: an organizer of the session, or named as staff in the settings."
    who = "an organizer" if staff == 1 else "organizers"
    are = "is" if staff == 1 else "are"
    return f"{figures.count(staff)} of {attendees} {are} staff and left out: {who}, or named as staff in the settings."


def _missing(rows: Sequence[Section]) -> list[str]:
    """One sentence a reason, however many segments it stands against."""
    titles: dict[str, list[str]] = {}
    for row in rows:
        titles.setdefault(row["unavailable"], []).append(labels.segment(row["key"]))
    return [f"Not known: {_listed(names)} ({sources.for_reader(why)})." for why, names in titles.items()]


def _listed(titles: Sequence[str]) -> str:
    """`stayed to the end, came back and most engaged`."""
    names = [title[:1].lower() + title[1:] for title in titles]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _table(rows: Sequence[Section]) -> Table:
    """With both figures, or with one where staff make no difference."""
    both = any((row["people"], row["of"]) != (row["people_with_staff"], row["of_with_staff"]) for row in rows)
    counts = [Column("People", "without staff", 14), Column("People", "with staff", 14)]
    columns = (
        Column("List", width=28, numeric=False),
        *(counts if both else [Column("People", width=12)]),
        Column("Who that is", width=44 if both else 60, numeric=False, quiet=True),
    )
    return Table("Lists for follow-up", columns, [_cells(row, both=both) for row in rows])


def _cells(row: Section, *, both: bool) -> tuple[str, ...]:
    with_staff = [_of(row["people_with_staff"], row["of_with_staff"])] if both else []
    formula = sources.for_reader(row["formula"])
    return labels.segment(row["key"]), _of(row["people"], row["of"]), *with_staff, formula


def _of(people: int, everybody: int) -> str:
    return f"{figures.count(people)} of {figures.count(everybody)}"
