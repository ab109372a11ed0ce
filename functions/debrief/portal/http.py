"""Requests and responses, independent of the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from debrief.documents.html.csp import hash_of

if TYPE_CHECKING:
    from debrief.orders import DeliveryOrder

TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
SAFE_METHODS = ("GET", "HEAD")
_YEAR_SECONDS = 31_536_000
DENY_ALL = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_STYLE = (
    ":root{color-scheme:light dark}body{max-width:36rem;margin:3rem auto;padding:0 1.25rem}"
    "h1{font:600 1.25rem/1.4 system-ui,sans-serif}"
)
_ALWAYS = {
    "cache-control": "no-store",
    "content-security-policy": DENY_ALL,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `path` excludes the query; only the index uses `query`. Header names are in lower case."""

    method: str
    path: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    query: str = field(default="", repr=False)  # not decoded, without the question mark

    @property
    def is_secure(self) -> bool:
        """Return whether the proxy in front of the portal reports https."""
        return self.headers.get("x-forwarded-proto", "").lower() == "https"


@dataclass(frozen=True, slots=True)
class Response:
    """A response, and the emails that the caller must order."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    orders: tuple[DeliveryOrder, ...] = ()


def text_response(status: int, text: str, **headers: str) -> Response:
    """Return a plain-text response. `_` in a header's name becomes `-`."""
    added = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, {"content-type": TEXT} | added, f"{text}\n".encode())


def sentence_page(status: int, sentence: str, **headers: str) -> Response:
    """Return one sentence as a page without a template, because an error may be in the templates."""
    page = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Debrief</title>'
        f"<style>{_STYLE}</style></head>"
        f"<body><main><h1>{sentence}</h1></main></body></html>"
    )
    policy = f"{DENY_ALL}; style-src '{hash_of(_STYLE)}'"
    return text_response(status, page, **{"content_type": HTML, "content_security_policy": policy, **headers})


def with_common_headers(response: Response, request: Request) -> Response:
    """Add the headers of every response, and remove the body for HEAD."""
    headers = _ALWAYS | dict(response.headers)
    if request.is_secure:
        headers["strict-transport-security"] = f"max-age={_YEAR_SECONDS}"
    body = b"" if request.method == "HEAD" else response.body
    return Response(response.status, headers, body, response.orders)
