"""Send emails by Amazon SES."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from debrief.delivery.aws.errors import aws_errors, code_of, status_of
from debrief.delivery.mail.addresses import folded_address, from_header, parse_address, sender_of
from debrief.delivery.mail.mailer import FORM_TAG, MAIL_TAG, Envelope
from debrief.delivery.self_test import self_test
from debrief.errors import (
    BadSettings,
    DebriefError,
    GiveUp,
    MailBlocked,
    OutcomeUnknown,
    RecipientBlocked,
    Throttled,
    Unavailable,
)

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import SendEmailRequestTypeDef

_RATE_SECONDS = 30.0  # SES gives no Retry-After
_RATE_LIMITED = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException"})
_TAG_VALUE = re.compile(r"[A-Za-z0-9_-]{1,256}")  # as SES accepts them
_UNVERIFIED = (
    "SES rejected the email: the sender is not verified, or the account is in the sandbox and the recipient is not"
    " verified."
)
_SANDBOX = "SES rejected the email: the account is in the sandbox, and the recipient is not verified."
_IDENTITY = re.compile("verified|authority")  # in SES's messages about unverified senders and recipients
_UNVERIFIED_NAMES = re.compile("identities failed the check in region [^:]*:(.*)", re.DOTALL)
_ADDRESS = re.compile(r"[^\s<>,;\"]+@[^\s<>,;\"]+")
_QUOTA = "SES's sending quota is used up."
_BLOCKED = {
    "LimitExceededException": _QUOTA,
    "SendingPausedException": "Sending is paused in SES for the account or the configuration set.",
    "MailFromDomainNotVerifiedException": "SES cannot verify the MAIL FROM domain of the sender.",
    "NotFoundException": "SES does not know the configuration set or the sender.",
    "AccountSuspendedException": "SES has suspended the account.",
}
_REJECTED = {
    "MessageRejected": "SES rejected the email.",
    "BadRequestException": "SES cannot read the email.",
}


class SesMailer:
    """A Mailer for SES. Needs ses:SendEmail; the check needs ses:GetAccount and ses:ListEmailIdentities too.

    `client` is a sesv2 client with `total_max_attempts` 1, because a retry after a lost answer would send the email
    twice. Raises ValueError for another client.
    """

    def __init__(self, client: SESV2Client, configuration_set: str = "") -> None:
        retries: dict[str, object] = getattr(client.meta.config, "retries", None) or {}
        if retries.get("total_max_attempts") != 1:
            raise ValueError("The SES client must not retry: an email could be sent twice.")
        self._client = client
        self._configuration_set = configuration_set

    def send(self, envelope: Envelope) -> None:
        """Send the email only to the envelope's recipient, regardless of its headers. Raises like Mailer."""
        request: SendEmailRequestTypeDef = {
            # SES replaces the From header with this value, so it includes the name. The IAM condition ses:FromAddress
            # compares only the address.
            "FromEmailAddress": from_header(envelope.message),
            "Destination": {"ToAddresses": [parse_address(envelope.to)]},
            "Content": {"Raw": {"Data": envelope.message}},
        }
        if _TAG_VALUE.fullmatch(envelope.name):  # relates later bounces to this email, not only to the address
            tags = {MAIL_TAG: envelope.name, FORM_TAG: envelope.form}
            request["EmailTags"] = [{"Name": name, "Value": value} for name, value in tags.items() if value]
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        try:
            answer = self._client.send_email(**request)
        except ClientError as error:
            raise _refusal(error, envelope) from None
        except (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError):
            raise Unavailable("SES could not be reached.") from None
        except (HTTPClientError, SSLError, ResponseParserError):
            raise OutcomeUnknown("The connection to SES broke before SES confirmed the email.") from None
        except BotoCoreError as error:  # no credentials, no region: nothing was sent
            raise MailBlocked(f"Emails cannot be sent with SES: {type(error).__name__}.") from None
        if not answer.get("MessageId"):  # botocore returns an unreadable body as empty
            raise OutcomeUnknown("The answer of SES does not say whether it accepted the email.")

    def was_sent(self, name: str) -> None:
        """Return None: SES has no such record."""

    def check(self) -> None:
        """Check that the account may send and has a verified sender. Raises BadSettings."""
        with self_test(), aws_errors("ses:GetAccount", "SES"):
            enabled = self._client.get_account().get("SendingEnabled", False)
        if not enabled:
            raise BadSettings("Sending is disabled in SES for this account and region.")
        with self_test(), aws_errors("ses:ListEmailIdentities", "SES"):
            identities = self._client.list_email_identities(PageSize=1000).get("EmailIdentities", [])
        if not any(identity.get("SendingEnabled") for identity in identities):
            raise BadSettings("SES has no verified sender in this region.")


def _refusal(error: ClientError, envelope: Envelope) -> DebriefError:
    code, status = code_of(error), status_of(error)
    words = error.response.get("Error", {}).get("Message", "")
    if code in _BLOCKED:
        return MailBlocked(_BLOCKED[code])
    if code in _RATE_LIMITED or status == 429:  # SES uses the same code for rate and daily quota
        is_daily = "daily" in words.lower()
        return (
            MailBlocked(_QUOTA)
            if is_daily
            else Throttled(f"SES limits the sending rate now ({code}).", after=_RATE_SECONDS)
        )
    if code == "MessageRejected" and _IDENTITY.search(words):
        return RecipientBlocked(_SANDBOX) if _concerns_recipient_only(words, envelope) else MailBlocked(_UNVERIFIED)
    if code in _REJECTED:
        return GiveUp(_REJECTED[code])
    if status >= 500:
        return OutcomeUnknown(f"SES failed, and it is not known whether it accepted the email ({code}).")
    return MailBlocked(f"AWS refuses ses:SendEmail: {code}.")


def _concerns_recipient_only(words: str, envelope: Envelope) -> bool:
    """Return whether SES names only the recipient as not verified. SES checks recipients only in the sandbox."""
    named = _UNVERIFIED_NAMES.search(words)
    addresses = {folded_address(address) for address in _ADDRESS.findall(named[1])} if named else set()
    return addresses == {folded_address(envelope.to)} and folded_address(sender_of(envelope.message)) not in addresses
