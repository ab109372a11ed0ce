"""Orders survive the queue, and nothing else comes out of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.errors import BadRequest
from debrief.model import Kind, Part, Source
from debrief.order_codec import decode_delivery, decode_export, encode
from debrief.orders import DeliveryOrder, ExportOrder

EXPORT = {
    "v": 3,
    "kind": "export",
    "cue_point_id": "1_cue00001",
    "entry_id": "1_room0001",
    "start": "2026-11-02T09:00:00Z",
    "end": "2026-11-02T10:01:00Z",
    "parent_entry_id": None,
    "mail": True,
    "of": "session",
    "parts": [],
    "source": "kaltura",
}
DELIVERY = {
    "v": 3,
    "kind": "delivery",
    "cue_point_id": "1_cue00001",
    "revision": 1,
    "recipient_id": "b4c9a289323b21a0",
    "occasion": "",
}
PART = ["1_cue00001", "2026-11-02T09:00:00Z", "2026-11-02T09:30:00Z"]

ids = st.from_regex(r"[A-Za-z0-9_.:-]{1,80}", fullmatch=True)
times = st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
kinds = st.sampled_from(get_args(Kind))
parts = st.lists(st.builds(Part, ids, times, times), max_size=50).map(tuple)


@given(st.data(), times, st.timedeltas(timedelta(0), timedelta(days=30)), kinds, parts)
def test_an_export_order_comes_out_of_the_queue_as_it_went_in(
    data: st.DataObject, start: datetime, lasted: timedelta, kind: Kind, parts: tuple[Part, ...]
) -> None:
    cue_point_id, entry_id, parent = (data.draw(one) for one in (ids, ids, st.none() | ids))
    mail, source = data.draw(st.booleans()), data.draw(st.sampled_from(get_args(Source)))
    order = ExportOrder(cue_point_id, entry_id, start, start + lasted, parent, mail, kind, parts, source)
    assert decode_export(encode(order)) == order


@given(ids, st.integers(1, 999_999), ids, st.just("") | ids)
def test_a_delivery_order_comes_out_of_the_queue_as_it_went_in(
    cue: str, revision: int, recipient: str, occasion: str
) -> None:
    order = DeliveryOrder(cue, revision, recipient, occasion)
    assert decode_delivery(encode(order)) == order


def test_the_longest_order_fits_into_a_message() -> None:
    """50 parts, all ids as long as they may be, times to the microsecond."""
    start = datetime(2026, 11, 2, 9, 0, 0, 1, tzinfo=UTC)
    part = Part("x" * 80, start, start)
    order = ExportOrder("x" * 80, "x" * 80, start, start, "x" * 80, kind="joint", parts=(part,) * 50)
    assert decode_export(encode(order)) == order
    with pytest.raises(BadRequest):
        decode_export(encode(replace(order, parts=(part,) * 51)))


def test_times_are_read_in_their_zone_and_become_utc() -> None:
    order = decode_export(json.dumps(EXPORT | {"start": "2026-11-02T11:00:00+02:00"}))
    assert order.start == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert order.start.tzinfo is UTC


def test_messages_hold_these_fields_and_no_others() -> None:
    """Names, titles and addresses never enter a queue."""
    start = datetime(2026, 11, 2, 9, tzinfo=UTC)
    export = ExportOrder("1_cue00001", "1_room0001", start, start + timedelta(minutes=61))
    assert json.loads(encode(export)) == EXPORT
    assert json.loads(encode(DeliveryOrder("1_cue00001", 1, "b4c9a289323b21a0"))) == DELIVERY


def test_a_part_is_an_id_and_two_times() -> None:
    start, end = datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    order = ExportOrder("joint-1", "1_room0001", start, end, kind="joint", parts=(Part("1_cue00001", start, end),))
    assert json.loads(encode(order))["parts"] == [PART]


@pytest.mark.parametrize(
    "body",
    ["", "no json", "[]", "null", '"export"', "1e999", "[" * 4000, "[" * 100_000, '{"v":1}', json.dumps(DELIVERY)],
)
def test_what_is_no_export_order_is_refused(body: str) -> None:
    with pytest.raises(BadRequest):
        decode_export(body)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 4},
        {"v": "3"},
        {"v": True},
        {"v": 3.0},
        {"kind": ["export"]},
        {"cue_point_id": ""},
        {"cue_point_id": None},
        {"cue_point_id": 1},
        {"cue_point_id": "1_cue00001\n"},
        {"cue_point_id": "1_cue;limit=1"},
        {"cue_point_id": "../../etc"},
        {"cue_point_id": "１_cue00001"},  # noqa: RUF001 - a full-width digit
        {"entry_id": "x" * 81},
        {"parent_entry_id": ""},
        {"parent_entry_id": {"a": 1}},
        {"mail": 1},
        {"mail": "true"},
        {"start": None},
        {"start": 1762074000},
        {"start": "yesterday"},
        {"start": "2026-11-02T09:00:00"},
        {"start": "0001-01-01T00:00:00+14:00"},
        {"end": "9999-12-31T23:59:59-14:00"},
        {"end": "2026-11-02T08:59:59Z"},
        {"of": "webinar"},
        {"of": None},
        {"of": ["session"]},
        {"of": {}},
        {"source": "elsewhere"},
        {"source": None},
        {"source": ["archive"]},
        {"parts": None},
        {"parts": {}},
        {"parts": "1_cue00001"},
        {"parts": [PART] * 51},
        {"parts": [PART[:2]]},
        {"parts": [[*PART, "ann@example.org"]]},
        {"parts": ["abc"]},
        {"parts": [None]},
        {"parts": [{"id": "1_cue00001"}]},
        {"parts": [["../../etc", *PART[1:]]]},
        {"parts": [[*PART[:2], "yesterday"]]},
        {"parts": [[*PART[:2], "2026-11-02T09:00:00"]]},
        {"user_email": "ann@example.org"},
    ],
)
def test_an_export_order_with_one_wrong_field_is_refused_without_repeating_it(change: dict[str, Any]) -> None:
    with pytest.raises(BadRequest) as refused:
        decode_export(json.dumps(EXPORT | change))
    assert "ann@" not in str(refused.value)
    assert "etc" not in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        {"revision": 0},
        {"revision": -1},
        {"revision": True},
        {"revision": 1.0},
        {"revision": "1"},
        {"revision": 10**30},
        {"recipient_id": "ann@example.org"},
        {"recipient_id": None},
        {"occasion": None},
        {"occasion": 1},
        {"occasion": []},
        {"occasion": "ann@example.org"},
        {"occasion": "link#2026"},
        {"address": "ann@example.org"},
    ],
)
def test_a_delivery_order_with_one_wrong_field_is_refused_without_repeating_it(change: dict[str, Any]) -> None:
    with pytest.raises(BadRequest) as refused:
        decode_delivery(json.dumps(DELIVERY | change))
    assert "ann@" not in str(refused.value)


def test_an_order_in_a_flood_of_blanks_is_refused() -> None:
    assert decode_export(json.dumps(EXPORT) + " " * 100)
    with pytest.raises(BadRequest):
        decode_export(json.dumps(EXPORT) + " " * 100_000)


@pytest.mark.parametrize("name", sorted(EXPORT))
def test_an_export_order_without_one_of_its_fields_is_refused(name: str) -> None:
    with pytest.raises(BadRequest):
        decode_export(json.dumps({key: value for key, value in EXPORT.items() if key != name}))


@pytest.mark.parametrize("name", sorted(DELIVERY))
def test_a_delivery_order_without_one_of_its_fields_is_refused(name: str) -> None:
    with pytest.raises(BadRequest):
        decode_delivery(json.dumps({key: value for key, value in DELIVERY.items() if key != name}))


@pytest.mark.parametrize("version", [1, 2, 4])
def test_an_order_of_another_version_is_refused_in_a_sentence(version: int) -> None:
    with pytest.raises(BadRequest, match="not of version 3"):
        decode_export(json.dumps(EXPORT | {"v": version}))
    with pytest.raises(BadRequest, match="not of version 3"):
        decode_delivery(json.dumps(DELIVERY | {"v": version}))
