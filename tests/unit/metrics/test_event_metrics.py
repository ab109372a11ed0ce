"""The figures of a virtual event: people counted once, whatever the order of sessions and rows."""

from dataclasses import replace
from math import fsum, isclose
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.metrics.definition import Facts
from debrief.metrics.event import EventSession, facts_of, summarize_event
from debrief.metrics.event_sections import parallel
from debrief.model import AttendeeRow, Metric, SessionData, Summary
from support.event_samples import EVENT, row, session


def event(*sessions: EventSession, limit: int = 1000) -> Summary:
    return summarize_event(EVENT, facts_of(sessions), attendee_limit=limit)


def values(summary: Summary) -> dict[str, float]:
    return {key: metric.value for key, metric in summary.metrics.items()}


@pytest.fixture
def three() -> Summary:
    """Ann comes to all three, Bob to the first and the last, Cid to the second; the guests are one person each."""
    return event(
        session(0, [row("ann", 60, engaged=1.0), row("bob", 30), row("g1", 10, type_="Guest"), row("Unknown", 5)]),
        session(1, [row("ann", 20), row("cid", 40), row("g2", 10, type_="Guest")]),
        session(2, [row("ann", 10), row("ann", 5), row("bob", 60)]),
    )


def test_everybody_is_counted_once_over_all_sessions(three: Summary) -> None:
    found = values(three)
    assert (found["unique_attendees"], found["users"], found["guests"]) == (5, 3, 2)
    assert (found["sessions"], found["attendances"], found["sessions_average"]) == (3, 8, 8 / 5)
    assert (found["returning_rate"], found["all_sessions_rate"]) == (2 / 5, 1 / 5)


def test_who_comes_to_another_session_under_another_id_has_come_to_several() -> None:
    """Each id counts as an attendee; a note says that they are one person."""
    found = event(
        session(0, [row("ann", 60)._replace(user_email="ann@x.io"), row("bob", 30)]),
        session(1, [row("ANN", 20), row("g-7", 10, type_="Guest")._replace(user_email="Ann@X.io"), row("cid", 9)]),
    )
    assert (values(found)["unique_attendees"], values(found)["attendances"]) == (5, 5)
    assert (values(found)["returning_rate"], values(found)["all_sessions_rate"]) == (3 / 5, 3 / 5)
    assert {one["user_id"]: one["sessions"] for one in found.sections["people"]["rows"]}["g-7"] == 2
    second = found.sections["sessions"]["rows"][1]
    assert (second["first_timers"], second["returning"], second["returning_share"]) == (1, 1, 1 / 2)
    assert found.sections["overlap"]["people"] == [[2, 1], [1, 3]]
    assert [one["people"] for one in found.sections["attended"]["rows"]] == [2, 3]
    (note,) = found.warnings
    assert note.code == "SEVERAL_IDS"
    assert "One person came under several user ids, 3 in all" in note.message


def test_a_guest_with_an_address_can_be_matched_with_other_sessions() -> None:
    guests = [row("g-1", 10, type_="Guest"), row("g-2", 10, type_="Guest")._replace(user_email="gil@x.io")]
    (note,) = event(session(0, guests), session(1, [row("ann", 20)])).warnings
    assert note.code == "GUESTS_NOT_MATCHED"
    assert "so one guest who was seen in one session only cannot be matched" in note.message
    assert event(session(0, guests[1:]), session(1, [row("ann", 20)])).warnings == ()


