"""Show registrations: how many people registered, how many of them came and stayed, and of how many this is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from debrief.documents.text import labels, report_names
from debrief.documents.text.labels import within_sentence
from debrief.documents.text.locale_formats import PLAIN
from debrief.documents.text.sanitize import Clean
from debrief.documents.view.common import Section, percent_cell, section_of
from debrief.documents.view.model import Breakdown, Column, PageSection, Registered, Table
from debrief.documents.view.registered import in_one_sentence
from debrief.documents.view.tiles import value_of
from debrief.model import NO_RECORDING, Summary
from debrief.registration import REGISTERED

_LISTED = {
    "session": "",
    "event": "The list has everybody who registered for the whole event, also people who wanted other sessions of it.",
    "room": "The list has everybody who registered for this room.",
}
FUNNEL = "From registration to attendance"
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


def registrations(summary: Summary, clean: Clean) -> Registered | None:
    """Return the funnel from registration to attendance, and breakdowns; None if there is no list of registrations."""
    section = summary.sections.get("registrations", {})
    if "counted" in section:
        funnel = counted_funnel(section)
        known = shares(funnel)
        return Registered(PageSection(list(_counted(section)), _table(funnel, known)), known)
    return section_of(summary, "registrations", Registered, lambda section: _part(summary, section, clean))


def counted_funnel(section: Section) -> Section:
    """Return the funnel of registrations that Kaltura has only counted: all steps but the first are unknown."""
    registered, reason = section["counted"].get(REGISTERED, 0), section["unavailable"]
    return {
        "funnel": {**dict.fromkeys(_STEPS), "registered": registered},
        "not_known": [{"people": registered, "reason": reason}],
        "unknown": {step: reason for step in _STEPS if step != "registered"},
    }


def _counted(section: Section) -> Iterator[str]:
    """Yield the sentences if Kaltura has only counted registrations."""
    people = section["counted"].get(REGISTERED, 0)
    yield f"{PLAIN.plural(people, 'person', 'people')} registered for the event. Staff are counted too."
    yield f"Not known who they are and who came, because {report_names.for_reader(section['unavailable'])}"
    yield from not_counted({status: number for status, number in section["counted"].items() if status in _APART})


def _part(summary: Summary, section: Section, clean: Clean) -> Registered:
    about = _LISTED[section["scope"]], _SOURCES[section["origin"]], report_names.for_reader(section.get("note", ""))
    sentences = [in_one_sentence(summary), *about, *_left_over(summary, section)]
    if not section["funnel"]["registered"]:
        return Registered(PageSection(list(filter(None, sentences))))
    sentences += [*_unknown_steps(section), *_unknown_answers(section, clean), _EACH]
    breakdowns = [_breakdown(title, table, clean) for title, table in by_question(section) if "rows" in table]
    table = _table(section, known := shares(section))
    return Registered(PageSection(list(filter(None, sentences)), table), known, breakdowns)


def shares(section: Section) -> list[float | None]:
    """Return the share of each step. If anybody's attendance is unknown, shares are unknown: they could be higher."""
    whole, is_known = section["funnel"]["registered"], not section["not_known"]
    return [step.people / whole if whole and is_known and step.people is not None else None for step in steps(section)]


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
    yield from came_unclear(section)
    if section["unidentified"]:
        yield "Viewers whom Kaltura could not identify may be registered too."
    yield from not_counted(section["apart"])


def came_unclear(section: Section) -> Iterator[str]:
    """Yield a sentence about people who came and have an unclear status, if there are any; older reports lack them."""
    if people := section.get("unclear"):
        words = PLAIN.plural(people, "person came who has", "people came who have")
        yield f"{words} an unclear status on the list, so it is not known whether they registered."


def not_counted(apart: Mapping[str, int]) -> Iterator[str]:
    """Yield a sentence about people on the list who do not count as registered, if there are any."""
    kinds = [
        PLAIN.plural(people, "person on the list", "people on the list") + f" {_APART[kind][people != 1]}"
        for kind, people in apart.items()
        if people
    ]
    if kinds:
        yield f"Not counted: {', '.join(kinds)}."


def _table(section: Section, known: Sequence[float | None]) -> Table:
    columns = (
        Column("Step", width=60, numeric=False),
        Column("People", width=16),
        Column("Share", "% of the registered", 24),
    )
    rows = [
        (step.words, "not known" if step.people is None else PLAIN.count(step.people), percent_cell(share))
        for step, share in zip(steps(section), known, strict=True)
    ]
    return Table(FUNNEL, columns, rows)


class Step(NamedTuple):
    """A step of the funnel; `people` is None if unknown."""

    key: str
    words: str
    people: int | None


def steps(section: Section) -> list[Step]:
    """Return the funnel's steps. Without a recording, the step about it is left out."""
    has_recording = (section.get("unknown") or {}).get("recording") != NO_RECORDING.reason
    found = (Step(key, words, section["funnel"][key]) for key, words in _STEPS.items())
    return [step for step in found if step.key != "recording" or has_recording]


def _unknown_steps(section: Section) -> Iterator[str]:
    for step, reason in (section.get("unknown") or {}).items():
        if reason != NO_RECORDING.reason:
            yield f"{_STEPS[step]}: not known, because {within_sentence(report_names.for_reader(reason)).rstrip('.')}."


def by_question(section: Section) -> Iterator[tuple[str, Section]]:
    """Yield the origins, then the answers to each question, after a title: `By origin`, `By answer: Industry`."""
    if "by_origin" in section:
        yield "By origin", section["by_origin"]
    yield from ((f"By answer: {table['question']}", table) for table in section.get("by_answer", ()))


def _unknown_answers(section: Section, clean: Clean) -> Iterator[str]:
    for title, table in by_question(section):
        if "unavailable" in table:
            yield f"{clean(title)}: not known, because {table['unavailable']}."


def _breakdown(title: str, table: Section, clean: Clean) -> Breakdown:
    columns = (
        Column("Answer" if "question" in table else "Origin", width=40, numeric=False),
        Column("Registered", "people", 20),
        Column("Came", "people", 20),
        Column("Share", "% of the registered", 20),
    )
    found = list(groups(table))
    rows = [
        (clean(name) or "Unknown", PLAIN.count(row["registered"]), PLAIN.count(row["came"]), percent_cell(row["rate"]))
        for name, row in found
    ]
    return Breakdown(clean(title), Table(clean(title), columns, rows), [row["rate"] for _, row in found])


def groups(table: Section) -> Iterator[tuple[str, Section]]:
    """Yield each line of a table of origins or answers with its name."""
    is_origin = "question" not in table
    names = labels.ORIGINS if is_origin else {}
    yield from ((names.get(row["answer"], row["answer"]), row) for row in table["rows"])
    if others := table.get("others"):
        what = ("other origin", "other origins") if is_origin else ("other answer", "other answers")
        yield PLAIN.plural(others["answers"], *what), others
    if blank := table.get("blank"):
        yield "Not given" if is_origin else "No answer", blank
