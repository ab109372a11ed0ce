"""The digest: one email about all sessions of a week or a month, instead of an email about each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from debrief.documents.mail.email import render_email
from debrief.documents.mail.message import file_links
from debrief.documents.mail.notice import Notice, notice_message
from debrief.documents.text import figures, labels, times
from debrief.documents.text.locale_formats import formats_of, language_of
from debrief.documents.text.sanitize import clean, clean_sentence
from debrief.message import Figure, Message
from debrief.session_figures import Overview, SessionFigures

if TYPE_CHECKING:
    from debrief.documents.mail.message import Letter
    from debrief.documents.presentation import Presentation
    from debrief.documents.text.locale_formats import Formats

MOST_ROWS, MOST_CHANGED = 60, 20  # a larger email would be cut by Gmail (102 KB)
_MOST_PROBLEMS = 20
_WIDEST = 100  # percent
_COUNTED = (
    "Visits count a person in two sessions twice. New and returning people are counted in each report, without staff, "
    "and added up."
)
_AS_OF = "The figures are as they were at the end of this time; a link opens the newest report."
_UP, _DOWN = "\N{BLACK UP-POINTING TRIANGLE}", "\N{BLACK DOWN-POINTING TRIANGLE}"


@dataclass(frozen=True, slots=True)
class Step:
    """A week or a month of the trend: its first day, and the visits of its sessions."""

    first: date
    visits: float


@dataclass(frozen=True, slots=True)
class Changed:
    """A session of an earlier digest, with the figures of now, and the attendees and the state that were mailed."""

    session: SessionFigures
    people: float | None
    state: str


@dataclass(frozen=True, kw_only=True)
class Digest:
    """The content, from the ledger."""

    is_week: bool
    first: date
    last: date
    sessions: Sequence[SessionFigures]  # with figures as at the end of the period, without virtual events
    overview: Overview  # of `sessions`, in their order
    events: Sequence[SessionFigures] = ()
    changed: Sequence[Changed] = ()
    trend: Sequence[Step] = ()  # up to this period
    problems: Sequence[tuple[str, str]] = ()  # sessions that need action: the session and the reason
    links: Mapping[str, str] = field(default_factory=dict, repr=False)  # the recipient's links, by session
    daily: Notice | None = None  # the admin's daily summary


@dataclass(frozen=True, slots=True)
class Row:
    """A session: its name and link, day and time, facts in words, and the number of attendees."""

    name: str
    link: str = field(repr=False)
    when: str
    facts: str
    people: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the trend, in percent of the longest."""

    label: str
    visits: str
    width: int


@dataclass(frozen=True, kw_only=True)
class DigestMail(Message):
    """The message, and what only the email shows."""

    selection: str  # which sessions are new in the digest, a sentence
    bars: Sequence[Bar]
    unit: str  # week or month
    standouts: Sequence[str]
    problems: Sequence[str]
    sessions: Sequence[Row]
    more: str  # how many sessions are left out
    changed: Sequence[Row]
    more_changed: str
    daily: Message | None

    @property
    def preheader(self) -> str:
        return self.verdict or self.when


def render_digest(digest: Digest, presentation: Presentation, letter: Letter, key: str) -> bytes:
    """Return the email as RFC 5322 bytes with CRLF. The same arguments give the same bytes.

    Raises BadSettings if the sender is not exactly one address; NoRecipient if the recipient is not.
    """
    return render_email(digest_message(digest, presentation, letter, key), letter)


def digest_message(digest: Digest, presentation: Presentation, letter: Letter, key: str) -> DigestMail:
    formats, unit = formats_of(presentation.language), "week" if digest.is_week else "month"
    rows = sorted([*digest.sessions, *digest.events], key=lambda each: (each.start, each.cue_point_id), reverse=True)
    visits = digest.overview.totals["unique_attendees"]
    sessions = formats.plural(len(digest.sessions), "session", "sessions")
    came = formats.plural(visits.value, "visit", "visits") if visits.known else ""
    title = _title(digest, formats)
    counts = ", ".join(filter(None, [sessions, came])) if digest.sessions else _changes_only(digest, formats)
    return DigestMail(
        kind="digest",
        key=f"notice\0{key}",
        language=language_of(presentation.language),
        label="Weekly digest" if digest.is_week else "Monthly digest",
        title=title,
        subject=f"{title}: {counts}" if letter.has_figure_in_subject else title,
        when=f"{_span(digest, formats)}, times in {presentation.zone.key}",
        verdict=clean_sentence(_compared(digest, unit, formats) if digest.sessions else f"{counts}."),
        figures=list(_figures(digest, formats)) if digest.sessions else (),
        notes=[_COUNTED, _AS_OF],
        links=file_links([*(digest.daily.buttons if digest.daily else ()), *letter.file_links]),
        selection=f"Sessions whose first report was ready in this {unit}." if rows else "",
        bars=_bars(digest, formats),
        unit=unit,
        standouts=list(_standouts(digest, presentation, formats)),
        problems=[clean_sentence(f"{name}: {reason}") for name, reason in digest.problems[:_MOST_PROBLEMS]]
        + _more(len(digest.problems), _MOST_PROBLEMS, formats),
        sessions=[_row(each, digest, presentation, formats) for each in rows[:MOST_ROWS]],
        more="".join(_more(len(rows), MOST_ROWS, formats)),
        changed=[_changed_row(each, digest, presentation, formats) for each in digest.changed[:MOST_CHANGED]],
        more_changed="".join(_more(len(digest.changed), MOST_CHANGED, formats)),
        daily=notice_message(digest.daily, letter, presentation, message_key="", date=None) if digest.daily else None,
    )


