"""The sample account on another day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaltura_standin.account import Account
from kaltura_standin.generated_interactions import acts_of
from kaltura_standin.sample_account import SAMPLE_NOW, sample_account
from kaltura_standin.shift import shifted

SAMPLE = sample_account()


def times_of(account: Account) -> list[int]:
    """Every time in the account, in one order."""
    runs = [run for room in account.rooms for run in room.runs]
    people = [who for run in runs for who in run.attendances] + [who for one in account.entries for who in one.audience]
    return [
        *(time for run in runs for time in (run.start, run.end)),
        *(time for who in people for stay in who.stays for time in stay),
        *(act.at for run in runs[:3] for act in acts_of(run)),
        *(time for one in account.entries for time in (one.created, *(play.at for play in one.plays))),
        *(time for event in account.schedule for time in (event.start, event.end)),
    ]


BEFORE = times_of(SAMPLE)


def test_at_its_own_time_the_account_is_the_same() -> None:
    same = shifted(SAMPLE, SAMPLE_NOW)
    assert (same.rooms, same.entries, same.schedule, same.now) == (
        SAMPLE.rooms,
        SAMPLE.entries,
        SAMPLE.schedule,
        SAMPLE_NOW,
    )


@pytest.mark.parametrize("days", [-40, 1, 500])
def test_every_time_moves_by_the_same_whole_days(days: int) -> None:
    after = times_of(shifted(SAMPLE, SAMPLE_NOW + timedelta(days=days, hours=5)))
    assert {new - old for new, old in zip(after, BEFORE, strict=True)} == {days * 86_400}


@settings(max_examples=15)
@given(minutes=st.integers(-1_000_000, 4_000_000))
def test_on_any_day_the_sessions_are_in_the_eight_days_before(minutes: int) -> None:
    now = SAMPLE_NOW + timedelta(minutes=minutes)
    account = shifted(SAMPLE, now)
    ends = [run.end for room in account.rooms for run in room.runs if run.end <= now.timestamp()]
    assert len(ends) >= len([run for _, run in SAMPLE.sessions()]) - 1
    week = [end for end in ends if now.timestamp() - 7 * 86_400 <= end]
    assert len(week) >= 14
    assert min(ends) >= now.timestamp() - 8.5 * 86_400
