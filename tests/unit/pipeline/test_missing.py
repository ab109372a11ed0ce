"""How long a first report waits for sections that Kaltura does not give."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from lifecycle_data import DAY, END, EXPORTED, HOUR, MINUTE, WAITING

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.errors import NotReady
from debrief.pipeline.session.missing_sections import must_keep_documents, retry_while_sections_missing

NOBODY = None  # nothing is asked when there are no documents
DUE = END + 45 * MINUTE


@pytest.mark.parametrize("elapsed", [timedelta(), HOUR - MINUTE])
def test_a_first_report_waits_for_an_hour_from_when_it_was_due(elapsed: timedelta) -> None:
    with pytest.raises(NotReady) as raised:
        retry_while_sections_missing(WAITING, DUE + elapsed)
    assert raised.value.after == 300


@pytest.mark.parametrize(
    ("record", "elapsed"),
    [
        (WAITING, HOUR),
        (EXPORTED, timedelta()),
        (replace(WAITING, due=None), timedelta()),
        (replace(WAITING, due=END + 7 * DAY), 7 * DAY),
    ],
    ids=["after an hour", "not the first", "not asked for", "after a week"],
)
def test_otherwise_a_report_with_gaps_is_better_than_none(record: SessionRecord, elapsed: timedelta) -> None:
    retry_while_sections_missing(record, DUE + elapsed)
    assert must_keep_documents(NOBODY, None) is False  # type: ignore[arg-type]
