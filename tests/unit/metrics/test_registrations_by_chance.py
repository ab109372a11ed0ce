"""Registrants of worlds made by chance, each class counted again by comparing every pair of lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics_data import row
from segments_data import audience, page

from debrief.metrics.registrations.figures import metrics
from debrief.metrics.registrations.roll import Roll, roll_of
from debrief.model import NO_RECORDING, NOT_COUNTED, AttendeeRow, Finding, NotKnown
from debrief.persons import IdAndAddress
from debrief.registration import BLOCKED, CANCELLED, INVITED, REGISTERED, UNCLEAR, Registrant, Registrations
from debrief.util.columns import Cells
from support.same_person import same_person

pytestmark = pytest.mark.slow

IDS = [f"p{number}" for number in range(8)]
ADDRESSES = st.sampled_from(
    ["", *(f"{one}@example.com" for one in IDS), *(f"{one.upper()}@Example.com" for one in IDS)]
)
STATUS = st.sampled_from([REGISTERED, REGISTERED, REGISTERED, CANCELLED, BLOCKED, INVITED, UNCLEAR])
ATTENDEES = st.lists(
    st.builds(
        lambda user_id, email, kind: row(user_id, "30", kind=kind, email=email),
        st.sampled_from(["Unknown", *IDS]) | ADDRESSES.filter(bool),
        ADDRESSES,
        st.sampled_from(["User", "Guest"]),
    ),
    max_size=10,
    unique_by=lambda one: one.user_id,  # Kaltura has one address for each user
)
REGISTRANTS = st.lists(
    st.builds(
        lambda email, user_id, status: Registrant(email, "Same Name", user_id, status=status),
        ADDRESSES,
        st.sampled_from(["", "", "", *IDS]),
        STATUS,
    ),
    max_size=12,
)
VIEWERS = st.lists(st.sampled_from(IDS) | ADDRESSES.filter(bool), max_size=4, unique=True)


def viewer(user_id: str) -> Cells:
    return {"name": user_id, "count_plays": "1", "sum_vod_view_period": "2"}


def recorded(viewers: Sequence[str], **more: Any) -> Any:
    """A page with these viewers of the recording."""
    known = page(**more)
    tables = {"60012-getTable": [viewer(one) for one in viewers], "60005-getTable": []}
    return replace(known, tables={**known.tables, **tables})


def called(people: Sequence[AttendeeRow], registrants: Sequence[Registrant], known: Any, staff: Iterable[str]) -> Roll:
    whose = audience(people, frozenset(staff), page=known, registrations=Registrations("session", "file", registrants))
    roll = roll_of(whose)
    assert isinstance(roll, Roll)
    return roll


def joined(lines: Sequence[IdAndAddress]) -> list[int]:
    """For each line the number of its person, from pairs alone."""
    persons = list(range(len(lines)))
    for one, first in enumerate(lines):
        for other, second in enumerate(lines):
            if persons[one] != persons[other] and same_person(first, second):
                old, new = persons[other], persons[one]
                persons = [new if number == old else number for number in persons]
    return persons


@given(ATTENDEES, REGISTRANTS, VIEWERS, st.frozensets(st.sampled_from(IDS), max_size=2))
def test_each_registrant_is_in_the_class_that_comparing_every_pair_gives(
    people: list[AttendeeRow], registrants: list[Registrant], viewers: list[str], staff: frozenset[str]
) -> None:
    roll = called(people, registrants, recorded(viewers), staff)
    here = [(one.user_id, one.user_email) for one in people if one.user_id != "Unknown"]
    listed = [one for one in registrants if one.own_id]
    lines = [*here, *((one.own_id, one.email) for one in listed), *((one, "") for one in [*viewers, *staff])]
    lines += [(one.email, one.email) for one in listed if one.email]  # an address is also an id
    persons = joined(lines)
    cut = len(here), len(here) + len(listed), len(here) + len(listed) + len(viewers)
    present, on_list, watched, staffed = (
        persons[: cut[0]],
        persons[cut[0] : cut[1]],
        set(persons[cut[1] : cut[2]]),
        set(persons[cut[2] : cut[2] + len(staff)]),
    )
    signed = {one for one, line in zip(on_list, listed, strict=True) if line.status == REGISTERED} - staffed
    assert len(roll.came) == len(signed & set(present))
    assert len(roll.recording_only) == len((signed - set(present)) & watched)
    assert len(roll.absent) == len(signed - set(present) - watched)
    assert roll.not_known == sum(not one.own_id and one.status == REGISTERED for one in registrants)
    assert roll.registered == len(signed) + roll.not_known
    doubtful = {one for one, line in zip(on_list, listed, strict=True) if line.status == UNCLEAR} - staffed - signed
    assert roll.unclear == len(doubtful & set(present))
    assert len(roll.walk_ins) + roll.guests == len(set(present) - staffed - signed - doubtful)
    assert sum(roll.apart.values()) == len(set(on_list) - signed) + sum(
        not one.own_id and one.status != REGISTERED for one in registrants
    )


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("60010-getTable", "the attendees on Kaltura's Summary page are unknown: it failed"),
        ("60012-getTable", "the viewers of the recording are unknown: it failed"),
    ],
)
def test_nobody_is_called_absent_while_a_report_is_missing(table: str, reason: str) -> None:
    known = page()
    known = replace(known, tables={"60012-getTable": NO_RECORDING, **known.tables, table: NotKnown("it failed.")})
    roll = called(
        [row("p1", email="p1@example.com")], [Registrant("P1@example.com"), Registrant("b@example.com")], known, ()
    )
    assert [one.email for one in roll.came] == ["P1@example.com"]
    assert {why: len(people) for why, people in roll.doubts.items()} == {reason: 1}


def test_nobody_is_called_absent_if_the_account_hides_who_attended() -> None:
    hidden = row("0123456789ABCDEF0123456789ABCDEF")
    roll = called([hidden], [Registrant("b@example.com")], recorded([]), ())
    assert roll.not_known == 1
    assert not roll.absent


def test_somebody_of_another_session_in_the_same_hour_is_neither_absent_nor_here() -> None:
    rows = [{"user_id": "p1", "user_name": "p1", "email": "p1@example.com"}]
    known = recorded([], profiles=rows, is_shared=True)
    roll = called([row("p2")], [Registrant("p1@example.com", user_id="p1"), Registrant("b@example.com")], known, ())
    assert len(roll.absent) == roll.not_known == 1
    assert not roll.came


def test_somebody_of_another_session_is_recognized_by_address_alone() -> None:
    rows = [{"user_id": "p1", "user_name": "p1", "email": "P1@example.com"}]
    roll = called([row("p2")], [Registrant("p1@example.com")], recorded([], profiles=rows, is_shared=True), ())
    assert (len(roll.absent), roll.not_known) == (0, 1)


@pytest.mark.parametrize("viewer_id", ["ann@example.com", "Ann@Example.com"])
def test_a_viewer_whose_id_is_the_address_is_the_registrant(viewer_id: str) -> None:
    known = [Registrant("ann@example.com", user_id="hubspot-7"), Registrant("Bea@example.com")]
    roll = called([row("p2")], known, recorded([viewer_id]), ())
    assert [one.email for one in roll.recording_only] == ["ann@example.com"]
    assert roll.viewers == 1


def test_nobody_is_a_walk_in_if_the_account_hides_who_attended() -> None:
    hidden = row("0123456789ABCDEF0123456789ABCDEF")
    roll = called([hidden, row("bea", email="bea@example.com")], [Registrant("b@example.com")], recorded([]), ())
    assert [one.user_id for one in roll.walk_ins] == ["bea"]
    assert roll.guests == 1


@pytest.mark.parametrize("code", ["UNREADABLE_ROWS", "SPLIT"])
def test_nobody_is_called_absent_if_a_list_of_people_is_not_complete(code: str) -> None:
    whose = audience(
        [row("p2")],
        page=recorded([]),
        registrations=Registrations("session", "file", [Registrant("b@example.com")]),
        findings=[Finding(code, "3 lines of report 6001 could not be read as rows.")],
    )
    roll = roll_of(whose)
    assert isinstance(roll, Roll)
    assert (len(roll.absent), roll.not_known) == (0, 1)


def test_nobody_is_called_absent_if_the_list_of_viewers_was_cut() -> None:
    given_list = Registrations("session", "file", [Registrant("b@example.com")])
    for lists, absent in (("viewers of the recording", 0), ("cities", 1)):
        finding = Finding("TABLE_CUT", f"The list of {lists} is not complete: Kaltura returned 2 of 3.")
        roll = roll_of(audience([row("p2")], page=recorded([]), registrations=given_list, findings=[finding]))
        assert isinstance(roll, Roll)
        assert (len(roll.absent), roll.not_known) == (absent, 1 - absent)


def test_nobody_is_said_to_have_watched_no_recording_if_its_viewers_are_not_counted() -> None:
    known = replace(page(), tables={**page().tables, "60012-getTable": NOT_COUNTED})
    roll = called([row("p1")], [Registrant("b@example.com")], known, ())
    found = metrics(roll)
    watched, unseen = found["registered_recording_only"], found["registered_absent"]
    reason = "not known, because recordings are counted for scheduled webinars only"
    assert (watched.value, watched.reason, unseen.value) == (None, reason, 1)
    assert "some of them may have watched it" in unseen.formula
