"""How the record of a virtual event follows its sessions, without a clock, a ledger or Kaltura."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lifecycle_data import DAY, END, EXPORTED, HOUR, MINUTE, SETTINGS, START

from debrief.delivery.ledger.ledger import SessionRecord
from debrief.model import Part
from debrief.pipeline.state import lifecycle

EVENT = SessionRecord("event-77", "77", START, END, kind="event")
PART = replace(EXPORTED, virtual_event_id="77")
REPORTED = replace(EVENT, state="final", revision=1, parts=(Part("1_cue00001", START, END),), version=4)


@pytest.mark.parametrize(
    ("event", "found", "state"),
    [
        (EVENT, PART, "waiting"),
        (REPORTED, PART, "final"),
        (REPORTED, replace(PART, start=START - HOUR), "waiting"),
        (REPORTED, replace(PART, end=END + HOUR), "waiting"),
        (REPORTED, replace(PART, cue_point_id="1_cue00002"), "waiting"),
        (REPORTED, replace(PART, cue_point_id="1_cue00002", revision=0), "final"),
        (REPORTED, replace(PART, cue_point_id="1_cue00002", merged_id="1_cue00001"), "final"),
    ],
    ids=["first", "nothing new", "moved", "went on", "new", "not exported yet", "part of a known one"],
)
def test_a_new_or_moved_session_makes_its_event_wait_again(
    event: SessionRecord, found: SessionRecord, state: str
) -> None:
    after = lifecycle.follow_event_sessions(replace(event, asked=END), [found], SETTINGS)
    assert after.state == state
    assert after.due == (after.end + DAY if state == "waiting" else None)
    assert after.end == max(event.end, found.end)
    assert (after.reason, after.asked) == ((lifecycle.SESSIONS_LEFT, None) if state == "waiting" else ("", END))


def test_an_event_that_waits_already_keeps_its_time_when_a_session_within_it_appears() -> None:
    waits = replace(EVENT, version=4, due=END + 2 * HOUR, reason=lifecycle.SESSIONS_LEFT)
    assert lifecycle.follow_event_sessions(waits, [replace(PART, cue_point_id="1_cue00002")], SETTINGS) == waits


def test_an_event_ends_with_the_last_of_its_sessions_and_never_earlier_than_it_did() -> None:
    found = [PART, replace(PART, end=END - MINUTE)]
    assert lifecycle.follow_event_sessions(EVENT, found, SETTINGS).end == END
    assert lifecycle.follow_event_sessions(replace(EVENT, end=END + HOUR), found, SETTINGS).end == END + HOUR


@pytest.mark.parametrize(("days", "state"), [(60, "waiting"), (60.1, "skipped")])
def test_an_event_waits_for_sixty_days_at_most(days: float, state: str) -> None:
    now = END + days * DAY
    after = lifecycle.postpone_event(replace(EVENT, asked=END), "Later.", now + HOUR, now)
    assert (after.state, after.due) == (state, now + HOUR if state == "waiting" else None)
    assert (after.reason, after.asked) == (("Later.", None) if state == "waiting" else (lifecycle.NEVER_OVER, END))


@pytest.mark.parametrize(("days", "hours"), [(0, 1), (1, 1), (2, 2), (10, 10)])
def test_an_event_is_looked_at_more_rarely_the_longer_nothing_happens(days: int, hours: int) -> None:
    now = END + days * DAY
    assert lifecycle.next_event_check(EVENT, now) == now + hours * HOUR
