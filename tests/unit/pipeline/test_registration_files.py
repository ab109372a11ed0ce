"""Lists of registrations as other programs write them, and as nobody should."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from debrief.delivery.archive.s3 import S3Archive
from debrief.errors import BadRequest
from debrief.pipeline.session.registration_files import check_lists, read_list, unclear_words
from debrief.registration import Registrant


def read(text: str, **columns: str) -> list[Registrant]:
    return read_list(text.encode(), columns)


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


def test_a_damaged_byte_does_not_spoil_the_other_names_of_a_file_in_utf_8() -> None:
    body = "Email,Name\nines@example.org,Inès\nzoe@example.org,Zoë\nb@example.org,B\n".encode()
    people = read_list(body.replace(b"\nb@", b"\nb\xe9@"), {})
    assert [(one.email, one.name) for one in people] == [
        ("ines@example.org", "Inès"),
        ("zoe@example.org", "Zoë"),
        ("", "B"),  # this address is not known
    ]


@pytest.mark.parametrize("text", ["Email,Name\na@example.org,Zoë\n", "Email,Name\na@example.org,éâ\nb@b.org,“Å”\n"])
def test_a_file_in_windows_1252_is_read_as_such(text: str) -> None:
    assert read_list(text.encode("cp1252"), {}) == read_list(text.encode(), {})


def test_a_title_above_the_header_is_no_registrant_but_a_row_with_an_address_ends_the_title() -> None:
    assert [one.email for one in read("Registered\nAutumn,2026\nEmail,Name\na@example.org,Ann\n")] == ["a@example.org"]
    with pytest.raises(BadRequest, match="no column of email addresses or user ids"):
        read("Kontakt,Via\na@example.org,Mail\nMail,Mail\n")


@pytest.mark.parametrize("head", ["Origin", "source", "Registration Source"])
def test_the_origin_has_a_column_with_a_usual_name_or_a_named_one(head: str) -> None:
    people = read(f"Email,{head},Came by\na@example.org,Fair,Bus\n,Fair,\n")
    assert [(one.origin, one.answers) for one in people] == [("Fair", {"Came by": "Bus"})]
    (person,) = read(f"Email,{head},Came by\na@example.org,Fair,Bus\n", origin="came by")
    assert (person.origin, person.answers) == ("Bus", {head: "Fair"})


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf\r\n \n", "it is empty"),
        (b"this is no list", "it is no Excel workbook, and no text with commas"),
        (b"no list\nbut lines\n", "it is no Excel workbook, and no text with commas"),
        (b"\x00\x01\x02", "it is neither an Excel workbook nor a text file"),
        (b"Name\nAnn\n", "no column of email addresses"),
        (b"Kontakt\nann@example.org\n", "no column of email addresses"),
    ],
)
def test_a_file_that_is_no_table_is_called_so(body: bytes, why: str) -> None:
    with pytest.raises(BadRequest, match=why):
        read_list(body, {})


def test_the_most_frequent_unclear_words_are_returned_and_no_address() -> None:
    text = "Email,Status\n" + "".join(
        f"{word}@b.org,{status}\n"
        for word, status in (("a", "ann@b.org"), ("b", "Neu"), ("c", "Storno"), ("d", "Storno"), ("e", "yes"))
    )
    assert unclear_words(text.encode(), {}, 3) == ["Storno", "Neu"]
    assert unclear_words(text.encode(), {"registered": "Neu"}, 3) == ["Storno"]


def test_the_object_that_a_console_creates_for_a_folder_is_no_list() -> None:
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="lists")
        s3.put_object(Bucket="lists", Key="registrations/")
        s3.put_object(Bucket="lists", Key="registrations/room=1_a.csv", Body=b"Email\nann@example.org\n")
        assert check_lists(S3Archive(s3, "lists"), {}) == (1, [])
