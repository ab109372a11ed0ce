"""Who is staff: organizers by their id, and whom the settings list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.rules.patterns import fits, matcher
from debrief.model import AttendeeRow, EarlierSession, Organizer, Person, Session, SessionData
from debrief.pipeline.session.staff import staff_of

START = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
SESSION = Session("1_cue", "1_room", START, START + timedelta(hours=1))


def row(user_id: str, email: str = "", name: str = "") -> AttendeeRow:
    return AttendeeRow("1_room", "1_cue", user_id, name, email, "User", "1", "0.5")


PEOPLE = (
    row("ann", "ann@example.com", "Ann"),
    row("Bob@Example.com", "bob@example.com", "Bob"),
    row("guest-7", "bob@example.com", "Bob's phone"),
    row("cy", "cy@sub.example.org", "Cy Lee"),
    row("Unknown", "x@example.com"),
    row(" ", "y@example.com"),
)


def found(*listed: str, organizers: tuple[str, ...] = (), **session: str) -> set[str]:
    data = SessionData(
        replace(SESSION, **session),  # type: ignore[arg-type]
        organizers=[Organizer(Person(user_id), "owner") for user_id in organizers],
        attendees=PEOPLE[:3],
        breakout_attendees=PEOPLE[3:],
        earlier=[EarlierSession("1_a", START, {}, {"old": Person("old", "Old", "old@example.com")})],
    )
    return set(staff_of(data, [row("apart", "apart@example.com")], listed))


@pytest.mark.parametrize(
    ("listed", "staff"),
    [
        ((), set()),
        (("ann",), {"ann"}),
        (("ANN@example.com",), {"ann"}),
        (("@example.com",), {"ann", "Bob@Example.com", "guest-7", "apart", "old"}),
        (("@example.org",), set()),
        (("@*example.org",), {"cy"}),
        (("guest-*", "c?"), {"guest-7", "Bob@Example.com", "cy"}),  # Bob has the guest's address
        (("*",), {"ann", "Bob@Example.com", "guest-7", "cy", "apart", "old"}),
    ],
)
def test_the_settings_list_people_as_rules_do_and_whole_domains(listed: tuple[str, ...], staff: set[str]) -> None:
    assert found(*listed) == staff


@pytest.mark.parametrize(
    ("organizers", "host", "staff"),
    [
        (("ann",), "", {"ann"}),
        ((), "ANN", {"ann"}),
        (("bob@example.com",), "", {"Bob@Example.com", "guest-7"}),
        ((), "Cy Lee", {"cy"}),
        ((), "Ann", {"ann"}),
        ((), "Bob", set()),  # an id, as it has one word; somebody who is called so is somebody else
        (("", " "), "", set()),
        ((), "Unknown", set()),
    ],
)
def test_organizers_are_staff_by_user_id_address_or_full_name(
    organizers: tuple[str, ...], host: str, staff: set[str]
) -> None:
    assert found(organizers=organizers, host_user_id=host) == staff


PATTERNS = st.text("abé*?[]!.|(@", max_size=5)


@given(st.lists(PATTERNS, max_size=4), st.text("abÉé[]!.|(@\n", max_size=5))
def test_many_texts_are_tested_as_one_is(patterns: list[str], text: str) -> None:
    assert matcher(patterns)(text) == fits(patterns, text)
