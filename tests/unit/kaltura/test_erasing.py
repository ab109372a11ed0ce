"""Answers without a person: nothing of the person is left, and no figure moves."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.errors import BadRequest
from debrief.kaltura.session_data.erase_from_answers import ERASED, Erased, erase_people
from debrief.kaltura.session_data.identities import identities
from debrief.model import Person

BOM = b"\xef\xbb\xbf"
HEADER = (
    "entry_id,cue_point_id,user_id,user_name,user_email,user_type,meeting_view_time,meeting_engaged_play_time_ratio"
)
ANN = Person("ann-7", "Ann Lee", "ann@example.com")


def of_6001(*lines: str) -> bytes:
    return BOM + "\n".join((HEADER, *lines, "")).encode()


def page(*rows: str) -> bytes:
    header = "user_id|user_name|email|title|company|country|role|industry|live_view_time"
    return json.dumps({"header": header, "data": "".join(f"{row};" for row in rows), "totalCount": len(rows)}).encode()


def is_ann(one: Person) -> bool:
    return one.user_id == ANN.user_id or one.email.lower() == ANN.email


ROW = "1_r,1_c,ann-7,Ann Lee,Ann@Example.com,User,61.0,0.5"
OTHER = "1_r,1_c,bob,Ann Lee,bob@example.com,User,3.5,0.1"


def test_a_row_keeps_its_figures_and_loses_its_person() -> None:
    clean = erase_people({"6001.csv": of_6001(ROW, OTHER)}, is_ann, lambda _: "erased-1")
    assert clean["6001.csv"].decode("utf-8-sig").splitlines()[1:] == [
        f"1_r,1_c,erased-1,{ERASED},,User,61.0,0.5",
        OTHER,  # called the same, and somebody else
    ]


def test_the_pseudonym_is_the_same_in_all_answers_and_the_profile_goes() -> None:
    answers = {
        "6001.csv": of_6001(ROW),
        "60010-getTable.json": page("ann-7|Ann Lee|ann@example.com|CEO|Acme|Chile|role|industry|61", "bob|B||||||'|2"),
        "context.json": json.dumps({"organizers": [["host", "ann-7", "Ann Lee"]], "heatmap_users": ["ann-7"]}).encode(),
    }
    clean = erase_people(answers, is_ann, lambda _: "erased-1")
    assert json.loads(clean["60010-getTable.json"])["data"] == f"erased-1|{ERASED}|||||||61;bob|B||||||'|2;"
    assert json.loads(clean["context.json"]) == {
        "organizers": [["host", "erased-1", ERASED]],
        "heatmap_users": ["erased-1"],
    }
    assert {one.user_id for one in identities(clean)} == {"erased-1", "bob"}


def test_texts_lose_whole_names_and_addresses_but_no_part_of_a_word() -> None:
    room = BOM + (
        b"entry_id,entry_name,session_host_user_id\n1_r,Ann Lee's room (ann@example.com),ann-7\n1_r,Joann Leeds,bob\n"
    )
    clean = erase_people({"6000.csv": room, "6001.csv": of_6001(ROW)}, is_ann, lambda _: "erased-1")
    assert clean["6000.csv"].decode("utf-8-sig").splitlines()[1:] == [
        f"1_r,{ERASED}'s room ({ERASED}),erased-1",
        "1_r,Joann Leeds,bob",
    ]


def test_lines_that_nobody_can_read_go_and_are_still_counted() -> None:
    clean = erase_people(
        {"6001.csv": of_6001("garbage about Ann Lee", ROW, "more ann@example.com")}, is_ann, lambda _: "e-1"
    )
    text = clean["6001.csv"].decode("utf-8-sig")
    assert ("Ann" in text, "ann@" in text) == (False, False)
    assert text.splitlines().count("?") == 2


def test_answers_without_the_person_stay_byte_for_byte() -> None:
    answers = {
        "6001.csv": of_6001(OTHER, "garbage"),
        "60010-getTable.json": page("bob|B||||||'|2"),
        "polls.json": b"[ ]",
    }
    assert erase_people(answers, is_ann, lambda _: "erased-1") == answers


def test_a_viewer_without_an_id_is_known_by_the_address_alone() -> None:
    clean = erase_people(
        {"6001.csv": of_6001("1_r,1_c,Unknown,A,ann@example.com,Guest,2,0")}, is_ann, lambda _: "erased-1"
    )
    assert clean["6001.csv"].decode("utf-8-sig").splitlines()[1] == f"1_r,1_c,Unknown,{ERASED},,Guest,2,0"


cells = st.text(st.characters(blacklist_characters=',\n\r|;"\\', blacklist_categories=("Cs", "Cc")), max_size=12)


@given(st.lists(st.tuples(cells.filter(str.strip), cells, cells), min_size=1, max_size=8), st.integers(0, 7))
def test_erasing_twice_is_erasing_once_and_keeps_every_other_cell(rows: list[tuple[str, str, str]], at: int) -> None:
    lines = [f"1_r,1_c,{user_id},{name},{email},User,1,0" for user_id, name, email in rows]
    user_id = rows[at % len(rows)][0].strip()
    once = erase_people({"6001.csv": of_6001(*lines)}, lambda one: one.user_id == user_id, lambda _: "erased-1")
    assert erase_people(once, lambda one: one.user_id == user_id, lambda _: "erased-1") == once
    assert once["6001.csv"].count(b"\n") == len(rows) + 1


@pytest.mark.parametrize("name", ["60010-getTable.json", "context.json", "60011-getTable.json"])
def test_a_damaged_answer_is_not_quoted(name: str) -> None:
    with pytest.raises(BadRequest, match="damaged") as raised:
        erase_people({name: b'{"ann@example.com', "6001.csv": of_6001(ROW)}, is_ann, str)
    assert "ann" not in str(raised.value)


def test_a_name_is_found_over_several_lines_of_a_text() -> None:
    people = [Person("x1", "Ann  Ames", "ann@example.org"), Person("x2", "Bo de la Cruz")]
    erased = Erased.of(people, lambda _: "erased-1")
    lines = ["Hello", "Bo", "de la", "Cruz and Ann", "Ames, ann@example.org", "Annie Ames"]
    cleaned = ["Hello", ERASED, "", f"and {ERASED}", f", {ERASED}", "Annie Ames"]
    assert erased.clean_lines(lines) == cleaned
    assert erased.clean_lines([]) == []