def test_who_was_in_a_breakout_only_came_to_the_session_and_is_no_attendee_of_its_main_room() -> None:
    """Ann and Dee were once in a main room and once in a breakout only, Cid in a breakout and nothing else."""
    first = session(0, [row("ann", 60), row("bob", 30)])
    second = session(1, [row("bob", 20), row("dee", 50)])
    found = event(
        replace(first, breakout_only=[row("cid", ""), row("dee", "")], breakout_minutes={"cid": 25.0, "dee": 5.0}),
        replace(second, breakout_only=[row("ANN", "")], breakout_minutes={"ANN": 10.0}),
    )
    metrics = values(found)
    assert (metrics["unique_attendees"], metrics["people_present"], metrics["people_breakout_only"]) == (3, 5, 2)
    assert (metrics["attendances"], metrics["sessions_average"]) == (7, 7 / 5)
    assert {one["user_id"]: one["minutes"] for one in found.sections["people"]["rows"]} == {
        "ann": [60.0, None],
        "bob": [30.0, 20.0],
        "dee": [5.0, 50.0],
        "cid": [25.0, None],
        "ANN": [None, 10.0],
    }
    assert metrics["returning_rate"] == 4 / 5  # all but Cid: Ann under two ids, Bob, Dee
    rows = found.sections["sessions"]["rows"]
    assert [one["people"] for one in rows] == [2, 2]  # as in the session's own report
    assert [one["first_timers"] for one in rows] == [2, 0]
    assert [one["returning_share"] for one in rows] == [None, 1.0]
    assert [one["people"] for one in found.sections["attended"]["rows"]] == [1, 4]
    assert found.sections["overlap"]["people"] == [[4, 3], [3, 3]]
    (note,) = [one for one in found.warnings if one.code == "BREAKOUT_ONLY"]
    assert note.message.startswith("2 people were in breakouts only.")
    assert "and the time per person" in note.message


def test_minutes_are_those_of_all_sessions_together(three: Summary) -> None:
    found = values(three)
    assert (found["minutes_total"], found["minutes_unidentified"]) == (250, 5)
    assert (found["minutes_average"], found["minutes_median"]) == (49, 40)
    assert found["engagement_rate"] == pytest.approx((60 + 190 * 0.5) / 250)


def test_the_engagement_rate_is_that_of_the_rows_as_in_the_report_of_a_session() -> None:
    """Ann came twice. Her second row has no rate, so its minutes say nothing about engagement."""
    unknown = row("ann", 40)._replace(meeting_engaged_play_time_ratio="")
    rows = [row("ann", 60, engaged=1.0), unknown, row("bob", 100, engaged=0.5)]
    held = replace(session(0, []), rows=rows)
    found = values(event(held))["engagement_rate"]
    assert found == pytest.approx((60 + 100 * 0.5) / 160)
    assert found == Facts(SessionData(held.session, attendees=rows)).engagement_rate


def test_time_in_an_event_is_that_of_main_rooms_and_breakouts_within_what_people_could_attend() -> None:
    def workshop(*, twice: bool) -> Summary:
        held = session(0, [row("ann", 20), row("bob", 50)])
        span = {"attended_minutes": Metric(55.0, "minutes", "", "")}
        metrics = {**held.metrics, **span}
        apart = {"ann": 30.0, "bob": 30.0}
        return summarize_event(
            EVENT,
            facts_of([replace(held, metrics=metrics, breakout_minutes=apart, is_counted_twice=twice)]),
            attendee_limit=9,
        )

    for twice, times in ((False, [55.0, 50.0]), (True, [50.0, 30.0])):
        made = workshop(twice=twice)
        assert [one["minutes_total"] for one in made.sections["people"]["rows"]] == times
        assert values(made)["presence_average"] == sum(times) / 2
        assert values(made)["minutes_average"] == 35  # of the main rooms


def test_a_session_knows_who_is_new_and_who_came_back(three: Summary) -> None:
    rows = three.sections["sessions"]["rows"]
    assert [one["first_timers"] for one in rows] == [3, 2, 0]
    assert [one["first_timers_share"] for one in rows] == [1.0, 2 / 3, 0.0]
    assert [one["returning"] for one in rows] == [None, 1, 1]
    assert [one["returning_share"] for one in rows] == [None, 1 / 3, 1 / 3]


