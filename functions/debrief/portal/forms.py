"""Fields of a form: posted, in either of the two ways in which mail programs and browsers do it, or in a query."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from debrief.portal.http import Request

QUERY_LIMIT = 4096  # characters
_MOST_FIELDS = 20


def fields_of(request: Request) -> dict[str, str]:
    """The last value of each field by name; nothing for a body that is no form."""
    content_type = request.headers.get("content-type", "")
    try:
        if content_type.lower().lstrip().startswith("multipart/form-data"):
            return _multipart(content_type, request.body)
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except (ValueError, LookupError):  # not UTF-8, too many fields, a charset that nobody knows
        return {}


def asked_of(query: str) -> dict[str, str] | None:
    """The last value of each field of a query by name; None for one that no form of ours makes."""
    if len(query) > QUERY_LIMIT or not query.isascii():
        return None
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:  # not UTF-8, too many fields
        return None


def _multipart(content_type: str, body: bytes) -> dict[str, str]:
    """RFC 7578, without files."""
    one_line = " ".join(content_type.split())
    head = f"Content-Type: {one_line}\r\n\r\n".encode("utf-8", "surrogateescape")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    found: dict[str, str] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content.decode().strip()
    return found
