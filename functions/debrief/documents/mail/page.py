"""The message about a session. Figures are formatted, and text from Kaltura is cleaned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from debrief.documents.mail import answers
from debrief.documents.mail.bars import Bars, chart_of, drawn
from debrief.documents.text import labels, report_names, times
from debrief.documents.text.locale_formats import Formats, formats_of, language_of
from debrief.documents.view import comparison, headline, recording_lines, registered, stay, tiles, verdict
from debrief.documents.view.session_header import host_name, nobody_came, room_name, session_reference
from debrief.documents.view.strongest_moment import strongest_moment
from debrief.documents.view.tile import Tile
from debrief.message import About, Change, Figure, Message
from debrief.model import Summary

if TYPE_CHECKING:
    from debrief.documents.mail.answers import FollowUpLine, PollPart
    from debrief.documents.presentation import Presentation
    from debrief.documents.view.recording_lines import RecordingLine


@dataclass(frozen=True, kw_only=True)
class MailPage(Message):
    """The message about a session, and the parts that only the email shows."""

    came: str  # the number of attendees, for the subject; blank if unknown
    came_of_registered: str  # the share of registered people who came, for the subject; blank if unknown
    day: str  # the date, for the subject
    parts: str
    host: str
    nobody_attended: bool
    registered: str  # how many of the registered people came, unless a figure says it; blank without a list
    compared: str  # a sentence that names the sessions with which figures are compared
    engaged_means: str
    moment: str  # a sentence about the moment with the most reactions
    polls: PollPart | None
    follow_up: Sequence[FollowUpLine]
    recordings: Sequence[RecordingLine]

    @property
    def follow_up_note(self) -> str:
        """Return sentences about the follow-up lists: what their links open, and who is on no list."""
        return answers.list_note(self.follow_up)

    @property
    def picture(self) -> Bars | None:
        """Return the chart as bars."""
        return drawn(self.chart) if self.chart else None

    @property
    def preheader(self) -> str:
        """Return the text that an inbox shows beside the subject."""
        if self.changes:
            return "; ".join(f"{change.label}: {change.now}, not {change.before}" for change in self.changes)
        return self.verdict


def mail_page(
    summary: Summary,
    presentation: Presentation,
    before: Mapping[str, float] | None = None,
    list_links: Mapping[str, str] | None = None,
) -> MailPage:
    """Return the message about a session, still without subject and links.

    `before` are the headline figures of the recipient's last email about the session; None in a first email.
    `list_links` are the recipient's links to follow-up lists, by key.
    """
    session, zone, formats = summary.session, presentation.zone, formats_of(presentation.language)
    nobody, figures = nobody_came(summary), _figures(summary, presentation, formats)
    _, state_note = labels.state(summary.state, presentation.last_check(session.end), zone, formats)
    is_final, is_update = summary.state == "final", before is not None
    return MailPage(
        kind="report",
        key="\0".join((session.cue_point_id, session.end.isoformat(), str(summary.revision))),
        # Used only if no attempt is recorded, as in a preview: the planned time of the export, the same each time.
        date=session.end + timedelta(minutes=summary.check_minutes or 0),
        about=About(
            session.cue_point_id, session.entry_id, session.start, session.end, summary.state, summary.revision
        ),
        language=language_of(presentation.language),
        label=f"{'Updated session report' if is_update else 'Session report'}{' · Final' if is_final else ''}",
        title=room_name(summary),
        came=_came(summary, formats),
        came_of_registered=_came_of_registered(summary, formats),
        day=times.short_day(session.start.astimezone(zone).date(), formats),
        when=times.when(session.start, session.end, zone, formats),
        length="" if session.is_open else f"{formats.minutes(session.duration_minutes)} min",
        parts=times.interrupted(session.parts, zone, formats),
        host=host_name(summary),
        is_final=is_final,
        state_note=state_note,
        is_update=is_update,
        reference=session_reference(session),
        nobody_attended=nobody,
        verdict=verdict.verdict(summary, zone, formats),
        figures=figures,
        registered=" ".join(filter(None, (_registered(summary, figures, formats), _unclear(summary, formats)))),
        compared=comparison.with_what(summary, zone, formats),
        engaged_means="" if nobody else tiles.engaged_means(summary.metrics),
        changes=_changes(before, headline.headline_figures(summary), formats) if before is not None else (),
        chart=chart_of(summary, zone, formats),
        moment=strongest_moment(summary, zone, formats),
        polls=None if nobody else answers.poll_part(summary, zone, formats),
        follow_up=() if nobody else answers.follow_up_lines(summary, list_links or {}, formats),
        recordings=() if nobody else recording_lines.in_lines(summary, presentation.recording_url, formats),
        notes=[
            *stay.left_open(summary, zone, formats),
            *(formats.in_sentence(report_names.for_reader(finding.message)) for finding in summary.warnings),
            *filter(None, [tiles.unidentified(summary.metrics, formats)]),
        ],
    )


def _came(summary: Summary, formats: Formats) -> str:
    """Return `347 attendees`, `no attendees` or, for a webcast without a room, `347 live viewers`; blank if unknown."""
    if nobody_came(summary):
        return "no attendees"
    people, viewers = (tiles.value_of(summary.metrics, key) for key in ("unique_attendees", "viewers_live"))
    if people:
        return formats.plural(people, "attendee", "attendees")
    return formats.plural(viewers, "live viewer", "live viewers") if viewers else ""


def _came_of_registered(summary: Summary, formats: Formats) -> str:
    """Return `61% of the registered came`; blank if it is unknown or no headline figure."""
    rate = headline.headline_figures(summary).get("registration_rate")
    return "" if rate is None else f"{formats.percent(rate)} of the registered came"


def _registered(summary: Summary, figures: Sequence[Figure], formats: Formats) -> str:
    """Return how many of the registered people came, or why it is unknown; blank if a figure says it already."""
    if any(figure.key == "registration_rate" for figure in figures):
        return ""
    reason = (summary.sections.get("registrations") or {}).get("unavailable")
    sentence = registered.in_one_sentence(summary, formats)
    if not reason:
        return sentence
    return f"{sentence or 'Registrations are not known.'} {formats.in_sentence(report_names.for_reader(reason))}"


def _unclear(summary: Summary, formats: Formats) -> str:
    """Return how many people on the list have an unclear status; blank if there are none."""
    people = ((summary.sections.get("registrations") or {}).get("apart") or {}).get("unclear")
    if not people:
        return ""
    who = formats.plural(people, "person on the list has", "people on the list have")
    return f"{who} a status that Debrief does not know; not known whether they registered."


def _changes(before: Mapping[str, float], now: Mapping[str, float], formats: Formats) -> list[Change]:
    """Return the figures whose printed value has changed."""
    rows = [
        Change(
            labels.metric(key), *(headline.format_headline(key, values.get(key), formats) for values in (before, now))
        )
        for key in headline.comparable(before, now)
    ]
    return [row for row in rows if row.before != row.now]


def _figures(summary: Summary, presentation: Presentation, formats: Formats) -> list[Figure]:
    """Return the headline figures among the main tiles, and a fifth figure.

    For a webcast without attendees in its room, return the first five figures of the group `Viewers`.
    """
    shown = [tile for tile in tiles.tiles(summary, formats) if tile.key in headline.HEADLINE]
    if tiles.value_of(summary.metrics, "unique_attendees"):
        shown += _fifth_tile(summary, presentation, formats)
    elif groups := tiles.groups(summary, presentation.zone, formats):
        shown = list(groups[0].tiles[:5])
    compared = comparison.changes(summary, formats)
    return [
        _figure(tile, compared.get(tile.key, ""), tiles.value_of(summary.metrics, tile.key), formats) for tile in shown
    ]


def _figure(tile: Tile, change: str, amount: float | None, formats: Formats) -> Figure:
    gap = formats.before_percent if tile.unit == "%" else " " if tile.unit else ""
    printed = f"{tile.value}{gap}{tile.unit}"
    return Figure(tile.label, tile.value, tile.unit, tile.note, change, printed, tile.key, amount)


def _fifth_tile(summary: Summary, presentation: Presentation, formats: Formats) -> list[Tile]:
    """Return the peak of live viewers; if it is unknown or zero, the breakout rooms, else the guests."""
    metrics = summary.metrics
    peak, rooms, guests = (tiles.value_of(metrics, key) for key in ("peak_live_viewers", "breakout_rooms", "guests"))
    if peak:
        return [
            Tile(
                labels.metric("peak_live_viewers"),
                formats.count(peak),
                _people(peak),
                tiles.peak_note(summary, presentation.zone, formats),
                "peak_live_viewers",
            )
        ]
    if rooms:
        people = formats.plural(tiles.value_of(metrics, "breakout_participants"), "participant", "participants")
        return [Tile(labels.metric("breakout_rooms"), formats.count(rooms), "", f"{people}, an estimate")]
    if guests is not None:
        people = formats.plural(tiles.value_of(metrics, "unique_attendees"), "attendee", "attendees")
        return [Tile(labels.metric("guests"), formats.count(guests), _people(guests), f"of {people}")]
    return []


def _people(count: float) -> str:
    return "person" if count == 1 else "people"
