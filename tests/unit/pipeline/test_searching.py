"""Looking for a person in bytes: found however it is written, and not in what only looks alike."""

from __future__ import annotations

import gzip
import json
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.errors import BadRequest
from debrief.model import Person
from debrief.pipeline.erasure.search_archive import SearchResult
from debrief.pipeline.erasure.search_terms import Terms
from debrief.pipeline.privacy.people_index import (
    PeopleIndex,
    fingerprint,
    hash_of,
    index_of,
    people_key_from,
    read_index,
)

ANN = Terms.of([Person("ann-7-long", "Ann  Lee", "Ann.Lee@example.com")])
NUMBER = Terms.of([Person("42")])


def mail() -> bytes:
    message = EmailMessage()
    message["To"] = "boss@example.com"
    message.set_content("Nothing.")
    message.add_attachment(b"ann.lee@example.com", maintype="text", subtype="csv", filename="a.csv")
    return message.as_bytes()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("6001.csv.gz", gzip.compress(b"a,ANN.LEE@EXAMPLE.COM,b", mtime=0)),
        ("report.html", b"<td>ann.lee&#64;example.com</td>"),
        ("report.html", b"<b>Ann</b> <i>Lee</i>"),
        ("summary.json", json.dumps({"room": "Ann Lee's room"}).encode()),
        ("x.json", b'{"email": "ann.lee\\u0040example.com"}'),
        ("attendees.csv", b"user_id,x\nann-7-long,1\n"),
        ("mail.eml", mail()),
        ("text.txt", b"ann.lee@\nexample.com"),  # broken in a narrow column
    ],
)
def test_a_person_is_found_however_it_is_written(name: str, body: bytes) -> None:
    assert ANN.found_in(name, body)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.csv", b"user_id\nann-7-longer\n"),
        ("a.csv", b"user_id\njoann.lee@example.com.au\n"),
        ("a.txt", b"Joann Leeds"),
    ],
)
def test_what_only_looks_alike_is_nobody(name: str, body: bytes) -> None:
    terms = Terms(ANN.ids, frozenset(), ANN.names)
    assert not terms.found_in(name, body)


def test_an_id_of_digits_counts_in_columns_of_ids_alone() -> None:
    assert NUMBER.found_in("attendees.csv", b"user_id,minutes\n42,1\n")
    assert NUMBER.found_in("summary.json", b'{"rows": [{"user_id": "42"}]}')
    assert NUMBER.found_in("context.json", b'{"organizers": [["host", "42", ""]]}')
    assert not NUMBER.found_in("attendees.csv", b"user_id,minutes\n7,42\n")
    assert not NUMBER.found_in("summary.json", b'{"minutes": 42, "label": "42"}')


def test_an_index_is_read_back_and_names_nobody() -> None:
    key = people_key_from("k" * 40)
    index = index_of(key, [("ann-7", "Ann@example.com"), ("", ""), ("42", "")])
    assert read_index(index.body()) == index
    assert index.key_fingerprint == fingerprint(key)
    assert sorted(map(len, index.groups())) == [1, 2]
    assert index.has_any_of({hash_of(key, "ANN@EXAMPLE.COM")})
    assert not index.has_any_of({hash_of(people_key_from("j" * 40), "ann@example.com")})
    assert not index.has_any_of(set())
    assert b"ann" not in index.body()
    assert index.without({hash_of(key, "ann-7")}) == PeopleIndex(index.key_fingerprint, frozenset({hash_of(key, "42")}))


@pytest.mark.parametrize("body", [b"", b"x", b"debrief.people/1", b"\xff\xfe"])
def test_what_is_no_index_is_none(body: bytes) -> None:
    assert read_index(body) is None


def test_without_a_people_key_there_is_no_key() -> None:
    assert people_key_from("") == b""


