"""What only SMTP does: replies, broken connections, TLS, passwords."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from debrief.delivery.mail.mailer import Envelope
from debrief.delivery.mail.smtp import SmtpMailer
from debrief.errors import (
    BadRequest,
    BadSettings,
    DebriefError,
    GiveUp,
    MailBlocked,
    OutcomeUnknown,
    Throttled,
    Unavailable,
)
from support.smtp import MailServer, localhost_certificate, mail_server

MESSAGE = EmailMessage(policy=SMTP)
MESSAGE["From"] = "Reports <reports@example.org>"
MESSAGE["To"] = "anna@example.org"
MESSAGE.set_content("Three people came.\n")
ENVELOPE = Envelope("name", "anna@example.org", MESSAGE.as_bytes())


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def mailer(server: MailServer) -> SmtpMailer:
    return SmtpMailer(f"smtp://127.0.0.1:{server.port}")


def test_the_envelope_sender_is_the_address_in_from(server: MailServer, mailer: SmtpMailer) -> None:
    mailer.send(ENVELOPE)
    [(sender, recipients, _)] = server.mails
    assert (sender, recipients) == ("reports@example.org", ["anna@example.org"])


def test_each_mail_takes_a_connection_of_its_own(server: MailServer, mailer: SmtpMailer) -> None:
    mailer.send(ENVELOPE)
    mailer.send(ENVELOPE)
    assert server.connections == 2


def test_every_line_ends_as_smtp_wants_it(server: MailServer, mailer: SmtpMailer) -> None:
    body = b"From: reports@example.org\n\none\ntwo\r\nthree\rfour\n"
    mailer.send(Envelope("name", "anna@example.org", body))
    assert server.mails[0][2] == b"From: reports@example.org\r\n\r\none\r\ntwo\r\nthree\r\nfour\r\n"


@pytest.mark.parametrize(("text", "options"), [("Grüße", ["BODY=8BITMIME"]), ("Hello", [])])
def test_bytes_beyond_ascii_are_announced(
    server: MailServer, mailer: SmtpMailer, text: str, options: list[str]
) -> None:
    mailer.send(Envelope("name", "anna@example.org", f"From: reports@example.org\r\n\r\n{text}\r\n".encode()))
    assert server.options == options
    assert text.encode() in server.mails[0][2]


@pytest.mark.parametrize("where", ["sender_reply", "recipient_reply", "data_reply", "mail_reply"])
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("421 Too many connections", Throttled),
        ("450 Greylisted, anna@example.org", Throttled),
        ("452 Out of disk", Throttled),
        ("550 No such user anna@example.org", GiveUp),
        ("552 Too large", GiveUp),
        ("554 Spam", GiveUp),
    ],
)
def test_a_refusal_passes_or_not_as_its_code_says_and_names_no_address(
    server: MailServer, mailer: SmtpMailer, where: str, reply: str, expected: type[DebriefError]
) -> None:
    setattr(server, where, reply)
    with pytest.raises(expected, match=reply[:3]) as refused:
        mailer.send(ENVELOPE)
    concerns_all = expected is GiveUp and where == "sender_reply"
    assert isinstance(refused.value, MailBlocked) == concerns_all
    assert "anna" not in str(refused.value)
    assert server.mails == []


@pytest.mark.parametrize("where", ["sender_reply", "recipient_reply", "data_reply"])
@pytest.mark.parametrize("reply", ["530 Authentication required", "535 Bad credentials", "538 Encrypt first"])
def test_a_login_that_is_wanted_concerns_every_mail(
    server: MailServer, mailer: SmtpMailer, where: str, reply: str
) -> None:
    setattr(server, where, reply)
    with pytest.raises(MailBlocked, match=reply[:3]):
        mailer.send(ENVELOPE)


def test_a_greylisting_server_is_left_alone_for_minutes(server: MailServer, mailer: SmtpMailer) -> None:
    server.recipient_reply = "450 Greylisted"
    with pytest.raises(Throttled) as refused:
        mailer.send(ENVELOPE)
    assert refused.value.after == 300


def test_no_answer_after_the_mails_text_is_an_unknown_outcome(server: MailServer, mailer: SmtpMailer) -> None:
    server.mail_reply = ""
    with pytest.raises(OutcomeUnknown):
        mailer.send(ENVELOPE)


@pytest.mark.parametrize("reply", ["999 What?", "x" * 9000, "hello", "354 More"])
def test_an_answer_that_means_nothing_is_an_unknown_outcome(server: MailServer, mailer: SmtpMailer, reply: str) -> None:
    server.mail_reply = reply
    with pytest.raises(OutcomeUnknown):
        mailer.send(ENVELOPE)


@pytest.mark.parametrize("reply", ["", "500 No goodbye"])
def test_a_goodbye_that_fails_does_not_undo_the_mail(server: MailServer, mailer: SmtpMailer, reply: str) -> None:
    server.quit_reply = reply
    mailer.send(ENVELOPE)
    assert len(server.mails) == 1


def test_a_server_that_is_not_there_may_come_back() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        mailer = SmtpMailer(f"smtp://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Unavailable):
            mailer.send(ENVELOPE)
        with pytest.raises(BadSettings, match="cannot be reached"):
            mailer.check()


def test_a_mail_without_a_sender_is_never_begun(server: MailServer, mailer: SmtpMailer) -> None:
    with pytest.raises(BadRequest, match="sender"):
        mailer.send(Envelope("name", "anna@example.org", b"To: anna@example.org\r\n\r\ntext\r\n"))
    assert server.connections == 0


def test_user_and_password_are_percent_decoded(server: MailServer) -> None:
    server.login = ("reports@example.org", "p@ss/w:rd#1")
    mailer = SmtpMailer(f"smtp://reports%40example.org:p%40ss%2Fw%3Ard%231@127.0.0.1:{server.port}")
    mailer.check()
    mailer.send(ENVELOPE)
    assert len(server.mails) == 1


def test_a_wrong_password_is_bad_settings_and_is_shown_nowhere(server: MailServer) -> None:
    server.login = ("reports", "right")
    mailer = SmtpMailer(f"smtp://reports:wr0ng@127.0.0.1:{server.port}")
    for use in (lambda: mailer.send(ENVELOPE), mailer.check):
        with pytest.raises(BadSettings, match="user or password") as refused:
            use()
        assert "wr0ng" not in str(refused.value)
        assert "wr0ng" not in repr(mailer) + repr(vars(mailer))
    assert server.mails == []


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_mail_goes_out_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    certificate, context = localhost_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(**{"tls" if scheme == "smtps" else "starttls": context}) as server:
        server.login = ("reports", "secret")
        mailer = SmtpMailer(f"{scheme}://reports:secret@localhost:{server.port}")
        mailer.check()
        mailer.send(ENVELOPE)
        assert len(server.mails) == 1


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, scheme: str) -> None:
    _, context = localhost_certificate(tmp_path)
    with mail_server(**{"tls" if scheme == "smtps" else "starttls": context}) as server:
        mailer = SmtpMailer(f"{scheme}://reports:secret@localhost:{server.port}")
        with pytest.raises(BadSettings, match="certificate"):
            mailer.send(ENVELOPE)
        assert server.mails == []


def test_starttls_is_never_left_out(server: MailServer) -> None:
    mailer = SmtpMailer(f"smtp+starttls://reports:secret@127.0.0.1:{server.port}")
    with pytest.raises(BadSettings, match="does not support"):
        mailer.send(ENVELOPE)
    assert server.mails == []


def test_a_server_without_login_does_not_get_the_password(server: MailServer) -> None:
    mailer = SmtpMailer(f"smtp://reports:secret@127.0.0.1:{server.port}")
    with pytest.raises(BadSettings):
        mailer.send(ENVELOPE)
    assert server.mails == []