def test_the_list_says_who_came_to_what(three: Summary) -> None:
    people = {one["user_id"]: one for one in three.sections["people"]["rows"]}
    assert people["ann"]["minutes"] == [60.0, 20.0, 15.0]
    assert people["bob"]["minutes"] == [30.0, None, 60.0]
    assert (people["bob"]["sessions"], people["bob"]["minutes_total"]) == (2, 90.0)
    assert three.sections["people"]["rows"][0]["user_id"] == "ann"


def test_people_in_both_sessions_are_counted_pair_by_pair(three: Summary) -> None:
    assert three.sections["overlap"]["people"] == [[3, 1, 2], [1, 3, 1], [2, 1, 2]]


def test_people_are_counted_by_the_number_of_their_sessions(three: Summary) -> None:
    rows = [(one["sessions"], one["people"], one["share"]) for one in three.sections["attended"]["rows"]]
    assert rows == [(1, 3, 3 / 5), (2, 1, 1 / 5), (3, 1, 1 / 5)]
    assert three.sections["attended"]["people"] == 5


def test_the_best_and_the_weakest_are_named_by_shares_and_ties_share() -> None:
    def crowd(people: int, engaged: float) -> list[AttendeeRow]:
        return [row(f"p{number}", 30, engaged=engaged) for number in range(people)]

    made = event(session(0, crowd(5, 0.5)), session(1, crowd(9, 0.5)), session(2, crowd(6, 0.25)))
    found = {one["key"]: one for one in made.sections["standouts"]["rows"]}
    assert found["engagement_rate"]["best"] == {"value": 0.5, "places": [0, 1]}
    assert found["engagement_rate"]["weakest"] == {"value": 0.25, "places": [2]}
    assert not found.keys() & {"unique_attendees", "peak_live_viewers"}  # those say how large it was


def test_a_session_of_a_few_people_is_neither_best_nor_weakest(three: Summary) -> None:
    assert three.sections["standouts"]["rows"] == []


def test_sessions_that_do_not_differ_have_no_best() -> None:
    same = [row("ann", 30)]
    assert event(session(0, same), session(1, same)).sections["standouts"]["rows"] == []


def test_guests_who_cannot_be_matched_are_said_with_their_number(three: Summary) -> None:
    (said,) = [finding for finding in three.warnings if finding.code == "GUESTS_NOT_MATCHED"]
    assert "2 guests" in said.message


def test_one_guest_who_cannot_be_matched_is_said_in_the_singular() -> None:
    (said,) = event(session(0, [row("g1", 10, type_="Guest")]), session(1, [row("ann", 10)])).warnings
    assert "so one guest who was seen in one session only cannot be matched with others:" in said.message


def test_of_an_event_with_one_session_no_guest_is_said_to_be_unmatched() -> None:
    assert not event(session(0, [row("g1", 10, type_="Guest")])).warnings


def test_half_of_the_people_were_there_at_least_so_long_in_main_rooms_and_in_all() -> None:
    held = session(0, [row("ann", 10), row("bob", 50), row("cid", 30)], minutes=300)
    found = values(event(replace(held, breakout_minutes={"ann": 90.0, "cid": 10.0})))
    assert (found["minutes_median"], found["presence_median"]) == (30, 50)


def test_an_event_s_report_is_final_and_still_without_a_number(three: Summary) -> None:
    assert (three.state, three.revision, three.host) == ("final", 0, None)


def test_a_guest_seen_twice_is_matched_and_nothing_is_said() -> None:
    guest = [row("g1", 10, type_="Guest")]
    assert not event(session(0, guest), session(1, guest)).warnings


def test_who_was_a_user_once_is_no_guest() -> None:
    summary = event(session(0, [row("ann", 5, type_="Guest")]), session(1, [row("ann", 5)]))
    assert (summary.metrics["guests"].value, summary.metrics["users"].value) == (0, 1)


