"""Lists of registrations as other programs write them, and as nobody should."""

from __future__ import annotations

import pytest

from debrief.errors import BadRequest
from debrief.pipeline.session.registration_files import read_csv
from debrief.registration import Registrant


def read(text: str, **columns: str) -> list[Registrant]:
    return list(read_csv(text.encode(), columns))


@pytest.mark.parametrize(
    "rows",
    ['ann@example.org,"Ann\nbea@example.org,Bea\ncy@example.org,Cy\n', 'a@b.org,"Ann\nbea@b.org,Bea\ncy@b.org,"Cy"\n'],
)
def test_a_quote_that_is_never_closed_swallows_nobody(rows: str) -> None:
    with pytest.raises(BadRequest, match="it is not a CSV file"):
        read(f"Email,Name\n{rows}")


@pytest.mark.parametrize("words", ["n/a", "-", "none", "NULL", "test"])
def test_a_text_that_is_no_address_identifies_nobody(words: str) -> None:
    people = read(f"Email,Name\n{words},Ann\n{words},Bea\n")
    assert [(one.own_id, one.name) for one in people] == [("", "Ann"), ("", "Bea")]


@pytest.mark.parametrize("words", ["n/a", "-", "none", "NULL", "0", "unknown"])
def test_a_placeholder_is_no_user_id(words: str) -> None:
    people = read(f"Email,User id\na@example.org,{words}\n,{words}\n,anna\n")
    assert [one.own_id for one in people] == ["a@example.org", "", "anna"]


def test_a_user_id_of_several_addresses_identifies_none_of_them() -> None:
    people = read(
        "Email,User id\na@example.org,7\nb@example.org,7\nA@example.org,7\nc@example.org,8\n,7\nC@example.org,8\n"
    )
    assert [one.user_id for one in people] == ["", "", "", "8", "", "8"]


@pytest.mark.parametrize(
    "cell",
    [
        " ann@example.org ",
        "\N{NO-BREAK SPACE}ann@example.org",
        "\N{ZERO WIDTH SPACE}ann@example.org",
        "mailto:ann@example.org",
        "<ann@example.org>",
        "Ann Ames <ann@example.org>",
        "ann@example.org;",
    ],
)
def test_an_address_is_read_without_what_programs_put_around_it(cell: str) -> None:
    assert read(f'Email,Name\n"{cell}",Ann\n')[0].email == "ann@example.org"


@pytest.mark.parametrize(
    "address", ["ann+web@example.org", "o'neill@example.org", "änne@exämple.org", "a b@example.org"]
)
def test_an_address_keeps_its_own_characters(address: str) -> None:
    assert read(f"Email\n{address}\n")[0].email == address


@pytest.mark.parametrize(
    "text",
    [
        'Email;"What, if anything, do you expect, and why?";Name\na@example.org;"Peace, mostly";Ann\n',
        "sep=;\nEmail;Name\na@example.org;Ann\n",
        "Email\tName (first, last, or other)\tName\na@example.org\tx\tAnn\n",
    ],
)
def test_the_delimiter_is_the_one_that_finds_the_columns(text: str) -> None:
    (person,) = read(text)
    assert (person.email, person.name) == ("a@example.org", "Ann")


def test_a_long_head_is_not_repeated_for_each_registrant() -> None:
    people = read(f"Email,{'x' * 100_000}\n" + "a@example.org,1\n" * 3)
    assert all(len(head) <= 500 for one in people for head in one.answers)


def test_a_list_whose_answers_fill_the_memory_cannot_be_read() -> None:
    heads = ",".join(f"{number} {'x' * 490}" for number in range(58))
    with pytest.raises(BadRequest, match="leave out columns"):
        read(f"Email,{heads}\n" + f"a@example.org{',y' * 58}\n" * 3_000)


def test_the_address_may_be_in_any_of_many_columns() -> None:
    heads = [f"Question {number}" for number in range(200)]
    (person,) = read(f"{','.join(heads)},Email\n{'x,' * 200}a@example.org\n")
    assert (person.email, len(person.answers)) == ("a@example.org", 60)


def test_a_named_column_that_is_missing_matters_only_if_it_identifies_people() -> None:
    (person,) = read("Work mail,Name\na@example.org,Ann\n", email="Work mail", company="Firma", status="Stand")
    assert (person.email, person.name, person.company) == ("a@example.org", "Ann", "")
    for field in ("email", "user_id"):
        with pytest.raises(BadRequest, match="it has no column Kontakt"):
            read("Email,Name\na@example.org,Ann\n", **{field: "Kontakt"})
