"""Files of Kaltura: their errors, their size, and the address of a redirect."""

from __future__ import annotations

import pytest

from debrief.errors import BadRequest, Unavailable
from debrief.kaltura.api.responses import HttpResponse, file_of, limited_body, storage_url

ROOT = "https://www.kaltura.com/api_v3/service"


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://storage.example.com/a?key=1", "https://storage.example.com/a?key=1"),
        ("/files/a", "https://www.kaltura.com/files/a"),
        ("//storage.example.com/a", "https://storage.example.com/a"),
    ],
)
def test_a_redirect_may_lead_to_any_encrypted_address(location: str, url: str) -> None:
    assert storage_url(location, ROOT) == url


@pytest.mark.parametrize("location", ["http://storage.example.com/a", "ftp://x/a", "file:///etc/hosts", "data:,x"])
def test_a_redirect_to_another_address_is_refused_without_naming_it(location: str) -> None:
    with pytest.raises(BadRequest, match="without encryption") as error:
        storage_url(location, ROOT)
    assert location not in str(error.value)


def test_an_error_in_the_header_or_in_the_body_is_no_file() -> None:
    body = b'{"code":"INTERNAL_SERVERL_ERROR","message":"x","objectType":"KalturaAPIException"}'
    with pytest.raises(Unavailable):
        file_of(HttpResponse(200, "application/json", "", body), "a.b")
    with pytest.raises(BadRequest, match="CAPTION_ASSET_FILE_NOT_FOUND"):
        file_of(HttpResponse(200, "text/html", "error- CAPTION_ASSET_FILE_NOT_FOUND", b""), "a.b")
    assert file_of(HttpResponse(200, "text/plain", "", b"1\n"), "a.b") == b"1\n"


def test_a_long_body_is_not_read_to_its_end() -> None:
    read = []

    def chunks() -> object:
        for number in range(100):
            read.append(number)
            yield b"x" * 1_000_000

    with pytest.raises(BadRequest, match="more than 4 MB"):
        limited_body(chunks(), 4_000_000, "a.b")  # type: ignore[arg-type]
    assert len(read) == 5
