"""Who is in which segment, why, and by which rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import inf
from zoneinfo import ZoneInfo

import pytest
from metrics_data import START, breakout, row, side
from segments_data import audience, counted, earlier, found, known, page, reasons, seen_in

from debrief.metrics.segments.all_segments import segments as every_segment
from debrief.metrics.segments.ranking import Ranking
from debrief.model import AttendeeRow, NotKnown, Part, Person, Session
from debrief.segment import EVERY_SESSION

CROWD = [row(f"p{number:02d}", str(number), "0.5") for number in range(1, 21)]


def test_somebody_stayed_who_was_there_for_nine_tenths_of_the_time() -> None:
    stayed = found([row("ann", "58"), row("bob", "54"), row("cy", "53.9")])["stayed-to-the-end"]
    assert reasons(stayed) == {"ann": "there for 58 of 60 minutes", "bob": "there for 54 of 60 minutes"}
    assert stayed.formula == "There for at least 90% of the 60 minutes that people could attend."


def test_a_person_counts_with_the_minutes_in_print() -> None:
    segments = found([row("ann", "67.46"), row("bob", "67.44"), row("cy", "10.04"), row("dan", "10.06")], minutes=75.0)
    assert reasons(segments["stayed-to-the-end"]) == {"ann": "there for 67.5 of 75 minutes"}
    assert list(reasons(segments["left-early"])) == ["cy"]


@pytest.mark.parametrize("minutes", [2.0, 4.97, 18.95, 20.0])
def test_who_was_there_all_of_a_short_session_stayed_to_its_end(minutes: float) -> None:
    assert found([row("ann", repr(minutes))], minutes=minutes)["stayed-to-the-end"].people == 1


def test_whose_minutes_are_known_one_by_one_makes_no_difference() -> None:
    """How many there are of those is a setting of the picture."""
    people = [row("late", "21"), row("gone", "57"), row("early", "3"), row("end", "6")]
    maps = {"late": seen_in(*range(40, 61)), "gone": seen_in(*range(1, 54)), "end": seen_in(*range(55, 61))}
    assert found(people, page=page([], maps)) == found(people, page=page([]))


def test_who_was_there_for_ten_minutes_at_most_is_on_a_list_that_says_so() -> None:
    left = found([row("early", "3"), row("short", "10"), row("longer", "10.1")])["left-early"]
    assert reasons(left) == {
        "short": "there for 10 of 60 minutes, at an unknown time",
        "early": "there for 3 of 60 minutes, at an unknown time",
    }


def test_time_in_breakouts_is_time_in_the_session_and_nobody_in_a_later_breakout_left_early() -> None:
    rooms = [breakout("1_first", "300"), breakout("1_later", "3000")]
    times = [(0, 300), (500, 3500)]
    rooms = [
        room._replace(
            session_start_time=str(int(START.timestamp()) + start), session_end_time=str(int(START.timestamp()) + end)
        )
        for room, (start, end) in zip(rooms, times, strict=True)
    ]
    people = [row("all", "8"), row("late", "3"), row("gone", "3")]
    apart = [
        side("all", "50")._replace(entry_id="1_later"),
        side("late", "4")._replace(entry_id="1_later"),
        side("gone", "4")._replace(entry_id="1_first"),
        side("apart", "6")._replace(entry_id="1_first"),
        side("unknown", "6")._replace(entry_id="1_not_listed"),
    ]
    segments = found(people, breakouts=rooms, breakout_attendees=apart)
    assert reasons(segments["stayed-to-the-end"]) == {"all": "there for 58 of 60 minutes"}
    assert list(reasons(segments["left-early"])) == ["gone", "apart"]


def test_somebody_whose_minutes_are_not_known_is_on_no_list_of_stays() -> None:
    segments = found([row("ann", ""), row("bob", "0")])
    assert list(reasons(segments["left-early"])) == ["bob"]
    assert not segments["stayed-to-the-end"].members


@pytest.mark.parametrize(("minutes", "known_of"), [(20.0, False), (20.1, True)])
def test_of_a_short_session_nobody_can_say_who_left_early(minutes: float, known_of: bool) -> None:
    left = found([row("ann", "5")], minutes=minutes)["left-early"]
    assert (not left.unavailable, left.people) == (known_of, 1 if known_of else 0)


def test_an_interrupted_session_is_judged_by_its_own_minutes() -> None:
    parts = (
        Part("1_a", START, START + timedelta(minutes=20)),
        Part("1_b", START + timedelta(minutes=40), START + timedelta(minutes=60)),
    )
    joint = Session("joint-1_a", "1_room", START, parts[1].end, parts=parts)
    stayed = found([row("ann", "40"), row("bob", "36"), row("cy", "35.9")], session=joint)["stayed-to-the-end"]
    assert reasons(stayed) == {"ann": "there for 40 of 40 minutes", "bob": "there for 36 of 40 minutes"}


def test_one_person_under_several_ids_is_on_a_list_once_with_all_their_minutes() -> None:
    people = [
        row("ann@x.io", "30", name="Ann Lee", email="ann@x.io"),
        row("Ann@X.io", "29", email=""),
        row("g-7", "1", email="ANN@x.io", kind="Guest"),
        row("bob", "60"),
    ]
    profiles = [known("Ann@X.io", q_and_a_threads=1), known("g-7", q_and_a_threads=2)]
    before = earlier(["bob"])
    segments = found(people, page=page(profiles), earlier=before)
    assert reasons(segments["stayed-to-the-end"]) == {
        "ann@x.io": "there for 60 of 60 minutes",
        "bob": "there for 60 of 60 minutes",
    }
    assert not segments["left-early"].members
    assert reasons(segments["asked-a-question"]) == {"ann@x.io": "opened 3 Q&A threads"}
    assert [member[:3] for member in segments["first-time"].members] == [("ann@x.io", "Ann Lee", "ann@x.io")]
    assert {one.of for one in segments.values() if not one.unavailable} == {2}


@pytest.mark.parametrize(
    "now",
    [
        row("ANN@Example.com", "60", email=""),
        row("g-7f3a", "60", email="Ann@Example.com", kind="Guest"),
        row("a,nn", "60", email="ann@example.com"),
    ],
)
def test_who_comes_under_another_id_has_come_back_and_not_stayed_away(now: AttendeeRow) -> None:
    person = Person("ann@example.com", "Ann Lee", "ann@example.com")
    before = [replace(one, people={person.user_id: person}) for one in earlier(["ann"], ["ann"], ["ann"])]
    segments = found([now], earlier=before)
    assert not segments["used-to-come"].members
    assert not segments["first-time"].members
    assert reasons(segments["came-back"]) == {
        now.user_id: "in 3 of the last 3 sessions (the latest on 2026-11-11)",
    }


def test_who_came_under_another_id_each_time_used_to_come() -> None:
    ids = (["ann"], ["ANN"], ["zed"])
    used = found([row("bob")], earlier=earlier(*ids))["used-to-come"]
    assert reasons(used) == {"ann": "in 2 of the last 3 sessions (the latest on 2026-11-11) and not in this one"}


def test_dates_are_those_of_the_reports_time_zone() -> None:
    whose = audience([row("ann")], earlier=earlier(["ann"]))  # at 15:00 UTC
    (back,) = [
        one for one in every_segment(replace(whose, zone=ZoneInfo("Pacific/Auckland"))) if one.key == "came-back"
    ]
    assert reasons(back) == {"ann": "in the last session (on 2026-11-12)"}
    assert "since 2026-11-12" in back.formula


def test_questions_are_qna_threads_the_most_first() -> None:
    profiles = [known("ann", q_and_a_threads=1), known("bob", q_and_a_threads=3), known("cy", q_and_a_threads=0)]
    asked = found([row("ann"), row("bob"), row("cy")], page=page(profiles))["asked-a-question"]
    assert list(reasons(asked).items()) == [("bob", "opened 3 Q&A threads"), ("ann", "opened 1 Q&A thread")]


def test_a_question_of_somebody_whom_the_attendee_report_lacks_is_not_lost() -> None:
    profiles = [known("ann", q_and_a_threads=0), known("player", q_and_a_threads=1), known("side", q_and_a_threads=2)]
    asked = found([row("ann")], page=page(profiles), breakout_attendees=[side("side", name="Sid")])["asked-a-question"]
    assert [(member.user_id, member.name) for member in asked.members] == [("side", "Sid"), ("player", "")]


def test_where_the_page_covers_another_session_too_the_formula_says_so_and_strangers_are_left_out() -> None:
    profiles = [known("ann", q_and_a_threads=1), known("stranger", q_and_a_threads=1)]
    asked = found([row("ann")], page=page(profiles, is_shared=True))["asked-a-question"]
    assert list(reasons(asked)) == ["ann"]
    assert "in the same hour" in asked.formula


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (None, "The reports behind Kaltura's Summary page were not read"),
        (
            page(NotKnown("The credential's role has no permission to read report 60010.")),
            "The credential's role has no permission to read",
        ),
    ],
)
def test_questions_that_cannot_be_known_are_a_reason(given: object, reason: str) -> None:
    asked = found([row("ann")], page=given)["asked-a-question"]
    assert asked.unavailable.startswith(reason)
    assert not asked.members


def test_the_most_engaged_are_the_top_tenth_and_the_formula_names_what_was_used() -> None:
    most = found(CROWD, page=page([known("p20", reaction_clicked=2, group_chat_messages_sent=1)]))["most-engaged"]
    assert reasons(most) == {
        "p20": "ahead of 97% of attendees: 20 of 60 minutes, 50% engaged, 2 reactions, 1 chat message",
        "p19": "ahead of 92% of attendees: 19 of 60 minutes, 50% engaged",
    }
    assert list(reasons(most)) == ["p20", "p19"]
    assert "percentile ranks in: minutes, engagement rate, reactions, chat messages." in most.formula
    assert "because nobody used them: polls answered, Q&A threads, hands raised, downloads." in most.formula


def test_one_who_does_one_thing_without_end_is_not_ahead_of_who_does_everything() -> None:
    """Ranks, not amounts: a thousand reactions are no more than the most reactions."""
    people = [*CROWD[:18], row("clapper", "1", "0.1"), row("all", "60", "0.9")]
    profiles = [
        known("clapper", reaction_clicked=1000),
        *(known(f"p{number:02d}", reaction_clicked=number % 3) for number in range(1, 19)),
        known("all", reaction_clicked=1),
    ]
    most = found(people, page=page(profiles))["most-engaged"]
    assert next(iter(reasons(most))) == "all"
    assert "clapper" not in reasons(most)


def test_what_is_not_known_is_not_said_to_be_unused() -> None:
    for given in (None, page(NotKnown("It was not asked for."))):
        most = found(CROWD, page=given)["most-engaged"]
        assert "percentile ranks in: minutes, engagement rate. " in most.formula
        assert "Left out, because they are not known: reactions, " in most.formula
        assert "nobody used" not in most.formula


def test_where_all_are_alike_nobody_stands_out() -> None:
    most = found([row(f"p{number}", "30", "0.5") for number in range(40)])["most-engaged"]
    assert (most.members, most.unavailable) == ([], "")


def test_a_tenth_of_sixty_are_six_and_two_who_share_the_first_place_of_ten_are_both_in_it() -> None:
    sixty = [row(f"p{number:02d}", str(number), "0.5") for number in range(60)]
    assert list(reasons(found(sixty)["most-engaged"])) == ["p59", "p58", "p57", "p56", "p55", "p54"]
    ten = [row(f"p{number}", str(min(number, 8)), "0.5") for number in range(10)]
    assert list(reasons(found(ten)["most-engaged"])) == ["p8", "p9"]


def test_who_is_looked_at_is_not_printed() -> None:
    whose = audience([row("ann", name="Ann Lee")], ["bob@example.com"], page=page([known("cyd")]))
    assert whose.page_only
    for secret in ("ann", "bob", "cyd"):
        assert secret not in repr(whose).lower()


def test_a_top_tenth_takes_ten_attendees_without_staff() -> None:
    assert found(CROWD[:10])["most-engaged"].people == 1
    assert "at least 10 attendees" in found(CROWD[:10], ["p01"])["most-engaged"].unavailable


def test_new_and_known_people_are_found_by_the_archived_sessions_of_the_room() -> None:
    before = earlier(["ann", "bob"], ["bob"], ["zed"])
    guest, known_guest = row("guest", kind="Guest"), row("gil", kind="Guest")._replace(user_email="gil@example.com")
    both = found([row("ann"), row("bob"), row("new"), guest, known_guest], earlier=before)
    assert reasons(both["came-back"]) == {
        "ann": "in 1 of the last 3 sessions (the latest on 2026-11-11)",
        "bob": "in 2 of the last 3 sessions (the latest on 2026-11-11)",
    }
    assert reasons(both["first-time"]) == {
        "gil": "not in any of the last 3 sessions",
        "guest": "not in any of the last 3 sessions; a guest, whose id may be new",
        "new": "not in any of the last 3 sessions",
    }
    assert both["came-back"].formula == (
        "In at least one of this room's last 3 archived sessions before this one (since 2026-10-28)."
    )


def test_one_earlier_session_is_named_in_the_singular() -> None:
    both = found([row("ann"), row("new")], earlier=earlier(["ann"]))
    assert reasons(both["came-back"]) == {"ann": "in the last session (on 2026-11-11)"}
    assert reasons(both["first-time"]) == {"new": "not in the last session"}
    assert both["came-back"].formula == "In this room's last archived session before this one (since 2026-11-11)."


def test_who_came_to_two_of_the_last_three_and_not_now_used_to_come() -> None:
    before = earlier(["ann", "bob", "once"], ["ann", "cy", "bob"], ["cy", "bob", "long"], ["long"], ["long"])
    used = found([row("ann")], earlier=before)["used-to-come"]
    assert reasons(used) == {
        "bob": "in 3 of the last 3 sessions (the latest on 2026-11-11) and not in this one",
        "cy": "in 2 of the last 3 sessions (the latest on 2026-11-04) and not in this one",
    }
    assert list(reasons(used)) == ["bob", "cy"]
    assert used.members[0][:3] == ("bob", "Bob", "bob@example.com")


def test_somebody_seen_by_any_report_has_come() -> None:
    before = earlier(["player", "side", "gone"], ["player", "side", "gone"])
    given = {"page": page([known("player")]), "breakout_attendees": [side("side")]}
    assert list(reasons(found([row("ann")], earlier=before, **given)["used-to-come"])) == ["gone"]


@pytest.mark.parametrize(("before", "known_of"), [((), []), ((["ann"],), ["first-time", "came-back"])])
def test_what_the_archive_is_too_young_for_is_a_reason(before: tuple[list[str], ...], known_of: list[str]) -> None:
    of_history = {
        key: one for key, one in found([row("ann")], earlier=earlier(*before)).items() if key in EVERY_SESSION[4:]
    }
    assert [key for key, one in of_history.items() if not one.unavailable] == known_of


def test_nobody_used_to_come_to_a_session_of_which_kaltura_lists_nobody() -> None:
    """Perhaps Kaltura is late; then all who came would be said to have stayed away."""
    everything = found([], earlier=earlier(["ann"], ["ann"]), page=page([]))
    assert all(one.unavailable for one in everything.values())


def test_the_section_says_once_whom_all_lists_are_about_and_names_nobody() -> None:
    people = [row("ann", "60"), row("host", "60"), row("Unknown", "60"), row("bob", "3"), row("BOB", "1")]
    counts = counted(audience(people, ["Host"], breakout_attendees=[side("cy")], earlier=earlier(["ann", "host"])))
    assert (counts["people"], counts["staff"], counts["ids_left_out"]) == (3, 1, 1)
    assert counts["sessions"] == [{"cue_point_id": "1_before1", "start": "2026-11-11T15:00:00Z"}]
    rows = {one["key"]: one for one in counts["rows"]}
    assert tuple(rows) == EVERY_SESSION
    assert rows["stayed-to-the-end"] == {
        "key": "stayed-to-the-end",
        "people": 1,
        "formula": "There for at least 90% of the 60 minutes that people could attend.",
        "file": "follow-up/stayed-to-the-end.csv",
    }
    assert rows["used-to-come"].keys() == {"key", "unavailable"}
    assert rows["used-to-come"]["unavailable"]
    assert "ann" not in str(counts)


def test_a_rank_is_the_part_of_those_below_and_half_of_the_equals_rounded_down() -> None:
    ranking = Ranking([1.0, 2.0, 2.0, 3.0])
    assert [ranking.percent(value) for value in (0.0, 1.0, 2.0, 3.0, 4.0)] == [0, 12, 50, 87, 100]
    assert Ranking([]).percent(1.0) == 0
    assert ranking.of_each([2.0, 2.5, 9.0]) == [ranking.halves(value) for value in (2.0, 2.5, 9.0)] == [4, 6, 8]
    assert [ranking.least_with(halves) for halves in (0, 1, 4, 5, 7, 8)] == [1.0, 1.0, 2.0, 3.0, 3.0, inf]


def test_what_one_person_did_under_several_ids_is_added_up_under_the_one_that_stands_for_them() -> None:
    people = [row("ann", "30"), row("ANN", "3"), row("bob", "9")]
    profiles = [known("ANN", q_and_a_threads=2), known("ann", q_and_a_threads=1), known("bob", q_and_a_threads=1)]
    asked = found(people, page=page(profiles))["asked-a-question"]
    assert reasons(asked) == {"ann": "opened 3 Q&A threads", "bob": "opened 1 Q&A thread"}
    assert (
        asked.formula
        == "Opened at least one Q&A thread, in the room or in a player. Questions in the chat do not count."
    )
    only_under_the_other = found(people, page=page([known("ANN", q_and_a_threads=2)]))["asked-a-question"]
    assert reasons(only_under_the_other) == {"ann": "opened 2 Q&A threads"}
