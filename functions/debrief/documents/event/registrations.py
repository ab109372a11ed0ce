"""Registrations of a virtual event: how many registered people came to at least one session, and to which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from debrief.documents.text import figures, labels, report_names
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.text.sanitize import listed
from debrief.documents.view import registered
from debrief.documents.view.common import Section, percent_cell
from debrief.documents.view.model import Column, PageSection, Table
from debrief.documents.view.registrations import came_unclear, not_counted
from debrief.documents.view.tiles import value_of

if TYPE_CHECKING:
    from debrief.model import Summary

_CLASSES = (
    "registered",
    "registered_came",
    "registered_recording_only",
    "registered_absent",
    "registered_not_known",
)
_MAY_BE_LEFT_OUT = {"registered_recording_only", "registered_not_known"}  # if there are none
_LISTS = {
    "session": ("has its own list of registrations", "have their own lists of registrations"),
    "event": ("has the list of the event", "have the list of the event"),
    "room": ("has the list of its room", "have the lists of their rooms"),
    "none": ("has no list of registrations", "have no list of registrations"),
}


def registrations(summary: Summary, marks: Sequence[str]) -> PageSection | None:
    """Return the registrants by class; None if there is no list of registrations."""
    section = summary.sections.get("registrations")
    if section is None:
        return None
    reason = report_names.for_reader(str(section.get("unavailable", "")))
    sentences = [
        in_one_sentence(summary),
        f"The figures are {reason.rstrip('.')}." if reason else "",
        _about_lists(section["sessions"], marks),
        *_left_over(section),
    ]
    is_known = "unavailable" not in section and value_of(summary.metrics, "registered")
    return PageSection(list(filter(None, sentences)), _classes(summary) if is_known else None)


def in_one_sentence(summary: Summary, formats: Formats = PLAIN) -> str:
    """Return how many of the registered people came; blank without a list, or if nobody is registered."""
    section = summary.sections.get("registrations") or {}
    if "unavailable" not in section or value_of(summary.metrics, "registered"):
        return registered.in_one_sentence(summary, formats)
    unknown = sum("unavailable" in row for row in section["sessions"])
    sessions = "one session are" if unknown == 1 else f"{formats.count(unknown)} sessions are"
    words = f"The registrations of {sessions} not known."
    if least := section["at_least"]["registered"]:
        people = formats.plural(least, "person", "people")
        came = formats.count(section["at_least"]["came"])
        words += f" At least {people} registered, and at least {came} of them came."
    return words


def _about_lists(rows: Sequence[Section], marks: Sequence[str]) -> str:
    """Say which session has which list; blank if all have the list of the event."""
    places: dict[str, list[str]] = {}
    for row, mark in zip(rows, marks, strict=True):
        places.setdefault("unknown" if "unavailable" in row else row.get("scope", "none"), []).append(mark)
    places.pop("unknown", None)
    if places.keys() <= {"event"}:
        return ""
    parts = [f"{listed(which)} {_LISTS[kind][len(which) > 1]}" for kind, which in places.items()]
    return f"{'; '.join(parts)}. Everybody on one of these lists is registered for the event."


def _left_over(section: Section) -> Iterator[str]:
    """Yield a sentence about each group of people of whom attendance is not known, or who do not count."""
    for doubt in section["not_known"]:
        people = PLAIN.plural(doubt["people"], "registered person", "registered people")
        yield f"Not known whether {people} came, because {report_names.for_reader(doubt['reason'])}."
    if guests := section["guests"]:
        yield f"Not known whether {PLAIN.plural(guests, 'attendee', 'attendees')} without an email address registered."
    if unlisted := section["unlisted"]:
        people = PLAIN.plural(unlisted, "person", "people")
        yield f"{people} came only to sessions without a known list, so it is not known whether they registered."
    yield from came_unclear(section)
    if section["unidentified"]:
        yield "Viewers whom Kaltura could not identify may be registered too."
    yield from not_counted(section["apart"])


def _classes(summary: Summary) -> Table:
    """Return each class. Shares are left out if anybody's attendance is unknown, as they could be higher."""
    columns = (
        Column("Registered people", width=60, numeric=False),
        Column("People", width=16),
        Column("Share", "% of the registered", 24),
    )
    counts = {key: value_of(summary.metrics, key) or 0 for key in _CLASSES}
    is_known = not counts["registered_not_known"]
    rows = [
        (
            labels.event_metric(key),
            PLAIN.count(counts[key]),
            percent_cell(counts[key] / counts["registered"]) if is_known else figures.DASH,
        )
        for key in _CLASSES
        if counts[key] or key not in _MAY_BE_LEFT_OUT
    ]
    return Table("Registrants of the event, each once", columns, rows)


def by_session(summary: Summary, names: Sequence[str]) -> PageSection | None:
    """Return the registrants and walk-ins of each session; None without a list, or for a single session."""
    section = summary.sections.get("registrations")
    if section is None or len(names) < 2:
        return None
    columns = (
        Column("Session", width=30, numeric=False),
        Column("On its list", "people", 12),
        Column("Came", "people", 10),
        Column("Recording only", "people", 13),
        Column("Not there", "people", 12),
        Column("Not known", "people", 11),
        Column("Walk-ins", "people", 12),
    )
    rows = [(name, *_counts(row)) for row, name in zip(section["sessions"], names, strict=True)]
    words = [_COLUMNS_MEAN]
    words += [
        f"{name}: {PLAIN.plural(row['came_from_other_lists'], 'person', 'people')} came who are registered for another "
        "session only."
        for row, name in zip(section["sessions"], names, strict=True)
        if row["came_from_other_lists"]
    ]
    words += [
        f"{name}: not known, because {report_names.for_reader(row['unavailable']).rstrip('.')}."
        for row, name in zip(section["sessions"], names, strict=True)
        if "unavailable" in row
    ]
    return PageSection(words, Table("Registrations by session", columns, rows))


_COLUMNS_MEAN = (
    "On its list: registered for the event or for this session. Not there: registered for the event, not in this "
    "session; they may have wanted other sessions. Walk-ins: came without registering."
)
COUNTS = ("registered", "came", "recording_only", "absent", "not_known", "walk_ins")


def list_in_words(row: Section) -> str:
    """Return which list of registrations a session has, or why it is unknown."""
    if "unavailable" in row:
        return f"not known: {report_names.for_reader(row['unavailable'])}"
    scopes = {"session": "its own list", "event": "the list of the event", "room": "the list of its room"}
    return scopes.get(row.get("scope", ""), "none")


def _counts(row: Section) -> tuple[str, ...]:
    return tuple(PLAIN.count(row[key]) if key in row else figures.DASH for key in COUNTS)
