"""Tiles of a session's figures: the main figures, and two further groups: viewers, and live engagement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from debrief.documents.text import figures, labels, report_names, times
from debrief.documents.text.locale_formats import PLAIN, Formats
from debrief.documents.view.common import is_for_whole_event
from debrief.documents.view.stay import attended_minutes, is_left_open, known_key
from debrief.documents.view.tile import Tile, TileGroup
from debrief.util.values import moment

if TYPE_CHECKING:
    from debrief.model import Metric, Summary


_THOUSAND = 1000
_ENGAGED = (
    "Engaged: the session\N{RIGHT SINGLE QUOTATION MARK}s tab was in focus or full screen, or the camera was on, or "
    "the person was on stage."
)


def tiles(summary: Summary, formats: Formats = PLAIN) -> list[Tile]:
    """Return the main figures: up to six tiles of attendance, stay and engagement.

    With a list of registrations, the share of registered people who came replaces the share who stayed to the end.
    """
    if (rate := _of_registered(summary, formats)) is None:
        return [tile for make in _TILES if (tile := make(summary, formats)) is not None]
    attendees, *others = (make(summary, formats) for make in _TILES if make is not _stayed_to_end)
    return [tile for tile in (attendees, rate, *others) if tile is not None]


def groups(summary: Summary, zone: ZoneInfo, formats: Formats = PLAIN) -> list[TileGroup]:
    """Return the groups of viewers and of live engagement. A group without figures is left out."""
    all_groups = (
        TileGroup("Viewers", _viewers(summary, zone, formats), _VIEWERS),
        TileGroup("Live engagement", [tile for make in _LIVE_SHARES if (tile := make(summary, formats))], _SHARES),
    )
    return [group for group in all_groups if group.tiles]


def unidentified(metrics: Mapping[str, Metric], formats: Formats = PLAIN) -> str:
    """Say how many minutes unidentified viewers watched; blank if there are no such minutes."""
    minutes, total = value_of(metrics, "minutes_unidentified"), value_of(metrics, "minutes_total")
    if not minutes or not total or figures.minutes(minutes) == figures.minutes(0):
        return ""
    part = f"{formats.minutes(minutes)} of {whole_minutes(total, formats)} minutes ({formats.percent(minutes / total)})"
    sentence = f"{part} were watched by people whom Kaltura could not identify."
    return f"{sentence} The minutes count in the engagement rate; the people do not count as attendees."


def value_of(metrics: Mapping[str, Metric], key: str) -> float | None:
    """Return a metric's value; None if it is missing, unknown or not a number."""
    metric = metrics.get(key)
    return figures.known(metric.value) if metric else None


def _tile(summary: Summary, formats: Formats, key: str, unit: str, note: str) -> Tile | None:
    """Return the tile of a metric; None if the summary lacks the metric. Without a value, the note is the reason."""
    metric = summary.metrics.get(key)
    if metric is None:
        return None
    label, value = labels.metric(key), figures.known(metric.value)
    if value is None:
        return Tile(label, figures.DASH, "", _sentence(metric.reason), key)
    printed = {"people": formats.count, "count": formats.count, "minutes": formats.minutes}.get(
        metric.unit, formats.percent
    )(value)
    return Tile(label, printed.removesuffix("%").rstrip(), unit, note, key)


def _sentence(reason: str | None) -> str:
    reason = report_names.for_reader(reason or "not available")
    return reason[:1].upper() + reason[1:]


def _had_breakouts(summary: Summary) -> bool:
    """Return whether the session had breakouts, whose minutes the main room's figures lack."""
    return bool(value_of(summary.metrics, "breakout_sessions"))


def _came(summary: Summary, formats: Formats) -> Tile | None:
    users, guests = value_of(summary.metrics, "users"), value_of(summary.metrics, "guests")
    note = f"{formats.plural(users, 'user', 'users')}, {formats.plural(guests, 'guest', 'guests')}"
    people, only_breakout = (value_of(summary.metrics, key) for key in ("unique_attendees", "people_breakout_only"))
    if people and only_breakout:
        main, everybody = formats.count(people), formats.count(people + only_breakout)
        note = f"{main} in the main room: {note}; {everybody} including breakouts"
    return _tile(summary, formats, "unique_attendees", "person" if people == 1 else "people", note)


def _average(summary: Summary, formats: Formats) -> Tile | None:
    share = value_of(summary.metrics, known_key(summary, "presence_share"))
    note = "per attendee"
    if share is not None:
        minutes = f"{formats.minutes(attended_minutes(summary))} min"
        note = f"{formats.percent(share)} of the session\N{RIGHT SINGLE QUOTATION MARK}s {minutes}"
        if is_left_open(summary):
            note = f"{formats.percent(share)} of the {minutes} in which people attended"
    return _tile(summary, formats, known_key(summary, "presence_average"), "min", note)


def _stayed_tile(summary: Summary, formats: Formats, part: int) -> Tile | None:
    least = f"{formats.minutes(attended_minutes(summary) * part / 100)} min"
    people = formats.plural(value_of(summary.metrics, "unique_attendees"), "attendee", "attendees")
    only_breakout = value_of(summary.metrics, "people_breakout_only")
    if only_breakout:
        present = formats.plural(value_of(summary.metrics, "people_present"), "person", "people")
        people = f"{present}, {formats.count(only_breakout)} of them in breakouts only"
    key = known_key(summary, f"present_{part}")
    return _tile(summary, formats, key, "%", f"of {people}: {least} or more")