@pytest.mark.parametrize("written", ["doe,kim", "doe kim", "doe|kim", "doe;kim"])
def test_an_id_is_found_in_every_spelling_that_a_report_gives_it(written: str) -> None:
    key = people_key_from("k" * 40)
    for person in ("doe,kim", "doe|kim", "doe kim"):
        assert index_of(key, [(written, "")]).has_any_of({hash_of(key, person)})
        assert Terms.of([Person(person)]).found_in("x.txt", f"by {written} today".encode())
    short = written.replace("doe", "7").replace("kim", "8")
    assert Terms.of([Person("7,8")]).found_in("attendees.csv", f'user_id\n"{short}"\n'.encode())


def test_a_carriage_return_in_another_persons_name_stops_no_search_for_a_short_id() -> None:
    table = b'user_id,user_name\n7,"Ann\rLee"\n8,Bob\rBo\n42,Zed\n'
    assert NUMBER.found_in("attendees.csv", table)
    assert not Terms.of([Person("43")]).found_in("attendees.csv", table)


def test_a_name_is_found_in_json_that_escapes_its_letters() -> None:
    zoe = Terms.of([Person("z", "Zo\u00eb Lee", "")])
    assert zoe.found_in("x.json", b'{"room": "Zo\\u00eb Lee\'s room"}')


@pytest.mark.parametrize(
    ("user_id", "is_found"), [("annlee", True), ("annle", False), ("123456", False), ("12345x", True)]
)
def test_an_id_of_six_letters_is_looked_for_in_every_text_and_a_shorter_one_in_columns_of_ids(
    user_id: str, *, is_found: bool
) -> None:
    terms = Terms.of([Person(user_id)])
    assert terms.found_in("x.txt", f"Hello {user_id}!".encode()) is is_found
    assert terms.found_in("x.csv", f"user_id,x\n{user_id},1\n".encode())


@pytest.mark.parametrize(("name", "is_found"), [("A Lee", True), ("A Le", False), ("Madonna", False)])
def test_a_short_name_and_one_of_a_single_word_say_nothing(name: str, *, is_found: bool) -> None:
    assert Terms.of([Person("", name, "")]).found_in("x.txt", f"Hello {name}!".encode()) is is_found


def test_of_people_who_have_no_id_no_address_and_no_name_nothing_is_looked_for() -> None:
    terms = Terms.of([Person("", "", ""), Person("", "(erased)")])
    assert (terms.ids, terms.emails, terms.names) == (frozenset(), frozenset(), frozenset())


def test_a_name_that_somebody_else_has_too_is_not_looked_for_however_it_is_written() -> None:
    terms = Terms.of([Person("ann", "Ann Lee", "ann@example.com")])
    assert terms.without_names(["ANN \n LEE"]).names == frozenset()
    assert terms.without_names(["Bob Lee"]) == terms


def test_a_search_begins_with_nothing_found_and_nothing_looked_through() -> None:
    assert (SearchResult().files, SearchResult().bytes, SearchResult().hits) == (0, 0, [])


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip", "a.xlsx", "a.pdf", "a.json"])
@pytest.mark.parametrize(
    "body", [b"\\damaged", gzip.compress(b"half of an answer", mtime=0)[:-9], b"PK\x03\x04\\", b'{"a": "\\']
)
def test_a_damaged_file_is_an_error_with_its_name(name: str, body: bytes) -> None:
    with pytest.raises(BadRequest):
        Terms(ids=frozenset({"12"})).found_in(name, body)


VALUES = st.sampled_from(["", " ", "ann", "Ann", "a,b", "a b", "ann@x.io", " Ann@X.io", "bob@x.io"])


@given(st.lists(st.tuples(VALUES, VALUES), max_size=6))
def test_the_index_has_a_line_for_each_person_with_the_hashes_of_id_and_address(pairs: list[tuple[str, str]]) -> None:
    key = people_key_from("k" * 40)

    def line(*values: str) -> str:
        return " ".join(sorted({hash_of(key, value) for value in values if value.strip()}))

    assert index_of(key, pairs).lines == {line(*pair) for pair in pairs} - {""}
