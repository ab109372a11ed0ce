"""Email about a virtual event: its key figures, its sessions side by side, and the link to the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from debrief.documents.access_tiers import for_tier
from debrief.documents.event import parts
from debrief.documents.event.view import days
from debrief.documents.mail.message import Attachment, Letter
from debrief.documents.mail.notice import Notice, render_notice, words_of
from debrief.documents.presentation import Presentation
from debrief.documents.text import figures, labels, report_names, sanitize, times
from debrief.documents.text.locale_formats import Formats, formats_of
from debrief.documents.view.stay import known_key
from debrief.documents.view.tiles import value_of
from debrief.model import Summary

STANDOUTS = ("unique_attendees", "presence_share", "engagement_rate")
_FIGURES = ("unique_attendees", "presence_average", "engagement_rate", "first_timers")  # as much as a phone is wide
MOST_ROWS = 30  # sessions in the email; the report has all


def render_event_mail(
    summary: Summary, presentation: Presentation, letter: Letter, attachments: Sequence[Attachment] = ()
) -> bytes:
    """Return the message as RFC 5322 bytes with CRLF. The same arguments give the same bytes.

    Raise BadSettings when the sender, NoRecipient when the recipient is not one email address.
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
    """Build the content of the email. It names nobody, so every tier may read it."""
    seen, formats = for_tier(summary, letter.tier), formats_of(presentation.language)
    rows = seen.sections["sessions"]["rows"]
    name = sanitize.clean(seen.session.entry_name) or sanitize.clean(f"Event {seen.session.entry_id}")
    subject, lead = words_of(
        "event",
        event=name,
        days=days(seen, presentation.zone),
        sessions=_sessions(len(rows), formats),
        figures=" ".join(_figures(seen, formats)),
    )
    return Notice(
        subject,
        lead,
        head=("Session", *map(labels.short_metric, _FIGURES)),
        rows=[_row(row, presentation, formats) for row in rows[:MOST_ROWS]],
        notes=[*_changes(seen, letter.previous_figures, formats), *_notes(seen, rows, formats, presentation)],
    )


def _sessions(count: float | None, formats: Formats) -> str:
    return formats.plural(count, "session", "sessions")


def _figures(summary: Summary, formats: Formats) -> Iterator[str]:
    """Return the five main figures as sentences."""
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
    """Return the changes since this recipient's last email."""
    if not before:
        return
    named = (("sessions", "sessions", "sessions"), ("people", "unique_attendees", "people"))
    values = [(before.get(key), value_of(summary.metrics, metric), word) for key, metric, word in named]
    parts = [
        f"{formats.count(now)} {word} instead of {formats.count(then)}" for then, now, word in values if then != now
    ]
    if parts:
        yield f"Since your last email about this event: {', '.join(parts)}."


def _notes(
    summary: Summary, rows: Sequence[Mapping[str, Any]], formats: Formats, presentation: Presentation
) -> Iterator[str]:
    """Return the best and the weakest session, what is not shown here, and notes on the figures."""
    if len(rows) > MOST_ROWS:
        yield f"The table shows the first {MOST_ROWS} of {_sessions(len(rows), formats)}; the report has all."
    names = [sanitize.clean(row["name"] or "") or sanitize.clean(row["entry_id"]) for row in rows]
    for row in summary.sections["standouts"]["rows"]:
        if row["key"] in STANDOUTS:
            standout = parts.standout(row, names, formats)
            (most, best), (least, weakest) = standout.best, standout.weakest
            yield f"{standout.figure}: best {best} ({most}), weakest {weakest} ({least})."
    zone = times.zone_name(summary.session.start, presentation.zone)
    new = labels.short_metric("first_timers")
    yield f"Dates are in {zone}. {new}: people who were in no session of the event that started before."
    yield from (report_names.for_reader(finding.message) for finding in summary.warnings)
