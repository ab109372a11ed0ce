"""docs/operate.md explains every message to the operator, and no message that does not exist."""

from __future__ import annotations

import re

import pytest

from debrief.cli import doctor
from debrief.delivery.aws.bucket_checks import BUCKET_ROWS
from debrief.delivery.aws.sender_checks import SES_ROWS
from debrief.kaltura.contract.vocabulary import NAMES
from debrief.settings import Settings
from support.documented import rows_of, section, spans_of, text_of
from support.spoken import spoken


def pattern_of(on_page: str) -> re.Pattern[str]:
    """Return a pattern: `…` matches anything; whether the sentence's end is there does not matter."""
    return re.compile(".*".join(map(re.escape, on_page.rstrip(".").split("…"))))


@pytest.fixture(scope="module")
def on_page() -> list[str]:
    """The sentences on the page."""
    return [span for row in rows_of(section(text_of("operate.md"), "## Messages")) for span in spans_of(row[0])]


def test_every_sentence_that_the_code_says_is_on_the_page(on_page: list[str]) -> None:
    patterns = [pattern_of(one) for one in on_page]
    said = spoken()
    assert len(said) > 200
    unknown = [one for one in said if not any(pattern.fullmatch(one.rstrip(".")) for pattern in patterns)]
    assert not unknown


def test_every_sentence_on_the_page_is_one_that_the_code_says(on_page: list[str]) -> None:
    said = spoken()
    stale = [one for one in on_page if not any(pattern_of(one).fullmatch(sentence.rstrip(".")) for sentence in said)]
    assert not stale


def test_no_sentence_is_explained_twice(on_page: list[str]) -> None:
    assert len(on_page) == len(set(on_page))


def test_every_line_of_the_doctor_is_on_the_page_in_its_order() -> None:
    lines = [name for checks in (doctor.kaltura_checks, doctor._place_checks) for name, _ in checks(Settings())]
    lines += BUCKET_ROWS + SES_ROWS
    rows = rows_of(section(text_of("operate.md"), "## What doctor says"))
    assert [span for row in rows for span in spans_of(row[0])] == lines


def test_every_check_of_doctor_deep_is_on_the_page_in_its_order() -> None:
    rows = rows_of(section(text_of("operate.md"), "## What doctor --deep says"))
    assert [span for row in rows for span in spans_of(row[0])] == [f"{number} {name}" for number, name in NAMES.items()]
