"""Which question Kaltura's own Summary page asks about a session, and the steps from there to Debrief's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kaltura_wire import Reply, Wire, csv_reply, over, written

from debrief.kaltura.reports.room_reports import ATTENDEES
from debrief.kaltura.session_data.original_page import STEPS, OriginalPage, PageAnswerCache, PageQuery, _theirs
from debrief.kaltura.session_data.page_scope import page_query_of
from debrief.model import Part, Session

START = datetime(2026, 11, 2, 9, 10, 30, tzinfo=UTC)
END = START + timedelta(minutes=50)
NOW = END + timedelta(days=3)
SESSION = Session("1_cue00001", "1_room0001", START, END)
HOUR = START.replace(minute=0, second=0)


def planned(start: datetime, minutes: int, **more: str) -> dict[str, str]:
    end = start + timedelta(minutes=minutes)
    return {"startDate": str(int(start.timestamp())), "endDate": str(int(end.timestamp())), **more}


def test_a_room_without_a_schedule_is_asked_from_the_full_hour_to_its_end_without_recordings() -> None:
    theirs = _theirs(SESSION, {"redirectEntryId": "1_rec00001"}, [], NOW, "")
    assert (theirs.query.start, theirs.query.end, theirs.query.until) == (HOUR, END, END)
    assert (theirs.query.live_ids, theirs.query.vod_ids, theirs.query.all_ids) == (("1_room0001",), (), ("1_room0001",))
    assert theirs.start == START


def test_a_webinar_is_asked_by_its_first_event_and_until_now() -> None:
    events = [planned(HOUR - timedelta(days=7), 60), planned(HOUR, 60)]
    theirs = _theirs(SESSION, {"redirectEntryId": "1_rec00001"}, events, NOW, "")
    assert theirs.query.start == HOUR - timedelta(days=7)
    assert theirs.query.end == HOUR - timedelta(days=7) + timedelta(hours=1)
    assert theirs.query.until == NOW
    assert theirs.query.all_ids == ("1_room0001", "1_rec00001")


def test_a_start_on_the_full_hour_keeps_its_seconds_as_on_the_page() -> None:
    start = HOUR.replace(second=20)
    theirs = _theirs(SESSION, {}, [planned(start, 60)], NOW, "")
    assert theirs.query.start == start


def test_a_webinar_without_a_recording_asks_for_no_entry_instead_of_all() -> None:
    theirs = _theirs(SESSION, {}, [planned(HOUR, 60)], NOW, "")
    assert theirs.query.vod_ids == ("noRecording",)
    assert theirs.query.all_ids == ("1_room0001",)


def test_a_simulive_source_is_left_out_of_all_viewers_unless_the_room_has_a_recording() -> None:
    event = planned(HOUR, 60, sourceEntryId="1_source01")
    without = _theirs(SESSION, {}, [event], NOW, "")
    with_own = _theirs(SESSION, {"redirectEntryId": "1_rec00001"}, [event], NOW, "")
    assert (without.query.vod_ids, without.query.all_ids) == (("1_source01",), ("1_room0001",))
    assert (with_own.query.vod_ids, with_own.query.all_ids) == (("1_source01",), ("1_room0001", "1_source01"))


def test_a_broadcast_and_its_recording_are_added() -> None:
    theirs = _theirs(SESSION, {"broadcastEntryId": "1_brd00001"}, [planned(HOUR, 60)], NOW, "1_brdrec01")
    assert theirs.query.live_ids == ("1_room0001", "1_brd00001")
    assert theirs.query.vod_ids == ("1_brdrec01",)
    assert theirs.query.all_ids == ("1_room0001", "1_brd00001", "1_brdrec01")


def test_of_an_interrupted_session_the_page_shows_the_last_part() -> None:
    parts = (Part("1_a", START, START + timedelta(minutes=10)), Part("1_b", END - timedelta(minutes=20), END))
    theirs = _theirs(Session("joint-1_a", "1_room0001", START, END, parts=parts), {}, [], NOW, "")
    assert (theirs.start, theirs.query.end) == (END - timedelta(minutes=20), END)


def test_after_all_steps_the_question_is_debriefs_whatever_the_page_asks() -> None:
    events = [planned(HOUR - timedelta(days=7), 60, sourceEntryId="1_source01"), planned(HOUR, 60)]
    for schedule in (events, []):
        query = page_query_of(SESSION, {"redirectEntryId": "1_rec00001"}, list(schedule), END + timedelta(hours=24))
        session = Session("1_cue00001", "1_room0001", START, END, event_id="77")
        theirs = _theirs(session, {"redirectEntryId": "1_rec00001"}, schedule, NOW, "")
        page = OriginalPage(theirs, PageQuery(query, START), is_webinar=bool(schedule))
        last = page.after(len(STEPS))
        fields = ("live_ids", "vod_ids", "all_ids", "start", "end", "until")
        assert [getattr(last.query, name) for name in fields] == [getattr(query, name) for name in fields]
        assert (last.start, last.event_id) == (START, "")


def test_the_attendees_of_another_room_or_time_are_another_answer() -> None:
    def play(form: dict[str, str]) -> Reply:
        asked = dict(part.split("=") for part in form["params"].split(";"))
        row = dict.fromkeys(ATTENDEES.columns, "") | {
            "entry_id": asked["entry_ids"],
            "cue_point_id": "1_cue00001",
            "user_id": f"until-{asked['to_date']}",
        }
        return csv_reply(written(ATTENDEES.columns, [list(row.values())]))

    wire = Wire(play=play)
    answers = PageAnswerCache(over(wire))
    for end in (END, END + timedelta(minutes=1)):
        for room in ("1_room0001", "1_room0002"):
            for _ in range(2):
                (row,) = answers.attendees(room, START, end)
                assert (row.entry_id, row.user_id) == (room, f"until-{int(end.timestamp())}")
    assert len(wire.requests) == 4
