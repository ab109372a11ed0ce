"""Follow-up lists of a virtual event: each person once, no staff, no guest of whom nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from debrief.metrics.event import EventFacts, facts_of
from debrief.metrics.event_follow_up import event_segments, section
from debrief.model import AttendeeRow
from debrief.segment import CAME_ONCE, CAME_TO_ALL
from support.event_samples import row, session


def facts(*sessions: Sequence[AttendeeRow]) -> EventFacts:
    return facts_of([session(number, rows) for number, rows in enumerate(sessions)])


def members(found: EventFacts, key: str, *staff: str) -> list[str]:
    (segment,) = (one for one in event_segments(found, staff) if one.key == key)
    return [member.user_id for member in segment.members]


def mailed(user_id: str, minutes: float, email: str, **more: str) -> AttendeeRow:
    return row(user_id, minutes, **more)._replace(user_email=email)


def test_who_came_to_all_and_who_came_once_most_minutes_first() -> None:
    made = facts([row("ann", 10), row("bob", 20), row("cid", 30)], [row("ann", 10), row("bob", 30)], [row("ann", 5)])
    assert members(made, CAME_TO_ALL) == ["ann"]
    assert members(made, CAME_ONCE) == ["cid"]
    two = facts([row("ann", 1), row("bob", 50)], [row("ann", 1), row("bob", 50)])
    assert members(two, CAME_TO_ALL) == ["bob", "ann"]
    assert members(two, CAME_ONCE) == []


def test_staff_is_on_no_list_under_any_id() -> None:
    made = facts([mailed("host", 10, "h@x.org"), row("ann", 5)], [mailed("HOST2", 10, "h@x.org"), row("bob", 5)])
    assert members(made, CAME_TO_ALL, "host") == []
    assert members(made, CAME_ONCE, "host") == ["ann", "bob"]
    counts = section(made, {"host"}, event_segments(made, {"host"}))
    assert (counts["people"], counts["staff"]) == (2, 1)
    assert [one.of for one in event_segments(made, {"host"})] == [2, 2]


def test_one_person_with_two_ids_came_to_both_and_is_listed_once() -> None:
    made = facts([mailed("a1", 10, "ann@x.org")], [mailed("a2", 20, "ANN@x.org")])
    assert members(made, CAME_TO_ALL) == ["a2"]
    assert members(made, CAME_ONCE) == []


def test_a_guest_without_an_address_is_not_said_to_have_come_once() -> None:
    guest = row("3351e6", 10, type_="Guest")
    made = facts([guest, mailed("g2", 5, "gil@x.org", type_="Guest")], [row("ann", 1)])
    assert members(made, CAME_ONCE) == ["g2", "ann"]
    assert section(made, (), event_segments(made, ()))["guests_left_out"] == 1


def test_an_event_of_one_session_has_no_lists() -> None:
    made = facts([row("ann", 10)])
    assert all(one.unavailable for one in event_segments(made, ()))
    assert section(made, (), event_segments(made, ()))["rows"][0].keys() == {"key", "unavailable"}


def test_a_reason_names_the_session_in_one_line() -> None:
    made = facts([row("ann", 10)], [row("bob", 12.34)])
    broken = replace(made.sessions[1], session=replace(made.sessions[1].session, entry_name="Part\ntwo"))
    (_, once) = event_segments(replace(made, sessions=[made.sessions[0], broken]), ())
    assert once.members[0].reason == "Came to one session: Part two, 12.3 minutes"
