"""Send emails by an SMTP server."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from debrief.delivery.mail.addresses import parse_address, sender_of
from debrief.delivery.self_test import self_test
from debrief.errors import BadSettings, DebriefError, GiveUp, MailBlocked, OutcomeUnknown, Throttled, Unavailable

if TYPE_CHECKING:
    from debrief.delivery.mail.mailer import Envelope

_PLAIN = "smtp+plain"  # explicitly without encryption
_PORTS = {"smtp": 25, _PLAIN: 25, "smtps": 465, "smtp+starttls": 587}
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_TIMEOUT_SECONDS = 60.0
_NO_LOGIN = frozenset({530, 534, 535, 538})  # the login is missing, wrong, or too weak
_GREYLIST_SECONDS = 300.0  # greylisting servers accept a retry after minutes
_EXPECTED_URL = "DEBRIEF_SMTP_URL must look like smtp+starttls://user:password@mail.example.org:587"


@dataclass(frozen=True, slots=True)
class _SmtpUrl:
    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


class SmtpMailer:
    """A Mailer for smtps://, smtp+starttls://, or unencrypted SMTP. It opens one connection for each email.

    The URL is `scheme://user:password@host:port` or `scheme://host:port`; user and password are percent-encoded. The
    scheme smtp:// is allowed only for this machine, smtp+plain:// for any machine, but only without a password. Raises
    BadSettings for an invalid URL, without quoting the URL.
    """

    def __init__(self, url: str) -> None:
        self._server = _parse(url)

    def send(self, envelope: Envelope) -> None:
        """Send the email; the envelope sender is its From address. Raises the errors of Mailer."""
        sender, recipient = sender_of(envelope.message), parse_address(envelope.to)
        with self._connection() as connection:
            with _nothing_sent_yet():
                eight_bit = not envelope.message.isascii() and connection.has_extn("8bitmime")
                code, _ = connection.mail(sender, ["BODY=8BITMIME"] if eight_bit else [])
                _expect(code, "the sender", of_every_mail=True)
                _expect(connection.rcpt(recipient)[0], "the recipient")
            _hand_over(connection, envelope.message)

    def was_sent(self, name: str) -> None:
        """Return None: an SMTP server does not say which emails it has accepted."""

    def check(self) -> None:
        """Connect, and log in if the URL has a password. Raises BadSettings."""
        with self_test(), self._connection():
            pass

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        with _nothing_sent_yet():
            connection = self._connect()
        try:
            with _nothing_sent_yet():
                self._introduce(connection)
            yield connection
            with suppress(OSError):  # the server has already accepted the email
                connection.quit()
        finally:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        host, port = self._server.host, self._server.port
        if self._server.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(host, port, timeout=_TIMEOUT_SECONDS)

    def _introduce(self, connection: smtplib.SMTP) -> None:
        if self._server.scheme == "smtp+starttls":
            connection.starttls(context=ssl.create_default_context())
        connection.ehlo_or_helo_if_needed()
        if self._server.user:
            connection.login(self._server.user, self._server.password)


def _hand_over(connection: smtplib.SMTP, message: bytes) -> None:
    """Send the content. From this point on, only the server's answer shows whether it has accepted the email."""
    try:
        code, _ = connection.data(re.sub(rb"\r\n|\r|\n", b"\r\n", message))
    except smtplib.SMTPDataError as error:  # the server rejected DATA before the content was sent
        code = error.smtp_code
    except OSError:  # includes smtplib's errors
        code = 0
    if not (200 <= code < 300 or 400 <= code < 600):
        raise OutcomeUnknown("The mail server did not confirm the email.")
    _expect(code, "the email")


def _expect(code: int, what: str, *, of_every_mail: bool = False) -> None:
    if not 200 <= code < 300:
        raise _refusal(code, what, of_every_mail=of_every_mail)


def _refusal(code: int, what: str, *, of_every_mail: bool = False) -> DebriefError:
    """Return the error for a rejection of this email, or of every email."""
    if code in _NO_LOGIN:
        return MailBlocked(f"The mail server requires another user or password in DEBRIEF_SMTP_URL (SMTP {code}).")
    if 500 <= code < 600 and of_every_mail:
        return MailBlocked(f"The mail server refuses {what} of every email (SMTP {code}).")
    if 500 <= code < 600:
        return GiveUp(f"The mail server refuses {what} permanently (SMTP {code}).")
    return Throttled(f"The mail server refuses {what} temporarily (SMTP {code}).", after=_GREYLIST_SECONDS)


@contextmanager
def _nothing_sent_yet() -> Iterator[None]:
    """Convert SMTP errors of a block before the content is sent: the email was certainly not accepted."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise _refusal(error.smtp_code, "the login") from None
        raise MailBlocked("The mail server does not accept the user or password of DEBRIEF_SMTP_URL.") from None
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, "the connection", of_every_mail=True) from None
    except smtplib.SMTPServerDisconnected:
        raise Unavailable("The mail server closed the connection.") from None
    except smtplib.SMTPException:  # no STARTTLS, no login, or no supported login
        raise MailBlocked("The mail server does not support the encryption or login of DEBRIEF_SMTP_URL.") from None
    except ssl.SSLCertVerificationError:
        raise MailBlocked("The mail server's certificate is not valid for its name.") from None
    except OSError as error:
        raise Unavailable(f"The mail server cannot be reached ({type(error).__name__}).") from None


def _parse(url: str) -> _SmtpUrl:
    """Parse the URL. Errors and their causes do not quote the URL, because it contains a password."""
    try:
        parts = urlsplit(url)
        server = _server(parts)
        server.host.encode("idna")
        (server.user + server.password).encode("ascii")
    except ValueError:
        raise BadSettings(f"{_EXPECTED_URL}, special characters in user and password percent-encoded.") from None
    if parts.path.strip("/") or parts.query or parts.fragment or bool(server.user) != bool(server.password):
        raise BadSettings(f"{_EXPECTED_URL}, special characters in user and password percent-encoded.")
    if server.host not in _LOCAL and (server.scheme == "smtp" or (server.scheme == _PLAIN and server.password)):
        raise BadSettings(
            "DEBRIEF_SMTP_URL would send emails unencrypted: use smtps:// or smtp+starttls://, or smtp+plain:// without"
            " a password."
        )
    return server


def _server(parts: SplitResult) -> _SmtpUrl:
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(parts.scheme)
    return _SmtpUrl(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        user=unquote(parts.username or "", errors="strict"),
        password=unquote(parts.password or "", errors="strict"),
    )
