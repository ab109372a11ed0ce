"""The interface of DNS lookups, and the rows in which checks of the sender give their results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Status = Literal["ok", "warn", "FAIL"]


class Unresolved(Exception):
    """A DNS name could not be looked up. The message is the reason, as a part of a sentence."""


class Resolver(Protocol):
    """A source of DNS records. The records may be hostile, because anybody can write them."""

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name; empty if it has none. Raises Unresolved."""

    def alias(self, name: str) -> str:
        """Return the target of a name's CNAME record in lower case; blank if it has none. Raises Unresolved."""


@dataclass(frozen=True, slots=True)
class Row:
    """The result of one check."""

    status: Status
    name: str  # what was checked
    sentence: str  # what the result means, and what to do


def not_known(name: str, reason: object) -> Row:
    """Return the row of a check without a result."""
    return Row("warn", name, f"not known, because {reason}".rstrip("."))


def is_within(domain: str, parent: str) -> bool:
    """Return whether a domain is `parent` or one of its subdomains."""
    return domain == parent or domain.endswith(f".{parent}")
