"""A setting that changes between two stages; `make faults` changes every one before every stage."""

from __future__ import annotations

import pytest

from support.settings_changed import SETTINGS, Setting, tried

SAMPLE = (  # by the place in SETTINGS, the stage that it changes before
    (0, 2),  # what the host may see, before the first email
    (9, 4),  # interruptions, before the export of the merged session
)


@pytest.mark.parametrize(("setting", "before"), [(SETTINGS[place], before) for place, before in SAMPLE], ids=str)
def test_a_setting_that_changes_between_stages_leaves_all_as_it_should_be(setting: Setting, before: int) -> None:
    assert tried(setting, before) == []
