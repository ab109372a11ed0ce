"""Addresses in any dress, hidden."""

import pytest

from debrief.documents.redaction import WITHHELD, Mask
from debrief.util.values import repeats_id


@pytest.mark.parametrize(
    "address",
    [
        "ann.lee@example.com",
        "ann@localhost",
        "ann\N{FULLWIDTH COMMERCIAL AT}example.com",
        "ann\N{SMALL COMMERCIAL AT}example.com",
        '"ann lee"@example.com',
        "ann@[192.0.2.1]",
        "ann (at) example.com",
        "ann[at]example dot com",
        "ann [AT] example [dot] com",
        "ann{at}example(.)com",
        "ann (@) example.com",
        "ann&#64;example.com",
        "ann&#x40;example.com",
        "ann&commat;example.com",
        "ann%40example.com",
        "ann at example dot com",
        "ann dot lee (at) example.com",
        "ann@example dot com",
    ],
)
def test_an_address_in_a_text_is_hidden_whichever_way_it_is_written(address: str) -> None:
    hidden = Mask().text(f"Ann ({address}) Lee")
    assert hidden == f"Ann ({WITHHELD}) Lee"


def test_a_lone_sign_and_what_is_no_address_stays() -> None:
    for words in ('Ann @ home, "B" <C>', "Meet at noon.", "The cat sat at example.com", "50%4 dot", "at (at)"):
        assert Mask().text(words) == words


@pytest.mark.parametrize(
    ("text", "user_id"), [(" Ann ", "ann"), ("ann", " ANN\t"), ("STRASSE", "stra\N{LATIN SMALL LETTER SHARP S}e")]
)
def test_a_name_that_repeats_the_id_in_another_dress_is_none(text: str, user_id: str) -> None:
    assert repeats_id(text, user_id)
    assert Mask().name(text, user_id) == ""
