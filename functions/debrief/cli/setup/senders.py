"""What SES says about the sender and, in the sandbox, about the recipients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from debrief.cli.setup.aws_account import OWN_TAG, AwsAccount, existing
from debrief.delivery.aws.errors import aws_errors
from debrief.delivery.dns.lookup import Row


@dataclass(frozen=True, slots=True)
class Identity:
    """An address or domain that SES was asked to verify."""

    name: str
    is_verified: bool
    is_own: bool  # whether setup asked


@dataclass(frozen=True, slots=True)
class SesState:
    """Whether SES sends to everybody, and the identity of each address, if it has one."""

    in_sandbox: bool
    identities: dict[str, Identity | None]

    @property
    def missing(self) -> list[str]:
        """Return the addresses that SES must still be asked to verify."""
        return [address for address, identity in self.identities.items() if identity is None]

    @property
    def waiting(self) -> list[str]:
        """Return the identities whose verification is not complete."""
        names = (one.name for one in self.identities.values() if one and not one.is_verified)
        return list(dict.fromkeys(names))


def read_ses(account: AwsAccount, sender: str, recipients: Sequence[str]) -> SesState:
    """Ask SES about the sender and, in the sandbox, about the recipients. Raises BadSettings or Unavailable."""
    with aws_errors("ses:GetAccount", "SES"):
        in_sandbox = not account.client("sesv2").get_account().get("ProductionAccessEnabled")
    asked = [sender, *recipients] if in_sandbox else [sender]
    return SesState(in_sandbox, {address: find_identity(account, address) for address in dict.fromkeys(asked)})


def find_identity(account: AwsAccount, address: str) -> Identity | None:
    """Return the identity that covers an address: a verified one before others, its own before its domain's."""
    found = [each for name in (address, address.rpartition("@")[2]) if (each := _identity(account, name))]
    return max(found, key=lambda identity: identity.is_verified, default=None)


def request_verification(account: AwsAccount, address: str) -> None:
    """Let SES send a link to an address; opening it verifies the address."""
    with aws_errors("ses:CreateEmailIdentity", "SES"):
        account.client("sesv2").create_email_identity(EmailIdentity=address, Tags=[OWN_TAG])


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
    elif "@" in identity.name:
        yield Row("warn", "sender", f"{sender} is not verified yet: open the link that AWS sent to it")
    else:
        yield Row("warn", "sender", f"{identity.name} is not verified yet: add its DNS records (docs/deploy.md)")
    if not state.in_sandbox:
        yield Row("ok", "SES sandbox", "off: the account may send to every address")
        return
    text = "on: SES sends only to verified addresses, other emails wait. Ask AWS for production access (docs/deploy.md)"
    yield Row("warn", "SES sandbox", text)
    for address, other in state.identities.items():
        if address != sender:
            is_verified = other is not None and other.is_verified
            text = "is verified" if is_verified else "is not verified yet: open the link that AWS sends to it"
            yield Row("ok" if is_verified else "warn", "recipient", f"{address} {text}")


def _identity(account: AwsAccount, name: str) -> Identity | None:
    client = account.client("sesv2")
    found = existing("ses:GetEmailIdentity", "SES", lambda: client.get_email_identity(EmailIdentity=name))
    if found is None:
        return None
    return Identity(name, bool(found.get("VerifiedForSendingStatus")), OWN_TAG in found.get("Tags", []))
