"""The mail on a virtual event: its key figures, the sessions side by side, where the report is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from debrief.documents.access_tiers import for_tier
from debrief.documents.event import parts
from debrief.documents.event.view import days
from debrief.documents.mail.message import Attachment, Letter
from debrief.documents.mail.notice import Notice, render_notice
from debrief.documents.presentation import Presentation
from debrief.documents.text import figures, report_names, sanitize, times
from debrief.documents.text.locale_formats import Formats, formats_of
from debrief.documents.view.stay import known_key
from debrief.documents.view.tiles import value_of
from debrief.model import Summary

STANDOUTS = ("unique_attendees", "presence_share", "engagement_rate")
MOST_ROWS = 30  # sessions in the mail; the report has all


def render_event_mail(
    summary: Summary, presentation: Presentation, letter: Letter, attachments: Sequence[Attachment] = ()
) -> bytes:
    """The whole message as RFC 5322 bytes with CRLF. The same arguments give the same bytes.

    Raises BadSettings when the sender, NoRecipient when the recipient is not one mail address.
    """
    key = f"{summary.session.cue_point_id}/{summary.session.end.isoformat()}/{summary.revision}"
    return render_notice(
        event_notice(summary, presentation, letter),
        letter,
        presentation,
        message_key=key,
        date=summary.session.end,
        attachments=attachments,
    )


def event_notice(summary: Summary, presentation: Presentation, letter: Letter) -> Notice:
    """What the mail says. Without persons, so that every tier may read it."""
    seen, formats = for_tier(summary, letter.tier), formats_of(presentation.language)
    rows = seen.sections["sessions"]["rows"]
    name = sanitize.clean(seen.session.entry_name) or sanitize.clean(f"Event {seen.session.entry_id}")
    ready = f"The report on {name} is ready: {_sessions(len(rows), formats)}, all final."
    return Notice(
        subject=f"{name} {figures.DASH} {days(seen, presentation.zone)}",
        lead=" ".join([ready, *_figures(seen, formats)]),
        head=("Session", "Attendees", "Average stay", "Engaged", "New"),  # as much as a phone is wide
        rows=[_row(row, presentation, formats) for row in rows[:MOST_ROWS]],
        notes=[*_changes(seen, letter.before, formats), *_notes(seen, rows, formats, presentation)],
    )


def _sessions(count: float | None, formats: Formats) -> str:
    return formats.plural(count, "session", "sessions")


def _figures(summary: Summary, formats: Formats) -> Iterator[str]:
    """The five figures that matter, in sentences."""
    people, visits, several, minutes, engaged = (
        value_of(summary.metrics, key)
        for key in (
            "people_present" if "people_present" in summary.metrics else "unique_attendees",
            "attendances",
            "returning_rate",
            known_key(summary, "presence_average"),
            "engagement_rate",
        )
    )
    if not people:
        yield "Nobody came who could be identified."
        return
    attendances = formats.plural(visits, "attendance", "attendances")
    yield f"{formats.plural(people, 'person', 'people')} came, each counted once, with {attendances} between them;"
    yield f"{formats.percent(several)} came to at least two sessions."
    words = f"A person spent {formats.minutes(minutes)} min in the event on average"
    yield f"{words}; {formats.percent(engaged)} of all minutes were engaged." if engaged is not None else f"{words}."


def _row(row: Mapping[str, Any], presentation: Presentation, formats: Formats) -> tuple[str, ...]:
    start = datetime.fromisoformat(row["start"]).astimezone(presentation.zone)
    name = sanitize.clean(row["name"] or "") or sanitize.clean(row["entry_id"])
    return (
        f"{name}, {times.short_day(start.date(), formats)}",
        formats.count(row["unique_attendees"]),
        _with(formats.minutes(parts.stay(row, "presence_average")), " min"),
        formats.percent(row["engagement_rate"]),
        formats.count(row["first_timers"]),
    )


def _with(figure: str, unit: str) -> str:
    return figure if figure == figures.DASH else f"{figure}{unit}"


def _changes(summary: Summary, before: Mapping[str, float] | None, formats: Formats) -> Iterator[str]:
    """What is new since this recipient's last mail."""
    if not before:
        return
    named = (("sessions", "sessions", "sessions"), ("people", "unique_attendees", "people"))
    told = [(before.get(key), value_of(summary.metrics, metric), word) for key, metric, word in named]
    parts = [f"{formats.count(now)} {word} instead of {formats.count(then)}" for then, now, word in told if then != now]
    if parts:
        yield f"Since the last mail on this event: {', '.join(parts)}."


def _notes(
    summary: Summary, rows: Sequence[Mapping[str, Any]], formats: Formats, presentation: Presentation
) -> Iterator[str]:
    """The best and the weakest, what is not shown here, and what the reader of the figures should know."""
    if len(rows) > MOST_ROWS:
        yield f"The table shows the first {MOST_ROWS} of {_sessions(len(rows), formats)}; the report has all."
    names = [sanitize.clean(row["name"] or "") or sanitize.clean(row["entry_id"]) for row in rows]
    for row in summary.sections["standouts"]["rows"]:
        if row["key"] in STANDOUTS:
            told = parts.standout(row, names, formats)
            (most, best), (least, weakest) = told.best, told.weakest
            yield f"{told.figure}: best {best} ({most}), weakest {weakest} ({least})."
    zone = times.zone_name(summary.session.start, presentation.zone)
    yield f"Dates are in {zone}. New: people who were in no session of the event that started before."
    yield from (report_names.for_reader(finding.message) for finding in summary.warnings)
