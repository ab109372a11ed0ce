"""Which of a room's polls and votes are a session's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.metrics.definition import Facts
from debrief.metrics.polls import polls, polls_disagree
from debrief.model import PageData, PollScope, Session, SessionData

START = datetime(2026, 11, 4, 15, tzinfo=UTC)
END = START + timedelta(hours=1)
OWN = PollScope(before=[], had_later_session=False)


def poll(people: int, *votes: int, name: str = "1_poll1", **more: Any) -> dict[str, Any]:
    options = [{"option": f"answer {place}", "nvoted": count} for place, count in enumerate(votes)]
    return {"pollId": name, "question": name, "type": "MultipleChoice", "nvoted": people, "options": options, **more}


def facts(now: Sequence[dict[str, Any]], span: PollScope | None, logged_in: int = 0, answered: int = 0) -> Facts:
    chat = {"unique_logged_in_users": str(logged_in), "unique_users_answered_poll": str(answered)}
    page = PageData(START, END, {"70001-getTotal": [chat]}, polls=now, poll_scope=span)
    return Facts(SessionData(Session("1_cue00001", "1_room0001", START, END), page=page))


def rows(now: dict[str, Any], before: dict[str, Any]) -> list[tuple[Any, ...]]:
    found = polls(facts([now], replace(OWN, before=[before])))["rows"]
    return [(row["counted"], row["participants"], [one["participants"] for one in row["answers"]]) for row in found]


@pytest.mark.parametrize(
    ("span", "scope"),
    [
        (OWN, "session"),
        (replace(OWN, had_later_session=True), "sessions"),
        (replace(OWN, since="2026-10-28T15:00:00Z"), "sessions"),
        (replace(OWN, before=None), "room"),
        (None, "room"),
    ],
    ids=["nothing between", "a later session", "sessions between", "nothing archived", "an older archive"],
)
def test_polls_are_the_sessions_only_when_nothing_else_of_the_room_lies_between(
    span: PollScope | None, scope: str
) -> None:
    assert polls(facts([poll(3, 1, 2)], span))["scope"] == scope


def test_only_new_polls_and_new_votes_are_counted() -> None:
    assert rows(poll(5, 2, 3), poll(5, 2, 3)) == []
    assert rows(poll(5, 2, 3), poll(4, 4, 0, name="1_other")) == [("new", 5, [2, 3])]
    assert rows(poll(7, 3, 4), poll(5, 2, 3)) == [("added", 2, [1, 1])]
    assert rows(poll("7", "3", "4"), poll(5, 2, 3)) == [("added", 2, [1, 1])]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "now",
    [poll(5, 3, 2), poll(3, 1, 2), poll(5, 2, 4), poll(6, 1, 5), poll(6, 2, 3, 1)],
    ids=["a vote changed", "votes taken back", "an answer added", "a vote changed and one more", "another option"],
)
def test_a_poll_whose_difference_means_nothing_is_counted_whole(now: dict[str, Any]) -> None:
    ((counted, people, _),) = rows(now, poll(5, 2, 3))
    assert (counted, people) == ("all", now["nvoted"])


@given(st.lists(st.integers(0, 50), min_size=1, max_size=5), st.lists(st.integers(0, 50), min_size=5, max_size=5))
def test_votes_before_and_votes_added_make_the_votes_now(before: list[int], more: list[int]) -> None:
    added = more[: len(before)]
    now = [one + other for one, other in zip(before, added, strict=True)]
    found = rows(poll(sum(now), *now), poll(sum(before), *before))
    assert found == ([("added", sum(added), added)] if sum(added) else [])


@pytest.mark.parametrize(
    ("logged_in", "answered", "voted", "disagrees"),
    [(9, 0, 3, True), (9, 3, 0, True), (9, 3, 3, False), (9, 0, 0, False), (0, 0, 3, False)],
)
def test_the_report_that_knows_times_wins_over_votes_that_have_none(
    logged_in: int, answered: int, voted: int, *, disagrees: bool
) -> None:
    found = facts([poll(voted, voted)], OWN, logged_in, answered)
    said = polls_disagree(found)
    assert (said.code if said else None) == ("POLLS_DISAGREE" if disagrees else None)
    assert polls(found)["scope"] == ("room" if disagrees else "session")
    unknown = facts([poll(voted, voted)], None, logged_in, answered)
    assert polls_disagree(unknown) is None
