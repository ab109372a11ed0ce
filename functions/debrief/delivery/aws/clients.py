"""AWS clients from botocore, which loads faster than boto3."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, NoRegionError
from botocore.loaders import Loader

from debrief.errors import BadSettings


def client(service: str, *, retries: bool = True, more: Config | None = None) -> Any:
    """Return a client. Set `retries` to False for calls that must not be repeated. Raises BadSettings."""
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 4 if retries else 1},
        connect_timeout=5,
        read_timeout=60,
        signature_version="s3v4" if service == "s3" else None,  # botocore may sign download links with version 2
    )
    try:
        return session().create_client(service, config=config.merge(more) if more else config)
    except BotoCoreError as error:
        raise _unusable(service, error) from None


def check_region(service: str) -> None:
    """Raise BadSettings if no region is set: a client that is created lazily would fail only later."""
    try:
        if not session().get_config_variable("region"):
            raise NoRegionError
    except BotoCoreError as error:
        raise _unusable(service, error) from None


@cache
def session() -> botocore.session.Session:
    """Return a session that all clients share, because every new session reads the long list of AWS endpoints."""
    made = botocore.session.get_session()
    made.register_component("data_loader", _Loader())
    return made


class _Loader(Loader):
    """A loader that lists services by their folders' names. Botocore looks into all 400 folders for a first client."""

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - a missing type is an error later
        return sorted({found.name for path in self.search_paths for found in Path(path).glob("*")})


def _unusable(service: str, error: BotoCoreError) -> BadSettings:
    return BadSettings(f"AWS {service} cannot be used: {type(error).__name__}; set a region and credentials.")
