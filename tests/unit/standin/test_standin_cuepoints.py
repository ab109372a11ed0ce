"""cuepoint_cuepoint.list: which sessions it gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from standin_client import Client, T

from kaltura_standin.account import Account, Room, Run


def listed(client: Client, pager: dict[str, int] | None = None, **filter_: Any) -> Any:
    form = {f"filter[{name}]": value for name, value in filter_.items()}
    form |= {f"pager[{name}]": value for name, value in (pager or {}).items()}
    return client.call("cuepoint_cuepoint", "list", **form)


def ids(client: Client, pager: dict[str, int] | None = None, **filter_: Any) -> list[str]:
    return [point["id"] for point in listed(client, pager, **filter_)["objects"]]


def test_a_session_is_described_in_seconds(client: Client) -> None:
    assert listed(client, entryIdEqual="1_abcd1234") == {
        "objects": [
            {
                "id": "1_cue00001",
                "cuePointType": "sessionCuePoint.Session",
                "status": 1,
                "entryId": "1_abcd1234",
                "partnerId": 12345,
                "createdAt": T + 1,
                "updatedAt": T + 3661,
                "startTime": T,
                "userId": "host@example.com",
                "name": "Session",
                "endTime": T + 3660,
                "duration": 3660,
                "sessionOwner": "host@example.com",
                "objectType": "KalturaSessionCuePoint",
            }
        ],
        "totalCount": 1,
        "objectType": "KalturaCuePointListResponse",
    }


@pytest.mark.parametrize("filter_", [{}, {"entryIdIn": ""}, {"endTimeGreaterThanOrEqual": T}])
def test_without_ids_or_entries_it_refuses(client: Client, filter_: dict[str, Any]) -> None:
    answer = listed(client, **filter_)
    assert answer["code"] == "PROPERTY_VALIDATION_CANNOT_BE_NULL"
    assert answer["args"]["PROP_NAME"].startswith("KalturaSessionCuePointFilter::idEqual/")


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({"idEqual": "1_cue00002"}, ["1_cue00002"]),
        ({"idIn": "1_cue00002,1_cue00001,nosuch"}, ["1_cue00001", "1_cue00002"]),
        ({"entryIdIn": "1_abcd1234,1_efgh5678"}, ["1_cue00001", "1_cue00003"]),
        ({"startTimeGreaterThanOrEqual": T + 600}, ["1_cue00002", "1_cue00003"]),
        ({"endTimeLessThanOrEqual": T + 1800}, ["1_cue00002", "1_cue00003"]),
        ({"durationGreaterThanOrEqual": 601, "durationLessThanOrEqual": 1200}, ["1_cue00002"]),
        ({"cuePointTypeEqual": "adCuePoint.Ad"}, []),
        ({"userIdEqual": "host@example.com"}, ["1_cue00001", "1_cue00002"]),
    ],
)
def test_filters(client: Client, filter_: dict[str, Any], expected: Any) -> None:
    everything = {} if {"idEqual", "idIn", "entryIdIn"} & set(filter_) else {"idIn": "1_cue00001,1_cue00002,1_cue00003"}
    assert sorted(ids(client, **everything, **filter_)) == expected


def test_an_unknown_user_is_an_error(client: Client) -> None:
    assert listed(client, idIn="1_cue00001", userIdEqual="nobody")["code"] == "INVALID_USER_ID"


def test_an_open_session_looks_like_one_without_length(client: Client) -> None:
    client.kaltura.account = replace(client.kaltura.account, now=datetime.fromtimestamp(T + 300, UTC))
    [point] = listed(client, entryIdEqual="1_abcd1234")["objects"]
    assert (point["startTime"], point["endTime"], point["duration"]) == (T, T, 0)


def test_a_creation_time_near_zero_counts_from_now(client: Client) -> None:
    client.kaltura.account = replace(client.kaltura.account, now=datetime.fromtimestamp(T + 3700, UTC))
    found = ids(client, idIn="1_cue00001,1_cue00002,1_cue00003", createdAtGreaterThanOrEqual=-3200)
    assert sorted(found) == ["1_cue00002", "1_cue00003"]


@pytest.fixture
def many(client: Client) -> Client:
    runs = tuple(Run(f"c{number:04d}", T + number, T + number + 10) for number in range(600))
    client.kaltura.account = Account(rooms=(Room("1_room0001", "Many", runs),))
    return client


def test_pages_hold_at_most_500(many: Client) -> None:
    answer = listed(many, {"pageSize": 1000, "pageIndex": 1}, entryIdEqual="1_room0001")
    assert (len(answer["objects"]), answer["totalCount"]) == (500, 600)
    assert len(ids(many, {"pageSize": 1000, "pageIndex": 2}, entryIdEqual="1_room0001")) == 100
    assert ids(many, {"pageIndex": 3}, entryIdEqual="1_room0001") == []


def test_an_order_may_be_asked_for(many: Client) -> None:
    order = {"entryIdEqual": "1_room0001", "pager": {"pageSize": 2}}
    assert ids(many, orderBy="+startTime", **order) == ["c0000", "c0001"]
    assert ids(many, orderBy="-endTime", **order) == ["c0599", "c0598"]


def test_more_than_500_ids_are_cut_without_a_word(many: Client) -> None:
    asked = ",".join(f"c{number:04d}" for number in range(600))
    assert listed(many, idIn=asked)["totalCount"] == 500
