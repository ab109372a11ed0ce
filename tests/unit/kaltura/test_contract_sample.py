"""Which session the checks of a real account look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from debrief.kaltura.api.client import Kaltura
from debrief.kaltura.contract.sample import NoSample, Sample, choose
from debrief.kaltura.reports.room_reports import ROOMS

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAYS = timedelta(days=30)


def row(
    id_: str, hours_ago: float, *, minutes: int = 60, people: int = 20, room: str = "1_room0001", parent: str = ""
) -> str:
    start = int((NOW - timedelta(hours=hours_ago)).timestamp())
    return f"{room},Sales,{parent},{id_},{start},{start + minutes * 60},host,{people},0.5"


class Rooms:
    """A Kaltura with rows of report 6000 only; a window gives the sessions that it touches."""

    report_row_limit = 100_000

    def __init__(self, *rows: str) -> None:
        self.rows = rows

    def csv(self, report: int, params: Mapping[str, str]) -> bytes:
        since, until = int(params["from_date"]), int(params["to_date"])
        found = [row for row in self.rows if int(row.split(",")[4]) < until and int(row.split(",")[5]) > since]
        return b"\xef\xbb\xbf" + "\n".join([",".join(ROOMS.columns), *found]).encode() + b"\n"


def chosen(*rows: str) -> Any:
    found = choose(cast("Kaltura", Rooms(*rows)), NOW, DAYS)
    return found.session.cue_point_id if isinstance(found, Sample) else found


def test_the_latest_finished_session_of_a_main_room_with_enough_people_is_chosen() -> None:
    rows = [row("old", 90), row("small", 30, people=3), row("breakout", 29, parent="1_main0001"), row("fresh", 2)]
    assert chosen(*rows) == "old"


def test_a_session_that_shares_an_hour_with_another_of_its_room_is_left_for_one_that_is_alone() -> None:
    shared = [row("first", 20, minutes=10), row("second", 19.75, minutes=10)]
    assert chosen(*shared, row("alone", 50)) == "alone"
    assert chosen(*shared, row("elsewhere", 20, minutes=10, room="1_room0002")) == "elsewhere"


def test_small_or_shared_sessions_are_chosen_if_there_is_no_other() -> None:
    assert chosen(row("small", 500, people=2)) == "small"
    assert chosen(row("first", 20, minutes=10), row("second", 19.75, minutes=10)) == "second"


def test_without_a_finished_session_the_reason_is_given() -> None:
    found = chosen(row("open", 5, minutes=0), row("empty", 20, people=0), row("ancient", 24 * 40))
    assert found == NoSample("Report 6000 has no finished session of the last 30 days; name one by --session.")
