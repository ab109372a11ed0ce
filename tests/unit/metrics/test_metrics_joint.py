from datetime import UTC, datetime, timedelta

from debrief.metrics.definition import Facts
from debrief.metrics.interrupted import one_row_each
from debrief.metrics.summary import summarize
from debrief.model import AttendeeRow, Part, Session, SessionData

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRST = Part("1_cue00001", START, START + 30 * MINUTE)
SECOND = Part("1_cue00002", START + 40 * MINUTE, START + 60 * MINUTE)
JOINT = Session("joint-1_cue00001", "1_room0001", FIRST.start, SECOND.end, parts=(FIRST, SECOND))


def row(part: Part, user: str, minutes: str, ratio: str = "0.5") -> AttendeeRow:
    return AttendeeRow("1_room0001", part.cue_point_id, user, f"Name of {user}", "", "User", minutes, ratio)


ROWS = (
    row(FIRST, "ann", "30", "1"),
    row(SECOND, "ann", "20", "0.5"),
    row(SECOND, "bob", "10"),
    row(FIRST, "Unknown", "3"),
    row(SECOND, "Unknown", "4"),
    row(FIRST, "", "1"),
    row(SECOND, "", "2"),
)
DATA = SessionData(JOINT, attendees=ROWS)


def test_each_person_is_one_row_with_the_minutes_of_all_parts() -> None:
    rows = {(one.user_id, one.meeting_view_time): one for one in one_row_each(DATA)}
    assert set(rows) == {("ann", "50.0"), ("bob", "10.0"), ("Unknown", "7.0"), ("", "1.0"), ("", "2.0")}
    assert {one.cue_point_id for one in rows.values()} == {"joint-1_cue00001"}
    assert rows["ann", "50.0"].meeting_engaged_play_time_ratio == "0.8"


def test_each_row_without_an_id_stays_somebody_of_its_own() -> None:
    rows = [row(FIRST, " ", "1"), row(SECOND, " ", "2"), row(SECOND, "", "3"), row(FIRST, "Unknown", "4")]
    found = one_row_each(SessionData(JOINT, attendees=rows))
    assert sorted((one.user_id.strip(), one.meeting_view_time) for one in found) == [
        ("", "1.0"),
        ("", "2.0"),
        ("", "3.0"),
        ("Unknown", "4.0"),
    ]


def test_a_whole_session_keeps_its_rows_as_they_are() -> None:
    whole = SessionData(Session("1_cue00001", "1_room0001", START, START + 30 * MINUTE), attendees=ROWS)
    assert one_row_each(whole) is whole.attendees


def test_the_gap_does_not_count_as_time_of_the_session() -> None:
    metrics = summarize(Facts(DATA), attendee_limit=10).metrics
    assert JOINT.duration_minutes == 50
    assert metrics["unique_attendees"].value == 2
    assert metrics["stayed_90"].value == 0.5
    assert metrics["attendance_share"].value == 30 / 50


def test_kaltura_s_estimates_of_the_parts_are_not_taken_for_the_whole() -> None:
    summary = summarize(Facts(DATA), attendee_limit=10)
    assert summary.metrics["kaltura_unique_users"].value is None
    assert "each part" in str(summary.metrics["kaltura_unique_users"].reason)
    assert "NO_ROOM_ROW" not in {finding.code for finding in summary.warnings}
