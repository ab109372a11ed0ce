"""How a session's record follows its exports, without a clock, a ledger or Kaltura."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifecycle_data import DAY, END, EXPORTED, HOUR, MINUTE, SESSION, SETTINGS, START, WAITING

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.model import Person, SessionData
from debrief.pipeline.state import lifecycle
from debrief.pipeline.state.check_schedule import state_at
from debrief.pipeline.state.revisions import Revision
from debrief.settings import Settings
from debrief.transcript import Transcript


def made(record: SessionRecord, now: datetime, **changes: object) -> SessionRecord:
    """The record after an export at that time."""
    revision = Revision(1, state_at(SESSION.end, now, SETTINGS), "abc")
    data = SessionData(SESSION, Person("ann", "Ann"))
    return lifecycle.record_export(record, data, revision, {}, now, SETTINGS, **{"lacks_sections": False, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "gaps", "state", "due"),
    [
        (END + 45 * MINUTE, False, "exported", END + 6 * HOUR),
        (END + 6 * HOUR, False, "exported", END + 24 * HOUR),
        (END + 24 * HOUR - MINUTE, False, "exported", END + 24 * HOUR),
        (END + 24 * HOUR, False, "final", None),
        (END + 45 * MINUTE, True, "exported", END + 105 * MINUTE),
        (END + 5.5 * HOUR, True, "exported", END + 6 * HOUR),
        (END + 25 * HOUR, True, "final", END + 26 * HOUR),
    ],
)
def test_an_export_is_provisional_until_the_last_check(
    now: datetime, gaps: bool, state: str, due: datetime | None
) -> None:
    after = made(lifecycle.order_export(replace(WAITING, reason="It failed."), now), now, lacks_sections=gaps)
    assert (after.state, after.due, after.asked, after.reason) == (state, due, None, "")
    assert (after.revision, after.content_hash, after.host_name, after.begun) == (1, "abc", "Ann", True)


@given(st.timedeltas(timedelta(), 3 * DAY))
def test_what_is_provisional_always_has_a_check_to_come(elapsed: timedelta) -> None:
    after = made(WAITING, END + elapsed)
    assert (after.state == "final") is (after.due is None)


def test_an_export_notes_what_kaltura_said_of_the_session() -> None:
    session = replace(SESSION, start=START + MINUTE, end=END + MINUTE, entry_name="New", host_user_id="ann")
    revision = Revision(2, "final", "abc")
    data = SessionData(session, Person("ann", "Ann"))
    before = replace(EXPORTED, entry_name="Old", history={1: {"people": 3.0}})
    after = lifecycle.record_export(
        before, data, revision, {"people": 4.0}, END + 2 * DAY, SETTINGS, lacks_sections=False
    )
    assert (after.start, after.end, after.entry_name) == (session.start, session.end, "New")
    assert (after.host_user_id, after.host_name, after.revision) == ("ann", "Ann", 2)
    assert after.history == {1: {"people": 3.0}, 2: {"people": 4.0}}
    without = lifecycle.record_export(before, SessionData(session), revision, {}, END, SETTINGS, lacks_sections=False)
    assert without.host_name == ""


def test_missing_sections_are_looked_for_by_the_end_that_kaltura_has_now() -> None:
    later = SessionData(replace(SESSION, end=END + 2 * HOUR))
    revision = Revision(1, "provisional", "abc")
    after = lifecycle.record_export(WAITING, later, revision, {}, END + 3 * HOUR, SETTINGS, lacks_sections=False)
    assert after.due == END + 8 * HOUR


def test_sections_that_stay_missing_for_a_week_leave_the_earlier_report_with_a_reason() -> None:
    before = replace(EXPORTED, reason="Kaltura said no.", asked=END)
    last = lifecycle.keep_documents(before, END + 7 * DAY, SETTINGS)
    assert (last.state, last.reason, last.due, last.asked) == ("exported", lifecycle.EARLIER_REPORT_KEPT, None, None)
    again = lifecycle.keep_documents(before, END + 7 * DAY - MINUTE, SETTINGS)
    assert (again.reason, again.due) == ("Kaltura said no.", END + 7 * DAY + 59 * MINUTE)


@pytest.mark.parametrize(
    ("changes", "needs_operator", "is_settled"),
    [
        ({}, False, False),
        ({"due": None}, False, False),
        ({"state": "final", "revision": 1, "reason": ""}, False, False),
        ({"state": "final", "revision": 1, "reason": "", "due": None}, False, True),
        ({"state": "exported", "revision": 1, "reason": ""}, False, False),
        ({"state": "exported", "revision": 1, "reason": "", "due": None}, False, True),
        ({"state": "exported", "revision": 1, "reason": "It failed."}, True, False),
        ({"revision": 1, "reason": "Went on."}, False, False),
        ({"state": "skipped"}, False, False),
        ({"state": "skipped", "due": None}, False, True),
        ({"state": "failed"}, True, False),
        ({"state": "failed", "due": None}, True, True),
    ],
)
def test_what_is_failing_and_what_is_settled_follows_from_state_reason_and_next_check(
    changes: dict[str, object], needs_operator: bool, is_settled: bool
) -> None:
    record = replace(WAITING, **changes)  # type: ignore[arg-type]
    assert lifecycle.needs_operator(record) is needs_operator
    assert lifecycle.is_settled(record) is is_settled


def test_only_the_last_ten_revisions_are_remembered() -> None:
    record = replace(WAITING, history={number: {"people": float(number)} for number in reversed(range(2, 14))})
    data = SessionData(SESSION)
    after = lifecycle.record_export(
        record, data, Revision(14, "final", ""), {}, END + DAY, SETTINGS, lacks_sections=False
    )
    assert list(after.history) == list(range(5, 15))


def test_the_figures_of_a_revision_stay_as_they_were_first_sent() -> None:
    record = replace(WAITING, history={1: {"people": 4.0}})
    assert made(record, END + HOUR).history == {1: {"people": 4.0}}


@pytest.mark.parametrize(
    ("record", "state"), [(WAITING, "failed"), (EXPORTED, "exported"), (replace(EXPORTED, state="final"), "final")]
)
def test_a_failure_keeps_the_state_of_documents_and_gives_the_reason(record: SessionRecord, state: str) -> None:
    after = lifecycle.record_failure(lifecycle.order_export(record, END), "Kaltura said no.", END + HOUR, END + HOUR)
    assert (after.state, after.reason, after.asked) == (state, "Kaltura said no.", None)
    assert lifecycle.needs_operator(after)
    assert not lifecycle.needs_operator(record)


@pytest.mark.parametrize(
    ("first", "now", "is_retried"),
    [
        (END + HOUR, END + 7 * DAY - MINUTE, True),
        (END + HOUR, END + 7 * DAY + HOUR, False),
        (END + 30 * DAY, END + 30 * DAY, True),
        (END + 30 * DAY, END + 36 * DAY, True),
        (END + 30 * DAY, END + 37 * DAY, False),
    ],
)
def test_a_failure_is_tried_again_every_hour_for_a_week_however_old_the_session_is(
    first: datetime, now: datetime, is_retried: bool
) -> None:
    after = lifecycle.record_failure(WAITING, "Kaltura said no.", now, first)
    assert after.due == (now + HOUR if is_retried else None)


@pytest.mark.parametrize(
    ("changes", "is_overdue"),
    [
        ({}, True),
        ({"revision": 1}, False),
        ({"kind": "event"}, False),
        ({"end": START}, False),
        ({"reason": lifecycle.UNDECIDED}, False),
        ({"reason": lifecycle.EVENT_UNKNOWN}, True),
    ],
)
def test_a_report_is_overdue_three_hours_after_the_first_check(changes: dict[str, object], is_overdue: bool) -> None:
    record = replace(WAITING, **changes)  # type: ignore[arg-type]
    assert lifecycle.is_overdue(record, END + 9 * HOUR + MINUTE, SETTINGS) is is_overdue
    assert not lifecycle.is_overdue(record, END + 9 * HOUR, SETTINGS)
    assert lifecycle.is_overdue(record, END + 8 * DAY - MINUTE, SETTINGS) is is_overdue
    assert not lifecycle.is_overdue(record, END + 8 * DAY, SETTINGS)


@pytest.mark.parametrize(("settle", "first"), [(45, 6), (600, 10)])
def test_the_first_check_is_the_later_of_settling_and_the_first_look(settle: int, first: int) -> None:
    settings = Settings(settle_minutes=settle)
    assert not lifecycle.is_overdue(WAITING, END + (first + 3) * HOUR, settings)
    assert lifecycle.is_overdue(WAITING, END + (first + 3) * HOUR + MINUTE, settings)


def test_a_session_left_out_is_judged_again_at_the_next_check_and_one_undecided_in_a_quarter_of_an_hour() -> None:
    after = lifecycle.skip(lifecycle.order_export(WAITING, END), "Too few.", END + HOUR, SETTINGS)
    assert (after.state, after.due, after.asked) == ("skipped", END + 6 * HOUR, None)
    after = lifecycle.postpone(lifecycle.order_export(WAITING, END), lifecycle.UNDECIDED, END + HOUR)
    assert (after.state, after.due, after.asked) == ("waiting", END + 75 * MINUTE, None)
    after = lifecycle.keep_documents(lifecycle.order_export(EXPORTED, END), END + HOUR, SETTINGS)
    assert (after.state, after.due, after.asked) == ("exported", END + 2 * HOUR, None)


def with_transcript(now: datetime, *, may_come: bool, record: SessionRecord = EXPORTED) -> SessionRecord:
    data = SessionData(SESSION, transcript=Transcript(may_come=may_come))
    revision = Revision(1, state_at(SESSION.end, now, SETTINGS), "abc")
    return lifecycle.record_export(record, data, revision, {}, now, SETTINGS, lacks_sections=False)


@pytest.mark.parametrize(
    ("now", "may_come", "due"),
    [
        (END + 6 * HOUR, True, END + 24 * HOUR),
        (END + 24 * HOUR, False, None),
        (END + 24 * HOUR, True, END + 3 * DAY),
        (END + 2 * DAY, True, END + 3 * DAY),
        (END + 3 * DAY, True, None),
        (END + 30 * DAY, True, None),
    ],
)
def test_missing_captions_are_looked_for_once_after_the_last_check(
    now: datetime, may_come: bool, due: datetime | None
) -> None:
    assert with_transcript(now, may_come=may_come).due == due


def test_nothing_waits_for_the_late_look_which_is_still_one_when_it_is_ordered() -> None:
    record = with_transcript(END + 24 * HOUR, may_come=True)
    ordered = lifecycle.order_export(record, END + 3 * DAY + MINUTE)
    for each in (record, ordered):
        assert lifecycle.is_late_look(each)
        assert lifecycle.is_settled(each)
        assert not lifecycle.needs_operator(each)
    ended = [
        lifecycle.record_failure(ordered, "It failed.", END + 3 * DAY, END + 3 * DAY),
        lifecycle.keep_documents(ordered, END + 3 * DAY, SETTINGS),
        with_transcript(END + 3 * DAY, may_come=True, record=ordered),
    ]
    assert {(each.state, each.due, each.asked, each.reason) for each in ended} == {("final", None, None, "")}


def test_an_export_that_is_repeated_because_sections_are_missing_is_no_late_look() -> None:
    record = made(EXPORTED, END + 25 * HOUR, lacks_sections=True)
    assert record.due
    assert not lifecycle.is_late_look(record)
    assert not lifecycle.is_settled(record)
