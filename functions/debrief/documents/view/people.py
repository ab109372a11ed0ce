"""View of the attendees, and the sentences above their list."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from debrief.documents.text import figures, sanitize
from debrief.documents.text.sanitize import Clean
from debrief.documents.view.common import Section, section_of, unwrapped
from debrief.documents.view.model import AttendeeRowView, PageSection, People
from debrief.documents.view.time_axis import axis_of
from debrief.model import Summary
from debrief.util.values import is_identified

NOT_IDENTIFIED = "Not identified"
HEATMAP_RULE = (
    "In heatmaps, as on Kaltura\N{RIGHT SINGLE QUOTATION MARK}s Summary page, a minute is engaged if the tab is in "
    "focus with sound on or is full screen, the camera is on, or the person is on stage. Engagement rates do not ask "
    "for sound."
)

_SEEN = {
    "6001": "Known from the attendee report only: the Summary page does not list this person.",
    "60010": "Known from the Summary page only: the attendee report does not list this person.",
}
_SHADES = frozenset("en-")


def people(summary: Summary, zone: ZoneInfo, clean: Clean) -> People | None:
    """Return the attendees; None if the summary has no list of attendees."""
    section = summary.sections.get("attendees")
    if section is None or "rows" not in section:
        return None
    heatmap = section.get("heatmap")
    axis = axis_of(summary, heatmap, zone) if heatmap else None
    questions = section.get("questions") or ()
    rows = [_person(row, clean, len(questions)) for row in section["rows"]]
    return People(rows, section["total"], axis, list(map(clean, questions)))


def sentences_above(summary: Summary) -> PageSection | None:
    """Return the sentences above the list of attendees: its order, and how many of the people it lists."""
    return section_of(summary, "attendees", unwrapped, lambda section: PageSection(_in_words(section), None))


def _person(row: Section, clean: Clean, questions: int) -> AttendeeRowView:
    def words(key: str) -> str:
        value = row.get(key)
        return clean(value) if value else ""

    return AttendeeRowView(
        name=_name(row["user_id"] or "", words("name"), clean),
        email=words("email"),
        kind=words("type"),
        title=words("title"),
        company=words("company"),
        role=words("role"),
        industry=words("industry"),
        country=words("country"),
        minutes=_minutes(row),
        engagement=row["engagement_rate"],
        breakout_minutes=row["breakout_minutes"],
        reactions=row.get("reactions"),
        chat_messages=row.get("chat_messages"),
        polls_answered=row.get("polls_answered"),
        raised_hands=row.get("raised_hands"),
        qna_threads=row.get("qna_threads"),
        downloads=row.get("attachments_downloaded"),
        seen=_SEEN.get(row.get("known_to", ""), ""),
        heatmap=_heatmap(row.get("heatmap")),
        answers=[clean(answer) for answer in row.get("answers") or [""] * questions],
    )


def _minutes(row: Section) -> float | None:
    """Return the minutes of presence; if unknown, as for unidentified people, return the minutes in the main room."""
    presence: float | None = row.get("presence")
    minutes: float | None = row["minutes"]
    return minutes if presence is None else presence


def _heatmap(shades: str | None) -> str:
    """Return the heatmap; blank if it contains other characters than the shades."""
    return shades if shades and set(shades) <= _SHADES else ""


def _name(user_id: str, name: str, clean: Clean) -> str:
    if is_identified(user_id):
        return name or clean(user_id) or sanitize.REPLACEMENT
    return f"{name} ({NOT_IDENTIFIED.lower()})" if name and name != "Unknown" else NOT_IDENTIFIED


def _in_words(section: Section) -> list[str]:
    total, shown, rows = section["total"], section["shown"], section["rows"]
    if not rows:
        return ["Nobody is listed."]
    words = ["Most minutes first."]
    if shown < total:
        listed = f"{figures.count(shown)} of {figures.count(total)} are listed, those with the most minutes."
        words = [listed, f"The workbook kept with this report lists all {figures.count(total)}."]
    if any(not is_identified(row["user_id"] or "") for row in rows):
        words.append(
            f"Rows marked \N{LEFT DOUBLE QUOTATION MARK}{NOT_IDENTIFIED}\N{RIGHT DOUBLE QUOTATION MARK} are viewing "
            "time that Kaltura could not assign to a person; they do not count as attendees."
        )
    if any(row["breakout_minutes"] is not None and row.get("presence") is not None for row in rows):
        drawn = "; heatmaps show the main room only" if section.get("heatmap") else ""
        words.append(f"Minutes include the main room and the breakouts{drawn}.")
    if any(row["breakout_minutes"] is not None and _minutes(row) is None for row in rows):
        words.append(f"No minutes ({figures.DASH}): seen in a breakout room only.")
    if reason := section.get("no_roles"):
        words.append(f"Role and industry are left out. {sanitize.clean_sentence(reason)}")
    return words