def _more(count: int, most: int, formats: Formats) -> list[str]:
    return [f"These are the latest {most} of {formats.count(count)}."] if count > most else []


def _title(digest: Digest, formats: Formats) -> str:
    if digest.is_week:
        return f"Your sessions, week of {times.short_day(digest.first, formats).partition(' ')[2]}"
    return f"Your sessions in {times.month(digest.first)}"


def _span(digest: Digest, formats: Formats) -> str:
    return f"{times.short_day(digest.first, formats)} to {times.short_day(digest.last, formats)} {digest.last.year}"


def _changes_only(digest: Digest, formats: Formats) -> str:
    if digest.events:
        return formats.plural(len(digest.events), "event", "events")
    return f"{formats.plural(len(digest.changed), 'earlier session', 'earlier sessions')} updated"


def _compared(digest: Digest, unit: str, formats: Formats) -> str:
    """Compare the visits with the period before; blank if its visits are not known."""
    if len(digest.trend) < 2:
        return ""
    before, now = digest.trend[-2].visits, digest.trend[-1].visits
    change = abs(now - before)
    if not change:
        return f"As many visits as in the {unit} before."
    arrow, more = (_UP, "more") if now > before else (_DOWN, "fewer")
    return f"Visits: {arrow} {formats.count(change)} {more} than in the {unit} before ({formats.count(before)})."


def _figures(digest: Digest, formats: Formats) -> Iterator[Figure]:
    count = len(digest.sessions)
    words = formats.count(count)
    yield Figure("Sessions", words, "", "without virtual events" if digest.events else "", "", words)
    for key, label, note in (
        ("unique_attendees", labels.VISITS, "attendees of each session, added up"),
        ("first_time", "New people", "in none of the room\N{RIGHT SINGLE QUOTATION MARK}s last sessions"),
        ("came_back", "Returning people", "in at least one of them"),
        (
            "registered_absent",
            labels.short_metric("registered_absent"),
            "registered and not seen",
        ),
    ):
        total = digest.overview.totals[key]
        if not total.known:
            continue
        known = "" if total.known == count else f"; known of {formats.plural(total.known, 'session', 'sessions')}"
        words = formats.count(total.value)
        yield Figure(label, words, "", f"{note}{known}", "", words)


def _bars(digest: Digest, formats: Formats) -> list[Bar]:
    most = max((step.visits for step in digest.trend), default=0)
    if len(digest.trend) < 2 or not most:
        return []
    return [
        Bar(
            times.short_day(step.first, formats).partition(" ")[2] if digest.is_week else times.month(step.first),
            formats.count(step.visits),
            round(_WIDEST * step.visits / most),
        )
        for step in digest.trend
    ]


def _standouts(digest: Digest, presentation: Presentation, formats: Formats) -> Iterator[str]:
    for row in digest.overview.standouts:
        best, weakest = (
            f"{_few(row[end]['places'], digest, presentation, formats)} ({formats.percent(row[end]['value'])})"
            for end in ("best", "weakest")
        )
        yield f"{labels.session_metric(row['key'])}: highest in {best}, lowest in {weakest}."


def _few(places: Sequence[int], digest: Digest, presentation: Presentation, formats: Formats) -> str:
    if len(places) > 2:
        return f"{formats.count(len(places))} sessions"
    few = [digest.sessions[place] for place in places]
    return " and ".join(f"{_name(each)}, {_day(each, presentation, formats)}" for each in few)


def _name(session: SessionFigures) -> str:
    return clean(session.name) or clean(session.entry_id)


def _day(session: SessionFigures, presentation: Presentation, formats: Formats) -> str:
    return times.short_day(session.start.astimezone(presentation.zone).date(), formats)


def _when(session: SessionFigures, presentation: Presentation, formats: Formats) -> str:
    return f"{_day(session, presentation, formats)}, {times.clock(session.start, presentation.zone, formats)}"


def _row(session: SessionFigures, digest: Digest, presentation: Presentation, formats: Formats) -> Row:
    known = session.figures.get
    is_event = session in digest.events
    share, engaged, new, back = (known(key) for key in ("presence_share", "engagement_rate", "first_time", "came_back"))
    facts = (
        "virtual event" if is_event else "",
        "" if share is None else f"stayed {formats.percent(share)}",
        "" if engaged is None else f"{formats.percent(engaged)} engaged",
        "" if new is None or back is None else f"{formats.count(new)} new, {formats.count(back)} returning",
        "" if session.state == "final" else "figures may still change",
    )
    people = known("people" if is_event else "unique_attendees")
    return Row(
        _name(session),
        digest.links.get(session.cue_point_id, ""),
        _when(session, presentation, formats),
        " \N{MIDDLE DOT} ".join(filter(None, facts)),
        formats.count(people),
    )


def _changed_row(changed: Changed, digest: Digest, presentation: Presentation, formats: Formats) -> Row:
    session, now = changed.session, changed.session.figures.get("unique_attendees")
    same = now == changed.people
    facts = (
        "same number of attendees" if same else f"attendees: {formats.count(changed.people)} before",
        "final now" if (changed.state, session.state) == ("provisional", "final") else "",
    )
    return Row(
        _name(session),
        digest.links.get(session.cue_point_id, ""),
        _when(session, presentation, formats),
        " \N{MIDDLE DOT} ".join(filter(None, facts)),
        figures.DASH if now is None else formats.count(now),
    )
