"""How engaged one person was, minute by minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from page_data import END, START

from debrief.metrics.heatmap import is_engaged, minute_after, nearest_minute, shades
from debrief.util.columns import Cells


def test_a_session_within_one_minute_has_no_heatmap() -> None:
    assert shades([], START + timedelta(seconds=10), START + timedelta(seconds=50)) == ""


def state(at: int, text: str) -> Cells:
    return {"position": str(int(START.timestamp()) + 60 * at), "user_engagement": text, "count_viewers": "1"}


def test_a_heatmap_has_three_shades_a_character_a_minute() -> None:
    rows = [
        state(3, "SoundOffTabNotFocused"),
        state(1, "Offline"),
        state(2, "TabFocusedMicMutedFullScreenOffCameraOffSoundOn"),
        state(2, "SoundOffTabNotFocused"),
        state(-1, "SoundOnTabFocused"),
        state(99, "SoundOnTabFocused"),
    ]
    assert shades(rows, START, START + timedelta(minutes=5)) == "--en-"


@pytest.mark.parametrize(("second", "minutes"), [(0, 5), (29, 5), (30, 6), (59, 6)])
def test_a_heatmap_ends_with_the_minute_nearest_to_the_end(second: int, minutes: int) -> None:
    rows = [state(at, "SoundOnTabFocused") for at in range(7)]
    assert shades(rows, START, START + timedelta(minutes=5, seconds=second)) == "e" * minutes


def test_a_full_minute_has_no_part_of_a_second() -> None:
    assert nearest_minute(END + timedelta(seconds=12, microseconds=5)) == END
    assert nearest_minute(END - timedelta(seconds=12, microseconds=5)) == END
    assert minute_after(START + timedelta(seconds=12, microseconds=5)) == START + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "engaged"),
    [
        ("SoundOnTabFocused", True),
        ("SoundOnTabNotFocused", False),
        ("SoundOffTabFocused", False),
        ("TabNotFocusedMicMutedFullScreenCameraOffSoundOff", True),
        ("TabNotFocusedMicMutedFullScreenOffCameraOnSoundOff", True),
        ("TabNotFocusedMicMutedFullScreenOffCameraOffSoundOffOnStage", True),
        ("TabFocusedMicMutedFullScreenOffCameraOffSoundOff", False),
        ("TabNotFocusedMicUnmutedFullScreenOffCameraOffSoundOn", False),
    ],
)
def test_engaged_is_what_the_page_shows_dark(text: str, *, engaged: bool) -> None:
    assert is_engaged(text) is engaged
