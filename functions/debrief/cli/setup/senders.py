"""What SES says about the sender and, in the sandbox, about the recipients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from debrief.cli.setup.aws_account import OWN_TAG, AwsAccount, existing
from debrief.delivery.aws.errors import aws_errors
from debrief.delivery.dns.lookup import Row
from debrief.errors import DebriefError

DNS_RECORDS = "docs/deploy-reference.md, section 2"
_INSTALLATION = "debrief:installation"  # key of a tag
_LONGEST_TAG = 256
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Identity:
    """An address or domain that SES was asked to verify."""

    name: str
    is_verified: bool
    is_own: bool  # whether setup asked
    installation: str = ""  # the installation for which setup asked; blank if an older setup asked

    @property
    def is_domain(self) -> bool:
        return "@" not in self.name

    def is_of(self, installation: str) -> bool:
        return self.installation == installation[:_LONGEST_TAG]


@dataclass(frozen=True, slots=True)
class SesState:
    """Whether SES sends to everybody, and the identity of each address, if it has one."""

    in_sandbox: bool | None  # None: not known
    identities: dict[str, Identity | None]
    unknown: str = ""  # why the sandbox is not known

    @property
    def missing(self) -> list[str]:
        """Return the addresses that SES must still be asked to verify."""
        return [address for address, identity in self.identities.items() if identity is None]

    @property
    def links(self) -> list[str]:
        """Return the addresses to which AWS sends a link, and the known ones whose link nobody has opened."""
        pending = {one.name for one in self._pending}
        return [address for address, one in self.identities.items() if one is None or address in pending]

    @property
    def domains(self) -> list[str]:
        """Return the domains whose DNS records are missing."""
        return list(dict.fromkeys(one.name for one in self._pending if one.is_domain))

    @property
    def _pending(self) -> list[Identity]:
        return [one for one in self.identities.values() if one and not one.is_verified]


def read_ses(account: AwsAccount, sender: str, recipients: Sequence[str]) -> SesState:
    """Ask SES about the sender and, in the sandbox, about the recipients. Raises BadSettings or Unavailable."""
    in_sandbox: bool | None = None
    unknown = ""
    try:
        with aws_errors("ses:GetAccount", "SES"):
            in_sandbox = not account.client("sesv2").get_account().get("ProductionAccessEnabled")
    except DebriefError as error:
        unknown = str(error)
    asked = [sender, *recipients] if in_sandbox else [sender]
    return SesState(in_sandbox, {address: find_identity(account, address) for address in dict.fromkeys(asked)}, unknown)


def find_identity(account: AwsAccount, address: str) -> Identity | None:
    """Return the identity that covers an address: a verified one before others, its own before its domain's."""
    found = [each for name in (address, address.rpartition("@")[2]) if (each := _identity(account, name))]
    return max(found, key=lambda identity: identity.is_verified, default=None)


def own_identities(account: AwsAccount, installation: str) -> list[Identity]:
    """Return the addresses that setup let SES verify for an installation, whatever its answers are now."""
    with aws_errors("ses:ListEmailIdentities", "SES"):
        names = list(_names(account))
    found = (_identity(account, name) for name in names if "@" in name)  # setup creates no domains
    return [identity for identity in found if identity and identity.is_own and identity.is_of(installation)]


def request_verification(account: AwsAccount, address: str, installation: str) -> None:
    """Let SES send a link to an address; opening it verifies the address."""
    tags = [OWN_TAG, {"Key": _INSTALLATION, "Value": installation[:_LONGEST_TAG]}]
    with aws_errors("ses:CreateEmailIdentity", "SES"):
        account.client("sesv2").create_email_identity(EmailIdentity=address, Tags=tags)


def delete_identity(account: AwsAccount, identity: Identity) -> None:
    with aws_errors("ses:DeleteEmailIdentity", "SES"):
        account.client("sesv2").delete_email_identity(EmailIdentity=identity.name)


def rows_of(state: SesState, sender: str) -> Iterator[Row]:
    """Yield what SES says in sentences."""
    identity = state.identities[sender]
    if identity is None:
        yield Row("warn", "sender", f"SES does not know {sender} yet; setup will ask AWS to send it a link")
    elif identity.is_verified:
        yield Row("ok", "sender", f"{identity.name} is verified in SES")
    else:
        yield Row("warn", "sender", _waits(identity))
    if state.in_sandbox is None:
        yield Row(
            "warn", "SES sandbox", f"not known: {state.unknown} If it is on, SES sends only to verified addresses"
        )
        return
    if not state.in_sandbox:
        yield Row("ok", "SES sandbox", "off: the account may send to every address")
        return
    text = "on: SES sends only to verified addresses, other emails wait. Ask AWS for production access (docs/deploy.md)"
    yield Row("warn", "SES sandbox", text)
    for address, other in state.identities.items():
        if address != sender:
            yield _recipient(address, other)


def _recipient(address: str, identity: Identity | None) -> Row:
    if identity is None:
        return Row("warn", "recipient", f"SES does not know {address} yet; setup will ask AWS to send it a link")
    if identity.is_verified:
        return Row("ok", "recipient", f"{address} is verified")
    return Row("warn", "recipient", _waits(identity))


def _waits(identity: Identity) -> str:
    if identity.is_domain:
        return f"{identity.name} is not verified yet: add its DNS records ({DNS_RECORDS})"
    return f"{identity.name} is not verified yet: open the link that AWS sent to it"


def _names(account: AwsAccount) -> Iterator[str]:
    place: dict[str, str] = {}
    while True:
        page = account.client("sesv2").list_email_identities(PageSize=_PAGE, **place)
        yield from (item["IdentityName"] for item in page["EmailIdentities"])
        if not page.get("NextToken"):
            return
        place = {"NextToken": page["NextToken"]}


def _identity(account: AwsAccount, name: str) -> Identity | None:
    client = account.client("sesv2")
    found = existing("ses:GetEmailIdentity", "SES", lambda: client.get_email_identity(EmailIdentity=name))
    if found is None:
        return None
    tags = found.get("Tags", [])
    installation = next((tag["Value"] for tag in tags if tag["Key"] == _INSTALLATION), "")
    return Identity(name, bool(found.get("VerifiedForSendingStatus")), OWN_TAG in tags, installation)
