"""Check the sender of emails in SES and in DNS. Nothing is changed or sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from debrief.delivery.aws.errors import aws_errors, code_of
from debrief.delivery.dns.lookup import Resolver, Row, Unresolved, not_known
from debrief.delivery.dns.records import has_dkim_key, spf_includes, spf_records
from debrief.delivery.dns.sender import SMTP_ROWS, SPF, Proof, check_dmarc
from debrief.errors import DebriefError, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

ACCOUNT, QUOTA, SENDER, SET, DKIM, MAIL_FROM = (
    "SES account",
    "SES quota",
    "SES sender",
    "SES configuration set",
    "DKIM",
    "MAIL FROM",
)
SES_ROWS = (ACCOUNT, QUOTA, SENDER, SET, DKIM, MAIL_FROM, *SMTP_ROWS)
_SES = "amazonses.com"
_REVIEWS = {
    "PENDING": "AWS is reviewing the request for production access",
    "DENIED": "AWS denied the request for production access: answer its support case",
    "FAILED": "the request for production access failed: repeat it in the SES console",
}
_REQUEST = "request production access in the SES console"
_LITTLE = 0.1  # if a smaller share of the quota is left, the row is a warning


def check_ses_sender(
    client: SESV2Client, address: str, resolver: Resolver, configuration_set: str = ""
) -> Iterator[Row]:
    """Yield a row each for account, quota, identity, configuration set, DKIM, MAIL FROM, SPF, DMARC and alignment.

    `address` has no display name, and its domain is in lower case. Needs ses:GetAccount, ses:GetEmailIdentity and
    ses:GetConfigurationSet. If SES or DNS does not answer, the result is "not known", never FAIL.
    """
    ses = _Ses(client)
    yield from _account(ses)
    identities = _Identities.of(ses, address)
    yield _sender(address, identities)
    yield _configuration_set(ses, configuration_set)
    dkim_row, dkim = _dkim(identities, resolver)
    yield dkim_row
    mail_from_row, mail_from = _mail_from(identities)
    yield mail_from_row
    spf_row, spf = _spf(mail_from, resolver)
    yield spf_row
    yield from check_dmarc(address.rpartition("@")[2], identities.domain, dkim, spf, resolver)


@dataclass
class _Ses:
    """SES. If it could not be reached, it is not called again."""

    client: SESV2Client
    silent: Unavailable | None = None

    def ask(self, action: str, call: Callable[[], Any]) -> Any:
        """Return SES's answer; None if SES does not have the object. Raises DebriefError."""
        if self.silent:
            raise self.silent
        try:
            with aws_errors(action, "SES"):
                return _known(call)
        except Unavailable as error:
            self.silent = error
            raise


