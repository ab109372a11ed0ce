"""Email about a virtual event: verdict, key figures, sessions, polls and follow-up lists.

The email names nobody, so recipients with any access tier (full, names, totals) may read it. Only the tier `full` gets
links to lists of people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from debrief.documents import templates
from debrief.documents.access_tiers import for_tier
from debrief.documents.event import parts
from debrief.documents.event.verdict import event_verdict
from debrief.documents.mail import answers
from debrief.documents.mail.answers import FollowUpLine, PollPart
from debrief.documents.mail.email import render_email
from debrief.documents.mail.message import Attachment, Letter, file_links
from debrief.documents.presentation import Presentation
from debrief.documents.text import labels, report_names, sanitize, times
from debrief.documents.text.locale_formats import Formats, formats_of, language_of
from debrief.documents.view import tiles
from debrief.documents.view.comparison import NO_EARLIER_EVENT
from debrief.documents.view.session_header import event_reference
from debrief.documents.view.stay import known_key
from debrief.documents.view.tiles import value_of
from debrief.message import About, Change, Figure, Message
from debrief.model import Summary

STANDOUTS = ("presence_share", "engagement_rate")  # only shares: by counts, the largest session is always the best
MOST_ROWS = 30  # maximum number of sessions in the email; the report has all sessions
_LEGEND = (
    "The first part of a bar shows new people: they came to no earlier session of this event. The second part shows "
    "the others."
)
_ELSEWHERE = (
    "The report of each session says when people left, and has the session\N{RIGHT SINGLE QUOTATION MARK}s strongest "
    "moment and recording."
)
_WIDEST = 100  # percent of the email's width
_FINAL = "These figures will not change any more."
_HEAD = ("Session", "When", "Attendees")


@dataclass(frozen=True, slots=True)
class SessionBar:
    """A session and its bar: first-timers, then others; each in percent of the largest session's attendees."""

    name: str
    when: str
    people: str
    new: int
    again: int
    figures: str  # stay, engagement and first-timers in words
    link: str = field(default="", repr=False)  # the link to the session's report; blank if there is none


@dataclass(frozen=True, kw_only=True)
class EventPage(Message):
    """The message about a virtual event, and the parts that only the email shows."""

    days: str  # the dates, for the subject
    came: str  # the number of attendees, for the subject; blank if unknown
    remarks: Sequence[str]  # sentences below the figures
    sessions: Sequence[SessionBar]
    more_sessions: str
    legend: str  # explains the bars
    elsewhere: str  # says what only the sessions' reports contain
    standouts: Sequence[str]
    polls: PollPart | None
    follow_up: Sequence[FollowUpLine] = field(repr=False)
    guests_left_out: str  # a sentence about guests who are not on a follow-up list

    @property
    def follow_up_note(self) -> str:
        """Return sentences about the follow-up lists: what their links open, and who is on no list."""
        return answers.list_note(self.follow_up, self.guests_left_out)


def render_event_mail(
    summary: Summary, presentation: Presentation, letter: Letter, attachments: Sequence[Attachment] = ()
) -> bytes:
    """Return the email as RFC 5322 bytes with CRLF. The same arguments give the same bytes.

    Raises BadSettings if the sender is not exactly one email address; NoRecipient if the recipient is not.
    """
    return render_email(event_message(summary, presentation, letter, attachments), letter, attachments)


def event_message(
    summary: Summary, presentation: Presentation, letter: Letter, attachments: Sequence[Attachment] = ()
) -> EventPage:
    """Return the message about a virtual event. It contains only what the letter's tier allows."""
    page = event_page(summary, presentation, letter)
    subject = templates.render(
        "email/event.subject.txt.j2",
        event=page.title,
        days=page.days,
        came=page.came if letter.has_figure_in_subject else "",
        is_update=page.is_update,
    ).rstrip("\n")
    return replace(page, subject=subject, links=file_links(letter.file_links, attachments))


def event_page(summary: Summary, presentation: Presentation, letter: Letter) -> EventPage:
    """Return the message about a virtual event, still without subject and links."""
    seen, formats, zone = for_tier(summary, letter.tier), formats_of(presentation.language), presentation.zone
    rows = seen.sections["sessions"]["rows"]
    names = [sanitize.clean(row["name"] or "") or sanitize.clean(row["entry_id"]) for row in rows]
    people = value_of(seen.metrics, "unique_attendees")
    first, last = (
        times.short_day(moment.astimezone(zone).date(), formats) for moment in (seen.session.start, seen.session.end)
    )
    polls = (seen.sections.get("polls") or {}).get("rows")
    links = letter.list_links if letter.tier == "full" else {}
    is_update, session = letter.previous_figures is not None, seen.session
    bars = [
        replace(_bar(row, name, rows, presentation, formats), link=letter.session_links.get(row["cue_point_id"], ""))
        for row, name in zip(rows[:MOST_ROWS], names, strict=False)
    ]
    return EventPage(
        kind="event",
        key=f"notice\0{session.cue_point_id}/{session.end.isoformat()}/{summary.revision}",
        date=session.end,
        about=About(
            session.cue_point_id, session.entry_id, session.start, session.end, summary.state, summary.revision
        ),
        language=language_of(presentation.language),
        reference=event_reference(session),
        label=f"{'Updated event report' if is_update else 'Event report'} · Final",
        title=sanitize.clean(seen.session.entry_name) or sanitize.clean(f"Event {seen.session.entry_id}"),
        days=first if first == last else f"{first} to {last}",
        came=formats.plural(people, "attendee", "attendees") if people is not None else "",
        when=times.when(seen.session.start, seen.session.end, zone, formats),
        length=_sessions(len(rows), formats),
        verdict=event_verdict(seen, formats),
        state_note=_FINAL,
        is_final=True,
        is_update=is_update,
        figures=_figures(seen, formats) if people else (),
        remarks=[*filter(None, [tiles.engaged_means(seen.metrics)]), NO_EARLIER_EVENT] if people else (),
        changes=_changes(seen, letter.previous_figures, formats),
        sessions=bars,
        head=_HEAD,
        rows=[(bar.name, bar.when, bar.people) for bar in bars],
        more_sessions=_more(rows, formats),
        elsewhere=_ELSEWHERE,
        legend=_LEGEND if len(rows) > 1 else "",
        standouts=list(_standouts(seen, names, formats)),
        polls=answers.polls_of(polls, "", formats) if polls else None,
        follow_up=answers.follow_up_lines(seen, links, formats),
        guests_left_out=answers.guests_left_out(seen, formats),
        notes=[
            *(formats.in_sentence(report_names.for_reader(finding.message)) for finding in seen.warnings),
            *filter(None, [tiles.unidentified(seen.metrics, formats)]),
        ],
    )


