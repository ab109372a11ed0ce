"""Read a sender's records in DNS: SPF (RFC 7208), DKIM keys (RFC 6376) and the DMARC policy (RFC 9989)."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from debrief.delivery.dns.lookup import Resolver

Policy = Literal["none", "quarantine", "reject"]
_POLICIES: tuple[Policy, ...] = ("none", "quarantine", "reject")
_SPF = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_MORE_SPF = re.compile(r"\+?include:([a-z0-9._-]+)|redirect=([a-z0-9._-]+)", re.IGNORECASE)
_MOST_SPF_LOOKUPS = 10  # RFC 7208, section 4.6.4
_DMARC = re.compile(r"v\s*=\s*DMARC1\s*(?:;|$)")
_MOST_LABELS = 7  # RFC 9989: after the domain, at most its last seven labels are looked up, then fewer and fewer
_KEY = re.compile(r"(?:^|;)\s*p\s*=\s*[A-Za-z0-9+/]")


@dataclass(frozen=True, slots=True)
class Dmarc:
    """The DMARC policy that applies to a sender."""

    domain: str  # the domain that has the record
    policy: Policy = "none"
    strict_dkim: bool = False
    strict_spf: bool = False
    count: int = 1  # the domain's number of DMARC records; if there are several, none counts


def spf_records(resolver: Resolver, domain: str) -> list[str]:
    """Return the SPF records of a domain, which must not have more than one. Raises Unresolved."""
    return [text for text in resolver.texts(domain) if _SPF.match(text)]


def spf_includes(resolver: Resolver, record: str, wanted: str) -> bool:
    """Return whether an SPF record includes the record of the domain `wanted`, also indirectly. Raises Unresolved."""
    waiting, seen = deque([record]), set[str]()
    while waiting:
        for term in waiting.popleft().split()[1:]:
            found = _MORE_SPF.fullmatch(term)
            domain = (found[1] or found[2]).rstrip(".").lower() if found else ""
            if domain == wanted:
                return True
            if domain and domain not in seen and len(seen) < _MOST_SPF_LOOKUPS:
                seen.add(domain)
                waiting += spf_records(resolver, domain)
    return False


def has_dkim_key(resolver: Resolver, name: str) -> bool:
    """Return whether a name, or the name of which it is an alias, has a DKIM key. Raises Unresolved."""
    return any(_KEY.search(text) for text in resolver.texts(name))


def find_dmarc(resolver: Resolver, domain: str) -> Dmarc | None:
    """Return the DMARC policy of a sender's domain, or else the policy of its highest parent that has a policy.

    Raises Unresolved.
    """
    found = None
    for name in _with_parents(domain):
        records = [text for text in resolver.texts(f"_dmarc.{name}") if _DMARC.match(text)]
        if len(records) > 1:
            return Dmarc(name, count=len(records))
        if not records:
            continue
        tags = _tags(records[0])
        if tags.get("psd") == "y":  # the record belongs to a registry of domains, not to the sender's organization
            break
        found = Dmarc(
            name,
            _policy(tags.get("p", "") if name == domain else tags.get("sp", tags.get("p", ""))),
            strict_dkim=tags.get("adkim") == "s",
            strict_spf=tags.get("aspf") == "s",
        )
        if name == domain or tags.get("psd") == "n":
            break
    return found


def _with_parents(domain: str) -> Iterator[str]:
    yield domain
    labels = domain.split(".")
    for start in range(max(1, len(labels) - _MOST_LABELS), len(labels) - 1):
        yield ".".join(labels[start:])


def _tags(record: str) -> dict[str, str]:
    """Return the tags of a record. If a tag is repeated, its first value counts."""
    pairs = [part.partition("=") for part in record.split(";")]
    return {name.strip().lower(): value.strip().lower() for name, _, value in reversed(pairs)}


def _policy(text: str) -> Policy:
    return next((policy for policy in _POLICIES if policy == text), "none")
