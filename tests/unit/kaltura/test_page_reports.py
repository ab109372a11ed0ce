"""The reports of the Summary page when they come in part: nothing is left out without a word."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from kaltura_wire import BLOCKED, Reply, Wire, json_reply, over

from debrief.kaltura.page import Page
from debrief.kaltura.page_reports import MOST_ROWS, QUESTIONS, TIMELINE, PageReader, heatmaps_in
from debrief.model import Unavailable

START, END = datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 2, 10, tzinfo=UTC)
RECORDING_VIEWERS = next(one for one in QUESTIONS if one.name == "60012-getTable")
REGIONS = next(one for one in QUESTIONS if one.report == 60008)
HEATMAP = {"header": "position|user_engagement|count_viewers", "data": "1793610000|SoundOnTabFocused|1;"}
THROTTLED = {"code": "ACTION_BLOCKED", "message": "", "objectType": "KalturaAPIException", "args": []}


def reader(wire: Wire) -> PageReader:
    page = Page(("1_room",), ("1_rec",), ("1_room", "1_rec"), START, END, END, is_webinar=True)
    return PageReader(over(wire), page)


def table(rows: int, total: int, header: str = "name|count_plays") -> Reply:
    data = "".join(f"{at}|1;" for at in range(rows))
    return json_reply(json.dumps({"header": header, "data": data, "totalCount": total}))


def multi(*answers: dict[str, Any]) -> Reply:
    return json_reply(json.dumps(answers))


def test_more_places_than_the_page_shows_come_whole() -> None:
    asked = Wire(table(501, 0))
    page = reader(asked)
    assert len(page.read(REGIONS)) == 501  # type: ignore[arg-type]
    assert asked.forms[0]["pager[pageSize]"] == str(MOST_ROWS)
    assert page.findings == []


def test_a_list_that_kaltura_cuts_is_said_to_be_cut_and_of_how_many() -> None:
    page = reader(Wire(table(MOST_ROWS, 14_512)))
    assert len(page.read(RECORDING_VIEWERS)) == MOST_ROWS  # type: ignore[arg-type]
    (finding,) = page.findings
    assert finding.code == "TABLE_CUT"
    assert finding.message == "The list of viewers of the recording is not complete: Kaltura gave 12,000 of 14,512."


def test_a_full_list_whose_rows_kaltura_did_not_count_is_said_to_be_cut() -> None:
    page = reader(Wire(table(MOST_ROWS, 0)))
    page.read(REGIONS)
    assert [finding.message for finding in page.findings] == [
        "The list of regions is not complete: Kaltura gave 12,000 and no more."
    ]


def test_a_count_that_is_a_little_off_is_an_estimate_and_no_cut() -> None:
    page = reader(Wire(table(1000, 1012)))
    page.read(RECORDING_VIEWERS)
    assert page.findings == []


def test_more_minutes_than_kaltura_gives_are_no_timeline_because_it_shows_the_rest_as_zeros() -> None:
    answer = reader(Wire(table(MOST_ROWS, MOST_ROWS, "position|combined_live_view_period_count"))).read(TIMELINE)
    assert answer == Unavailable("Kaltura gives at most 12,000 minutes, and the session was longer.")


def test_a_throttled_part_of_a_multirequest_is_asked_for_again_alone() -> None:
    wire = Wire(multi(HEATMAP, THROTTLED, HEATMAP), multi(THROTTLED), multi(HEATMAP))
    page = reader(wire)
    assert list(page.heatmaps(["ann", "bob", "cy"])) == ["ann", "cy", "bob"]
    assert [form["1:reportInputFilter[userIds]"] for form in wire.forms] == ["ann", "bob", "bob"]
    assert page.findings == []


def test_kept_answers_of_heatmaps_fit_the_users_in_the_order_in_which_they_came() -> None:
    page = reader(Wire(multi(HEATMAP, THROTTLED), multi(HEATMAP)))
    page.heatmaps(["ann", "bob"])
    bodies = [json.loads(raw.body) for raw in page.raw]
    assert page.heatmap_users == ["ann", "bob", "bob"]
    assert set(heatmaps_in(bodies[0], page.heatmap_users[:2]) | heatmaps_in(bodies[1], page.heatmap_users[2:])) == {
        "ann",
        "bob",
    }


def test_a_part_that_stays_refused_is_said_to_be_missing() -> None:
    refused = THROTTLED | {"code": "SERVICE_FORBIDDEN"}
    page = reader(Wire(multi(HEATMAP, refused), multi(refused)))
    assert list(page.heatmaps(["ann", "bob"])) == ["ann"]
    assert [finding.code for finding in page.findings] == ["HEATMAPS_MISSING"]
    assert "1 of 2 attendees" in page.findings[0].message


def test_a_part_that_stays_throttled_stops_the_page() -> None:
    page = reader(Wire(multi(HEATMAP, THROTTLED), *[multi(THROTTLED)] * 9))
    assert list(page.heatmaps(["ann", "bob"])) == ["ann"]
    assert page.stopped


def test_a_multirequest_that_is_throttled_as_a_whole_is_tried_again() -> None:
    assert list(reader(Wire(BLOCKED, multi(HEATMAP))).heatmaps(["ann"])) == ["ann"]
