"""What doctor may say of a report."""

from datetime import UTC, datetime, timedelta

import pytest
from kaltura_wire import over, reports_of

from debrief.kaltura.probe import probe_report
from debrief.kaltura.reports.room_reports import ROOMS
from kaltura_standin.account import Account

NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("static_header", "words"),
    [
        (True, "can be read and has the required columns"),
        (False, "can be read; its columns could not be checked yet, because the report was empty"),
    ],
)
def test_columns_are_called_good_only_when_they_were_seen(static_header: bool, words: str) -> None:
    kaltura = over(reports_of(Account(static_header=static_header)))
    assert probe_report(kaltura, ROOMS, NOW - timedelta(days=1), NOW) == words
