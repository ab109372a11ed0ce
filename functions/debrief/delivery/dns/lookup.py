"""The interface of DNS lookups, and the rows that checks of the sender print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Status = Literal["ok", "warn", "FAIL"]


class Unresolved(Exception):
    """A DNS name could not be looked up. The message is a clause: the reason."""


class Resolver(Protocol):
    """Looks up DNS records. What it returns was written by strangers."""

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name; empty if it has none. Raises Unresolved."""

    def alias(self, name: str) -> str:
        """Return the target of a name's CNAME record in lower case; blank if it has none. Raises Unresolved."""


@dataclass(frozen=True, slots=True)
class Row:
    """The result of one check: `ok`, `warn` or `FAIL`, what was checked, and what it means and what to do."""

    status: Status
    name: str
    sentence: str


def not_known(name: str, reason: object) -> Row:
    """Return the row of a check that could not tell."""
    return Row("warn", name, f"not known, because {reason}".rstrip("."))


def is_within(domain: str, parent: str) -> bool:
    """Return whether a domain is `parent` or one of its subdomains."""
    return domain == parent or domain.endswith(f".{parent}")