def test_the_latest_name_stands_and_a_blank_one_never_wins() -> None:
    first, second, third = ([row("ann", 5, name=name)] for name in ("Ann Lee", "Ann Li", ""))
    summary = event(session(0, first), session(1, second), session(2, third))
    assert summary.sections["people"]["rows"][0]["name"] == "Ann Li"


def test_minutes_of_parallel_sessions_are_added_and_that_is_said() -> None:
    both = [row("ann", 50)]
    summary = event(session(0, both, hours=0.5), session(1, both, hours=0.5))
    assert summary.sections["people"]["rows"][0]["minutes_total"] == 100
    assert [finding.code for finding in summary.warnings] == ["PARALLEL_SESSIONS"]
    assert "one person is" in summary.warnings[0].message


def test_people_in_parallel_sessions_are_counted_pair_by_pair_and_once() -> None:
    ann, bob, cid, dee = (row(name, 5) for name in ("ann", "bob", "cid", "dee"))
    summary = event(
        session(0, [ann, bob, dee], hours=1),
        session(2, [bob, cid, ann], hours=1, minutes=100),
        session(3, [ann, cid, dee], hours=1),
    )
    (finding,) = summary.warnings
    assert "2 people are in the lists of two overlapping sessions" in finding.message
    assert parallel(
        facts_of([session(0, [ann], minutes=200), session(1, [bob], hours=1), session(2, [ann], hours=1)])
    ) == {"ann"}


def test_sessions_one_after_the_other_are_not_parallel() -> None:
    both = [row("ann", 50)]
    assert not event(session(0, both, hours=1), session(1, both, hours=1)).warnings


def test_an_event_that_nobody_attended_has_reasons_instead_of_shares() -> None:
    summary = event(session(0, []), session(1, []))
    assert summary.metrics["unique_attendees"].value == 0
    for key in ("minutes_average", "returning_rate", "engagement_rate", "sessions_average"):
        assert summary.metrics[key].value is None
        assert summary.metrics[key].reason


def test_of_many_sessions_those_with_most_attendees_are_compared() -> None:
    sessions = [session(number, [row(f"p{n}", 1) for n in range(number + 1)]) for number in range(15)]
    overlap = event(*sessions).sections["overlap"]
    assert overlap["places"] == list(range(3, 15))
    assert overlap["of"] == 15


def test_the_list_is_cut_by_the_limit_and_says_of_how_many() -> None:
    section = event(session(0, [row(f"p{n}", n) for n in range(9)]), limit=4).sections["people"]
    assert (section["total"], section["shown"], len(section["rows"])) == (9, 4, 4)
    assert [one["minutes_total"] for one in section["rows"]] == [8, 7, 6, 5]


def test_the_event_lasts_from_the_first_start_to_the_last_end() -> None:
    short, long = session(1, [], hours=0.1, minutes=5), session(0, [], minutes=300)
    held = event(short, long).session
    assert (held.start, held.end, held.cue_point_id) == (long.session.start, long.session.end, "event-77")


def test_every_figure_has_unit_formula_and_source(three: Summary) -> None:
    described = [
        *three.sections["sessions"]["figures"],
        *(three.sections[name] for name in ("attended", "overlap", "people")),
    ]
    assert all(one["unit"] and one["formula"] and one["source"] for one in described)
    assert all(one.unit and one.formula and one.source for one in three.metrics.values())
    listed = {one["key"] for one in three.sections["sessions"]["figures"]}
    assert listed < set(three.sections["sessions"]["rows"][0])


ids = st.sampled_from(["ann", "bob", "cid", "g1", "Unknown", "", "dee"])
rows = st.builds(
    row,
    ids,
    st.floats(0, 600, allow_nan=False),
    type_=st.sampled_from(["User", "Guest"]),
    engaged=st.floats(0, 1),
)
crowds = st.lists(st.lists(rows, max_size=8), min_size=1, max_size=6)


