"""States of viewers, as named by Kaltura's rooms and players (kKavaBase.php).

The state of a viewer in a room is `Tab…Mic…FullScreen…Camera…Sound…`, sometimes with `OnStage` or `OffStage`. The
viewer is not engaged if the tab is not in focus, and there is no full screen and no camera, and the viewer is not on
stage. The state in a player is `Sound…Tab…`, sometimes with `FullScreen…`.
"""

from __future__ import annotations

import random
from typing import Literal, TypeAlias

from kaltura_standin.account import Run

Habits: TypeAlias = Literal["player", "on stage", "camera", "full screen", "sound off", "plain"]

# habits: (states while engaged), (states while not engaged); repeated states are more frequent
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
    # The page shades this state as less engaged, but the server counts it as engaged.
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
    """Return how a person watches: in the room of a session, or in a player if there is no session."""
    if run is None:
        return "player"
    if user_id and user_id == run.host:
        return "on stage"
    if rng.random() < (run.script.cameras if run.script else 0.0):
        return "camera"
    chance = rng.random()
    return "full screen" if chance < 0.28 else "sound off" if chance < 0.33 else "plain"


def state(rng: random.Random, habits: Habits, *, engaged: bool) -> str:
    """Return one of the states of these habits."""
    return rng.choice(_STATES[habits][0 if engaged else 1])
