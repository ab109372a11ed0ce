"""Convert Lambda function URL events (payload format 2.0) to requests, and responses back."""

from __future__ import annotations

import base64
from typing import Any

from debrief.portal.http import Request, Response

_TEXT = ("text/", "application/json")


def request_of(event: dict[str, Any]) -> Request:
    """Return the request in an event. Raises KeyError, TypeError or ValueError if the event has no request."""
    body = event.get("body") or ""
    return Request(
        method=event["requestContext"]["http"]["method"],
        path=event["rawPath"],
        headers={name.lower(): value for name, value in event["headers"].items()},
        body=base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode(),
        query=event.get("rawQueryString") or "",
    )


def answer_of(response: Response) -> dict[str, Any]:
    is_text = response.headers.get("content-type", "text/").startswith(_TEXT)
    return {
        "statusCode": response.status,
        "headers": dict(response.headers),
        "body": response.body.decode() if is_text else base64.b64encode(response.body).decode(),
        "isBase64Encoded": not is_text,
    }
