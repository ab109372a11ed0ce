"""Copies of a report for each access tier: `full`, `names` or `totals`.

`full` has everything. `names` has people without user ids and email addresses, but with their titles and companies.
`totals` names nobody, not even the host, and leaves out written answers. In both, answers of a registration form that
few people gave are counted together, because they could say who gave them. A copy for `names` or `totals` contains
only the sections listed here, because a new section could contain personal data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from debrief.documents.text.labels import OPEN_POLL
from debrief.model import Person, Summary, Tier
from debrief.util.values import repeats_id

if TYPE_CHECKING:
    from debrief.documents.redaction import Mask

Section: TypeAlias = Mapping[str, Any]
Row: TypeAlias = Sequence[str]

TOTALS_ONLY = "This copy contains totals only."
_WORDLESS = "Written answers are not shown in this copy."
FEWEST = 5  # registered people; an answer that fewer people gave is not shown in `names` and `totals`
_COUNTS = ("registered", "came", "not_known")

_NO_PERSONS = (
    "counts",
    "minutes_stayed",
    "attended_span",
    "earlier",
    "timeline",
    "reactions",
    "countries",
    "devices",
)
# What was said may name people, so the tier `totals` does not have it.
_SPOKEN = ("chapters", "slides", "transcript", "quotes")
_OF_EVENTS = ("sessions", "standouts", "attended", "overlap", "journeys")


def for_tier(summary: Summary, tier: Tier) -> Summary:
    """Return the summary for a tier."""
    if tier == "full":
        return summary
    from debrief.documents.redaction import Mask  # most emails show everything

    mask = Mask.of(summary)
    shown = _names(summary.sections, mask) if tier == "names" else _totals(summary.sections)
    session = summary.session
    return replace(
        summary,
        session=replace(session, entry_name=mask.text(session.entry_name), host_user_id=""),
        host=_host(summary, mask) if tier == "names" else None,
        metrics={
            key: replace(metric, reason=metric.reason and mask.text(metric.reason))
            for key, metric in summary.metrics.items()
        },
        sections={name: mask.all_of(section) for name, section in shown.items()},
        warnings=tuple(replace(warning, message=mask.text(warning.message)) for warning in summary.warnings),
    )


def attendee_rows_for(rows: Sequence[Row], tier: Tier) -> list[Row]:
    """Return the header and the rows of attendees.csv for a tier; `totals` gets only the header.

    All tiers have the same columns. In `names`, email addresses are blank. A number replaces each user id that
    identifies somebody, so that rows of the same person have the same number; ids of unidentified viewers stay.
    """
    if tier == "full" or not rows:
        return list(rows)
    header = rows[0]
    if tier == "totals":
        return [header]
    from debrief.documents.redaction import Mask

    mask, user_id, email = Mask(), header.index("user_id"), header.index("user_email")
    return [header, *(_attendee(row, mask, user_id, email) for row in rows[1:])]


def _attendee(row: Row, mask: Mask, user_id: int, email: int) -> Row:
    """Mask one row. Cells that repeat the user id, often the name, become blank."""
    user = row[user_id]
    cells = ["" if repeats_id(cell, user) else mask.text(cell) for cell in row]
    cells[user_id], cells[email] = mask.person(user), ""
    return cells


def _host(summary: Summary, mask: Mask) -> Person | None:
    if summary.host is None:
        return None
    name = summary.host.name or mask.somebody(summary.host.user_id)
    return Person("", mask.name(name, summary.host.user_id))


def _names(sections: Mapping[str, Section], mask: Mask) -> dict[str, Section]:
    """Return the sections of the tier `names`: people without user ids and email addresses."""
    change: dict[str, Callable[[Section, Mask], Section]] = {
        "attendees": _people,
        "people": _people,
        "recordings": _viewers,
        "breakouts": _initiators,
        "segments": lambda section, _: _no_lists(section),
        "registrations": lambda section, _: _no_rare_answers(section),
    }
    return {
        name: change[name](section, mask) if name in change else section
        for name, section in sections.items()
        if name in change or name in _NO_PERSONS or name in _OF_EVENTS or name in _SPOKEN or name == "polls"
    }


def _people(section: Section, mask: Mask) -> Section:
    if "rows" not in section:
        return section
    return {**section, "rows": [_person(row, mask) for row in section["rows"]]}


def _viewers(section: Section, mask: Mask) -> Section:
    if "viewers" not in section:
        return section
    return {**section, "viewers": [_person(row, mask) for row in section["viewers"]]}


def _person(row: Mapping[str, Any], mask: Mask) -> dict[str, Any]:
    user_id, name = row.get("user_id") or "", row.get("name") or ""
    kept = {key: None if isinstance(value, str) and repeats_id(value, user_id) else value for key, value in row.items()}
    if "answers" in row:
        kept["answers"] = ["" if repeats_id(answer, user_id) else answer for answer in row["answers"]]
    shown = {"user_id": mask.person(user_id), "name": mask.name(name, user_id)}
    return {**kept, **shown, **({"email": ""} if "email" in row else {})}


def _initiators(section: Section, mask: Mask) -> Section:
    """Mask the initiators. Kaltura names an initiator `First Last`, or by user id if the name is unknown."""
    if "rows" not in section:
        return section
    rows = [{**row, "initiator": mask.somebody(row.get("initiator") or "")} for row in section["rows"]]
    return {**section, "rows": rows}


def _totals(sections: Mapping[str, Section]) -> dict[str, Section]:
    """Return the sections of the tier `totals`: counts without people."""
    change: dict[str, Callable[[Section], Section]] = {
        "attendees": _nobody,
        "people": _nobody,
        "recordings": lambda section: {**section, "viewers": []} if "viewers" in section else section,
        "breakouts": _no_initiators,
        "polls": _no_words,
        "segments": _no_lists,
        "registrations": _no_rare_answers,
    }
    return {
        name: change[name](section) if name in change else section
        for name, section in sections.items()
        if name in change or name in _NO_PERSONS or name in _OF_EVENTS
    }


def _nobody(section: Section) -> Section:
    return {"unavailable": TOTALS_ONLY, **({"total": section["total"]} if "total" in section else {})}


def _no_initiators(section: Section) -> Section:
    if "rows" not in section:
        return section
    return {**section, "rows": [{**row, "initiator": ""} for row in section["rows"]]}


def _no_lists(section: Section) -> Section:
    """Remove the names of the lists' files, which have email addresses; keep the lists' sizes and definitions."""
    if "rows" not in section:
        return section
    return {**section, "rows": [{key: row[key] for key in row if key != "file"} for row in section["rows"]]}


def _no_words(section: Section) -> Section:
    if "rows" not in section:
        return section
    return {**section, "rows": [_wordless(row) if row.get("type") == OPEN_POLL else row for row in section["rows"]]}


def _wordless(poll: Mapping[str, Any]) -> dict[str, Any]:
    people = poll["participants"]
    answer = {"answer": _WORDLESS, "participants": people, "rate": 1.0 if people else None, "correct": False}
    return {**poll, "answers": [answer]}


def _no_rare_answers(section: Section) -> Section:
    """Count answers that few registered people gave with the other answers."""
    by_origin = {"by_origin": _without_rare(section["by_origin"])} if "by_origin" in section else {}
    by_answer = {"by_answer": list(map(_without_rare, section["by_answer"]))} if "by_answer" in section else {}
    return {**section, **by_origin, **by_answer}


def _without_rare(table: Section) -> Section:
    rows = table.get("rows") or ()
    rare = [row for row in rows if row["registered"] < FEWEST]
    if not rare:
        return table
    others = table.get("others") or {"answers": 0, **dict.fromkeys(_COUNTS, 0)}
    counts = {key: others[key] + sum(row[key] for row in rare) for key in _COUNTS}
    rate = None if counts["not_known"] else counts["came"] / counts["registered"]
    return {
        **table,
        "rows": [row for row in rows if row["registered"] >= FEWEST],
        "others": {"answers": others["answers"] + len(rare), **counts, "rate": rate},
    }
