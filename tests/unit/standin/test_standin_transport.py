"""The three styles of a request, and the shapes of an answer."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
import requests

from kaltura_standin.faults import Fault
from kaltura_standin.server import StandIn

if TYPE_CHECKING:
    from standin_client import Client

JSON_ENTRY = {"entryId": "1_abcd1234", "format": 1}


def entry_name(answer: requests.Response) -> str:
    return str(answer.json().get("name", answer.json().get("code")))


def test_parameters_may_stand_in_the_path(client: Client) -> None:
    answer = client.http.get(f"{client.url('baseEntry', 'get')}/entryId/1_abcd1234/format/1/ks/{client.ks}", timeout=30)
    assert entry_name(answer) == "Sales, EMEA kickoff"


def test_reading_the_path_stops_at_an_empty_key(client: Client) -> None:
    path = f"{client.url('baseEntry', 'get')}/format/1/ks/{client.ks}//x/entryId/1_abcd1234"
    assert entry_name(client.http.get(path, timeout=30)) == "MISSING_MANDATORY_PARAMETER"


def test_index_php_may_stand_in_the_path(client: Client) -> None:
    url = client.url("baseEntry", "get").replace("/api_v3/", "/api_v3/index.php/")
    answer = client.http.post(url, data={"ks": client.ks, **JSON_ENTRY}, timeout=30)
    assert entry_name(answer) == "Sales, EMEA kickoff"


def test_service_and_action_are_found_in_any_case(client: Client) -> None:
    assert client.call("BASEENTRY", "GET", entryId="1_abcd1234")["name"] == "Sales, EMEA kickoff"


def test_a_json_body_is_read_when_the_content_type_is_exact(client: Client) -> None:
    answer = client.http.post(client.url("baseEntry", "get"), json={"ks": client.ks, **JSON_ENTRY}, timeout=30)
    assert entry_name(answer) == "Sales, EMEA kickoff"


def test_a_json_body_with_a_charset_is_ignored(client: Client) -> None:
    """And with it `format`, so that even the error comes in XML."""
    answer = client.http.post(
        client.url("baseEntry", "get"),
        json={"ks": client.ks, **JSON_ENTRY},
        headers={"Content-Type": "application/json; charset=utf-8"},
        timeout=30,
    )
    assert answer.headers["Content-Type"] == "text/xml;charset=UTF-8"
    assert "<code>MISSING_KS</code>" in answer.text


def test_the_url_wins_over_the_body_and_the_path_over_the_query(client: Client) -> None:
    def asked(path: str, query: dict[str, str]) -> str:
        url = f"{client.url('baseEntry', 'get')}{path}"
        body = {"ks": client.ks, **JSON_ENTRY}
        return entry_name(client.http.post(url, params=query, data=body, timeout=30))

    assert asked("", {"entryId": "1_efgh5678"}) == "Other"
    assert asked("/entryId/1_brk00001", {"entryId": "1_efgh5678"}) == "Group 1"


@pytest.mark.parametrize("name", ["filter[entryIdIn]", "filter:entryIdIn"])
def test_nested_parameters_come_with_brackets_or_colons(client: Client, name: str) -> None:
    answer = client.call("cuepoint_cuepoint", "list", **{name: "1_abcd1234"})
    assert [point["id"] for point in answer["objects"]] == ["1_cue00001"]


def test_xml_is_the_default_and_errors_are_still_http_200(client: Client) -> None:
    answer = client.post("baseEntry", "get", entryId="1_nosuch<b>01</b>", format=None)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml;charset=UTF-8")
    error = ET.fromstring(answer.content).find("result/error")
    assert error is not None
    assert [child.tag for child in error] == ["code", "message", "objectType", "args"]
    assert error.findtext("message") == 'Entry id "1_nosuch01" not found'
    assert error.findtext("args/item/name") == "ENTRY_ID"


def test_xml_results_hold_the_same_as_json(client: Client) -> None:
    answer = client.post("baseEntry", "get", entryId="1_abcd1234", format=2)
    assert ET.fromstring(answer.content).findtext("result/name") == "Sales, EMEA kickoff"


def test_null_properties_are_dropped_and_the_object_type_comes_last(client: Client) -> None:
    entry = client.call("baseEntry", "get", entryId="1_efgh5678")
    assert "userId" not in entry
    assert list(entry)[-1] == "objectType"


def test_an_unknown_format_is_an_error(client: Client) -> None:
    assert "<code>UNKNOWN_RESPONSE_FORMAT</code>" in client.post("session", "get", format=7).text


@pytest.mark.parametrize(
    ("service", "action", "expected"),
    [("nosuch", "get", "SERVICE_DOES_NOT_EXISTS"), ("user", "nosuch", "ACTION_DOES_NOT_EXISTS")],
)
def test_unknown_services_and_actions_are_errors(client: Client, service: str, action: str, expected: str) -> None:
    assert client.call(service, action)["code"] == expected


def test_an_address_outside_the_api_is_http_404(client: Client) -> None:
    assert client.http.get(f"{client.kaltura.url}/elsewhere", timeout=30).status_code == 404


def test_a_response_profile_trims_the_answer(client: Client) -> None:
    profile = {"responseProfile[type]": 1, "responseProfile[fields]": "id,name"}
    answer = client.call("baseEntry", "get", entryId="1_abcd1234", **profile)
    assert list(answer) == ["id", "name", "objectType"]


def test_an_entry_names_its_owner_and_co_hosts(client: Client) -> None:
    entry = client.call("baseEntry", "get", entryId="1_abcd1234")
    assert (entry["userId"], entry["entitledUsersEdit"]) == ("host@example.com", "co@example.com")
    breakout = client.call("baseEntry", "get", entryId="1_brk00001")
    assert (breakout["rootEntryId"], breakout["roomType"]) == ("1_abcd1234", 2)


def test_an_admin_reads_users_those_who_attended_included(client: Client) -> None:
    assert client.call("user", "get", userId="host@example.com")["fullName"] == "Hana Host"
    assert client.call("user", "get", userId="9f2c41")["isGuest"] is True
    assert client.call("user", "get", userId="nobody")["code"] == "INVALID_USER_ID"


def test_a_multirequest_gives_each_result_in_order_errors_among_them(client: Client) -> None:
    answer = client.http.post(
        f"{client.kaltura.url}/api_v3/service/multirequest",
        json={
            "ks": client.ks,
            "format": 1,
            "1": {"service": "baseEntry", "action": "get", "entryId": "1_brk00001"},
            "2": {"service": "baseEntry", "action": "get", "entryId": "nosuch"},
            "3": {"service": "baseEntry", "action": "get", "entryId": "{1:result:rootEntryId}"},
        },
        timeout=30,
    ).json()
    assert [item.get("name", item.get("code")) for item in answer] == [
        "Group 1",
        "ENTRY_ID_NOT_FOUND",
        "Sales, EMEA kickoff",
    ]


def test_one_forbidden_part_of_a_multirequest_sets_the_header_of_the_whole_answer(client: Client) -> None:
    client.kaltura.faults.add(Fault("api_error", service="user", code="SERVICE_FORBIDDEN"))
    form = {"1:service": "session", "1:action": "get", "2:service": "user", "2:action": "get", "2:userId": "ann"}
    answer = client.http.post(
        f"{client.kaltura.url}/api_v3/service/multirequest", data={"ks": client.ks, "format": 1, **form}, timeout=30
    )
    assert [item.get("code") for item in answer.json()] == [None, "SERVICE_FORBIDDEN"]
    assert answer.headers["X-Kaltura"] == "error-SERVICE_FORBIDDEN"


def test_a_multirequest_in_a_form_stops_at_the_first_gap(client: Client) -> None:
    form = {"1:service": "session", "1:action": "get", "3:service": "session", "3:action": "get"}
    answer = client.http.post(
        f"{client.kaltura.url}/api_v3/service/multirequest", data={"ks": client.ks, "format": 1, **form}, timeout=30
    )
    assert len(answer.json()) == 1


def test_every_request_is_kept_as_it_came(client: Client) -> None:
    client.http.post(client.url("baseEntry", "get"), data={"ks": client.ks, **JSON_ENTRY}, timeout=30)
    last = client.kaltura.requests[-1]
    assert (last.method, last.service, last.action) == ("POST", "baseEntry", "get")
    assert last.params == {"ks": client.ks, "entryId": "1_abcd1234", "format": "1"}
    assert last.headers["content-type"] == "application/x-www-form-urlencoded"
    assert client.ks not in repr(last)


def test_one_connection_carries_many_requests(client: Client) -> None:
    answers = [client.post("session", "get") for _ in range(3)]
    assert {answer.raw.version for answer in answers} == {11}
    assert "close" not in {answer.headers.get("Connection") for answer in answers}


def test_it_listens_on_the_loopback_address_only(kaltura: StandIn) -> None:
    assert kaltura.url.startswith("http://127.0.0.1:")


def test_stopping_closes_connections_that_clients_keep_alive(client: Client) -> None:
    client.post("session", "get")
    client.kaltura.stop()
    with pytest.raises(requests.ConnectionError):
        client.post("session", "get")
