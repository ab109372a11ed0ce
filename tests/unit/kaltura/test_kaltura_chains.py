"""Which sessions of a room belong together."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kaltura_wire import Reply, Wire, api_error, json_reply, over

from debrief.kaltura.sessions.interruptions import group_around, group_by_gap
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
    assert ids(group_by_gap(sessions, GAP)) == expected
    assert ids(group_by_gap(reversed(sessions), GAP)) == expected


def test_rooms_are_apart_and_breakouts_are_in_no_chain() -> None:
    found = group_by_gap(
        [session("a", 0, 30), session("b", 10, 20, "1_b"), session("c", 35, 50), session("s", 31, 34, parent="1_m")],
        GAP,
    )
    assert ids(found) == ["a+c", "b"]


def test_without_a_gap_only_what_touches_or_overlaps_is_one_chain() -> None:
    sessions = [session("a", 0, 30), session("b", 30, 40), session("c", 41, 50)]
    assert ids(group_by_gap(sessions, timedelta(0))) == ["a+b", "c"]


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
    found = group_by_gap(sessions, gap * MINUTE)
    assert group_by_gap(shuffled, gap * MINUTE) == found
    assert sorted(one.cue_point_id for chain in found for one in chain) == sorted(one.cue_point_id for one in sessions)


@given(many(), st.integers(1, 60))
def test_within_a_chain_no_gap_is_as_long_as_the_limit_and_between_chains_none_is_shorter(
    sessions: list[Session], gap: int
) -> None:
    found = group_by_gap(sessions, gap * MINUTE)
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
    wide = [{one.cue_point_id for one in chain} for chain in group_by_gap(sessions, (gap + more) * MINUTE)]
    for chain in group_by_gap(sessions, gap * MINUTE):
        assert any({one.cue_point_id for one in chain} <= other for other in wide)


CENTRE = session("c", 0, 60)


def around(*others: Session, of: Session = CENTRE) -> tuple[list[str], int]:
    """The chain around a session of a room with these others, and how many calls that took."""

    def play(form: dict[str, str]) -> Reply:
        since, until = (
            int(form[f"filter[{name}]"]) for name in ("endTimeGreaterThanOrEqual", "startTimeLessThanOrEqual")
        )
        found = [
            {
                "id": one.cue_point_id,
                "entryId": one.entry_id,
                "startTime": int(one.start.timestamp()),
                "endTime": int(one.end.timestamp()),
            }
            for one in (of, *others)
            if one.entry_id == form["filter[entryIdEqual]"]
        ]
        objects = [one for one in found if int(one["endTime"]) >= since and int(one["startTime"]) <= until]
        return json_reply(json.dumps({"objects": objects}))

    wire = Wire(play=play)
    chain = group_around(over(wire), of, GAP)
    return [one.cue_point_id for one in chain], len(wire.requests)


HOUR = 60


@pytest.mark.parametrize(
    ("others", "chain", "calls"),
    [
        ([], ["c"], 1),
        ([session("a", -40, -20), session("d", 80, 90)], ["a", "c", "d"], 1),
        ([session("a", -40, -30), session("d", 90, 95)], ["c"], 1),
        ([session("d", 80, 90, room="1_b")], ["c"], 1),
        # What lies within half a day takes one call, on both sides.
        ([session("d", 80, 13 * HOUR - 5)], ["c", "d"], 1),
        ([session("a", -12 * HOUR + 5, -10)], ["a", "c"], 1),
        # What goes on for longer takes more, and is found whole.
        ([session("d", 80, 13 * HOUR + 5), session("e", 13 * HOUR + 31, 14 * HOUR)], ["c", "d", "e"], 2),
        ([session("a", -12 * HOUR - 5, -10), session("0", -13 * HOUR, -12 * HOUR - 31)], ["0", "a", "c"], 2),
        ([session("d", 80, 80)], ["c", "d"], 1),
    ],
)
def test_every_link_of_a_chain_is_found_with_one_call_when_it_is_no_longer_than_half_a_day(
    others: list[Session], chain: list[str], calls: int
) -> None:
    assert around(*others) == (chain, calls)


def test_every_link_finds_the_same_chain() -> None:
    links = [session(str(place), place * 400, place * 400 + 390) for place in range(6)]
    for link in links:
        assert around(*(one for one in links if one != link), of=link)[0] == list("012345")


def test_a_room_that_is_never_empty_is_looked_at_for_months_and_no_longer() -> None:
    day = 24 * HOUR
    links = [session(f"{place:03}", place * day, place * day + day - 5) for place in range(1, 300)]
    chain, calls = around(*links, of=session("000", 0, day - 5))
    assert (calls, len(chain)) == (8, 66)


def test_a_session_that_is_open_is_the_last_link_and_a_breakout_s_is_alone() -> None:
    assert around(session("a", -40, -20), of=session("c", 0, 0))[0] == ["a", "c"]
    assert around(session("a", -40, -20), of=session("c", 0, 60, parent="1_m")) == (["c"], 0)


@pytest.mark.parametrize("code", ["SERVICE_FORBIDDEN", "INVALID_PARAMETER_VALUE"])
def test_where_cue_points_may_not_be_listed_a_session_is_alone(code: str) -> None:
    wire = Wire(api_error(code), api_error(code))
    assert group_around(over(wire), CENTRE, GAP) == [CENTRE]


def test_links_bear_the_room_s_name_that_the_session_bears() -> None:
    named = replace(CENTRE, entry_name="Weekly")
    body = {"objects": [{"id": "d", "entryId": "1_a", "startTime": int((T + 70 * MINUTE).timestamp())}]}
    found = group_around(over(Wire(json_reply(json.dumps(body)))), named, GAP)
    assert [(one.cue_point_id, one.entry_name) for one in found] == [("c", "Weekly"), ("d", "Weekly")]
