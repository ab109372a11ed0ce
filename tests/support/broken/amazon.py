"""AWS, played by moto in the world's own process: reached over HTTP by the functions, and directly by the world."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse
from moto.s3.utils import _VersionedKeyStore

from support.aws import REGION
from support.broken.calls import Asked, Said

_HOSTS = {"ses": "email"}  # of a service that has another name in its address than in signatures
_moto = BotocoreStubber()


def _newest_first(self: _VersionedKeyStore) -> Iterator[tuple[str, list[Any]]]:
    """Keep the order of versions that were written at the same time: moto takes the first one for the latest."""
    return ((key, self.getlist(key)[::-1]) for key in self)


_VersionedKeyStore.iterlists = _newest_first  # type: ignore[method-assign]


def answer(asked: Asked) -> Said:
    """What AWS answers to a request that came in over HTTP."""
    host = f"{_HOSTS.get(asked.service, asked.service)}.{REGION}.amazonaws.com"
    headers = HTTPHeaders()
    for name, value in asked.headers.items():
        headers[name] = host if name.lower() == "host" else value
    return _asked(AWSPreparedRequest(asked.method, f"https://{host}{asked.path}", headers, asked.body, False))


@cache
def inside(service: Any) -> Any:
    """A client of the world's own, that needs no HTTP."""
    client = boto3.client(service, region_name=REGION)
    client.meta.events.register("before-send", _answered)
    return client


@contextmanager
def installed() -> Iterator[None]:
    """Every client of this process reaches moto, and what it makes stays."""
    moto = mock_aws()
    moto.start()
    try:
        yield
    finally:
        moto.stop(remove_data=False)


def _answered(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
    said = _asked(request)
    return AWSResponse(request.url, said.status, said.headers, MockRawResponse(said.body))


def _asked(request: AWSPreparedRequest) -> Said:
    found = _moto.process_request(request)
    assert found is not None, request.url
    status, headers, body = found
    texts = {name: str(value) for name, value in headers.items()}
    return Said(status, texts, body.encode() if isinstance(body, str) else body or b"")