@given(crowds)
def test_the_figures_agree_with_each_other(made: list[list]) -> None:
    summary = event(*(session(number, one) for number, one in enumerate(made)))
    found, sections = values(summary), summary.sections
    assert sum(one["first_timers"] for one in sections["sessions"]["rows"]) == found["unique_attendees"]
    assert sum(one["people"] for one in sections["attended"]["rows"]) == found["unique_attendees"]
    assert sum(one["people"] for one in sections["sessions"]["rows"]) == found["attendances"]
    assert sum(one["people"] * one["sessions"] for one in sections["attended"]["rows"]) == found["attendances"]
    people = sections["people"]["rows"]
    known = fsum(one["minutes_total"] for one in people)
    assert isclose(known + found["minutes_unidentified"], found["minutes_total"], abs_tol=1e-6)
    matrix = sections["overlap"]["people"]
    for place, line in enumerate(matrix):
        assert line[place] == sections["sessions"]["rows"][place]["people"]
        assert all(both == matrix[other][place] <= line[place] for other, both in enumerate(line))


@given(crowds, st.randoms(use_true_random=False))
def test_the_order_of_sessions_and_rows_means_nothing(made: list[list], rng: Random) -> None:
    sessions = [session(number, one) for number, one in enumerate(made)]
    shuffled = [replace(one, rows=rng.sample(one.rows, len(one.rows))) for one in sessions]
    rng.shuffle(shuffled)
    one, other = event(*sessions), event(*shuffled)
    assert one.sections == other.sections
    assert one.warnings == other.warnings
    for key, metric in one.metrics.items():
        assert metric == other.metrics[key], key


def test_engagement_over_several_sessions_is_weighted_and_without_minutes_the_highest() -> None:
    weighted = event(session(0, [row("ann", 30, engaged=1.0)]), session(1, [row("ann", 10, engaged=0.2)]))
    assert weighted.sections["people"]["rows"][0]["engagement_rate"] == pytest.approx(0.8)
    none = event(session(0, [row("ann", 0, engaged=0.4)]), session(1, [row("ann", 0, engaged=0.2)]))
    assert none.sections["people"]["rows"][0]["engagement_rate"] == 0.4


def test_polls_of_a_room_that_several_sessions_have_count_once() -> None:
    def held(number: int, counted: str) -> EventSession:
        answers = [{"answer": "Yes", "participants": 2, "rate": 1.0, "correct": False}]
        poll = {"question": "Well?", "type": "Single answer", "participants": 2, "counted": counted, "answers": answers}
        one = session(number, [row("ann", 30)])
        return replace(one, session=replace(one.session, entry_id="1_room"), sections={"polls": {"rows": [poll]}})

    assert len(event(held(0, "all"), held(1, "all")).sections["polls"]["rows"]) == 1
    assert [one["session"] for one in event(held(0, "new"), held(1, "new")).sections["polls"]["rows"]] == [0, 1]


def test_places_are_added_up_and_shares_are_of_the_sessions_that_have_them() -> None:
    def held(number: int, live: int | None) -> EventSession:
        rows = [{"device": "Computer", "live_viewers": 3, "recording_viewers": 1, "live_share": 0.5}]
        one = session(number, [row("ann", 30)])
        metrics = {**one.metrics, "viewers_live": Metric(live, "people", "", "60002")}
        return replace(one, metrics=metrics, sections={"devices": {"rows": rows}})

    known = event(held(0, 6), held(1, 6), session(2, [row("ann", 5)])).sections["devices"]
    assert known["rows"] == [{"device": "Computer", "live_viewers": 6, "recording_viewers": 2, "live_share": 0.5}]
    assert known["unknown"] == [2]
    assert event(held(0, 6), held(1, None)).sections["devices"]["rows"][0]["live_share"] is None


def test_journeys_count_each_person_in_one_combination(three: Summary) -> None:
    found = {tuple(one["sessions"]): one["people"] for one in three.sections["journeys"]["rows"]}
    assert sum(found.values()) == three.sections["journeys"]["people"] == 5
    assert found[0, 1, 2] == 1
