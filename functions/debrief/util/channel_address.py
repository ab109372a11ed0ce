"""The address of a channel beside email, such as `channel:crm`. No email address looks like this."""

from __future__ import annotations

import re

_CHANNEL = re.compile(r"channel:([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)")


def channel_address(name: str) -> str:
    """Return the address of a channel."""
    return f"channel:{name}"


def channel_in(address: str) -> str:
    """Return the name of the channel with this address; blank for any other address."""
    found = _CHANNEL.fullmatch(address)
    return found[1] if found else ""
