"""Every change of a session's record, without a clock, a ledger or Kaltura."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.ledger import SessionRecord
from debrief.model import Part, Person, Session, SessionData
from debrief.orders import ExportOrder
from debrief.pipeline import lifecycle
from debrief.pipeline.revisions import Revision
from debrief.pipeline.settling import state_at
from debrief.settings import Settings

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
END = START + HOUR
SESSION = Session("1_cue00001", "1_room0001", START, END, "Sales, EMEA")
OPEN = replace(SESSION, end=START)
WAITING = SessionRecord(
    "1_cue00001", "1_room0001", START, END, reason=lifecycle.FRESH, due=END + 45 * MINUTE, version=3
)
EXPORTED = replace(WAITING, state="exported", reason="", revision=1, begun=True, due=END + 6 * HOUR)
ABANDONED = replace(WAITING, end=START, state="failed", reason=lifecycle.NEVER_CLOSED, due=None)
SETTINGS = Settings()
ORDER = ExportOrder("1_cue00001", "1_room0001", START, END)


def made(record: SessionRecord, now: datetime, **changes: object) -> SessionRecord:
    """The record after an export at that time."""
    revision = Revision(1, state_at(SESSION.end, now, SETTINGS), "abc")
    data = SessionData(SESSION, Person("ann", "Ann"))
    return lifecycle.exported(record, data, revision, {}, now, SETTINGS, **{"has_gaps": False, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("session", "before", "state", "due"),
    [
        (SESSION, None, "waiting", END + 45 * MINUTE),
        (replace(SESSION, has_figures=False), None, "waiting", END + 6 * HOUR),
        (OPEN, None, "waiting", None),
        (OPEN, EXPORTED, "waiting", None),
        (SESSION, EXPORTED, "exported", EXPORTED.due),
        (replace(SESSION, end=END + HOUR), EXPORTED, "waiting", END + 105 * MINUTE),
        (replace(SESSION, start=START + MINUTE), EXPORTED, "waiting", END + 45 * MINUTE),
        (replace(SESSION, entry_name="Test"), None, "skipped", None),
        (replace(SESSION, entry_name="Test"), replace(EXPORTED, entry_name="Test"), "exported", EXPORTED.due),
        (SESSION, replace(WAITING, reason=lifecycle.UNDECIDED, due=END + HOUR), "waiting", END + HOUR),
        (SESSION, replace(WAITING, reason=lifecycle.EVENT_UNKNOWN, due=END + HOUR), "waiting", END + HOUR),
        (SESSION, replace(WAITING, asked=END + HOUR, due=END + HOUR), "waiting", END + HOUR),
        (OPEN, ABANDONED, "failed", None),
        (SESSION, ABANDONED, "waiting", END + 45 * MINUTE),
    ],
    ids=[
        "new", "without figures", "open", "opened again", "as it was", "went on", "moved", "filtered", "filtered late",
        "undecided stays", "unknown event stays", "asked for", "never closed stays", "closed after all",
    ],
)  # fmt: skip
def test_what_kaltura_lists_moves_a_record(
    session: Session, before: SessionRecord | None, state: str, due: datetime | None
) -> None:
    after = lifecycle.listed(session, before, Settings(name_patterns=("!Test",)))
    assert (after.state, after.due) == (state, due)


def test_a_session_that_is_opened_again_is_asked_for_anew_when_it_ends() -> None:
    assert lifecycle.listed(OPEN, replace(WAITING, asked=END), SETTINGS).asked is None


@pytest.mark.parametrize(("hours", "state"), [(23.9, "waiting"), (24, "failed")])
def test_a_session_open_for_a_day_is_a_failure_that_holds_nothing_back(hours: float, state: str) -> None:
    before = lifecycle.listed(OPEN, None, SETTINGS)
    after = lifecycle.aged(before, START + hours * HOUR)
    assert after.state == state
    assert lifecycle.is_settled(after) is (state == "failed")
    assert lifecycle.is_abandoned(OPEN, START + hours * HOUR) is (state == "failed")


def test_a_session_that_ended_never_counts_as_open() -> None:
    assert lifecycle.aged(WAITING, END + DAY) == WAITING
    assert not lifecycle.is_abandoned(SESSION, END + DAY)


@pytest.mark.parametrize(
    ("due", "asked", "is_due"),
    [
        (None, None, False),
        (END + MINUTE, None, False),
        (END, None, True),
        (END, END - timedelta(minutes=119), False),
        (END, END - timedelta(minutes=120), True),
    ],
)
def test_an_export_is_asked_for_when_it_is_due_and_again_after_two_hours(
    due: datetime | None, asked: datetime | None, is_due: bool
) -> None:
    assert lifecycle.is_due(replace(WAITING, due=due, asked=asked), END) is is_due


def test_what_is_asked_for_late_is_due_now_and_only_once() -> None:
    first = lifecycle.ask(WAITING, END + DAY)
    assert (first.asked, first.due) == (END + DAY, END + DAY)
    again = lifecycle.ask(first, END + DAY + 2 * HOUR)
    assert (again.asked, again.due) == (END + DAY + 2 * HOUR, END + DAY)


def test_what_was_asked_for_in_vain_is_due_at_once() -> None:
    asked = lifecycle.ask(WAITING, END + HOUR)
    assert not lifecycle.is_due(asked, END + HOUR)
    assert lifecycle.is_due(lifecycle.release(asked), END + HOUR)


LONGER = replace(WAITING, end=END + HOUR)
JOINT = replace(WAITING, cue_point_id="joint-1", kind="joint", parts=(Part("a", START, END), Part("b", START, END)))


@pytest.mark.parametrize(
    ("record", "order", "is_stale"),
    [
        (WAITING, ORDER, False),
        (LONGER, ORDER, True),
        (replace(LONGER, asked=END), ORDER, False),
        (replace(LONGER, state="exported", revision=1), ORDER, False),
        (replace(LONGER, version=0), ORDER, False),
        (WAITING, replace(ORDER, end=END + HOUR), False),
        (replace(WAITING, end=START, reason=lifecycle.OPEN, due=None), ORDER, True),
        (JOINT, replace(ORDER, parts=JOINT.parts[:1], kind="joint"), True),
        (JOINT, replace(ORDER, parts=JOINT.parts, kind="joint"), False),
    ],
    ids=[
        "same",
        "went on",
        "asked again",
        "has documents",
        "new",
        "order is newer",
        "open again",
        "part came",
        "joint",
    ],
)
def test_an_order_from_before_a_session_went_on_is_stale(
    record: SessionRecord, order: ExportOrder, is_stale: bool
) -> None:
    assert lifecycle.is_stale(record, order) is is_stale


@pytest.mark.parametrize(
    ("record", "is_unmailed"),
    [
        (replace(JOINT, reason=lifecycle.JOINT_SETTLES), False),
        (replace(JOINT, reason=lifecycle.JOINT_UNMAILED), True),
        (replace(JOINT, reason=lifecycle.JOINT_UNMAILED, begun=True), False),
        (WAITING, False),
    ],
)
def test_only_a_merged_session_that_a_silent_export_left_is_not_mailed(
    record: SessionRecord, is_unmailed: bool
) -> None:
    assert lifecycle.is_unmailed(record, END + 2 * DAY) is is_unmailed
    assert not lifecycle.is_unmailed(record, END - HOUR)


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
    after = made(lifecycle.ask(replace(WAITING, reason="It failed."), now), now, has_gaps=gaps)
    assert (after.state, after.due, after.asked, after.reason) == (state, due, None, "")
    assert (after.revision, after.content_hash, after.host_name, after.begun) == (1, "abc", "Ann", True)


@given(st.timedeltas(timedelta(), 3 * DAY))
def test_what_is_provisional_always_has_a_check_to_come(elapsed: timedelta) -> None:
    after = made(WAITING, END + elapsed)
    assert (after.state == "final") is (after.due is None)


def test_only_the_last_ten_revisions_are_remembered() -> None:
    record = replace(WAITING, history={number: {"people": float(number)} for number in range(2, 14)})
    data = SessionData(SESSION)
    after = lifecycle.exported(record, data, Revision(14, "final", ""), {}, END + DAY, SETTINGS, has_gaps=False)
    assert list(after.history) == list(range(5, 15))


def test_the_figures_of_a_revision_stay_as_they_were_told_first() -> None:
    record = replace(WAITING, history={1: {"people": 4.0}})
    assert made(record, END + HOUR).history == {1: {"people": 4.0}}


@pytest.mark.parametrize(
    ("record", "state"), [(WAITING, "failed"), (EXPORTED, "exported"), (replace(EXPORTED, state="final"), "final")]
)
def test_a_failure_keeps_the_state_of_documents_and_tells_the_reason(record: SessionRecord, state: str) -> None:
    after = lifecycle.failed(lifecycle.ask(record, END), "Kaltura said no.", END + HOUR, END + HOUR)
    assert (after.state, after.reason, after.asked) == (state, "Kaltura said no.", None)
    assert lifecycle.is_failing(after)
    assert not lifecycle.is_failing(record)


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
    after = lifecycle.failed(WAITING, "Kaltura said no.", now, first)
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
    assert not lifecycle.is_overdue(record, END + 8 * DAY, SETTINGS)


def test_a_session_left_out_is_judged_again_at_the_next_check_and_one_undecided_in_a_quarter_of_an_hour() -> None:
    after = lifecycle.skipped(lifecycle.ask(WAITING, END), "Too few.", END + HOUR, SETTINGS)
    assert (after.state, after.due, after.asked) == ("skipped", END + 6 * HOUR, None)
    after = lifecycle.undecided(lifecycle.ask(WAITING, END), lifecycle.UNDECIDED, END + HOUR)
    assert (after.state, after.due, after.asked) == ("waiting", END + 75 * MINUTE, None)
    after = lifecycle.kept(lifecycle.ask(EXPORTED, END), END + HOUR, SETTINGS)
    assert (after.state, after.due, after.asked) == ("exported", END + 2 * HOUR, None)


EVENT = SessionRecord("event-77", "77", START, END, kind="event")
PART = replace(EXPORTED, virtual_event_id="77")
TOLD = replace(EVENT, state="final", revision=1, parts=(Part("1_cue00001", START, END),), version=4)


@pytest.mark.parametrize(
    ("event", "found", "state"),
    [
        (EVENT, PART, "waiting"),
        (TOLD, PART, "final"),
        (TOLD, replace(PART, start=START - HOUR), "waiting"),
        (TOLD, replace(PART, end=END + HOUR), "waiting"),
        (TOLD, replace(PART, cue_point_id="1_cue00002"), "waiting"),
        (TOLD, replace(PART, cue_point_id="1_cue00002", revision=0), "final"),
        (TOLD, replace(PART, cue_point_id="1_cue00002", joint="1_cue00001"), "final"),
    ],
    ids=["first", "nothing new", "moved", "went on", "new", "not exported yet", "part of a known one"],
)
def test_a_new_or_moved_session_makes_its_event_wait_again(
    event: SessionRecord, found: SessionRecord, state: str
) -> None:
    after = lifecycle.event_seen(event, [found], SETTINGS)
    assert after.state == state
    assert after.due == (after.end + DAY if state == "waiting" else None)


@pytest.mark.parametrize(("days", "state"), [(60, "waiting"), (60.1, "skipped")])
def test_an_event_waits_for_sixty_days_at_most(days: float, state: str) -> None:
    now = END + days * DAY
    after = lifecycle.event_waits(replace(EVENT, asked=END), "Later.", now + HOUR, now)
    assert (after.state, after.due) == (state, now + HOUR if state == "waiting" else None)


@pytest.mark.parametrize(("days", "hours"), [(0, 1), (1, 1), (2, 2), (10, 10)])
def test_an_event_is_looked_at_more_rarely_the_longer_nothing_happens(days: int, hours: int) -> None:
    now = END + days * DAY
    assert lifecycle.look_again(EVENT, now) == now + hours * HOUR
