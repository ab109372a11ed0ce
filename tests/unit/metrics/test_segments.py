"""Who is in which segment, why, and by which rule."""

from __future__ import annotations

from datetime import timedelta

import pytest
from metrics_data import START, row, side
from segments_data import audience, counted, earlier, found, known, page, reasons, seen_in

from debrief.model import Part, Session, Unavailable
from debrief.segment import KEYS

CROWD = [row(f"p{number:02d}", str(number), "0.5") for number in range(1, 21)]


def test_without_a_heatmap_somebody_stayed_who_was_there_for_nine_tenths() -> None:
    stayed = found([row("ann", "58"), row("bob", "54"), row("cy", "53.9")])["stayed-to-the-end"]
    assert reasons(stayed) == {"ann": "there for 58 of 60 minutes", "bob": "there for 54 of 60 minutes"}
    assert stayed.formula == "At least 90 % of the 60 minutes attended."


def test_with_a_heatmap_somebody_stayed_who_was_seen_in_the_last_tenth() -> None:
    """However many minutes it were: who comes late and stays to the end has stayed to the end."""
    maps = {"late": seen_in(*range(40, 61)), "gone": seen_in(*range(1, 54))}
    stayed = found([row("late", "21"), row("gone", "57")], page=page([], maps))["stayed-to-the-end"]
    assert reasons(stayed) == {"late": "last seen in minute 60 of 60, there for 21 of 60 minutes"}
    assert stayed.formula == "Seen in minute 54 of 60 or later."


def test_where_some_have_a_heatmap_the_formula_says_how_many_and_what_counts_for_the_others() -> None:
    both = found([row("ann", "58"), row("bob", "55")], page=page([], {"ann": seen_in(60)}))
    assert both["stayed-to-the-end"].formula == (
        "Seen in minute 54 of 60 or later, for the 1 attendee whose minutes are known one by one; for the others, at "
        "least 90 % of the 60 minutes attended."
    )
    assert reasons(both["stayed-to-the-end"]) == {
        "ann": "last seen in minute 60 of 60, there for 58 of 60 minutes",
        "bob": "there for 55 of 60 minutes",
    }


def test_a_heatmap_in_which_nobody_was_ever_there_tells_nothing() -> None:
    stayed = found([row("ann", "58")], page=page([], {"ann": seen_in()}))["stayed-to-the-end"]
    assert reasons(stayed) == {"ann": "there for 58 of 60 minutes"}


def test_who_left_early_was_last_seen_in_the_first_ten_minutes_or_had_no_more_than_ten() -> None:
    maps = {"early": seen_in(1, 2, 7), "late": seen_in(*range(55, 61))}
    people = [row("early", "3"), row("late", "6"), row("short", "10"), row("longer", "10.1")]
    left = found(people, page=page([], maps))["left-early"]
    assert reasons(left) == {
        "short": "there for 10 of 60 minutes; at what time is not known",
        "early": "last seen in minute 7 of 60, there for 3 of 60 minutes",
    }


def test_somebody_whose_minutes_are_not_known_has_not_left_early() -> None:
    segments = found([row("ann", ""), row("bob", "0")])
    assert list(reasons(segments["left-early"])) == ["bob"]
    assert not segments["stayed-to-the-end"].members


@pytest.mark.parametrize(("minutes", "known_of"), [(20.0, False), (20.1, True)])
def test_of_a_short_session_nobody_can_say_who_left_early(minutes: float, known_of: bool) -> None:
    left = found([row("ann", "5")], minutes=minutes)["left-early"]
    assert (not left.unavailable, left.people) == (known_of, 1 if known_of else 0)


def test_an_interrupted_session_is_judged_by_its_own_minutes_or_by_its_last_tenth() -> None:
    """Minutes do not count the gap, heatmaps go over it."""
    parts = (
        Part("1_a", START, START + timedelta(minutes=20)),
        Part("1_b", START + timedelta(minutes=40), START + timedelta(minutes=60)),
    )
    joint = Session("joint-1_a", "1_room", START, parts[1].end, parts=parts)
    maps = {"ann": seen_in(*range(1, 21), *range(41, 61))}
    stayed = found([row("ann", "40"), row("bob", "36")], session=joint, page=page([], maps))["stayed-to-the-end"]
    assert reasons(stayed) == {
        "ann": "last seen in minute 60 of 60, there for 40 of 40 minutes",
        "bob": "there for 36 of 40 minutes",
    }


def test_questions_are_qna_threads_the_most_first() -> None:
    profiles = [known("ann", q_and_a_threads=1), known("bob", q_and_a_threads=3), known("cy", q_and_a_threads=0)]
    asked = found([row("ann"), row("bob"), row("cy")], page=page(profiles))["asked-a-question"]
    assert list(reasons(asked).items()) == [("bob", "opened 3 Q&A threads"), ("ann", "opened 1 Q&A thread")]
    assert (asked.people, asked.of) == (2, 3)


def test_a_question_of_somebody_whom_the_attendee_report_lacks_is_not_lost() -> None:
    profiles = [known("ann"), known("player", q_and_a_threads=1), known("side", q_and_a_threads=2)]
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
        (page(Unavailable("The credential's role may not read report 60010.")), "The credential's role may not read"),
    ],
)
def test_questions_that_cannot_be_known_are_a_reason(given: object, reason: str) -> None:
    asked = found([row("ann")], page=given)["asked-a-question"]
    assert asked.unavailable.startswith(reason)
    assert not asked.members


