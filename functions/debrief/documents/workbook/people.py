"""The sheets with people: the attendees, and the follow-up lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from debrief.documents.text import labels, report_names
from debrief.documents.view.common import Section
from debrief.documents.view.people import people
from debrief.documents.workbook import sheet
from debrief.documents.workbook.sheet import Cell, Sheet, SheetColumn
from debrief.model import Summary, Tier
from debrief.segment import Segment

ATTENDEES, FOLLOW_UP = "Attendees", "Follow-up"
USER_ID = "User id"
PERSON = (SheetColumn("Name", width=28), SheetColumn("Email", width=34), SheetColumn(USER_ID, width=30))
_FIGURES = (
    SheetColumn("Minutes present", "minutes", 10),
    SheetColumn("Minutes in main room", "minutes", 12),
    SheetColumn("Minutes in breakouts", "minutes", 12),
    SheetColumn("Engagement", "percent", 13),
    SheetColumn("Reactions", "count", 11),
    SheetColumn("Raised hands", "count", 9),
    SheetColumn("Chat messages", "count", 11),
    SheetColumn("Polls answered", "count", 11),
    SheetColumn("Q&A threads", "count", 10),
    SheetColumn("Downloads", "count", 12),
)


def attendees(summary: Summary, zone: ZoneInfo, tier: Tier) -> Sheet:
    """Return a sheet with all people in the report's order, or with the reason why nobody is listed."""
    section = summary.sections.get("attendees") or {}
    if "rows" not in section:
        return nobody_listed(section)
    has_ids, has_roles = tier == "full", "no_roles" not in section
    columns = (
        *(PERSON if has_ids else PERSON[:1]),
        SheetColumn("Type", width=9),
        SheetColumn("Title", width=24),
        SheetColumn("Company", width=26),
        *((SheetColumn("Role", width=20), SheetColumn("Industry", width=22)) if has_roles else ()),
        SheetColumn("Country", width=10),
        *_FIGURES,
        *answer_columns(section),
        SheetColumn("Note", width=44),
    )
    return Sheet(ATTENDEES, columns, _attendees(summary, zone, has_ids=has_ids, has_roles=has_roles))


def nobody_listed(section: Section) -> Sheet:
    """Return a sheet of attendees that has only the reason why nobody is listed."""
    reason = report_names.for_reader(section.get("unavailable") or "The list of attendees was not made.")
    total = [f"{section['total']:,} rows in the copy for readers with full access."] if "total" in section else []
    return Sheet(ATTENDEES, (SheetColumn(ATTENDEES, width=60),), [[reason], *([line] for line in total)])


def _attendees(summary: Summary, zone: ZoneInfo, *, has_ids: bool, has_roles: bool) -> Iterator[Sequence[Cell]]:
    shown = people(summary, zone, str)  # without cleaning: writer.py cleans every cell
    assert shown is not None
    for row, person in zip(summary.sections["attendees"]["rows"], shown.rows, strict=True):
        yield (
            person.name,
            *((person.email, row["user_id"]) if has_ids else ()),
            person.kind,
            person.title,
            person.company,
            *((person.role, person.industry) if has_roles else ()),
            person.country,
            sheet.minutes(person.minutes),
            sheet.minutes(row["minutes"]),
            sheet.minutes(person.breakout_minutes),
            sheet.ratio(person.engagement),
            person.reactions,
            person.raised_hands,
            person.chat_messages,
            person.polls_answered,
            person.qna_threads,
            person.downloads,
            *person.answers,
            person.seen,
        )


def answer_columns(section: Section) -> list[SheetColumn]:
    """Return a column for each question of the registration form, or other column of the list of registrations."""
    return [SheetColumn(f"Answer: {question}", width=24) for question in section.get("questions") or ()]


def follow_up_lists(summary: Summary, segments: Sequence[Segment]) -> Sheet:
    """Return a sheet with a row for each person on a list; the column of each list has the reason.

    Without members, return the sizes and definitions of the lists: only workbooks of the tier `full` name these people.
    """
    if not segments:
        return _sizes(summary)
    answers = answer_columns(summary.sections.get("attendees") or {})
    has_company = any(member.company for segment in segments for member in segment.members)
    company = [SheetColumn("Company", width=26)] if has_company else []
    people_: dict[str, tuple[str, ...]] = {}
    reasons: dict[str, dict[int, str]] = {}
    for place, segment in enumerate(segments):
        for member in segment.members:
            about = (*([member.company] * has_company), *(member.answers or [""] * len(answers)))
            people_.setdefault(member.user_id, (member.name, member.email, member.user_id, *about))
            reasons.setdefault(member.user_id, {})[place] = member.reason
    columns = (*PERSON, *company, *answers, *(SheetColumn(list_head(segment), width=36) for segment in segments))
    places = range(len(segments))
    rows = ((*who, *(reasons[user_id].get(place) for place in places)) for user_id, who in people_.items())
    if people_:
        return Sheet(FOLLOW_UP, columns, rows)
    return Sheet(FOLLOW_UP, columns, [["Nobody is on a list.", *[None] * (len(columns) - 1)]])


def list_head(segment: Segment) -> str:
    """Return the head of a list's column; it says if the list is unknown."""
    name = labels.segment(segment.key)
    return f"{name} ({sheet.NOT_KNOWN})" if segment.unavailable else name


def _sizes(summary: Summary) -> Sheet:
    columns = (
        SheetColumn("List", width=34),
        SheetColumn("People", "count", 12),
        SheetColumn("Who that is", width=90, wraps=True),
    )
    rows: list[Sequence[Cell]] = [
        (
            labels.segment(row["key"]),
            *(
                (sheet.not_known(report_names.for_reader(row["unavailable"])), None)
                if "unavailable" in row
                else (row["people"], report_names.for_reader(row["formula"]))
            ),
        )
        for row in (summary.sections.get("segments") or {}).get("rows", ())
    ]
    return Sheet(FOLLOW_UP, columns, rows or [[sheet.not_known("this report has no lists"), None, None]])
