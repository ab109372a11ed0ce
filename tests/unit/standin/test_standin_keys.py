"""The KS, as bytes."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaltura_standin.ks import Ks, parse_privileges, read_ks, write_ks

SECRET = "0123456789abcdef0123456789abcdef"
VECTOR = (
    "djJ8MTIzNDV8UHLjFF9phUKeacoZ3sm-TCpSMzW3mtBnT70ugOaghJdcEBOX97XFoVgiCJqa80bmyHevvIK7nRTeLtFD2duvmYSu1pia"
    "FPeHhFe8hzMbEdXMp-kZo_OEkzCgDFPk1wop6SaXjuXN8bxJrvJDvvKzRgge6LSVQkFCGEcoMKl0hLU="
)
EXPORTER = Ks(
    partner_id=12345,
    type=2,
    user_id="exporter@example.com",
    expiry=1893456000,
    privileges={"setrole": "ANALYTICS_RO", "iprestrict": "203.0.113.7"},
)


def test_a_ks_is_written_byte_for_byte_as_kaltura_writes_it() -> None:
    assert write_ks(EXPORTER, SECRET, salt=bytes(range(16))) == VECTOR


def test_a_ks_written_elsewhere_is_read() -> None:
    ks = read_ks(VECTOR, 12345, SECRET)
    assert ks is not None
    assert (ks.type, ks.user_id, ks.expiry) == (2, "exporter@example.com", 1893456000)
    assert ks.privilege_list == "setrole:ANALYTICS_RO,iprestrict:203.0.113.7"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "ünsinn",
        VECTOR[:-8],
        VECTOR.replace("UHLj", "UHLk"),
        base64.urlsafe_b64encode(b"v2|12345|" + bytes(32)).decode(),
    ],
)
def test_a_ks_that_was_tampered_with_is_not_read(text: str) -> None:
    assert read_ks(text, 12345, SECRET) is None


def test_a_ks_of_another_account_or_secret_is_not_read() -> None:
    assert read_ks(VECTOR, 54321, SECRET) is None
    assert read_ks(VECTOR, 12345, "another secret") is None


def test_privileges_are_split_at_the_first_colon() -> None:
    text = "setrole:3, urirestrict:/a:b ,disableentitlement,*"
    assert parse_privileges(text) == {"setrole": "3", "urirestrict": "/a:b", "disableentitlement": "", "all": "*"}


def test_a_ks_does_not_show_itself_when_printed() -> None:
    assert VECTOR not in repr(read_ks(VECTOR, 12345, SECRET))


@given(user_id=st.text(st.characters(exclude_categories=["Cs"])), value=st.text(st.characters(codec="ascii")))
def test_any_user_id_and_privilege_survive(user_id: str, value: str) -> None:
    """The padding is NUL bytes, so only the fields' own encoding keeps a trailing NUL apart from it."""
    written = write_ks(Ks(12345, 2, user_id, 1893456000, {"view": value}), SECRET)
    ks = read_ks(written, 12345, SECRET)
    assert ks is not None
    assert (ks.user_id, ks.privileges) == (user_id, {"view": value})
