"""Which entries and which span the Summary page would take."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from kaltura_wire import Reply, Wire, api_error, json_reply, over

from debrief.kaltura.reports.page_query import SummaryPageQuery
from debrief.kaltura.session_data.page_scope import page_query_of
from debrief.kaltura.session_data.summary_page import broadcast_recording
from debrief.model import Session

START = datetime(2026, 11, 2, 9, 20, 30, tzinfo=UTC)
END = START + timedelta(minutes=61)
NOW = END + timedelta(hours=5)
SESSION = Session("1_cue00001", "1_room0001", START, END)


def event(start: datetime, end: datetime, **more: object) -> dict[str, object]:
    return {"startDate": int(start.timestamp()), "endDate": int(end.timestamp()), **more}


def page(entry: dict[str, object], *events: dict[str, object]) -> SummaryPageQuery:
    return page_query_of(SESSION, entry, list(events), NOW)


def test_a_room_is_seen_from_the_full_hour_before_its_session_to_its_end() -> None:
    found = page({"redirectEntryId": "1_rec00001"})
    assert (found.end, found.until) == (END, END)
    assert found.start == START.replace(minute=0, second=0)
    assert (found.live_ids, found.vod_ids, found.all_ids) == (("1_room0001",), (), ("1_room0001",))


def test_a_webinar_keeps_the_sessions_times_and_counts_recording_viewers_until_now() -> None:
    start, end = START - timedelta(minutes=5), END + timedelta(minutes=10)
    found = page({"redirectEntryId": "1_rec00001"}, event(start, end))
    assert (found.end, found.until) == (END, NOW)
    assert (found.vod_ids, found.all_ids) == (("1_rec00001",), ("1_room0001", "1_rec00001"))


def test_of_several_events_the_one_that_overlaps_the_session_counts() -> None:
    week = timedelta(days=7)
    found = page({}, event(START - week, END - week), event(START, END, sourceEntryId="1_src00001"))
    assert found.vod_ids == ("1_src00001",)


@pytest.mark.parametrize("entry", [{}, {"redirectEntryId": "1_rec00001"}], ids=["no redirect entry", "one of its own"])
def test_a_simulives_source_is_the_recording_and_counts_among_all(entry: dict[str, object]) -> None:
    found = page(entry, event(START, END, sourceEntryId="1_src00001"))
    assert (found.vod_ids, found.all_ids) == (("1_src00001",), ("1_room0001", "1_src00001"))


@pytest.mark.parametrize(
    "planned",
    [
        event(START - timedelta(days=7), END - timedelta(days=7), sourceEntryId="1_src00001"),
        event(START, END, sourceEntryId="1_src00001", status=1),
        event(START, END, objectType="KalturaBlackoutScheduleEvent"),
        event(START, END, recurrenceType=1),
    ],
    ids=["old", "cancelled", "a blackout", "a series"],
)
def test_an_event_that_the_session_is_not_makes_no_webinar_and_brings_no_recording(planned: dict[str, object]) -> None:
    found = page({"redirectEntryId": "1_rec00001"}, planned)
    assert (found.vod_ids, found.all_ids) == ((), ("1_room0001",))
    assert found.until == END


def test_the_event_that_shares_most_of_the_session_counts() -> None:
    before = event(START - timedelta(hours=1), START + timedelta(minutes=5), sourceEntryId="1_src00001")
    assert page({}, before, event(START, END, sourceEntryId="1_src00002")).vod_ids == ("1_src00002",)


def test_a_broadcast_entry_counts_as_live_and_a_free_text_reference_does_not() -> None:
    assert page({"broadcastEntryId": "1_brd00001"}).live_ids == ("1_room0001", "1_brd00001")
    assert page({"referenceId": "0_AbCd1234"}).live_ids == ("1_room0001", "0_AbCd1234")
    assert page({"referenceId": "our webinar"}).live_ids == ("1_room0001",)


def test_an_empty_span_is_never_asked_for() -> None:
    found = page_query_of(replace(SESSION, end=START), {}, [], NOW)
    assert found.end > START


def test_an_empty_span_is_widened_by_a_minute() -> None:
    found = page_query_of(replace(SESSION, end=START), {}, [event(START, END)], START)
    assert found.end == found.until == START + timedelta(minutes=1)


def test_the_recording_of_a_broadcast_counts_as_well_and_each_entry_once() -> None:
    found = page_query_of(SESSION, {"redirectEntryId": "1_rec00001"}, [event(START, END)], NOW, "1_rec00002")
    assert found.vod_ids == ("1_rec00001", "1_rec00002")
    same = page_query_of(SESSION, {"redirectEntryId": "1_rec00001"}, [event(START, END)], NOW, "1_rec00001")
    assert same.vod_ids == ("1_rec00001",)
    assert page({"broadcastEntryId": "1_room0001"}).live_ids == ("1_room0001",)


@pytest.mark.parametrize(
    ("reply", "recording"),
    [
        (json_reply('{"redirectEntryId": "1_rec00001"}'), "1_rec00001"),
        (json_reply('{"redirectEntryId": null}'), ""),
        (json_reply("[]"), ""),
        (api_error("ENTRY_ID_NOT_FOUND"), ""),
        (api_error("SERVICE_FORBIDDEN"), ""),
    ],
)
def test_a_broadcast_without_a_recording_or_that_cannot_be_read_brings_none(reply: Reply, recording: str) -> None:
    wire = Wire(reply)
    assert broadcast_recording(over(wire), {"broadcastEntryId": "1_brd00001"}) == recording
    assert wire.forms[0]["entryId"] == "1_brd00001"
    assert broadcast_recording(over(Wire()), {"referenceId": "our webinar"}) == ""


def test_a_room_s_page_knows_that_there_is_a_recording_although_it_is_not_counted() -> None:
    assert page({"redirectEntryId": "1_rec00001"}).is_recorded
    assert not page({}).is_recorded
    assert not page({}, event(START, END)).is_recorded


def test_recording_viewers_are_never_counted_for_less_than_the_session() -> None:
    assert page_query_of(SESSION, {}, [event(START, END)], START).until == END
