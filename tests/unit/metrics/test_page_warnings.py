"""What the reader of the Summary page should know."""

from __future__ import annotations

import pytest
from page_data import END, START, facts, poll

from debrief.metrics.data_quality import check
from debrief.metrics.definition import Facts
from debrief.model import AttendeeRow, PageData, Session, SessionData


def test_figures_of_the_page_that_are_no_numbers_are_said_to_be_left_out() -> None:
    entry = {"entry_id": "1_rec", "entry_name": "1,5", "count_plays": "3", "sum_vod_view_period": "14,25"}
    votes = poll(nvoted="many", options=[{"option": "a", "nvoted": "3"}, {"option": "b", "nvoted": None}])
    found = check(facts({"60005-getTable": [entry]}, polls=[votes]))
    assert [one.message for one in found if one.code == "PAGE_NUMBERS_UNREADABLE"] == [
        "Kaltura's Summary page has figures that are not numbers. They are left out: 2."
    ]


@pytest.mark.parametrize(
    ("viewers", "shared", "words"),
    [
        (100, False, None),
        (
            98,
            False,
            "attendees: use this number. Kaltura's Summary page shows 98 live viewers: an estimate with an error of ",
        ),
        (
            60,
            False,
            "Kaltura's Summary page shows 60 live viewers, this report counts 100 attendees: Kaltura gives no reason",
        ),
        (97, False, "error of about ±2%"),
        (95, False, "gives no reason for counting fewer"),
        (105, False, "in a player"),
        (60, False, "gives no reason for counting fewer"),
        (60, True, "gives no reason for counting fewer"),
        (1150, False, "1,150 live viewers"),
        (150, False, "in a player"),
        (150, True, "another session of the room"),
    ],
)
def test_a_difference_to_the_attendee_list_is_explained(viewers: int, *, shared: bool, words: str | None) -> None:
    session = Session("1_cue00001", "1_room0001", START, END)
    rows = [AttendeeRow("1_room0001", "1_cue00001", f"u{at}", "", "", "User", "9", "1") for at in range(100)]
    total = {"unique_combined_live_viewers": str(viewers)}
    page = PageData(START, END, {"60002-getTotal": [total]}, is_shared=shared)
    found = {one.code: one.message for one in check(Facts(SessionData(session, attendees=rows, page=page)))}
    assert ("PAGE_DIFFERS" in found) == (words is not None)
    assert words is None or words in found["PAGE_DIFFERS"]
