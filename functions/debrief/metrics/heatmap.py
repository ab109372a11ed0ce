"""An attendee's minutes in the three shades of the Summary page (analytics-front-end, heat-map-store.service.ts)."""

from __future__ import annotations

from datetime import datetime, timedelta

from debrief.util.columns import Cells
from debrief.util.values import moment

ENGAGED, LESS, AWAY = "e", "n", "-"
_MINUTE = timedelta(minutes=1)
_OFFLINE = "Offline"


def shades(rows: list[Cells], start: datetime, end: datetime) -> str:
    """Return one character for each minute: `e` engaged, `n` less engaged, `-` absent.

    If a minute has several rows, `e` wins over `n`, and `n` over `-`. Kaltura rounds the end to the nearest minute, and
    the page leaves that minute out. A session within one minute has no shades.
    """
    first = minute_after(start)
    minutes = max(int((nearest_minute(end) - first) / _MINUTE), 0)
    line = [AWAY] * minutes
    for row in rows:
        at, state = moment(row.get("position", "")), row.get("user_engagement", _OFFLINE)
        place = int((at - first) / _MINUTE) if at and at >= first else minutes
        if place < minutes and state != _OFFLINE and line[place] != ENGAGED:
            line[place] = ENGAGED if is_engaged(state) else LESS
    return "".join(line)


def minute_after(start: datetime) -> datetime:
    """Return the first full minute of a session. The page too leaves out a minute that began before the session."""
    return start if start.second == 0 else start.replace(second=0, microsecond=0) + _MINUTE


def nearest_minute(time: datetime) -> datetime:
    """Return the full minute to which Kaltura rounds the end of a window; half a minute rounds up."""
    return (time + _MINUTE / 2).replace(second=0, microsecond=0)


def is_engaged(state: str) -> bool:
    """Apply the page's rule to a state such as `TabFocusedMicMutedFullScreenOffCameraOffSoundOn`.

    Of the 96 states, Kaltura's engagement rates count four as engaged that the page does not.
    """
    return (
        ("TabFocused" in state and "SoundOn" in state)
        or ("FullScreen" in state and "Camera" in state and "FullScreenOff" not in state)
        or "CameraOn" in state
        or "OnStage" in state
    )
