"""How a session's record follows what Kaltura lists, without a clock, a ledger or Kaltura."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from lifecycle_data import ABANDONED, DAY, END, EXPORTED, HOUR, MINUTE, OPEN, SESSION, SETTINGS, START, WAITING

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.model import Part, Session
from debrief.orders import ExportOrder
from debrief.pipeline.state import lifecycle
from debrief.settings import Settings

ORDER = ExportOrder("1_cue00001", "1_room0001", START, END)


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
    after = lifecycle.follow_listing(session, before, Settings(name_patterns=("!Test",)))
    assert (after.state, after.due, after.end) == (state, due, session.end)


def test_a_session_that_is_opened_again_is_asked_for_anew_when_it_ends() -> None:
    after = lifecycle.follow_listing(OPEN, replace(WAITING, asked=END), SETTINGS)
    assert (after.reason, after.due, after.asked) == (lifecycle.STILL_OPEN, None, None)


def test_a_new_session_waits_under_its_name_its_times_and_its_room_with_the_reason() -> None:
    session = replace(SESSION, parent_entry_id="1_main")
    after = lifecycle.follow_listing(session, None, SETTINGS)
    assert after == SessionRecord(
        "1_cue00001",
        "1_room0001",
        START,
        END,
        entry_name="Sales, EMEA",
        reason=lifecycle.FIGURES_SETTLE,
        due=END + 45 * MINUTE,
        parent_entry_id="1_main",
    )
    assert lifecycle.follow_listing(replace(session, has_figures=False), None, SETTINGS).reason == lifecycle.NO_FIGURES


@pytest.mark.parametrize(
    ("before", "start"),
    [(WAITING, START + MINUTE), (replace(WAITING, begun=True), START)],
    ids=["nothing written", "documents under the first start"],
)
def test_a_moved_start_counts_at_once_unless_documents_were_begun(before: SessionRecord, start: datetime) -> None:
    after = lifecycle.follow_listing(replace(SESSION, start=START + MINUTE, entry_name="New"), before, SETTINGS)
    assert (after.start, after.end, after.entry_name, after.asked) == (start, END, "New", None)
    known = lifecycle.follow_listing(replace(SESSION, entry_name="New"), replace(before, entry_name="Old"), SETTINGS)
    assert known.entry_name == "Old"


@pytest.mark.parametrize(
    "changes", [{"asked": END}, {"reason": "Kaltura said no."}], ids=["under way", "it failed and has its retry"]
)
def test_a_moved_start_does_not_disturb_an_export_that_is_asked_for_or_retried(changes: dict[str, object]) -> None:
    before = replace(EXPORTED, entry_name="Sales, EMEA", **changes)  # type: ignore[arg-type]
    assert lifecycle.follow_listing(replace(SESSION, start=START + MINUTE), before, SETTINGS) == before


@pytest.mark.parametrize(
    ("changes", "is_left_out"),
    [({}, True), ({"revision": 1}, False), ({"merged_id": "joint-1"}, False), ({"begun": True, "due": END}, True)],
    ids=["waits", "has documents", "part of a merged session", "begun"],
)
def test_filters_leave_out_only_what_has_no_report_and_is_no_part(
    changes: dict[str, object], *, is_left_out: bool
) -> None:
    before = replace(WAITING, asked=END, **changes)  # type: ignore[arg-type]
    after = lifecycle.follow_listing(SESSION, before, Settings(name_patterns=("!Sales*",)))
    assert (after.state == "skipped") is is_left_out
    if is_left_out:
        assert (after.reason, after.due, after.asked) == (
            "The room's name does not match DEBRIEF_NAME_PATTERNS.",
            None,
            None,
        )


def test_filters_judge_a_short_session_by_its_time_together_with_the_other_parts() -> None:
    settings = Settings(min_minutes=61)
    assert lifecycle.follow_listing(SESSION, None, settings).state == "skipped"
    parts = (Part("1_cue00001", START, END), Part("1_cue00002", END, END + HOUR))
    assert lifecycle.follow_listing(SESSION, None, settings, parts).state == "waiting"


@pytest.mark.parametrize(("begun", "state"), [(False, "waiting"), (True, "skipped")])
def test_what_a_reconciliation_left_out_waits_once_the_filters_take_it_and_what_an_export_left_out_keeps_its_check(
    begun: bool, state: str
) -> None:
    before = replace(WAITING, state="skipped", reason="Too few.", due=END + DAY, begun=begun)
    assert lifecycle.follow_listing(SESSION, before, SETTINGS).state == state


@pytest.mark.parametrize(("hours", "state"), [(23.9, "waiting"), (24, "failed")])
def test_a_session_open_for_a_day_is_a_failure_that_holds_nothing_back(hours: float, state: str) -> None:
    before = lifecycle.follow_listing(OPEN, None, SETTINGS)
    after = lifecycle.fail_if_never_closed(before, START + hours * HOUR)
    assert after.state == state
    assert lifecycle.is_settled(after) is (state == "failed")
    assert lifecycle.is_abandoned(OPEN, START + hours * HOUR) is (state == "failed")
    assert after.reason == (lifecycle.NEVER_CLOSED if state == "failed" else lifecycle.STILL_OPEN)
    assert (after.due, after.asked) == (None, None)


def test_a_failure_of_another_kind_does_not_age() -> None:
    failed = replace(WAITING, end=START, state="failed", reason="Kaltura said no.", due=END)
    assert lifecycle.fail_if_never_closed(failed, START + 2 * DAY) == failed


def test_a_session_that_ended_never_counts_as_open() -> None:
    assert lifecycle.fail_if_never_closed(WAITING, END + DAY) == WAITING
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
    first = lifecycle.order_export(WAITING, END + DAY)
    assert (first.asked, first.due) == (END + DAY, END + DAY)
    again = lifecycle.order_export(first, END + DAY + 2 * HOUR)
    assert (again.asked, again.due) == (END + DAY + 2 * HOUR, END + DAY)


def test_what_was_asked_for_in_vain_is_due_at_once() -> None:
    asked = lifecycle.order_export(WAITING, END + HOUR)
    assert not lifecycle.is_due(asked, END + HOUR)
    assert lifecycle.is_due(replace(asked, asked=None), END + HOUR)


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
        (replace(WAITING, end=START, reason=lifecycle.STILL_OPEN, due=None), ORDER, True),
        (JOINT, replace(ORDER, parts=JOINT.parts[:1], kind="joint"), True),
        (JOINT, replace(ORDER, parts=JOINT.parts, kind="joint"), False),
        (replace(JOINT, kind="event"), replace(ORDER, kind="event"), False),
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
        "event, whose orders name no part",
    ],
)
def test_an_order_from_before_a_session_went_on_is_stale(
    record: SessionRecord, order: ExportOrder, is_stale: bool
) -> None:
    assert lifecycle.is_stale(record, order) is is_stale


@pytest.mark.parametrize(
    ("record", "must_not_be_emailed"),
    [
        (replace(JOINT, reason=lifecycle.MERGED_SETTLES), False),
        (replace(JOINT, reason=lifecycle.MERGED_UNMAILED), True),
        (replace(JOINT, reason=lifecycle.MERGED_UNMAILED, begun=True), False),
        (WAITING, False),
    ],
)
def test_only_a_merged_session_that_a_silent_export_left_is_not_mailed(
    record: SessionRecord, must_not_be_emailed: bool
) -> None:
    assert lifecycle.must_not_be_emailed(record, END + 2 * DAY) is must_not_be_emailed
    assert not lifecycle.must_not_be_emailed(record, END)
