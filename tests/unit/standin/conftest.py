"""A running stand-in, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from standin_client import Client, small_account

from kaltura_standin.server import StandIn


@pytest.fixture
def kaltura() -> Iterator[StandIn]:
    with StandIn(small_account()) as standin:
        yield standin


@pytest.fixture
def anonymous(kaltura: StandIn) -> Iterator[Client]:
    with requests.Session() as http:
        http.trust_env = False
        yield Client(kaltura, http)


@pytest.fixture
def client(anonymous: Client) -> Client:
    anonymous.ks = anonymous.admin()
    return anonymous
