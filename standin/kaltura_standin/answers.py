"""Make HTTP answers: results and errors as JSON or XML. An error of a file action has two headers."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from xml.sax.saxutils import escape

from kaltura_standin.apierrors import ApiError

JSON, XML = "1", "2"
_XML_HEAD = '<?xml version="1.0" encoding="utf-8"?>'
_CACHE_SECONDS = 8_640_000  # 100 days: Kaltura allows anybody to cache a report

# Errors inside a file action.
_OF_FILES = {
    "REPORT_NOT_FOUND",
    "CAPTION_ASSET_ID_NOT_FOUND",
    "CAPTION_ASSET_FILE_NOT_FOUND",
    "CAPTION_ASSET_IS_NOT_READY",
}
_FORBIDDEN = "SERVICE_FORBIDDEN"
# Kaltura sends these also if only one part of a multirequest is forbidden.
_FORBIDDEN_HEADERS = {"X-Kaltura": f"error-{_FORBIDDEN}", "X-Kaltura-App": f"exiting on error {_FORBIDDEN}"}


@dataclass(frozen=True, slots=True)
class File:
    """A file: a report, or captions. With a `location` the answer is a redirect to a storage."""

    name: str
    body: bytes = field(repr=False)
    content_type: str = "text/csv;charset=UTF-8"
    location: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    body: bytes = field(default=b"", repr=False)
    content_type: str = "text/html"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    closes: bool = False  # whether the connection is closed after the answer


def result_answer(result: Any, format_: str) -> Answer:
    """Return a result in the requested format, or a file unchanged."""
    if isinstance(result, File):
        return _file_answer(result)
    has_forbidden = isinstance(result, list) and any(_is_forbidden(item) for item in result)
    headers = _FORBIDDEN_HEADERS if has_forbidden else {}
    if format_ == JSON:
        return Answer(json.dumps(_tidy(result), separators=(",", ":")).encode(), "application/json", headers=headers)
    return _xml_answer(_xml(_tidy(result)), headers)


def error_answer(error: ApiError, format_: str, *, gives_file: bool) -> Answer:
    """Return an error with HTTP status 200. If a file action itself failed, the body is empty."""
    headers: Mapping[str, str] = {}
    if gives_file and error.code in _OF_FILES:
        message = f"exiting on error {error.code} - {error.message}"
        return Answer(headers={"X-Kaltura": f"error- {error.code}", "X-Kaltura-App": header_text(message)})
    if error.code == _FORBIDDEN:
        headers = _FORBIDDEN_HEADERS
    if format_ == JSON:
        body = json.dumps(error.as_object(), separators=(",", ":")).encode()
        return Answer(body, "application/json", headers=headers)
    return _xml_answer(f"<error>{_xml_error(error)}</error>", headers)


def html_answer(status: int, title: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Return a page of a load balancer or proxy in front of the API."""
    body = f"<html><head><title>{status} {title}</title></head><body><h1>{status} {title}</h1></body></html>"
    return Answer(body.encode(), "text/html", status, headers or {})


def header_text(text: str) -> str:
    """Replace characters that are not allowed in an HTTP header."""
    return "".join(char if " " <= char <= "~" else "?" for char in text)


def _is_forbidden(item: Any) -> bool:
    is_error = isinstance(item, Mapping) and item.get("objectType") == "KalturaAPIException"
    return is_error and item.get("code") == _FORBIDDEN


def _file_answer(file: File) -> Answer:
    if file.location:
        return Answer(status=302, headers={"Location": file.location})
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Cache-Control": f"public, max-age={_CACHE_SECONDS}, max-stale=0",
        "Expires": formatdate(time.time() + _CACHE_SECONDS, usegmt=True),
    }
    return Answer(file.body, file.content_type, headers=headers)


def _tidy(value: Any) -> Any:
    """Remove null properties and put `objectType` last, at all levels."""
    if isinstance(value, Mapping):
        kept = {key: _tidy(item) for key, item in value.items() if item is not None}
        return {**kept, "objectType": kept.pop("objectType")} if "objectType" in kept else kept
    return [_tidy(item) for item in value] if isinstance(value, list) else value


def _xml_answer(result: str, headers: Mapping[str, str] | None = None) -> Answer:
    document = f"{_XML_HEAD}<xml><result>{result}</result><executionTime>0.01</executionTime></xml>"
    return Answer(document.encode(), "text/xml;charset=UTF-8", headers=headers or {})


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(item)}</{name}>" for name, item in value.items())
    if isinstance(value, list):
        return "".join(f"<item>{_xml(item)}</item>" for item in value)
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else escape(str(value), {'"': "&quot;"})


def _xml_error(error: ApiError) -> str:
    args = [
        {"objectType": "KalturaApiExceptionArg", "name": name, "value": value}
        for name, value in error.args_by_name.items()
    ]
    return _xml({**error.as_object(), "args": args})