def test_the_most_engaged_are_the_top_tenth_and_the_formula_names_what_was_used() -> None:
    most = found(CROWD, page=page([known("p20", reaction_clicked=2, group_chat_messages_sent=1)]))["most-engaged"]
    assert reasons(most) == {
        "p20": "ahead of 97 % of attendees: 20 of 60 minutes, 50 % engaged, 2 reactions, 1 chat message",
        "p19": "ahead of 92 % of attendees: 19 of 60 minutes, 50 % engaged",
    }
    assert list(reasons(most)) == ["p20", "p19"]
    assert "percentile ranks in: minutes, engagement rate, reactions, chat messages." in most.formula
    assert "left out: polls answered, Q&A threads, hands raised, downloads." in most.formula


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
    for given in (None, page(Unavailable("It was not asked for."))):
        most = found(CROWD, page=given)["most-engaged"]
        assert "percentile ranks in: minutes, engagement rate. " in most.formula
        assert "Not known, so left out: reactions, " in most.formula
        assert "by anybody" not in most.formula


def test_where_all_are_alike_nobody_stands_out() -> None:
    most = found([row(f"p{number}", "30", "0.5") for number in range(40)])["most-engaged"]
    assert (most.members, most.unavailable) == ([], "")


def test_a_top_tenth_takes_ten_attendees_without_staff() -> None:
    assert found(CROWD[:10])["most-engaged"].people == 1
    assert "at least 10 attendees" in found(CROWD[:10], ["p01"])["most-engaged"].unavailable


def test_new_and_known_people_are_told_by_the_archived_sessions_of_the_room() -> None:
    before = earlier(["ann", "bob"], ["bob"], ["zed"])
    guest = row("guest", kind="Guest")
    both = found([row("ann"), row("bob"), row("new"), guest], earlier=before)
    assert reasons(both["came-back"]) == {
        "ann": "in 1 of the last 3 sessions (the latest on 2026-11-11)",
        "bob": "in 2 of the last 3 sessions (the latest on 2026-11-11)",
    }
    assert reasons(both["first-time"]) == {
        "guest": "not in any of the last 3 sessions; a guest, whose id may be new",
        "new": "not in any of the last 3 sessions",
    }
    assert both["came-back"].formula == (
        "In at least one of this room's last 3 archived sessions before this one (since 2026-10-28)."
    )


def test_one_earlier_session_is_told_in_the_singular() -> None:
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
    assert (used.people, used.of) == (2, 3)
    assert list(reasons(used)) == ["bob", "cy"]
    assert used.members[0][:3] == ("bob", "Bob", "bob@example.com")


def test_somebody_seen_by_any_report_has_come() -> None:
    before = earlier(["player", "side", "gone"], ["player", "side", "gone"])
    given = {"page": page([known("player")]), "breakout_attendees": [side("side")]}
    assert list(reasons(found([row("ann")], earlier=before, **given)["used-to-come"])) == ["gone"]


def test_a_rehearsal_of_staff_alone_is_no_earlier_session() -> None:
    before = earlier(["host"], ["ann", "host"], ["host"], ["ann"])
    used = found([row("bob")], ["host"], earlier=before)["used-to-come"]
    assert list(reasons(used)) == ["ann"]
    assert "last 2 archived sessions" in used.formula
    alone = found([row("bob")], ["host"], earlier=earlier(["host"]))
    assert "no earlier session" in alone["first-time"].unavailable


@pytest.mark.parametrize(("before", "known_of"), [((), []), ((["ann"],), ["first-time", "came-back"])])
def test_what_the_archive_is_too_young_for_is_a_reason(before: tuple[list[str], ...], known_of: list[str]) -> None:
    of_history = {key: one for key, one in found([row("ann")], earlier=earlier(*before)).items() if key in KEYS[4:]}
    assert [key for key, one in of_history.items() if not one.unavailable] == known_of


def test_nobody_used_to_come_to_a_session_of_which_kaltura_lists_nobody() -> None:
    """Perhaps Kaltura is late; then all who came would be said to have stayed away."""
    everything = found([], earlier=earlier(["ann"], ["ann"]), page=page([]))
    assert all(one.unavailable for one in everything.values())


def test_the_section_counts_with_staff_and_without_and_names_nobody() -> None:
    people = [row("ann", "60"), row("host", "60"), row("Unknown", "60"), row("bob", "3")]
    told = counted(audience(people, ["host"], earlier=earlier(["ann", "host"])))
    assert (told["attendees"], told["attendees_with_staff"]) == (2, 3)
    assert told["sessions"] == [{"cue_point_id": "1_before1", "start": "2026-11-11T15:00:00Z"}]
    rows = {one["key"]: one for one in told["rows"]}
    assert tuple(rows) == KEYS
    assert rows["stayed-to-the-end"] == {
        "key": "stayed-to-the-end",
        "people": 1,
        "of": 2,
        "people_with_staff": 2,
        "of_with_staff": 3,
        "formula": "At least 90 % of the 60 minutes attended.",
        "file": "follow-up-stayed-to-the-end.csv",
    }
    assert "ann" not in str(told)
