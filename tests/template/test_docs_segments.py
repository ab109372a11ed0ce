"""docs/segments.md names the lists that exist, and the numbers in their rules."""

from __future__ import annotations

import re

from debrief.documents.text import labels
from debrief.metrics.segments.activity import FEWEST
from debrief.metrics.segments.history import OFTEN, RECENT
from debrief.metrics.segments.stay import FIRST_MINUTES, SHORTEST, STAYED_PERCENT
from debrief.segment import KEYS, file_of
from support.cloudformation import ROOT

TEXT = (ROOT / "docs" / "segments.md").read_text(encoding="utf-8")


def test_every_follow_up_list_is_documented_with_its_name_and_its_file() -> None:
    on_page = dict(re.findall(r"^\| ([^|]+) \| .* \| `([^|`]+)` \|$", TEXT, re.MULTILINE))
    assert on_page == {labels.segment(key): file_of(key) for key in KEYS}


def test_every_number_of_a_rule_is_documented() -> None:
    for number in (STAYED_PERCENT, FIRST_MINUTES, SHORTEST, FEWEST, OFTEN, RECENT):
        assert re.search(rf"\b{number}\b", TEXT), number
