"""Parser of form fields: posted as URL-encoded or multipart data, or in a query."""

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
    """Return the last value of each posted field by name; empty if the body is not a form."""
    content_type = request.headers.get("content-type", "")
    try:
        if content_type.lower().lstrip().startswith("multipart/form-data"):
            return _multipart(content_type, request.body)
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except (ValueError, LookupError):  # not UTF-8, too many fields, an unknown charset
        return {}


def query_fields(query: str) -> dict[str, str] | None:
    """Return the last value of each field of a query by name; None if the query is too long or not valid."""
    if len(query) > QUERY_LIMIT or not query.isascii():
        return None
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:  # not UTF-8, too many fields
        return None


def _multipart(content_type: str, body: bytes) -> dict[str, str]:
    """Parse multipart data as in RFC 7578, without files."""
    head = f"Content-Type: {' '.join(content_type.split())}\r\n\r\n".encode("utf-8", "surrogateescape")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    fields: dict[str, str] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields[name] = content.decode().strip()
    return fields
