"""Registrations by origin and by answer, and what attendees and lists show of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from metrics_data import row
from segments_data import audience, known, page

from debrief.documents.access_tiers import FEWEST, for_tier
from debrief.metrics.registrations.answers import MOST_GROUPS, Details, by_answer, by_origin
from debrief.metrics.registrations.figures import section
from debrief.metrics.registrations.roll import Roll, roll_of
from debrief.model import NO_RECORDING, NotKnown, Summary
from debrief.registration import BLOCKED, CANCELLED, REGISTERED, Registrant, Registrations
from debrief.segment import Member, Segment
from support import summaries

NAMES = st.sampled_from("abcdefghijklmnopqr")
STATUSES = st.sampled_from([REGISTERED, BLOCKED])
COUNTS = ("registered", "came", "not_known")
ANSWERS = st.sampled_from(["", "Bank", "bank", "BANK", "Ship", "Café", "Cafe\u0301", *(f"a{n}" for n in range(14))])


def called(registrants: list[Registrant], here: str = "abcdef", **more: Any) -> tuple[Any, Roll]:
    """The roll of a session in which these people were, each with an address."""
    people = [row(one, "30", email=f"{one}@example.com") for one in here]
    whose = audience(people, page=more.pop("page", page()), registrations=Registrations("event", "both", registrants))
    roll = roll_of(whose)
    assert isinstance(roll, Roll)
    return whose, roll


def lines(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [*table["rows"], *filter(None, (table.get("others"), table.get("blank")))]


def registrant(name: str, status: str, answer: str) -> Registrant:
    email = f"{name}@example.com" if name else ""
    return Registrant(email, status=status, answers={"In-dustry": answer, "Other": "x"}, origin=answer)


@given(st.lists(st.builds(registrant, NAMES | st.just(""), STATUSES, ANSWERS), max_size=30))
def test_the_lines_of_a_table_add_up_to_all_registered_people(registrants: list[Registrant]) -> None:
    _, roll = called(registrants)
    (answers,) = by_answer(roll, ["industry"])
    for table in (by_origin(roll), answers):
        if "unavailable" in table:
            whole = [*roll.came, *roll.absent, *(one for people in roll.doubts.values() for one in people)]
            assert not any(one.origin for one in whole)
            continue
        sums = [sum(line[key] for line in lines(table)) for key in COUNTS]
        assert sums == [roll.registered, len(roll.came), roll.not_known]
        assert len(table["rows"]) + ("others" in table) <= MOST_GROUPS
        assert all(line["rate"] is None for line in lines(table) if line["not_known"])
        assert all(line["rate"] == line["came"] / line["registered"] for line in lines(table) if not line["not_known"])
        totals = [line["registered"] for line in table["rows"]]
        assert totals == sorted(totals, reverse=True)


@given(st.lists(st.builds(registrant, NAMES, st.just(REGISTERED), ANSWERS), max_size=40))
def test_copies_for_others_show_no_answer_of_few_people_and_the_same_totals(registrants: list[Registrant]) -> None:
    whose, roll = called(registrants)
    whole = section(whose, roll, ["Industry"])
    if not roll.registered:
        assert "by_answer" not in whole
        return
    summary: Summary = summaries.rich()
    summary = replace(summary, sections={**summary.sections, "registrations": whole})
    for tier in ("names", "totals"):
        shown = for_tier(summary, tier).sections["registrations"]["by_answer"][0]
        (table,) = whole["by_answer"]
        if "unavailable" in table:
            assert shown == table
            continue
        assert all(line["registered"] >= FEWEST for line in shown["rows"])
        for key in COUNTS:
            assert sum(line[key] for line in lines(shown)) == sum(line[key] for line in lines(table))
        more = shown.get("others", {"answers": 0})["answers"] - table.get("others", {"answers": 0})["answers"]
        assert more == len(table["rows"]) - len(shown["rows"])


def test_the_most_frequent_answers_have_a_row_in_their_usual_spelling() -> None:
    answers = ["Bank", "Bank", "bank", "Ship", "Ship", ""]
    _, roll = called([registrant(one, REGISTERED, answer) for one, answer in zip("abcxyz", answers, strict=True)])
    (table,) = by_answer(roll, ["INDUSTRY"])
    assert [(line["answer"], line["registered"], line["came"], line["rate"]) for line in table["rows"]] == [
        ("Bank", 3, 3, 1.0),
        ("Ship", 2, 0, 0.0),
    ]
    assert table["blank"] == {"registered": 1, "came": 0, "not_known": 0, "rate": 0.0}
    assert "others" not in table


def test_a_question_that_nobody_answered_is_not_known() -> None:
    _, roll = called([registrant("a", REGISTERED, "Bank")])
    (table,) = by_answer(roll, ["Budget"])
    assert table == {"question": "Budget", "unavailable": "the list of registrations has no answer to this question"}


@pytest.mark.parametrize(
    ("wanted", "origin", "is_there"), [(False, "file", False), (True, "file", True), (False, "kaltura", True)]
)
def test_origins_are_called_unknown_only_if_somebody_expects_them(wanted: bool, origin: Any, is_there: bool) -> None:
    people = [row("a", "30", email="a@example.com")]
    line = Registrant("a@example.com")
    whose = audience(people, page=page(), registrations=Registrations("event", origin, [line], names_origin=wanted))
    roll = roll_of(whose)
    assert roll
    found = section(whose, roll)
    assert ("by_origin" in found) is is_there
    assert not is_there or "unavailable" in found["by_origin"]


def test_attendees_and_lists_have_the_company_and_the_answers_of_the_list() -> None:
    registrants = [
        Registrant("A@example.com", company="Acme", answers={"Role?": "Buyer"}),
        Registrant("b@example.com", company="Birch", status=CANCELLED),
        Registrant("z@example.com", company="Zeta", answers={"role": "=1+1"}),
    ]
    _, roll = called(registrants)
    details = Details.of(roll, ["Role"])
    shown = details.add_to({"rows": [{"user_id": "a"}, {"user_id": "b", "company": "Kaltura's"}, {"user_id": "c"}]})
    assert shown == {
        "rows": [
            {"user_id": "a", "company": "Acme", "answers": ["Buyer"]},
            {"user_id": "b", "company": "Kaltura's", "answers": [""]},
            {"user_id": "c"},
        ],
        "questions": ["Role"],
    }
    absent = Segment("registered-absent", members=[Member("z@example.com", "Zoe", "z@example.com", "why")])
    assert details.add_to_list(absent, {}).members == [
        Member("z@example.com", "Zoe", "z@example.com", "why", "Zeta", ("=1+1",))
    ]


def test_somebody_whom_only_the_summary_page_names_counts_as_active() -> None:
    profiles = [{**known("z", group_chat_messages_sent=2), "user_name": "z", "email": "z@example.com"}]
    whose, roll = called([Registrant("z@example.com"), Registrant("a@example.com")], page=page(profiles))
    funnel = section(whose, roll)["funnel"]
    assert (funnel["came"], funnel["stayed"], funnel["active"]) == (2, 0, 1)


def test_of_one_person_with_two_ids_the_minutes_are_added() -> None:
    people = [row("one", "30", email="one@example.com"), row("two", "20", email="two@example.com")]
    line = Registrant("one@example.com", user_id="two")
    whose = audience(people, page=page(), registrations=Registrations("session", "file", [line]))
    roll = roll_of(whose)
    assert isinstance(roll, Roll)
    funnel = section(whose, roll)["funnel"]
    assert (funnel["came"], funnel["stayed"]) == (1, 1)


def test_unknown_steps_of_the_funnel_have_a_reason_and_no_number() -> None:
    tables = {"60012-getTable": NotKnown("it failed."), "60005-getTable": []}
    failed = replace(page(), tables={**page().tables, **tables})
    whose, roll = called([Registrant("a@example.com")], page=failed)
    found = section(whose, roll)
    assert (found["funnel"]["recording"], found["unknown"]) == (None, {"recording": "it failed."})
    none = replace(page(), tables={**page().tables, "60012-getTable": NO_RECORDING, "60005-getTable": NO_RECORDING})
    whose, roll = called([Registrant("a@example.com")], page=none)
    assert section(whose, roll)["unknown"] == {"recording": NO_RECORDING.reason}


def test_what_people_did_before_kaltura_counted_chat_is_not_known() -> None:
    whose, roll = called([Registrant("a@example.com")])
    data = whose.facts.data
    start = datetime(2024, 6, 1, 9, tzinfo=UTC)
    old = replace(data.session, start=start, end=start + (data.session.end - data.session.start))
    whose = replace(whose, facts=replace(whose.facts, data=replace(data, session=old)))
    found = section(whose, roll)
    assert found["funnel"]["active"] is None
    assert "2 June 2024" in found["unknown"]["active"]


def test_a_rare_answer_counts_once_in_the_last_line() -> None:
    answers = Counter({f"a{n:02d}": 1 for n in range(MOST_GROUPS + 3)})
    _, roll = called([registrant(f"p{n}", REGISTERED, one) for n, one in enumerate(answers)])
    table = by_origin(roll)
    assert (len(table["rows"]), table["others"]["answers"], table["others"]["registered"]) == (MOST_GROUPS - 1, 4, 4)