def _stayed_to_end(summary: Summary, formats: Formats) -> Tile | None:
    return _stayed_tile(summary, formats, 90)


def _of_registered(summary: Summary, formats: Formats) -> Tile | None:
    """Return the share of registered people who came; None if unknown, without a list, or with an event's list."""
    registered, came, rate = (
        value_of(summary.metrics, key) for key in ("registered", "registered_came", "registration_rate")
    )
    if rate is None or is_for_whole_event(summary):
        return None
    note = f"{formats.count(came)} of {formats.plural(registered, 'registered person', 'registered people')}"
    return _tile(summary, formats, "registration_rate", "%", note)


def _engaged(summary: Summary, formats: Formats) -> Tile | None:
    total = whole_minutes(value_of(summary.metrics, "minutes_total"), formats)
    where = "in the main room" if _had_breakouts(summary) else "attended"
    return _tile(summary, formats, "engagement_rate", "%", f"of all {total} minutes {where}")


def whole_minutes(minutes: float | None, formats: Formats) -> str:
    """Format a number of minutes, without a decimal from 1,000 on."""
    return formats.minutes(minutes) if minutes is None or minutes < _THOUSAND else formats.count(minutes)


def engaged_means(metrics: Mapping[str, Metric]) -> str:
    """Return Kaltura's definition of `engaged` in a room; blank without an engagement rate."""
    return _ENGAGED if value_of(metrics, "engagement_rate") is not None else ""


_TILES: tuple[Callable[[Summary, Formats], Tile | None], ...] = (
    _came,
    _average,
    lambda summary, formats: _tile(
        summary, formats, known_key(summary, "presence_median"), "min", "half stayed at least this long"
    ),
    lambda summary, formats: _stayed_tile(summary, formats, 75),
    _stayed_to_end,
    _engaged,
)


_VIEWERS = (
    "Kaltura's estimate of unique viewers, identified or not. A person who watched both live and the recording "
    "counts once in the total."
)


def _viewers(summary: Summary, zone: ZoneInfo, formats: Formats) -> list[Tile]:
    """Return up to eight tiles: people first, then minutes and plays."""
    without_breakouts = ", breakouts not counted" if _had_breakouts(summary) else ""
    tiles_ = (
        _tile(summary, formats, "viewers_total", "people", "live, recording or both"),
        _tile(summary, formats, "viewers_live", "people", "during the session"),
        _tile(summary, formats, "viewers_recording", "people", "afterwards"),
        _tile(summary, formats, "peak_live_viewers", "people", peak_note(summary, zone, formats)),
        _tile(summary, formats, "minutes_viewed_average", "min", f"of all viewers{without_breakouts}"),
        _tile(summary, formats, "minutes_viewed_average_live", "min", f"of live viewers{without_breakouts}"),
        _tile(
            summary,
            formats,
            "minutes_viewed_average_recording",
            "min",
            "of the recording\N{RIGHT SINGLE QUOTATION MARK}s viewers",
        ),
        _tile(summary, formats, "recording_plays", "plays", "times that playback started"),
    )
    return [tile for tile in tiles_ if tile]


def peak_note(summary: Summary, zone: ZoneInfo, formats: Formats = PLAIN) -> str:
    """Return when the peak was; if it exceeds the number of attendees, add that it counts each open device."""
    metric = summary.metrics.get("peak_live_viewers_at")
    time = moment(metric.value) if metric and isinstance(metric.value, str) else None
    span = (summary.session.start, summary.session.end)
    note = f"at {times.within(time, span, zone, formats)}" if time else "in the same minute"
    return f"{note}; each open device counts" if counts_more(summary) else note


def counts_more(summary: Summary) -> bool:
    """Return whether the peak of viewers exceeds the number of attendees."""
    peak, people = (value_of(summary.metrics, key) for key in ("peak_live_viewers", "unique_attendees"))
    return peak is not None and people is not None and peak > people


def _share_tile(
    rate: str, whole: str, count: str = "", singular: str = "", plural: str = ""
) -> Callable[[Summary, Formats], Tile | None]:
    """Return a function that makes a tile of the metric `rate`, a share of `whole`; its note has the metric `count`."""

    def make(summary: Summary, formats: Formats) -> Tile | None:
        viewers = figures.known((summary.sections.get("counts") or {}).get("viewers_of_shares"))
        is_counted = whole == _LIVE and viewers is not None
        note = f"of {formats.plural(viewers, 'live viewer', 'live viewers') if is_counted else whole}"
        number = value_of(summary.metrics, count)
        if number is not None:
            note = f"{note}; {formats.plural(number, singular, plural)}"
        return _tile(summary, formats, rate, "%", note)

    return make


_LIVE, _CHAT = "live viewers", "people logged in to the chat"
_SHARES = "Reactions and downloads are shares of live viewers; chat, polls and Q&A of people logged in to the chat."

_LIVE_SHARES: tuple[Callable[[Summary, Formats], Tile | None], ...] = (
    lambda summary, formats: _tile(
        summary, formats, "live_engagement_rate", "%", "of the time that people watched live"
    ),
    _share_tile("reactions_users_rate", _LIVE, "reactions_count", "reaction", "reactions"),
    _share_tile("chat_users_rate", _CHAT, "chat_messages_count", "message", "messages"),
    _share_tile("polls_users_rate", _CHAT),
    _share_tile("qna_users_rate", _CHAT, "qna_threads_count", "thread", "threads"),
    _share_tile("downloads_users_rate", _LIVE, "downloads_count", "download", "downloads"),
)
