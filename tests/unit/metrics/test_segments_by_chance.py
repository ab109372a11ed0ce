"""What holds of segments whatever a session looks like."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics_data import KINDS, MINUTES, RATIOS, USERS, row
from segments_data import audience, earlier, found, known, page, seen_in

from debrief.metrics.segments.ranking import Ranking
from debrief.model import AttendeeRow
from debrief.segment import Segment
from debrief.util.values import is_identified
from support.same_person import same_person

pytestmark = pytest.mark.slow

NAMES = st.sampled_from(["", "ann", "bob", "cy", "dan", "eve", *(f"p{n:02d}" for n in range(20))])
STAYS = st.sampled_from(["5", "9.9", "10", "18", "54"]) | MINUTES  # about the bounds
ALIASES = st.sampled_from(["ANN", "a,nn", "a nn", "a|nn", "G-1", "g-2"])
ADDRESSES = st.sampled_from(["", "ann@example.com", "BOB@example.com", "g@example.com"])
CROWDS = st.lists(st.builds(row, USERS | NAMES | ALIASES, STAYS, RATIOS, KINDS, st.just(""), ADDRESSES), max_size=30)
STAFF = st.frozensets(NAMES, max_size=5)
HEATMAPS = st.dictionaries(
    NAMES, st.lists(st.sampled_from([1, 9, 10, 11, 54, 60]), max_size=3).map(lambda seen: seen_in(*seen)), max_size=4
)
COUNTS = st.integers(0, 3)
PROFILES = st.lists(
    st.builds(known, USERS | NAMES, reaction_clicked=COUNTS, q_and_a_threads=COUNTS, poll_answered=COUNTS),
    max_size=15,
    unique_by=lambda cells: cells["user_id"],
)
BEFORE = st.lists(st.frozensets(NAMES.filter(bool) | ALIASES, max_size=8), max_size=5)
LENGTHS = st.sampled_from([0.0, 5.0, 11.0, 20.0, 20.5, 60.0])


@st.composite
def sessions(draw: st.DrawFn) -> tuple[list[AttendeeRow], frozenset[str], dict[str, Any]]:
    minutes = draw(LENGTHS)
    given_page = page(draw(PROFILES), draw(HEATMAPS), minutes=max(minutes, 1.0), is_shared=draw(st.booleans()))
    more = {"minutes": minutes, "page": draw(st.none() | st.just(given_page)), "earlier": earlier(*draw(BEFORE))}
    return draw(CROWDS), draw(STAFF), more


def ids(segment: Segment) -> set[str]:
    return {member.user_id for member in segment.members}


@given(sessions())
def test_nobody_is_in_a_segment_who_is_staff_or_not_identified_and_everybody_once_with_a_reason(given_: Any) -> None:
    people, staff, more = given_
    for segment in found(people, staff, **more).values():
        members = [member.user_id for member in segment.members]
        assert not staff & set(members)
        assert all(map(is_identified, members))
        assert len(members) == len(set(members))
        assert all(member.reason for member in segment.members)


@given(sessions())
def test_all_lists_are_about_the_same_people(given_: Any) -> None:
    people, staff, more = given_
    whose = audience(people, staff, **more)
    listed = [one for one in found(people, staff, **more).values() if not one.unavailable]
    assert all(one.of == len(whose.outsiders) for one in listed)
    present = {person.user_id for person in whose.outsiders}
    for segment in listed:
        if segment.key not in {"asked-a-question", "used-to-come"}:  # of whom some were seen in a player only, or not
            assert ids(segment) <= present


@given(sessions())
def test_nobody_stayed_to_the_end_and_left_in_the_first_ten_minutes(given_: Any) -> None:
    people, staff, more = given_
    segments = found(people, staff, **more)
    assert not ids(segments["stayed-to-the-end"]) & ids(segments["left-early"])


@given(sessions())
def test_every_attendee_is_new_or_has_come_back_when_earlier_sessions_are_known(given_: Any) -> None:
    people, staff, more = given_
    segments = found(people, staff, **more)
    new, back = ids(segments["first-time"]), ids(segments["came-back"])
    assert not new & back
    if not segments["first-time"].unavailable:
        outsiders = audience(people, staff, **more).outsiders
        assert new | back == {person.user_id for person in outsiders}


@given(sessions())
def test_nobody_present_is_absent_and_nobody_is_new_who_came_before_under_whatever_id(given_: Any) -> None:
    people, staff, more = given_
    segments = found(people, staff, **more)
    here = [(one.user_id, one.user_email) for one in people if is_identified(one.user_id)]
    before = [(one.user_id, one.email) for session in more["earlier"] for one in session.people.values()]
    for key, others in (("used-to-come", here), ("first-time", before)):
        members = [(member.user_id, member.email) for member in segments[key].members]
        assert not [one for one in members for other in others if same_person(one, other)]


@given(sessions())
def test_nobody_is_on_a_list_twice_under_whatever_id(given_: Any) -> None:
    people, staff, more = given_
    for segment in found(people, staff, **more).values():
        members = [(member.user_id, member.email) for member in segment.members]
        assert not [one for one, other in combinations(members, 2) if same_person(one, other)]


@given(sessions(), st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing(given_: Any, rng: Any) -> None:
    people, staff, more = given_
    assert found(rng.sample(people, len(people)), staff, **more) == found(people, staff, **more)


@given(sessions())
def test_the_most_engaged_are_few(given_: Any) -> None:
    """A tenth and half a person, or a fifth where the last of them are alike."""
    people, staff, more = given_
    most = found(people, staff, **more)["most-engaged"]
    assert most.people <= 0.2 * most.of + 0.5


VALUES = st.lists(st.floats(0, 100) | st.sampled_from([0.0, 1.0]), max_size=40)


@given(VALUES, st.floats(-1, 101), st.floats(-1, 101))
def test_a_rank_is_never_lower_for_a_larger_value(values: list[float], one: float, other: float) -> None:
    ranking = Ranking(values)
    low, high = map(ranking.halves, sorted((one, other)))
    assert 0 <= low <= high <= 2 * len(values)
    assert 0 <= ranking.percent(low) <= ranking.percent(high) <= 100


@given(VALUES)
def test_a_rank_counts_those_below_and_half_of_the_equals(values: list[float]) -> None:
    ranking = Ranking(values)
    asked = [*values, 50.0, -1.0]
    assert ranking.of_each(asked) == list(map(ranking.halves, asked))
    for value in asked:
        below, equal = sum(one < value for one in values), values.count(value)
        assert ranking.halves(value) == 2 * below + equal
    assert sum(map(ranking.halves, values)) == len(values) ** 2  # the mean rank is one half
