"""One request and its answer, and what a request is called: service, operation, report."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from typing import TypeAlias

_S3 = {"PUT": "PutObject", "HEAD": "HeadObject", "GET": "GetObject", "DELETE": "DeleteObject"}
_SES = {"/v2/email/outbound-emails": "SendEmail"}


@dataclass(frozen=True)
class Asked:
    """One request, as it came in."""

    method: str
    path: str
    headers: Message = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def service(self) -> str:
        """Which service of AWS it is signed for."""
        scope = re.search(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/", self.headers.get("Authorization", ""))
        return scope[1] if scope else ""


@dataclass(frozen=True)
class Said:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes


Serve: TypeAlias = Callable[[Asked], Said]


@dataclass(frozen=True)
class Call:
    """What a request asks for. A client's repetition of a call has the same identity."""

    service: str
    operation: str
    identity: str

    def __str__(self) -> str:
        return f"{self.service} {self.operation}"


def call_of_aws(asked: Asked) -> Call:
    """The name of a call to AWS. One that this does not know ends in an error, and must be named here."""
    operation = asked.headers.get("X-Amz-Target", "").rpartition(".")[2]
    if asked.service == "s3":
        is_list = re.search(r"[?&]versions\b", asked.path)
        operation = "ListObjectVersions" if is_list else _S3[asked.method]
    elif asked.service == "ses":
        operation = _SES[asked.path]
    return Call(asked.service, operation, asked.headers["amz-sdk-invocation-id"])


def call_of_kaltura(asked: Asked) -> Call:
    """The name of a call to Kaltura, with the number of the report that it asks for."""
    action = asked.path.removeprefix("/api_v3/service/").replace("/action/", ".")
    report = re.search(rb"(?:^|&)(?:id|reportType)=(\d+)(?:&|$)", asked.body)
    identity = hashlib.sha256(asked.path.encode() + asked.body).hexdigest()
    return Call("kaltura", f"{action} {report[1].decode()}" if report else action, identity)


def denial(service: str) -> Said:
    """What a service says whose caller lacks a permission."""
    if service == "s3":
        body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        return Said(403, {"Content-Type": "application/xml"}, body)
    if service == "kaltura":
        body = b'{"code": "SERVICE_FORBIDDEN", "message": "Forbidden", "objectType": "KalturaAPIException"}'
        return Said(200, {"Content-Type": "application/json", "X-Kaltura": "error-SERVICE_FORBIDDEN"}, body)
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-ErrorType": "AccessDeniedException"}
    return Said(400 if service != "ses" else 403, headers, b'{"__type": "AccessDeniedException"}')


def refusal(service: str) -> Said:
    """What a service says that cannot do it now."""
    if service == "s3":
        body = b"<Error><Code>ServiceUnavailable</Code><Message>Reduce your request rate.</Message></Error>"
        return Said(503, {"Content-Type": "application/xml"}, body)
    if service == "kaltura":
        return Said(503, {"Content-Type": "text/html"}, b"<html>Service Unavailable</html>")
    kind = "InternalServerError" if service == "dynamodb" else "ServiceUnavailable"
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-ErrorType": kind}
    return Said(503, headers, b'{"__type": "%s"}' % kind.encode())
