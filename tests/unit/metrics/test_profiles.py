"""What report 60010 knows of each person."""

from __future__ import annotations

from page_data import facts

from debrief.metrics import sections
from debrief.metrics.profiles import profiles


def test_the_country_of_a_registration_is_a_code_or_a_common_name() -> None:
    people = [
        {"user_id": f"u{at}", "country": text}
        for at, text in enumerate(["uk", "US", "Viet Nam", "Iran  Islamic Republic of", "France", ""])
    ]
    found = profiles(facts({"60010-getTable": people}).data)
    assert [profile.country for profile in found.values()] == ["GB", "US", "Vietnam", "Iran", "France", ""]


def test_the_list_of_attendees_says_why_nobody_has_a_role_and_is_silent_when_somebody_has_one() -> None:
    without = sections.attendees(facts({"60010-getTable": [{"user_id": "ann"}]}, no_roles="No virtual event."), 9)
    assert without["no_roles"] == "No virtual event."
    assert without["heatmap"] == {"from": "2026-11-02T09:00:00Z", "step_seconds": 60}
    table = [{"user_id": "ann", "role": "Director"}]
    assert "no_roles" not in sections.attendees(facts({"60010-getTable": table}, no_roles="No virtual event."), 9)


def test_unidentified_people_have_no_profile() -> None:
    people = [{"user_id": name, "count_raise_hand_clicked": "1"} for name in ("ann", "bob", "Unknown", "")]
    given = facts({"60010-getTable": people}).data
    assert list(profiles(given)) == ["ann", "bob"]
