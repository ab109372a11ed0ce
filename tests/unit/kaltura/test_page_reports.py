"""The reports of the Summary page when they come in part: nothing is left out without a word."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from kaltura_wire import BLOCKED, FAILED, TOO_WIDE, Reply, Wire, api_error, json_reply, over

from debrief.kaltura.reports.page_query import SummaryPageQuery
from debrief.kaltura.reports.page_reports import (
    MOST_ROWS,
    PAGE_ATTENDEES,
    PAGE_REQUESTS,
    RECORDING_VIEWERS,
    TIMELINE,
    PageReader,
    heatmaps_in,
    rows_of,
)
from debrief.kaltura.reports.page_tables import DELIMITER
from debrief.model import NotKnown

START, END = datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 2, 10, tzinfo=UTC)
NOW = datetime(2026, 11, 5, 8, tzinfo=UTC)
REGIONS = next(one for one in PAGE_REQUESTS if one.report == 60008)
HEATMAP = {"header": "position|user_engagement|count_viewers", "data": "1793610000|SoundOnTabFocused|1;"}
THROTTLED = {"code": "ACTION_BLOCKED", "message": "", "objectType": "KalturaAPIException", "args": []}


def reader(wire: Wire) -> PageReader:
    page = SummaryPageQuery(("1_room",), ("1_rec",), ("1_room", "1_rec"), START, END, END)
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
    assert finding.message == "The list of viewers of the recording is not complete: Kaltura returned 12,000 of 14,512."


def test_a_full_list_whose_rows_kaltura_did_not_count_is_said_to_be_cut() -> None:
    page = reader(Wire(table(MOST_ROWS, 0)))
    page.read(REGIONS)
    assert [finding.message for finding in page.findings] == [
        "The list of regions is not complete: Kaltura returned only the first 12,000."
    ]


def test_the_list_of_attendees_is_not_called_cut_because_another_report_lists_them_all() -> None:
    page = reader(Wire(table(2, 14_512, "user_id|user_name")))
    assert len(page.read(PAGE_ATTENDEES)) == 2  # type: ignore[arg-type]
    assert page.findings == []


def test_a_count_that_is_a_little_off_is_an_estimate_and_no_cut() -> None:
    page = reader(Wire(table(1000, 1012)))
    page.read(RECORDING_VIEWERS)
    assert page.findings == []


def test_more_minutes_than_kaltura_gives_are_no_timeline_because_it_shows_the_rest_as_zeros() -> None:
    answer = reader(Wire(table(MOST_ROWS, MOST_ROWS, "position|combined_live_view_period_count"))).read(TIMELINE)
    assert answer == NotKnown("Kaltura gives at most 12,000 minutes, and the session was longer.")


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


@pytest.mark.parametrize("answers", [[HEATMAP], [HEATMAP] * 3])
def test_heatmaps_that_are_not_as_many_as_users_are_given_to_nobody(answers: list[dict[str, str]]) -> None:
    with pytest.raises(ValueError, match="zip"):
        heatmaps_in(answers, ["ann", "bob"])


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


def whole_page(wire: Wire) -> PageReader:
    """A page whose every kind of id and time is another one."""
    page = SummaryPageQuery(("1_room", "1_brd"), ("1_rec",), ("1_room", "1_rec"), START, END, NOW)
    return PageReader(over(wire), page)


LIVE, VOD, ALL = f"1_room{DELIMITER}1_brd", "1_rec", f"1_room{DELIMITER}1_rec"


@pytest.mark.parametrize(
    ("name", "ids", "until", "order"),
    [
        ("60002-getTotal", ALL, NOW, ""),
        ("60001-getTotal", ALL, NOW, ""),
        ("60003-getTotal", LIVE, END, ""),
        ("70001-getTotal", LIVE, END, ""),
        ("60004-getTable", LIVE, END, "-date_id"),
        ("60010-getTable", LIVE, END, "-live_view_time"),
        ("60012-getTotal", VOD, NOW, ""),
        ("60012-getGraphs", VOD, NOW, ""),
        ("60012-getTable", VOD, NOW, ""),
        ("60005-getTable", VOD, NOW, "-count_plays"),
        ("60007-getTable", ALL, NOW, "-unique_combined_live_viewers"),
        ("60008-getTable", ALL, NOW, "-unique_combined_live_viewers"),
        ("60009-getTable", ALL, NOW, "-unique_combined_live_viewers"),
        ("60006-getTable", ALL, NOW, "-unique_combined_live_viewers"),
    ],
)
def test_each_report_is_asked_for_its_entries_and_its_span_in_its_order(
    name: str, ids: str, until: datetime, order: str
) -> None:
    wire = Wire(json_reply("{}"))
    (question,) = [one for one in PAGE_REQUESTS if one.name == name]
    whole_page(wire).read(question)
    (form,) = wire.forms
    scope = "contextIdIn" if name.startswith("70001") else "entryIdIn"
    assert str(wire.requests[0].url).endswith(f"/action/{name.partition('-')[2]}")
    assert form["reportType"] == name.partition("-")[0]
    assert form[f"reportInputFilter[{scope}]"] == ids
    assert len([one for one in form if one.endswith("IdIn]")]) == 1
    assert form["reportInputFilter[fromDate]"] == str(int(START.timestamp()))
    assert form["reportInputFilter[toDate]"] == str(int(until.timestamp()))
    assert form.get("order", "") == order
    assert form.get("pager[pageSize]") == (str(MOST_ROWS) if name.endswith("getTable") else None)


def test_nothing_is_asked_but_these_reports() -> None:
    assert len(PAGE_REQUESTS) == len({one.name for one in PAGE_REQUESTS}) == 14


def test_without_a_recording_its_reports_are_not_asked_for_and_the_reason_is_given() -> None:
    wire = Wire()
    page = SummaryPageQuery(("1_room",), (), ("1_room",), START, END, NOW)
    assert PageReader(over(wire), page).read(RECORDING_VIEWERS) == NotKnown("There is no recording.")
    recorded = PageReader(over(wire), replace(page, is_recorded=True)).read(RECORDING_VIEWERS)
    assert isinstance(recorded, NotKnown)
    assert "scheduled webinars only" in str(recorded.reason)
    assert not wire.requests


def test_heatmaps_are_asked_for_in_parts_and_each_answer_is_kept_under_its_own_name() -> None:
    users = [f"u{number}" for number in range(60)]
    wire = Wire(*[multi(*[HEATMAP] * count) for count in (25, 25, 10)])
    page = reader(wire)
    assert list(page.heatmaps(users)) == users == page.heatmap_users
    asked = [[value for name, value in form.items() if name.endswith("[userIds]")] for form in wire.forms]
    assert asked == [users[:25], users[25:50], users[50:]]
    assert [raw.name for raw in page.raw] == [
        "60011-getTable.json",
        "60011-getTable.2.json",
        "60011-getTable.3.json",
    ]


def test_a_total_is_one_row_a_graph_has_a_row_a_day_and_people_only_what_is_read_of_them() -> None:
    total, graph = (
        next(one for one in PAGE_REQUESTS if one.name == f"60012-{name}") for name in ("getTotal", "getGraphs")
    )
    assert rows_of(total, {"header": "count_plays|b", "data": "3|4"}) == [{"count_plays": "3", "b": "4"}]
    assert rows_of(graph, [{"id": "count_plays", "data": "20261102|5;"}]) == [{"day": "20261102", "count_plays": "5"}]
    people = {"header": "user_id|user_name|live_view_time", "data": "ann|Ann|58;"}
    assert list(rows_of(PAGE_ATTENDEES, people)) == [{"user_id": "ann", "user_name": "Ann"}]


def test_the_whole_form_of_a_table_is_as_kaltura_reads_it() -> None:
    wire = Wire(table(1, 1))
    whole_page(wire).read(REGIONS, userIds="ann")
    (form,) = wire.forms
    asked = {name: value for name, value in form.items() if name.startswith(("report", "pager", "response", "order"))}
    assert asked == {
        "reportType": "60008",
        "reportInputFilter[objectType]": "KalturaEndUserReportInputFilter",
        "reportInputFilter[fromDate]": str(int(START.timestamp())),
        "reportInputFilter[toDate]": str(int(NOW.timestamp())),
        "reportInputFilter[timeZoneOffset]": "0",
        "reportInputFilter[interval]": "days",
        "reportInputFilter[searchInTags]": "true",
        "reportInputFilter[searchInAdminTags]": "false",
        "reportInputFilter[entryIdIn]": ALL,
        "reportInputFilter[userIds]": "ann",
        "responseOptions[objectType]": "KalturaReportResponseOptions",
        "responseOptions[delimiter]": DELIMITER,
        "responseOptions[skipEmptyDates]": "false",
        "pager[objectType]": "KalturaFilterPager",
        "pager[pageIndex]": "1",
        "pager[pageSize]": "12000",
        "order": "-unique_combined_live_viewers",
    }


@pytest.mark.parametrize(
    ("reply", "reason", "goes_on"),
    [
        (FAILED, "Kaltura failed to compute report 60008.", True),
        (TOO_WIDE, "Kaltura failed to compute report 60008.", True),
        (api_error("SERVICE_FORBIDDEN"), "The credential's role has no permission to read report 60008.", True),
        (Reply(status=502), "", False),
    ],
)
def test_a_report_that_fails_is_a_reason_and_only_an_outage_ends_the_asking(
    reply: Reply, reason: str, *, goes_on: bool
) -> None:
    page = reader(Wire(*[reply] * 12))
    first, then = page.read(REGIONS), page.read(REGIONS)
    assert isinstance(first, NotKnown)
    assert isinstance(then, NotKnown)
    assert page.stopped is not goes_on
    assert (then.reason if goes_on else reason) == reason
    assert ("had stopped answering" in then.reason) is not goes_on
    assert page.raw == []
