"""View of the follow-up lists (`segments` in the summary): size and definition of each, or why it is unknown."""

from __future__ import annotations

from collections.abc import Sequence

from debrief.documents.text import figures, labels, report_names, sanitize
from debrief.documents.view.common import Section, section_of, unwrapped
from debrief.documents.view.model import Column, PageSection, Table
from debrief.model import Summary

WHERE = "The workbook has everybody on each list, with a reason for each person (sheet Follow-up of report.xlsx)."


def follow_up(summary: Summary) -> PageSection | None:
    """Return the table of the known lists, and sentences about the unknown ones."""
    return section_of(summary, "segments", unwrapped, _part)


def _part(section: Section) -> PageSection:
    known = [row for row in section["rows"] if "unavailable" not in row]
    missing = [row for row in section["rows"] if "unavailable" in row]
    where = [WHERE] if any("file" in row for row in known) else []
    return PageSection([*where, *_people(section), *_missing(missing)], _table(known) if known else None)


def _people(section: Section) -> list[str]:
    """Say about whom the lists are, and who was left out."""
    # Older summaries lack these keys.
    people = section["people"] if "people" in section else section["attendees"]
    staff = section["staff"] if "staff" in section else section["attendees_with_staff"] - people
    if not people and not staff:
        return []
    who = figures.plural(people, "person", "people")
    without = "none of them is staff"
    if staff:
        members = figures.plural(staff, "member of staff", "members of staff")
        without = f"{members} left out ({'an organizer' if staff == 1 else 'organizers'}, or named in the settings)"
    everybody = f"everybody identified in the session or in a breakout; {without}"
    sentences = [f"The lists of people who came are about the same {who}: {everybody}."]
    if left_out := section.get("ids_left_out"):
        sentences.append(
            f"A person with several user ids is listed once: {figures.plural(left_out, 'id', 'ids')} left out."
        )
    return sentences


def _missing(rows: Sequence[Section]) -> list[str]:
    """Return a sentence for each reason, with the titles of the lists that are unknown for this reason."""
    titles: dict[str, list[str]] = {}
    for row in rows:
        title = labels.segment(row["key"])
        titles.setdefault(row["unavailable"], []).append(title[:1].lower() + title[1:])
    return [f"Not known: {sanitize.listed(names)} ({report_names.for_reader(why)})." for why, names in titles.items()]


def _table(rows: Sequence[Section]) -> Table:
    columns = (
        Column("List", width=28, numeric=False),
        Column("People", width=12),
        Column("Who that is", width=60, numeric=False, quiet=True),
    )
    cells = [
        (labels.segment(row["key"]), figures.count(row["people"]), report_names.for_reader(row["formula"]))
        for row in rows
    ]
    return Table("Follow-up lists", columns, cells)
