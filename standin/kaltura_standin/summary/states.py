"""States of viewers, as named by Kaltura's rooms and players (kKavaBase.php).

A room's: `Tab…Mic…FullScreen…Camera…Sound…` and at times `OnStage` or `OffStage`; not engaged are those with the tab
out of focus, no full screen, no camera and not on stage. A player's: `Sound…Tab…` and at times `FullScreen…`.
"""

from __future__ import annotations

import random
from typing import Literal, TypeAlias

from kaltura_standin.account import Run

Habits: TypeAlias = Literal["player", "on stage", "camera", "full screen", "sound off", "plain"]

# habits: (states when engaged), (states when not); repeated ones are more frequent
_STATES: dict[Habits, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "player": (
        ("SoundOnTabFocused", "SoundOnTabFocused", "SoundOnTabFocusedFullScreen", "SoundOnTabFocusedFullScreenOff"),
        ("SoundOnTabNotFocused", "SoundOffTabNotFocused", "SoundOffTabFocused"),
    ),
    "on stage": (
        ("TabFocusedMicUnmutedFullScreenOffCameraOnSoundOnOnStage",),
        ("TabNotFocusedMicMutedFullScreenOffCameraOffSoundOnOffStage",),
    ),
    "camera": (
        (
            "TabFocusedMicMutedFullScreenOffCameraOnSoundOn",
            "TabFocusedMicMutedFullScreenOffCameraOnSoundOn",
            "TabFocusedMicUnmutedFullScreenOffCameraOnSoundOn",
            "TabNotFocusedMicMutedFullScreenOffCameraOnSoundOn",
        ),
        ("TabNotFocusedMicMutedFullScreenOffCameraOffSoundOn",),
    ),
    "full screen": (
        ("TabFocusedMicMutedFullScreenCameraOffSoundOn",),
        ("TabNotFocusedMicMutedFullScreenOffCameraOffSoundOn",),
    ),
    # Here the page's own shade differs from the server's ratio: the server calls it engaged.
    "sound off": (
        ("TabFocusedMicMutedFullScreenOffCameraOffSoundOff",),
        ("TabNotFocusedMicMutedFullScreenOffCameraOffSoundOff",),
    ),
    "plain": (
        ("TabFocusedMicMutedFullScreenOffCameraOffSoundOn",),
        (
            "TabNotFocusedMicMutedFullScreenOffCameraOffSoundOn",
            "TabNotFocusedMicMutedFullScreenOffCameraOffSoundOn",
            "TabNotFocusedMicMutedFullScreenOffCameraOffSoundOff",
        ),
    ),
}


def habits_of(rng: random.Random, run: Run | None, user_id: str) -> Habits:
    """How somebody watches; without a session of a room, it is a player."""
    if run is None:
        return "player"
    if user_id and user_id == run.host:
        return "on stage"
    if rng.random() < (run.script.cameras if run.script else 0.0):
        return "camera"
    chance = rng.random()
    return "full screen" if chance < 0.28 else "sound off" if chance < 0.33 else "plain"


def state(rng: random.Random, habits: Habits, *, engaged: bool) -> str:
    """One of the states of these habits."""
    return rng.choice(_STATES[habits][0 if engaged else 1])
