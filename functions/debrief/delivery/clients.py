"""Clients of AWS's services, made by botocore: a function starts sooner without what boto3 puts on top of it."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from debrief.errors import BadSettings

_WRONG = "AWS {}; set a region and credentials."


def client(service: str, *, retries: bool = True, more: Config | None = None) -> Any:
    """A client. Without retries for what must not be done twice. Raises BadSettings."""
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 4 if retries else 1},
        connect_timeout=5,
        read_timeout=60,
        signature_version="s3v4" if service == "s3" else None,  # else links to files may be signed in the old way
    )
    try:
        return session().create_client(service, config=config.merge(more) if more else config)
    except BotoCoreError as error:
        raise BadSettings(_WRONG.format(f"{service} cannot be used: {type(error).__name__}")) from None


def check_region() -> None:
    """Find out early whether clients could be made, of what is opened late. Raises BadSettings."""
    try:
        region = session().get_config_variable("region")
    except BotoCoreError as error:
        raise BadSettings(_WRONG.format(f"cannot be used: {type(error).__name__}")) from None
    if not region:
        raise BadSettings(_WRONG.format("cannot be used"))


@cache
def session() -> botocore.session.Session:
    """One for all: each reads the list of AWS's endpoints again."""
    return botocore.session.get_session()
