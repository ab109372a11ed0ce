"""getTable, getTotal and getGraphs: parameters, text, pages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from standin_client import Client, T
from standin_webinar import DAY, RECORDING, ROOM, webinar_account

from kaltura_standin.account import Account, Attendance, Entry, Room, Run
from kaltura_standin.catalogue import Play

END_USER = {"objectType": "KalturaEndUserReportInputFilter", "fromDate": T, "toDate": T + 600}


@pytest.fixture
def webinar(client: Client) -> Client:
    client.kaltura.account = webinar_account()
    return client


def test_a_table_is_text_with_a_semicolon_after_every_row(webinar: Client) -> None:
    answer = webinar.report("getTable", 60006, entryIdIn=ROOM)
    assert answer == {
        "header": "device|unique_vod_viewers|unique_combined_live_viewers",
        "data": "Computer|0|4;Mobile|0|1;",
        "totalCount": 2,
        "objectType": "KalturaReportTable",
    }


def test_a_total_is_one_row_without_a_semicolon(webinar: Client) -> None:
    assert webinar.report("getTotal", 60002, entryIdIn=ROOM) == {
        "header": "unique_vod_viewers|unique_combined_live_viewers|unique_vod_live_viewers",
        "data": "|5|5",
        "objectType": "KalturaReportTotal",
    }


def test_an_empty_table_has_no_header_but_of_a_join_and_an_empty_total_no_zeros(webinar: Client) -> None:
    assert webinar.report("getTable", 60007, entryIdIn="nosuch") == {"objectType": "KalturaReportTable"}
    assert webinar.report("getTable", 60010, entryIdIn="nosuch")["header"].startswith("user_id|")
    assert webinar.report("getTotal", 60003, entryIdIn="nosuch")["data"] == "|||||"


def test_delimiters_and_semicolons_in_a_value_become_spaces(webinar: Client) -> None:
    [row] = webinar.table(60010, entryIdIn=ROOM, userIds="ann")
    assert row[3:5] == ["Buyer, senior", "Acme  Ltd "]


def test_without_a_delimiter_it_is_a_comma_for_values_and_rows_alike(webinar: Client) -> None:
    filter_ = {**END_USER, "entryIdIn": f"{ROOM},nosuch", "userIds": "ann"}
    answer = webinar.json("report", "getTable", reportType=60010, reportInputFilter=filter_, pager={"pageSize": 5})
    assert answer["data"].split(",")[3:5] == ["Buyer  senior", "Acme  Ltd|"]


def test_a_form_is_understood_as_well_as_json(webinar: Client) -> None:
    form = {
        "reportType": 60010,
        "reportInputFilter[objectType]": "KalturaEndUserReportInputFilter",
        "reportInputFilter:fromDate": T,
        "reportInputFilter:toDate": T + 600,
        "reportInputFilter[entryIdIn]": ROOM,
        "pager:pageSize": 12_000,
        "responseOptions:delimiter": "|",
    }
    assert webinar.call("report", "getTable", **form) == webinar.report("getTable", 60010, entryIdIn=ROOM)


@pytest.mark.parametrize("missing", ["reportType", "reportInputFilter", "pager"])
def test_a_table_needs_its_report_filter_and_pager(webinar: Client, missing: str) -> None:
    params = {"reportType": 60010, "reportInputFilter": END_USER, "pager": {"pageSize": 5}}
    del params[missing]
    answer = webinar.json("report", "getTable", **params)
    assert (answer["code"], answer["args"]) == ("MISSING_MANDATORY_PARAMETER", {"PARAM_NAME": missing})


def test_a_report_that_does_not_exist_is_an_error(webinar: Client) -> None:
    assert webinar.report("getTotal", 59999)["code"] == "INVALID_ENUM_VALUE"


def test_xml_holds_the_same(webinar: Client) -> None:
    params = {"reportType": 60002, "reportInputFilter:fromDate": T, "reportInputFilter:toDate": T + 600}
    text = webinar.post("report", "getTotal", **params, format=2).text
    assert "<objectType>KalturaReportTotal</objectType></result>" in text


@pytest.mark.parametrize(
    ("role", "code"), [("ANALYTICS_RO", None), ("REPORTS_ONLY", None), ("CONTENT_ONLY", "SERVICE_FORBIDDEN")]
)
def test_reports_take_a_role_that_may_read_them(webinar: Client, role: str, code: str | None) -> None:
    webinar.ks = webinar.admin(privileges=f"setrole:{role}")
    for action in ("getTable", "getTotal"):
        assert webinar.report(action, 60010, entryIdIn=ROOM).get("code") == code
    graphs = webinar.report("getGraphs", 60012, entryIdIn=ROOM)
    assert (graphs["code"] if isinstance(graphs, dict) else None) == code


def test_a_role_that_may_only_read_the_console_may_read_graphs(webinar: Client) -> None:
    webinar.kaltura.account = replace(webinar_account(), roles={"VIEWER": frozenset({"KMC_READ_ONLY"})})
    webinar.ks = webinar.admin(privileges="setrole:VIEWER")
    assert isinstance(webinar.report("getGraphs", 60012, entryIdIn=RECORDING), list)
    assert webinar.report("getTotal", 60012, entryIdIn=RECORDING)["code"] == "SERVICE_FORBIDDEN"


def test_a_multirequest_carries_reports_and_errors_side_by_side(webinar: Client) -> None:
    wrong = {"service": "report", "action": "getTable", "reportType": 60010, "reportInputFilter": END_USER}
    event = {"objectType": "KalturaEntryScheduleEventFilter", "templateEntryIdEqual": ROOM}
    parts = {
        "1": {"service": "schedule_scheduleEvent", "action": "list", "filter": event},
        "2": wrong,
        "3": {
            "service": "report",
            "action": "getTotal",
            "reportType": 60010,
            "reportInputFilter": {**END_USER, "entryIdIn": "{1:result:objects:0:templateEntryId}"},
        },
    }
    answer = webinar.http.post(
        f"{webinar.kaltura.url}/api_v3/service/multirequest",
        json={"ks": webinar.ks, "format": 1, **parts},
        timeout=30,
    ).json()
    assert [item.get("objectType") for item in answer] == [
        "KalturaScheduleEventListResponse",
        "KalturaAPIException",
        "KalturaReportTotal",
    ]
    assert answer[2]["data"] == "19,3,1,0.60526315789474,3,3,1,2"


def test_graphs_show_empty_days_when_asked_to(webinar: Client) -> None:
    window = {"fromDate": T, "toDate": T + 4 * DAY, "entryIdIn": RECORDING}
    graphs = {graph["id"]: graph["data"] for graph in webinar.report("getGraphs", 60012, **window)}
    assert graphs["count_plays"] == "20261118|0;20261119|1;20261120|2;20261121|0;20261122|0;"
    assert graphs["count_loads"] == "20261118|0;20261119|1;20261120|2;20261121|1;20261122|0;"
    filter_ = {**END_USER, **window}
    [plays, *_] = webinar.json("report", "getGraphs", reportType=60012, reportInputFilter=filter_)
    assert plays == {"id": "count_plays", "data": "20261119,1;20261120,2;", "objectType": "KalturaReportGraph"}


@pytest.mark.parametrize(
    ("interval", "offset", "first"),
    [
        ("months", 0, "202611|3"),
        ("years", 0, "2026|3"),
        ("days", -9 * 60, "20261119|0"),  # in Tokyo it is the next day by then
        ("hours", 5 * 60, "2026111810|0"),
    ],
)
def test_graphs_count_by_the_interval_in_local_time(webinar: Client, interval: str, offset: int, first: str) -> None:
    window = {"fromDate": T, "toDate": T + 3 * DAY, "interval": interval, "timeZoneOffset": offset}
    [plays, *_] = webinar.report("getGraphs", 60012, entryIdIn=RECORDING, **window)
    assert plays["data"].split(";")[0] == first


def account_of(people: int, recordings: int = 0) -> Account:
    """People who stayed for different times, and one recording for each of so many."""
    present = tuple(Attendance(f"u{number:05}", stays=((T, T + 1 + number % 600),)) for number in range(people))
    entries = tuple(
        Entry(f"1_{number:08}", "R", plays=(Play("u", T + 1, 60 + number),)) for number in range(recordings)
    )
    return Account(rooms=(Room(ROOM, "Big", (Run("1_cue00009", T, T + 600, "", present),)),), entries=entries)


@pytest.mark.parametrize(
    ("pager", "rows"),
    [({"pageIndex": 1}, 30), ({"pageSize": 0}, 10), ({"pageSize": 700}, 700), ({"pageSize": 600, "pageIndex": 2}, 200)],
)
def test_the_page_size_is_used_as_it_is(client: Client, pager: dict[str, int], rows: int) -> None:
    client.kaltura.account = account_of(800)
    assert len(client.table(60010, pager, entryIdIn=ROOM)) == rows


def test_pages_side_by_side_hold_everybody_once(client: Client) -> None:
    client.kaltura.account = account_of(800)
    pages = [client.table(60010, {"pageSize": 300, "pageIndex": index}, entryIdIn=ROOM) for index in (1, 2, 3, 4)]
    assert len({row[0] for page in pages for row in page}) == 800
    assert pages[3] == []


@pytest.mark.parametrize(("size", "count"), [(30, 0), (250, 0), (400, 0), (401, 800), (800, 800)])
def test_a_big_set_is_not_counted_unless_the_page_is_big_too(client: Client, size: int, count: int) -> None:
    client.kaltura.account = account_of(800)
    assert client.report("getTable", 60010, {"pageSize": size}, entryIdIn=ROOM)["totalCount"] == count


def test_a_small_set_is_counted_and_forced_reports_always_are(client: Client) -> None:
    client.kaltura.account = account_of(400)
    assert client.report("getTable", 60010, {"pageSize": 10}, entryIdIn=ROOM)["totalCount"] == 400
    client.kaltura.account = account_of(800)
    assert client.report("getTable", 60013, {"pageSize": 10}, entryIdIn=ROOM)["totalCount"] == 800


def test_rows_beyond_12000_are_missing_from_a_join_without_a_word(client: Client) -> None:
    client.kaltura.account = account_of(12_500)
    assert len(client.table(60010, {"pageSize": 20_000}, entryIdIn=ROOM)) == 12_000
    assert len(client.table(60010, {"pageSize": 5000, "pageIndex": 3}, entryIdIn=ROOM)) == 2000
    assert client.report("getTable", 60010, {"pageSize": 6000, "pageIndex": 3}, entryIdIn=ROOM)["data"] == ""


def test_rows_beyond_12000_are_an_error_in_a_simple_report(client: Client) -> None:
    client.kaltura.account = account_of(1, recordings=12_100)
    assert len(client.table(60005, {"pageSize": 20_000})) == 12_000
    answer = client.report("getTable", 60005, {"pageSize": 5000, "pageIndex": 3})
    assert answer["code"] == "INTERNAL_SERVERL_ERROR"


def test_an_order_is_by_a_metric_and_falls_back_to_the_first_one(webinar: Client) -> None:
    def users(order: str) -> list[str]:
        return [row[0] for row in webinar.table(60010, order=order, entryIdIn=ROOM)]

    by_minutes = ["ann", "bob", "Unknown", "", "9f2c41", "zoe"]
    assert users("-live_view_time") == users("") == users("-date_id") == users("+user_name") == by_minutes
    assert users("count_group_chat_messages_sent")[:2] == ["zoe", "ann"]
    assert users("+live_view_time")[0] == "zoe"