def _sessions(count: float | None, formats: Formats) -> str:
    return formats.plural(count, "session", "sessions")


def _more(rows: Sequence[Mapping[str, Any]], formats: Formats) -> str:
    if len(rows) <= MOST_ROWS:
        return ""
    return f"These are the first {MOST_ROWS} of {_sessions(len(rows), formats)}; the report has all."


def _figures(summary: Summary, formats: Formats) -> list[Figure]:
    """Return the key figures that are known."""
    metrics = summary.metrics
    users, guests, visits = (value_of(metrics, key) for key in ("users", "guests", "attendances"))
    kinds = f"each counted once: {formats.plural(users, 'user', 'users')}, {formats.plural(guests, 'guest', 'guests')}"
    present = value_of(metrics, "people_present") or value_of(metrics, "unique_attendees")
    everybody = f"of {formats.plural(present, 'person', 'people')}"
    wanted = (
        ("unique_attendees", "people", kinds),
        ("attendances", "", "visits: one person in two sessions counts twice"),
        ("returning_rate", "%", f"{everybody}: at least two sessions"),
        (known_key(summary, "presence_average"), "min", "all sessions together"),
        (
            "engagement_rate",
            "%",
            f"of all {tiles.whole_minutes(value_of(metrics, 'minutes_total'), formats)} minutes attended",
        ),
    )
    alone = visits is not None and len(summary.sections["sessions"]["rows"]) < 2
    left_out = {"attendances", "returning_rate"} if alone else set()
    return [
        _figure(key, unit, note, value, formats)
        for key, unit, note in wanted
        if key not in left_out and (value := value_of(metrics, key)) is not None
    ]


def _figure(key: str, unit: str, note: str, value: float, formats: Formats) -> Figure:
    words = {"%": formats.percent, "min": formats.minutes}.get(unit, formats.count)(value).removesuffix("%").rstrip()
    unit = "person" if unit == "people" and value == 1 else unit
    gap = formats.before_percent if unit == "%" else " " if unit else ""
    return Figure(labels.event_metric(key), words, unit, note, "", f"{words}{gap}{unit}", key, value)


def _bar(
    row: Mapping[str, Any],
    name: str,
    rows: Sequence[Mapping[str, Any]],
    presentation: Presentation,
    formats: Formats,
) -> SessionBar:
    zone, start = presentation.zone, datetime.fromisoformat(row["start"])
    most = max((session["unique_attendees"] or 0 for session in rows), default=0) or 1
    people, new = row["unique_attendees"] or 0, row["first_timers"] or 0
    widths = [round(_WIDEST * count / most) for count in (new, people)]
    stay, engaged = parts.stay(row, "presence_average"), row["engagement_rate"]
    known = (
        "" if stay is None else f"average stay {formats.minutes(stay)} min",
        "" if engaged is None else f"{formats.percent(engaged)} engaged",
        f"{formats.count(new)} new" if len(rows) > 1 else "",
    )
    return SessionBar(
        name,
        f"{times.short_day(start.astimezone(zone).date(), formats)}, {times.clock(start, zone, formats)}",
        formats.count(row["unique_attendees"]),
        widths[0],
        max(widths[1] - widths[0], 0),
        " \N{MIDDLE DOT} ".join(filter(None, known)),
    )


def _changes(summary: Summary, before: Mapping[str, float] | None, formats: Formats) -> list[Change]:
    """Return the figures that changed since this recipient's last email."""
    named = (("Sessions", "sessions", "sessions"), ("Attendees", "people", "unique_attendees"))
    values = [(label, (before or {}).get(key), value_of(summary.metrics, metric)) for label, key, metric in named]
    return [
        Change(label, formats.count(then), formats.count(now)) for label, then, now in values if before and then != now
    ]


def _standouts(summary: Summary, names: Sequence[str], formats: Formats) -> Iterator[str]:
    for row in summary.sections["standouts"]["rows"]:
        if row["key"] in STANDOUTS:
            standout = parts.standout(row, names, formats)
            (most, best), (least, weakest) = standout.best, standout.weakest
            yield f"{standout.figure}: highest in {best} ({most}), lowest in {weakest} ({least})."
