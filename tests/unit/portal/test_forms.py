"""Forms as browsers and email programs post them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.portal.forms import fields_of
from debrief.portal.http import Request

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MULTIPART = b'--x y\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x y--\r\n'


def fields(content_type: str, body: bytes) -> dict[str, str]:
    return fields_of(Request("POST", "/u/x", {"content-type": content_type}, body))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click"),
        ("", b"List-Unsubscribe=One-Click"),
        ('multipart/form-data; boundary="x y"', MULTIPART),
        ('Multipart/Form-Data;\r\n boundary="x y"', MULTIPART),
    ],
)
def test_the_one_click_is_read_in_both_forms(content_type: str, body: bytes) -> None:
    assert fields(content_type, body) == ONE_CLICK


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", MULTIPART),
        ("multipart/form-data; boundary=other", MULTIPART),
        ("application/x-www-form-urlencoded", b"\xff=\xff"),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 21)),
    ],
)
def test_what_is_no_form_has_no_fields(content_type: str, body: bytes) -> None:
    assert fields(content_type, body) == {}


@given(st.text() | st.text().map("multipart/form-data; boundary={}".format), st.binary() | st.just(MULTIPART))
def test_no_body_breaks_the_reader(content_type: str, body: bytes) -> None:
    assert all(isinstance(value, str) for value in fields(content_type, body).values())
