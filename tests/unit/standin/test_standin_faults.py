"""What can be made to go wrong."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from kaltura_standin.faults import Cut, Fault, Kind

if TYPE_CHECKING:
    from standin_client import Client

ROOMS, ATTENDEES = 6000, 6001


def header_of(answer: Any) -> list[str]:
    return answer.content.decode("utf-8-sig").splitlines()[0].split(",")


@pytest.mark.parametrize("code", ["ACTION_BLOCKED", "INTERNAL_SERVERL_ERROR", "DRUID_QUERY_TIMED_OUT"])
def test_an_error_of_the_api_comes_serialized_and_once(client: Client, code: str) -> None:
    client.kaltura.faults.add(Fault("api_error", code=code))
    assert client.csv(ROOMS).json()["code"] == code
    assert client.csv(ROOMS).headers["Content-Type"].startswith("text/csv")


def test_a_blocked_action_names_itself(client: Client) -> None:
    client.kaltura.faults.add(Fault("api_error", code="ACTION_BLOCKED"))
    answer = client.csv(ROOMS).json()
    assert answer["message"] == 'Action "getCsvFromStringParams" in service "report" is blocked'


def test_a_fault_may_wait_and_return(client: Client) -> None:
    client.kaltura.faults.add(Fault("http_status", times=2, after=1))
    assert [client.post("session", "get").status_code for _ in range(4)] == [200, 502, 502, 200]


def test_every_third_call_may_be_blocked_for_ever(client: Client) -> None:
    client.kaltura.faults.add(Fault("http_status", status=503, times=None, every=3))
    assert [client.post("session", "get").status_code for _ in range(6)] == [200, 200, 503, 200, 200, 503]


def test_a_fault_strikes_only_what_it_concerns(client: Client) -> None:
    client.kaltura.faults.add(
        Fault("http_status", times=None, service="REPORT", report=ATTENDEES),
        Fault("http_status", times=None, service="user", action="get"),
    )
    assert client.csv(ROOMS).status_code == 200
    assert client.csv(ATTENDEES).status_code == 502
    assert client.post("session", "get").status_code == 200
    assert client.post("user", "get").status_code == 502


def test_faults_may_be_cleared(client: Client) -> None:
    client.kaltura.faults.add(Fault("http_status", times=None))
    client.kaltura.faults.clear()
    assert client.post("session", "get").status_code == 200


def test_a_proxy_answers_in_html(client: Client) -> None:
    client.kaltura.faults.add(Fault("http_status", status=503))
    answer = client.csv(ROOMS)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html")
    assert "503 Service Unavailable" in answer.text


def test_a_redirect_points_elsewhere(client: Client) -> None:
    client.kaltura.faults.add(Fault("redirect", to="http://127.0.0.1:9/elsewhere"))
    answer = client.csv(ROOMS)
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://127.0.0.1:9/elsewhere")


def test_a_reset_gives_no_answer_at_all(client: Client) -> None:
    client.kaltura.faults.add(Fault("reset"))
    with pytest.raises(requests.ConnectionError):
        client.csv(ROOMS)
    assert client.csv(ROOMS).status_code == 200


def test_a_hang_outlasts_an_impatient_client_but_not_the_server(client: Client) -> None:
    client.kaltura.faults.add(Fault("hang", seconds=600))
    with pytest.raises(requests.Timeout):
        client.http.post(client.url("session", "get"), data={"ks": client.ks}, timeout=0.1)
    began = time.monotonic()
    client.kaltura.stop()
    assert time.monotonic() - began < 300


@pytest.mark.parametrize("cut", ["length", "chunk"])
def test_a_truncated_answer_breaks_the_connection(client: Client, cut: Cut) -> None:
    client.kaltura.faults.add(Fault("truncate", cut=cut))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.csv(ATTENDEES)


def test_an_answer_cut_in_a_row_looks_whole_on_the_wire(client: Client) -> None:
    whole = client.csv(ATTENDEES).content
    client.kaltura.faults.add(Fault("truncate", cut="row"))
    answer = client.csv(ATTENDEES)
    assert len(answer.content) == int(answer.headers["Content-Length"]) < len(whole)
    assert whole.startswith(answer.content)
    assert not answer.content.endswith(b"\n")


@pytest.mark.parametrize(("kind", "ks_id"), [("expire_ks", "EXPIRED"), ("logout", "LOGOUT")])
def test_every_ks_so_far_stops_working_and_a_new_one_works(client: Client, kind: Kind, ks_id: str) -> None:
    client.kaltura.faults.add(Fault(kind, service="report"))
    assert client.csv(ROOMS).json()["args"]["KSID"] == ks_id
    assert client.call("session", "get")["args"]["KSID"] == ks_id
    client.ks = client.admin()
    assert client.csv(ROOMS).headers["Content-Type"].startswith("text/csv")


def test_columns_may_be_renamed_dropped_added_and_moved(client: Client) -> None:
    usual = header_of(client.csv(ATTENDEES))
    client.kaltura.faults.add(
        Fault("drop_column", column="user_type"),
        Fault("rename_column", column="user_name", to="name"),
        Fault("add_column", column="region", value="EMEA"),
        Fault("reorder_columns"),
    )
    bent = client.csv(ATTENDEES)
    expected = ["name" if name == "user_name" else name for name in usual if name != "user_type"]
    assert header_of(bent) == ["region", *reversed(expected)]
    assert all(line.startswith(b"EMEA,") for line in bent.content.splitlines()[1:])
    assert header_of(client.csv(ATTENDEES)) == usual


def test_a_fault_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="No such fault"):
        Fault("explode")  # type: ignore[arg-type]


TABLE = {"reportInputFilter:fromDate": 1, "reportInputFilter:toDate": 2, "pager:pageSize": 5}


def test_a_report_of_the_summary_page_may_fail_alone(client: Client) -> None:
    client.kaltura.faults.add(Fault("api_error", times=None, report=60010, code="DRUID_QUERY_TIMED_OUT"))
    for action in ("getTable", "getTotal"):
        assert client.call("report", action, reportType=60010, **TABLE)["code"] == "DRUID_QUERY_TIMED_OUT"
        assert "code" not in client.call("report", action, reportType=60004, **TABLE)
    assert client.csv(ROOMS).headers["Content-Type"].startswith("text/csv")


def many(client: Client, *reports: int) -> requests.Response:
    """The totals of several reports at once."""
    form: dict[str, Any] = {"ks": client.ks, "format": 1}
    for number, report in enumerate(reports, start=1):
        form |= {f"{number}:service": "report", f"{number}:action": "getTotal", f"{number}:reportType": report}
        form |= {f"{number}:reportInputFilter:fromDate": 1, f"{number}:reportInputFilter:toDate": 2}
    return client.http.post(f"{client.kaltura.url}/api_v3/service/multirequest", data=form, timeout=30)


def test_an_error_strikes_only_its_part_of_a_multirequest(client: Client) -> None:
    client.kaltura.faults.add(Fault("api_error", report=60002, code="SERVICE_FORBIDDEN"))
    answer = many(client, 60001, 60002, 60003).json()
    assert [item.get("code") for item in answer] == [None, "SERVICE_FORBIDDEN", None]
    assert answer[1]["args"] == {"SERVICE": "report->getTotal"}
    assert [item.get("code") for item in many(client, 60001, 60002).json()] == [None, None]


def test_an_error_may_strike_each_part_in_turn(client: Client) -> None:
    client.kaltura.faults.add(Fault("api_error", times=None, every=2, action="getTotal", code="ACTION_BLOCKED"))
    codes = [item.get("code") for item in many(client, 60001, 60002, 60003, 60005).json()]
    assert codes == [None, "ACTION_BLOCKED", None, "ACTION_BLOCKED"]


def test_an_error_about_no_call_in_particular_strikes_the_whole_multirequest(client: Client) -> None:
    client.kaltura.faults.add(Fault("api_error", code="ACTION_BLOCKED"))
    assert many(client, 60001, 60002).json()["code"] == "ACTION_BLOCKED"


def test_what_happens_on_the_wire_happens_to_the_whole_multirequest(client: Client) -> None:
    client.kaltura.faults.add(Fault("http_status", report=60002), Fault("reset", report=60002, after=1))
    assert many(client, 60001).status_code == 200
    assert many(client, 60001, 60002).status_code == 502
    with pytest.raises(requests.ConnectionError):
        many(client, 60002)


def test_columns_of_tables_and_totals_bend_too(client: Client) -> None:
    bent = Fault("rename_column", times=None, report=60002, column="unique_vod_viewers", to="vod")
    client.kaltura.faults.add(bent)
    header = "vod,unique_combined_live_viewers,unique_vod_live_viewers"
    assert client.call("report", "getTotal", reportType=60002, **TABLE)["header"] == header
    assert many(client, 60002).json()[0]["header"] == header
