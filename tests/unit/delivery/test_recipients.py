from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.mail.addresses import (
    folded_address,
    is_one_of,
    parse_address,
    parse_addresses,
    recipient_id,
    sender_of,
)
from debrief.errors import BadRequest, BadSettings

BAD = {
    "": "empty",
    "anna": "not valid",
    "@example.net": "not valid",
    "anna@": "not valid",
    "anna@host": "not valid",
    "anna@@example.org": "not valid",
    "anna@example..org": "not valid",
    "anna@-example.org": "not valid",
    ".anna@example.org": "not valid",
    "an..na@example.org": "not valid",
    "anna@example.org,bob@example.org": "not valid",
    '"anna"@example.org': "not valid",
    "anna@[127.0.0.1]": "not valid",
    "anna @example.org": "space",
    "anna@example.org\r\nBcc: eve@example.org": "line break",
    "anna@example.org\n": "line break",
    "anna\x00@example.org": "line break",
    "zoë@example.org": "ASCII",
    "an\u200bna@example.org": "invisible",
    "anna@exam\u00adple.org": "invisible",
    "anna@ex\u2764mple.org": "not valid",
    "Anna <anna@example.org> <eve@example.org>": "space",
    "anna@example.org <eve@example.org>, bob@example.org": "space",
    "a" * 65 + "@example.org": "too long",
    "anna@" + "a." * 130 + "org": "too long",
}


@pytest.mark.parametrize(("text", "problem"), BAD.items())
def test_a_bad_address_is_one_sentence_that_does_not_repeat_it(text: str, problem: str) -> None:
    with pytest.raises(BadSettings, match=problem) as refused:
        parse_address(text)
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("anna@example.org", "anna@example.org"),
        ("Anna.Smith+kaltura@Example.ORG", "Anna.Smith+kaltura@example.org"),
        ("o'brien_x@mail-1.example.co", "o'brien_x@mail-1.example.co"),
        ("ann@b\u00fccher.example", "ann@xn--bcher-kva.example"),
        ("ann@BU\u0308CHER.example", "ann@xn--bcher-kva.example"),
        ("ann@stra\u00dfe.example", "ann@xn--strae-oqa.example"),
        ("ann@\u4f8b\u3002\u4f8b\u5b50", "ann@xn--fsq.xn--fsqu00a"),
        ("Ann Lee <ann@example.com>", "ann@example.com"),
        ('"Lee, Ann" < ann@example.com >', "ann@example.com"),
        ("<ann@example.com>", "ann@example.com"),
        ("ann@example.com.", "ann@example.com"),
        ("MAILTO:ann@example.com", "ann@example.com"),
        ("\ufeff ann@example.com\u00a0\u200b", "ann@example.com"),
    ],
)
def test_the_address_is_read_as_mail_servers_take_it(text: str, address: str) -> None:
    assert parse_address(text) == address


def test_each_address_comes_once_whichever_case_it_is_written_in() -> None:
    given_twice = ["Anna@Example.org", "bob@example.org", "anna@example.ORG", "bob@example.org"]
    assert parse_addresses(given_twice) == ("Anna@example.org", "bob@example.org")


def test_the_first_bad_address_is_named_by_its_position() -> None:
    with pytest.raises(BadSettings, match="number 2 contains a space") as refused:
        parse_addresses(["anna@example.org", "bob @example.org", "x"])
    assert "bob" not in str(refused.value)


def test_no_addresses_are_fine() -> None:
    assert parse_addresses([]) == ()


def test_the_id_stands_for_the_address_in_any_case() -> None:
    assert recipient_id("Anna@Example.org") == hashlib.sha256(b"anna@example.org").hexdigest()[:16]
    assert recipient_id("anna@example.org") == recipient_id("ANNA@EXAMPLE.ORG")
    assert recipient_id("bob@example.org") != recipient_id("anna@example.org")


@given(st.text() | st.emails())
def test_whatever_is_accepted_can_stand_in_a_header(text: str) -> None:
    try:
        address = parse_address(text)
    except BadSettings:
        return
    assert address.isascii()
    assert address.isprintable()
    assert not set(address) & set(' <>,;:"()[]\\')
    assert address.count("@") == 1
    assert parse_address(address) == address


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        (b"From: reports@Example.org", "reports@example.org"),
        (b"From: =?utf-8?q?Zo=C3=AB?= <reports@example.org>", "reports@example.org"),
        (b'From: "Reports, daily"\r\n <reports@example.org>', "reports@example.org"),
    ],
)
def test_the_sender_is_the_address_in_the_from_header(header: bytes, sender: str) -> None:
    assert sender_of(b"Subject: x\r\n" + header + b"\r\n\r\nFrom: eve@example.org\r\n") == sender


@pytest.mark.parametrize(
    "headers",
    [
        b"",
        b"Subject: x",
        b"From: ",
        b"From: nobody",
        b"From: anna@example.org, bob@example.org",
        b"From: anna@example.org\r\nFrom: bob@example.org",
        b"From: \xff\xfe@example.org",
    ],
)
def test_a_mail_without_one_sender_is_refused(headers: bytes) -> None:
    with pytest.raises(BadRequest, match="one sender"):
        sender_of(headers + b"\r\n\r\ntext\r\n")


@pytest.mark.parametrize("text", ["Ann <ANN@example.com.>", "mailto:ann@example.com", "ann@example.com\u200b"])
def test_each_spelling_of_an_address_has_its_id(text: str) -> None:
    assert recipient_id(text) == recipient_id("ann@example.com")
    assert is_one_of(recipient_id("ann@example.com"), [text])
    assert folded_address(text) == "ann@example.com"


def test_what_is_no_address_is_folded_by_its_letters() -> None:
    assert folded_address(" Not@One ") == "not@one"


@given(st.text(alphabet="aA.@-:<> \n\u00fc\u200bm", max_size=12))
def test_a_valid_address_is_folded_to_the_lower_case_of_what_is_sent_to(text: str) -> None:
    try:
        expected = parse_address(text)
    except BadSettings:
        expected = text.strip()
    assert folded_address(text) == expected.lower()
