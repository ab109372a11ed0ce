"""The schedule, virtual events, and entries that are no rooms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from standin_client import Client, T
from standin_webinar import RECORDING, ROOM, STREAM, webinar_account

from kaltura_standin.catalogue import ScheduleEvent

ENTRY_FILTER = "KalturaEntryScheduleEventFilter"


@pytest.fixture
def webinar(client: Client) -> Client:
    account = webinar_account()
    more = (
        ScheduleEvent(5002, "1_other001", T + 100, T + 700, source=RECORDING, owner="zoe"),
        ScheduleEvent(5003, ROOM, T + 9000, T + 9600, status=1, recurrence=2),
        ScheduleEvent(5004, ROOM, T, T + 60, status=3),
    )
    client.kaltura.account = replace(account, schedule=(*account.schedule, *more))
    return client


def events(client: Client, **filter_: Any) -> list[int]:
    answer = client.json("schedule_scheduleEvent", "list", filter={"objectType": ENTRY_FILTER, **filter_})
    return [event["id"] for event in answer["objects"]]


def test_an_event_names_its_room_source_and_times(webinar: Client) -> None:
    [event] = webinar.json("schedule_scheduleEvent", "list", filter={"idEqual": 5002})["objects"]
    assert (event["templateEntryId"], event["sourceEntryId"], event["ownerId"]) == ("1_other001", RECORDING, "zoe")
    assert (event["startDate"], event["endDate"], event["duration"]) == (T + 100, T + 700, 600)
    assert event["objectType"] == "KalturaLiveStreamScheduleEvent"
    assert "virtualEventId" not in event


@pytest.mark.parametrize(
    ("filter_", "ids"),
    [
        ({}, [5001, 5002, 5003]),
        ({"templateEntryIdEqual": ROOM}, [5001, 5003]),
        ({"templateEntryIdEqual": "nosuch"}, []),
        ({"templateEntryIdEqual": ROOM, "statusEqual": 2}, [5001]),
        ({"statusIn": "1,3"}, [5003, 5004]),
        ({"startDateGreaterThanOrEqual": T + 1}, [5002, 5003]),
        ({"endDateLessThanOrEqual": T + 700}, [5001, 5002]),
        ({"ownerIdEqual": "zoe"}, [5002]),
        ({"virtualEventIdEqual": "77"}, [5001, 5002, 5003]),  # no such filter
        ({"recurrenceTypeEqual": 2}, [5003]),
        ({"orderBy": "-startDate"}, [5003, 5002, 5001]),
        ({"objectType": "KalturaScheduleEventFilter", "templateEntryIdEqual": "nosuch"}, [5001, 5002, 5003]),
    ],
)
def test_filters_of_the_schedule(webinar: Client, filter_: dict[str, Any], ids: list[int]) -> None:
    assert events(webinar, **filter_) == ids


def test_small_dates_count_from_now(webinar: Client) -> None:
    now = datetime.fromtimestamp(T + 3600, UTC)
    webinar.kaltura.account = replace(webinar.kaltura.account, now=now)
    assert events(webinar, endDateLessThanOrEqual=-3000) == [5001]


def test_an_unknown_owner_is_an_error(webinar: Client) -> None:
    answer = webinar.json("schedule_scheduleEvent", "list", filter={"ownerIdEqual": "nobody"})
    assert answer["code"] == "INVALID_USER_ID"


def test_a_page_holds_30_unless_asked_for_more(webinar: Client) -> None:
    many = tuple(ScheduleEvent(number, ROOM, T, T + 1) for number in range(1, 601))
    webinar.kaltura.account = replace(webinar.kaltura.account, schedule=many)
    assert len(events(webinar)) == 30
    answer = webinar.json("schedule_scheduleEvent", "list", pager={"pageSize": 1000})
    assert (len(answer["objects"]), answer["totalCount"]) == (500, 600)


def test_a_role_may_read_reports_and_not_the_schedule(webinar: Client) -> None:
    webinar.ks = webinar.admin(user_id="clerk")
    assert webinar.total(60002, entryIdIn=ROOM)["unique_combined_live_viewers"] == "5"
    for service in ("schedule_scheduleEvent", "virtualEvent_virtualEvent"):
        assert webinar.json(service, "list")["code"] == "SERVICE_FORBIDDEN"
    webinar.ks = webinar.admin(privileges="setrole:ANALYTICS_RO")
    assert events(webinar) == [5001, 5002, 5003]


def test_a_virtual_event_leads_to_its_schedule_events(webinar: Client) -> None:
    [event] = webinar.json("virtualEvent_virtualEvent", "list")["objects"]
    assert (event["id"], event["mainEventScheduleEventId"]) == (77, 5001)
    assert webinar.json("virtualEvent_virtualEvent", "get", id=77)["name"] == "Days"
    assert webinar.json("virtualEvent_virtualEvent", "get", id=78)["code"] == "VIRTUAL_EVENT_NOT_FOUND"


def test_a_room_leads_to_its_recording_and_its_broadcast(webinar: Client) -> None:
    entry = webinar.json("baseEntry", "get", entryId=ROOM)
    assert (entry["redirectEntryId"], entry["broadcastEntryId"]) == (RECORDING, STREAM)
    assert "redirectEntryId" not in webinar.json("baseEntry", "get", entryId="1_other001")


def test_recordings_and_live_streams_are_entries(webinar: Client) -> None:
    recording = webinar.json("baseEntry", "get", entryId=RECORDING)
    assert (recording["duration"], recording["createdAt"], recording["rootEntryId"]) == (600, T + 1000, ROOM)
    assert recording["objectType"] == "KalturaMediaEntry"
    assert webinar.json("baseEntry", "get", entryId=STREAM)["objectType"] == "KalturaLiveStreamEntry"


def test_a_list_of_entries_hides_rooms_unless_their_status_or_id_is_named(webinar: Client) -> None:
    def listed(**filter_: Any) -> list[str]:
        return sorted(entry["id"] for entry in webinar.json("baseEntry", "list", filter=filter_)["objects"])

    assert listed() == listed(idIn=f"{ROOM},{RECORDING},{STREAM}") == [STREAM, RECORDING]
    assert listed(idEqual=ROOM) == [ROOM]
    assert listed(statusIn="2,7", idIn=f"{ROOM},{RECORDING}") == [ROOM, RECORDING]
