"""View of the email about a session. Figures are formatted, and text from Kaltura is cleaned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from debrief.documents.mail import answers
from debrief.documents.mail.bars import Bars, bars
from debrief.documents.text import labels, report_names, times
from debrief.documents.text.locale_formats import Formats, formats_of, language_of
from debrief.documents.view import comparison, headline, recordings, registrations, stay, tiles, timeline, verdict
from debrief.documents.view.session_header import host_name, nobody_came, room_name, session_reference
from debrief.documents.view.tile import Tile
from debrief.model import Summary

if TYPE_CHECKING:
    from debrief.documents.mail.answers import FollowUpLine, PollPart
    from debrief.documents.presentation import Presentation
    from debrief.documents.view.recordings import RecordingLine


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline figure. `change` compares it with the sessions that `MailPage.compared` names."""

    label: str
    value: str
    unit: str
    note: str
    change: str
    printed: str  # value and unit in one text


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that has changed since the recipient's last email."""

    label: str
    before: str
    now: str


@dataclass(frozen=True)
class MailPage:
    """The email's content without the file links and the footer."""

    language: str
    room: str
    came: str  # the number of attendees, for the subject; blank if unknown
    day: str  # the date, for the subject
    when: str
    duration: str
    parts: str
    host: str
    is_final: bool
    state_note: str
    is_update: bool
    reference: str
    nobody_attended: bool
    verdict: str
    figures: Sequence[Figure]
    registered: str  # how many of the registered people came; blank if no list of registrations was given
    compared: str  # a sentence that names the sessions with which figures are compared
    engaged_means: str
    changes: Sequence[Change]  # figures that changed since the recipient's last email
    picture: Bars | None
    moment: str  # a sentence about the moment with the most reactions
    polls: PollPart | None
    follow_up: Sequence[FollowUpLine]
    recordings: Sequence[RecordingLine]
    notes: Sequence[str]

    @property
    def follow_up_note(self) -> str:
        """Return sentences about the follow-up lists: what their links open, and who is on no list."""
        return answers.list_note(self.follow_up)

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
    """Return the view of a summary.

    `before` are the headline figures of the recipient's last email about the session; None in a first email.
    `list_links` are the recipient's links to follow-up lists, by key.
    """
    session, zone, formats = summary.session, presentation.zone, formats_of(presentation.language)
    nobody = nobody_came(summary)
    _, state_note = labels.state(summary.state, presentation.last_check(session.end), zone, formats)
    return MailPage(
        language=language_of(presentation.language),
        room=room_name(summary),
        came=_came(summary, formats),
        day=times.short_day(session.start.astimezone(zone).date(), formats),
        when=times.when(session.start, session.end, zone, formats),
        duration="" if session.is_open else f"{formats.minutes(session.duration_minutes)} min",
        parts=times.interrupted(session.parts, zone, formats),
        host=host_name(summary),
        is_final=summary.state == "final",
        state_note=state_note,
        is_update=before is not None,
        reference=session_reference(session),
        nobody_attended=nobody,
        verdict=verdict.verdict(summary, zone, formats),
        figures=_figures(summary, presentation, formats),
        registered=registrations.in_one_sentence(summary, formats),
        compared=comparison.with_what(summary, zone, formats),
        engaged_means="" if nobody else tiles.engaged_means(summary.metrics),
        changes=_changes(before, headline.headline_figures(summary), formats) if before is not None else (),
        picture=bars(summary, zone, formats),
        moment=timeline.strongest_moment(summary, zone, formats),
        polls=None if nobody else answers.poll_part(summary, zone, formats),
        follow_up=() if nobody else answers.follow_up_lines(summary, list_links or {}, formats),
        recordings=() if nobody else recordings.in_lines(summary, presentation.recording_url, formats),
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
    return [_figure(tile, compared.get(tile.key, ""), formats) for tile in shown]


def _figure(tile: Tile, change: str, formats: Formats) -> Figure:
    gap = formats.before_percent if tile.unit == "%" else " " if tile.unit else ""
    return Figure(tile.label, tile.value, tile.unit, tile.note, change, f"{tile.value}{gap}{tile.unit}")


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
