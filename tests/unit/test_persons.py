"""Who is one person: the contract's rule, for pairs and for many, and the spelling that two reports share."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from debrief.persons import (
    Persons,
    address_key,
    id_key,
    id_keys,
    ids_of_persons,
    normalized_id,
    normalized_ids,
    spellings,
)
from support.same_person import same_person

ANN = ("ann@x.io", "ann@x.io")

ID = st.sampled_from(["ann", "ANN", "a,b", "a|b", "a b", "bob", "É", "E\u0301", "ann@x.io", "Ann@X.io"])
ADDRESS = st.sampled_from(["", " ", "ann@x.io", "ANN@x.io ", "bob@x.io"])
PEOPLE = st.lists(st.tuples(ID, ADDRESS), max_size=8)


def test_an_id_in_other_case_or_composition_is_the_same_person() -> None:
    assert same_person(("Ann@X.io", ""), ("ann@x.io", "other@x.io"))
    assert same_person(("E\u0301va", ""), ("ÉVA", ""))
    assert not same_person(("ann", ""), ("anna", ""))


def test_two_ids_with_one_address_are_the_same_person_and_blank_addresses_join_nobody() -> None:
    assert same_person(("g-7f3a", "Ann@X.io"), ANN)
    assert not same_person(("g-7f3a", " "), ("g-9c1b", ""))


def test_an_id_is_the_same_however_a_report_escapes_comma_bar_and_semicolon() -> None:
    assert same_person(("doe,kim", ""), ("doe kim", ""))
    assert same_person(("doe|kim", ""), ("doe kim", ""))
    assert normalized_id("a,b|c;d\ne") == "a b c d e"


def test_nobody_is_the_same_as_a_viewer_without_an_id() -> None:
    persons = Persons([("Unknown", "ann@x.io"), ("", "ann@x.io"), ("bob", "ann@x.io"), ANN])
    assert persons.key_of("bob") == persons.key_of("ann@x.io")
    assert persons.key_of("Unknown") != persons.key_of("bob")


def test_an_id_that_changed_its_address_joins_the_ids_of_both() -> None:
    persons = Persons([("ann", "old@x.io"), ("ann", "new@x.io"), ("g-1", "OLD@x.io"), ("g-2", "new@x.io"), ("bob", "")])
    assert persons.key_of("g-1") == persons.key_of("g-2") == persons.key_of("ANN")
    assert persons.groups(["g-2", "bob", "g-1", "g-2"]) == [["g-2", "g-1"]]


@given(PEOPLE)
def test_many_people_agree_with_every_pair_of_them(people: list[tuple[str, str]]) -> None:
    persons = Persons(people)
    for one in people:
        for other in people:
            assert persons.key_of(one[0]) == persons.key_of(other[0]) or not same_person(one, other)


@given(st.lists(ID | st.text(alphabet="aA ,|;\n\tÉß", max_size=3)))
def test_many_ids_get_the_keys_that_each_gets_alone(ids: list[str]) -> None:
    assert list(normalized_ids(ids)) == list(map(normalized_id, ids))
    assert list(id_keys(ids)) == list(map(id_key, ids))


@given(PEOPLE, st.lists(ID))
def test_many_ids_belong_to_the_persons_to_whom_each_belongs(people: list[tuple[str, str]], ids: list[str]) -> None:
    assert Persons(people).keys_of(ids) == list(map(Persons(people).key_of, ids))


@given(PEOPLE, ID, ID)
def test_all_ids_of_persons_are_found_by_any_id_or_address(people: list[tuple[str, str]], one: str, box: str) -> None:
    persons, key, mailbox = Persons(people), id_key(one), address_key(box)
    wanted = [user_id for user_id, address in people if id_key(user_id) == key or address_key(address) == mailbox]
    same = set(map(persons.key_of, wanted))
    expected = {user_id for user_id, _ in people if persons.key_of(user_id) in same}
    assert ids_of_persons(people, [key], [mailbox]) == expected


@given(PEOPLE)
def test_the_order_of_people_joins_the_same_ids(people: list[tuple[str, str]]) -> None:
    ids = [user_id for user_id, _ in people]
    there, back = Persons(people), Persons(reversed(people))
    assert {one: there.key_of(one) for one in ids} == {one: back.key_of(one) for one in ids}


def test_the_spelling_of_two_reports_gives_the_id_that_both_come_from() -> None:
    assert spellings(["doe kim", "plain"], ["doe,kim", "plain"]) == {"doe kim": "doe,kim"}
    assert spellings(["doe|kim"], ["doe kim"]) == {"doe kim": "doe|kim"}
    assert spellings(["a b|c"], ["a,b c"]) == {"a b|c": "a,b|c", "a,b c": "a,b|c"}


def test_an_id_that_could_be_two_people_keeps_the_spellings_it_has() -> None:
    assert spellings(["a b", "a|b"], ["a,b"]) == {}
    assert spellings(["a b"], ["a,b", "a b"]) == {}
    assert spellings(["a,b"], ["a|b"]) == {}
