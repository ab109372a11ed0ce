"""Check the DNS records of the sender's domain, and whether emails from this domain pass DMARC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from debrief.delivery.dns.lookup import Resolver, Row, Unresolved, is_within, not_known
from debrief.delivery.dns.records import Dmarc, find_dmarc, spf_records

SPF, DMARC, ALIGNMENT = "SPF", "DMARC", "alignment"
SMTP_ROWS = (SPF, DMARC, ALIGNMENT)


@dataclass(frozen=True, slots=True)
class Proof:
    """The domain that DKIM or SPF proves to receivers."""

    domain: str = ""  # blank if neither proves a domain of the sender
    unknown: str = ""  # the reason why the domain is not known


def check_smtp_sender(domain: str, resolver: Resolver) -> Iterator[Row]:
    """Check the sender's domain for emails by SMTP. Only the mail server knows how it signs, and its IP addresses."""
    yield _smtp_spf(domain, resolver)
    signed = Proof(unknown="only the mail server knows whether it signs with DKIM")
    yield from check_dmarc(domain, "", signed, Proof(unknown="only the mail server knows its addresses"), resolver)


def check_dmarc(domain: str, owned: str, dkim: Proof, spf: Proof, resolver: Resolver) -> Iterator[Row]:
    """Check the DMARC policy of the sender's domain, and whether DKIM or SPF align with the domain.

    `owned` is the sender's domain, or a parent of it, that is verified in SES; blank if neither is verified.
    """
    try:
        dmarc = find_dmarc(resolver, domain)
    except Unresolved as error:
        yield not_known(DMARC, error)
        yield not_known(ALIGNMENT, error)
        return
    yield _dmarc(domain, dmarc)
    yield _alignment(domain, owned, dkim, spf, dmarc)


def _smtp_spf(domain: str, resolver: Resolver) -> Row:
    try:
        count = len(spf_records(resolver, domain))
    except Unresolved as error:
        return not_known(SPF, error)
    if count == 0:
        return Row("warn", SPF, f"{domain} has no SPF record; publish one that names the mail server")
    if count > 1:
        return Row("warn", SPF, f"{domain} has {count} SPF records, so receivers use none; keep one")
    return Row("ok", SPF, f"{domain} has an SPF record; whether it names the mail server is not known")


def _dmarc(domain: str, dmarc: Dmarc | None) -> Row:
    if dmarc is None:
        record = f'publish the TXT record "v=DMARC1; p=none" at _dmarc.{domain}'
        return Row("warn", DMARC, f"{domain} has no DMARC record, which large mailbox providers require; {record}")
    if dmarc.count > 1:
        return Row("warn", DMARC, f"_dmarc.{dmarc.domain} has {dmarc.count} DMARC records, so none counts; keep one")
    return Row("ok", DMARC, f"the policy of {dmarc.domain} is {dmarc.policy}")


def _alignment(domain: str, owned: str, dkim: Proof, spf: Proof, dmarc: Dmarc | None) -> Row:
    """Check whether the emails pass DMARC: DKIM or SPF must prove the domain of the sender's address."""
    strict_dkim, strict_spf = (dmarc.strict_dkim, dmarc.strict_spf) if dmarc else (False, False)
    aligned = [
        f"{name} ({proof.domain})"
        for name, proof, strict in (("DKIM", dkim, strict_dkim), ("SPF", spf, strict_spf))
        if proof.domain and _is_aligned(proof.domain, domain, owned, strict=strict)
    ]
    if aligned:
        verb = "match" if len(aligned) > 1 else "matches"
        return Row("ok", ALIGNMENT, f"{' and '.join(aligned)} {verb} {domain}, so emails pass DMARC")
    if reason := dkim.unknown or spf.unknown:
        return not_known(ALIGNMENT, reason)
    problem = f"neither DKIM nor SPF matches {domain}"
    if dmarc is None or dmarc.count > 1 or dmarc.policy == "none":
        return Row("warn", ALIGNMENT, f"{problem}, so emails may be treated as spam; verify the domain in SES")
    result = "rejected" if dmarc.policy == "reject" else "treated as spam"
    return Row("FAIL", ALIGNMENT, f"{problem}, so emails are {result}; verify the domain in SES with DKIM")


def _is_aligned(proved: str, domain: str, owned: str, *, strict: bool) -> bool:
    """Return whether two domains are the same, or, if alignment is not strict, belong to one organization."""
    if strict:
        return proved == domain
    if is_within(proved, domain) or is_within(domain, proved):
        return True
    return bool(owned) and is_within(proved, owned) and is_within(domain, owned)
