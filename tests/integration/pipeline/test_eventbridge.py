"""Channels of the kind eventbridge: events on a bus of the account, once in effect."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from jsonschema import Draft202012Validator
from test_webhooks import SCHEMA

from debrief.delivery.channels.channel import Occasion
from debrief.delivery.channels.eventbridge import send
from debrief.delivery.channels.eventbridge.format import detail_of
from support.channelled import CUE, Channelled
from support.receiver import Receiver
from support.world import World


@dataclass
class Bus:
    """EventBridge's client: what it was given, and how it answers."""

    answers: list[Any] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        answer = self.answers.pop(0) if self.answers else {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}
        if isinstance(answer, Exception):
            raise answer
        self.entries += Entries
        return answer


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    made = Bus()
    monkeypatch.setattr(send, "_client", lambda: made)
    return made


@pytest.fixture
def lake(small: World) -> Channelled:
    return Channelled(small, Receiver(0, ""), "eventbridge", bus="reports")


def test_the_same_events_go_to_the_bus_with_the_data_of_the_webhook(lake: Channelled, bus: Bus) -> None:
    lake.export()
    lake.tick(hours=25)
    assert [entry["DetailType"] for entry in bus.entries] == ["report.ready", "report.final"]
    assert {(entry["Source"], entry["EventBusName"]) for entry in bus.entries} == {("debrief", "reports")}
    details = [json.loads(entry["Detail"]) for entry in bus.entries]
    assert [detail["id"] for detail in details] == [f"{CUE}-r1-ready", f"{CUE}-r1-final"]
    data = Draft202012Validator(SCHEMA["properties"]["data"])
    assert [error for detail in details for error in data.iter_errors(detail)] == []
    assert {each.state for each in lake.deliveries} == {"sent"}


@pytest.mark.parametrize(
    "trouble",
    [
        {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "a-secret"}]},
        {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "slow"}]},
        ClientError({"Error": {"Code": "InternalException"}, "ResponseMetadata": {"HTTPStatusCode": 500}}, "PutEvents"),
        EndpointConnectionError(endpoint_url="https://events"),
        ReadTimeoutError(endpoint_url="https://events"),
    ],
)
def test_after_trouble_the_event_is_sent_again_with_the_same_id(lake: Channelled, bus: Bus, trouble: Any) -> None:
    bus.answers = [trouble]
    lake.export()
    assert [each.state for each in lake.deliveries] == ["pending"]
    lake.tick(minutes=16)
    assert [each.state for each in lake.deliveries] == ["sent"]
    assert {json.loads(entry["Detail"])["id"] for entry in bus.entries} == {f"{CUE}-r1-ready"}


@pytest.mark.parametrize(
    "trouble",
    [
        {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "NotAuthorizedForSourceException"}]},
        ClientError({"Error": {"Code": "AccessDeniedException"}}, "PutEvents"),
    ],
)
def test_without_permission_events_wait_and_emails_do_not(lake: Channelled, bus: Bus, trouble: Any) -> None:
    bus.answers = [trouble]
    lake.export()
    (waiting,) = lake.deliveries
    assert waiting.state == "pending"
    assert waiting.reason
    with lake.services() as services:
        assert services.ledger.note("blocked", "since") is None
    lake.tick(minutes=16)
    assert [each.state for each in lake.deliveries] == ["sent"]


def test_without_a_bus_events_wait_for_one(lake: Channelled, bus: Bus) -> None:
    lake.bus = ""
    lake.export()
    assert "EventBus" in lake.deliveries[0].reason
    assert bus.entries == []
    lake.bus = "reports"
    lake.place.clock.now += timedelta(minutes=16)
    lake.tick()
    assert [each.state for each in lake.deliveries] == ["sent"]


def test_a_list_of_files_that_is_too_long_is_cut() -> None:
    from debrief.delivery.archive.archive import ManifestFile
    from debrief.message import Message

    files = tuple(ManifestFile(f"reports/{number}", 1, "0" * 64) for number in range(5000))
    detail = detail_of(Message(title="A room"), Occasion("id", "report.final", place="s3://bucket/x", files=files))
    archive = json.loads(detail)["archive"]
    assert len(detail) < 256 * 1024
    assert archive["files_cut"] is True
    assert (archive["bucket"], archive["files"][0]["key"]) == ("bucket", "x/reports/0")
