"""Polls as the chat service sends them: their types, their answers, their votes."""

from __future__ import annotations

from typing import Any

import pytest
from page_data import facts, poll

from debrief.metrics import polls


def test_a_polls_rate_is_a_share_of_its_participants() -> None:
    (row,) = polls.polls(facts({}, polls=[poll(isAcceptingMultipleVotes=True)]))["rows"]
    assert (row["type"], row["participants"]) == ("Multiple answer", 32)
    assert [answer["rate"] for answer in row["answers"]] == [10 / 32, 30 / 32]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "Single answer"),
        ({"visualization": {"type": "rating scale"}}, "Rating scale"),
        ({"visualization": {"type": "crowd vote"}}, "Crowd vote"),
        ({"options": [{"option": "a", "nvoted": 1, "isCorrect": True}]}, "Correct answer"),
        ({"type": "OpenAnswers", "options": [{"option": "a", "isCorrect": True}]}, "Open ended"),
        ({"options": None, "nvoted": None, "question": None}, "Single answer"),
    ],
)
def test_poll_types_follow_the_pages_rule(more: dict[str, Any], name: str) -> None:
    (row,) = polls.polls(facts({}, polls=[poll(**more)]))["rows"]
    assert row["type"] == name


@pytest.mark.parametrize("count", ["40", 40, 40.0, "40.0"])
def test_votes_are_counted_whether_the_chat_service_sends_numbers_or_texts(count: object) -> None:
    (row,) = polls.polls(facts({}, polls=[poll(nvoted=count, options=[{"option": "a", "nvoted": count}])]))["rows"]
    assert (row["participants"], row["answers"][0]["participants"]) == (40, 40)


def test_options_that_are_none_are_no_answers_and_only_a_true_one_is_right() -> None:
    options = [{"option": "a", "nvoted": 1, "isCorrect": True}, "b", None, {"option": "c", "isCorrect": "true"}, {}]
    (row,) = polls.polls(facts({}, polls=[poll(nvoted=2, options=options)]))["rows"]
    assert row["answers"] == [
        {"answer": "a", "participants": 1, "rate": 0.5, "correct": True},
        {"answer": "c", "participants": 0, "rate": 0.0, "correct": False},
        {"answer": "", "participants": 0, "rate": 0.0, "correct": False},
    ]
    (row,) = polls.polls(facts({}, polls=[poll(nvoted="-3", options=[{"option": "a"}])]))["rows"]
    assert (row["participants"], row["answers"][0]["rate"]) == (0, None)
