"""What a session is compared with: the room's earlier sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from page_data import END, START

from debrief.metrics import sections
from debrief.metrics.definition import Facts
from debrief.model import EarlierSession, Session, SessionData


def test_earlier_sessions_are_compared_by_their_means_of_what_all_of_them_know() -> None:
    session = Session("1_cue00001", "1_room0001", START, END)
    before = [
        EarlierSession("1_a", START - timedelta(days=7), {"unique_attendees": 10.0, "presence_average": 30.0}),
        EarlierSession("1_b", START - timedelta(days=14), {"unique_attendees": 20.0}),
    ]
    found = sections.earlier(Facts(SessionData(session, earlier=before)))
    assert found["figures"] == {"unique_attendees": 15.0}
    assert [one["cue_point_id"] for one in found["sessions"]] == ["1_a", "1_b"]
    assert sections.earlier(Facts(SessionData(session))) == {"sessions": [], "figures": {}, "instead": {}}


@pytest.mark.parametrize(
    ("minutes", "figures", "instead"),
    [
        (0.0, {"presence_average": 30.0}, {}),  # not known
        (60.0, {"presence_average": 30.0}, {}),
        (48.0, {"presence_average": 30.0}, {}),
        (75.1, {"presence_share": 0.4}, {"presence_average": "presence_share"}),
        (47.0, {"presence_share": 0.4}, {"presence_average": "presence_share"}),
    ],
)
def test_sessions_that_differ_in_length_by_more_than_a_quarter_are_compared_by_shares(
    minutes: float, figures: dict[str, float], instead: dict[str, str]
) -> None:
    session = Session("1_cue00001", "1_room0001", START, START + timedelta(minutes=60))
    known = {"presence_average": 30.0, "presence_share": 0.4}
    before = [EarlierSession(f"1_{length}", START, known, minutes=length) for length in (60.0, minutes)]
    found = sections.earlier(Facts(SessionData(session, earlier=before)))
    assert found["figures"] == figures
    assert found["instead"] == instead


def test_a_share_that_an_earlier_session_does_not_know_is_ignored() -> None:
    session = Session("1_cue00001", "1_room0001", START, START + timedelta(minutes=60))
    before = [EarlierSession("1_a", START, {"presence_average": 30.0, "unique_attendees": 3.0}, minutes=20.0)]
    found = sections.earlier(Facts(SessionData(session, earlier=before)))
    assert (found["figures"], found["instead"]) == ({"unique_attendees": 3.0}, {})
