"""Segments for follow-up: how many are in each, by which rule, and which cannot be told."""

from __future__ import annotations

from collections.abc import Sequence

from debrief.documents import figures, labels, text
from debrief.documents.page import Column, Part, Table
from debrief.documents.sections.common import Section, same, section_of
from debrief.model import Summary

_WHERE = "Each list is a CSV file beside the attendee list, with a reason on every row."
_STAFF = "Staff are the session's organizers and whom this installation lists as staff."


def follow_up(summary: Summary) -> Part | None:
    """The segments with their counts, and why others are missing."""
    return section_of(summary, "segments", same, _part)


def _part(section: Section) -> Part:
    known = [row for row in section["rows"] if "unavailable" not in row]
    missing = [row for row in section["rows"] if "unavailable" in row]
    has_lists = any("file" in row for row in known)
    staff = section["attendees_with_staff"] - section["attendees"]
    sentences = [*([_WHERE] if has_lists else []), *([_staff(section, staff)] if known else []), *_missing(missing)]
    return Part(sentences, _table(known, has_staff=_has_staff(known)) if known else None)


def _staff(section: Section, staff: int) -> str:
    attendees = figures.plural(section["attendees_with_staff"], "attendee", "attendees")
    many = f"{figures.count(staff)} are staff and on no list" if staff != 1 else "1 is staff and on no list"
    return f"Of {attendees}, {many if staff else 'none is staff'}. {_STAFF}"


def _missing(rows: Sequence[Section]) -> list[str]:
    """One sentence a reason, however many segments it stands against."""
    titles: dict[str, list[str]] = {}
    for row in rows:
        titles.setdefault(row["unavailable"], []).append(labels.segment(row["key"]))
    return [f"{_listed(names)}: not known, because {text.clean_sentence(why)}." for why, names in titles.items()]


def _listed(names: Sequence[str]) -> str:
    """`Stayed to the end, came back and most engaged`."""
    names = [names[0], *(name[:1].lower() + name[1:] for name in names[1:])]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _has_staff(rows: Sequence[Section]) -> bool:
    return any((row["people"], row["of"]) != (row["people_with_staff"], row["of_with_staff"]) for row in rows)


def _table(rows: Sequence[Section], *, has_staff: bool) -> Table:
    """With both figures, or with one where staff make no difference."""
    with_staff = [Column("With staff", "people", 14)] if has_staff else []
    columns = (
        Column("List", width=22, numeric=False),
        Column("People", "without staff" if has_staff else "", 16),
        *with_staff,
        Column("Who that is", width=46 if has_staff else 60, numeric=False, quiet=True),
    )
    cells = [
        (
            labels.segment(row["key"]),
            _of(row["people"], row["of"]),
            *([_of(row["people_with_staff"], row["of_with_staff"])] if has_staff else []),
            text.clean_sentence(row["formula"]),
        )
        for row in rows
    ]
    return Table("Lists for follow-up", columns, cells)


def _of(people: int, everybody: int) -> str:
    return f"{figures.count(people)} of {figures.count(everybody)}"