def _known(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ClientError as error:
        if code_of(error) == "NotFoundException":
            return None
        raise


@dataclass
class _Identities:
    """The identities in SES of the address, of its domain and of the domain's parents, in this order."""

    found: dict[str, Any] = field(default_factory=dict)
    unknown: str = ""  # why some identities are not known

    @classmethod
    def of(cls, ses: _Ses, address: str) -> _Identities:
        labels = address.rpartition("@")[2].split(".")
        domains = [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
        found = cls()
        for name in (address, *domains):
            try:
                identity = ses.ask("ses:GetEmailIdentity", partial(ses.client.get_email_identity, EmailIdentity=name))
            except DebriefError as error:
                found.unknown = str(error)
                break
            if identity is not None:
                found.found[name] = identity
        return found

    @property
    def verified(self) -> list[str]:
        return [name for name, identity in self.found.items() if identity.get("VerifiedForSendingStatus")]

    @property
    def domain(self) -> str:
        """Return the verified domain that the sender belongs to; blank if there is none."""
        return next((name for name in self.verified if "@" not in name), "")


def _account(ses: _Ses) -> Iterator[Row]:
    try:
        account = ses.ask("ses:GetAccount", ses.client.get_account) or {}
    except DebriefError as error:
        yield not_known(ACCOUNT, error)
        yield not_known(QUOTA, error)
        return
    yield _account_row(account)
    quota = account.get("SendQuota", {})
    most, sent = quota.get("Max24HourSend"), quota.get("SentLast24Hours", 0.0)
    if most is None:
        yield not_known(QUOTA, "SES does not give it")
    elif most < 0:
        yield Row("ok", QUOTA, "SES sets no daily limit")
    else:
        left = max(0, round(most - sent))
        numbers = f"{left:,} of {round(most):,} emails are left in these 24 hours"
        more = "" if left > most * _LITTLE else "; emails beyond them wait: request a higher quota in the SES console"
        yield Row("warn" if more else "ok", QUOTA, numbers + more)


def _account_row(account: dict[str, Any]) -> Row:
    if not account.get("SendingEnabled", False):
        return Row(
            "FAIL", ACCOUNT, "sending is switched off for this account and region, so emails wait; see the SES console"
        )
    if not account.get("ProductionAccessEnabled", False):
        review = account.get("Details", {}).get("ReviewDetails", {}).get("Status", "")
        means = "the account is in the sandbox: SES sends to verified addresses only, and the other emails wait until"
        return Row("warn", ACCOUNT, f"{means} production access is granted; {_REVIEWS.get(review, _REQUEST)}")
    if account.get("EnforcementStatus", "HEALTHY") != "HEALTHY":
        return Row(
            "warn", ACCOUNT, "this account is under review by AWS, which may stop its emails; see the SES console"
        )
    return Row("ok", ACCOUNT, "may send to every address")


def _sender(address: str, identities: _Identities) -> Row:
    if identities.verified:
        return Row("ok", SENDER, f"{identities.verified[0]} is verified")
    if identities.unknown:
        return not_known(SENDER, identities.unknown)
    domain = address.rpartition("@")[2]
    if identities.found:
        name = next(iter(identities.found))
        how = "open the link that SES sent to it" if "@" in name else "publish the DNS records that SES shows"
        return Row("FAIL", SENDER, f"{name} is not verified yet, so all emails wait; {how}")
    return Row("FAIL", SENDER, f"{domain} is not known to SES in this region, so all emails wait; verify it there")


def _configuration_set(ses: _Ses, name: str) -> Row:
    if not name:
        return Row("ok", SET, "none is set; the stack sets its own for its functions")
    try:
        found = ses.ask("ses:GetConfigurationSet", partial(ses.client.get_configuration_set, ConfigurationSetName=name))
    except DebriefError as error:
        return not_known(SET, error)
    if found is None:
        return Row("FAIL", SET, f"{name} does not exist in this region, so all emails wait; create it, or deploy again")
    if not found.get("SendingOptions", {}).get("SendingEnabled", True):
        return Row("FAIL", SET, f"sending is paused for {name}, so all emails wait; see the SES console")
    return Row("ok", SET, f"{name} exists")


def _dkim(identities: _Identities, resolver: Resolver) -> tuple[Row, Proof]:
    """Check the DKIM signature by the sender's domain. The second value is the domain that it proves."""
    domains = [name for name in identities.found if "@" not in name]
    if not domains and identities.unknown:
        return not_known(DKIM, identities.unknown), Proof(unknown=identities.unknown)
    if not domains:
        only = "only SES signs, because only the address is verified, and not its domain"
        return Row("warn", DKIM, f"{only}; verify the domain in SES with Easy DKIM"), Proof()
    keys = {name: identities.found[name].get("DkimAttributes", {}) for name in domains}
    domain = next((name for name in domains if keys[name].get("Status") == "SUCCESS"), domains[0])
    if keys[domain].get("Status") == "SUCCESS" and not keys[domain].get("SigningEnabled", False):
        return Row("warn", DKIM, f"it is switched off for {domain}; switch it on in the SES console"), Proof()
    return _dkim_keys(domain, keys[domain], resolver)


def _dkim_keys(domain: str, attributes: dict[str, Any], resolver: Resolver) -> tuple[Row, Proof]:
    """Compare the DKIM status of a domain in SES with its DNS records."""
    has_found = attributes.get("Status") == "SUCCESS"
    proof = Proof(domain) if has_found else Proof()
    try:
        missing = _missing_keys(domain, attributes, resolver)
    except Unresolved as error:
        if has_found:
            return Row(
                "ok", DKIM, f"signed by SES as {domain}; its records in DNS are not known, because {error}"
            ), proof
        return Row(
            "warn", DKIM, f"the DNS records of {domain} are not known to SES yet; publish those that it shows"
        ), proof
    if missing:
        lost = f"{missing} of the DNS records of {domain}'s keys do not exist; publish those that SES shows"
        unknown = "keys are missing in the DNS of this computer" if has_found else ""
        return Row("warn", DKIM, lost), Proof(unknown=unknown)
    if not has_found:
        wait = f"the DNS records of {domain} exist; SES has not checked them yet, which takes up to 72 hours"
        return Row("warn", DKIM, wait), Proof(unknown="SES has not checked the DKIM records yet")
    return Row("ok", DKIM, f"signed by SES as {domain}"), proof


def _missing_keys(domain: str, attributes: dict[str, Any], resolver: Resolver) -> int:
    """Count the missing DKIM records in DNS: aliases of SES's keys, or the operator's keys. Raises Unresolved."""
    is_own_key = attributes.get("SigningAttributesOrigin") == "EXTERNAL"
    zone = attributes.get("SigningHostedZone") or f"dkim.{_SES}"
    count = 0
    for token in attributes.get("Tokens", []):
        name = f"{token}._domainkey.{domain}"
        is_alias = not is_own_key and resolver.alias(name) == f"{token}.{zone}".lower()
        count += not (is_alias or has_dkim_key(resolver, name))
    return count


def _mail_from(identities: _Identities) -> tuple[Row, Proof]:
    """Check the MAIL FROM domain, to which bounces go. The second value is this domain, blank if it is SES's domain."""
    found = [identity.get("MailFromAttributes", {}) for identity in identities.found.values()]
    custom = next((one for one in found if one.get("MailFromDomain")), None)
    if custom is None:
        if identities.unknown:
            return not_known(MAIL_FROM, identities.unknown), Proof(unknown=identities.unknown)
        return Row("ok", MAIL_FROM, f"{_SES}, as by default; DKIM alone proves the sender"), Proof()
    domain = custom["MailFromDomain"].lower()
    if custom.get("MailFromDomainStatus") == "SUCCESS":
        return Row("ok", MAIL_FROM, domain), Proof(domain)
    do = f"publish the MX record of {domain} that SES shows"
    if custom.get("BehaviorOnMxFailure") == "REJECT_MESSAGE":
        return Row(
            "FAIL", MAIL_FROM, f"the MX record of {domain} is not known to SES, so all emails wait; {do}"
        ), Proof()
    return Row("warn", MAIL_FROM, f"the MX record of {domain} is not known to SES, which uses {_SES}; {do}"), Proof()


def _spf(mail_from: Proof, resolver: Resolver) -> tuple[Row, Proof]:
    """Check that SPF of the MAIL FROM domain allows SES. The second value is the domain that it proves."""
    if mail_from.unknown:
        return not_known(SPF, mail_from.unknown), mail_from
    domain = mail_from.domain
    if not domain:
        return Row("ok", SPF, f"passes for {_SES}, which is not the sender's domain"), Proof()
    try:
        records = spf_records(resolver, domain)
        allows = len(records) == 1 and spf_includes(resolver, records[0], _SES)
    except Unresolved as error:
        return not_known(SPF, error), Proof(unknown=str(error))
    if allows:
        return Row("ok", SPF, f"{domain} allows SES"), Proof(domain)
    if len(records) > 1:
        return Row("warn", SPF, f"{domain} has {len(records)} SPF records, so receivers use none; keep one"), Proof()
    record = f'publish the TXT record "v=spf1 include:{_SES} ~all"'
    return Row("warn", SPF, f"{domain} does not allow SES; {record} there"), Proof()
