"""Show registrations: how many people registered, how many of them came and stayed, and of how many this is unknown."""

from __future__ import annotations

from collections.abc import Iterator

from debrief.documents.text import figures, labels, report_names
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.view.common import Section, percent_cell, section_of, unwrapped
from debrief.documents.view.model import Column, PageSection, Table
from debrief.documents.view.tiles import value_of
from debrief.model import Summary

_LISTED = {
    "session": "The list has everybody who registered for this session.",
    "event": "The list has everybody who registered for the whole event, also people who wanted other sessions of it.",
    "room": "The list has everybody who registered for this room.",
}
_EACH = "Each line of the table is counted by itself, among all registered people."
_SOURCES = {
    "file": "",
    "kaltura": "The list comes from Kaltura.",
    "both": "The list comes from a file and from Kaltura; the file counts for people who are on both.",
}
_STEPS = {
    "registered": labels.metric("registered"),
    "came": "Came live",
    "stayed": "Were there for at least 75% of the time",
    "active": "Did something: reacted, wrote, answered a poll, raised a hand or downloaded a file",
    "recording": "Watched the recording, also after they came",
}
_APART = {
    "cancelled": ("cancelled their registration", "cancelled their registration"),
    "blocked": ("was blocked", "were blocked"),
    "invited": ("was invited and did not register", "were invited and did not register"),
    "unclear": ("has a status that Debrief does not know", "have a status that Debrief does not know"),
    "staff": ("is staff", "are staff"),
}


def registrations(summary: Summary) -> PageSection | None:
    """Return the funnel from registration to attendance; None if there is no list of registrations."""
    return section_of(summary, "registrations", unwrapped, lambda section: _part(summary, section))


def in_one_sentence(summary: Summary, formats: Formats = PLAIN) -> str:
    """Return how many of the registered people came; blank if there is no list, or nobody's attendance is known."""
    registered, came, walk_ins = (
        value_of(summary.metrics, key) for key in ("registered", "registered_came", "walk_ins")
    )
    if not registered or came is None:
        return ""
    rate = value_of(summary.metrics, "registration_rate")
    share = f" ({formats.percent(rate)})" if rate is not None else ""
    whole = formats.plural(registered, "registered person", "registered people")
    people = f"{formats.count(came)} of {whole} came{share}"
    if value_of(summary.metrics, "registered_not_known"):
        people = f"At least {people}" if came else f"Not known how many of {whole} came"
    others = f"; {formats.count(walk_ins)} came without registering" if walk_ins else ""
    return f"{people}{others}."


def _part(summary: Summary, section: Section) -> PageSection:
    about = _LISTED[section["scope"]], _SOURCES[section["origin"]]
    sentences = [in_one_sentence(summary), *about, *_left_over(summary, section)]
    if not section["funnel"]["registered"]:
        return PageSection(list(filter(None, sentences)))
    return PageSection([*filter(None, sentences), _EACH], _table(section))


def _left_over(summary: Summary, section: Section) -> Iterator[str]:
    """Yield a sentence about each group of people of whom attendance is not known, or who do not count."""
    recording = value_of(summary.metrics, "registered_recording_only") or 0
    if absent := recording + (value_of(summary.metrics, "registered_absent") or 0):
        late = f"; {PLAIN.count(recording)} of them watched the recording" if recording else ""
        yield f"{PLAIN.count(absent)} {'was' if absent == 1 else 'were'} not in this session{late}."
    for doubt in section["not_known"]:
        people = PLAIN.plural(doubt["people"], "registered person", "registered people")
        yield f"Not known whether {people} came, because {report_names.for_reader(doubt['reason'])}."
    if guests := section["guests"]:
        yield f"Not known whether {PLAIN.plural(guests, 'attendee', 'attendees')} without an email address registered."
    if section["unidentified"]:
        yield "Viewers whom Kaltura could not identify may be registered too."
    apart = [
        PLAIN.plural(people, "person on the list", "people on the list") + f" {_APART[kind][people != 1]}"
        for kind, people in section["apart"].items()
    ]
    if apart:
        yield f"Not counted: {', '.join(apart)}."


def _table(section: Section) -> Table:
    """Return the funnel's steps. Shares are left out if anybody's attendance is unknown, as they could be higher."""
    columns = (
        Column("Step", width=60, numeric=False),
        Column("People", width=16),
        Column("Share", "% of the registered", 24),
    )
    funnel, is_known = section["funnel"], not section["not_known"]
    whole = funnel["registered"]
    rows = [
        (words, "not known", "")
        if (people := funnel[step]) is None
        else (words, PLAIN.count(people), percent_cell(people / whole) if is_known else figures.DASH)
        for step, words in _STEPS.items()
    ]
    return Table("From registration to attendance", columns, rows)
