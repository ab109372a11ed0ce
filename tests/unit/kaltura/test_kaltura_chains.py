"""Which sessions of a room belong together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.kaltura.chains import chains
from debrief.model import Session

T = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GAP = 30 * MINUTE


def session(cue_point_id: str, start: int, end: int, room: str = "1_a", parent: str | None = None) -> Session:
    """Times in minutes; an end equal to the start is an open session."""
    return Session(cue_point_id, room, T + start * MINUTE, T + end * MINUTE, parent_entry_id=parent)


def ids(found: list[list[Session]]) -> list[str]:
    return ["+".join(one.cue_point_id for one in chain) for chain in found]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([(0, 30), (59, 90)], ["0+1"]),
        ([(0, 30), (60, 90)], ["0", "1"]),  # a gap of exactly the limit is none of less
        ([(0, 30), (30, 60)], ["0+1"]),  # they touch
        ([(0, 30), (20, 60)], ["0+1"]),  # they overlap
        ([(0, 90), (10, 20), (100, 120)], ["0+1+2"]),  # the longest counts, not the last
        ([(0, 30), (40, 60), (85, 90)], ["0+1+2"]),
        ([(0, 30), (40, 40)], ["0+1"]),  # open again
        ([(0, 30), (70, 70)], ["0", "1"]),
        ([(0, 0), (20, 40)], ["0+1"]),  # open, and never closed for Kaltura
        ([(10, 5), (12, 20)], ["0+1"]),  # ends before it starts
        ([], []),
    ],
)
def test_less_than_the_gap_between_two_sessions_makes_them_one_chain(
    times: list[tuple[int, int]], expected: list[str]
) -> None:
    sessions = [session(str(place), *time) for place, time in enumerate(times)]
    assert ids(chains(sessions, GAP)) == expected
    assert ids(chains(reversed(sessions), GAP)) == expected


def test_rooms_are_apart_and_breakouts_are_in_no_chain() -> None:
    found = chains(
        [session("a", 0, 30), session("b", 10, 20, "1_b"), session("c", 35, 50), session("s", 31, 34, parent="1_m")],
        GAP,
    )
    assert ids(found) == ["a+c", "b"]


def test_without_a_gap_only_what_touches_or_overlaps_is_one_chain() -> None:
    sessions = [session("a", 0, 30), session("b", 30, 40), session("c", 41, 50)]
    assert ids(chains(sessions, timedelta(0))) == ["a+b", "c"]


@st.composite
def many(draw: st.DrawFn) -> list[Session]:
    count = draw(st.integers(0, 12))
    minutes, rooms = st.integers(0, 600), st.sampled_from(["1_a", "1_b"])
    starts = [draw(minutes) for _ in range(count)]
    return [
        session(str(place), start, start + draw(st.integers(0, 90)), draw(rooms)) for place, start in enumerate(starts)
    ]


@given(many(), st.randoms(use_true_random=False), st.integers(0, 60))
def test_whatever_the_order_every_session_is_in_exactly_one_chain(
    sessions: list[Session], random: object, gap: int
) -> None:
    shuffled = sessions.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = chains(sessions, gap * MINUTE)
    assert chains(shuffled, gap * MINUTE) == found
    assert sorted(one.cue_point_id for chain in found for one in chain) == sorted(one.cue_point_id for one in sessions)


@given(many(), st.integers(1, 60))
def test_within_a_chain_no_gap_is_as_long_as_the_limit_and_between_chains_none_is_shorter(
    sessions: list[Session], gap: int
) -> None:
    found = chains(sessions, gap * MINUTE)
    for chain in found:
        assert len({one.entry_id for one in chain}) == 1
        assert [one.start for one in chain] == sorted(one.start for one in chain)
        for place in range(1, len(chain)):
            assert chain[place].start - max(one.end for one in chain[:place]) < gap * MINUTE
    for room in ("1_a", "1_b"):
        own = [chain for chain in found if chain[0].entry_id == room]
        for one, other in pairwise(own):
            assert other[0].start - max(part.end for part in one) >= gap * MINUTE


@given(many(), st.integers(0, 60), st.integers(0, 60))
def test_a_longer_gap_never_tears_a_chain_apart(sessions: list[Session], gap: int, more: int) -> None:
    wide = [{one.cue_point_id for one in chain} for chain in chains(sessions, (gap + more) * MINUTE)]
    for chain in chains(sessions, gap * MINUTE):
        assert any({one.cue_point_id for one in chain} <= other for other in wide)
